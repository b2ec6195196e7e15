// Package page is the consumer's page, and the clerk's: HTML that needs neither script nor cookie.
//
// A GET reads the state and dispatch.go picks one view; it changes nothing. A POST makes one engine call and redirects to the page,
// under an address that no browser has a copy of (visit.go). Steps never link to each other; every form is signed for its session,
// its step and all that it shows (forms.go), so that an old one leads to the present state. What is shown is decided by what is
// stored, never by where the consumer came from.
//
// It owns words (locale/, one file a language; phrase.go takes them apart), looks (templates/, static/) and the data- attributes
// by which a page can be scripted; it owns no rule. Text of merchants and consumers is escaped and isolated in its direction.
// The clerk's page (clerk.go) is opened by a token of the session instead of its link, and shows nothing about the consumer.
// Start reading at page.go, then routes.go, dispatch.go and view.go.
package page
