package main

import (
	"strings"
	"testing"
)

// A strict newsletter wants its warnings acknowledged; the receipt keeps what
// was said.
func TestPreflightOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.newsletter("smtp://127.0.0.1:2525", 1)
	s.ok("newsletter", "edit", "weekly", "--strict")
	article := s.ok("article", "add", s.write("note.md", "---\ntitle: A Note\n---\n\nThis balm heals your skin in a day, says the maker of it.\n\nWash with water.\n"))
	issue := s.ok("issue", "draft", "weekly", "--article", article)
	if r := s.run("issue", "receipt", issue); r.code != 1 || !strings.Contains(r.stderr, "has never been approved") {
		t.Errorf("the receipt of a draft: %+v", r)
	}
	if r := s.run("issue", "approve", issue); r.code != 1 || !strings.Contains(r.stderr, "wants 2 warnings acknowledged") || !strings.Contains(r.stderr, "LAW-8") {
		t.Errorf("approving: %+v", r)
	}
	if r := s.run("issue", "acknowledge", issue, "LAW-8", "--reason", "It is a quotation.", "--number", "-1"); r.code != 2 {
		t.Errorf("a negative number: %+v", r)
	}
	s.ok("issue", "acknowledge", issue, "LAW-8", "--reason", "It is a quotation.")
	if out := s.run("issue", "preview", issue).stderr; !strings.Contains(out, "It is a quotation.") {
		t.Errorf("the preview doesn't say what was acknowledged: %s", out)
	}
	s.ok("issue", "approve", issue, "--acknowledge", "No byline by design.")
	var receipt struct {
		Standing string
		Rules    []struct{ ID string }
		Findings []struct {
			Rule         string
			Acknowledged struct{ Reason, Actor string }
		}
		Bytes struct{ Template, Message string }
		Proof struct{ HTML, Text []struct{ OK bool } }
	}
	s.json(&receipt, "issue", "receipt", issue, "--json")
	reasons := ""
	for _, f := range receipt.Findings {
		reasons += f.Rule + ": " + f.Acknowledged.Reason + " "
	}
	if receipt.Standing != "holds" || len(receipt.Rules) < 30 || len(receipt.Bytes.Template) != 64 || receipt.Proof.HTML == nil ||
		!strings.Contains(reasons, "LAW-8: It is a quotation.") || !strings.Contains(reasons, "ART-2: No byline by design.") {
		t.Errorf("the receipt is %+v", receipt)
	}
	if out := s.ok("issue", "receipt", issue); !strings.Contains(out, "holds: the stored bytes") || !strings.Contains(out, "acknowledged by command line") {
		t.Errorf("the receipt says %s", out)
	}
}

// The preview page opens at the address that is printed, and nowhere else.
func TestPreviewPage(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	web := freeAddr(t)
	s.env = append(s.env, "BROADSHEET_LISTEN="+web, "BROADSHEET_PUBLIC_URL=http://"+web)
	s.newsletter("smtp://127.0.0.1:2525", 1)
	issue := s.ok("issue", "draft", "weekly", "--article", s.article("scalp-care.md"))
	if r := s.run("issue", "preview", issue, "--link", "--for", "3000h"); r.code != 2 || !strings.Contains(r.stderr, "--for is 3000h") {
		t.Errorf("a link for ever: %+v", r)
	}
	if r := s.run("issue", "preview", "99", "--link"); r.code != 1 || !strings.Contains(r.stderr, "there is no issue 99") {
		t.Errorf("a link to nothing: %+v", r)
	}
	link := s.ok("issue", "preview", issue, "--link")
	s.start("web").said("web pages at")
	if page := get(t, link); !strings.Contains(page, "Issue "+issue+" · Draft") || !strings.Contains(page, "/frame") {
		t.Errorf("the page: %s", page)
	}
	s.ok("issue", "approve", issue)
	if page := get(t, link); !strings.Contains(page, "Issue "+issue+" · Approved") || !strings.Contains(page, "These are the bytes that will be sent.") {
		t.Error("the page doesn't show the approval")
	}
}
