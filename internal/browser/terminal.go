package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Terminal is a browser that draws letters, in a terminal of its own that is tall enough for a whole page. Its keys are those that its
// manual teaches. It ends with the test that started it.
type Terminal struct {
	t      testing.TB
	name   string
	socket string
}

// terminals are the commands of the browsers that we know, without the address: no configuration of this machine, no questions, links and
// buttons numbered where that is how they are pressed. HOME is an empty directory.
var terminals = map[string][]string{
	"lynx":   {"lynx", "-nopause", "-accept_all_cookies"},
	"w3m":    {"w3m"},
	"links2": {"links2", "-html-numbered-links", "1", "-async-dns", "0"},
	"elinks": {
		"elinks", "-no-home", "-eval", "set document.browse.links.numbering=1", "-eval", "set document.browse.links.number_keys_select_link=2",
		"-eval", "set document.browse.forms.confirm_submit=0", "-eval", "set protocol.http.bugs.post_no_keepalive=1",
	},
}

// StartTerminal opens an address in one of lynx, w3m, links2, elinks.
func StartTerminal(t testing.TB, name, address string) *Terminal {
	t.Helper()
	for _, program := range []string{"tmux", name} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("no %s on this machine: run scripts/install-tools", program)
		}
	}
	home, err := os.MkdirTemp("", "kassa-terminal-") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	term := &Terminal{t: t, name: name, socket: filepath.Join(home, "tmux")}
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", term.socket, "kill-server").Run()
		_ = os.RemoveAll(home)
	})
	args := []string{"-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "150", "env", "-i", "PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm", "LANG=C.UTF-8"}
	term.tmux(append(append(args, terminals[name]...), address)...)
	if name == "links2" { // greets whom it does not know
		term.See("Welcome to links!")
		term.keys("Enter")
		term.wait("begin", func(screen string) bool { return !strings.Contains(screen, "Welcome to links!") })
	}
	return term
}

func (term *Terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("%s: tmux %s: %v: %s", term.name, args[0], err, out)
	}
	return string(out)
}

// Screen is what stands on it, without empty lines.
func (term *Terminal) Screen() string {
	term.t.Helper()
	var out []string
	for line := range strings.SplitSeq(term.tmux("capture-pane", "-p"), "\n") {
		if line = strings.TrimRight(line, " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// See waits until the screen shows a text.
func (term *Terminal) See(text string) {
	term.t.Helper()
	term.wait("see "+text, func(screen string) bool { return strings.Contains(screen, text) })
}

// wait waits until the screen is as wanted.
func (term *Terminal) wait(what string, is func(screen string) bool) (screen string) {
	term.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	giveUp := time.After(patience)
	for {
		if screen = term.Screen(); is(screen) {
			return screen
		}
		select {
		case <-again.C:
		case <-giveUp:
			term.t.Fatalf("%s: cannot %s on\n%s", term.name, what, screen)
		}
	}
}

func (term *Terminal) keys(keys ...string) {
	term.t.Helper()
	term.tmux(append([]string{"send-keys"}, keys...)...)
}

func (term *Terminal) letters(letters string) {
	term.t.Helper()
	term.tmux("send-keys", "-l", letters)
}

// Press presses the button with these words.
func (term *Terminal) Press(words string) {
	term.t.Helper()
	term.goTo(words, 0)
	if term.name != "links2" { // where the number has pressed it
		term.keys("Enter")
	}
}

// Fill writes into the empty field that stands before a button.
func (term *Terminal) Fill(button, words string) {
	term.t.Helper()
	switch term.name {
	case "lynx":
		term.goTo(button, 0)
		term.keys("Up")
		term.letters(words)
		term.keys("Down")
	case "w3m": // asks for the words at the bottom of the screen
		term.goTo(button, 0)
		term.keys("C-u", "Enter")
		term.See("TEXT:")
		term.letters(words)
		term.keys("Enter")
		term.wait("write", func(screen string) bool { return !strings.Contains(screen, "TEXT:") })
	case "elinks": // asks before a field takes letters
		term.goTo(button, -1)
		term.keys("Enter")
		term.letters(words)
		term.keys("Down")
	default:
		term.goTo(button, -1)
		term.letters(words)
		term.keys("Down")
	}
	term.See(words)
}

// numbered finds the number before the words of a link, a button or a field.
func numbered(words string) *regexp.Regexp {
	return regexp.MustCompile(`\[(\d+)\]\s*(?:\[.\]|\(.\))?\s*` + regexp.QuoteMeta(words))
}

// goTo brings the cursor to a link, a button or a field with these words; where they are numbered, to one so many further on.
func (term *Terminal) goTo(words string, further int) {
	term.t.Helper()
	term.See(words)
	switch term.name {
	case "lynx": // the question keeps what was searched for before
		term.letters("/")
		term.See("Enter a whereis query:")
		term.keys("C-u")
		term.letters(words)
		term.See("Enter a whereis query: " + words)
		term.keys("Enter")
		term.wait("search", func(screen string) bool { return !strings.Contains(screen, "whereis") })
	case "w3m":
		term.letters("/")
		term.See("Forward:")
		term.letters(words)
		term.keys("Enter")
	default:
		screen := term.Screen()
		found := numbered(words).FindStringSubmatch(screen)
		if found == nil {
			term.t.Fatalf("%s: no number before %q on\n%s", term.name, words, screen)
		}
		number, _ := strconv.Atoi(found[1])
		term.letters(strconv.Itoa(number + further))
		if term.name == "links2" {
			term.See("Enter link number")
		}
		term.keys("Enter")
	}
}
