package audience

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// oneRecord is what a reader made of one record; bad: it was refused.
type oneRecord struct {
	line   int64
	fields []string
	bad    bool
}

func readAll(r io.Reader, comma byte) ([]oneRecord, error) {
	c := newCSVReader(r, comma)
	var all []oneRecord
	for {
		fields, line, err := c.read()
		var bad *badLine
		switch {
		case err == io.EOF:
			return all, nil
		case errors.As(err, &bad):
			all = append(all, oneRecord{bad.line, nil, true})
		case err != nil:
			return all, err
		default:
			all = append(all, oneRecord{line, slices.Clone(fields), false})
		}
	}
}

func TestCSVReader(t *testing.T) {
	in := "a,b\r\n\n\"x \"\"y\"\"\n z\",2\nbad \"quote\",3\n\"bad\"quote,4\n,\nlast,5"
	want := "[{1 [a b] false} {3 [x \"y\"\n z 2] false} {5 [] true} {6 [] true} {7 [ ] false} {8 [last 5] false}]"
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "bytewise": iotest.OneByteReader(strings.NewReader(in))} {
		got, err := readAll(r, ',')
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, %v\nwant %s", name, got, err, want)
		}
	}
}

func TestCSVReaderGivesUp(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"unclosed at the end":   {"a\nb\n\"c,d\ne\n", "line 3: a quotation mark is opened and never closed"},
		"unclosed in a long":    {"a\n\"" + strings.Repeat("b\n", 40000), "line 2: a quotation mark is opened and not closed within 64 kB"},
		"a long line":           {"a\nb\n" + strings.Repeat("c", 65537), "line 3 is longer than 64 kB"},
		"a long line in quotes": {"a\nb\nc\n\"" + strings.Repeat("c", 70000) + "\"", "line 4: a quotation mark"},
	} {
		_, err := readAll(strings.NewReader(c.in), ',')
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	broken := errors.New("disk gone")
	_, err := readAll(io.MultiReader(strings.NewReader("a\nb\nc"), iotest.ErrReader(broken)), ',')
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "after line 2") {
		t.Errorf("got %v", err)
	}
}

// endless is a line of any length that takes no memory.
type endless struct {
	first string
	left  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	for i := range n {
		p[i] = 'x'
	}
	copy(p, e.first)
	e.first = ""
	e.left -= n
	return n, nil
}

func TestHugeLinesTakeNoMemory(t *testing.T) {
	for _, first := range []string{"", `"`} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := readAll(&endless{first, 100 << 20}, ','); err == nil {
			t.Error("a line of 100 MB was accepted")
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
			t.Errorf("%d bytes were allocated", grown)
		}
	}
}

// FuzzCSV holds the reader against encoding/csv: where that one reads a file to
// its end, both see the same records at the same lines.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\r\nc,d", "\"a\"\"b\",c\n", "a\n\n\r\n\"b\nc\"\n", "a,\"b", "a\"b,c\nd,e\n", "\r", "\"\r\n\"\r", ",,\n", "a,b\r\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := readAll(strings.NewReader(s), ',')
		theirs := csv.NewReader(strings.NewReader(s))
		theirs.FieldsPerRecord = -1
		for i := 0; ; i++ {
			fields, terr := theirs.Read()
			var parse *csv.ParseError
			switch {
			case terr == io.EOF:
				if err != nil || i != len(got) {
					t.Fatalf("%q: encoding/csv read %d records, we %v, %v", s, i, got, err)
				}
				return
			case errors.As(terr, &parse) && i < len(got) && got[i].bad && got[i].line == int64(parse.StartLine):
				continue
			case terr != nil:
				if err == nil && (i >= len(got) || !got[i].bad) {
					t.Fatalf("%q: encoding/csv refused record %d (%v), we read %v", s, i, terr, got)
				}
				return
			}
			line, _ := theirs.FieldPos(0)
			if i >= len(got) {
				if len(s) < maxColumns {
					t.Fatalf("%q: record %d is missing: %v, %v", s, i, got, err)
				}
				return
			}
			if len(fields) > maxColumns && got[i].bad {
				continue
			}
			if got[i].bad || got[i].line != int64(line) || !slices.Equal(got[i].fields, fields) {
				t.Fatalf("%q: record %d is %v at line %d for encoding/csv, %v for us", s, i, fields, line, got[i])
			}
		}
	})
}

func TestColumns(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		m    map[string]string
		want string
	}{
		"plain":       {"email,name,zone\n", nil, "0 1 2 -1 []"},
		"BOM":         {"\xEF\xBB\xBFE-Mail;Full Name\r\n", nil, "0 1 -1 -1 []"},
		"tab":         {"Name\tTime zone\tLocale\tE-mail address\n", nil, "3 0 1 2 []"},
		"quoted BOM":  {"\xEF\xBB\xBF\"email\",\"plan\"\n", nil, "0 -1 -1 -1 [plan]"},
		"mapped":      {"adresse,email,who\n", map[string]string{"adresse": "email", "who": "name"}, "0 2 -1 -1 [email]"},
		"no line end": {"email", nil, "0 -1 -1 -1 []"},
	} {
		_, cols, err := openCSV(strings.NewReader(c.file), c.m)
		if got := fmt.Sprint(cols.email, cols.name, cols.zone, cols.language, cols.ignored); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, c.want)
		}
	}
	for want, c := range map[string]struct {
		file string
		m    map[string]string
	}{
		"is empty":                {"", nil},
		"file is empty":           {"\n\n", nil},
		"it holds an address":     {"ada@example.org,Ada\n", nil},
		"the file has “a”, “b”":   {"a,b\n", nil},
		"no column “x”; it has":   {"email,b\n", map[string]string{"x": "name"}},
		"can't be mapped to “y”":  {"email,b\n", map[string]string{"b": "y"}},
		"both “email” and “Mail”": {"email,Mail\n", nil},
		"UTF-16":                  {"\xFF\xFEe\x00", nil},
		"spreadsheet":             {"PK\x03\x04....", nil},
		"compressed":              {"\x1F\x8B\x08", nil},
		"names the columns, and":  {"a\"b\n", nil},
	} {
		_, _, err := openCSV(strings.NewReader(c.file), c.m)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want something about %q", c.file, err, want)
		}
	}
}
