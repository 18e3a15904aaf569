package capture

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // reads parts in other charsets than UTF-8
	"github.com/emersion/go-message/mail"
)

// Mail is one captured mail. Its slices are shared: don't write to them.
type Mail struct {
	ID   int // from 1, in the order of arrival
	From string
	To   []string // of the envelope
	At   time.Time
	Raw  []byte // as received, without dot-stuffing

	// What was read from Raw. Fields that can't be read are empty, and Problem
	// says why.
	Subject   string
	MessageID string // without angle brackets
	Headers   []Header
	Text      string
	HTML      string
	Problem   string
}

// Header is one header of a mail, decoded and unfolded.
type Header struct{ Name, Value string }

// Header is the first header of that name, "" if there is none.
func (m Mail) Header(name string) string {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// parse reads a mail as far as it can be read.
func parse(raw []byte) Mail {
	m := Mail{Raw: raw}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if r == nil {
		m.Problem = "not a mail: " + err.Error()
		return m
	}
	if err != nil {
		m.Problem = err.Error()
	}
	for f := r.Header.Fields(); f.Next(); {
		value, err := f.Text()
		if err != nil {
			value = f.Value()
		}
		m.Headers = append(m.Headers, Header{Name: f.Key(), Value: value})
	}
	m.Subject = m.Header("Subject")
	m.MessageID = strings.Trim(m.Header("Message-Id"), " <>")
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return m
		}
		if p == nil || err != nil && !message.IsUnknownCharset(err) {
			m.Problem = err.Error()
			return m
		}
		m.part(p)
	}
}

// part takes the first text and the first HTML part.
func (m *Mail) part(p *mail.Part) {
	h, ok := p.Header.(*mail.InlineHeader)
	if !ok {
		return
	}
	media, _, err := h.ContentType()
	if err != nil {
		m.Problem = err.Error()
		return
	}
	body, err := io.ReadAll(p.Body)
	if err != nil {
		m.Problem = err.Error()
	}
	switch {
	case media == "text/plain" && m.Text == "":
		m.Text = string(body)
	case media == "text/html" && m.HTML == "":
		m.HTML = string(body)
	}
}

// cost is about what a kept mail takes.
func (m *Mail) cost() int64 {
	n := len(m.Raw) + len(m.Text) + len(m.HTML) + 512
	for _, h := range m.Headers {
		n += len(h.Name) + len(h.Value) + 32
	}
	return int64(n)
}

// keep numbers a mail and keeps it, dropping the oldest beyond the caps.
func (s *Server) keep(m Mail) Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	m.ID = s.last
	s.mails = append(s.mails, m)
	s.bytes += m.cost()
	drop := 0
	for len(s.mails)-drop > s.opt.MaxMessages || s.bytes > s.opt.MaxBytes && len(s.mails)-drop > 1 {
		s.bytes -= s.mails[drop].cost()
		s.mails[drop] = Mail{}
		drop++
	}
	s.mails = s.mails[drop:]
	return m
}

// Mails gives the kept mails, newest first, at most limit of them (all if
// limit is 0 or less).
func (s *Server) Mails(limit int) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.mails
	if limit > 0 && len(out) > limit {
		out = out[len(out)-limit:]
	}
	out = slices.Clone(out)
	slices.Reverse(out)
	return out
}

// Get gives the mail of an id, if it is still kept.
func (s *Server) Get(id int) (Mail, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := slices.BinarySearchFunc(s.mails, id, func(m Mail, id int) int { return m.ID - id })
	if !ok {
		return Mail{}, false
	}
	return s.mails[i], true
}

// Total is how many mails have arrived since the start, kept or not.
func (s *Server) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
