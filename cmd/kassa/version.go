package main

import (
	"fmt"
	"runtime/debug"
)

// version is set by the release build: -ldflags "-X main.version=1.2.3".
var version = "dev"

type versionCmd struct{}

// Run prints the version, the revision it was built from and the Go release.
func (versionCmd) Run(t *terminal) error {
	revision, golang := "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		golang = info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintf(t.out, "kassa %s%s %s\n", version, revision, golang)
	return err
}
