package page

import (
	"crypto/rand"
	"strings"
)

// visit is the parameter that gives the page another address after every submitted step: the step's name and five random letters,
// like step=contact-k3f9q. Links, ELinks and Dillo show what they have kept of an address, no-store or not; an address that they never
// saw is always asked for. It is read by nobody: whatever it says, and without it, the page shows the present state.
const visit = "step"

// visitLetters are enough for one visitor: of fifty pages of one payment two would share an address once in 27,000 payments.
const visitLetters = 5

// newVisit makes an address's value that no browser has seen; the name is for people, and may be empty.
func newVisit(step string) string {
	fresh := strings.ToLower(rand.Text()[:visitLetters])
	if step == "" {
		return fresh
	}
	return step + "-" + fresh
}

// validVisit reports whether a value may be written into addresses again: links of a page that only change how it looks stay at its
// visit, so that what they lead to is no older than the page.
func validVisit(value string) bool {
	if value == "" || len(value) > len("checking-")+visitLetters {
		return false
	}
	return strings.Trim(value, "abcdefghijklmnopqrstuvwxyz234567-") == ""
}
