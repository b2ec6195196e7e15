package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"
)

//go:embed templates/*.html
var templateFiles embed.FS

// View is everything one page shows, in words: templates decide nothing.
type View struct {
	*speech
	Lang, Dir    string
	LangChosen   bool // by the switch: forms and addresses keep it
	LanguageName string
	Languages    []languageLink
	CSS          string
	Title        string
	Status       string // data-status
	Sandbox      bool
	Unknown      bool // no merchant is known
	Merchant     string
	Logo         *logo
	Background   *picture
	Links        []link // footer

	Columns bool // slip and form beside each other; otherwise one result
	Page    string
	Slip    *slip
	Action  string // where forms are sent: the page's own address
	Form    signedForm
	Leave   string // back, cancel-back, cancel, or empty

	StepNumber, StepCount int
	Heading, Lead         string
	Errors                []fieldError
	Timer                 bool

	Declined  string
	Ways      []card
	Refused   []card
	Fields    []field
	Known     []fact
	Plans     []card
	Fine      string
	Button    string
	CodesLeft string
	MaySend   bool
	Another   string
	TermsURL  string

	Outcome *outcome
}

type languageLink struct {
	Tag, Name string
	Current   bool
}

type link struct{ URL, Name string }

type picture struct {
	URL           string
	Width, Height int
}

type logo struct {
	picture
	Plate string // classes of the plate on which a logo stands that could not be seen on the page's colour
}

// slip is the order: the amount, and how it adds up.
type slip struct {
	Caption string
	Amount  string
	Long    bool
	Lines   []slipLine
	Sums    []slipLine
	Tax     *slipLine
}

type slipLine struct {
	Name, Detail, Amount string
	Cut                  bool // a discount
}

// fact is a label over or beside a value; Change is the action that changes it.
type fact struct{ Label, Value, Change string }

// card is a radio card.
type card struct {
	ID, Name, Figure, Text string
	Chosen                 bool
	Dates, Terms           []fact
}

// field is an input with its label, hint and error.
type field struct {
	Name, Label, Hint, Error, Value string
	Type, Auto, Mode, Class         string
	LTR                             bool
	Max                             int
}

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

// fieldError is an entry of the error summary.
type fieldError struct{ Field, Label, Short, Long string }

// outcome is a page with one result.
type outcome struct {
	Step         string // data-step: outcome or checking
	Tone, Icon   string // good, bad or neutral; name of the glyph
	Amount, Text string
	Facts        []fact
	ShowOrder    bool
	Action       string // value of the main button's action, empty without
	Button       string
	SecondButton bool
	Check        bool // a button that looks again
	Confirm      bool // the two buttons of the cancel prompt
	Return       string
	ReturnLabel  string
	Note         string
}

// HasForm reports whether the outcome carries its data-step on a form.
func (o *outcome) HasForm() bool { return o.Action != "" }

// renderer holds the parsed templates.
type renderer struct {
	templates *template.Template
	buffers   sync.Pool
}

func newRenderer() (*renderer, error) {
	t, err := template.New("page").ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &renderer{templates: t, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}, nil
}

// render draws a whole page into w, or nothing: a template that fails halfway shows nothing half done.
func (r *renderer) render(w io.Writer, v *View) error {
	b := r.buffers.Get().(*bytes.Buffer)
	defer r.buffers.Put(b)
	b.Reset()
	if err := r.templates.ExecuteTemplate(b, "layout", v); err != nil {
		return fmt.Errorf("draw page %s: %w", v.Page, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("send page: %w", err)
	}
	return nil
}

// mail writes the HTML part of a mail.
func (r *renderer) mail(w io.Writer, v *mailView) error {
	if err := r.templates.ExecuteTemplate(w, "mail", v); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}
