package audience

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxRecord  = 64 << 10 // bytes of one record, with its line breaks
	maxColumns = 256
)

// csvReader reads RFC 4180 records of a bounded size. encoding/csv has no bound:
// one unclosed quotation mark makes it read the rest of the file into memory.
// Where both read a file they agree, which the tests check.
//
// A *badLine is the fault of one line: reading goes on after it. A *RefusedError
// is the file's: nothing sensible can follow. Anything else comes from the
// reader below.
type csvReader struct {
	r      *bufio.Reader
	comma  byte
	line   int64 // lines read so far
	record []byte
	fields []string
}

// badLine is what is wrong with one record, which began at Line.
type badLine struct {
	line   int64
	reason string
}

func (b *badLine) Error() string { return fmt.Sprintf("line %d: %s", b.line, b.reason) }

func newCSVReader(r io.Reader, comma byte) *csvReader {
	return &csvReader{r: bufio.NewReaderSize(r, 64<<10), comma: comma}
}

// read gives the fields of the next record that is not empty, and the line it
// began at. The slice is valid until the next call; its strings are the caller's.
func (c *csvReader) read() (fields []string, line int64, err error) {
	for {
		c.record = c.record[:0]
		if err := c.appendLine(); err != nil {
			return nil, c.line, err
		}
		if len(c.record) > 0 && c.record[0] != '\n' {
			break
		}
	}
	line = c.line
	fields, err = c.split(line)
	return fields, line, err
}

// appendLine adds one line to the record, with its end normalised to "\n". At
// the end of the file it returns io.EOF, unless there was a last line without an
// end.
func (c *csvReader) appendLine() error {
	start := len(c.record)
	for {
		part, err := c.r.ReadSlice('\n')
		if len(c.record)+len(part) > maxRecord {
			return c.tooLong()
		}
		c.record = append(c.record, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && len(c.record) == start:
			return io.EOF
		case err != nil && err != io.EOF:
			return fmt.Errorf("the file can't be read after line %d: %w", c.line, err)
		}
		break
	}
	c.line++
	if n := len(c.record); bytes.HasSuffix(c.record[start:], []byte("\r\n")) {
		c.record = append(c.record[:n-2], '\n')
	} else if n > start && c.record[n-1] == '\r' { // the last line
		c.record = c.record[:n-1]
	}
	return nil
}

func (c *csvReader) tooLong() error {
	line := c.line + 1 - int64(bytes.Count(c.record, []byte{'\n'}))
	if len(c.record) > 0 && bytes.IndexByte(c.record, '"') >= 0 {
		return refusedf("line %d: a quotation mark is opened and not closed within %d kB; close it and import the file again", line, maxRecord>>10)
	}
	return refusedf("line %d is longer than %d kB; is this a CSV file?", line, maxRecord>>10)
}

// split cuts the record into fields; a quoted field that runs over a line's end
// pulls in the next line.
func (c *csvReader) split(line int64) ([]string, error) {
	c.fields = c.fields[:0]
	if bytes.IndexByte(c.record, '"') < 0 {
		return c.splitPlain(line)
	}
	at := 0
	for {
		if len(c.fields) == maxColumns {
			return nil, &badLine{line, fmt.Sprintf("it has more than %d columns", maxColumns)}
		}
		var field string
		var err error
		if at < len(c.record) && c.record[at] == '"' {
			field, at, err = c.quoted(at+1, line)
		} else {
			field, at, err = c.bare(at, line)
		}
		if err != nil {
			return nil, err
		}
		c.fields = append(c.fields, field)
		if at >= len(c.record) || c.record[at] == '\n' {
			return c.fields, nil
		}
		at++ // the comma
	}
}

func (c *csvReader) splitPlain(line int64) ([]string, error) {
	text := strings.TrimSuffix(string(c.record), "\n")
	for {
		if len(c.fields) == maxColumns {
			return nil, &badLine{line, fmt.Sprintf("it has more than %d columns", maxColumns)}
		}
		field, rest, more := strings.Cut(text, string(c.comma))
		c.fields = append(c.fields, field)
		if !more {
			return c.fields, nil
		}
		text = rest
	}
}

// bare reads a field without quotation marks; next is at the comma or line end.
func (c *csvReader) bare(at int, line int64) (field string, next int, err error) {
	next = at
	for next < len(c.record) && c.record[next] != c.comma && c.record[next] != '\n' {
		if c.record[next] == '"' {
			return "", 0, &badLine{line, "there is a quotation mark within a field that does not begin with one"}
		}
		next++
	}
	return string(c.record[at:next]), next, nil
}

// quoted reads a field after its opening mark.
func (c *csvReader) quoted(at int, line int64) (field string, next int, err error) {
	var b []byte
	for {
		end := bytes.IndexByte(c.record[at:], '"')
		if end < 0 {
			b = append(b, c.record[at:]...)
			at = len(c.record)
			if err := c.appendLine(); err == io.EOF {
				return "", 0, refusedf("line %d: a quotation mark is opened and never closed; close it and import the file again", line)
			} else if err != nil {
				return "", 0, err
			}
			continue
		}
		b = append(b, c.record[at:at+end]...)
		at += end + 1
		switch {
		case at >= len(c.record) || c.record[at] == c.comma || c.record[at] == '\n':
			return string(b), at, nil
		case c.record[at] != '"':
			return "", 0, &badLine{line, "there is text after a closing quotation mark; a mark within a field is written twice"}
		}
		b = append(b, '"')
		at++
	}
}
