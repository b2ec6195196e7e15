// Package browser drives real browsers for tests: the consumer's page and the sample shop as people meet them.
//
// It owns a browser's process, its flags and its profile, and the few things that a person does: open, click, type, choose, read,
// look, print. A Tab is one of Chromium (chromedp), a Driver a window of Firefox (Marionette) or WebKitGTK (a script of its own), a
// Terminal holds lynx, w3m, Links or ELinks, a Window Dillo or NetSurf. It knows no page of ours: the tests say what to click. Only tests
// import it. Pictures go to the directory that KASSA_SCREENSHOTS names, and nowhere without it. Start reading at browser.go, then tab.go.
package browser
