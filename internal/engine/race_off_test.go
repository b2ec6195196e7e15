//go:build !race

package engine_test

// modelSteps is how many steps the model test takes in all.
const modelSteps = 100_000
