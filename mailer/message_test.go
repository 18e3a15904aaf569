package mailer_test

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

// TestCompileRefuses: what could end a header, or a slot that can't work, is
// refused in one sentence that names it.
func TestCompileRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*mailer.Message)
		want   string
	}{
		"attack 1: subject with CRLF": {func(m *mailer.Message) { m.Subject = "Hi\r\nBcc: all@example.org" }, "Subject must be one line"},
		"subject with LF":             {func(m *mailer.Message) { m.Subject = "Hi\nBcc: x" }, "Subject must be one line"},
		"subject with line separator": {func(m *mailer.Message) { m.Subject = "Hi\u2028Bcc: x" }, "Subject must be one line"},
		"subject with NUL":            {func(m *mailer.Message) { m.Subject = "Hi\x00" }, "Subject must be one line"},
		"subject with encoded word":   {func(m *mailer.Message) { m.Subject = "=?utf-8?q?=0D=0A?=" }, "Subject must not contain"},
		"subject of one endless word": {func(m *mailer.Message) { m.Subject = strings.Repeat("x", 999) }, "998 bytes"},
		"subject empty":               {func(m *mailer.Message) { m.Subject = "  " }, "no subject"},
		"subject not UTF-8":           {func(m *mailer.Message) { m.Subject = "a\xff" }, "Subject isn't valid UTF-8 at byte 1"},
		"subject with a mark":         {func(m *mailer.Message) { m.Subject = mailer.Mark("name") }, "Subject must not contain a slot mark"},
		"from with CRLF":              {func(m *mailer.Message) { m.From.Name = "x\r\nBcc: y" }, "From must be one line"},
		"from address with CRLF":      {func(m *mailer.Message) { m.From.Address = "x@example.org\r\nBcc: y" }, "not a usable mail address"},
		"from address missing":        {func(m *mailer.Message) { m.From.Address = "" }, "From: \"\" is not a usable mail address: it has no @"},
		"from address not ASCII":      {func(m *mailer.Message) { m.From.Address = "ü@example.org" }, "must be ASCII"},
		"reply-to with LF":            {func(m *mailer.Message) { m.ReplyTo = &mail.Address{Name: "x\ny", Address: "a@example.org"} }, "Reply-To must be one line"},
		"list id":                     {func(m *mailer.Message) { m.ListID = "a b" }, "List-Id must be like"},
		"list id with CRLF":           {func(m *mailer.Message) { m.ListID = "A\r\nB: c <x.example.org>" }, "List-Id must be one line"},
		"unsubscribe relative":        {func(m *mailer.Message) { m.UnsubscribeURL = "/u/" + mailer.Mark("oneclick") }, "must be absolute"},
		"unsubscribe javascript":      {func(m *mailer.Message) { m.UnsubscribeURL = "javascript:" + mailer.Mark("oneclick") }, "must be absolute"},
		"unsubscribe with CRLF":       {func(m *mailer.Message) { m.UnsubscribeURL += "\r\nX: y" }, "unsubscribe URL must not contain"},
		"unsubscribe with >":          {func(m *mailer.Message) { m.UnsubscribeURL += ">, <https://evil.example/" }, "unsubscribe URL must not contain"},
		"unsubscribe mark in host":    {func(m *mailer.Message) { m.UnsubscribeURL = "https://" + mailer.Mark("oneclick") + ".example.org/" }, "slot in its host"},
		"unsubscribe with plain slot": {func(m *mailer.Message) { m.UnsubscribeURL += mailer.Mark("name") }, "isn't a token"},
		"unsubscribe too long":        {func(m *mailer.Message) { m.UnsubscribeURL += strings.Repeat("x", 900) }, "998 bytes"},
		"header with CRLF":            {func(m *mailer.Message) { m.Headers[0].Value = "a\r\nBcc: b" }, "Feedback-ID must be one line"},
		"header name with colon":      {func(m *mailer.Message) { m.Headers[0].Name = "Bcc: x\r\nY" }, "is not a header name"},
		"header of ours":              {func(m *mailer.Message) { m.Headers[0].Name = "bCc" }, "written by the mailer itself"},
		"header of MIME":              {func(m *mailer.Message) { m.Headers[0].Name = "Content-Type" }, "written by the mailer itself"},
		"header twice":                {func(m *mailer.Message) { m.Headers = append(m.Headers, mailer.Header{Name: "feedback-id", Value: "x"}) }, "given twice"},
		"header without value":        {func(m *mailer.Message) { m.Headers[0].Value = "" }, "no value"},
		"text empty":                  {func(m *mailer.Message) { m.Text = "\n" }, "text part is empty"},
		"html not UTF-8":              {func(m *mailer.Message) { m.HTML += "\xe2\x28" }, "HTML part isn't valid UTF-8 at byte"},
		"mark not declared":           {func(m *mailer.Message) { m.Text += mailer.Mark("other") }, "uses the slot other, which is not declared"},
		"mark missing":                {func(m *mailer.Message) { m.Slots = append(m.Slots, mailer.Slot{Name: "more", Max: 1}) }, "slot more is declared, but"},
		"mark damaged":                {func(m *mailer.Message) { m.HTML += mailer.Mark("x y") }, "damaged slot mark"},
		"mark cut off":                {func(m *mailer.Message) { n := mailer.Mark("name"); m.HTML += n[:len(n)-1] }, "damaged slot mark"},
		"slot name":                   {func(m *mailer.Message) { m.Slots[0].Name = "one-click" }, "is not a slot name"},
		"slot twice":                  {func(m *mailer.Message) { m.Slots = append(m.Slots, m.Slots[0]) }, "declared twice"},
		"slot without room":           {func(m *mailer.Message) { m.Slots[0].Max = 0 }, "must take 1 to"},
		"slot of unknown kind":        {func(m *mailer.Message) { m.Slots[0].Kind = 9 }, "no known kind"},
	} {
		m := sample()
		c.change(&m)
		_, err := mailer.Compile(m)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%s: got %v, want …%s…", name, err, c.want)
		}
	}
}

// TestSpliceRefuses: a recipient who can't be written to costs nobody else
// anything, and leaves the buffer as it was.
func TestSpliceRefuses(t *testing.T) {
	tpl := compile(t, sample())
	for name, c := range map[string]struct {
		change func(*mailer.Recipient)
		want   string
	}{
		"attack 4: address with CRLF": {func(r *mailer.Recipient) { r.Address = "a@example.org\r\nDATA" }, "not a usable mail address"},
		"attack 3: quoted address":    {func(r *mailer.Recipient) { r.Address = `"a> ORCPT=x"@e` }, "not a usable mail address"},
		"message id with >":           {func(r *mailer.Recipient) { r.MessageID = "a@b>\r\nBcc: x" }, "Message-ID"},
		"message id without @":        {func(r *mailer.Recipient) { r.MessageID = "a" }, "Message-ID"},
		"message id too long":         {func(r *mailer.Recipient) { r.MessageID = strings.Repeat("a", 250) + "@b" }, "Message-ID"},
		"no date":                     {func(r *mailer.Recipient) { r.Date = time.Time{} }, "no sane date"},
		"token with CRLF":             {func(r *mailer.Recipient) { r.Values[0] = "a>\r\nBcc: x" }, "slot oneclick must not contain '>' at byte 1"},
		"token with quote":            {func(r *mailer.Recipient) { r.Values[1] = `"` }, "slot token must not contain"},
		"value too long":              {func(r *mailer.Recipient) { r.Values[2] = strings.Repeat("x", 2001) }, "slot name has 2001 bytes"},
		"a value too few":             {func(r *mailer.Recipient) { r.Values = r.Values[:2] }, "3 slots, but 2 values"},
	} {
		r := someone
		r.Values = append([]string(nil), someone.Values...)
		c.change(&r)
		out, err := tpl.Splice([]byte("before"), r)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\r\n") || string(out) != "before" {
			t.Errorf("%s: got %q, %v, want …%s…", name, out, err, c.want)
		}
	}
}

// TestAttack2: a name with a line feed is encoded and stays in one header.
func TestAttack2(t *testing.T) {
	r := someone
	r.Name = "Eve\nBcc: all@example.org"
	raw, err := compile(t, sample()).Splice(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	to, err := msg.Header.AddressList("To")
	if err != nil || to[0].Name != r.Name || msg.Header.Get("Bcc") != "" {
		t.Errorf("To %v, Bcc %q, %v", to, msg.Header.Get("Bcc"), err)
	}
}

// TestAttack5And6: line ends and dots that end a message for some servers, in
// the parts and in values, arrive as one message with everything in it.
func TestAttack5And6(t *testing.T) {
	m := sample()
	m.Text = "one\n.\ntwo\r.\rthree\n.\r\nfour\r\n.\r\n..\n.five" + mailer.Mark("name") + mailer.Mark("token")
	m.HTML = m.Text
	r := someone
	r.Values = []string{"o", "t", "\r\n.\r\nMAIL FROM:<evil@example.org>\r\n\n.\n\r.\r\n.\r\n"}
	raw, err := compile(t, m).Splice(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	p := mailertest.Start(t, mailertest.Options{})
	c, err := relay(t, p.URL("")).Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // Close of this transport never errs
	if err := c.Send(t.Context(), mailer.Envelope{To: "b@example.net"}, raw, nil); err != nil {
		t.Fatal(err)
	}
	got := p.Accepted()
	if len(got) != 1 || !bytes.Equal(got[0].Message, raw) || len(p.Lines()) != 4 {
		t.Errorf("%d messages, lines %q", len(got), p.Lines())
	}
}

// TestWithoutLists: a mail to one person (a confirmation) has no list headers.
func TestWithoutLists(t *testing.T) {
	m := mailer.Message{
		From: mail.Address{Address: "news@example.org"}, Subject: "Please confirm", Text: "Confirm", HTML: "<p>Confirm</p>",
		Headers: []mailer.Header{{Name: "Auto-Submitted", Value: "auto-generated"}},
	}
	raw, err := compile(t, m).Splice(nil, mailer.Recipient{Address: "a@example.net", MessageID: "1@example.org", Date: time.Unix(1e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	if strings.Contains(head, "List-") || !strings.Contains(head, "From: <news@example.org>\r\n") || !strings.Contains(head, "To: <a@example.net>\r\n") {
		t.Errorf("headers\n%s", head)
	}
}

func TestContainsMark(t *testing.T) {
	if !mailer.ContainsMark("https://evil.example/?t="+mailer.Mark("token")) || mailer.ContainsMark("an ordinary text") {
		t.Error("marks are not told from text")
	}
}

func BenchmarkSplice(b *testing.B) {
	m := sample()
	m.HTML += strings.Repeat("<p style=\"margin:0 0 16px;font-size:16px\">A paragraph of ordinary length, to make thirty kilobytes.</p>\n", 300)
	tpl, err := mailer.Compile(m)
	if err != nil {
		b.Fatal(err)
	}
	plain := someone
	plain.Address, plain.Name = "jo@example.org", "Jo Under"
	for name, to := range map[string]mailer.Recipient{"ordinary": plain, "internationalised": someone} {
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = tpl.Splice(buf[:0], to); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}
