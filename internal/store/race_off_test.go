//go:build !race

package store

// standbyStepsHere is how many steps the model test of a standby takes.
const standbyStepsHere = 300
