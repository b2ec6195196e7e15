// Package docs holds only tests: the examples of docs/api run as they are printed there, and what they answer is compared with
// what is printed below them. Start reading at docs_test.go.
package docs
