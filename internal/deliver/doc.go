// Package deliver opens connections to somebody else: it sends callbacks, mail and text messages, and fetches merchants' pictures.
//
// It knows no orders and decides nothing about when to try again; it only tells what went wrong for good from what may pass, in
// words of its own: no error has a URL, an address, a number or a text in it. Every connection to an address that a merchant named
// goes through the guard of dial.go, and whoever sends to many asks Hosts first, so that one receiver delays nobody but itself.
// Start reading at callback.go, then dial.go and hosts.go; sms.go and smpp.go; mail.go; image.go.
package deliver
