package newsletter

import (
	"cmp"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// Newsletter is a recurring publication.
type Newsletter struct {
	ID   int64  `db:"id" json:"id"`
	Slug string `db:"slug" json:"slug"`
	Name string `db:"name" json:"name"`
	// FromName and FromEmail are the sender of every mail (AUTH-5).
	FromName  string `db:"from_name" json:"from_name"`
	FromEmail string `db:"from_email" json:"from_email"`
	ReplyTo   string `db:"reply_to" json:"reply_to"`
	ListID    int64  `db:"list_id" json:"list_id"`
	// Relay is the name of a relay; "" is any, as their priorities and weights say.
	Relay    string `db:"relay" json:"relay"`
	Zone     string `db:"zone" json:"zone"`
	Language string `db:"language" json:"language"`
	Theme    string `db:"theme" json:"theme"`
	// PostalAddress is the sender's, on one line (LAW-1).
	PostalAddress string `db:"postal_address" json:"postal_address"`
	HomeURL       string `db:"home_url" json:"home_url"`
	DisclosureURL string `db:"disclosure_url" json:"disclosure_url"`
	// DefaultDisclosure stands in for an article that has none (DISC-1).
	DefaultDisclosure string `db:"default_disclosure" json:"default_disclosure"`
	// Disclaimer is the standing not-medical-advice sentence.
	Disclaimer string `db:"disclaimer" json:"disclaimer"`
	// Why says why a reader gets the mail.
	Why string `db:"why" json:"why"`
	// AmazonMode is render.ViaArticle or render.Direct (AMZ-1).
	AmazonMode string `db:"amazon_mode" json:"amazon_mode"`
	// AmazonConsent says who allowed Direct, for which marketplace and when.
	AmazonConsent string `db:"amazon_consent" json:"amazon_consent"`
	// AutoApprove lets a scheduled issue without an error go out by itself.
	AutoApprove bool `db:"auto_approve" json:"auto_approve"`
	// OnUnknown is outbox.Hold or outbox.Resend.
	OnUnknown string `db:"on_unknown" json:"on_unknown"`
	// Strict wants every warning acknowledged before an issue is approved.
	Strict bool `db:"strict" json:"strict,omitempty"`
	// Layout is how an issue of one article is laid out (render.Layouts);
	// several articles make a digest.
	Layout string `db:"layout" json:"layout,omitempty"`
	// Articles is how many a firing of the schedule takes at the most; if there
	// are fewer than AtLeast it takes none.
	Articles int `db:"articles" json:"articles,omitempty"`
	AtLeast  int `db:"at_least" json:"at_least,omitempty"`
	// ClientMix is which mail programs the readers use, as lint.ParseMix reads
	// it; "" is the usual mix (HTML-2).
	ClientMix string    `db:"client_mix" json:"client_mix,omitempty"`
	CreatedAt time.Time `db:"created_at" json:"created_at"`
	UpdatedAt time.Time `db:"updated_at" json:"updated_at"`
}

// RefusedError says why something was not done; nothing has changed but what
// the sentence says.
type RefusedError struct{ Sentence string }

func (e *RefusedError) Error() string { return e.Sentence }

// NotFoundError says that what was asked for does not exist.
type NotFoundError struct{ Sentence string }

func (e *NotFoundError) Error() string { return e.Sentence }

// BlockedError says that an issue can't be approved or sent, and why.
type BlockedError struct {
	IssueID     int64
	Diagnostics []article.Diagnostic // those of severity error
}

// Error names the first finding and counts the others.
func (e *BlockedError) Error() string {
	d := e.Diagnostics[0]
	more := ""
	if n := len(e.Diagnostics) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more; broadsheet issue preview %d lists them)", n, e.IssueID)
	}
	return fmt.Sprintf("issue %d can't go out: %s: %s %s%s", e.IssueID, d.Rule, d.Message, d.Fix, more)
}

func refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

var slugShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// mailboxProviders are domains that publish a DMARC policy against mail in
// their name from elsewhere, or belong to no publisher (AUTH-5).
func mailboxProvider(domain string) bool {
	return slices.Contains([]string{
		"gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "aol.com", "outlook.com", "hotmail.com", "live.com",
		"msn.com", "icloud.com", "me.com", "mac.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de",
		"mail.ru", "yandex.ru", "yandex.com", "proton.me", "protonmail.com", "libero.it", "orange.fr", "free.fr",
		"laposte.net", "zoho.com", "fastmail.com", "qq.com", "163.com", "126.com", "naver.com",
	}, strings.ToLower(domain))
}

// ParseFrom reads "Name <address>" and refuses what AUTH-5 forbids.
func ParseFrom(s string) (name, email string, err error) {
	a, perr := mail.ParseAddress(s)
	if perr != nil {
		return "", "", refused("the sender %q is not of the form \"Name <address@example.org>\"", s)
	}
	_, domain, _ := strings.Cut(a.Address, "@")
	switch {
	case mailboxProvider(domain):
		return "", "", refused("the sender %s is at a mailbox provider, whose rules make such newsletters bounce; use an address of your own domain", a.Address)
	case !strings.Contains(domain, "."):
		return "", "", refused("the sender's domain %q is not a full domain name", domain)
	case strings.TrimSpace(a.Name) == "":
		return "", "", refused("the sender %q has no name; write it as \"Name <%s>\"", s, a.Address)
	case strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.Is(unicode.So, r) || unicode.IsControl(r) }):
		return "", "", refused("the sender's name %q holds a pictograph or control character; providers take that for a fraud", a.Name)
	}
	return a.Name, a.Address, nil
}

// check refuses settings that a mail can't be made with.
func (n *Newsletter) check(themes *render.Themes) error {
	n.defaults()
	if !slugShape.MatchString(n.Slug) {
		return refused("the slug %q is not usable; take lower-case letters, digits and dashes, such as \"weekly\"", n.Slug)
	}
	for _, f := range []struct {
		what, value string
		needed      bool
	}{
		{"the name", n.Name, true}, {"the sender's name", n.FromName, true}, {"the postal address", n.PostalAddress, true},
		{"the default disclosure", n.DefaultDisclosure, false}, {"the disclaimer", n.Disclaimer, false}, {"the reason readers are told", n.Why, false},
		{"Amazon's consent", n.AmazonConsent, false},
	} {
		if f.needed && strings.TrimSpace(f.value) == "" {
			return refused("%s is missing; every mail has to show it", f.what)
		}
		if strings.ContainsFunc(f.value, unicode.IsControl) {
			return refused("%s has a line break or control character in it; write it on one line", f.what)
		}
	}
	if n.ReplyTo != "" {
		if _, err := mail.ParseAddress(n.ReplyTo); err != nil {
			return refused("the reply address %q is not an address", n.ReplyTo)
		}
	}
	for _, f := range []struct{ what, value string }{{"the home page", n.HomeURL}, {"the disclosure page", n.DisclosureURL}} {
		if u, err := url.Parse(f.value); f.value != "" && (err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "") {
			return refused("%s %q is not a web address: it must begin with https://", f.what, f.value)
		}
	}
	return n.checkChoices(themes)
}

func (n *Newsletter) checkChoices(themes *render.Themes) error {
	if _, err := scheduler.LoadZone(n.Zone); err != nil {
		return refused("%s", err)
	}
	if _, err := themes.Load(n.Theme); err != nil {
		return refused("%s", err)
	}
	if err := checkLayout(n.Layout); err != nil {
		return err
	}
	mix, err := lint.ParseMix(n.ClientMix)
	if err != nil {
		return refused("%s", err)
	}
	n.ClientMix = mix.String()
	switch {
	case n.Articles < 1 || n.Articles > MaxArticles:
		return refused("an issue takes 1 to %d articles, not %d", MaxArticles, n.Articles)
	case n.AtLeast < 1 || n.AtLeast > n.Articles:
		return refused("an issue takes at most %d of the articles (--articles), so that it can't wait for at least %d (--at-least)", n.Articles, n.AtLeast)
	}
	if n.AmazonMode != render.ViaArticle && n.AmazonMode != render.Direct {
		return refused("the Amazon mode %q is not known; it is %s or %s", n.AmazonMode, render.ViaArticle, render.Direct)
	}
	if n.AmazonMode == render.Direct && strings.TrimSpace(n.AmazonConsent) == "" {
		return refused("links that lead to Amazon directly need Amazon's consent for mails (AMZ-1); say for which marketplace, by whom and when it was given")
	}
	if n.OnUnknown != outbox.Hold && n.OnUnknown != outbox.Resend {
		return refused("what to do with unknown outcomes is %s or %s, not %q", outbox.Hold, outbox.Resend, n.OnUnknown)
	}
	return nil
}

func (n *Newsletter) defaults() {
	for _, f := range []struct {
		field *string
		value string
	}{
		{&n.Zone, "UTC"}, {&n.Language, "en"}, {&n.Theme, "editorial"},
		{&n.AmazonMode, render.ViaArticle}, {&n.OnUnknown, outbox.Hold},
		{&n.Layout, render.Whole},
	} {
		if *f.field == "" {
			*f.field = f.value
		}
	}
	n.Articles, n.AtLeast = cmp.Or(n.Articles, 1), cmp.Or(n.AtLeast, 1)
}

// domain is the sender's.
func (n *Newsletter) domain() string {
	return n.FromEmail[strings.LastIndexByte(n.FromEmail, '@')+1:]
}
