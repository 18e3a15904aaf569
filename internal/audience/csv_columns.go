package audience

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// columns says at which place of a record each thing stands; -1: nowhere.
type columns struct {
	email, name, zone, language int
	width                       int
	ignored                     []string // columns of the file that are not used
}

// headings are the names by which a column is known without being told.
var headings = map[string]string{
	"email": "email", "emailaddress": "email", "mail": "email", "emailadresse": "email",
	"name": "name", "fullname": "name",
	"zone": "zone", "timezone": "zone", "tz": "zone",
	"language": "language", "lang": "language", "locale": "language",
}

// openCSV finds out how a file is written and reads its header line.
func openCSV(r io.Reader, mapping map[string]string) (*csvReader, columns, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(br.Size())
	if err != nil && err != io.EOF {
		return nil, columns{}, fmt.Errorf("the file can't be read: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		head = head[3:]
		if _, err := br.Discard(3); err != nil {
			return nil, columns{}, fmt.Errorf("the file can't be read: %w", err)
		}
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return nil, columns{}, refusedf("the file is UTF-16 text; save it as CSV in UTF-8")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, columns{}, refusedf("the file is a ZIP archive or a spreadsheet; export it as CSV in UTF-8")
	case bytes.HasPrefix(head, []byte("\x1F\x8B")):
		return nil, columns{}, refusedf("the file is compressed; unpack it first")
	}
	c := newCSVReader(br, separator(head))
	names, line, err := c.read()
	var bad *badLine
	switch {
	case err == io.EOF:
		return nil, columns{}, refusedf("the file is empty; its first line must name the columns, such as email,name,zone")
	case errors.As(err, &bad):
		return nil, columns{}, refusedf("line %d names the columns, and %s", line, bad.reason)
	case err != nil:
		return nil, columns{}, err
	}
	cols, err := readColumns(slices.Clone(names), mapping)
	return c, cols, err
}

// separator is the character that stands most often in the first line.
func separator(head []byte) byte {
	if i := bytes.IndexByte(bytes.TrimLeft(head, "\r\n"), '\n'); i >= 0 {
		head = bytes.TrimLeft(head, "\r\n")[:i]
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if bytes.Count(head, []byte{c}) > bytes.Count(head, []byte{best}) {
			best = c
		}
	}
	return best
}

// readColumns gives each column its meaning: what mapping says of it, else what
// its name says.
func readColumns(names []string, mapping map[string]string) (columns, error) {
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		if strings.Contains(n, "@") {
			return columns{}, refusedf("line 1 must name the columns, such as email,name,zone; it holds an address")
		}
	}
	for _, from := range slices.Sorted(maps.Keys(mapping)) {
		if !slices.Contains(names, from) {
			return columns{}, refusedf("the file has no column “%s”; it has %s", clip(from), listed(names))
		}
		if to := mapping[from]; headings[to] != to {
			return columns{}, refusedf("a column can't be mapped to “%s”; choose email, name, zone or language", clip(to))
		}
	}
	mapped := slices.Collect(maps.Values(mapping))
	cols := columns{email: -1, name: -1, zone: -1, language: -1, width: len(names)}
	for i, n := range names {
		field, told := mapping[n]
		if !told {
			field = headings[heading(n)]
			if slices.Contains(mapped, field) {
				field = ""
			}
		}
		at := cols.place(field)
		if at == nil {
			cols.ignored = append(cols.ignored, clip(n))
			continue
		}
		if *at >= 0 {
			return columns{}, refusedf("both “%s” and “%s” hold the %s; say which one with --map %s=%s", clip(names[*at]), clip(n), field, clip(n), field)
		}
		*at = i
	}
	if cols.email < 0 {
		return columns{}, refusedf("no column holds the address; the file has %s: say which with --map COLUMN=email", listed(names))
	}
	return cols, nil
}

func (c *columns) place(field string) *int {
	switch field {
	case "email":
		return &c.email
	case "name":
		return &c.name
	case "zone":
		return &c.zone
	case "language":
		return &c.language
	}
	return nil
}

// heading reduces "E-Mail address" and "email_address" to one spelling.
func heading(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

func listed(names []string) string {
	var quoted []string
	for _, n := range names[:min(len(names), 12)] {
		quoted = append(quoted, "“"+clip(n)+"”")
	}
	if len(names) > 12 {
		quoted = append(quoted, "…")
	}
	return strings.Join(quoted, ", ")
}

// pick takes what is known of a person out of a record.
func (c *columns) pick(fields []string) (NewSubscriber, error) {
	if len(fields) != c.width {
		return NewSubscriber{}, refusedf("it has %d columns where the first line names %d; a separator within a field needs quotation marks around the field", len(fields), c.width)
	}
	at := func(i int) string {
		if i < 0 {
			return ""
		}
		return fields[i]
	}
	return NewSubscriber{Email: at(c.email), Name: at(c.name), Zone: at(c.zone), Language: at(c.language)}, nil
}
