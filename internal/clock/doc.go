// Package clock gives the time to whoever may ask for it: the real time, or in the sandbox and in tests a time that can be moved
// forward. Nothing else in Kassa asks the operating system what time it is. Start reading at clock.go.
package clock
