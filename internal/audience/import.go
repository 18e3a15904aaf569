package audience

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	lotSize       = 5000    // records in one transaction
	maxRejects    = 1000    // refused lines kept in a report
	maxRemembered = 4 << 20 // addresses remembered to notice repetitions
	maxConsent    = 2000    // characters of a consent's source
)

// ImportOptions says what to do with a file.
type ImportOptions struct {
	ListID    int64
	FileName  string            // for the record
	Consent   string            // where and how these people agreed; required
	Confirmed bool              // they have confirmed their addresses already
	Map       map[string]string // column of the file → email, name, zone or language
	DryRun    bool              // say what would happen, write nothing
	Progress  func(lines int64) // called after each lot with the records done so far; may be nil
	OnReject  func(Reject)      // called for each refused line, in order; may be nil
}

// Reject is a line that was refused.
type Reject struct {
	Line   int64  `json:"line"`
	Email  string `json:"email"` // as far as it could be read
	Reason string `json:"reason"`
}

// ImportReport says what became of the lines of a file. Lines is the sum of
// Created, Updated, Unchanged and Rejected.
type ImportReport struct {
	ID        int64    `json:"id"` // number of the import; 0 after a dry run
	Lines     int64    `json:"lines"`
	Created   int64    `json:"created"`
	Updated   int64    `json:"updated"`
	Unchanged int64    `json:"unchanged"`
	Rejected  int64    `json:"rejected"`
	Repeated  int64    `json:"repeated"` // how many of the unchanged had an address that stood in the file before
	Ignored   []string `json:"ignored"`  // columns of the file that were not used
	Rejects   []Reject `json:"rejects"`  // the first 1,000
}

// lot is a slice of the file that has been read and checked.
type lot struct {
	n        int          // place in the file, from 0
	people   []*candidate // keys differ and are in order
	rejects  []Reject     // in order of lines
	repeated int64
	err      error // why the file can't be read on; the lot is not written then
}

func (l *lot) records() int { return len(l.people) + len(l.rejects) + int(l.repeated) }

// fileReader makes lots of a file.
type fileReader struct {
	csv     *csvReader
	cols    columns
	checker *checker
	seen    map[uint64]struct{} // 8 bytes of the keyed hash of each address
}

// lots sends the file's lots until it ends, breaks or ctx is done.
func (f *fileReader) lots(ctx context.Context, out chan<- *lot) {
	defer close(out)
	for n := 0; ; n++ {
		l, more := f.next()
		l.n = n
		if l.records() > 0 || l.err != nil {
			select {
			case out <- l:
			case <-ctx.Done():
				return
			}
		}
		if !more {
			return
		}
	}
}

func (f *fileReader) next() (l *lot, more bool) {
	l = &lot{}
	for l.records() < lotSize {
		fields, line, err := f.csv.read()
		var bad *badLine
		switch {
		case err == io.EOF:
			l.sort()
			return l, false
		case errors.As(err, &bad):
			l.rejects = append(l.rejects, Reject{Line: bad.line, Reason: bad.reason})
			continue
		case err != nil:
			l.err = err
			return l, false
		}
		p, err := f.person(fields)
		var refused *RefusedError
		if errors.As(err, &refused) {
			l.rejects = append(l.rejects, Reject{Line: line, Email: f.address(fields), Reason: refused.Sentence})
			continue
		}
		if f.repeated(p.hash) {
			l.repeated++
			continue
		}
		l.people = append(l.people, &candidate{person: p, line: line})
	}
	l.sort()
	return l, true
}

// sort puts people in the order of their keys: two imports at once take their
// locks in the same order, and neighbours in the index are written together.
// Beyond what the reader remembers, an address may still be there twice.
func (l *lot) sort() {
	slices.SortFunc(l.people, func(a, b *candidate) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.line, b.line))
	})
	n := len(l.people)
	l.people = slices.CompactFunc(l.people, func(a, b *candidate) bool { return a.Key == b.Key })
	l.repeated += int64(n - len(l.people))
}

func (f *fileReader) person(fields []string) (person, error) {
	n, err := f.cols.pick(fields)
	if err != nil {
		return person{}, err
	}
	return f.checker.check(n)
}

// address is what stands in the column of the address, fit to be shown.
func (f *fileReader) address(fields []string) string {
	if f.cols.email >= len(fields) {
		return ""
	}
	return clip(strings.TrimSpace(fields[f.cols.email]))
}

// repeated says whether an address stood in the file before, and remembers it.
func (f *fileReader) repeated(hash []byte) bool {
	short := binary.BigEndian.Uint64(hash)
	if _, again := f.seen[short]; again {
		return true
	}
	if len(f.seen) < maxRemembered {
		f.seen[short] = struct{}{}
	}
	return false
}

// count adds a lot that is done to the report.
func (r *ImportReport) count(l *lot, o *ImportOptions) {
	r.Lines += int64(l.records())
	r.Repeated += l.repeated
	r.Unchanged += l.repeated
	r.Rejected += int64(len(l.rejects))
	for _, c := range l.people {
		switch c.verdict {
		case Created:
			r.Created++
		case Updated:
			r.Updated++
		case Unchanged:
			r.Unchanged++
		}
	}
	for _, reject := range l.rejects {
		if o.OnReject != nil {
			o.OnReject(reject)
		}
		if len(r.Rejects) < maxRejects {
			r.Rejects = append(r.Rejects, reject)
		}
	}
	if o.Progress != nil {
		o.Progress(r.Lines)
	}
}

// refuse moves those who were rejected in the database's light to the lines
// that were refused when they were read.
func (l *lot) refuse() {
	kept := l.people[:0]
	for _, c := range l.people {
		if c.verdict == Rejected {
			l.rejects = append(l.rejects, Reject{Line: c.line, Email: c.Email, Reason: c.reason})
			continue
		}
		kept = append(kept, c)
	}
	l.people = kept
	slices.SortFunc(l.rejects, func(a, b Reject) int { return int(a.Line - b.Line) })
}

// checkConsent requires that somebody said why these people may be mailed.
func checkConsent(c *Consent) error {
	c.Source = strings.TrimSpace(c.Source)
	switch {
	case c.Source == "":
		return refusedf("say where and how these people agreed, such as “sign-up form on example.org, 2026”")
	case utf8.RuneCountInString(c.Source) > maxConsent || utf8.RuneCountInString(c.Detail) > maxConsent:
		return refusedf("the consent's text is longer than %d characters", maxConsent)
	case !utf8.ValidString(c.Source+c.Detail) || strings.ContainsRune(c.Source+c.Detail, 0):
		return refusedf("the consent's text is not UTF-8 text")
	}
	return nil
}
