package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// verify splices the template for a made-up recipient and reads it back with
// the standard library.
func (t *Template) verify(m Message) error {
	r := Recipient{
		Address: "a.reader@reader.invalid", Name: "Ä \"Reader\"", MessageID: "1.2@sender.invalid",
		Date: time.Unix(1_800_000_000, 0).UTC(),
	}
	for _, s := range t.slots {
		r.Values = append(r.Values, clip(map[Kind]string{Token: "-tok.en_", Plain: "--<é>=\r\n."}[s.Kind], s.Max))
		if len(r.Values[len(r.Values)-1]) > s.Max {
			r.Values[len(r.Values)-1] = "x"
		}
	}
	raw, err := t.Splice(nil, r)
	if err != nil {
		return err
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if err := verifyHeaders(parsed.Header, m, t, r); err != nil {
		return err
	}
	return verifyParts(parsed, m, t, r)
}

func verifyHeaders(h mail.Header, m Message, t *Template, r Recipient) error {
	want := map[string]string{
		"Subject": m.Subject, "From": m.From.String(), "Message-Id": "<" + r.MessageID + ">",
		"To": (&mail.Address{Name: r.Name, Address: r.Address}).String(), "Mime-Version": "1.0",
	}
	if m.ListID != "" {
		want["List-Id"] = m.ListID
	}
	if m.UnsubscribeURL != "" {
		url, err := t.fill(m.UnsubscribeURL, r, func(s string) string { return s })
		if err != nil {
			return err
		}
		want["List-Unsubscribe"], want["List-Unsubscribe-Post"] = "<"+url+">", "List-Unsubscribe=One-Click"
	}
	for _, x := range m.Headers {
		want[textproto.CanonicalMIMEHeaderKey(x.Name)] = x.Value
	}
	for name, value := range want {
		got := h[name]
		if len(got) != 1 || decodeWords(got[0]) != decodeWords(value) {
			return fmt.Errorf("header %s is %q instead of %q", name, got, value)
		}
	}
	others := len(want) + 2 // Date and Content-Type
	if m.ReplyTo != nil {
		others++
	}
	if len(h) != others {
		return fmt.Errorf("%d headers instead of %d", len(h), others)
	}
	return nil
}

func verifyParts(msg *mail.Message, m Message, t *Template, r Recipient) error {
	media, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		return fmt.Errorf("content type %q: %w", media, err)
	}
	mr := multipart.NewReader(msg.Body, params["boundary"])
	for _, want := range []struct {
		media, body string
		escape      func(string) string
	}{
		{"text/plain; charset=UTF-8", m.Text, func(s string) string { return s }},
		{"text/html; charset=UTF-8", m.HTML, html.EscapeString},
	} {
		p, err := mr.NextRawPart()
		if err != nil {
			return err
		}
		if p.Header.Get("Content-Type") != want.media || p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			return fmt.Errorf("part with %q instead of %s", p.Header, want.media)
		}
		got, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			return err
		}
		text, err := t.fill(strings.ReplaceAll(want.body, "\n", "\r\n"), r, want.escape)
		if err != nil {
			return err
		}
		if string(got) != text {
			return fmt.Errorf("the %s part differs", want.media)
		}
	}
	if _, err := mr.NextRawPart(); !errors.Is(err, io.EOF) {
		return errors.New("more than two parts")
	}
	return nil
}

// fill replaces the marks in s by a recipient's values.
func (t *Template) fill(s string, r Recipient, escape func(string) string) (string, error) {
	index := slotIndex(t.slots)
	var b strings.Builder
	for {
		before, name, after, found, bad := nextMark(s)
		b.WriteString(before)
		if bad {
			return "", errors.New("a damaged slot mark")
		}
		if !found {
			return b.String(), nil
		}
		b.WriteString(escape(r.Values[index[name]]))
		s = after
	}
}

// decodeWords undoes RFC 2047; what isn't encoded stays.
func decodeWords(s string) string {
	out, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}
