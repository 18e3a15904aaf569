package mailer

import "strings"

// A mark is prefix, name, suffix. The fixed parts are random letters and
// digits, so that a mark can stand in text, in an HTML attribute and in a URL
// without being escaped or split, and doesn't occur by chance.
const (
	markPrefix = "bsX7qLm2VtR9"
	markSuffix = "Zk4WpQ8nHe"
	maxName    = 32
)

// Mark is the slot mark of a name, to be put into Text, HTML and
// UnsubscribeURL of a [Message]. A name is 1 to 32 ASCII letters and digits;
// [Compile] refuses marks of other or undeclared names.
func Mark(name string) string { return markPrefix + name + markSuffix }

// ContainsMark tells whether s holds the beginning of a slot mark. Text from
// outside must not: a mark in a stranger's link would be handed the
// recipient's token.
func ContainsMark(s string) bool { return strings.Contains(s, markPrefix) }

// validName tells whether a slot may be called that.
func validName(name string) bool {
	if name == "" || len(name) > maxName || strings.Contains(name, markSuffix) {
		return false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isAlnum(c) {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// nextMark finds the first mark in s: the text before it, its name and the
// text after it. A prefix without a suffix within reach gives bad.
func nextMark(s string) (before, name, after string, found, bad bool) {
	i := strings.Index(s, markPrefix)
	if i < 0 {
		return s, "", "", false, false
	}
	rest := s[i+len(markPrefix):]
	j := strings.Index(rest, markSuffix)
	if j < 0 || !validName(rest[:j]) {
		return s, "", "", false, true
	}
	return s[:i], rest[:j], rest[j+len(markSuffix):], true, false
}
