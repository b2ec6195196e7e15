package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Every command that needs a merchant names it by --merchant, and takes it as its first argument too, as it once did.
func TestMerchant_isNamedInOneWay(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Name("kassa"), kong.DefaultEnvars("KASSA"), kong.Vars(sandboxVars))
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range map[string]string{
		"merchant rotate --database sqlite:x K000002":                     "merchant rotate --database sqlite:x --merchant K000002",
		"merchant rotate K000002 --database=sqlite:x":                     "merchant rotate --merchant K000002 --database=sqlite:x",
		"merchant colour K000002 #2d4a63":                                 "merchant colour --merchant K000002 #2d4a63",
		"merchant colour K000002":                                         "merchant colour --merchant K000002",
		"merchant support --email a@b.example K000002":                    "merchant support --email a@b.example --merchant K000002",
		"merchant support --sandbox K000002":                              "merchant support --sandbox --merchant K000002",
		"merchant profile set --file f.json K000002 till":                 "merchant profile set --file f.json --merchant K000002 till",
		"merchant contact block K000002 kim@example.com":                  "merchant contact block --merchant K000002 kim@example.com",
		"merchant app-schemes K000002 com.example.a com.example.b":        "merchant app-schemes --merchant K000002 com.example.a com.example.b",
		"merchant receipts K000002_1f0c9a4be210 off":                      "merchant receipts --merchant K000002_1f0c9a4be210 off",
		"token suspend K000002 /dev/stdin":                                "token suspend --merchant K000002 /dev/stdin",
		"callback list --parked K000002":                                  "callback list --parked --merchant K000002",
		"callback disable K000002 shop.example":                           "callback disable --merchant K000002 shop.example",
		"callback disable --merchant K000002 shop.example":                "callback disable --merchant K000002 shop.example",
		"callback disable shop.example --merchant=K000002":                "callback disable shop.example --merchant=K000002",
		"callback replay 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11":            "callback replay 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11",
		"events list --order 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11 --json": "events list --order 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11 --json",
		"session show 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11":               "session show 0197d2c0-6b1e-7a51-9c7e-0c5a2f0e3d11",
		"page preview --country SE":                                       "page preview --country SE",
		"merchant add --name Nordlys":                                     "merchant add --name Nordlys",
		"merchant rotate":                                                 "merchant rotate",
	} {
		got := spelled(parser.Model, strings.Fields(old))
		if strings.Join(got, " ") != now {
			t.Errorf("%s is read as %s, want %s", old, strings.Join(got, " "), now)
		}
		if strings.Contains(now, "--merchant") {
			if _, err := parser.Parse(got); err != nil {
				t.Errorf("%s: %v", now, err)
			}
		}
	}
	// No command has an argument of that name.
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		if slices.ContainsFunc(n.Positional, func(p *kong.Positional) bool { return p.Name == merchantFlag }) {
			t.Errorf("%s takes the merchant as an argument", n.FullPath())
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
}
