package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/broadsheet/broadsheet/internal/newsletter"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/mailer/outbox"
)

// newsletterFlags are the settings that create and edit share. An option that
// is not given stays as it is.
type newsletterFlags struct {
	Name              *string `help:"Name that readers see."`
	From              *string `help:"Sender, as \"Name <address@example.org>\"."`
	ReplyTo           *string `help:"Where answers go, if not to the sender."`
	List              *string `help:"The list's slug."`
	Postal            *string `help:"The sender's postal address; the law wants it in every mail."`
	Zone              *string `help:"IANA zone of its schedule, such as Europe/Berlin. Default: UTC."`
	Language          *string `help:"BCP 47 language of its mails. Default: en."`
	Relay             *string `help:"The relay's name; \"\" is any, as their priorities and weights say. Default: any."`
	Theme             *string `help:"The theme: editorial, hearth, ink or one of your own (--templates-dir). Default: editorial."`
	HomeURL           *string `help:"The publisher's home page."`
	DisclosureURL     *string `help:"The publisher's page with its full disclosure."`
	DefaultDisclosure *string `help:"Disclosure for articles that recommend something and have none of their own."`
	Disclaimer        *string `help:"Sentence that follows each article's not-medical-advice notice."`
	Why               *string `help:"Why readers get this, in a sentence for the footer."`
	Amazon            *string `help:"Where Amazon picks lead: via_article (the article on your site) or direct. Default: via_article."`
	AmazonConsent     *string `help:"For direct: for which marketplace Amazon allowed links in mails, who said so and when."`
	AutoApprove       *bool   `help:"Let a scheduled issue without an error go out by itself." negatable:""`
	Strict            *bool   `help:"Want every warning acknowledged before an issue is approved." negatable:""`
	Layout            *string `help:"How an issue of one article is laid out: article, excerpt, digest or letter. Default: article."`
	Articles          *int    `help:"How many articles a firing of the schedule takes at the most; several make a digest. Default: 1." placeholder:"N"`
	AtLeast           *int    `help:"How many articles it wants; with fewer the firing is skipped. Default: 1." placeholder:"N"`
	ClientMix         *string `help:"Which mail programs readers use, in percent, such as gmail=40,apple-mail=35,outlook.windows=5; weighs findings. Default: the usual mix." placeholder:"MIX"`
	OnUnknown         *string `help:"What to do when nobody knows whether a mail arrived: hold or resend. Default: hold."`
}

// apply puts what was given into n.
func (f *newsletterFlags) apply(a *app, b *backend, n *newsletter.Newsletter) error {
	for _, s := range []struct{ from, to *string }{
		{f.Name, &n.Name}, {f.ReplyTo, &n.ReplyTo}, {f.Postal, &n.PostalAddress}, {f.Zone, &n.Zone},
		{f.Language, &n.Language}, {f.Relay, &n.Relay}, {f.Theme, &n.Theme}, {f.HomeURL, &n.HomeURL},
		{f.DisclosureURL, &n.DisclosureURL}, {f.DefaultDisclosure, &n.DefaultDisclosure}, {f.Disclaimer, &n.Disclaimer},
		{f.Why, &n.Why}, {f.Amazon, &n.AmazonMode}, {f.AmazonConsent, &n.AmazonConsent}, {f.OnUnknown, &n.OnUnknown},
		{f.Layout, &n.Layout}, {f.ClientMix, &n.ClientMix},
	} {
		if s.from != nil {
			*s.to = *s.from
		}
	}
	for _, i := range []struct{ from, to *int }{{f.Articles, &n.Articles}, {f.AtLeast, &n.AtLeast}} {
		if i.from != nil {
			if *i.from < 1 {
				return fmt.Errorf("a number of articles is at least 1, not %d", *i.from)
			}
			*i.to = *i.from
		}
	}
	if f.AutoApprove != nil {
		n.AutoApprove = *f.AutoApprove
	}
	if f.Strict != nil {
		n.Strict = *f.Strict
	}
	if f.From != nil {
		name, email, err := newsletter.ParseFrom(*f.From)
		if err != nil {
			return err
		}
		n.FromName, n.FromEmail = name, email
	}
	if f.List != nil {
		l, err := b.audience.ListBySlug(a.ctx, *f.List)
		if err != nil {
			return err
		}
		n.ListID = l.ID
	}
	return checkRelay(a, b, n)
}

func checkRelay(a *app, b *backend, n *newsletter.Newsletter) error {
	relays, err := outbox.Relays(a.ctx, b.db)
	if err != nil {
		return err
	}
	if n.Relay == "" {
		return nil
	}
	for _, r := range relays {
		if r.Name == n.Relay {
			return nil
		}
	}
	return fmt.Errorf("there is no relay %q; broadsheet relay add %s smtp://… makes it", n.Relay, n.Relay)
}

type newsletterCreateCmd struct {
	Slug string `arg:"" help:"Short name: lower-case letters, digits and dashes."`
	newsletterFlags
}

func (newsletterCreateCmd) Help() string {
	return `Name, sender, list and postal address are needed.

Example:
  broadsheet newsletter create weekly --name "The Weekly" --from "The Weekly <letter@example.org>" --list readers --postal "Example Media, 100 Example Street, Portland, OR 97201, USA" --zone Europe/Berlin`
}

// Validate wants what a newsletter can't do without.
func (c *newsletterCreateCmd) Validate() error {
	for _, f := range []struct {
		name  string
		value *string
	}{{"--name", c.Name}, {"--from", c.From}, {"--list", c.List}, {"--postal", c.Postal}} {
		if f.value == nil {
			return fmt.Errorf("%s is missing", f.name)
		}
	}
	return nil
}

func (c *newsletterCreateCmd) Run(a *app, b *backend) error {
	n := newsletter.Newsletter{Slug: c.Slug}
	if err := c.apply(a, b, &n); err != nil {
		return err
	}
	err := postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) (err error) {
		_, err = b.newsletters.Create(a.ctx, tx, n)
		return err
	})
	if err != nil {
		return err
	}
	a.print("%s", c.Slug)
	return nil
}

type newsletterEditCmd struct {
	Slug string `arg:"" help:"The newsletter."`
	newsletterFlags
}

func (newsletterEditCmd) Help() string {
	return "What is not given stays as it is. An issue that was approved before loses its approval when the change would show in it.\n\nExample:\n  broadsheet newsletter edit weekly --auto-approve"
}

// Validate wants something to change.
func (c *newsletterEditCmd) Validate() error {
	if c.newsletterFlags == (newsletterFlags{}) {
		return errors.New("nothing to change was given; name a setting, such as --theme")
	}
	return nil
}

func (c *newsletterEditCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.BySlug(a.ctx, c.Slug)
	if err != nil {
		return err
	}
	if err := c.apply(a, b, &n); err != nil {
		return err
	}
	return postgres.InTx(a.ctx, b.db, func(tx *postgres.Tx) error { return b.newsletters.Edit(a.ctx, tx, n) })
}

type newsletterListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (newsletterListCmd) Help() string { return "Example:\n  broadsheet newsletter list" }

func (c *newsletterListCmd) Run(a *app, b *backend) error {
	list, err := b.newsletters.List(a.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(list)
	}
	rows := make([][]string, len(list))
	for i, n := range list {
		rows[i] = []string{n.Slug, n.Name, n.FromEmail, n.Relay, n.Zone, yesNo(n.AutoApprove)}
	}
	a.table([]string{"NEWSLETTER", "NAME", "FROM", "RELAY", "ZONE", "AUTO-APPROVE"}, rows)
	return nil
}

type newsletterShowCmd struct {
	Slug string `arg:"" help:"The newsletter."`
	JSON bool   `help:"Print JSON."`
}

func (newsletterShowCmd) Help() string { return "Example:\n  broadsheet newsletter show weekly" }

func (c *newsletterShowCmd) Run(a *app, b *backend) error {
	n, err := b.newsletters.BySlug(a.ctx, c.Slug)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.json(n)
	}
	l, err := b.audience.ListByID(a.ctx, n.ListID)
	if err != nil {
		return err
	}
	a.table([]string{"SETTING", "VALUE"}, [][]string{
		{"name", n.Name}, {"from", n.FromName + " <" + n.FromEmail + ">"}, {"reply-to", n.ReplyTo}, {"list", l.Slug}, {"relay", cmp.Or(n.Relay, "any")},
		{"zone", n.Zone}, {"language", n.Language}, {"theme", n.Theme}, {"postal", n.PostalAddress}, {"home-url", n.HomeURL},
		{"disclosure-url", n.DisclosureURL}, {"default-disclosure", n.DefaultDisclosure}, {"disclaimer", n.Disclaimer},
		{"why", n.Why}, {"amazon", n.AmazonMode}, {"amazon-consent", n.AmazonConsent}, {"auto-approve", yesNo(n.AutoApprove)}, {"strict", yesNo(n.Strict)}, {"on-unknown", n.OnUnknown},
		{"layout", n.Layout}, {"articles", strconv.Itoa(n.Articles)}, {"at-least", strconv.Itoa(n.AtLeast)}, {"client-mix", n.ClientMix},
	})
	return nil
}
