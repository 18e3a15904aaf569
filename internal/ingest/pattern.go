package ingest

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a regular expression that first looks whether it can match at all.
// Most texts it is asked about are running text and match none of the hundreds
// of names looked for; telling that by length, first byte and pairs of letters
// costs a hundredth of trying.
type pattern struct {
	*regexp.Regexp

	anchored bool // it matches from the beginning on
	longest  int  // bytes of the longest match of the whole text; 0: no bound
	first    [256]bool
	needs    [][]uint16 // the pairs of each literal, one of which every match holds; nil: unknown
}

// compile is regexp.MustCompile.
func compile(expr string) *pattern {
	p := &pattern{Regexp: regexp.MustCompile(expr)}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return p
	}
	tree = tree.Simplify()
	if tree.Op == syntax.OpConcat && len(tree.Sub) > 1 && tree.Sub[0].Op == syntax.OpBeginText {
		p.anchored = !startBytes(&syntax.Regexp{Op: syntax.OpConcat, Sub: tree.Sub[1:]}, &p.first)
		if tree.Sub[len(tree.Sub)-1].Op == syntax.OpEndText {
			p.longest = longestMatch(tree)
		}
	}
	for _, l := range literals(tree) {
		p.needs = append(p.needs, pairsOf(l))
	}
	return p
}

// MatchString is that of regexp.
func (p *pattern) MatchString(s string) bool { return p.possible(s) && p.Regexp.MatchString(s) }

// FindStringIndex is that of regexp.
func (p *pattern) FindStringIndex(s string) []int {
	if !p.possible(s) {
		return nil
	}
	return p.Regexp.FindStringIndex(s)
}

// FindStringSubmatch is that of regexp.
func (p *pattern) FindStringSubmatch(s string) []string {
	if !p.possible(s) {
		return nil
	}
	return p.Regexp.FindStringSubmatch(s)
}

// FindStringSubmatchIndex is that of regexp.
func (p *pattern) FindStringSubmatchIndex(s string) []int {
	if !p.possible(s) {
		return nil
	}
	return p.Regexp.FindStringSubmatchIndex(s)
}

// FindString is that of regexp.
func (p *pattern) FindString(s string) string {
	if !p.possible(s) {
		return ""
	}
	return p.Regexp.FindString(s)
}

// ReplaceAllString is that of regexp.
func (p *pattern) ReplaceAllString(s, repl string) string {
	if !p.possible(s) {
		return s
	}
	return p.Regexp.ReplaceAllString(s, repl)
}

// possible is false only for texts the pattern cannot match.
func (p *pattern) possible(s string) bool {
	if p.longest > 0 && len(s) > p.longest {
		return false
	}
	if p.anchored && (s == "" || !p.first[s[0]]) {
		return false
	}
	if p.needs == nil || len(s) > maxPairs {
		return true
	}
	var seen [1 << pairBits / 64]uint64
	var last byte
	for i := range len(s) {
		c := lowerByte(s[i])
		h := bigram(last, c)
		seen[h/64] |= 1 << (h % 64)
		last = c
	}
next:
	for _, need := range p.needs {
		for _, h := range need {
			if seen[h/64]&(1<<(h%64)) == 0 {
				continue next
			}
		}
		return true
	}
	return false
}

// stems are pieces of words, told to be in a text as patterns are.
type stems struct {
	texts []string
	pattern
}

func stemsOf(texts ...string) *stems {
	s := &stems{texts: texts}
	for _, t := range texts {
		s.needs = append(s.needs, pairsOf(t))
	}
	return s
}

// in reports whether one of the stems, which are in small letters, stands in s.
func (ss *stems) in(s string) bool {
	return ss.possible(s) && slices.ContainsFunc(ss.texts, func(t string) bool { return strings.Contains(s, t) })
}

const (
	pairBits    = 12
	maxPairs    = 4 << 10 // bytes; nearly every pair is in a longer text
	maxLiterals = 400
)

func bigram(a, b byte) uint16 { return (uint16(a)*67 ^ uint16(b)*257>>2) & (1<<pairBits - 1) }

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func pairsOf(literal string) []uint16 {
	out := make([]uint16, 0, len(literal))
	for i := 1; i < len(literal); i++ {
		out = append(out, bigram(literal[i-1], literal[i]))
	}
	return out
}

// literals are texts, in small letters, one of which stands in every match; nil
// if there are none.
func literals(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return stablePart(re.Rune, re.Flags&syntax.FoldCase != 0)
	case syntax.OpCapture, syntax.OpPlus:
		return literals(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literals(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if l := literals(sub); l != nil && (best == nil || shortestOf(l) > shortestOf(best)) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			l := literals(sub)
			if l == nil || len(all)+len(l) > maxLiterals {
				return nil
			}
			all = append(all, l...)
		}
		return all
	}
	return nil
}

// stablePart is the longest run of a literal that is written in the same bytes
// in every match, but for ASCII capitals. (The other capitals of k and s, which
// are signs of their own, do not count.)
func stablePart(rs []rune, folded bool) []string {
	best, run := "", ""
	for _, r := range rs {
		if r < utf8.RuneSelf || r != utf8.RuneError && (!folded || unicode.SimpleFold(r) == r) {
			run += string(r)
		} else {
			run = ""
		}
		if len(run) > len(best) {
			best = run
		}
	}
	if len(best) < 2 {
		return nil
	}
	return []string{strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		return r
	}, best)}
}

func shortestOf(ls []string) int {
	n := len(ls[0])
	for _, l := range ls {
		n = min(n, len(l))
	}
	return n
}

// startBytes notes the bytes a match can begin with, and reports whether it can
// be empty.
func startBytes(re *syntax.Regexp, set *[256]bool) (empty bool) {
	switch re.Op {
	case syntax.OpLiteral:
		noteRune(re.Rune[0], re.Rune[0], set)
		if re.Flags&syntax.FoldCase != 0 {
			for _, r := range []string{strings.ToUpper(string(re.Rune[0])), strings.ToLower(string(re.Rune[0]))} {
				set[r[0]] = true
			}
			set["ſ"[0]], set["K"[0]] = true, true // the other cases of s and k
		}
		return false
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			noteRune(re.Rune[i], re.Rune[i+1], set)
		}
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return startBytes(re.Sub[0], set)
	case syntax.OpStar, syntax.OpQuest:
		startBytes(re.Sub[0], set)
		return true
	case syntax.OpRepeat:
		return startBytes(re.Sub[0], set) || re.Min == 0
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !startBytes(sub, set) {
				return false
			}
		}
		return true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			empty = startBytes(sub, set) || empty
		}
		return empty
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		noteRune(0, utf8.MaxRune, set)
		return false
	}
	return true // anchors and the like
}

// noteRune notes the first bytes of the runes from lo to hi.
func noteRune(lo, hi rune, set *[256]bool) {
	a, b := string(lo), string(hi)
	for c := int(a[0]); c <= int(b[0]); c++ {
		set[c] = true
	}
	if hi >= utf8.RuneError {
		for c := utf8.RuneSelf; c < 256; c++ { // broken bytes count as a rune
			set[c] = true
		}
	}
}

// longestMatch is how many bytes the longest match has, 0 if there is no bound.
func longestMatch(re *syntax.Regexp) int {
	n, bounded := longest(re)
	if !bounded || n == 0 {
		return 0
	}
	return n
}

func longest(re *syntax.Regexp) (n int, bounded bool) {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return utf8.UTFMax * len(re.Rune), true
		}
		return len(string(re.Rune)), true
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			return 0, true
		}
		return utf8.RuneLen(re.Rune[len(re.Rune)-1]), true
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax, true
	case syntax.OpCapture, syntax.OpQuest:
		return longest(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus:
		return 0, false
	case syntax.OpRepeat:
		n, bounded = longest(re.Sub[0])
		return n * re.Max, bounded && re.Max >= 0
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			m, ok := longest(sub)
			if !ok {
				return 0, false
			}
			n += m
		}
		return n, true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			m, ok := longest(sub)
			if !ok {
				return 0, false
			}
			n = max(n, m)
		}
		return n, true
	}
	return 0, true
}
