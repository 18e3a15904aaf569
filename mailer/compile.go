package mailer

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Compile builds the message's MIME form once and cuts it into fixed, already
// encoded segments and slots. The same message gives the same template, byte
// for byte, on every machine. What it returns has been spliced and parsed back
// to the parts and headers that were asked for.
func Compile(m Message) (*Template, error) {
	m, err := m.normalise()
	if err != nil {
		return nil, err
	}
	if err := checkMarks(m); err != nil {
		return nil, err
	}
	raw, err := buildMIME(m)
	if err != nil {
		return nil, fmt.Errorf("building the message: %w", err)
	}
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		return nil, fmt.Errorf("building the message: no end of the headers")
	}
	c := cutter{slots: slotIndex(m.Slots)}
	c.headers(string(head)+"\r\n", m.UnsubscribeURL)
	c.fixed("\r\n")
	if err := c.body(string(body), "--"+m.boundary()); err != nil {
		return nil, err
	}
	t := &Template{slots: append([]Slot(nil), m.Slots...), segments: c.out}
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := t.seal(); err != nil {
		return nil, err
	}
	if err := t.verify(m); err != nil {
		return nil, fmt.Errorf("the compiled message doesn't read back as it was meant: %w", err)
	}
	return t, nil
}

// Stand-ins for the headers that are cut out again.
const (
	standInTo = "recipient@slot.invalid"
	standInID = "message-id@slot.invalid"
)

// buildMIME lets go-mail write the message, marks and all.
func buildMIME(m Message) ([]byte, error) {
	msg := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(m.boundary()),
	)
	msg.SetAddrHeaderFromMailAddress(gomail.HeaderFrom, &m.From)
	if m.ReplyTo != nil {
		msg.SetAddrHeaderFromMailAddress(gomail.HeaderReplyTo, m.ReplyTo)
	}
	if err := msg.To(standInTo); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(time.Unix(0, 0).UTC())
	msg.SetMessageIDWithValue(standInID)
	if m.ListID != "" {
		msg.SetGenHeader("List-Id", m.ListID)
	}
	if m.UnsubscribeURL != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.UnsubscribeURL+">")
		msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click") // RFC 8058 §3.1
	}
	for _, h := range m.Headers {
		msg.SetGenHeader(gomail.Header(h.Name), h.Value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var buf bytes.Buffer
	_, err := msg.WriteTo(&buf)
	return buf.Bytes(), err
}

// checkMarks holds the marks against the declared slots.
func checkMarks(m Message) error {
	slots, used := slotIndex(m.Slots), make(map[string]bool)
	for _, place := range []struct {
		name, text string
		tokens     bool
	}{{"text part", m.Text, false}, {"HTML part", m.HTML, false}, {"unsubscribe URL", m.UnsubscribeURL, true}} {
		for rest := place.text; ; {
			_, name, after, found, bad := nextMark(rest)
			if bad {
				return fmt.Errorf("the %s holds a damaged slot mark", place.name)
			}
			if !found {
				break
			}
			i, declared := slots[name]
			if !declared {
				return fmt.Errorf("the %s uses the slot %s, which is not declared", place.name, name)
			}
			if place.tokens && m.Slots[i].Kind != Token {
				return fmt.Errorf("the %s uses the slot %s, which isn't a token", place.name, name)
			}
			used[name], rest = true, after
		}
	}
	for _, s := range m.Slots {
		if !used[s.Name] {
			return fmt.Errorf("the slot %s is declared, but its mark is nowhere in the message", s.Name)
		}
	}
	return nil
}

func slotIndex(slots []Slot) map[string]int {
	index := make(map[string]int, len(slots))
	for i, s := range slots {
		index[s.Name] = i
	}
	return index
}

// cutter collects segments.
type cutter struct {
	slots map[string]int
	out   []segment
}

func (c *cutter) fixed(s string) {
	if s == "" {
		return
	}
	if n := len(c.out); n > 0 && c.out[n-1].op == opFixed {
		c.out[n-1].data += s
		return
	}
	c.out = append(c.out, segment{op: opFixed, data: s})
}

func (c *cutter) slot(o op, name string) {
	c.out = append(c.out, segment{op: o, slot: c.slots[name]})
}

// headers replaces the headers that differ per recipient and keeps the rest
// in the order go-mail wrote them. Each is given with its folded lines.
func (c *cutter) headers(block, unsubscribe string) {
	replace := map[string]op{"To": opTo, "Date": opDate, "Message-ID": opMessageID}
	for block != "" {
		end := 0
		for {
			end += strings.Index(block[end:], "\r\n") + 2
			if end >= len(block) || block[end] != ' ' && block[end] != '\t' {
				break
			}
		}
		field := block[:end]
		block = block[end:]
		name, _, _ := strings.Cut(field, ":")
		if o, ok := replace[name]; ok {
			c.out = append(c.out, segment{op: o})
			continue
		}
		if name != "List-Unsubscribe" {
			c.fixed(field)
			continue
		}
		// On one line, however long: a folded URL is lost on some readers.
		c.fixed("List-Unsubscribe: <")
		for {
			before, slot, after, found, _ := nextMark(unsubscribe)
			c.fixed(before)
			if !found {
				break
			}
			c.slot(opHeaderToken, slot)
			unsubscribe = after
		}
		c.fixed(">\r\n")
	}
}

// body cuts the encoded parts at their marks. Quoted-printable may have put a
// soft line break inside a mark, so marks are looked for in the text without
// soft breaks; pos leads back to the encoded bytes.
func (c *cutter) body(encoded, delimiter string) error {
	plain, pos := joinSoftBreaks(encoded)
	// The HTML part begins at the second delimiter line.
	html := strings.Index(encoded[len(delimiter):], "\r\n"+delimiter) + len(delimiter)
	done := 0 // bytes of encoded that are in out
	for at := 0; ; {
		before, name, after, found, bad := nextMark(plain[at:])
		if bad {
			return fmt.Errorf("a slot mark was damaged by the encoding")
		}
		if !found {
			break
		}
		start := at + len(before)
		end := len(plain) - len(after)
		c.fixed(softBroken(encoded[done:pos[start]]))
		o := opText
		if pos[start] > html {
			o = opHTML
		}
		c.slot(o, name)
		done = pos[end-1] + 1
		if strings.HasPrefix(encoded[done:], "=\r\n") {
			done += 3 // the slot itself leaves the line broken
		}
		at = end
	}
	c.fixed(encoded[done:])
	return nil
}

// softBroken ends s at the start of a line without adding to its meaning.
func softBroken(s string) string {
	if s == "" || strings.HasSuffix(s, "\r\n") {
		return s
	}
	return s + "=\r\n"
}

// joinSoftBreaks removes soft line breaks; pos[i] is where the i-th byte of
// the result was.
func joinSoftBreaks(s string) (joined string, pos []int) {
	var b strings.Builder
	pos = make([]int, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && strings.HasPrefix(s[i:], "=\r\n") {
			i += 2
			continue
		}
		b.WriteByte(s[i])
		pos = append(pos, i)
	}
	return b.String(), pos
}
