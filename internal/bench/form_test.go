package bench

import (
	"testing"
)

func TestReadPage_fillsTheMainForm(t *testing.T) {
	for _, c := range []struct {
		name, html   string
		step, action string
		want         string // what is submitted, encoded
	}{
		{
			"hidden fields and radios",
			`<!doctype html><!-- <form data-step="no"> --><style>a > b { content: "<form data-step=x>" }</style>
			<body data-status="WAITING"><form method="get"><input name="lang" value="sv"></form>
			<form method="post" data-step="method" action="/pay/1-a&amp;b">
			<input type="hidden" name="step" value="method"><input type=hidden name=nonce value=n-1>
			<label><input type="radio" name="category" value="pay_now" checked> Pay now</label>
			<label><input type="radio" name="category" value="pay_later"> Pay later</label>
			<button data-primary>Continue</button></form>
			<form method="post"><input type="hidden" name="action" value="cancel"><button>Cancel</button></form>`,
			"method", "/pay/1-a&b", "category=pay_later&nonce=n-1&step=method",
		},
		{
			"the page's choice when ours is not offered",
			`<form data-step="method"><input type="radio" name="category" value="pay_now"><input type="radio" name="category" value="pay_over_time" checked></form>`,
			"method", "", "category=pay_over_time",
		},
		{
			"buttons that choose",
			`<form data-step="plan"><button name="plan" value="3">3</button><button name="plan" value="6" data-primary>6</button><button type="button" name="x" value="y">?</button></form>`,
			"plan", "", "plan=6",
		},
		{
			"what the page left empty is typed",
			`<form data-step="contact"><input name="email" value="" required><input name='given_name' value='&#214;rjan'><input name="region"><input name="phone" disabled value="1"></form>`,
			"contact", "", "email=customer%40email.se&given_name=%C3%96rjan&region=",
		},
		{
			"boxes and lists",
			`<form data-step="review"><input type="checkbox" name="terms" required><input type="checkbox" name="news"><input type="checkbox" name="kept" value="1" checked>
			<select name="bank"><option value="a">A</option><option value="b" selected>B</option></select></form>`,
			"review", "", "bank=b&kept=1&terms=on",
		},
		{
			"the one-time code",
			`<form data-step="code" ><input inputmode="numeric" autocomplete="one-time-code" name="code"/><button type="submit" data-primary>Continue</button></form>`,
			"code", "", "code=123456",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := readPage([]byte(c.html))
			if p.form == nil {
				t.Fatal("no main form found")
			}
			if got := p.form.fill().Encode(); got != c.want || p.form.step != c.step || p.form.action != c.action {
				t.Errorf("step %q action %q submits %q; want %q %q %q", p.form.step, p.form.action, got, c.step, c.action, c.want)
			}
		})
	}
}

func TestReadPage_outcomeHasNoForm(t *testing.T) {
	p := readPage([]byte(`<body class="x" data-status="COMPLETED"><a data-return href="https://shop.example/ok">Back to the shop</a>`))
	if p.status != "COMPLETED" || p.form != nil {
		t.Errorf("page = %+v", p)
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add([]byte(`<body data-status="X"><form data-step="a"><input name=x value="y"><select name=s><option value=1></select></form>`))
	f.Add([]byte(`<form data-step='a' =x "><!--`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if p := readPage(text); p.form != nil {
			p.form.fill()
		}
	})
}
