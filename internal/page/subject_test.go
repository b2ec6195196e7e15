package page

import (
	"regexp"
	"strings"
	"testing"
)

// shouted is SpamAssassin 4.0.1's rule SUBJ_ALL_CAPS (HeaderEval.pm, subject_is_all_caps): of a subject of two words and ten letters at
// least it looks at the Latin letters alone.
func shouted(subject string) bool {
	subject = strings.TrimSpace(subject)
	if !regexp.MustCompile(`\s`).MatchString(subject) || len(subject) < 10 {
		return false
	}
	letters := regexp.MustCompile(`[^a-zA-Z]`).ReplaceAllString(subject, "")
	return letters != "" && letters == strings.ToUpper(letters)
}

// No subject is all capitals to a filter, in no language and for no shop.
func TestSubject_isNotShouted(t *testing.T) {
	if !shouted("إيصالك من IKEA: 100.00 £") || shouted("إيصالك من متجر: 100.00 £") || shouted("Pay IKEA now please") {
		t.Fatal("the rule of the test is wrong")
	}
	c := catalog(t)
	for _, url := range []string{"https://pay.example.com/kassa", "http://127.0.0.1:8080", "http://[::1]:8080"} {
		p := &Page{catalogues: c, publicURL: url}
		for _, l := range c.languages {
			for _, shop := range []string{"IKEA", "Nordlys Cykler", "H&M", "متجر الشمال", "ΚΑΦΕ", "123"} {
				for _, amount := range []string{"SEK 100.00", "100,00 €", "\u200f100.00\u00a0£"} {
					for _, key := range []string{"mail.link.subject", "mail.link.heading", "mail.receipt.subject", "mail.code.subject"} {
						said := l.T(key, "Merchant", shop, "Amount", amount, "Code", "012345")
						if got := p.subject(said); shouted(got) || !strings.HasPrefix(got, said) {
							t.Errorf("%s %s: %q", l.tag, key, got)
						}
					}
				}
			}
		}
	}
}
