package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kassa/internal/pgtest"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// commands are what the stories say beside testscript's own commands.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"start":    cmdStart,
	"stop":     cmdStop,
	"port":     cmdPort,
	"postgres": cmdPostgres,
	"api":      cmdAPI,
	"access":   cmdAccess,
	"host":     cmdHost,
	"http":     cmdHTTP,
	"get":      cmdGet,
	"want":     cmdWant,
	"header":   cmdHeader,
	"advance":  cmdAdvance,
	"tab":      cmdTab,
	"hook":     cmdHook,
	"took":     cmdTook,
	"forgets":  cmdForgets,
}

// storyKey finds the story's things in its environment.
type storyKey struct{}

// story is what one script has running.
type story struct {
	running *process
	tabs    map[string]*tab
	hook    *servertest.Receiver
	status  int // of the last api or http
	header  http.Header
	body    []byte
}

// page is the body of an ordinary hosted session; a story that wants another brings its own.
const page = `{"payment_session_url": "$KASSA/payments/v1/sessions/$SESSION", "merchant_urls": {
 "success": "https://shop.example/ok?sid={{session_id}}&token={{authorization_token}}&order={{order_id}}",
 "back": "https://shop.example/cart", "failure": "https://shop.example/failed", "error": "https://shop.example/error"}}
`

// setUp gives each story the sandbox's merchant, a cart of 100.00 SEK whose consumer is approved, and the body for its page.
func setUp(env *testscript.Env) error {
	env.Values[storyKey{}] = &story{tabs: map[string]*tab{}}
	env.Setenv("API_USER", server.SandboxUsername)
	env.Setenv("API_PASSWORD", server.SandboxPassword)
	return errors.Join(writeNew(env, "cart.json", servertest.SwedishCart), writeNew(env, "page.json", page))
}

// writeNew writes a file that the story did not bring itself.
func writeNew(env *testscript.Env, name, content string) error {
	f, err := os.OpenFile(filepath.Join(env.Cd, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// process is a kassa that runs in the background.
type process struct {
	cmd   *exec.Cmd
	ended chan error
}

// ready is how long a server may take until it says where it listens.
const ready = 60 * time.Second

// environment are the variables of a story that a started kassa gets.
var environment = []string{"TMPDIR", "KASSA_DATABASE", "KASSA_DECISION_LIMIT", "KASSA_SMTP_URL", "KASSA_MAIL_FROM"}

// cmdStart starts "kassa args…" and waits until it says where it listens: KASSA, ADMIN and SHOP are its addresses. It listens
// on free ports unless the arguments say otherwise. What it logs is appended to the file log.
func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || of(ts).running != nil {
		ts.Fatalf("usage: start serve|demo [flags], once at a time")
	}
	for _, flag := range []string{"--listen", "--admin-listen", "--shop-listen"} {
		if !strings.Contains(strings.Join(args, " "), flag+" ") && (flag != "--shop-listen" || args[0] == "demo") {
			args = append(args, flag, "127.0.0.1:0")
		}
	}
	log, err := os.OpenFile(ts.MkAbs("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	defer log.Close()
	cmd := exec.Command("kassa", args...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), log
	cmd.Env = os.Environ()
	for _, name := range environment {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	p := &process{cmd: cmd, ended: make(chan error, 1)}
	of(ts).running = p
	ts.Defer(func() { p.kill() })
	lines := make(chan string)
	go func() {
		defer func() { p.ended <- cmd.Wait() }()
		defer close(lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			lines <- s.Text()
		}
	}()
	p.addresses(ts, args[0], lines)
	go func() {
		for range lines { // nothing is asked of the rest
		}
	}()
}

// addresses reads what the process prints up to where it says that it serves.
func (p *process) addresses(ts *testscript.TestScript, command string, lines <-chan string) {
	limit := time.NewTimer(ready)
	defer limit.Stop()
	var said []string
	for {
		select {
		case line, more := <-lines:
			if !more {
				logged, _ := os.ReadFile(ts.MkAbs("log"))
				ts.Fatalf("kassa ended: %v\n%s\n%s", <-p.ended, strings.Join(said, "\n"), logged)
			}
			said = append(said, line)
			ts.Logf("kassa: %s", line)
		case <-limit.C:
			ts.Fatalf("kassa does not say where it listens: %q", said)
		}
		text := strings.Join(said, "\n")
		switch {
		case command == "serve" && strings.Contains(text, "listening on"):
			setAddresses(ts, text, "KASSA", "ADMIN")
			return
		case command == "demo" && strings.Contains(text, "Stop with"):
			setAddresses(ts, text, "SHOP", "KASSA", "ADMIN")
			return
		}
	}
}

// setAddresses gives the addresses in a text to variables, in order.
func setAddresses(ts *testscript.TestScript, text string, names ...string) {
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, "http://") && len(names) > 0 {
			ts.Setenv(names[0], strings.TrimRight(word, ","))
			names = names[1:]
		}
	}
	if len(names) > 0 {
		ts.Fatalf("kassa does not say %s: %s", names, text)
	}
}

// kill ends the process whatever it does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be gone
	p.ended <- <-p.ended
}

// cmdStop sends a signal, TERM without one, and waits: the process must end with exit code 0. KILL asks for no code.
func cmdStop(ts *testscript.TestScript, neg bool, args []string) {
	p := of(ts).running
	if neg || p == nil || len(args) > 1 {
		ts.Fatalf("usage: stop [TERM|INT|KILL] after a start")
	}
	name := "TERM"
	if len(args) == 1 {
		name = args[0]
	}
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	ts.Check(p.cmd.Process.Signal(signals[name]))
	err := <-p.ended
	p.ended <- err
	if err != nil && name != "KILL" {
		ts.Fatalf("kassa after %s: %v", name, err)
	}
	of(ts).running = nil
}

// cmdPort finds a free port below those that the system hands out by itself, so that a server can come back to it.
func cmdPort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: port VARIABLE")
	}
	from := 10000 + os.Getpid()%10000
	for port := from; port < from+10000; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			ts.Check(l.Close())
			ts.Setenv(args[0], fmt.Sprint(port))
			return
		}
	}
	ts.Fatalf("no free port")
}

// cmdPostgres starts a PostgreSQL of the story's own and gives the URL of an empty database.
func cmdPostgres(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: postgres VARIABLE")
	}
	t := scriptTest{ts: ts}
	ts.Setenv(args[0], pgtest.Start(t).Database(t))
}

// cmdAPI makes a call as the merchant API_USER: api STATUS METHOD PATH [FILE]. The body is FILE with variables filled in.
func cmdAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: api STATUS METHOD PATH [FILE]")
	}
	call(ts, args, func(r *http.Request) {
		r.SetBasicAuth(ts.Getenv("API_USER"), ts.Getenv("API_PASSWORD"))
		r.Header.Set("Content-Type", "application/json")
	})
}

// cmdAccess has api use the credentials that kassa merchant printed into a file, or on stdout.
func cmdAccess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: access FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "username":
			ts.Setenv("API_USER", value)
		case "password":
			ts.Setenv("API_PASSWORD", value)
		}
	}
}

// cmdHost makes a payment session of cart.json and hosts it with page.json: SESSION, HOSTED and PAGE are its ids and its link.
func cmdHost(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: host")
	}
	cmdAPI(ts, false, []string{"200", "POST", "/payments/v1/sessions", "cart.json"})
	cmdGet(ts, false, []string{"session_id", "SESSION"})
	cmdAPI(ts, false, []string{"201", "POST", "/hpp/v1/sessions", "page.json"})
	cmdGet(ts, false, []string{"session_id", "HOSTED"})
	cmdGet(ts, false, []string{"redirect_url", "PAGE"})
}

// cmdHTTP makes a request without credentials: http STATUS METHOD URL [FILE].
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: http STATUS METHOD URL [FILE]")
	}
	call(ts, args, func(*http.Request) {})
}

// call makes a request and keeps its answer, also in the file answer. A status with a + behind it is what requests from a second
// on must be answered with; it tries until then.
func call(ts *testscript.TestScript, args []string, prepare func(*http.Request)) {
	s := of(ts)
	want, patient := strings.CutSuffix(args[0], "+")
	url := args[2]
	if strings.HasPrefix(url, "/") {
		url = ts.Getenv("KASSA") + url
	}
	body := ""
	if len(args) == 4 {
		body = os.Expand(ts.ReadFile(args[3]), ts.Getenv)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	for begun := time.Now(); ; {
		late := time.Since(begun) > time.Second
		r, err := http.NewRequest(args[1], url, strings.NewReader(body))
		ts.Check(err)
		prepare(r)
		resp, err := client.Do(r)
		ts.Check(err)
		s.body, err = io.ReadAll(resp.Body)
		ts.Check(errors.Join(err, resp.Body.Close()))
		s.status, s.header = resp.StatusCode, resp.Header
		if fmt.Sprint(s.status) == want || !patient || late {
			break
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), s.body, 0o600))
	if fmt.Sprint(s.status) != want {
		ts.Fatalf("%s %s: status %d, want %s: %s %s", args[1], url, s.status, want, s.header.Get("Kassa-Explain"), bytes.ToValidUTF8(s.body, nil))
	}
}

// member finds a member of the last answer; "" when it is not there. Lists are counted.
func (s *story) member(ts *testscript.TestScript, path string) string {
	var at any
	if err := json.Unmarshal(s.body, &at); err != nil {
		ts.Fatalf("the answer is not JSON: %v: %s", err, s.body)
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	switch v := at.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.0f", v)
	case []any:
		return fmt.Sprint(len(v))
	}
	return fmt.Sprint(at)
}

// cmdGet keeps a member of the last answer: get MEMBER VARIABLE.
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get MEMBER VARIABLE")
	}
	value := of(ts).member(ts, args[0])
	if value == "" {
		ts.Fatalf("no %s in %s", args[0], of(ts).body)
	}
	ts.Setenv(args[1], value)
}

// cmdWant compares a member of the last answer: want MEMBER VALUE. ” stands for a member that is not there.
func cmdWant(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: want MEMBER VALUE")
	}
	if got := of(ts).member(ts, args[0]); (got == args[1]) == neg {
		ts.Fatalf("%s is %q in %s", args[0], got, of(ts).body)
	}
}

// cmdHeader compares a header of the last answer: header NAME VALUE.
func cmdHeader(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: header NAME VALUE")
	}
	if got := of(ts).header.Get(args[0]); (got == args[1]) == neg {
		ts.Fatalf("%s is %q", args[0], got)
	}
}

// cmdAdvance moves the sandbox's clock.
func cmdAdvance(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: advance DURATION")
	}
	resp, err := http.Post(ts.Getenv("ADMIN")+"/sandbox/clock", "application/json", strings.NewReader(`{"advance":"`+args[0]+`"}`))
	ts.Check(err)
	ts.Check(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("the clock answers %d", resp.StatusCode)
	}
}

// tab is one tab of the consumer's browser, which follows no script and keeps no cookie, and the form in it as it was filled in.
type tab struct {
	*servertest.Consumer
	form *servertest.Form
}

// cmdTab does something in a tab; see tabVerbs.
func cmdTab(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || tabVerbs[args[1]] == nil && args[1] != "open" {
		ts.Fatalf("usage: tab NAME VERB …")
	}
	s := of(ts)
	if args[1] == "open" && len(args) == 3 {
		s.tabs[args[0]] = &tab{Consumer: servertest.Open(scriptTest{ts: ts}, args[2])}
		return
	}
	t := s.tabs[args[0]]
	if t == nil {
		ts.Fatalf("no tab %s is open", args[0])
	}
	tabVerbs[args[1]](ts, t, neg, append(args[2:], "", ""))
}

// tabVerbs: step, status, says, back compare what the tab shows; the others do something.
var tabVerbs = map[string]func(ts *testscript.TestScript, t *tab, neg bool, args []string){
	"step": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		t.compare(ts, neg, "step", t.Step(), args[0])
	},
	"status": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		t.compare(ts, neg, "status", t.PageStatus(), args[0])
	},
	"answered": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		t.compare(ts, neg, "answer", fmt.Sprint(t.Status), args[0])
	},
	"back": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		t.compare(ts, neg, "link to the shop", t.Return(), args[0])
	},
	"says": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		if strings.Contains(t.Text(), args[0]) == neg {
			ts.Fatalf("the page says: %s", t.Text())
		}
	},
	"has": func(ts *testscript.TestScript, t *tab, neg bool, args []string) {
		if t.Has(args[0]) == neg {
			ts.Fatalf("%s on the page: %t: %s", args[0], neg, t.Text())
		}
	},
	"reload": func(_ *testscript.TestScript, t *tab, _ bool, _ []string) { t.Reload() },
	"to":     func(_ *testscript.TestScript, t *tab, _ bool, args []string) { t.To(args[0], args[1]) },
	"pay":    func(_ *testscript.TestScript, t *tab, _ bool, args []string) { t.Pay(args[0]) },
	"fill": func(_ *testscript.TestScript, t *tab, _ bool, args []string) {
		t.form = t.Form()
		for _, a := range args {
			if name, value, ok := strings.Cut(a, "="); ok {
				t.form.Set(name, value)
			}
		}
	},
	"submit": func(_ *testscript.TestScript, t *tab, _ bool, _ []string) {
		form := t.form
		if t.form = nil; form == nil {
			form = t.Form()
		}
		form.Submit()
	},
	"press": func(_ *testscript.TestScript, t *tab, _ bool, args []string) { t.FormOf(args[0]).Submit() },
	"click": func(_ *testscript.TestScript, t *tab, _ bool, args []string) { t.FormWith("action", args[0]).Submit() },
	"doubleclick": func(ts *testscript.TestScript, t *tab, _ bool, _ []string) {
		form, ended := t.Form(), make(chan error, 2)
		for range 2 {
			go func() {
				status, _, err := form.Send()
				if err == nil && status != http.StatusSeeOther {
					err = fmt.Errorf("status %d", status)
				}
				ended <- err
			}()
		}
		ts.Check(errors.Join(<-ended, <-ended))
	},
	"sendandclose": func(ts *testscript.TestScript, t *tab, _ bool, _ []string) {
		_, _, err := t.Form().Send()
		ts.Check(err)
	},
}

func (t *tab) compare(ts *testscript.TestScript, neg bool, what, got, want string) {
	if (got == want) == neg {
		ts.Fatalf("%s is %q: %d %s", what, got, t.Status, t.Text())
	}
}

// scriptTest lets servertest fail a script.
type scriptTest struct {
	testing.TB
	ts *testscript.TestScript
}

func (scriptTest) Helper()                             {}
func (s scriptTest) Errorf(format string, args ...any) { s.ts.Fatalf(format, args...) }
func (s scriptTest) Fatal(args ...any)                 { s.ts.Fatalf("%s", fmt.Sprint(args...)) }
func (s scriptTest) Fatalf(format string, args ...any) { s.ts.Fatalf(format, args...) }
func (s scriptTest) Cleanup(f func())                  { s.ts.Defer(f) }
