// Package shop is a merchant's backend: a small web shop that is paid through Kassa.
package shop
