package mailertest

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// talk plays lines to a peer and gives all it says until it hangs up. The
// peer itself is under test here, so nothing of package mailer helps.
func talk(t *testing.T, p *Peer, lines ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }() // the peer has hung up
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	var said strings.Builder
	for _, line := range append([]string{""}, lines...) {
		if line != "" {
			if _, err := c.Write([]byte(line + "\r\n")); err != nil {
				break
			}
		}
		for {
			got, err := r.ReadString('\n')
			said.WriteString(strings.TrimRight(got, "\r\n") + "|")
			if err != nil {
				return said.String() + "EOF"
			}
			if len(got) < 4 || got[3] != '-' {
				break
			}
		}
	}
	return said.String()
}

func TestPeer(t *testing.T) {
	p := Start(t, Options{Extensions: []string{"X"}})
	got := talk(t, p, "EHLO me", "MAIL FROM:<a@b> SIZE=1", "RCPT TO:<c@d>", "DATA", "S: x\r\n\r\n..\r\n.two\r\n.", "RSET", "NONSENSE", "QUIT")
	want := "220 peer.invalid ESMTP|250-peer.invalid|250 X|250 2.1.0 ok|250 2.1.5 ok|354 go ahead|250 2.0.0 taken|250 2.0.0 ok|502 5.5.1 no such command|221 2.0.0 bye|"
	if got != want {
		t.Errorf("said %s\nwant %s", got, want)
	}
	a := p.Accepted()
	if len(a) != 1 || a[0].From != "a@b" || a[0].To != "c@d" || string(a[0].Message) != "S: x\r\n\r\n.\r\ntwo\r\n" || p.Conns() != 1 {
		t.Errorf("accepted %v", a)
	}
}

// TestPeerActions: refusals are not recorded, an acceptance without a reply is.
func TestPeerActions(t *testing.T) {
	for name, c := range map[string]struct {
		script   Script
		said     string
		accepted int
	}{
		"refuse at the dot":   {On(Dot, Action{Reply: "451 later"}), "|451 later|", 0},
		"accept and drop":     {On(Dot, Action{Accept: true, Drop: true}), "354 go ahead||EOF", 1},
		"half a reply":        {On(Dot, Action{Reply: "250 ok…", Accept: true, Drop: true}), "|250 ok|EOF", 1},
		"two lines":           {On(Dot, Action{Reply: "250-a\n250 b"}), "|250-a|250 b|", 1},
		"refused recipient":   {On(RcptTo, Action{Reply: "550 no"}), "|550 no|503 5.5.1 no recipient|", 0},
		"drop before the dot": {On(DataCmd, Action{Reply: "354 go", Drop: true}), "|354 go||EOF", 0},
		"drip":                {On(Dot, Action{Reply: "250 ok", Drip: time.Millisecond}), "|250 ok|", 1},
	} {
		p := Start(t, Options{Script: c.script})
		lines := []string{"EHLO me", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "x\r\n."}
		if name == "refused recipient" {
			lines = lines[:4]
		}
		if got := talk(t, p, lines...); !strings.HasSuffix(got, c.said) || len(p.Accepted()) != c.accepted {
			t.Errorf("%s: said %s, accepted %d", name, got, len(p.Accepted()))
		}
	}
}
