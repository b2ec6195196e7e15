package servertest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Consumer walks the page as a plain HTTP client: it follows no script and keeps no cookie. One consumer is one tab.
type Consumer struct {
	t       testing.TB
	client  *http.Client
	address string // where the tab stands
	Status  int    // of the last answer
	Header  http.Header
	doc     *html.Node
	Body    string
}

// Open opens a link in a new tab.
func (s *Server) Open(t testing.TB, link string) *Consumer {
	t.Helper()
	return Open(t, link)
}

// Open opens a link of any server in a new tab.
func Open(t testing.TB, link string) *Consumer {
	t.Helper()
	return OpenOver(t, &http.Transport{DisableCompression: true}, link)
}

// OpenOver opens a link in a new tab of a browser that makes its requests by a transport.
func OpenOver(t testing.TB, transport http.RoundTripper, link string) *Consumer {
	t.Helper()
	c := &Consumer{t: t, address: link, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(c.client.CloseIdleConnections)
	c.Reload()
	return c
}

// Reload gets the page again.
func (c *Consumer) Reload() {
	c.t.Helper()
	c.get(c.address)
}

func (c *Consumer) get(address string) {
	c.t.Helper()
	resp, err := c.client.Get(address)
	if err != nil {
		c.t.Fatalf("open %s: %v", address, err)
	}
	c.take(resp)
}

func (c *Consumer) take(resp *http.Response) {
	c.t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("read the page: %v", err)
	}
	_ = resp.Body.Close()
	c.Status, c.Header, c.Body = resp.StatusCode, resp.Header, string(body)
	if c.doc, err = html.Parse(bytes.NewReader(body)); err != nil {
		c.t.Fatalf("parse the page: %v", err)
	}
	if len(resp.Cookies()) > 0 {
		c.t.Fatalf("the page sets cookies: %v", resp.Cookies())
	}
}

// find lists the elements that satisfy want, in document order.
func find(n *html.Node, want func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && want(d) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func hasAttr(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { _, ok := attr(n, name); return ok }
}

// Step is the name of the page's step: the data-step of its main form, or of what stands in its place.
func (c *Consumer) Step() string {
	for _, n := range find(c.doc, hasAttr("data-step")) {
		step, _ := attr(n, "data-step")
		return step
	}
	return ""
}

// PageStatus is the data-status of the body.
func (c *Consumer) PageStatus() string {
	for _, n := range find(c.doc, hasAttr("data-status")) {
		status, _ := attr(n, "data-status")
		return status
	}
	return ""
}

// Return is the address of the link back to the merchant, empty without.
func (c *Consumer) Return() string {
	for _, n := range find(c.doc, hasAttr("data-return")) {
		href, _ := attr(n, "href")
		return href
	}
	return ""
}

// Heading is the text of the page's h1.
func (c *Consumer) Heading() string {
	for _, n := range find(c.doc, func(n *html.Node) bool { return n.Data == "h1" }) {
		return text(n)
	}
	return ""
}

// Text is what the page says, without markup, in one line.
func (c *Consumer) Text() string { return text(c.doc) }

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Form is a form of the page with the values it would be sent with.
type Form struct {
	consumer *Consumer
	action   string
	Values   url.Values
}

// Form is the main form, the one with data-step. It fails the test when the page has none.
func (c *Consumer) Form() *Form {
	c.t.Helper()
	forms := find(c.doc, func(n *html.Node) bool { _, ok := attr(n, "data-step"); return ok && n.Data == "form" })
	if len(forms) != 1 {
		c.t.Fatalf("%d main forms on the page (status %d, %q)", len(forms), c.Status, c.Heading())
	}
	f := c.form(forms[0])
	f.press(forms[0], hasAttr("data-primary"))
	return f
}

// Has reports whether the page has an element with the attribute, like data-back.
func (c *Consumer) Has(attribute string) bool { return len(find(c.doc, hasAttr(attribute))) > 0 }

// FormOf is the form of the button that carries an attribute, like data-cancel.
func (c *Consumer) FormOf(attribute string) *Form {
	c.t.Helper()
	for _, button := range find(c.doc, hasAttr(attribute)) {
		for n := button; n != nil; n = n.Parent {
			if n.Data == "form" {
				f := c.form(n)
				f.press(n, hasAttr(attribute))
				return f
			}
		}
	}
	c.t.Fatalf("no form with %s on the page (status %d, %q)", attribute, c.Status, c.Heading())
	return nil
}

// FormWith is the form that has a button of this name and value, like action=retry.
func (c *Consumer) FormWith(name, value string) *Form {
	c.t.Helper()
	is := func(n *html.Node) bool {
		had, _ := attr(n, "name")
		v, _ := attr(n, "value")
		return (n.Data == "button" || n.Data == "input") && had == name && v == value
	}
	for _, button := range find(c.doc, is) {
		for n := button; n != nil; n = n.Parent {
			if n.Data == "form" {
				f := c.form(n)
				f.Values.Set(name, value)
				return f
			}
		}
	}
	c.t.Fatalf("no form with %s=%s on the page (status %d, %q)", name, value, c.Status, c.Heading())
	return nil
}

func (c *Consumer) form(n *html.Node) *Form {
	f := &Form{consumer: c, Values: url.Values{}}
	f.action, _ = attr(n, "action")
	for _, field := range find(n, func(n *html.Node) bool { return n.Data == "input" || n.Data == "select" || n.Data == "textarea" }) {
		name, _ := attr(field, "name")
		kind, _ := attr(field, "type")
		value, _ := attr(field, "value")
		_, checked := attr(field, "checked")
		switch {
		case name == "" || kind == "submit" || kind == "button":
		case (kind == "radio" || kind == "checkbox") && !checked:
		case field.Data == "select":
			f.Values.Set(name, selected(field))
		default:
			f.Values.Add(name, value)
		}
	}
	return f
}

func selected(n *html.Node) string {
	options := find(n, func(n *html.Node) bool { return n.Data == "option" })
	for _, o := range options {
		if _, ok := attr(o, "selected"); ok {
			v, _ := attr(o, "value")
			return v
		}
	}
	if len(options) > 0 {
		v, _ := attr(options[0], "value")
		return v
	}
	return ""
}

// press adds the name and value of the button, when it has them.
func (f *Form) press(form *html.Node, is func(*html.Node) bool) {
	for _, b := range find(form, is) {
		if name, _ := attr(b, "name"); name != "" && b.Data == "button" {
			value, _ := attr(b, "value")
			f.Values.Set(name, value)
		}
	}
}

// Set fills in a field.
func (f *Form) Set(name, value string) *Form {
	f.Values.Set(name, value)
	return f
}

// Send submits the form without touching the tab and gives the answer's status and Location.
func (f *Form) Send() (status int, location string, err error) {
	target, err := f.target()
	if err != nil {
		return 0, "", err
	}
	resp, err := f.consumer.client.PostForm(target, f.Values)
	if err != nil {
		return 0, "", fmt.Errorf("submit: %w", err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location"), err
}

func (f *Form) target() (string, error) {
	base, err := url.Parse(f.consumer.address)
	if err != nil {
		return "", fmt.Errorf("address: %w", err)
	}
	target, err := base.Parse(f.action)
	if err != nil {
		return "", fmt.Errorf("action: %w", err)
	}
	return target.String(), nil
}

// Submit submits the form and follows our own redirect, as a browser does: the tab then shows the next page.
func (f *Form) Submit() *Consumer {
	c := f.consumer
	c.t.Helper()
	target, err := f.target()
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := c.client.PostForm(target, f.Values)
	if err != nil {
		c.t.Fatalf("submit: %v", err)
	}
	if resp.StatusCode != http.StatusSeeOther {
		c.take(resp) // the same page with what is to be corrected
		return c
	}
	next, err := url.Parse(target)
	if err == nil {
		next, err = next.Parse(resp.Header.Get("Location"))
	}
	_ = resp.Body.Close()
	if err != nil || next.Host != mustHost(c.address) {
		c.t.Fatalf("a form led to %q, not to our own page", resp.Header.Get("Location"))
	}
	c.get(next.String())
	return c
}

func mustHost(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// To walks to a step, filling in what our test person would; "review" stands before the pay button, "outcome" behind it.
func (c *Consumer) To(step, category string) *Consumer {
	c.t.Helper()
	for range 12 {
		if c.Step() == step {
			return c
		}
		switch c.Step() {
		case "method":
			c.Form().Set("category", category).Submit()
		case "code":
			c.Form().Set("code", "123456").Submit()
		case "contact", "plan", "review":
			c.Form().Submit()
		default:
			c.t.Fatalf("on the way to %s: step %q, status %d, page %q: %s", step, c.Step(), c.Status, c.Heading(), c.Text())
		}
	}
	c.t.Fatalf("never came to %s: standing at %q: %s", step, c.Step(), c.Text())
	return c
}

// Pay walks the shortest way to the end.
func (c *Consumer) Pay(category string) *Consumer {
	c.t.Helper()
	return c.To("outcome", category)
}
