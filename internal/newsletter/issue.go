package newsletter

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/audience"
	"github.com/broadsheet/broadsheet/internal/keyring"
	"github.com/broadsheet/broadsheet/internal/library"
	"github.com/broadsheet/broadsheet/internal/postgres"
	"github.com/broadsheet/broadsheet/internal/render"
	"github.com/broadsheet/broadsheet/mailer"
	"github.com/broadsheet/broadsheet/mailer/outbox"
	"github.com/broadsheet/broadsheet/scheduler"
)

// Config is what a Service is made of.
type Config struct {
	DB       *postgres.DB
	Ring     *keyring.Ring
	Audience *audience.Store
	Library  *library.Store
	// Schedules tells the wall-clock time of a scheduled issue.
	Schedules *scheduler.Store
	// PublicURL is where readers reach us.
	PublicURL string
	// Themes are those that newsletters can have; nil for ours alone.
	Themes *render.Themes
	// Returns makes the return path of each delivery; without a domain it is the
	// newsletter's own address.
	Returns mailer.VERP
	// Version is this program's, for receipts.
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

// Service keeps newsletters and takes issues from draft to launch. It may be
// used by many goroutines.
type Service struct {
	db        *postgres.DB
	ring      *keyring.Ring
	audience  *audience.Store
	library   *library.Store
	schedules *scheduler.Store
	themes    *render.Themes
	public    string
	version   string
	now       func() time.Time
	log       *slog.Logger
	returns   mailer.VERP
}

// New makes a Service; the public address must be absolute.
func New(c Config) (*Service, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return nil, refused("the public address %q is not a web address", c.PublicURL)
	}
	return &Service{c.DB, c.Ring, c.Audience, c.Library, c.Schedules, c.Themes, strings.TrimRight(c.PublicURL, "/"), c.Version, c.Now, c.Log, c.Returns}, nil
}

// maxSubject is what mailbox providers show at most, generously (in characters).
const maxSubject = 150

func (s *Service) insertDraft(ctx context.Context, tx *postgres.Tx, newsletterID int64, c Content, occurrence int64, actor string) (int64, error) {
	id, err := insertIssue(ctx, tx, newsletterID, c, occurrence, s.now())
	if err != nil {
		return 0, err
	}
	return id, s.review(ctx, tx, id, actDrafted, actor, nil, nil, "")
}

func checkSubject(subject string) error {
	switch {
	case strings.ContainsFunc(subject, unicode.IsControl):
		return refused("the subject has a line break or control character in it; write it on one line")
	case len([]rune(subject)) > maxSubject:
		return refused("the subject is %d characters long; mail programs show far fewer than %d", len([]rune(subject)), maxSubject)
	}
	low := strings.ToLower(strings.TrimSpace(subject))
	if strings.HasPrefix(low, "re:") || strings.HasPrefix(low, "fwd:") || strings.HasPrefix(low, "fw:") {
		return refused("the subject %q pretends to be an answer or a forwarded mail, which the law forbids (AUTH-5); begin it with its matter", subject)
	}
	return nil
}

// Preview compiles an issue as it stands: what approving it now would freeze.
func (s *Service) Preview(ctx context.Context, id int64) (*Compiled, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.compile(ctx, s.db, i)
}

func (s *Service) compile(ctx context.Context, q postgres.Queryer, i Issue) (*Compiled, error) {
	in, err := s.input(ctx, q, i)
	if err != nil {
		return nil, err
	}
	return Compile(in)
}

func (s *Service) input(ctx context.Context, q postgres.Queryer, i Issue) (Input, error) {
	n, err := s.byID(ctx, q, i.NewsletterID)
	if err != nil {
		return Input{}, err
	}
	articles := make([]*article.Article, len(i.Articles))
	for k, id := range i.Articles {
		entry, err := s.library.In(ctx, q, id)
		if err != nil {
			return Input{}, err
		}
		articles[k] = entry.Article
	}
	optIn, err := s.listDoubleOptIn(ctx, q, n.ListID)
	if err != nil {
		return Input{}, err
	}
	local, err := s.local(ctx, q, n)
	if err != nil {
		return Input{}, err
	}
	return Input{
		Newsletter: n, Articles: articles, Layout: i.Layout, Subject: i.Subject, Intro: i.Intro,
		IssueID: i.ID, PublicURL: s.public, DoubleOptIn: optIn, Local: local, Themes: s.themes,
	}, nil
}

// local says whether the newsletter's relays are on this machine; then links may
// be plain http (HDR-1).
func (s *Service) local(ctx context.Context, q postgres.Queryer, n Newsletter) (bool, error) {
	relays, err := outbox.Relays(ctx, q)
	if err != nil {
		return false, err
	}
	all := false
	for _, r := range relays {
		if r.Name == n.Relay || n.Relay == "" {
			parsed, err := mailer.ParseRelay(r.URL)
			if all = err == nil && parsed.Loopback(); !all {
				return false, nil
			}
		}
	}
	return all, nil
}

// Send launches an approved issue and gives what was launched, also when it
// had been launched before. An edit since the approval voids it, which is a
// *RefusedError. The issue of a schedule in the readers' own zones reaches each
// of them at that time of his day, whoever sends it.
func (s *Service) Send(ctx context.Context, id int64, actor string) (outbox.Launched, error) {
	var launched outbox.Launched
	var voided error
	err := postgres.InTx(ctx, s.db, func(tx *postgres.Tx) error {
		i, err := lockIssue(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.State == Draft {
			return refused("issue %d has not been approved; broadsheet issue approve %d does it", id, id)
		}
		in, err := s.input(ctx, tx, i)
		if err != nil {
			return err
		}
		if now := in.hash(); i.State == Approved && !bytes.Equal(now[:], i.Source) {
			voided = refused("issue %d was edited after its approval, or its newsletter was; look at it and approve it again", id)
			if err := setDraft(ctx, tx, id); err != nil {
				return err
			}
			return s.review(ctx, tx, id, actVoided, actor, i.SHA256, nil, "edited since the approval")
		}
		launched, err = s.launch(ctx, tx, i, in, actor)
		return err
	})
	if err == nil {
		err = voided
	}
	return launched, err
}

func (s *Service) launch(ctx context.Context, tx *postgres.Tx, i Issue, in Input, actor string) (outbox.Launched, error) {
	var t mailer.Template
	if err := t.UnmarshalBinary(i.Template); err != nil {
		return outbox.Launched{}, fmt.Errorf("read the approved template of issue %d: %w", i.ID, err)
	}
	n := in.Newsletter
	if any, err := s.anybody(ctx, tx, n.ListID); i.State == Approved && (err != nil || !any) {
		return outbox.Launched{}, cmp.Or(err, refused("there is nobody on the list of %s to send issue %d to; import or confirm readers first", n.Slug, i.ID))
	}
	if err := oneLaunch(ctx, tx); err != nil {
		return outbox.Launched{}, err
	}
	to, err := s.recipients(ctx, tx, n, i)
	if err != nil {
		return outbox.Launched{}, err
	}
	var had []int64
	var leftOut int64
	if i.State == Approved && in.layout() == render.Digest {
		if to, had, leftOut, err = s.unrepeated(ctx, tx, i, to); err != nil {
			return outbox.Launched{}, err
		}
	}
	launched, err := outbox.Launch(ctx, tx, outbox.Mailing{
		Key: fmt.Sprintf("issue:%d", i.ID), Kind: "issue", ListID: n.ListID, Relay: n.Relay,
		EnvelopeFrom: n.FromEmail, OnUnknown: n.OnUnknown, Stream: stream(n),
	}, &t, to)
	if err != nil || launched.Again {
		return launched, err
	}
	return launched, s.launched(ctx, tx, i, launched, had, leftOut, actor)
}

// launched writes down what was launched: had is what each of the variants
// behind the first leaves out.
func (s *Service) launched(ctx context.Context, tx *postgres.Tx, i Issue, l outbox.Launched, had []int64, leftOut int64, actor string) error {
	articles := [][]int64{i.Articles}
	for _, h := range had {
		articles = append(articles, carried(i.Articles, h))
	}
	if err := insertCarried(ctx, tx, l.Variants, articles); err != nil {
		return err
	}
	if err := setLaunched(ctx, tx, i.ID, l.MailingID, leftOut, s.now()); err != nil {
		return err
	}
	note := fmt.Sprintf("%d recipients", l.Recipients)
	if len(had) > 0 {
		note += fmt.Sprintf(", some of them with %d variants", len(had))
	}
	if leftOut > 0 {
		note += fmt.Sprintf("; %d left out, who had had every article", leftOut)
	}
	return s.review(ctx, tx, i.ID, actLaunched, actor, i.SHA256, nil, note)
}

// Status is how far an issue has come.
type Status struct {
	Issue   int64  `json:"issue"`
	Subject string `json:"subject"`
	// State is draft or approved, or that of the mailing.
	State      string `json:"state"`
	Recipients int64  `json:"recipients"`
	Sent       int64  `json:"sent"`
	Failed     int64  `json:"failed"`
	Skipped    int64  `json:"skipped"`
	Unknown    int64  `json:"unknown"`
	Deferred   int64  `json:"deferred"`
	Pending    int64  `json:"pending"`
	// LeftOut counts the readers who were not among the recipients because they
	// had had every article of the digest.
	LeftOut int64 `json:"left_out,omitempty"`
	// Rate is recipients settled per second over the last minute, or over all
	// once the mailing is sent.
	Rate float64 `json:"rate,omitempty"`
	// Note says why the mailing is paused or was cancelled, or that the
	// approval is void.
	Note       string     `json:"note,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ApprovedAt *time.Time `json:"approved_at,omitempty"`
	LaunchedAt *time.Time `json:"launched_at,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

// Status reads how far an issue has come.
func (s *Service) Status(ctx context.Context, id int64) (Status, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return Status{}, err
	}
	st := Status{Issue: id, Subject: i.Subject, State: string(i.State), LeftOut: i.LeftOut, CreatedAt: i.CreatedAt, ApprovedAt: i.ApprovedAt, LaunchedAt: i.LaunchedAt}
	if st.Subject == "" {
		st.Subject = i.Headline
	}
	if st.Subject == "" {
		if e, err := s.library.Get(ctx, i.Articles[0]); err == nil {
			st.Subject = e.Article.Title
		}
	}
	if i.State == Approved {
		in, err := s.input(ctx, s.db, i)
		if err != nil {
			return st, err
		}
		if now := in.hash(); !bytes.Equal(now[:], i.Source) {
			st.Note = "edited since its approval, so it has to be approved again"
		}
	}
	if !i.MailingID.Valid {
		return st, nil
	}
	m, err := outbox.StatusOf(ctx, s.db, i.MailingID.Int64)
	if err != nil {
		return st, err
	}
	st.State, st.Recipients, st.Sent, st.Failed, st.Skipped = string(m.State), m.Recipients, m.Sent, m.Failed, m.Skipped
	st.Unknown, st.Deferred, st.Pending, st.Note, st.FinishedAt = m.Unknown, m.Deferred, m.Pending, m.Note, m.FinishedAt
	st.Rate = m.Rate
	return st, nil
}

func (s *Service) mailing(ctx context.Context, id int64) (int64, error) {
	i, err := s.Issue(ctx, id)
	if err != nil {
		return 0, err
	}
	if !i.MailingID.Valid {
		return 0, refused("issue %d has not been launched, so nobody was to get it yet", id)
	}
	return i.MailingID.Int64, nil
}
