package page

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"testing"
	"text/template/parse"
)

// typed walks a template with the types of its data: a field that does not exist is found without drawing anything, in branches
// too that no page of today takes.
type typed struct {
	bad  func(format string, args ...any)
	set  *template.Template
	seen map[string]bool // template and type
}

// as checks a template with a type of data.
func (c *typed) as(name string, data reflect.Type) {
	key := name + " " + data.String()
	if c.seen[key] {
		return
	}
	c.seen[key] = true
	found := c.set.Lookup(name)
	if found == nil || found.Tree == nil {
		c.bad("there is no template %q", name)
		return
	}
	c.list(found.Tree.Root, data, map[string]reflect.Type{"$": data})
}

func (c *typed) list(l *parse.ListNode, dot reflect.Type, vars map[string]reflect.Type) {
	if l == nil {
		return
	}
	own := map[string]reflect.Type{}
	for k, v := range vars {
		own[k] = v
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			c.pipe(n.Pipe, dot, own)
		case *parse.IfNode:
			c.pipe(n.Pipe, dot, own)
			c.list(n.List, dot, own)
			c.list(n.ElseList, dot, own)
		case *parse.WithNode:
			c.list(n.List, c.pipe(n.Pipe, dot, own), own)
			c.list(n.ElseList, dot, own)
		case *parse.RangeNode:
			inner := map[string]reflect.Type{}
			for k, v := range own {
				inner[k] = v
			}
			of := c.pipe(&parse.PipeNode{NodeType: parse.NodePipe, Cmds: n.Pipe.Cmds}, dot, own)
			if of.Kind() != reflect.Slice {
				c.bad("range over %s", of)
				continue
			}
			if d := n.Pipe.Decl; len(d) > 0 {
				inner[d[len(d)-1].Ident[0]] = of.Elem()
				if len(d) == 2 {
					inner[d[0].Ident[0]] = reflect.TypeFor[int]()
				}
			}
			c.list(n.List, of.Elem(), inner)
			c.list(n.ElseList, dot, own)
		case *parse.TemplateNode:
			if n.Pipe == nil {
				c.as(n.Name, reflect.TypeFor[struct{}]())
				continue
			}
			c.as(n.Name, c.pipe(n.Pipe, dot, own))
		}
	}
}

// pipe gives the type of a pipeline's value. The escapers that html/template adds are passed over.
func (c *typed) pipe(p *parse.PipeNode, dot reflect.Type, vars map[string]reflect.Type) reflect.Type {
	out := c.command(p.Cmds[0], dot, vars)
	for _, d := range p.Decl {
		vars[d.Ident[0]] = out
	}
	return out
}

func (c *typed) command(cmd *parse.CommandNode, dot reflect.Type, vars map[string]reflect.Type) reflect.Type {
	for _, arg := range cmd.Args[1:] {
		c.value(arg, dot, vars)
	}
	return c.value(cmd.Args[0], dot, vars)
}

func (c *typed) value(n parse.Node, dot reflect.Type, vars map[string]reflect.Type) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return c.chain(dot, n.Ident)
	case *parse.VariableNode:
		from, ok := vars[n.Ident[0]]
		if !ok {
			c.bad("variable %s is not known", n.Ident[0])
			return reflect.TypeFor[string]()
		}
		return c.chain(from, n.Ident[1:])
	case *parse.PipeNode:
		return c.pipe(n, dot, vars)
	}
	return reflect.TypeFor[string]()
}

// chain follows fields and methods.
func (c *typed) chain(from reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if m, ok := from.MethodByName(name); ok {
			from = m.Type.Out(0)
			continue
		}
		if from.Kind() == reflect.Pointer {
			from = from.Elem()
		}
		if m, ok := reflect.PointerTo(from).MethodByName(name); ok {
			from = m.Type.Out(0)
			continue
		}
		if from.Kind() != reflect.Struct {
			c.bad("%s has no %s", from, name)
			return reflect.TypeFor[string]()
		}
		f, ok := from.FieldByName(name)
		if !ok || !f.IsExported() {
			c.bad("%s has no %s", from, name)
			return reflect.TypeFor[string]()
		}
		from = f.Type
	}
	return from
}

func TestTemplates_knowTheirData(t *testing.T) {
	r, err := newRenderer()
	if err != nil {
		t.Fatal(err)
	}
	c := &typed{bad: t.Errorf, set: r.templates, seen: map[string]bool{}}
	c.as("layout", reflect.TypeFor[*View]())
	c.as("mail", reflect.TypeFor[*mailView]())
	for _, tmpl := range r.templates.Templates() {
		used := false
		for key := range c.seen {
			used = used || strings.HasPrefix(key, tmpl.Name()+" ")
		}
		if !used && tmpl.Name() != "page" && !strings.HasSuffix(tmpl.Name(), ".html") {
			t.Errorf("template %s is used nowhere", tmpl.Name())
		}
	}
}

// The check itself finds a field that is not there, whatever it hides behind.
func TestTemplates_aFieldThatIsNotThereIsFound(t *testing.T) {
	for _, text := range []string{
		`{{.Nothing}}`, `{{if .Sandbox}}{{.Nothing}}{{end}}`, `{{range .Ways}}{{.Nothing}}{{end}}`, `{{with .Outcome}}{{.Nothing}}{{end}}`, `{{$.Outcome.Nothing}}`,
		`{{range $i, $w := .Ways}}{{$w.Nothing}}{{end}}`, `{{template "other" .Slip}}`, `{{if eq .Page .Nothing}}{{end}}`, `{{.T "x" "Value" .Nothing}}`, `{{template "missing" .}}`, `{{.slip}}`,
	} {
		set := template.Must(template.New("").Parse(`{{define "page"}}` + text + `{{end}}{{define "other"}}{{.Nothing}}{{end}}`))
		found := 0
		c := &typed{bad: func(string, ...any) { found++ }, set: set, seen: map[string]bool{}}
		c.as("page", reflect.TypeFor[*View]())
		if found == 0 {
			t.Errorf("%s passes", text)
		}
	}
}

// A template that fails halfway sends nothing half done.
func TestBody_isWholeOrNothing(t *testing.T) {
	r, err := newRenderer()
	if err != nil {
		t.Fatal(err)
	}
	v := &View{speech: catalog(t).speak("", "en-GB", ""), Columns: true, Page: "method"} // no slip
	for _, compressed := range []bool{false, true} {
		if got, err := r.body(v, compressed); err == nil || len(got.bytes) > 0 {
			t.Errorf("%d bytes, %v", len(got.bytes), err)
		}
	}
}

func TestMask_keepsLittle(t *testing.T) {
	for in, want := range map[string]string{"kim@example.com": "k••@example.com", "@x.se": "••", "": "••", "kim": "••", "örjan@x.se": "ö••@x.se"} {
		if got := maskEmail(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"+447700904127": "+44 •••• ••4127", "+46701740615": "+46 •••• ••0615", "12345": "••••", "": "••••", "+50051234": "+500 •••• ••34", "+358501234": "+358 •••• ••34"} {
		if got := maskPhone(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := maskText("Åke"); got != "Å•••" || maskText("") != "" {
		t.Error(got)
	}
}

func TestContrast_isThatOfWCAG(t *testing.T) {
	for _, tc := range []struct {
		a, b [3]uint8
		want string
	}{
		{[3]uint8{0, 0, 0}, [3]uint8{255, 255, 255}, "21.00"}, {[3]uint8{0x17, 0x52, 0x4b}, [3]uint8{0xf5, 0xf1, 0xe9}, "7.95"}, {[3]uint8{0x62, 0x59, 0x4d}, [3]uint8{255, 255, 255}, "6.87"}, {[3]uint8{7, 7, 7}, [3]uint8{7, 7, 7}, "1.00"},
	} {
		a, b := luminance(tc.a[0], tc.a[1], tc.a[2]), luminance(tc.b[0], tc.b[1], tc.b[2])
		if got := fmt.Sprintf("%.2f", contrast(a, b)); got != tc.want || contrast(a, b) != contrast(b, a) {
			t.Errorf("%v on %v: %s, want %s", tc.a, tc.b, got, tc.want)
		}
	}
}
