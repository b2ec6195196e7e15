// Package phone reads telephone numbers as people write them into E.164, the one form in which they are kept, compared and sent to. It
// is a leaf on the phone library's numbering plans.
package phone
