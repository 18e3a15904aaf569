package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"os/exec"
	"strings"
	"testing"
	"time"

	gomessage "github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
	gomail "github.com/wneessen/go-mail"
)

// letter is a message as a reader understands it.
type letter struct {
	Subject, From, To, MessageID, ListID, Unsubscribe, Post, Feedback string
	Date                                                              string // RFC 3339, UTC
	Types                                                             []string
	Texts                                                             []string
}

// headers that are compared as they stand.
var plainHeaders = []struct {
	name string
	of   func(*letter) *string
}{
	{"List-Id", func(l *letter) *string { return &l.ListID }}, {"List-Unsubscribe", func(l *letter) *string { return &l.Unsubscribe }},
	{"List-Unsubscribe-Post", func(l *letter) *string { return &l.Post }}, {"Feedback-ID", func(l *letter) *string { return &l.Feedback }},
}

// asText is a decoded part, whatever its line ends, without those at its end.
func asText(b []byte) string {
	return strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}

// byGoMessage reads a message with emersion/go-message.
func byGoMessage(t *testing.T, raw []byte) letter {
	t.Helper()
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var l letter
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	l.Subject, err = r.Header.Subject()
	must(err)
	from, err := r.Header.AddressList("From")
	must(err)
	to, err := r.Header.AddressList("To")
	must(err)
	l.From, l.To = from[0].Name+" <"+from[0].Address+">", to[0].Name+" <"+to[0].Address+">"
	l.MessageID, err = r.Header.MessageID()
	must(err)
	date, err := r.Header.Date()
	must(err)
	l.Date = date.UTC().Format(time.RFC3339)
	for _, h := range plainHeaders {
		*h.of(&l), err = r.Header.Text(h.name)
		must(err)
	}
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return l
		}
		must(err)
		media, params, err := p.Header.(*gomessage.InlineHeader).ContentType()
		must(err)
		body, err := io.ReadAll(p.Body)
		must(err)
		l.Types, l.Texts = append(l.Types, media+" "+strings.ToLower(params["charset"])), append(l.Texts, asText(body))
	}
}

// byGoMail reads it with wneessen/go-mail's reader of EML files.
func byGoMail(t *testing.T, raw []byte) letter {
	t.Helper()
	m, err := gomail.EMLToMsgFromReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	header := func(name string) string { return strings.Join(m.GetGenHeader(gomail.Header(name)), "\x00") }
	subject, err := new(mime.WordDecoder).DecodeHeader(header("Subject")) // go-mail leaves it as it is written
	if err != nil {
		t.Fatal(err)
	}
	l := letter{Subject: subject, MessageID: strings.Trim(header("Message-ID"), "<>")}
	from, to := m.GetFrom(), m.GetTo()
	if len(from) != 1 || len(to) != 1 {
		t.Fatalf("from %v to %v", from, to)
	}
	l.From, l.To = from[0].Name+" <"+from[0].Address+">", to[0].Name+" <"+to[0].Address+">"
	if date, err := time.Parse(time.RFC1123Z, header("Date")); err == nil {
		l.Date = date.UTC().Format(time.RFC3339)
	}
	for _, h := range plainHeaders {
		*h.of(&l) = header(h.name)
	}
	for _, p := range m.GetParts() {
		body, err := p.GetContent()
		if err != nil {
			t.Fatal(err)
		}
		l.Types, l.Texts = append(l.Types, string(p.GetContentType())+" "+strings.ToLower(string(p.GetCharset()))), append(l.Texts, asText(body))
	}
	return l
}

// byPython reads messages, each in base64 on a line, with Python's own email
// package, and writes each as a line of JSON.
const byPython = `
import base64, datetime, email, email.policy, email.utils, json, sys
for line in sys.stdin:
    m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    if m.defects: raise SystemExit(str(m.defects))
    # A long subject begins on a line of its own, whose blank Python keeps.
    name = lambda h: m[h].addresses[0].display_name + ' <' + m[h].addresses[0].addr_spec + '>'
    parts = [p for p in m.walk() if not p.is_multipart()]
    for p in parts:
        if p.defects: raise SystemExit(str(p.defects))
    print(json.dumps({
        'Subject': str(m['Subject']).strip(), 'From': name('From'), 'To': name('To'), 'MessageID': str(m['Message-ID']).strip().strip('<>'),
        'ListID': str(m['List-Id']), 'Unsubscribe': str(m['List-Unsubscribe']), 'Post': str(m['List-Unsubscribe-Post']), 'Feedback': str(m['Feedback-ID']),
        'Date': m['Date'].datetime.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'),
        'Types': [p.get_content_type() + ' ' + (p.get_content_charset() or '') for p in parts],
        'Texts': [p.get_payload(decode=True).decode(p.get_content_charset()).replace('\r\n', '\n').rstrip('\n') for p in parts],
    }))
`

func readByPython(t *testing.T, python string, all []fixture) []letter {
	t.Helper()
	var in bytes.Buffer
	for _, f := range all {
		in.WriteString(base64.StdEncoding.EncodeToString(f.mail.Sample) + "\n")
	}
	cmd := exec.Command(python, "-c", byPython)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var list []letter
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l letter
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
}

// TestReadersAgree: every message is the same to go-message, to go-mail's own
// reader and to Python's email package, and it is what was composed. Where
// there is no Python that reader is left out.
func TestReadersAgree(t *testing.T) {
	all := fixtures(t)
	var third []letter
	if python, err := exec.LookPath("python3"); err != nil {
		t.Log("python3 is not here: its reader is left out")
	} else if third = readByPython(t, python, all); len(third) != len(all) {
		t.Fatalf("Python read %d of %d messages", len(third), len(all))
	}
	for i, f := range all {
		got := byGoMessage(t, f.mail.Sample)
		if got.Subject != strings.Join(strings.Fields(f.mail.Subject), " ") {
			t.Errorf("%s: the subject is %q, want %q", f.name, got.Subject, f.mail.Subject)
		}
		if want := []string{asText([]byte(f.mail.Text)), asText([]byte(f.mail.HTML))}; !cmp.Equal(got.Texts, want) {
			t.Errorf("%s: the parts are not those that were composed:\n%s", f.name, cmp.Diff(want, got.Texts))
		}
		second := byGoMail(t, f.mail.Sample)
		second.ListID, second.Feedback = got.ListID, got.Feedback // go-mail keeps only the fields that it knows
		if diff := cmp.Diff(got, second); diff != "" {
			t.Errorf("%s: go-mail reads it otherwise (-go-message +go-mail):\n%s", f.name, diff)
		}
		if third != nil {
			if diff := cmp.Diff(got, third[i]); diff != "" {
				t.Errorf("%s: Python reads it otherwise (-go-message +Python):\n%s", f.name, diff)
			}
		}
	}
}
