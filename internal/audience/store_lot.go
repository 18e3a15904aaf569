package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Consent is the basis on which a person comes onto a list.
type Consent struct {
	Source    string // where and how he agreed, in words; required
	Detail    string // more of it, such as the form's URL
	Confirmed bool   // he has confirmed his address already, somewhere else
}

// target says onto which list a lot comes, and why.
type target struct {
	list     List
	consent  Consent
	importID int64 // 0: not by an import
	at       time.Time
}

// goal is the state of a new subscription.
func (t target) goal() string {
	if t.consent.Confirmed || !t.list.DoubleOptIn {
		return "active"
	}
	return "pending"
}

func (t target) confirmedAt() *time.Time {
	if t.consent.Confirmed {
		return &t.at
	}
	return nil
}

func (t target) eventKind() string {
	if t.consent.Confirmed {
		return "confirmed"
	}
	return "granted"
}

// put brings a lot onto the list: new people at once, then the others as what is
// known of them asks for. Keys differ and are in order. allNew says that there
// was nothing but new people. hopeful counts on that, which is a fifth faster;
// when it is wrong, the error is one that isTaken knows, and the transaction is
// lost.
func (s *Store) put(ctx context.Context, tx *sqlx.Tx, t target, people []*candidate, hopeful bool) (allNew bool, err error) {
	left, err := s.join(ctx, tx, t, people, hopeful)
	if err != nil || len(left) == 0 {
		return true, err
	}
	if err := s.settle(ctx, tx, t, left); err != nil {
		return false, err
	}
	return false, s.amend(ctx, tx, t, left)
}

// isTaken says whether an error is that a person was not new.
func isTaken(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == pqerror.UniqueViolation && e.Constraint == "subscribers_email_key_key"
}

// join makes those who are new, and gives those who are known or suppressed.
func (s *Store) join(ctx context.Context, tx *sqlx.Tx, t target, people []*candidate, hopeful bool) (left []*candidate, err error) {
	n := len(people)
	email, key, hashes := make([]string, n), make([]string, n), make([]byte, 0, n*hashSize)
	name, zone, language := make([]string, n), make([]string, n), make([]string, n)
	for i, p := range people {
		email[i], name[i], zone[i], language[i] = p.Email, p.name, p.zone, p.language
		hashes = append(hashes, p.hash...)
		if p.Key != p.Email {
			key[i] = p.Key
		}
		p.verdict = Created
	}
	query := joinSQL
	if hopeful {
		query = hopefulSQL
	}
	var keys []string
	err = tx.SelectContext(ctx, &keys, query,
		pq.Array(email), pq.Array(key), hashes, pq.Array(name), pq.Array(zone), pq.Array(language),
		t.at, t.list.ID, t.goal(), t.confirmedAt(), t.eventKind(), t.consent.Source, t.consent.Detail, t.importID)
	if err != nil {
		return nil, fmt.Errorf("put %d people onto list %d: %w", n, t.list.ID, err)
	}
	for _, k := range keys {
		if i, found := slices.BinarySearchFunc(people, k, func(c *candidate, k string) int { return strings.Compare(c.Key, k) }); found {
			left = append(left, people[i])
		}
	}
	return left, nil
}

const hashSize = 32 // bytes

// joinSQL answers with the keys of those it did not make. The key of a person
// whom another transaction is making just now waits for that one's end. What is
// sent is kept small: an empty key is the address itself, the hashes come in
// one piece. hopefulSQL is the same, but fails where somebody isn't new.
const (
	joinSQL    = joinHead + "ON CONFLICT (email_key) DO NOTHING" + joinTail
	hopefulSQL = joinHead + joinTail
)

const joinHead = `
WITH lot AS MATERIALIZED (
  SELECT email, CASE key WHEN '' THEN email ELSE key END AS key, substring($3::bytea, 32 * n::int - 31, 32) AS hash, name, zone, language
    FROM unnest($1::text[], $2::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY u(email, key, name, zone, language, n)),
made AS (
  INSERT INTO subscribers (email, email_key, email_hash, name, zone, language, created_at, updated_at)
  SELECT email, key, hash, name, zone, language, $7, $7 FROM lot
   WHERE NOT EXISTS (SELECT FROM suppressions x WHERE x.email_hash = lot.hash)
`
const joinTail = `
  RETURNING id, email_key),
joined AS (
  INSERT INTO subscriptions (list_id, subscriber_id, state, created_at, confirmed_at)
  SELECT $8, id, $9, $7, $10 FROM made),
told AS (
  INSERT INTO consent_events (subscriber_id, list_id, kind, source, detail, import_id, at)
  SELECT id, $8, $11, $12, $13, nullif($14::bigint, 0), $7 FROM made)
SELECT key FROM lot WHERE (SELECT count(*) FROM made) < cardinality($1)
EXCEPT
SELECT email_key FROM made WHERE (SELECT count(*) FROM made) < cardinality($1)`

// settle looks up what is known of people and decides on each.
func (s *Store) settle(ctx context.Context, q sqlx.QueryerContext, t target, people []*candidate) error {
	keys, hashes := make([]string, len(people)), make([][]byte, len(people))
	for i, c := range people {
		keys[i], hashes[i] = c.Key, c.hash
	}
	var rows []known
	err := sqlx.SelectContext(ctx, q, &rows, `
		SELECT i.n, coalesce(s.id, 0) AS id, coalesce(s.name, '') AS name, coalesce(s.zone, '') AS zone,
		       coalesce(s.language, '') AS language, coalesce(c.state, '') AS state,
		       coalesce(c.ended_at, 'epoch') AS ended_at, coalesce(x.reason, '') AS suppressed
		  FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY i(key, hash, n)
		  LEFT JOIN subscribers s ON s.email_key = i.key
		  LEFT JOIN suppressions x ON x.email_hash = i.hash
		  LEFT JOIN subscriptions c ON c.list_id = $3 AND c.subscriber_id = s.id
		 WHERE s.id IS NOT NULL OR x.email_hash IS NOT NULL`, pq.Array(keys), pq.Array(hashes), t.list.ID)
	if err != nil {
		return fmt.Errorf("look up %d addresses: %w", len(people), err)
	}
	byPlace := make(map[int]*known, len(rows))
	for i := range rows {
		byPlace[rows[i].N] = &rows[i]
	}
	for i, c := range people {
		c.decide(byPlace[i+1], t.goal())
	}
	return nil
}

// amend subscribes known people and changes their particulars, as was decided.
// They are locked in one order, so that two lots never wait for each other.
// What someone else did to them in the meantime holds: nobody is brought back,
// no event is written twice, nobody who was erased just now gets a subscription.
func (s *Store) amend(ctx context.Context, tx *sqlx.Tx, t target, people []*candidate) error {
	var ids, joining []int64
	var amending []bool
	var names, zones, languages []string
	for _, c := range people {
		if c.id == 0 || !c.join && !c.amend {
			continue
		}
		if c.join {
			joining = append(joining, c.id)
		}
		ids, amending = append(ids, c.id), append(amending, c.amend)
		names, zones, languages = append(names, c.name), append(zones, c.zone), append(languages, c.language)
	}
	if len(ids) == 0 {
		return nil
	}
	var locked []int64
	err := tx.SelectContext(ctx, &locked, `
		SELECT s.id FROM subscribers s JOIN unnest($1::bigint[]) i(id) ON i.id = s.id ORDER BY s.id FOR NO KEY UPDATE OF s`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("lock %d people: %w", len(ids), err)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE subscribers s SET name = u.name, zone = u.zone, language = u.language, updated_at = $6
		  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[]) u(id, name, zone, language, amend)
		 WHERE s.id = u.id AND u.amend`,
		pq.Array(ids), pq.Array(names), pq.Array(zones), pq.Array(languages), pq.Array(amending), t.at)
	if err != nil {
		return fmt.Errorf("amend %d people: %w", len(ids), err)
	}
	_, err = tx.ExecContext(ctx, `
		WITH joined AS (
		  INSERT INTO subscriptions AS c (list_id, subscriber_id, state, created_at, confirmed_at)
		  SELECT $1, s.id, $2, $3, $4 FROM unnest($5::bigint[]) i(id) JOIN subscribers s ON s.id = i.id
		  ON CONFLICT (list_id, subscriber_id) DO UPDATE SET state = excluded.state, confirmed_at = excluded.confirmed_at
		    WHERE c.state = 'pending' AND excluded.state = 'active'
		  RETURNING subscriber_id)
		INSERT INTO consent_events (subscriber_id, list_id, kind, source, detail, import_id, at)
		SELECT subscriber_id, $1, $6, $7, $8, nullif($9::bigint, 0), $3 FROM joined`,
		t.list.ID, t.goal(), t.at, t.confirmedAt(), pq.Array(joining),
		t.eventKind(), t.consent.Source, t.consent.Detail, t.importID)
	if err != nil {
		return fmt.Errorf("put %d known people onto list %d: %w", len(joining), t.list.ID, err)
	}
	return nil
}

// Add puts one person onto a list, or amends what is known of him. A
// *RefusedError says what is wrong with the particulars, or that he is
// suppressed or has left; a *NotFoundError that there is no such list.
func (s *Store) Add(ctx context.Context, tx *sqlx.Tx, listID int64, n NewSubscriber, consent Consent) (Subscriber, Verdict, error) {
	if err := checkConsent(&consent); err != nil {
		return Subscriber{}, Rejected, err
	}
	p, err := s.checker().check(n)
	if err != nil {
		return Subscriber{}, Rejected, err
	}
	list, err := listByID(ctx, tx, listID)
	if err != nil {
		return Subscriber{}, Rejected, err
	}
	t := target{list: list, consent: consent, at: s.now()}
	one := []*candidate{{person: p}}
	if _, err := s.put(ctx, tx, t, one, false); err != nil {
		return Subscriber{}, Rejected, err
	}
	if one[0].verdict == Rejected {
		return Subscriber{}, Rejected, refusedf("%s was not added: %s", p.Email, one[0].reason)
	}
	var made Subscriber
	err = tx.GetContext(ctx, &made, `
		SELECT id, email, name, zone, language, created_at FROM subscribers WHERE email_key = $1`, p.Key)
	if err != nil {
		return Subscriber{}, Rejected, fmt.Errorf("read back subscriber: %w", err)
	}
	return made, one[0].verdict, nil
}
