package lint

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// header is one field of the message's head, unfolded.
type header struct {
	name, value string
	folded      bool
	at          int
}

// body is one part as it is sent and as it is read.
type body struct {
	encoding string // in lower case
	charset  string // in lower case; "" if it isn't said
	raw      []byte // as sent
	decoded  string
	text     string // decoded, lines end with "\n"
}

// message is a message taken apart.
type message struct {
	headers    []header
	root       string // media type
	html, text *body
	// textFirst says that both stand in one multipart/alternative in that order.
	textFirst bool
	err       error
}

// takeApart reads a message as far as it can be read.
func takeApart(raw []byte) *message {
	m := &message{}
	head, rest, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		head, rest, _ = bytes.Cut(raw, []byte("\n\n"))
	}
	m.headers = fields(string(head))
	contentType, _ := m.get("Content-Type")
	transfer, _ := m.get("Content-Transfer-Encoding")
	m.root, _, _ = mime.ParseMediaType(contentType)
	m.err = m.descend(contentType, transfer, rest, 0)
	return m
}

// fields cuts a head into its fields.
func fields(head string) []header {
	var out []header
	at := 0
	for line := range strings.SplitAfterSeq(head, "\n") {
		text := strings.TrimRight(line, "\r\n")
		if (strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t")) && len(out) > 0 {
			last := &out[len(out)-1]
			last.value += " " + strings.TrimSpace(text)
			last.folded = true
		} else if name, value, ok := strings.Cut(text, ":"); ok {
			out = append(out, header{name: strings.TrimSpace(name), value: strings.TrimSpace(value), at: at})
		}
		at += len(line)
	}
	return out
}

// get is the first field of a name.
func (m *message) get(name string) (string, bool) {
	for _, h := range m.headers {
		if strings.EqualFold(h.name, name) {
			return h.value, true
		}
	}
	return "", false
}

// deepest bounds how deep parts can be nested.
const deepest = 4

func (m *message) descend(contentType, transfer string, raw []byte, depth int) error {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(media, "multipart/") {
		return m.leaf(media, params["charset"], transfer, raw)
	}
	if depth == deepest {
		return errors.New("parts are nested too deeply")
	}
	before := m.text != nil || m.html != nil
	parts := multipart.NewReader(bytes.NewReader(raw), params["boundary"])
	for n := 0; ; n++ {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		had := m.text != nil
		if err := m.descend(partType(p.Header), p.Header.Get("Content-Transfer-Encoding"), data, depth+1); err != nil {
			return err
		}
		if media == "multipart/alternative" && !before && had && m.html != nil {
			m.textFirst = true
		}
	}
}

func partType(h textproto.MIMEHeader) string {
	if t := h.Get("Content-Type"); t != "" {
		return t
	}
	return "text/plain"
}

func (m *message) leaf(media, charset, transfer string, raw []byte) error {
	b := &body{encoding: strings.ToLower(strings.TrimSpace(transfer)), charset: strings.ToLower(charset), raw: raw}
	var r io.Reader = bytes.NewReader(raw)
	switch b.encoding {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	b.decoded = string(data)
	b.text = strings.ReplaceAll(b.decoded, "\r\n", "\n")
	switch {
	case media == "text/plain" && m.text == nil:
		m.text = b
	case media == "text/html" && m.html == nil:
		m.html = b
	}
	return nil
}

// sentBefore is how many bytes are sent before the byte at of b.text.
func (b *body) sentBefore(at int) int {
	switch b.encoding {
	case "base64":
		n := (at + strings.Count(b.text[:min(at, len(b.text))], "\n")) * 4 / 3
		return n + n/76*2
	case "quoted-printable":
		return b.quotedBefore(at)
	}
	return at
}

func (b *body) quotedBefore(at int) int {
	done := 0
	for i := 0; i < len(b.raw); i++ {
		if done >= at {
			return i
		}
		switch c := b.raw[i]; {
		case c == '\r': // part of a line's end
		case c != '=':
			done++
		case bytes.HasPrefix(b.raw[i:], []byte("=\r\n")):
			i += 2
		case bytes.HasPrefix(b.raw[i:], []byte("=\n")):
			i++
		default:
			if !bytes.HasPrefix(b.raw[i:], []byte("=0D")) {
				done++
			}
			i += 2
		}
	}
	return len(b.raw)
}
