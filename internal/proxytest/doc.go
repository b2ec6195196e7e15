// Package proxytest runs the configurations of docs/operations/proxy.md: each as it is written there, with Debian's own proxy
// before a real Kassa.
//
// It holds only tests, owns how each proxy is started on loopback, and knows nothing of what Kassa does behind it. Start reading at
// walk_test.go, then proxy_test.go.
package proxytest
