package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"kassa/internal/deliver"
)

// Every option and placeholder that --sms-url and --smtp-url know stands in the help and in the documentation: what they know is what
// they say when they are given another.
func TestServe_helpNamesEveryOptionOfTheURLs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, url := range []string{"https://gw/?to={{to}}&text={{text}}#no=1", "https://gw/?to={{to}}&text={{text}}&x={{no}}", "smpp://u:p@host?no=1", "smpp://u:p@host?long=no"} {
		_, err := deliver.NewSender(url)
		if err == nil {
			t.Fatalf("%s is taken", url)
		}
		said = append(said, err.Error())
	}
	for _, url := range []string{"smtp://host?tls=tls", "http://host"} {
		_, err := deliver.NewMailer(url, "pay@example.com")
		if err == nil {
			t.Fatalf("%s is taken", url)
		}
		said = append(said, err.Error())
	}
	// What was given is said again in front: tls=tls.
	names := regexp.MustCompile(`\{\{[a-z_]+\}\}|\b[a-z_]+[=:]|\b(?:udh|payload|required|off|smtps?)\b`).FindAllString(strings.Join(said, "\n"), -1)
	if len(names) < 18 {
		t.Fatalf("only %q are named", names)
	}
	for _, name := range names {
		if name == "tls:" {
			continue
		}
		if !strings.Contains(serveCmd{}.Help(), name) {
			t.Errorf("%s is not in the help", name)
		}
		if !strings.Contains(string(doc), name) {
			t.Errorf("%s is not in docs/operating.md", name)
		}
	}
}
