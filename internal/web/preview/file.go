package preview

import (
	"io"
	"strings"

	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/web"
)

// filePane is one frame of the file, with the mail inside.
type filePane struct{ Label, Class, Source string }

// filePage is the whole preview on one page.
type filePage struct {
	page
	Panes []filePane
}

// noImages has a browser load no picture, as a mail program does that holds
// them back.
const noImages = `<head><meta http-equiv="Content-Security-Policy" content="img-src 'none'">`

// File writes the preview of a mail as one page that needs no server: the mail
// on a desktop and, four times, on a phone; the text part, the headers and
// what was found.
func File(w io.Writer, r newsletter.Review) error {
	pages, err := web.ParsePages("preview/file.html")
	if err != nil {
		return err
	}
	weight, err := weigh(r.Message)
	if err != nil {
		return err
	}
	p := filePage{page: page{
		Shell: web.Shell{Name: r.Newsletter.Name}, look: look{View: "mail", Marks: "on"}, R: r, Weight: weight, Meter: meterOf(weight),
		Headers: headers(r.Message), Lines: textLines(r.Text),
	}}
	p.list()
	marks := marksOf(r.HTML, r.Findings, weight)
	for _, v := range []struct{ label, class, mode string }{
		{"Desktop", "desktop", "light"}, {"Phone, light", "phone", "light"}, {"Phone, dark", "phone", "dark"}, {"Phone, inverted", "phone", "inverted"}, {"Phone, images off", "phone", "light"},
	} {
		source := r.HTML
		shown := marks
		if strings.HasSuffix(v.label, "off") {
			source, shown = strings.Replace(source, "<head>", noImages, 1), nil // marks stand at bytes of the mail as it is
		}
		p.Panes = append(p.Panes, filePane{v.label, v.class, dress(source, look{Mode: v.mode, Marks: "on"}, shown)})
	}
	return pages.Write(w, "preview/file.html", &p)
}
