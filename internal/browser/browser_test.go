package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kassa/internal/browser"
)

const form = `<!doctype html><title>Form</title><style>body{margin:0}@media (prefers-color-scheme:dark){b{display:none}}@media (min-width:600px){i{display:none}}</style>
<p id=said>off</p><script>document.getElementById('said').textContent='on'</script><b>light</b><i>narrow</i>
<form method=post><input name=word value=old><input type=radio name=way value=a><select name=what><option value=x>X<option value=y>Y</select><button>Send</button></form>`

func TestTab_doesWhatAPersonDoes(t *testing.T) {
	var sent url.Values
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			sent = r.PostForm
			_, _ = io.WriteString(w, `<!doctype html><title>Sent</title><h1>Sent</h1>`)
			return
		}
		_, _ = io.WriteString(w, form)
	}))
	defer site.Close()
	chromium := browser.Start(t)
	tab := chromium.Tab(t, browser.Look{Width: 390, Height: 800})
	tab.Open(site.URL)
	if tab.Text("#said") != "off" {
		t.Error("scripts run although they are switched off")
	}
	tab.See("b")
	tab.See("i")
	tab.FitsWidth()
	tab.Type("input[name=word]", "new one")
	tab.Click("input[name=way]")
	tab.Choose("select", "y")
	tab.Press("button")
	tab.See("h1")
	if got := sent.Encode(); got != "way=a&what=y&word=new+one" {
		t.Errorf("the form was sent as %s", got)
	}
	if !strings.HasPrefix(tab.Address(), site.URL) {
		t.Errorf("standing at %s", tab.Address())
	}

	other := chromium.Tab(t, browser.Look{Width: 1280, Height: 800, Dark: true, Script: true})
	other.Open(site.URL)
	hidden := `["b","i"].filter(n => getComputedStyle(document.querySelector(n)).display == "none").length`
	if other.Text("#said") != "on" || other.Number(hidden) != 2 || browser.Evaluate[string](other, "document.title") != "Form" {
		t.Error("scripts do not run, or the look is another one")
	}
}

func TestPicture_goesWhereTheEnvironmentSays(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("KASSA_SCREENSHOTS", dir)
	tab := browser.Start(t).Tab(t, browser.Look{Width: 320, Height: 400})
	tab.Picture("blank")
	if got := browser.Evaluate[float64](tab, "1 + 1"); got != 2 {
		t.Errorf("1 + 1 is %v", got)
	}
	picture, err := http.Dir(dir).Open("blank.png")
	if err != nil {
		t.Fatal(err)
	}
	defer picture.Close()
	head := make([]byte, 8)
	if _, err := io.ReadFull(picture, head); err != nil || string(head) != "\x89PNG\r\n\x1a\n" {
		t.Errorf("the picture begins with %q, %v", head, err)
	}
}
