// Package sandbox is the control API of the sandbox, on the admin listener: what a developer turns to make time pass.
//
// It owns /sandbox/…; nothing of it exists without --sandbox. It owns no outcome: who is approved is decide's. Start reading at
// clock.go.
package sandbox
