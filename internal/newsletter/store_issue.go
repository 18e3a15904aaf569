package newsletter

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/article"
	"github.com/broadsheet/broadsheet/internal/postgres"
)

// State of an issue in the table; after the launch its mailing has the say.
type State string

// States; see the package doc for what leads from one to another.
const (
	Draft    State = "draft"
	Approved State = "approved"
	Launched State = "launched"
)

// Issue is one edition of a newsletter.
type Issue struct {
	ID           int64         `db:"id" json:"id"`
	NewsletterID int64         `db:"newsletter_id" json:"newsletter_id"`
	Newsletter   string        `db:"newsletter" json:"newsletter"` // its slug
	OccurrenceID sql.NullInt64 `db:"occurrence_id" json:"-"`
	// Articles are the ids of its articles, in their order.
	Articles pq.Int64Array `db:"articles" json:"articles"`
	// Layout is the editor's choice; "" is the newsletter's.
	Layout string `db:"layout" json:"layout"`
	// Subject is the editor's; "" is the article's title.
	Subject string `db:"subject" json:"subject"`
	// Intro is the editor's own words.
	Intro string `db:"intro" json:"intro"`
	// Headline is the subject as it was approved.
	Headline  string        `db:"headline" json:"-"`
	State     State         `db:"state" json:"state"`
	Template  []byte        `db:"template" json:"-"`
	SHA256    []byte        `db:"sha256" json:"-"`
	Source    []byte        `db:"source_sha256" json:"-"`
	MailingID sql.NullInt64 `db:"mailing_id" json:"-"`
	// LeftOut counts the readers who had had every article before the launch.
	LeftOut    int64      `db:"left_out" json:"left_out,omitempty"`
	CreatedAt  time.Time  `db:"created_at" json:"created_at"`
	ApprovedAt *time.Time `db:"approved_at" json:"approved_at,omitempty"`
	LaunchedAt *time.Time `db:"launched_at" json:"launched_at,omitempty"`
}

const issueQuery = `SELECT i.id, i.newsletter_id, n.slug AS newsletter, i.occurrence_id, i.layout, i.subject, i.intro,
	coalesce(i.headline, '') AS headline, i.state,
	(SELECT array_agg(a.article_id ORDER BY a.position) FROM issue_articles a WHERE a.issue_id = i.id) AS articles,
	i.template, i.sha256, i.source_sha256, i.mailing_id, i.left_out, i.created_at, i.approved_at, i.launched_at
  FROM issues i JOIN newsletters n ON n.id = i.newsletter_id`

// Issue finds an issue, or a *NotFoundError.
func (s *Service) Issue(ctx context.Context, id int64) (Issue, error) {
	return issueBy(ctx, s.db, "WHERE i.id = $1", id, id)
}

// lockIssue is Issue under a row lock: acts on one issue come one by one.
func lockIssue(ctx context.Context, tx *postgres.Tx, id int64) (Issue, error) {
	return issueBy(ctx, tx, "WHERE i.id = $1 FOR UPDATE OF i", id, id)
}

func issueBy(ctx context.Context, q sqlx.QueryerContext, where string, arg any, id int64) (Issue, error) {
	var i Issue
	err := sqlx.GetContext(ctx, q, &i, issueQuery+" "+where, arg)
	if errors.Is(err, sql.ErrNoRows) {
		return i, &NotFoundError{fmt.Sprintf("there is no issue %d; broadsheet issue list shows those there are", id)}
	}
	if err != nil {
		return i, fmt.Errorf("find issue: %w", err)
	}
	return i, nil
}

// Issues gives up to limit issues, newest first, with ids below before (0
// begins with the newest), of one newsletter or, with 0, of all.
func (s *Service) Issues(ctx context.Context, newsletterID, before int64, limit int) ([]Issue, error) {
	out := []Issue{}
	err := s.db.SelectContext(ctx, &out, issueQuery+`
		 WHERE ($1 = 0 OR i.newsletter_id = $1) AND ($2 = 0 OR i.id < $2) ORDER BY i.id DESC LIMIT $3`, newsletterID, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list issues: %w", err)
	}
	return out, nil
}

// insertIssue makes a draft; occurrence 0 is by hand. With an occurrence that
// has an issue already, that one is given back.
func insertIssue(ctx context.Context, tx *postgres.Tx, newsletterID int64, c Content, occurrence int64, at time.Time) (int64, error) {
	var id int64
	err := tx.GetContext(ctx, &id, `
		INSERT INTO issues (newsletter_id, occurrence_id, layout, subject, intro, state, created_at)
		VALUES ($1, nullif($2, 0::bigint), $3, $4, $5, 'draft', $6) ON CONFLICT (occurrence_id) DO NOTHING RETURNING id`,
		newsletterID, occurrence, c.Layout, c.Subject, c.Intro, at)
	if errors.Is(err, sql.ErrNoRows) {
		i, err := issueBy(ctx, tx, "WHERE i.occurrence_id = $1", occurrence, 0)
		return i.ID, err
	}
	if err != nil {
		return 0, fmt.Errorf("insert issue: %w", err)
	}
	return id, insertArticles(ctx, tx, id, c.Articles)
}

func insertArticles(ctx context.Context, tx *postgres.Tx, id int64, articles []int64) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO issue_articles (issue_id, position, article_id)
		SELECT $1, n - 1, a FROM unnest($2::bigint[]) WITH ORDINALITY x(a, n)`, id, pq.Array(articles))
	if err != nil {
		return fmt.Errorf("insert the issue's articles: %w", err)
	}
	return nil
}

// setContent replaces what an issue is made of.
func setContent(ctx context.Context, tx *postgres.Tx, id int64, c Content) error {
	_, err := tx.ExecContext(ctx, `UPDATE issues SET layout = $2, subject = $3, intro = $4 WHERE id = $1`, id, c.Layout, c.Subject, c.Intro)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM issue_articles WHERE issue_id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("edit issue: %w", err)
	}
	return insertArticles(ctx, tx, id, c.Articles)
}

func (s *Service) ofOccurrence(ctx context.Context, occurrence int64) (Issue, bool, error) {
	i, err := issueBy(ctx, s.db, "WHERE i.occurrence_id = $1", occurrence, 0)
	var nf *NotFoundError
	if errors.As(err, &nf) {
		return i, false, nil
	}
	return i, err == nil, err
}

// lockNewsletter makes those who choose an article for it come one by one.
func lockNewsletter(ctx context.Context, tx *postgres.Tx, id int64) error {
	if err := tx.GetContext(ctx, new(int64), `SELECT id FROM newsletters WHERE id = $1 FOR NO KEY UPDATE`, id); err != nil {
		return fmt.Errorf("lock newsletter: %w", err)
	}
	return nil
}

// UsedIn gives the issues of a newsletter that have the article, oldest first.
func (s *Service) UsedIn(ctx context.Context, newsletterID, articleID int64) ([]Issue, error) {
	var list []Issue
	err := s.db.SelectContext(ctx, &list, issueQuery+` WHERE i.newsletter_id = $1
		AND EXISTS (SELECT FROM issue_articles x WHERE x.issue_id = i.id AND x.article_id = $2) ORDER BY i.id`, newsletterID, articleID)
	if err != nil {
		return nil, fmt.Errorf("look where the article is used: %w", err)
	}
	return list, nil
}

// usedIssue is an issue that has an article.
type usedIssue struct {
	ID    int64 `db:"id"`
	State State `db:"state"`
}

// usedIn says in which issue of a newsletter each of the articles stands.
func usedIn(ctx context.Context, q sqlx.QueryerContext, newsletterID int64, articles []int64) (map[int64]usedIssue, error) {
	var rows []struct {
		usedIssue
		ArticleID int64 `db:"article_id"`
	}
	err := sqlx.SelectContext(ctx, q, &rows, `
		SELECT i.id, i.state, a.article_id FROM issues i JOIN issue_articles a ON a.issue_id = i.id
		 WHERE i.newsletter_id = $1 AND a.article_id = ANY($2) ORDER BY i.id`, newsletterID, pq.Array(articles))
	if err != nil {
		return nil, fmt.Errorf("look for sent articles: %w", err)
	}
	out := make(map[int64]usedIssue, len(rows))
	for _, r := range rows {
		out[r.ArticleID] = r.usedIssue
	}
	return out, nil
}

func setApproved(ctx context.Context, tx *postgres.Tx, id int64, c *Compiled, at time.Time) error {
	stored, err := c.Template.MarshalBinary()
	if err != nil {
		return err
	}
	sum := c.Template.SHA256()
	_, err = tx.ExecContext(ctx, `
		UPDATE issues SET state = 'approved', template = $2, sha256 = $3, source_sha256 = $4, web = $5, headline = $6, approved_at = $7 WHERE id = $1`,
		id, stored, sum[:], c.Source[:], c.Mail.Web, c.Subject, at)
	if err != nil {
		return fmt.Errorf("approve issue: %w", err)
	}
	return nil
}

func setDraft(ctx context.Context, tx *postgres.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE issues SET state = 'draft', template = NULL, sha256 = NULL, source_sha256 = NULL, web = NULL, headline = NULL, approved_at = NULL WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("void approval: %w", err)
	}
	return dropVariants(ctx, tx, id)
}

func setLaunched(ctx context.Context, tx *postgres.Tx, id, mailing, leftOut int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE issues SET state = 'launched', mailing_id = $2, left_out = $3, launched_at = $4 WHERE id = $1`, id, mailing, leftOut, at)
	if err != nil {
		return fmt.Errorf("launch issue: %w", err)
	}
	return nil
}

// Acts on an issue, as in the table issue_reviews.
const (
	actDrafted      = "drafted"
	actEdited       = "edited"
	actAcknowledged = "acknowledged"
	actApproved     = "approved"
	actVoided       = "approval voided"
	actLaunched     = "launched"
	actRefused      = "refused"
)

func (s *Service) review(ctx context.Context, tx *postgres.Tx, issue int64, act, actor string, sum []byte, found []article.Diagnostic, note string) error {
	if found == nil {
		found = []article.Diagnostic{}
	}
	data, err := json.Marshal(found)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO issue_reviews (issue_id, at, act, actor, sha256, diagnostics, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		issue, s.now(), act, actor, sum, data, note)
	if err != nil {
		return fmt.Errorf("record act: %w", err)
	}
	return nil
}

// Page is the web version of a launched issue, for the archive.
func (s *Service) Page(ctx context.Context, issue int64) (html string, found bool, err error) {
	err = s.db.GetContext(ctx, &html, `SELECT web FROM issues WHERE id = $1 AND state = 'launched'`, issue)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read web version: %w", err)
	}
	return html, true, nil
}

// Sent is an issue as the archive lists it.
type Sent struct {
	IssueID    int64     `db:"id"`
	Newsletter string    `db:"name"`
	Headline   string    `db:"headline"`
	LaunchedAt time.Time `db:"launched_at"`
}

// Latest gives up to limit launched issues, newest first, with ids below
// before; 0 begins with the newest.
func (s *Service) Latest(ctx context.Context, before int64, limit int) ([]Sent, error) {
	var out []Sent
	err := s.db.SelectContext(ctx, &out, `
		SELECT i.id, n.name, i.headline, i.launched_at FROM issues i JOIN newsletters n ON n.id = i.newsletter_id
		 WHERE i.state = 'launched' AND ($1 = 0 OR i.id < $1) ORDER BY i.id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list launched issues: %w", err)
	}
	return out, nil
}

// ofMailing finds what the recipients' slots of a mailing are made of.
func (s *Service) ofMailing(ctx context.Context, mailing int64) (Newsletter, error) {
	var id int64
	if err := s.db.GetContext(ctx, &id, `SELECT newsletter_id FROM issues WHERE mailing_id = $1`, mailing); err != nil {
		return Newsletter{}, fmt.Errorf("find the issue of mailing %d: %w", mailing, err)
	}
	return s.ByID(ctx, id)
}
