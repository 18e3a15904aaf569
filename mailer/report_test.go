package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestParseReport reads reports as mail servers write them; want is kind,
// Message-ID or feedback, and what is made of each recipient.
func TestParseReport(t *testing.T) {
	for name, want := range map[string]string{
		"01-postfix":          "dsn abc234@example.org; ada@example.com 5.1.1 SMTP-2 now via mx.example.com",
		"02-exchange":         "dsn def567@example.org; ada@example.com 5.1.10 SMTP-2 now",
		"03-delayed":          "dsn ; ada@example.com ignored",
		"04-full-and-expired": "dsn ; full@example.com 5.2.2 SMTP-3 count; gone@example.com 4.4.1 SMTP-RELAY not; policy@example.com 5.7.1 SMTP-4 not; plain@example.com   not",
		"05-arf":              "arf ghi234@example.org abuse b+7.c.aaaaaaaaaaaaaaaa@bounce.example.org",
		"06-holiday":          "none",
		"07-read-receipt":     "none",
		"08-base64-utf8":      "dsn ; jörg@example.com 5.1.1 SMTP-2 now",
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", "reports", name+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{raw, bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))} {
			if got := describe(ParseReport(bytes.NewReader(text))); got != want {
				t.Errorf("%s\n got %s\nwant %s", name, got, want)
			}
		}
	}
}

func describe(r *Report, err error) string {
	if errors.Is(err, ErrNoReport) {
		return "none"
	}
	out := strings.TrimRight(fmt.Sprintf("%s %s %s %s", r.Kind, r.MessageID, r.Feedback, r.ReturnPath), " ")
	if r.MessageID == "" {
		out += " "
	}
	for _, x := range r.Recipients {
		e := x.Verdict()
		if e == nil {
			out += "; " + x.Address + " ignored"
			continue
		}
		out += fmt.Sprintf("; %s %s %s %s", x.Address, e.Enhanced, e.Rule, [...]string{"not", "now", "count"}[e.Suppress])
		if x.RemoteMTA != "" {
			out += " via " + x.RemoteMTA
		}
	}
	return out
}

// FuzzParseReport: whatever comes, nothing in the result is longer or wilder
// than promised, and 5.7.x suppresses nobody.
func FuzzParseReport(f *testing.F) {
	files, err := filepath.Glob("testdata/reports/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatal("no reports to begin with", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ParseReport(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, ErrNoReport) || r != nil {
				t.Fatalf("got %v %v", r, err)
			}
			return
		}
		if len(r.Recipients) > maxReportRecipients || len(r.MessageID) > 260 || strings.ContainsAny(r.MessageID+r.Feedback, "\r\n\x00") {
			t.Errorf("got %+v", r)
		}
		for _, x := range r.Recipients {
			e := x.Verdict()
			if len(x.Diagnostic) > maxReplyText || strings.ContainsAny(x.Diagnostic+x.Address+x.RemoteMTA, "\r\n\x1b\x00") {
				t.Errorf("recipient %+v", x)
			}
			if e != nil && (e.Outcome != Failed || e.Suppress != SuppressNot && strings.HasPrefix(e.Enhanced, "5.7.") && e.Enhanced != "5.7.13") {
				t.Errorf("%+v gives %v", x, e)
			}
		}
	})
}
