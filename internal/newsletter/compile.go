package newsletter

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/lint"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
)

// The slots of every issue, in the order in which Slots gives their values.
const (
	slotUnsubscribe = "unsubscribe" // the link in the body
	slotOneClick    = "oneclick"    // the List-Unsubscribe header (BOT-2: another token)
	slotPreferences = "preferences"
)

// tokenMax is the longest token in characters: key id, two ids, MAC, in base64.
const tokenMax = 64

func slots() []mailer.Slot {
	return []mailer.Slot{
		{Name: slotUnsubscribe, Max: tokenMax, Kind: mailer.Token},
		{Name: slotOneClick, Max: tokenMax, Kind: mailer.Token},
		{Name: slotPreferences, Max: tokenMax, Kind: mailer.Token},
	}
}

// Input is everything a mail is made from.
type Input struct {
	Newsletter Newsletter
	// Articles is one article, or those of a digest.
	Articles []*article.Article
	// Layout is one of render.Layouts; "" is the newsletter's, or a digest
	// where there are several articles.
	Layout string
	// Subject is the editor's; "" takes the article's title.
	Subject string
	// Intro is the editor's own words, a paragraph a line.
	Intro string
	// IssueID names the issue in links and headers; 0 for a sample.
	IssueID int64
	// PublicURL is where readers reach us, without a slash at the end.
	PublicURL string
	// DoubleOptIn says that everybody on the list has confirmed.
	DoubleOptIn bool
	// Local says that nothing leaves this machine, so http links will do.
	Local bool
	// Themes are those that the newsletter can have; nil for ours alone.
	Themes *render.Themes

	without []int // articles of a digest that this variant leaves out, by index
}

// Compiled is a mail as it will go out but for the recipients.
type Compiled struct {
	Subject string
	// Layout is the one it has, of render.Layouts.
	Layout   string
	Mail     render.Mail
	Template *mailer.Template
	// Sample is the whole message for the worst-case recipient: what
	// diagnostics speak of and previews show.
	Sample []byte
	// HTML and Text are the two parts of the Sample.
	HTML, Text  string
	Diagnostics []article.Diagnostic
	// Source is the hash of the Input.
	Source [sha256.Size]byte

	checked lint.Input // what the diagnostics are about
	input   Input
}

// Errors are the findings that block the issue.
func (c *Compiled) Errors() []article.Diagnostic {
	return slices.DeleteFunc(slices.Clone(c.Diagnostics), func(d article.Diagnostic) bool { return d.Severity != article.Error })
}

// Proof is where the mail discloses what.
func (c *Compiled) Proof() lint.Proof { return lint.Prove(c.checked) }

// Programs is what the readers' mail programs make of what the mail uses.
func (c *Compiled) Programs() []lint.Support { return lint.Programs(c.checked) }

// untitled stands in for a subject in previews; rule ART-1 keeps it from going out.
const untitled = "(no title)"

// Compile makes the mail of an issue, deterministically, and checks it.
func Compile(in Input) (*Compiled, error) {
	in.Newsletter.defaults()
	if mailer.ContainsMark(string(in.encode())) { // or a stranger's link would be handed the reader's token
		return nil, refused("the article holds a mark that stands for a reader's own links; take it out of the source")
	}
	theme, err := in.Themes.Load(in.Newsletter.Theme)
	if err != nil {
		return nil, err
	}
	c := &Compiled{Source: in.hash(), Layout: in.layout()}
	c.Mail, err = render.Compose(in.issue(), theme)
	if err != nil {
		return nil, err
	}
	c.Subject = in.subject(c.Mail.Title)
	if c.Template, err = mailer.Compile(in.message(c)); err != nil {
		return nil, refused("the mail can't be made: %s", err)
	}
	if c.Sample, err = c.Template.Splice(nil, worstCase()); err != nil {
		return nil, err
	}
	c.HTML, c.Text = filled(c.Mail.HTML), filled(c.Mail.Text)
	mix, err := lint.ParseMix(in.Newsletter.ClientMix)
	if err != nil {
		return nil, refused("%s", err)
	}
	policy := lint.Policy{
		PostalAddress: in.Newsletter.PostalAddress, AmazonMode: in.Newsletter.AmazonMode,
		DefaultDisclosure: in.Newsletter.DefaultDisclosure, DoubleOptIn: in.DoubleOptIn, Local: in.Local, Mix: mix,
	}
	c.input = in
	c.checked = lint.Input{Articles: in.shown(), Mail: c.Mail, Message: c.Sample, Policy: policy}
	c.Diagnostics = in.checkAll(c)
	return c, nil
}

// issue is what the mail is composed of.
func (in *Input) issue() render.Issue {
	return render.Issue{
		Newsletter: in.Newsletter.rendered(),
		Articles:   in.Articles,
		Layout:     in.layout(),
		Title:      in.Subject,
		Intro:      in.Intro,
		Without:    in.without,
		Links: render.Links{
			View:        fmt.Sprintf("%s/archive/%d", in.PublicURL, in.IssueID),
			Preferences: in.PublicURL + "/preferences/" + mailer.Mark(slotPreferences),
			Unsubscribe: in.PublicURL + "/unsubscribe/" + mailer.Mark(slotUnsubscribe),
		},
	}
}

func (in *Input) layout() string {
	return layoutOf(in.Layout, in.Newsletter.Layout, len(in.Articles))
}

// shown are the articles that are not left out.
func (in *Input) shown() []*article.Article {
	var out []*article.Article
	for i, a := range in.Articles {
		if !slices.Contains(in.without, i) {
			out = append(out, a)
		}
	}
	return out
}

func (in *Input) subject(title string) string {
	for _, s := range []string{in.Subject, title, untitled} {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return untitled
}

func (in *Input) message(c *Compiled) mailer.Message {
	n := in.Newsletter
	m := mailer.Message{
		From:           mail.Address{Name: n.FromName, Address: n.FromEmail},
		Subject:        c.Subject,
		Text:           c.Mail.Text,
		HTML:           c.Mail.HTML,
		ListID:         n.Name + " <" + n.Slug + "." + n.domain() + ">",
		UnsubscribeURL: in.PublicURL + "/unsubscribe/" + mailer.Mark(slotOneClick),
		Headers: []mailer.Header{
			// Rule HDR-6: the same for every recipient.
			{Name: "Feedback-ID", Value: strconv.FormatInt(in.IssueID, 10) + ":" + n.Slug + ":newsletter:" + n.domain()},
		},
		Slots: slots(),
	}
	if n.ReplyTo != "" {
		m.ReplyTo = &mail.Address{Address: n.ReplyTo}
	}
	return m
}

// rendered is what the mail says of the newsletter.
func (n *Newsletter) rendered() render.Newsletter {
	return render.Newsletter{
		Name: n.Name, HomeURL: n.HomeURL, DisclosureURL: n.DisclosureURL, PostalAddress: n.PostalAddress, Why: n.Why,
		Disclaimer: n.Disclaimer, DefaultDisclosure: n.DefaultDisclosure, Language: n.Language, AmazonMode: n.AmazonMode,
	}
}

// filled puts the worst case's tokens into a part, as splicing does.
func filled(part string) string {
	values := worstCase().Values
	for i, s := range slots() {
		part = strings.ReplaceAll(part, mailer.Mark(s.Name), values[i])
	}
	return part
}

// worstCase is a recipient with the longest values that there can be; its
// tokens are not valid, and differ from each other as real ones do (BOT-2).
func worstCase() mailer.Recipient {
	return mailer.Recipient{
		Address:   "reader@example.org",
		Name:      "A Reader",
		MessageID: strings.Repeat("0", 40) + "@example.org",
		Date:      time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC),
		Values:    []string{strings.Repeat("x", tokenMax), strings.Repeat("y", tokenMax), strings.Repeat("z", tokenMax)},
	}
}

// hash covers all that the mail is made from and nothing else, so that it
// tells an edit from a new version of the program.
func (in *Input) hash() [sha256.Size]byte { return sha256.Sum256(in.encode()) }

func (in *Input) encode() []byte {
	n := in.Newsletter
	n.CreatedAt, n.UpdatedAt = time.Time{}, time.Time{}
	n.AutoApprove, n.OnUnknown, n.AmazonConsent, n.Relay, n.Zone, n.ListID = false, "", "", "", "", 0 // how it is sent, not what
	n.Strict, n.ClientMix = false, ""
	n.Layout, n.Articles, n.AtLeast = "", 0, 0 // the issue's own layout counts
	layout := in.layout()
	if layout == render.Whole { // what was approved before there were layouts stays approved
		layout = ""
	}
	var first *article.Article
	var more []*article.Article
	if len(in.Articles) > 0 {
		first, more = in.Articles[0], in.Articles[1:]
	}
	data, err := json.Marshal(struct {
		N       Newsletter
		A       *article.Article
		Subject string
		Issue   int64
		URL     string
		More    []*article.Article `json:",omitempty"`
		Layout  string             `json:",omitempty"`
		Intro   string             `json:",omitempty"`
		// Templates is the state of the override folder, which makes the mail too.
		Templates string `json:",omitempty"`
	}{n, first, in.Subject, in.IssueID, in.PublicURL, more, layout, in.Intro, in.Themes.Edition()})
	if err != nil { // plain data always marshals
		panic(err)
	}
	return data
}
