package page

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"

	"kassa/internal/pay"
)

//go:embed templates/*.html
var templateFiles embed.FS

// text is a sentence or a value as HTML: escaped, its parts isolated from each other.
type text = template.HTML

// View is everything one page shows, in words: templates decide nothing.
type View struct {
	*speech
	zone *time.Location // of the clocks where the consumer lives
	// figures are the amounts of what is bought, which are written alike; the zero value is no column.
	figures column
	// receiptTo is where a receipt goes by e-mail, empty when none is sent.
	receiptTo pay.Personal

	Lang, Dir    string
	LangChosen   bool // by the switch: forms and addresses keep it
	LanguageName string
	Languages    []languageLink
	CSS, Icon    string
	Live         bool // the fields are looked at as they are filled in
	Title        string
	Status       string // data-status
	Sandbox      bool
	Banner       text // what the sandbox says
	Unknown      bool // no merchant is known
	Merchant     string
	Logo         *logo
	Background   string // address of the picture behind the header
	Links        []link // footer

	Columns bool // slip and form beside each other; otherwise one result
	Page    string
	Slip    *slip
	Action  string // where forms are sent: the page's own address
	Form    signedForm
	Leave   string // back, cancel-back, cancel, or empty

	StepNumber, StepCount int
	Heading               string
	Lead                  text
	Errors                []fieldError
	Timer, Changed        bool

	Declined  text
	Ways      []card
	Refused   []card
	Fields    []field
	Known     []fact
	Plans     []card
	Fine      text
	Consents  []text // what the pay button agrees to
	Button    text
	Sent      bool
	CodesLeft text
	MaySend   bool
	Another   string

	Outcome *outcome
	Clerk   *clerkView // the clerk's page and not the consumer's
	Collect string     // what the amount is to the clerk
}

type languageLink struct {
	Tag, Name, Address string
	Current            bool
}

type link struct{ URL, Name string }

type picture struct {
	URL           string
	Width, Height int
}

type logo struct {
	picture
	Plate string // classes of the plate on which a logo stands that could not be seen on the page's colour
	Class string // fit: of unknown size, it is drawn as large as its box lets it
}

// fact is a label over or beside a value; Change is the action that changes it.
type fact struct {
	Label  string
	Value  text
	Change string
}

// card is a radio card; Fields belong to it and are shown when it is chosen.
type card struct {
	ID, Name     string
	Figure, Text text
	Chosen       bool
	Dates, Terms []fact
	Fields       []field
}

// field is an input with its label, hint and error.
type field struct {
	Name, Label, Value             string
	Hint, Error                    text
	Example                        string // of the form that is needed, for who is refused
	Type, Auto, Mode, Class, Shape string // Shape is a short pattern like MM / YY within the empty box
	LTR                            bool
	Max                            int
	Select                         *choice // before the box
}

// choice is a select.
type choice struct {
	Name, Label string
	Options     text
}

// Rows puts fields that are short, and always filled in together, beside each other.
func (v *View) Rows() [][]field {
	var out [][]field
	for i := 0; i < len(v.Fields); i++ {
		if i+1 < len(v.Fields) && beside[v.Fields[i].Name] == v.Fields[i+1].Name {
			out = append(out, v.Fields[i:i+2])
			i++
			continue
		}
		out = append(out, v.Fields[i:i+1])
	}
	return out
}

// beside are the fields that share a row.
var beside = map[string]string{"given_name": "family_name", "postal_code": "city"}

// DescribedBy lists the ids of hint and error.
func (f field) DescribedBy() string {
	out := ""
	if f.Hint != "" {
		out = f.Name + "-hint"
	}
	if f.Error != "" {
		if out != "" {
			out += " "
		}
		out += f.Name + "-err"
	}
	return out
}

// fieldError is an entry of the error summary: the field's id, and what is wrong.
type fieldError struct {
	Field string
	Text  text
}

// outcome is a page with one result.
type outcome struct {
	Step        string // data-step: outcome or checking; on the cancel prompt the step that it stands before
	Tone, Icon  string // good, bad or neutral; name of the glyph
	Amount      string
	Long        bool // it is set smaller
	Text        []text
	Facts       []fact
	ShowOrder   bool
	Action      string // value of the main button's action, empty without
	Button      string
	Refuse      string // second button of the demo bank
	Check       string // address of a button that looks again
	Confirm     bool   // the two buttons of the cancel prompt
	Return      template.URL
	ReturnLabel text
	Note        []text
}

// Big is the amount where it is set large.
func (o *outcome) Big() string { return breakable(o.Amount) }

// HasForm reports whether the outcome carries its data-step on a form.
func (o *outcome) HasForm() bool { return o.Action != "" || o.Confirm }

// renderer holds the parsed templates, and what they are drawn with.
type renderer struct {
	templates *template.Template
	buffers   sync.Pool // of *bytes.Buffer
	gzips     sync.Pool // of *gzip.Writer: making one costs more than drawing a page
}

func newRenderer() (*renderer, error) {
	t, err := template.New("page").ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &renderer{
		templates: t,
		buffers:   sync.Pool{New: func() any { return new(bytes.Buffer) }},
		gzips:     sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }},
	}, nil
}

// drawn is a page ready to be sent.
type drawn struct {
	bytes   []byte
	gzipped bool
}

// body draws a whole page, or nothing: a template that fails halfway shows nothing half done.
func (r *renderer) body(v *View, compressed bool) (drawn, error) {
	b := r.buffers.Get().(*bytes.Buffer)
	defer r.buffers.Put(b)
	b.Reset()
	if err := r.templates.ExecuteTemplate(b, "layout", v); err != nil {
		return drawn{}, fmt.Errorf("draw page %s: %w", v.Page, err)
	}
	if !compressed {
		return drawn{bytes: bytes.Clone(b.Bytes())}, nil
	}
	var out bytes.Buffer
	out.Grow(b.Len() / 2)
	z := r.gzips.Get().(*gzip.Writer)
	defer r.gzips.Put(z)
	z.Reset(&out)
	if _, err := z.Write(b.Bytes()); err != nil {
		return drawn{}, fmt.Errorf("compress page: %w", err)
	}
	if err := z.Close(); err != nil {
		return drawn{}, fmt.Errorf("compress page: %w", err)
	}
	return drawn{bytes: out.Bytes(), gzipped: true}, nil
}

// mail writes the HTML part of a mail.
func (r *renderer) mail(w io.Writer, v *mailView) error {
	if err := r.templates.ExecuteTemplate(w, "mail", v); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}
