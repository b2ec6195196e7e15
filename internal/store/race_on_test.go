//go:build race

package store

// standbyStepsHere is how many steps the model test of a standby takes: the race detector makes each slower.
const standbyStepsHere = 60
