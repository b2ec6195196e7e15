//go:build race

package engine_test

// modelSteps is how many steps the model test takes in all: the race detector makes each some ten times slower.
const modelSteps = 5_000
