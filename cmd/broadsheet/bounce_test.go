package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"

	"github.com/broadsheet/broadsheet/mailer/capture"
)

// An issue goes out signed and with return paths of its own; one reader's
// mailbox is gone, another complains, a stranger forges: the first two are
// suppressed, and nobody else.
func TestBouncesComeBack(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	inbox, err := capture.Start(capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inbox.Close() }()
	s.newsletter("smtp://"+inbox.Addr()+"?connections=2", 3)
	name, record, ok := strings.Cut(s.ok("dkim", "add", "example.org", "--selector", "s1", "--kind", "ed25519"), "\t")
	if !ok {
		t.Fatal(name)
	}
	issue := s.ok("issue", "draft", "weekly", "--article", s.article("scalp-care.md"))
	s.ok("issue", "approve", issue)
	s.ok("issue", "send", issue)
	s.env = append(s.env, "BROADSHEET_BOUNCE_DOMAIN=bounce.example.org")
	listen := freeAddr(t)
	serve := s.start("serve", "--listen", freeAddr(t), "--bounce-listen", listen)
	eventually(t, 60*time.Second, "the issue is sent", func() bool { return inbox.Total() == 3 })

	returns := map[string]string{}
	for _, m := range inbox.Mails(0) {
		returns[m.To[0]] = m.From
		results, err := dkim.VerifyWithOptions(bytes.NewReader(m.Raw), &dkim.VerifyOptions{LookupTXT: func(asked string) ([]string, error) {
			if strings.TrimSuffix(asked, ".") != name {
				return nil, fmt.Errorf("no record %s", asked)
			}
			return []string{record}, nil
		}})
		if err != nil || len(results) != 1 || results[0].Err != nil {
			t.Errorf("%s: signatures %v, %v", m.To[0], results, err)
		}
	}
	bring := func(to, mail string) error {
		c, err := smtp.Dial(listen)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.SendMail("", []string{to}, strings.NewReader(strings.ReplaceAll(mail, "\n", "\r\n")))
	}
	report := func(kind, part, fields string) string {
		return "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=" + kind + "; boundary=b\n\n--b\nContent-Type: message/" + part + "\n\n" + fields + "\n--b--\n"
	}
	gone := report("delivery-status", "delivery-status", "Reporting-MTA: dns; mx.a.example\n\nFinal-Recipient: rfc822; reader0@a.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <reader0@a.example> unknown\n")
	if err := bring(returns["reader0@a.example"], gone); err != nil {
		t.Error(err)
	}
	complaint := report("feedback-report", "feedback-report", "Feedback-Type: abuse\nOriginal-Mail-From: <"+returns["reader1@a.example"]+">\n")
	if err := bring(s.ok("bounce", "address"), complaint); err != nil {
		t.Error(err)
	}
	if err := bring("b+1.3.aaaaaaaaaaaaaaaa@bounce.example.org", gone); err == nil || !strings.Contains(err.Error(), "no such address") {
		t.Errorf("a forged bounce gave %v", err)
	}
	var facts []struct {
		Kind, Diagnostic string
		Suppressed       bool
	}
	s.json(&facts, "bounce", "list", "--json")
	if len(facts) != 2 || facts[1].Kind != "bounce" || facts[0].Kind != "complaint" || !facts[0].Suppressed || !facts[1].Suppressed || facts[1].Diagnostic != "<address> unknown" {
		t.Errorf("facts %+v", facts)
	}
	var suppressed []struct{ Email, Reason string }
	s.json(&suppressed, "suppress", "list", "--json")
	if got := fmt.Sprint(suppressed); got != "[{reader0@a.example bounce} {reader1@a.example complaint}]" {
		t.Errorf("suppressed %s", got)
	}
	if out := s.ok("bounce", "list"); !strings.Contains(out, "SMTP-2") || !strings.Contains(out, "SMTP-11") {
		t.Errorf("listed\n%s", out)
	}
	serve.stop()
}
