package library

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// Draft is an article as a source gives it.
type Draft struct {
	Article *article.Article
	// Source is the bytes it was read from, kept for the record.
	Source []byte
	// Format is what it was read as ("text", "markdown"), Origin where it came
	// from: a file's name, an address.
	Format, Origin string
}

// Verdict says what became of a draft.
type Verdict string

// Verdicts.
const (
	Added     Verdict = "added"
	Updated   Verdict = "updated"
	Unchanged Verdict = "unchanged"
)

// Entry is an article as everybody sees it.
type Entry struct {
	ID int64 `json:"id"`
	// Article is the newest revision with the corrections laid over it. Its
	// diagnostics are those of reading the source.
	Article *article.Article `json:"article"`
	Origin  string           `json:"origin"`
	Format  string           `json:"format"`
	// Revisions is how many times the source said something new.
	Revisions int `json:"revisions"`
	// Corrected names the fields that an editor put in place.
	Corrected []string  `json:"corrected"`
	AddedAt   time.Time `json:"added_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// RefusedError says why something was not done; nothing has changed.
type RefusedError struct{ Sentence string }

func (e *RefusedError) Error() string { return e.Sentence }

// NotFoundError says that there is no such article or source.
type NotFoundError struct{ Sentence string }

func (e *NotFoundError) Error() string { return e.Sentence }

func refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

// identities are the names by which a draft is known again: its canonical
// address, or without one the hash of what it says.
func identities(a *article.Article) ([]string, error) {
	if u := normalURL(a.CanonicalURL); u != "" {
		return []string{urlIdentity(u)}, nil
	}
	c := *a
	c.Title = "" // may have been given by hand
	sum, err := fingerprint(&c)
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("sha256:%x", sum)}, nil
}

func urlIdentity(normal string) string { return bounded("url:" + normal) }

// maxIdentity is what fits an index.
const maxIdentity = 1000

// bounded keeps what is too long to be looked up by its hash.
func bounded(identity string) string {
	identity = strings.ReplaceAll(strings.ToValidUTF8(identity, "\ufffd"), "\x00", "\ufffd")
	if len(identity) <= maxIdentity {
		return identity
	}
	kind, _, _ := strings.Cut(identity, ":")
	return fmt.Sprintf("%s:sha256:%x", kind, sha256.Sum256([]byte(identity)))
}

// normalURL makes addresses equal that lead to the same page.
func normalURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	u.Host = strings.ToLower(u.Host)
	u.Scheme = "https"
	u.Fragment = ""
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawQuery = untracked(u.RawQuery)
	return u.String()
}

// untracked leaves out what only says by which way a reader came.
func untracked(query string) string {
	var kept []string
	for _, part := range strings.Split(query, "&") {
		name, _, _ := strings.Cut(strings.ToLower(part), "=")
		switch {
		case part == "", strings.HasPrefix(name, "utm_"):
		case name == "fbclid", name == "gclid", name == "mc_cid", name == "mc_eid":
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// fingerprint is the hash of what a revision says: neither its date nor what
// the reader of the source had to say about it counts.
func fingerprint(a *article.Article) ([]byte, error) {
	c := *a
	c.Published, c.Diagnostics = nil, nil
	data, err := json.Marshal(&c)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return sum[:], nil
}

func checkURL(what, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(raw, isSpaceOrControl) {
		return refused("%s %q is not a web address: it must begin with https:// and have no spaces", what, raw)
	}
	return nil
}

func isSpaceOrControl(r rune) bool { return r <= ' ' || r == 0x7f }

// checkLine refuses what can't stand on one line of a mail or its headers.
func checkLine(what, text string, most int) error {
	if strings.TrimSpace(text) == "" {
		return refused("%s is empty; give it some text", what)
	}
	return checkShort(what, text, most)
}

func checkShort(what, text string, most int) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }) {
		return refused("%s has a line break or control character in it; write it on one line", what)
	}
	if n := len([]rune(text)); n > most {
		return refused("%s is %d characters long; %d are allowed", what, n, most)
	}
	return nil
}
