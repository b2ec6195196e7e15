// Package browser drives a real Chromium for tests: the consumer's page and the sample shop as people meet them.
//
// It owns the browser's process, its flags and its profile, and tabs with the few things that a person does: open, click, type,
// choose, read, look. It knows no page of ours; what to click, the tests say. Only tests import it. Pictures go to the directory
// that KASSA_SCREENSHOTS names, and nowhere without it. Start reading at browser.go, then tab.go.
package browser
