// Package config is the settings of a running Kassa: their meaning, their defaults and what is refused about them.
//
// It owns no flags: cmd/kassa fills a [Serve] from flags and environment, [Serve.Check] says what is wrong with it, naming
// the flag and what to do. Start reading at config.go; the comments of Serve's fields are the manual.
package config
