package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary stand in for kassa: the stories, and the bench's child processes, run the real main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kassa": main})
}

// TestStories runs what the product promises, one script a story, against kassa as its users start it.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "../../testdata/script", RequireExplicitExec: true, RequireUniqueNames: true, Setup: setUp, Cmds: commands,
	})
}
