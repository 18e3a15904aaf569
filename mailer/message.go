package mailer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Message is the content of a mail before it is compiled: everything that is
// the same for all recipients, and the slots for what isn't.
type Message struct {
	// From is the one author; its address must be ASCII but for the domain.
	From    mail.Address
	ReplyTo *mail.Address
	// Subject is one line of plain text; runs of spaces become one.
	Subject string
	// Text and HTML are the two parts, UTF-8, with slot marks. Any kind of
	// line end will do.
	Text, HTML string
	// ListID is "slug.example.org" or "Name <slug.example.org>" (RFC 2919); ""
	// for none.
	ListID string
	// UnsubscribeURL is an absolute http(s) URL, normally with a mark in it,
	// that takes the one-click POST of RFC 8058; "" leaves out List-Unsubscribe
	// and List-Unsubscribe-Post.
	UnsubscribeURL string
	// Headers are further fixed headers ("Feedback-ID", "Auto-Submitted").
	Headers []Header
	// Slots declares every mark; each must be used at least once.
	Slots []Slot
}

// Header is one further header; the name must be none that Message or MIME owns.
type Header struct{ Name, Value string }

// Kind says what a slot's values may be and how they are written.
type Kind uint8

// Kinds.
const (
	// Token values consist of A–Z a–z 0–9 - . _ ~ (unreserved in RFC 3986):
	// the same in text, HTML and URLs. The only kind for UnsubscribeURL.
	Token Kind = iota
	// Plain values are any text: as it is in the text part, HTML-escaped in the
	// HTML part (element text or quoted attribute, never a URL or a script).
	Plain
)

// Slot is a place that is filled per recipient.
type Slot struct {
	Name string // 1–32 letters and digits; see [Mark]
	Max  int    // the longest value in bytes, 1–2,000
	Kind Kind
}

const maxSlotValue = 2000

// maxLine is the longest line in bytes, without CRLF (RFC 5322 §2.1.1).
const maxLine = 998

// normalise checks everything but the marks in the parts and returns the
// message in its canonical form.
func (m Message) normalise() (Message, error) {
	var err error
	if m.From, err = normaliseMailbox("From", m.From); err != nil {
		return m, err
	}
	if m.ReplyTo != nil {
		r, err := normaliseMailbox("Reply-To", *m.ReplyTo)
		if err != nil {
			return m, err
		}
		m.ReplyTo = &r
	}
	if m.Subject, err = headerText("Subject", m.Subject); err != nil {
		return m, err
	}
	if m.Subject == "" {
		return m, errors.New("the message has no subject; give it one")
	}
	for _, part := range []struct{ name, body string }{{"text", m.Text}, {"HTML", m.HTML}} {
		if strings.TrimSpace(part.body) == "" {
			return m, fmt.Errorf("the %s part is empty; a mail needs both a text and an HTML part", part.name)
		}
		if i := invalidUTF8(part.body); i >= 0 {
			return m, fmt.Errorf("the %s part isn't valid UTF-8 at byte %d", part.name, i)
		}
	}
	// Line feeds only: the standard library's encoder loses a line feed that
	// comes some non-ASCII characters after a carriage return.
	m.Text, m.HTML = unixLines(m.Text), unixLines(m.HTML)
	if m.ListID, err = normaliseListID(m.ListID); err != nil {
		return m, err
	}
	if err := checkUnsubscribeURL(m.UnsubscribeURL); err != nil {
		return m, err
	}
	if m.Headers, err = normaliseHeaders(m.Headers); err != nil {
		return m, err
	}
	return m, checkSlots(m.Slots)
}

// unixLines makes CRLF and CR line feeds.
func unixLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func normaliseMailbox(header string, in mail.Address) (mail.Address, error) {
	a, err := parseAddress(in.Address)
	if err != nil {
		return in, fmt.Errorf("%s: %w", header, err)
	}
	if a.utf8() {
		return in, fmt.Errorf("%s: the part of %q before the @ must be ASCII, since not every relay takes another", header, in.Address)
	}
	name, err := headerText(header, in.Name)
	return mail.Address{Name: name, Address: a.String()}, err
}

// headerText refuses what could end a header and joins runs of spaces.
func headerText(header, s string) (string, error) {
	if i := invalidUTF8(s); i >= 0 {
		return "", fmt.Errorf("%s isn't valid UTF-8 at byte %d", header, i)
	}
	for i, c := range s {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' {
			return "", fmt.Errorf("%s must be one line without control characters, but holds %q at byte %d", header, c, i)
		}
	}
	if strings.Contains(s, "=?") {
		return "", fmt.Errorf("%s must not contain \"=?\", which mail programs take for an encoding", header)
	}
	if ContainsMark(s) {
		return "", fmt.Errorf("%s must not contain a slot mark", header)
	}
	return strings.Join(strings.Fields(s), " "), nil
}

// normaliseListID gives `"Name" <id>` or `<id>` (RFC 2919 §3).
func normaliseListID(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	name, id := "", s
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		name, id = s[:i], s[i+1:len(s)-1]
	}
	for _, label := range strings.Split(id, ".") {
		if label == "" || strings.ContainsFunc(label, func(c rune) bool { return c >= utf8.RuneSelf || !isAtext(c) }) {
			return "", fmt.Errorf("the List-Id must be like slug.example.org, not %q", clip(id, 100))
		}
	}
	name, err := headerText("List-Id", strings.Trim(strings.TrimSpace(name), `"`))
	if err != nil {
		return "", err
	}
	if name == "" {
		return "<" + id + ">", nil
	}
	// The phrase as net/mail writes it: quoted, or encoded-words.
	phrase := strings.TrimSuffix((&mail.Address{Name: name, Address: "x@x"}).String(), "<x@x>")
	return phrase + "<" + id + ">", nil
}

func checkUnsubscribeURL(s string) error {
	if s == "" {
		return nil
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '<' || c == '>' || c == ',' || c == '"' {
			return fmt.Errorf("the unsubscribe URL must not contain %q; percent-encode it", rune(c))
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errors.New("the unsubscribe URL must be absolute and begin with https:// (or http:// for trying things out)")
	}
	if ContainsMark(u.Host) {
		return errors.New("the unsubscribe URL must not have a slot in its host")
	}
	return nil
}

// owned are headers that Message, MIME or a signer writes.
var owned = map[string]bool{
	"from": true, "sender": true, "reply-to": true, "to": true, "cc": true, "bcc": true, "subject": true,
	"date": true, "message-id": true, "mime-version": true, "list-id": true, "list-unsubscribe": true,
	"list-unsubscribe-post": true, "return-path": true, "received": true, "dkim-signature": true,
}

func normaliseHeaders(in []Header) ([]Header, error) {
	out := make([]Header, 0, len(in))
	seen := make(map[string]bool)
	for _, h := range in {
		key := strings.ToLower(h.Name)
		bad := h.Name == "" || strings.ContainsFunc(h.Name, func(c rune) bool {
			return c != '-' && (c >= utf8.RuneSelf || !isAlnum(byte(c)))
		})
		switch {
		case bad:
			return nil, fmt.Errorf("%q is not a header name; use letters, digits and hyphens", clip(h.Name, 60))
		case owned[key] || strings.HasPrefix(key, "content-") || strings.HasPrefix(key, "resent-"):
			return nil, fmt.Errorf("the header %s is written by the mailer itself", h.Name)
		case seen[key]:
			return nil, fmt.Errorf("the header %s is given twice", h.Name)
		}
		seen[key] = true
		value, err := headerText(h.Name, h.Value)
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, fmt.Errorf("the header %s has no value", h.Name)
		}
		out = append(out, Header{Name: h.Name, Value: value})
	}
	return out, nil
}

func checkSlots(slots []Slot) error {
	seen := make(map[string]bool)
	for _, s := range slots {
		switch {
		case !validName(s.Name):
			return fmt.Errorf("%q is not a slot name; use 1 to %d letters and digits", clip(s.Name, 60), maxName)
		case seen[s.Name]:
			return fmt.Errorf("the slot %s is declared twice", s.Name)
		case s.Max < 1 || s.Max > maxSlotValue:
			return fmt.Errorf("the slot %s must take 1 to %d bytes, not %d", s.Name, maxSlotValue, s.Max)
		case s.Kind > Plain:
			return fmt.Errorf("the slot %s is of no known kind", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

// boundary is a MIME boundary that depends on nothing but the content.
func (m Message) boundary() string {
	h := sha256.New()
	fields := []string{"broadsheet message 1", m.From.Name, m.From.Address, "", "", m.Subject, m.Text, m.HTML, m.ListID, m.UnsubscribeURL}
	if m.ReplyTo != nil {
		fields[3], fields[4] = m.ReplyTo.Name, m.ReplyTo.Address
	}
	for _, x := range m.Headers {
		fields = append(fields, x.Name, x.Value)
	}
	fields = append(fields, "")
	for _, s := range m.Slots {
		fields = append(fields, fmt.Sprintf("%s %d %d", s.Name, s.Max, s.Kind))
	}
	for _, f := range fields {
		hashField(h, f)
	}
	return "bs" + hex.EncodeToString(h.Sum(nil)[:20])
}

func hashField(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])      // a hash never errs
	h.Write([]byte(s)) // a hash never errs
}

// invalidUTF8 is the offset of the first byte that isn't UTF-8, or -1.
func invalidUTF8(s string) int {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}
