package main

import "runtime/debug"

// rareCollection is how much the heap may grow over what is alive before garbage is collected, in percent.
const rareCollection = 400

// collectRarely has garbage collected less often than Go does by itself: what a server keeps is a few megabytes, and with Go's
// own setting a fifth of its time under load goes into walking over them again and again. GOGC, when set, stays as it is.
func collectRarely() {
	if own := debug.SetGCPercent(rareCollection); own != 100 {
		debug.SetGCPercent(own)
	}
}
