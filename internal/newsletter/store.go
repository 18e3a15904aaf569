package newsletter

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/broadsheet/broadsheet/internal/postgres"
)

const newsletterColumns = `id, slug, name, from_name, from_email, reply_to, list_id, relay, zone, language, theme,
	postal_address, home_url, disclosure_url, default_disclosure, disclaimer, why, amazon_mode, amazon_consent,
	auto_approve, on_unknown, strict, layout, articles, at_least, client_mix, created_at, updated_at`

// Create makes a newsletter and gives it back with its id. A *RefusedError
// says which setting can't be used.
func (s *Service) Create(ctx context.Context, tx *postgres.Tx, n Newsletter) (Newsletter, error) {
	if err := n.check(s.themes); err != nil {
		return n, err
	}
	rows, err := sqlx.NamedQueryContext(ctx, tx, `
		INSERT INTO newsletters (slug, name, from_name, from_email, reply_to, list_id, relay, zone, language, theme,
			postal_address, home_url, disclosure_url, default_disclosure, disclaimer, why, amazon_mode, amazon_consent, auto_approve, on_unknown, strict,
			layout, articles, at_least, client_mix)
		VALUES (:slug, :name, :from_name, :from_email, :reply_to, :list_id, :relay, :zone, :language, :theme,
			:postal_address, :home_url, :disclosure_url, :default_disclosure, :disclaimer, :why, :amazon_mode, :amazon_consent, :auto_approve, :on_unknown, :strict,
			:layout, :articles, :at_least, :client_mix)
		RETURNING id, created_at, updated_at`, n)
	if err == nil {
		defer func() { _ = rows.Close() }()
		if rows.Next() {
			err = rows.Scan(&n.ID, &n.CreatedAt, &n.UpdatedAt)
		}
		if err == nil {
			err = rows.Err()
		}
	}
	var pqErr *pq.Error
	if errors.As(err, &pqErr) && pqErr.Code.Name() == "unique_violation" {
		return n, refused("there is a newsletter %q already; choose another slug", n.Slug)
	}
	if err != nil {
		return n, fmt.Errorf("create newsletter: %w", err)
	}
	return n, nil
}

// Edit replaces the settings of the newsletter with n.ID. Issues that were
// approved with other settings lose their approval when they are sent.
func (s *Service) Edit(ctx context.Context, tx *postgres.Tx, n Newsletter) error {
	if err := n.check(s.themes); err != nil {
		return err
	}
	n.UpdatedAt = s.now()
	_, err := sqlx.NamedExecContext(ctx, tx, `
		UPDATE newsletters SET name = :name, from_name = :from_name, from_email = :from_email, reply_to = :reply_to,
			list_id = :list_id, relay = :relay, zone = :zone, language = :language, theme = :theme,
			postal_address = :postal_address, home_url = :home_url, disclosure_url = :disclosure_url,
			default_disclosure = :default_disclosure, disclaimer = :disclaimer, why = :why, amazon_mode = :amazon_mode, amazon_consent = :amazon_consent,
			auto_approve = :auto_approve, on_unknown = :on_unknown, strict = :strict,
			layout = :layout, articles = :articles, at_least = :at_least, client_mix = :client_mix, updated_at = :updated_at
		 WHERE id = :id`, n)
	if err != nil {
		return fmt.Errorf("edit newsletter: %w", err)
	}
	return nil
}

// BySlug finds a newsletter, or a *NotFoundError.
func (s *Service) BySlug(ctx context.Context, slug string) (Newsletter, error) {
	var n Newsletter
	err := s.db.GetContext(ctx, &n, "SELECT "+newsletterColumns+" FROM newsletters WHERE slug = $1", slug)
	if errors.Is(err, sql.ErrNoRows) {
		return n, &NotFoundError{fmt.Sprintf("there is no newsletter %q; broadsheet newsletter list shows those there are", slug)}
	}
	if err != nil {
		return n, fmt.Errorf("find newsletter: %w", err)
	}
	return n, nil
}

// ByID finds a newsletter, or a *NotFoundError.
func (s *Service) ByID(ctx context.Context, id int64) (Newsletter, error) {
	return s.byID(ctx, s.db, id)
}

func (s *Service) byID(ctx context.Context, q sqlx.QueryerContext, id int64) (Newsletter, error) {
	var n Newsletter
	err := sqlx.GetContext(ctx, q, &n, "SELECT "+newsletterColumns+" FROM newsletters WHERE id = $1", id)
	if errors.Is(err, sql.ErrNoRows) {
		return n, &NotFoundError{fmt.Sprintf("there is no newsletter %d", id)}
	}
	if err != nil {
		return n, fmt.Errorf("find newsletter: %w", err)
	}
	return n, nil
}

// List gives all newsletters by slug.
func (s *Service) List(ctx context.Context) ([]Newsletter, error) {
	out := []Newsletter{}
	if err := s.db.SelectContext(ctx, &out, "SELECT "+newsletterColumns+" FROM newsletters ORDER BY slug"); err != nil {
		return nil, fmt.Errorf("list newsletters: %w", err)
	}
	return out, nil
}

// zones gives the zones of the people a mailing to the list would go to now.
func (s *Service) zones(ctx context.Context, tx *postgres.Tx, listID int64) ([]string, error) {
	query, args := s.audience.Recipients(listID)
	var zones []string
	if err := tx.SelectContext(ctx, &zones, "SELECT DISTINCT zone FROM ("+query+") r", args...); err != nil {
		return nil, fmt.Errorf("read the readers' zones: %w", err)
	}
	return zones, nil
}

// anybody says whether a mailing to the list would go to anybody now.
func (s *Service) anybody(ctx context.Context, q postgres.Queryer, listID int64) (bool, error) {
	query, args := s.audience.Recipients(listID)
	var yes bool
	if err := sqlx.GetContext(ctx, q, &yes, "SELECT EXISTS ("+query+")", args...); err != nil {
		return false, fmt.Errorf("look for readers: %w", err)
	}
	return yes, nil
}

// listDoubleOptIn says whether everybody on a list has confirmed.
func (s *Service) listDoubleOptIn(ctx context.Context, q sqlx.QueryerContext, listID int64) (bool, error) {
	var yes bool
	if err := sqlx.GetContext(ctx, q, &yes, "SELECT double_opt_in FROM lists WHERE id = $1", listID); err != nil {
		return false, fmt.Errorf("read list: %w", err)
	}
	return yes, nil
}
