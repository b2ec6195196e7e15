// Package deliver opens connections to somebody else: it sends mail and fetches merchants' pictures.
//
// It knows no orders and decides nothing about when to try again; it only tells what went wrong for good from what may pass.
// Every connection to an address that a merchant named goes through the guard of dial.go. Start reading at mail.go and image.go.
package deliver
