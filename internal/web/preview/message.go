package preview

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Sizes of the encoded HTML part, in bytes (rule HTML-4).
const (
	large = 80_000  // a warning
	clip  = 100_000 // Gmail shows no more
)

// sizes are what a message weighs, encoded as it is sent, in bytes.
type sizes struct {
	Message, HTML, Text int
	// Cut is the byte of the decoded HTML part at which Gmail cuts it off; -1
	// if it does not.
	Cut int
}

// weigh measures a message of ours: two parts in quoted-printable.
func weigh(message []byte) (sizes, error) {
	s := sizes{Message: len(message), Cut: -1}
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return s, err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return s, err
	}
	list := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := list.NextRawPart()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		raw, err := io.ReadAll(p)
		if err != nil {
			return s, err
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind != "text/html" {
			s.Text = len(raw)
			continue
		}
		s.HTML = len(raw)
		if len(raw) > clip {
			s.Cut = decodedLength(raw[:clip])
		}
	}
}

// decodedLength is how many bytes the whole lines of an encoded part decode to,
// with "\n" as the end of a line.
func decodedLength(raw []byte) int {
	raw = raw[:bytes.LastIndexByte(raw, '\n')+1]
	data, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return len(data)
	}
	return len(data) - bytes.Count(data, []byte("\r\n"))
}

// header is one field of a message's head, unfolded.
type header struct {
	Name, Value string
	Marks       []int // numbers of the findings about it
	at, end     int   // its bytes
}

// headers lists the fields of a message's head.
func headers(message []byte) []header {
	head, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	var out []header
	at := 0
	for line := range strings.SplitAfterSeq(string(head), "\r\n") {
		text := strings.TrimRight(line, "\r\n")
		switch name, value, ok := strings.Cut(text, ":"); {
		case len(out) > 0 && (strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t")):
			last := &out[len(out)-1]
			last.Value, last.end = last.Value+text, at+len(line)
		case ok:
			out = append(out, header{Name: name, Value: strings.TrimSpace(value), at: at, end: at + len(line)})
		}
		at += len(line)
	}
	words := new(mime.WordDecoder)
	for i := range out {
		if decoded, err := words.DecodeHeader(out[i].Value); err == nil {
			out[i].Value = decoded
		}
	}
	return out
}

// textLine is one line of the text part.
type textLine struct {
	N     int
	Text  string
	Marks []int
	at    int // its first byte
}

func textLines(text string) []textLine {
	var out []textLine
	at := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		out = append(out, textLine{N: len(out) + 1, Text: strings.TrimRight(line, "\r\n"), at: at})
		at += len(line)
	}
	if n := len(out); n > 1 && out[n-1].Text == "" {
		out = out[:n-1]
	}
	return out
}
