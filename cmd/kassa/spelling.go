package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// merchantFlag is how every command names a merchant, by its user name or its id.
const merchantFlag = "merchant"

// spelled writes a command line as it is written now. Commands that need a merchant once took it as their first argument: they still do.
func spelled(app *kong.Application, args []string) []string {
	node, first := app.Node, -1
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		name, isFlag := strings.CutPrefix(args[i], "-")
		if !isFlag || name == "" {
			child := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == args[i] })
			switch {
			case child >= 0:
				node = node.Children[child]
			case first < 0:
				first = i
			}
			continue
		}
		name, value, whole := strings.Cut(strings.TrimPrefix(name, "-"), "=")
		switch flag := flagNamed(node, name); {
		case name == merchantFlag:
			return args
		case flag != nil && !flag.IsBool() && !whole && value == "":
			i++ // its value
		}
	}
	if flag := flagNamed(node, merchantFlag); first < 0 || flag == nil || !flag.Required {
		return args
	}
	return slices.Concat(args[:first], []string{"--" + merchantFlag, args[first]}, args[first+1:])
}

// flagNamed finds a flag that a command knows.
func flagNamed(node *kong.Node, name string) *kong.Flag {
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if f.Name == name || f.Short != 0 && string(f.Short) == name {
				return f
			}
		}
	}
	return nil
}
