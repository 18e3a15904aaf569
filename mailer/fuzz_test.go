package mailer_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/mailer"
)

// FuzzUnmarshal: whatever is taken has exactly one stored form, and can be
// spliced without a panic into lines that are short enough.
func FuzzUnmarshal(f *testing.F) {
	tpl, err := mailer.Compile(sample())
	if err != nil {
		f.Fatal(err)
	}
	stored, err := tpl.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stored)
	f.Add(stored[:len(stored)/2])
	f.Add([]byte("BSMT\x01\x01\x01a\x05\x00\x07\x02\x03\x04\x01\x06X: y\r\n\x01\x02\r\n\x06\x00\x01\x02\r\n"))
	f.Add([]byte("BSMT\x02"))
	f.Add([]byte("BSMT\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got mailer.Template
		if err := got.UnmarshalBinary(data); err != nil {
			return
		}
		again, err := got.MarshalBinary()
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q was read, but is stored as %q (%v)", data, again, err)
		}
		r := mailer.Recipient{Address: "a@example.net", MessageID: "1@example.org", Date: time.Unix(1e9, 0)}
		for range got.Slots() {
			r.Values = append(r.Values, "x")
		}
		raw, err := got.Splice(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
			if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
				t.Fatalf("line of %d bytes: %.80q", len(line), line)
			}
		}
	})
}
