// Package shop is a merchant's backend: a small web shop that is paid through Kassa, to learn from and to try things with.
//
// It does what the guide advises, step by step: it creates a payment session and a hosted session and sends the consumer to the
// page (steps 1 to 3, checkout.go); it learns the outcome when the consumer is redirected, when it is called back, and by asking
// again and again, so that nobody has to come back (step 6, return.go, callback.go and poll.go): each way alone is enough, and
// only what the API says is believed; it places the order exactly once (step 7, settle.go); it captures when it ships and refunds what is returned (step 8, desk.go).
//
// It owns no rule of payments: which steps are allowed, the API says. What it knows itself lives in memory (book.go) and is gone
// when the program ends; a real shop keeps it in a database, and asks for a login before it shows its orders. It needs no script
// and no cookie: the cart is in the address. It is built on the standard library and kassa/client, nothing else.
//
// Start reading at checkout.go, then settle.go. shop.go lists the addresses.
package shop
