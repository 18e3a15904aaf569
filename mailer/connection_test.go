package mailer

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRenewal: a connection is given up in good order after so many messages,
// or so old.
func TestRenewal(t *testing.T) {
	r, err := ParseRelay("smtp://127.0.0.1?messages=2&age=1h")
	if err != nil {
		t.Fatal(err)
	}
	c := newConn(&wire{}, nil, nil, offer{}, r)
	for i := range 2 {
		if !c.Usable() {
			t.Fatalf("given up after %d messages", i)
		}
		c.begun()
	}
	if c.Usable() || !c.alive() {
		t.Error("two messages: usable, or not fit for QUIT")
	}
	c = newConn(&wire{}, nil, nil, offer{}, r)
	c.oldAt = time.Now().Add(-time.Second)
	if c.Usable() || !c.alive() {
		t.Error("an hour: usable, or not fit for QUIT")
	}
	if r, err = ParseRelay("smtp://127.0.0.1?messages=0"); err != nil {
		t.Fatal(err)
	}
	c = newConn(&wire{}, nil, nil, offer{}, r)
	c.messages = 1 << 30
	if !c.Usable() {
		t.Error("given up without a limit")
	}
}

// TestRested: after a rest a connection must answer before a message is written
// in one piece, since what a dead one swallows would be unknown.
func TestRested(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // nothing to lose
	here, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 20)
	go func() {
		defer close(lines)
		there, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = there.Close() }() // the other side has
		r := bufio.NewReader(there)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			lines <- line
			answer := map[string]string{"DATA": "354 go\r\n", ".": "250 ok\r\n"}[line]
			if strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "RCPT") {
				answer = "250 ok\r\n"
			}
			if _, err := there.Write([]byte(answer)); err != nil {
				return
			}
		}
	}()
	r, err := ParseRelay("smtp://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Conn: here}
	c := newConn(w, bufio.NewReader(w), bufio.NewWriter(w), offer{pipelining: true, chunking: true}, r)
	c.last = time.Now().Add(-time.Minute)
	if err := c.Send(t.Context(), Envelope{To: "a@example.net"}, []byte("a: b\r\n\r\nx\r\n"), nil); err != nil {
		t.Fatal(err)
	}
	c.kill()
	var said []string
	for l := range lines {
		said = append(said, l)
	}
	if got := strings.Join(said, "|"); got != "MAIL FROM:<>|RCPT TO:<a@example.net>|DATA|a: b||x|." {
		t.Errorf("said %s", got)
	}
}

// TestFileNames: the Message-ID names the file; nothing in it leads elsewhere.
func TestFileNames(t *testing.T) {
	for id, want := range map[string]string{
		"<1.2-x@example.org>": "1.2-x@example.org.eml", "<../x@example.org>": "", "<.x@example.org>": "", "": "",
		"<a/b@example.org>": "", "<" + strings.Repeat("x", 201) + ">": "",
	} {
		got := fileName([]byte("Subject: x\r\nMessage-ID: " + id + "\r\n\r\nbody\r\n"))
		if want != "" && got != want || want == "" && (len(got) != 36 || strings.ContainsAny(got, "/@")) {
			t.Errorf("%q gives %q", id, got)
		}
	}
}

// TestDirectory: sending twice leaves one file, and nothing else is left behind.
func TestDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new")
	r, err := ParseRelay("file://" + path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Send(t.Context(), Envelope{From: "n@example.org", To: "jörg@bücher.example"}, []byte("Message-ID: <1@example.org>\r\n\r\nx\r\n"), nil); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 1 || entries[0].Name() != "1@example.org.eml" {
		t.Fatalf("got %v %v", entries, err)
	}
	raw, err := os.ReadFile(filepath.Join(path, entries[0].Name()))
	if want := "Return-Path: <n@example.org>\r\nDelivered-To: jörg@xn--bcher-kva.example\r\nMessage-ID: <1@example.org>\r\n\r\nx\r\n"; err != nil || string(raw) != want {
		t.Errorf("got %q %v", raw, err)
	}
	if p, err := r.Probe(t.Context()); err != nil || p.Addr != path {
		t.Errorf("probe %v %v", p, err)
	}
	if r, err = ParseRelay("file:///proc/none/here"); err != nil {
		t.Fatal(err)
	}
	if _, err = r.Dial(t.Context()); err == nil || !strings.Contains(err.Error(), "relay /proc/none/here: the directory can't be made") {
		t.Errorf("got %v", err)
	}
}

// TestStuff: what a server undoes gives the message back.
func TestStuff(t *testing.T) {
	for _, msg := range []string{
		".\r\n", "..\r\n", "a\r\n", ".a\r\n.b\r\nc\r\n", "a\r\n.\r\n..\r\n\r\n.\r\n", "a.\r\n.b.\r\n", "\r\n.\r\n",
	} {
		dots, err := checkLines([]byte(msg), nil)
		if err != nil {
			t.Fatal(err)
		}
		var undone strings.Builder
		for _, line := range strings.SplitAfter(string(stuff([]byte("x"), []byte(msg), dots))[1:], "\n") {
			if strings.HasPrefix(line, ".") && !strings.HasPrefix(line, "..") {
				t.Errorf("%q: a dot is not doubled in %q", msg, line)
			}
			undone.WriteString(strings.TrimPrefix(line, "."))
		}
		if undone.String() != msg {
			t.Errorf("%q came back as %q", msg, undone.String())
		}
	}
}
