package page

import (
	"fmt"
	"math"
	"strconv"
)

// colour is an sRGB colour.
type colour struct{ r, g, b uint8 }

// parseColour reads #rrggbb.
func parseColour(s string) (colour, bool) {
	n, err := strconv.ParseUint(s[min(1, len(s)):], 16, 32)
	if err != nil || len(s) != 7 || s[0] != '#' {
		return colour{}, false
	}
	return colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true //nolint:gosec // each is one byte of the number
}

func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

func (c colour) luminance() float64 { return luminance(c.r, c.g, c.b) }

func (c colour) against(d colour) float64 { return contrast(c.luminance(), d.luminance()) }

// mixed is c with a share of m in it.
func (c colour) mixed(m colour, share float64) colour {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-share) + float64(b)*share)) }
	return colour{mix(c.r, m.r), mix(c.g, m.g), mix(c.b, m.b)}
}

// hsl gives hue (0 to 6), saturation and lightness (0 to 1).
func (c colour) hsl() (h, s, l float64) {
	r, g, b := float64(c.r)/255, float64(c.g)/255, float64(c.b)/255
	top, low := max(r, g, b), min(r, g, b)
	l = (top + low) / 2
	d := top - low
	if d == 0 {
		return 0, 0, l
	}
	s = d / (1 - math.Abs(2*l-1))
	switch top {
	case r:
		h = math.Mod((g-b)/d+6, 6)
	case g:
		h = (b-r)/d + 2
	default:
		h = (r-g)/d + 4
	}
	return h, s, l
}

func fromHSL(h, s, l float64) colour {
	c := (1 - math.Abs(2*l-1)) * s
	x := c * (1 - math.Abs(math.Mod(h, 2)-1))
	var r, g, b float64
	switch int(h) {
	case 0:
		r, g = c, x
	case 1:
		r, g = x, c
	case 2:
		g, b = c, x
	case 3:
		g, b = x, c
	case 4:
		r, b = x, c
	default:
		r, b = c, x
	}
	m := l - c/2
	scale := func(v float64) uint8 { return uint8(math.Round(min(max(v+m, 0), 1) * 255)) }
	return colour{scale(r), scale(g), scale(b)}
}

// moved shifts the lightness in steps until the colour is good or there is no lighter or darker one.
func (c colour) moved(step float64, good func(colour) bool) colour {
	h, s, l := c.hsl()
	for !good(c) {
		next := min(max(l+step, 0), 1)
		if next == l {
			return c
		}
		l = next
		c = fromHSL(h, s, l)
	}
	return c
}

// scheme is what a merchant's colour meets in light or dark.
type scheme struct {
	paper, card, ink, soft colour
	share                  float64 // of the merchant's colour in a tint
	step                   float64 // by which a link moves away from the paper
	dark                   bool
}

var (
	lightScheme = scheme{paper: colour{0xf5, 0xf1, 0xe9}, card: colour{0xff, 0xff, 0xff}, ink: colour{0x21, 0x1c, 0x16}, soft: colour{0x62, 0x59, 0x4d}, share: .10, step: -.02}
	darkScheme  = scheme{paper: colour{0x19, 0x15, 0x11}, card: colour{0x26, 0x21, 0x1b}, ink: colour{0xf4, 0xef, 0xe7}, soft: colour{0xbd, 0xb3, 0xa5}, share: .14, step: .02, dark: true}
)

// palette is what is made of a merchant's colour for one scheme: the only tokens that it changes.
type palette struct {
	tint, link, accent, on colour
	rim                    string
}

// readable is the least contrast of text (WCAG 2.2, 1.4.3), visible that of what shows where a button is (1.4.11).
const (
	readable = 4.5
	visible  = 3.0
)

// palette corrects a merchant's colour until everything written on it or in it can be read.
func (s scheme) palette(m colour) palette {
	white, dark := colour{0xff, 0xff, 0xff}, lightScheme.ink
	p := palette{tint: s.card.mixed(m, s.share), rim: "transparent"}
	p.link = m.moved(s.step, func(c colour) bool {
		return min(c.against(s.paper), c.against(s.card), c.against(p.tint)) >= readable
	})
	p.accent = m
	if s.dark && m.against(s.paper) < visible {
		p.accent = p.link
	}
	p.accent = p.accent.moved(-.02, func(c colour) bool { return max(c.against(white), c.against(dark)) >= readable })
	if p.on = dark; p.accent.against(white) >= readable {
		p.on = white
	}
	if min(p.accent.against(s.paper), p.accent.against(s.card)) < visible {
		p.rim = p.link.String()
	}
	return p
}

func (p palette) css() string {
	return fmt.Sprintf(":root{--tint:%s;--link:%s;--accent:%s;--on:%s;--rim:%s}", p.tint, p.link, p.accent, p.on, p.rim)
}

// paletteCSS is what follows the style sheet for a merchant's colour. A phone in dark gets the dark tokens, print the light ones.
func paletteCSS(m colour) string {
	return lightScheme.palette(m).css() + "@media screen and (prefers-color-scheme:dark){" + darkScheme.palette(m).css() + "}"
}
