// Package house guards the shape of the repository: who may import whom, a doc.go in every package, files short
// enough to read, every module explained, and no text in the tree that only makes sense on one developer's machine.
//
// It holds no code that runs in the product, only tests. Start reading in table_test.go: the import table there is the
// one that ARCHITECTURE.md draws; a new package fails the tests until it has a row. The depguard rules of
// .golangci.yml are written from the same table by
//
//	go test ./internal/house -update
//
// What it does not own: the rules about single lines of code (time.Now, os.Getenv, t.Skip), which are forbidigo's in
// .golangci.yml.
package house
