// Package client is the merchant's side of Kassa: it creates payment sessions and hosted sessions, reads what became of
// them, places orders, captures and refunds. It needs the standard library only, so that it can be copied into any program.
package client
