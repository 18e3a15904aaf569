package preview

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// look is what an editor chose to see; every choice is in the query, so that
// the page works without scripts and its address can be handed on.
type look struct {
	base   string // the page's path
	View   string // mail, compare, text, headers
	Width  string // phone, desktop
	Mode   string // light, dark, inverted, own
	Images string // on, off
	Marks  string // on, off
	At     int    // the finding to go to, from 1; 0 is none
	Clip   bool   // go to the line where Gmail cuts
}

// choices by key; the first is what holds when nothing was chosen.
var choices = map[string][]string{
	"view":   {"mail", "compare", "text", "headers"},
	"width":  {"desktop", "phone"},
	"mode":   {"light", "dark", "inverted", "own"},
	"images": {"on", "off"},
	"marks":  {"on", "off"},
}

func lookOf(r *http.Request) look {
	l := look{base: "/preview/" + url.PathEscape(r.PathValue("token"))}
	for key, to := range l.fields() {
		*to = choices[key][0]
		if v := r.FormValue(key); slices.Contains(choices[key], v) {
			*to = v
		}
	}
	at := r.FormValue("at")
	if n, err := strconv.Atoi(at); err == nil && n > 0 {
		l.At = n
	}
	l.Clip = at == clipLine
	return l
}

func (l *look) fields() map[string]*string {
	return map[string]*string{"view": &l.View, "width": &l.Width, "mode": &l.Mode, "images": &l.Images, "marks": &l.Marks}
}

// query writes what differs from the first choices.
func (l look) query() string {
	q := url.Values{}
	for key, v := range l.fields() {
		if *v != choices[key][0] {
			q.Set(key, *v)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// With is the address of the page with one choice changed.
func (l look) With(key, value string) string {
	*l.fields()[key] = value
	l.At = 0
	return l.base + l.query()
}

// clipLine is the line where Gmail cuts, in addresses.
const clipLine = "clip"

// ToClip is the address of the page where that line can be seen.
func (l look) ToClip() string {
	if l.View != "compare" {
		l.View = "mail"
	}
	return l.to(l.View, clipLine, "#stage")
}

// To is the address of the page where a finding can be seen.
func (l look) To(view string, n int) string {
	anchor := "#stage"
	if view == "text" || view == "headers" {
		anchor = "#mark-" + strconv.Itoa(n)
	}
	return l.to(view, strconv.Itoa(n), anchor)
}

func (l look) to(view, at, anchor string) string {
	l.View, l.Marks = view, "on"
	q := l.query()
	if q == "" {
		q = "?"
	} else {
		q += "&"
	}
	return l.base + q + "at=" + at + anchor
}

// Frame is the address of the frame for this look.
func (l look) Frame() string {
	anchor := ""
	if l.At > 0 {
		anchor = "#finding-" + strconv.Itoa(l.At)
	}
	if l.Clip {
		anchor = "#" + clipLine
	}
	l.View, l.Width = choices["view"][0], choices["width"][0]
	return l.base + "/frame" + l.query() + anchor
}

// File is the address of the message as a file.
func (l look) File() string { return l.base + "/eml" }

// option is one choice of a group.
type option struct {
	Label, URL string
	Chosen     bool
}

// group is what an editor can choose between.
type group struct {
	Label   string
	Options []option
}

func (l look) group(label, key string, labels ...string) group {
	g := group{Label: label}
	for i, name := range labels {
		value := choices[key][i]
		g.Options = append(g.Options, option{name, l.With(key, value), *l.fields()[key] == value})
	}
	return g
}

// Views are the tabs of the page.
func (l look) Views() group {
	return l.group("What to show", "view", "Mail", "Side by side", "Text", "Headers")
}

// Groups are the choices about the frame.
func (l look) Groups() []group {
	all := []group{
		l.group("Width", "width", "Desktop", "Phone"),
		l.group("Colours", "mode", "Light", "Dark", "Inverted", "Yours"),
		l.group("Images", "images", "Images on", "Images off"),
		l.group("Marks", "marks", "Marks on", "Marks off"),
	}
	if l.View == "compare" {
		return all[3:]
	}
	return all
}

// pane is one frame of the page.
type pane struct{ Label, URL, Class string }

// Panes are the frames of the page: one, or the four that differ most.
func (l look) Panes() []pane {
	if l.View != "compare" {
		return []pane{{"The mail as it looks", l.Frame(), l.Width}}
	}
	var out []pane
	for _, p := range []struct{ label, mode, images string }{
		{"Light", "light", "on"}, {"Dark", "dark", "on"}, {"Inverted", "inverted", "on"}, {"Images off", "light", "off"},
	} {
		f := l
		f.Mode, f.Images = p.mode, p.images
		out = append(out, pane{p.label, f.Frame(), "phone"})
	}
	return out
}
