package mailer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// Template is a compiled message: fixed bytes and slots. It never changes and
// can be used by any number of goroutines.
type Template struct {
	slots    []Slot
	segments []segment
	sum      [sha256.Size]byte
	size     int // room for the longest message with short names
}

// op is what a segment writes.
type op uint8

// The numbers are stored; never reuse one.
const (
	opFixed       op = 1 // data as it is
	opTo          op = 2 // the whole To header
	opDate        op = 3 // the whole Date header
	opMessageID   op = 4 // the whole Message-ID header
	opHeaderToken op = 5 // a token as it is, inside a header line
	opText        op = 6 // a value in quoted-printable, in the text part
	opHTML        op = 7 // a value in quoted-printable, in the HTML part
)

type segment struct {
	op   op
	slot int    // of opHeaderToken, opText, opHTML
	data string // of opFixed
}

// Recipient fills a template's slots.
type Recipient struct {
	// Address is an addr-spec; Name may be anything, also nothing.
	Address, Name string
	// MessageID is "left@right" without the angle brackets, unique per delivery
	// and the same for each attempt of it.
	MessageID string
	// Date is shown in its own zone.
	Date time.Time
	// Values are in the order of [Template.Slots].
	Values []string
	// ReturnPath is the envelope's sender for this recipient, see [VERP]; "" for
	// that of all. It is no part of the message.
	ReturnPath string
}

// Slots are the declared slots, in the order in which values are given.
func (t *Template) Slots() []Slot { return append([]Slot(nil), t.slots...) }

// FromDomain is the domain of the From header, whose keys sign the message.
func (t *Template) FromDomain() string {
	for _, s := range t.segments {
		if s.op != opFixed {
			continue
		}
		head, _, _ := strings.Cut(s.data, "\r\n\r\n")
		if h, err := mail.ReadMessage(strings.NewReader(strings.TrimRight(head, "\r\n") + "\r\n\r\n")); err == nil {
			if from, err := h.Header.AddressList("From"); err == nil && len(from) == 1 {
				return from[0].Address[strings.LastIndexByte(from[0].Address, '@')+1:]
			}
		}
		if len(head) < len(s.data) {
			break // the headers are over
		}
	}
	return ""
}

// SHA256 is the hash of the stored form: what an approval is bound to.
func (t *Template) SHA256() [sha256.Size]byte { return t.sum }

// Splice appends the whole message for one recipient to dst and returns it:
// CRLF lines, without dot-stuffing or the final dot. An error leaves dst's
// contents as they were and means that this recipient can't be written to.
func (t *Template) Splice(dst []byte, r Recipient) ([]byte, error) {
	to, err := parseAddress(r.Address)
	if err != nil {
		return dst, err
	}
	if err := checkMessageID(r.MessageID); err != nil {
		return dst, err
	}
	if err := t.checkValues(r.Values); err != nil {
		return dst, err
	}
	if r.Date.IsZero() || r.Date.Year() < 1990 || r.Date.Year() > 9999 {
		return dst, errors.New("the message has no sane date")
	}
	if free := cap(dst) - len(dst); free < t.size {
		dst = append(make([]byte, 0, len(dst)+t.size), dst...)
	}
	for _, s := range t.segments {
		switch s.op {
		case opFixed:
			dst = append(dst, s.data...)
		case opTo:
			dst = append(dst, "To: "...)
			dst = appendMailbox(dst, len("To: "), r.Name, to)
			dst = append(dst, "\r\n"...)
		case opDate:
			dst = append(dst, "Date: "...)
			dst = r.Date.AppendFormat(dst, time.RFC1123Z)
			dst = append(dst, "\r\n"...)
		case opMessageID:
			dst = append(dst, "Message-ID: <"...)
			dst = append(dst, r.MessageID...)
			dst = append(dst, ">\r\n"...)
		case opHeaderToken:
			dst = append(dst, r.Values[s.slot]...)
		case opText, opHTML:
			dst = appendQP(dst, strings.ToValidUTF8(r.Values[s.slot], "\uFFFD"), s.op == opHTML)
		}
	}
	return dst, nil
}

func (t *Template) checkValues(values []string) error {
	if len(values) != len(t.slots) {
		return fmt.Errorf("the message has %d slots, but %d values were given", len(t.slots), len(values))
	}
	for i, v := range values {
		slot := t.slots[i]
		if len(v) > slot.Max {
			return fmt.Errorf("the value of slot %s has %d bytes, more than its %d", slot.Name, len(v), slot.Max)
		}
		if slot.Kind != Token {
			continue
		}
		for j := 0; j < len(v); j++ {
			if c := v[j]; !isAlnum(c) && c != '-' && c != '.' && c != '_' && c != '~' {
				return fmt.Errorf("the value of slot %s must not contain %q at byte %d", slot.Name, rune(c), j)
			}
		}
	}
	return nil
}

// checkMessageID holds an id against RFC 5322 §3.6.4, without its obsolete and
// literal forms, short enough for its line.
func checkMessageID(id string) error {
	left, right, ok := strings.Cut(id, "@")
	if !ok || len(id) > 250 {
		return fmt.Errorf("the Message-ID %q must be left@right in at most 250 bytes", clip(id, 60))
	}
	for _, side := range [...]string{left, right} {
		for atom := range strings.SplitSeq(side, ".") {
			if atom == "" || strings.ContainsFunc(atom, func(c rune) bool { return c >= utf8.RuneSelf || !isAtext(c) }) {
				return fmt.Errorf("the Message-ID %q must consist of letters, digits and dots around one @", clip(id, 60))
			}
		}
	}
	return nil
}

// check holds the template's shape, whether compiled or read: the three
// headers once each and before the body, every line short enough, CRLF only.
func (t *Template) check() error {
	if err := checkSlots(t.slots); err != nil {
		return err
	}
	w := walker{slots: t.slots, used: make([]bool, len(t.slots)), lineStart: true}
	for _, s := range t.segments {
		if err := w.step(s); err != nil {
			return err
		}
	}
	if !w.inBody || w.heads != 1<<opTo|1<<opDate|1<<opMessageID {
		return errors.New("the template lacks To, Date, Message-ID or a body")
	}
	if !w.lineStart {
		return errors.New("the template doesn't end in a line end")
	}
	for i, used := range w.used {
		if !used {
			return fmt.Errorf("the slot %s is not used", t.slots[i].Name)
		}
	}
	return nil
}

// walker goes through a template as splicing would.
type walker struct {
	slots     []Slot
	used      []bool
	heads     int  // bit 1<<op for each header written
	inBody    bool // behind the empty line
	lineStart bool
	line      int // longest possible length of the line so far
}

func (w *walker) step(s segment) error {
	switch s.op {
	case opFixed:
		return w.fixed(s.data)
	case opTo, opDate, opMessageID:
		if w.inBody || !w.lineStart || w.heads&(1<<s.op) != 0 {
			return errors.New("a header slot is out of place")
		}
		w.heads |= 1 << s.op
	case opHeaderToken:
		if w.inBody || w.lineStart || w.slots[s.slot].Kind != Token {
			return errors.New("a token slot is out of place")
		}
		w.used[s.slot] = true
		w.line += w.slots[s.slot].Max
		return w.tooLong()
	case opText, opHTML:
		if !w.inBody || !w.lineStart {
			return errors.New("a body slot is out of place")
		}
		w.used[s.slot] = true
	default:
		return fmt.Errorf("the template has a segment of unknown kind %d", s.op)
	}
	return nil
}

// fixed follows the lines of fixed bytes; they are ASCII, as everything is
// encoded, and every CR and LF is part of a CRLF.
func (w *walker) fixed(s string) error {
	if s == "" {
		return errors.New("the template has an empty segment")
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
			if w.lineStart {
				w.inBody = true
			}
			w.lineStart, w.line = true, 0
			i++
		case c != '\t' && (c < ' ' || c > '~'):
			return fmt.Errorf("the template holds the byte %#x in its fixed part", c)
		default:
			w.lineStart = false
			w.line++
			if err := w.tooLong(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) tooLong() error {
	if w.line > maxLine {
		return fmt.Errorf("the message would have a line of more than %d bytes (RFC 5322 §2.1.1); shorten the header or give it spaces to fold at", maxLine)
	}
	return nil
}
