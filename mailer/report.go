package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // parts in other charsets than UTF-8
	"github.com/emersion/go-message/textproto"
)

// ReportKind says what a [Report] is.
type ReportKind string

// Kinds of reports.
const (
	ReportDSN ReportKind = "dsn" // a delivery status notification (RFC 3464)
	ReportARF ReportKind = "arf" // feedback, as a rule a complaint (RFC 5965)
)

// Report is a mail that tells what became of another one. Everything in it is a
// stranger's word: whose delivery it is about is told by the address that it
// came to, see [VERP], never by what it says.
type Report struct {
	Kind ReportKind
	// MessageID is that of the mail it is about, without brackets, "" if the
	// report doesn't tell.
	MessageID string
	// Recipients are those of a DSN that have all three of Final-Recipient,
	// Action and Status.
	Recipients []ReportedRecipient
	// Feedback is the type of an ARF: "abuse", "not-spam".
	Feedback string
	// ReturnPath is that of the mail an ARF is about, without brackets, "" if
	// the report doesn't tell. One that [VERP.Parse] takes can't be made up.
	ReturnPath string
}

// ReportedRecipient is what a DSN says of one recipient.
type ReportedRecipient struct {
	Address    string // whom it couldn't be delivered to in the end
	Action     string // failed, delayed, delivered, relayed or expanded
	Status     string // RFC 3463
	Diagnostic string // what the last server said, one line of at most 1,000 bytes
	RemoteMTA  string // which that was
}

// ErrNoReport is what ParseReport answers to any other mail, such as the note
// that somebody is on holiday.
var ErrNoReport = errors.New("the mail is no report in the form of RFC 3464 or RFC 5965")

const (
	maxReport           = 4 << 20
	maxReportParts      = 20
	maxReportRecipients = 100
	maxReportPart       = 256 << 10
)

// ParseReport reads a mail (SMTP-10, SMTP-11). It reads at most 4 MB.
func ParseReport(r io.Reader) (*Report, error) {
	e, err := message.Read(io.LimitReader(r, maxReport))
	if e == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, ErrNoReport
	}
	media, params, err := e.Header.ContentType()
	if err != nil || media != "multipart/report" {
		return nil, ErrNoReport
	}
	out := &Report{}
	switch strings.ToLower(params["report-type"]) {
	case "delivery-status", "global-delivery-status":
		out.Kind = ReportDSN
	case "feedback-report":
		out.Kind = ReportARF
	default:
		return nil, ErrNoReport
	}
	parts := e.MultipartReader()
	if parts == nil {
		return nil, ErrNoReport
	}
	for range maxReportParts {
		part, err := parts.NextPart()
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			break // the end, or damaged from here on
		}
		out.part(part)
	}
	if out.Kind == ReportDSN && len(out.Recipients) == 0 || out.Kind == ReportARF && out.Feedback == "" {
		return nil, ErrNoReport
	}
	return out, nil
}

// part takes what is of use.
func (out *Report) part(p *message.Entity) {
	media, _, err := p.Header.ContentType()
	if err != nil {
		return
	}
	body, err := io.ReadAll(io.LimitReader(p.Body, maxReportPart))
	if err != nil && len(body) == 0 {
		return
	}
	switch media {
	case "message/delivery-status", "message/global-delivery-status":
		if out.Kind == ReportDSN {
			out.status(body)
		}
	case "message/feedback-report":
		if h := fields(body); out.Kind == ReportARF && len(h) > 0 {
			out.Feedback = strings.ToLower(word1(h[0].Get("Feedback-Type")))
			out.ReturnPath = bracketed(h[0].Get("Original-Mail-From"))
		}
	case "message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global", "message/global-headers":
		if h := fields(body); out.MessageID == "" && len(h) > 0 {
			out.MessageID = bracketed(h[0].Get("Message-Id"))
			if out.ReturnPath == "" {
				out.ReturnPath = bracketed(h[0].Get("Return-Path"))
			}
		}
	}
}

// status reads the fields of each recipient; the first group is of the message.
func (out *Report) status(body []byte) {
	for i, h := range fields(body) {
		r := ReportedRecipient{
			Address: typed(h.Get("Final-Recipient")), Action: strings.ToLower(word1(h.Get("Action"))), Status: word1(h.Get("Status")),
			Diagnostic: clip(typed(h.Get("Diagnostic-Code")), maxReplyText-len("…")), RemoteMTA: clip(typed(h.Get("Remote-MTA")), 255),
		}
		if i == 0 && r.Address == "" || r.Address == "" || r.Action == "" || !statusForm.MatchString(r.Status) || len(out.Recipients) >= maxReportRecipients {
			continue
		}
		out.Recipients = append(out.Recipients, r)
	}
}

var statusForm = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}$`)

// fields reads groups of header fields that are parted by empty lines; of a
// mail only the first is its header.
func fields(body []byte) []textproto.Header {
	var groups []textproto.Header
	r := bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...)))
	for range maxReportRecipients + 1 {
		h, err := textproto.ReadHeader(r)
		if h.Len() > 0 {
			groups = append(groups, h)
		}
		if err != nil {
			break
		}
	}
	return groups
}

// typed is the value of a field like "rfc822; a@b" without the type.
func typed(s string) string {
	if _, value, ok := strings.Cut(s, ";"); ok {
		s = value
	}
	return clean(s)
}

// bracketed is a value without its angle brackets.
func bracketed(s string) string { return strings.Trim(clip(clean(s), 250), " <>") }

// word1 is the first word, without a comment behind it.
func word1(s string) string {
	f := strings.Fields(clip(clean(s), 100))
	if len(f) == 0 {
		return ""
	}
	return f[0]
}

// Verdict classifies a recipient's failure as if the relay had said it itself
// (rules SMTP-2 to SMTP-5). It is nil when nothing has failed for good: then a
// report must be ignored (SMTP-10).
func (r ReportedRecipient) Verdict() *Error {
	if r.Action != "failed" || r.Status[0] == '2' {
		return nil
	}
	class := int(r.Status[0] - '0')
	rep := reply{code: class*100 + 50, text: r.Diagnostic}
	if code, _, rest, ok := parseLine(r.Diagnostic); ok && code/100 == class {
		rep.code = code
		rep.enhanced, rep.text = cutEnhanced(code, rest)
	}
	if rep.enhanced == "" || strings.HasSuffix(rep.enhanced, ".0.0") {
		rep.enhanced = r.Status
	}
	if strings.HasSuffix(rep.enhanced, ".0.0") {
		rep.enhanced = "" // says nothing: code and text decide
	}
	e := classify(PhaseDot, rep)
	e.Outcome = Failed // whoever reports it has given up, also on a 4.x.x
	if e.Code == class*100+50 && !strings.HasPrefix(r.Diagnostic, strconv.Itoa(e.Code)) {
		e.Code = 0
	}
	return e
}
