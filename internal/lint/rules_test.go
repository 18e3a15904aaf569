package lint

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
)

// TestGood: a well-made article has nothing said against it.
func TestGood(t *testing.T) {
	for name, mode := range map[string]func(*sample){"via article": func(*sample) {}, "direct": direct} {
		s := good()
		mode(s)
		for _, d := range s.findings(t) {
			t.Errorf("%s: %s", name, d)
		}
		s.NoMessage = true
		for _, d := range s.findings(t) {
			t.Errorf("%s, without a message: %s", name, d)
		}
	}
}

// TestLanguages: what package render writes in its own words is understood
// here in each of its languages.
func TestLanguages(t *testing.T) {
	for _, language := range []string{"en", "de", "fr", "es", "pt", "it", "he"} {
		for name, mode := range map[string]func(*sample){"via article": func(*sample) {}, "direct": direct} {
			s := good()
			mode(s)
			s.Article.Language, s.pick().CTA = language, ""
			s.Article.Disclosures[0].Text = article.Plain("Partnerlinks")
			for _, d := range s.findings(t) {
				if d.Rule != "LAW-7" {
					t.Errorf("%s, %s: %s", language, name, d)
				}
			}
		}
	}
}

// TestRules: every rule fires where it is broken, and not where it is kept.
func TestRules(t *testing.T) {
	fired, kept := map[string]bool{}, map[string]bool{}
	for _, c := range ruleCases() {
		fired[c.rule] = fired[c.rule] || c.fires
		kept[c.rule] = kept[c.rule] || !c.fires
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			s := good()
			c.spoil(s)
			found := s.findings(t)
			var of []article.Diagnostic
			for _, d := range found {
				check(t, d)
				if d.Rule == c.rule {
					of = append(of, d)
				}
			}
			if c.fires != (len(of) > 0) {
				t.Fatalf("fires: %v, want %v; found:\n%s", len(of) > 0, c.fires, listing(found))
			}
			if c.says != "" && !strings.Contains(listing(of), c.says) {
				t.Errorf("%q is not said by:\n%s", c.says, listing(of))
			}
			if c.only {
				for _, d := range found {
					if d.Rule != c.rule && d.Severity == article.Error {
						t.Errorf("besides: %s", d)
					}
				}
			}
		})
	}
	for _, r := range Rules() {
		if !fired[r.ID] {
			t.Errorf("%s: no case breaks it", r.ID)
		}
		if !kept[r.ID] {
			t.Errorf("%s: no case comes near and keeps it", r.ID)
		}
	}
}

// check holds a finding to the form that people get.
func check(t *testing.T, d article.Diagnostic) {
	t.Helper()
	r, ok := Find(d.Rule)
	if !ok {
		t.Errorf("%s: no such rule", d)
	}
	if d.Severity != r.Severity && (d.Severity == article.Error || r.Severity != article.Error) {
		t.Errorf("%s: the rule is only %s", d, r.Severity)
	}
	if !strings.HasSuffix(d.Message, ".") || !strings.HasSuffix(d.Fix, ".") && !strings.HasSuffix(d.Fix, `."`) && !strings.HasSuffix(d.Fix, ".”") {
		t.Errorf("%s\n%s\nis not in sentences", d, d.Fix)
	}
	if d.Byte < 0 || d.Part == "" && d.Byte > 0 {
		t.Errorf("%s: byte %d of part %q", d, d.Byte, d.Part)
	}
}

func listing(ds []article.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString("  " + d.String() + "\n    " + d.Fix + "\n")
	}
	return b.String()
}

// TestTable: the table can be shown to people and kept for years.
func TestTable(t *testing.T) {
	id := regexp.MustCompile(`^[A-Z]+-\d+$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !id.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("%q is no id of its own", r.ID)
		}
		seen[r.ID] = true
		for _, s := range []string{r.Title, r.Reason} {
			if !strings.HasSuffix(s, ".") || strings.Contains(s, "\n") || strings.Contains(s, "|") {
				t.Errorf("%s: %q is no sentence on one line", r.ID, s)
			}
		}
		if r.Source == "" {
			t.Errorf("%s has no source", r.ID)
		}
		if _, err := time.Parse("2006-01", r.VerifiedOn); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
		switch r.Severity {
		case article.Error, article.Warn, article.Info:
		default:
			t.Errorf("%s: severity %q", r.ID, r.Severity)
		}
	}
	list := Rules()
	list[0].ID = "spoilt"
	if Rules()[0].ID == "spoilt" {
		t.Error("Rules hands out the table itself")
	}
}

func TestExplain(t *testing.T) {
	s, err := Explain(" pick-1 ")
	if err != nil || !strings.Contains(s, "PICK-1 (error)") || !strings.Contains(s, "Why: ") {
		t.Errorf("%q, %v", s, err)
	}
	if s, err := Explain("HTML-2"); err != nil || !strings.Contains(s, "gmail=45") || !strings.Contains(s, "Litmus") {
		t.Errorf("%q, %v", s, err)
	}
	for id, want := range map[string]string{"PICK-9": "PICK-1, PICK-2, PICK-3", "zzz": "ART, PICK"} {
		if _, err := Explain(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v lacks %q", id, err, want)
		}
	}
}

// TestPassedOn: what the reader of the source found stays, what an editor may
// have mended is looked at again.
func TestPassedOn(t *testing.T) {
	s := good()
	s.Article.Diagnostics = []article.Diagnostic{
		{Rule: "ART-3", Severity: article.Warn, Place: line(3), Message: "Lost."},
		{Rule: "ART-1", Severity: article.Error, Message: "No title."},
		{Rule: "PICK-1", Severity: article.Error, Message: "No address."},
		{Rule: "AMZ-4", Severity: article.Info, Message: "A price was left out."},
	}
	var rules []string
	for _, d := range Article(s.Article, s.Policy) {
		rules = append(rules, d.Rule)
	}
	if got := strings.Join(rules, " "); got != "ART-3 AMZ-4" {
		t.Errorf("got %q", got)
	}
}
