// Kassa is the whole product in one command: the server, the demo, and the operator's tools. One file a subcommand; flags and
// environment end here, in config values. Start reading at main.go.
package main
