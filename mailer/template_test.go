package mailer_test

import (
	"bytes"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/broadsheet/broadsheet/mailer"
)

// sample is a message with every kind of slot.
func sample() mailer.Message {
	name, token := mailer.Mark("name"), mailer.Mark("token")
	return mailer.Message{
		From:    mail.Address{Name: "The Weekly Ferment — Zürich", Address: "news@example.org"},
		ReplyTo: &mail.Address{Name: "Editors", Address: "editors@example.org"},
		Subject: "Why your sourdough sulks 🥖 and what three bakers do about it when the kitchen is cold",
		Text:    "Dear " + name + ",\n\n.a line that starts with a dot\nFrom here on it is text.\nUnsubscribe: https://news.example.org/u/" + token + "\n",
		HTML: "<p title=\"" + name + "\">Hello " + name + name + " &amp; <a href=\"https://news.example.org/u/" + token +
			"\">leave</a>.</p>\n",
		ListID:         "The Weekly Ferment <weekly.example.org>",
		UnsubscribeURL: "https://news.example.org/unsubscribe/" + mailer.Mark("oneclick"),
		Headers:        []mailer.Header{{Name: "Feedback-ID", Value: "12:weekly:newsletter:example"}},
		Slots:          []mailer.Slot{{Name: "oneclick", Max: 160}, {Name: "token", Max: 160}, {Name: "name", Max: 2000, Kind: mailer.Plain}},
	}
}

func compile(t interface {
	Helper()
	Fatal(...any)
}, m mailer.Message) *mailer.Template {
	t.Helper()
	tpl, err := mailer.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

var someone = mailer.Recipient{
	Address: "jo@bücher.example", Name: "Jo Ünder", MessageID: "a.b@example.org",
	Date: time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("", 3600)), Values: []string{"aaaa", "-bbb", "--x <b>"},
}

// golden is someone's message, whole: what is on the wire is meant.
const golden = `Date: Mon, 23 Nov 2026 08:00:00 +0100
Feedback-ID: 12:weekly:newsletter:example
List-Id: "The Weekly Ferment" <weekly.example.org>
List-Unsubscribe: <https://news.example.org/unsubscribe/aaaa>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Message-ID: <a.b@example.org>
Subject:
 =?UTF-8?q?Why_your_sourdough_sulks_=F0=9F=A5=96_and_what_three_bakers_do_?=
 =?UTF-8?q?about_it_when_the_kitchen_is_cold?=
From: =?utf-8?q?The_Weekly_Ferment_=E2=80=94_Z=C3=BCrich?=
 <news@example.org>
To: =?utf-8?b?Sm8gw5xuZGVy?= <jo@xn--bcher-kva.example>
Reply-To: "Editors" <editors@example.org>
Content-Type: multipart/alternative;
 boundary=BOUNDARY

--BOUNDARY
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset=UTF-8

Dear =
=2D-x <b>=
,

.a line that starts with a dot
From here on it is text.
Unsubscribe: https://news.example.org/u/=
=2Dbbb=


--BOUNDARY
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset=UTF-8

<p title=3D"=
=2D-x &lt;b&gt;=
">Hello =
=2D-x &lt;b&gt;=
=2D-x &lt;b&gt;=
 &amp; <a href=3D"https://news.example.org/u/=
=2Dbbb=
">leave</a>.</p>

--BOUNDARY--
`

func TestGolden(t *testing.T) {
	raw, err := compile(t, sample()).Splice(nil, someone)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(string(raw), "\r\n", "\n")
	_, boundary, _ := strings.Cut(got, "boundary=")
	boundary, _, _ = strings.Cut(boundary, "\n")
	if diff := cmp.Diff(golden, strings.ReplaceAll(got, boundary, "BOUNDARY")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDeterministic: one message, one template; any change, another.
func TestDeterministic(t *testing.T) {
	first := compile(t, sample())
	stored, err := first.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if compile(t, sample()).SHA256() != first.SHA256() {
			t.Fatal("the same message compiled differently")
		}
	}
	var read mailer.Template
	if err := read.UnmarshalBinary(stored); err != nil {
		t.Fatal(err)
	}
	if read.SHA256() != first.SHA256() || !slices.Equal(read.Slots(), first.Slots()) {
		t.Error("the stored template reads back differently")
	}
	a, _ := first.Splice(nil, someone)
	b, err := read.Splice([]byte("before"), someone)
	if err != nil || "before"+string(a) != string(b) {
		t.Errorf("the stored template splices differently: %v", err)
	}
	for name, change := range map[string]func(*mailer.Message){
		"subject": func(m *mailer.Message) { m.Subject += "." }, "text": func(m *mailer.Message) { m.Text += "." },
		"html": func(m *mailer.Message) { m.HTML += "." }, "slot": func(m *mailer.Message) { m.Slots[0].Max++ },
		"from": func(m *mailer.Message) { m.From.Name += "." }, "header": func(m *mailer.Message) { m.Headers[0].Value += "." },
		"list": func(m *mailer.Message) { m.ListID = "x.example.org" }, "unsubscribe": func(m *mailer.Message) { m.UnsubscribeURL += "?x" },
		"reply-to": func(m *mailer.Message) { m.ReplyTo = nil },
	} {
		m := sample()
		change(&m)
		if compile(t, m).SHA256() == first.SHA256() {
			t.Errorf("a change of %s doesn't change the hash", name)
		}
	}
}

// TestUnmarshalRefuses: a stored template with any byte flipped or missing is
// refused or differs in its hash.
func TestUnmarshalRefuses(t *testing.T) {
	tpl := compile(t, sample())
	stored, err := tpl.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range stored {
		var got mailer.Template
		if err := got.UnmarshalBinary(stored[:i]); err == nil {
			t.Fatalf("the first %d bytes were taken", i)
		}
		flipped := bytes.Clone(stored)
		flipped[i] ^= 1
		if err := got.UnmarshalBinary(flipped); err == nil && got.SHA256() == tpl.SHA256() {
			t.Fatalf("byte %d flipped without notice", i)
		}
	}
	var got mailer.Template
	if err := got.UnmarshalBinary(append(bytes.Clone(stored), 0)); err == nil {
		t.Error("a byte too many was taken")
	}
	newer := bytes.Clone(stored)
	newer[4] = 2
	if err := got.UnmarshalBinary(newer); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("a newer version gave %v", err)
	}
}

// nasty are texts that somebody might call himself.
var nasty = rapid.OneOf(
	rapid.SampledFrom([]string{
		"", " ", "Jo", "O'Neill & Søn <x@y>", "Jo \"JJ\" \\ Doe", "Eve\r\nBcc: all@example.org", "Eve\nX-Evil: 1", "\r\n\r\n--boundary",
		"a\r\n.\r\nMAIL FROM:<>", ".", "..", "=", "=3D=", "=?utf-8?q?=0D=0ABcc:_x?=", "=?x", "-", "--", "From me", "👩‍👩‍👧‍👦🏳️‍🌈", "\u202egnp.exe", "\x00\x1b[31m", "a\tb",
		"\xff\xfe", "<script>alert(1)</script>", "{{.}}", strings.Repeat("ü", 1000), strings.Repeat("x", 2000), strings.Repeat("=\r\n.", 400), mailer.Mark("token"),
	}),
	rapid.StringN(0, 80, 2000),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }),
)

var token = rapid.StringMatching(`[A-Za-z0-9._~-]{0,160}`)

// TestSpliceProperty: whatever is put into the slots, the message reads back
// to exactly the parts and headers that were meant, on lines that are short
// enough, by two independent readers.
func TestSpliceProperty(t *testing.T) {
	m := sample()
	tpl := compile(t, m)
	rapid.Check(t, func(t *rapid.T) {
		r := mailer.Recipient{
			Address: "reader@example.net", Name: nasty.Draw(t, "name"), MessageID: "1.2@example.org",
			Date:   time.Unix(rapid.Int64Range(1e9, 9e9).Draw(t, "date"), 0).UTC(),
			Values: []string{token.Draw(t, "oneclick"), token.Draw(t, "token"), nasty.Draw(t, "value")},
		}
		raw, err := tpl.Splice(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		checkLines(t, raw)
		want := intended(m, r)
		if diff := cmp.Diff(want, readStandard(t, raw)); diff != "" {
			t.Errorf("net/mail (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(want, readGoMessage(t, raw)); diff != "" {
			t.Errorf("go-message (-want +got)\n%s", diff)
		}
	})
}

// TestCompileProperty: any two parts with marks anywhere compile (which
// includes reading the message back) and keep their lines short.
func TestCompileProperty(t *testing.T) {
	piece := rapid.OneOf(rapid.Just(mailer.Mark("name")), rapid.Just(mailer.Mark("token")),
		rapid.SampledFrom([]string{"\n", "\r\n", "\r", " ", ".", "\n.\n", "\r.\r", "\n.\r\n", "=", "é", "🥖", "\t\n", "From ", "\u2028"}),
		rapid.StringN(0, 90, -1), rapid.StringMatching(`[a-z ]{60,80}`))
	part := rapid.Map(rapid.SliceOfN(piece, 0, 12), func(p []string) string {
		return strings.Join(p, "") + "x" + mailer.Mark("name") + mailer.Mark("token")
	})
	subject := rapid.StringOfN(rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.Zs, unicode.So), 0, 200, -1)
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		m.Text, m.HTML, m.Subject = part.Draw(t, "text"), part.Draw(t, "html"), "S"+subject.Draw(t, "subject")
		tpl := compile(t, m)
		raw, err := tpl.Splice(nil, someone)
		if err != nil {
			t.Fatal(err)
		}
		checkLines(t, raw)
	})
}

// checkLines: CRLF only, at most 998 bytes, 76 in bodies.
func checkLines(t rapid.TB, raw []byte) {
	t.Helper()
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Error("no line end at the end")
	}
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes: %.80q", len(line), line)
		}
	}
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		if len(line) > 76 || !utf8.Valid(line) {
			t.Errorf("body line of %d bytes: %.80q", len(line), line)
		}
	}
}

// content is what a reader of a mail gets.
type content struct {
	Headers    map[string][]string // but for To, whose reading is below, and Content-Type
	Name, To   string
	Text, HTML string
	Parts      int
}

func intended(m mailer.Message, r mailer.Recipient) content {
	valid := strings.ToValidUTF8(r.Values[2], "\uFFFD")
	fill := func(s, name string) string {
		s = strings.ReplaceAll(s, "\n", "\r\n")
		s = strings.ReplaceAll(s, mailer.Mark("token"), r.Values[1])
		return strings.ReplaceAll(s, mailer.Mark("name"), name)
	}
	return content{
		Headers: map[string][]string{
			"Date": {r.Date.Format(time.RFC1123Z)}, "Feedback-Id": {m.Headers[0].Value}, "List-Id": {`"The Weekly Ferment" <weekly.example.org>`},
			"List-Unsubscribe": {"<https://news.example.org/unsubscribe/" + r.Values[0] + ">"}, "List-Unsubscribe-Post": {"List-Unsubscribe=One-Click"},
			"Mime-Version": {"1.0"}, "Message-Id": {"<" + r.MessageID + ">"}, "Subject": {m.Subject},
			"From": {m.From.Name + " <" + m.From.Address + ">"}, "Reply-To": {`"Editors" <editors@example.org>`},
		},
		Name: strings.TrimSpace(strings.ToValidUTF8(r.Name, "\uFFFD")), To: r.Address,
		Text: fill(m.Text, valid), HTML: fill(m.HTML, html.EscapeString(valid)), Parts: 2,
	}
}

func decode(t rapid.TB, s string) string {
	t.Helper()
	out, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readStandard(t rapid.TB, raw []byte) content {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := content{Headers: make(map[string][]string)}
	for name, values := range msg.Header {
		if name == "To" || name == "Content-Type" {
			continue
		}
		for _, v := range values {
			c.Headers[name] = append(c.Headers[name], decode(t, v))
		}
	}
	to, err := msg.Header.AddressList("To")
	if err != nil || len(to) != 1 || len(msg.Header["To"]) != 1 {
		t.Fatalf("To: %q %v", msg.Header["To"], err)
	}
	c.Name, c.To = to[0].Name, to[0].Address
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; c.Parts++ {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		c.take(t, p.Header.Get("Content-Type"), p)
	}
}

func (c *content) take(t rapid.TB, media string, body io.Reader) {
	t.Helper()
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch media {
	case "text/plain; charset=UTF-8":
		c.Text = string(b)
	case "text/html; charset=UTF-8":
		c.HTML = string(b)
	default:
		t.Errorf("part %q", media)
	}
}

func readGoMessage(t rapid.TB, raw []byte) content {
	t.Helper()
	r, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := content{Headers: make(map[string][]string)}
	for f := r.Header.Fields(); f.Next(); {
		if f.Key() == "To" || f.Key() == "Content-Type" {
			continue
		}
		v, err := f.Text()
		if err != nil {
			t.Fatal(err)
		}
		c.Headers[f.Key()] = append(c.Headers[f.Key()], v)
	}
	to, err := r.Header.AddressList("To")
	if err != nil || len(to) != 1 {
		t.Fatalf("To: %v %v", to, err)
	}
	c.Name, c.To = to[0].Name, to[0].Address
	for ; ; c.Parts++ {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		c.take(t, p.Header.Get("Content-Type"), p.Body)
	}
}
