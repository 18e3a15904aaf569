package preview

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/web"
)

// framePolicy is for the HTML of a mail: its own styles, and in a sandbox, so
// that it is a stranger to the page around it. Links open outside.
const framePolicy = "default-src 'none'; style-src 'unsafe-inline'; %s; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

// frame is the HTML part as a mail program may show it.
func (s *site) frame(w http.ResponseWriter, r *http.Request) error {
	review, _, err := s.open(r)
	if err != nil {
		return err
	}
	if review.HTML == "" {
		return web.NotFound("This mail has no HTML part.")
	}
	weight, err := weigh(review.Message)
	if err != nil {
		return err
	}
	l := lookOf(r)
	images := "img-src https: http:"
	if l.Images == "off" {
		images = "img-src 'none'"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", fmt.Sprintf(framePolicy, images))
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Robots-Tag", "noindex")
	_, _ = w.Write([]byte(dress(review.HTML, l, marksOf(review.HTML, review.Findings, weight)))) // the editor has gone away
	return nil
}

// mark is something to be shown at a byte of the HTML part.
type mark struct {
	at   int
	html string
}

// marksOf are the numbers of the findings and the line where Gmail cuts.
func marksOf(source string, found []newsletter.Finding, weight sizes) []mark {
	list := tokens(source)
	var out []mark
	for i, f := range found {
		if at, ok := shownAt(source, list, f); ok {
			out = append(out, mark{at, fmt.Sprintf(`<b class="bs-%s" id="finding-%d" title="%s">%d</b>`,
				f.Severity, i+1, html.EscapeString(f.Rule+": "+f.Message), i+1)})
		}
	}
	if at, ok := spot(list, weight.Cut); ok && weight.Cut >= 0 {
		out = append(out, mark{at, `<i class="bs-clip" id="clip"><u>Gmail cuts the mail off here</u></i>`})
	}
	slices.SortStableFunc(out, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	return out
}

// shownAt is where the mark of a finding goes; false for one that speaks of
// another part, of the mail as a whole, or of what the mail does not show.
func shownAt(source string, list []token, f newsletter.Finding) (int, bool) {
	at := f.Byte
	switch {
	case f.Part == "" && f.Excerpt != "":
		var ok bool
		if at, ok = find(list, f.Excerpt); !ok {
			return 0, false
		}
	case f.Part != "html" || at <= 0 || at >= len(source):
		return 0, false
	}
	return spot(list, at)
}

// dress makes the variant of the mail that a look asks for.
func dress(source string, l look, marks []mark) string {
	var b strings.Builder
	at := 0
	if l.Marks == "on" {
		for i, m := range marks {
			b.WriteString(source[at:m.at])
			at = m.at
			if i == 0 || marks[i-1].at != m.at {
				b.WriteString(`<span class="bs-marks">`)
			}
			b.WriteString(m.html)
			if i == len(marks)-1 || marks[i+1].at != m.at {
				b.WriteString(`</span>`)
			}
		}
	}
	b.WriteString(source[at:])
	out := b.String()
	switch l.Mode {
	case "light":
		out = prefer(out, "light")
	case "dark":
		out = prefer(out, "dark")
	case "inverted":
		out = prefer(out, "light") + inversion
	}
	if l.Marks == "on" {
		out += markStyle
	}
	// Links open a tab of their own: the frame may not show where they lead.
	return out + `<base target="_blank">`
}

var (
	styleBlock = regexp.MustCompile(`(?is)<style\b[^>]*>.*?</style>`)
	preference = regexp.MustCompile(`(?i)\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)`)
)

// prefer makes the mail's rules for a colour scheme hold always, and those for
// the other one never.
func prefer(source, scheme string) string {
	out := styleBlock.ReplaceAllStringFunc(source, func(block string) string {
		return preference.ReplaceAllStringFunc(block, func(query string) string {
			if strings.EqualFold(preference.FindStringSubmatch(query)[1], scheme) {
				return "(min-width:0px)"
			}
			return "(max-width:0px)"
		})
	})
	return out + "<style>:root{color-scheme:only " + scheme + "!important}</style>"
}

const inversion = `<style>html{background:#fff!important;filter:invert(1) hue-rotate(180deg)}img,.bs-marks{filter:invert(1) hue-rotate(180deg)}</style>`

// markStyle: marks lie over the mail and take no room.
const markStyle = `<style>
.bs-marks{position:absolute!important;z-index:9;white-space:nowrap;line-height:0;margin-inline-start:-25px;margin-top:2px}
.bs-marks b{display:inline-block;min-width:22px;height:22px;box-sizing:border-box;padding:0 4px;margin:0 2px 0 0;border:2px solid #fff;border-radius:11px;box-shadow:0 1px 3px rgba(0,0,0,.5);font:700 13px/18px Arial,sans-serif;text-align:center;text-decoration:none;letter-spacing:0;color:#fff;background:#3D5361;scroll-margin:120px;opacity:.94}
.bs-marks .bs-error{background:#B3152A}.bs-marks .bs-warn{background:#8A4B00}
.bs-marks b:target{outline:4px solid #FFC400;outline-offset:2px}
.bs-clip{position:absolute;left:-3000px;width:6000px;border-top:3px dashed #B3152A;scroll-margin:160px}
.bs-clip u{position:absolute;left:3022px;bottom:3px;padding:0 10px;border-radius:4px 4px 0 0;background:#B3152A;color:#fff;font:700 14px/26px Arial,sans-serif;text-decoration:none}
</style>`

// severityName is how a finding's weight is called.
func severityName(f newsletter.Finding) string {
	switch {
	case f.Severity == article.Error:
		return "Error"
	case f.Acknowledged != nil:
		return "Acknowledged"
	case f.Severity == article.Warn:
		return "Warning"
	}
	return "For information"
}
