package article

import "fmt"

// Severity is what a diagnostic does to an issue.
type Severity string

// Severities.
const (
	// Error blocks approval and sending.
	Error Severity = "error"
	// Warn wants an editor's eye.
	Warn Severity = "warn"
	// Info is only shown.
	Info Severity = "info"
)

// Diagnostic is one finding about an article, an issue or a rendered mail.
type Diagnostic struct {
	// Rule is the stable id of the rule: "PICK-1".
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Article says which of several articles of an issue Place lies in, from 1;
	// 0 when there is one.
	Article int   `json:"article,omitempty"`
	Place   Place `json:"place"`
	// Part is the part of the mail it concerns: "html", "text", "headers", or
	// "" when it concerns the article; Byte is the offset in that part as
	// rendered, 0-based.
	Part string `json:"part,omitempty"`
	Byte int    `json:"byte,omitempty"`
	// Message says what is wrong, in one sentence.
	Message string `json:"message"`
	// Fix says what to do about it, in one sentence.
	Fix string `json:"fix"`
}

// String is the diagnostic on one line, without the fix.
func (d Diagnostic) String() string {
	where := ""
	switch {
	case d.Article > 0 && d.Part == "" && d.Place.Line > 0:
		where = fmt.Sprintf(" (article %d, line %d)", d.Article, d.Place.Line)
	case d.Article > 0 && d.Part == "":
		where = fmt.Sprintf(" (article %d)", d.Article)
	case d.Part != "":
		where = fmt.Sprintf(" (%s, byte %d)", d.Part, d.Byte)
	case d.Place.Line > 0:
		where = fmt.Sprintf(" (line %d)", d.Place.Line)
	}
	return fmt.Sprintf("%s %s%s: %s", d.Severity, d.Rule, where, d.Message)
}
