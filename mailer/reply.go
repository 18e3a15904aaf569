package mailer

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// reply is one whole SMTP reply (RFC 5321 §4.2), of one or many lines.
type reply struct {
	code     int
	enhanced string // RFC 3463, "" when there is none or its class contradicts the code
	text     string // see [Error.Reply]
}

// maxReplyText is how much of a reply's text is kept, in bytes.
const maxReplyText = 1000

var errGarbage = errors.New("the relay's answer is not an SMTP reply")

// readReply reads lines up to the last of the reply. All must carry one code;
// a line counts only with its line end. The text beyond maxReplyText is read
// and dropped; the wire bounds the whole.
func readReply(r *bufio.Reader) (reply, error) {
	var (
		rep  reply
		text strings.Builder
	)
	for first := true; ; first = false {
		line, err := readLine(r)
		if err != nil {
			return reply{}, err
		}
		code, last, rest, ok := parseLine(line)
		if !ok || !first && code != rep.code {
			return reply{}, fmt.Errorf("%w: %q", errGarbage, clip(clean(line), 80))
		}
		rep.code = code
		enhanced, rest := cutEnhanced(code, rest)
		if first {
			rep.enhanced = enhanced
		}
		if text.Len() < maxReplyText {
			if rest = clean(rest); rest != "" && text.Len() > 0 {
				text.WriteByte(' ')
			}
			text.WriteString(rest)
		}
		if last {
			rep.text = clip(text.String(), maxReplyText-len("…"))
			return rep, nil
		}
	}
}

// readLine reads a line without its end; of a long one only the beginning.
func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if room := maxReplyText + 16 - len(line); room > 0 {
			line = append(line, part[:min(room, len(part))]...)
		}
		switch {
		case err == nil:
			return strings.TrimRight(string(line), "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", err
		}
	}
}

// parseLine takes "250-text", "250 text" or "250" apart.
func parseLine(line string) (code int, last bool, rest string, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || !isDigit(line[1]) || !isDigit(line[2]) {
		return 0, false, "", false
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if len(line) == 3 {
		return code, true, "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	return code, line[3] == ' ', line[4:], true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// cutEnhanced takes an enhanced code off the beginning of a line's text. One
// whose class isn't the reply's own is left in the text and ignored.
func cutEnhanced(code int, s string) (enhanced, rest string) {
	word, after, _ := strings.Cut(strings.TrimLeft(s, " "), " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != string(rune('0'+code/100)) {
		return "", s
	}
	for _, p := range parts[1:] {
		if len(p) < 1 || len(p) > 3 || strings.ContainsFunc(p, func(c rune) bool { return c < '0' || c > '9' }) {
			return "", s
		}
	}
	return word, after
}

// clean makes a peer's text one line of valid UTF-8 without control or
// invisible characters.
func clean(s string) string {
	if isClean(s) { // nearly always
		return s
	}
	s = strings.Map(func(c rune) rune {
		if c != ' ' && (isInvisible(c) || !unicode.IsPrint(c)) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// isClean tells whether s is words of printable ASCII with one space between.
func isClean(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ' && !space && i < len(s)-1:
			space = true
		case c > ' ' && c <= '~':
			space = false
		default:
			return false
		}
	}
	return true
}
