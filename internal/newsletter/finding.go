package newsletter

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Finding is a diagnostic of an issue with what an editor had to say to it.
type Finding struct {
	article.Diagnostic
	// Excerpt is the beginning of the text that it speaks of, where it speaks
	// of a block of the article; "" elsewhere.
	Excerpt string `json:"excerpt,omitempty"`
	// Acknowledged says who let it stand, and why; nil if nobody did.
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`

	key [sha256.Size]byte
}

// Open reports whether it is a warning that nobody has acknowledged.
func (f *Finding) Open() bool { return f.Severity == article.Warn && f.Acknowledged == nil }

// findings are the diagnostics of a mail that was compiled of in, with those
// acknowledgements laid over them that are about exactly this.
func findings(in Input, c *Compiled, said []acknowledgement) []Finding {
	out := make([]Finding, 0, len(c.Diagnostics))
	seen := map[[sha256.Size]byte]int{}
	for _, d := range c.Diagnostics {
		f := Finding{Diagnostic: d}
		b := blockOf(in, d)
		f.Excerpt = excerpt(b)
		f.key = keyOf(d, standing(c, d, b))
		if seen[f.key]++; seen[f.key] > 1 { // the same of the same text twice
			f.key = sha256.Sum256(fmt.Appendf(nil, "%x#%d", f.key, seen[f.key]))
		}
		for _, a := range said {
			if bytes.Equal(a.Finding, f.key[:]) {
				f.Acknowledged = &Acknowledgement{a.Reason, a.Actor, a.At}
			}
		}
		out = append(out, f)
	}
	return out
}

// keyOf is what an acknowledgement is bound to: the finding and what stands
// at its place, not where that place is.
func keyOf(d article.Diagnostic, what []byte) [sha256.Size]byte {
	h := sha256.New()
	for _, s := range []string{d.Rule, string(d.Severity), d.Part, d.Message} {
		_, _ = h.Write(append([]byte(s), 0)) // a hash takes everything
	}
	_, _ = h.Write(what)
	return [sha256.Size]byte(h.Sum(nil))
}

// around is how many bytes of a part on either side of a finding count as what
// stands there.
const around = 120

// standing is what stands at a finding's place.
func standing(c *Compiled, d article.Diagnostic, b article.Block) []byte {
	part := ""
	switch {
	case d.Part == "html":
		part = c.HTML
	case d.Part == "text":
		part = c.Text
	case d.Part != "":
		return nil // the message quotes the header
	case b != nil:
		return unplaced(b)
	}
	at := min(d.Byte, len(part))
	return []byte(part[max(at-around, 0):min(at+around, len(part))])
}

// blockOf is the block that a diagnostic speaks of; nil if it speaks of none.
func blockOf(in Input, d article.Diagnostic) article.Block {
	if a := in.articleOf(d); d.Part == "" && a != nil && d.Place.Line > 0 && d.Place.Block >= 0 && d.Place.Block < len(a.Blocks) {
		return a.Blocks[d.Place.Block]
	}
	return nil
}

// articleOf is the article that a diagnostic speaks of, nil if it may be any.
func (in *Input) articleOf(d article.Diagnostic) *article.Article {
	switch n := d.Article; {
	case n > 0 && n <= len(in.Articles):
		return in.Articles[n-1]
	case n == 0 && len(in.Articles) == 1:
		return in.Articles[0]
	}
	return nil
}

// excerptLength is in characters.
const excerptLength = 90

func excerpt(b article.Block) string {
	if b == nil {
		return ""
	}
	text := ""
	if p, ok := b.(*article.Pick); ok {
		text = p.Name
	}
	for t := range (&article.Article{Blocks: article.Blocks{b}}).Texts() {
		if text == "" {
			text = t.String()
		}
	}
	r := []rune(strings.Join(strings.Fields(text), " "))
	return string(r[:min(len(r), excerptLength)])
}

// unplaced is a block without the places of its parts, which an edit elsewhere
// moves.
func unplaced(b article.Block) []byte {
	data, err := json.Marshal(b)
	var tree any
	if err == nil {
		err = json.Unmarshal(data, &tree)
	}
	if err == nil {
		data, err = json.Marshal(withoutPlaces(tree))
	}
	if err != nil { // plain data always marshals
		panic(err)
	}
	return data
}

func withoutPlaces(v any) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "place")
		for _, inner := range v {
			withoutPlaces(inner)
		}
	case []any:
		for _, inner := range v {
			withoutPlaces(inner)
		}
	}
	return v
}

// open are the warnings that nobody has acknowledged.
func open(list []Finding) []Finding {
	var out []Finding
	for _, f := range list {
		if f.Open() {
			out = append(out, f)
		}
	}
	return out
}

// UnacknowledgedError says that a newsletter wants its warnings acknowledged
// and some are not.
type UnacknowledgedError struct {
	IssueID  int64
	Findings []Finding
}

// Error names the first finding and counts the others.
func (e *UnacknowledgedError) Error() string {
	f := e.Findings[0]
	more := ""
	if n := len(e.Findings) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more; broadsheet issue preview %d lists them)", n, e.IssueID)
	}
	return fmt.Sprintf("issue %d has a warning that nobody has acknowledged: %s: %s%s Mend it, or let it stand with broadsheet issue acknowledge %d %s --reason \"…\"",
		e.IssueID, f.Rule, f.Message, more, e.IssueID, f.Rule)
}
