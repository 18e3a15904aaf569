-- +goose Up
CREATE TABLE relays (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name       text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  url        text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- One mailing goes to one frozen audience. key makes launching idempotent.
-- list_id is the list whose subscription entitles to it. note says why it is
-- paused or was cancelled.
CREATE TABLE mailings (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  key           text NOT NULL UNIQUE,
  kind          text NOT NULL,
  parent_id     bigint REFERENCES mailings,
  list_id       bigint NOT NULL,
  relay         text NOT NULL,
  envelope_from text NOT NULL,
  on_unknown    text NOT NULL DEFAULT 'hold' CHECK (on_unknown IN ('hold', 'resend')),
  state         text NOT NULL CHECK (state IN ('sending', 'paused', 'cancelled', 'sent')),
  recipients    bigint NOT NULL DEFAULT 0,
  note          text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL DEFAULT now(),
  deadline_at   timestamptz NOT NULL,
  finished_at   timestamptz
);
CREATE INDEX mailings_running ON mailings (id) WHERE state = 'sending';

CREATE TABLE variants (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  mailing_id bigint NOT NULL REFERENCES mailings,
  template   bytea NOT NULL,
  sha256     bytea NOT NULL
);
CREATE INDEX variants_mailing ON variants (mailing_id);

-- A slice of the frozen audience. attempt is the fence: a worker may write only
-- while it still holds the attempt it took. wave 0 is the launch, later ones
-- are retries; resend > 0 sends again to readers whose outcome is unknown.
-- takeovers counts the holders that were lost.
CREATE TABLE batches (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  mailing_id    bigint NOT NULL REFERENCES mailings,
  variant_id    bigint NOT NULL REFERENCES variants,
  wave          int NOT NULL DEFAULT 0,
  resend        smallint NOT NULL DEFAULT 0,
  not_before    timestamptz NOT NULL DEFAULT '-infinity',
  recipient_ids bigint[] NOT NULL,
  attempt       int NOT NULL DEFAULT 0,
  takeovers     smallint NOT NULL DEFAULT 0,
  owner         text,
  lease_until   timestamptz,
  done          boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
ALTER TABLE batches ALTER COLUMN recipient_ids SET STORAGE EXTERNAL;
CREATE INDEX batches_open ON batches (not_before, id) WHERE NOT done;
CREATE INDEX batches_mailing ON batches (mailing_id, done);

-- What may be in flight: one row per lot that was let go, insert-only.
CREATE TABLE intents (
  batch_id bigint NOT NULL,
  attempt  int NOT NULL,
  n        bigint NOT NULL,
  ids      bigint[] NOT NULL,
  PRIMARY KEY (batch_id, attempt, n)
);

-- The ledger. outcome: 1 sent, 2 failed, 3 skipped, 4 unknown. reason says why
-- a recipient was skipped or given up; batch_id 0 is the sweeper, that gave him
-- up at the mailing's deadline. Inserted once; only unknown may change.
-- Partitions of 1,000 mailings each are made by Launch.
CREATE TABLE deliveries (
  mailing_id   bigint NOT NULL,
  recipient_id bigint NOT NULL,
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  batch_id     bigint NOT NULL,
  attempt      int NOT NULL,
  outcome      smallint NOT NULL CHECK (outcome BETWEEN 1 AND 4),
  code         smallint,
  enhanced     text,
  reason       text,
  PRIMARY KEY (mailing_id, recipient_id)
) PARTITION BY RANGE (mailing_id);
CREATE TABLE deliveries_0 PARTITION OF deliveries FOR VALUES FROM (0) TO (1000);

-- Replies other than 2xx; tries counts the attempts to this recipient.
CREATE TABLE replies (
  mailing_id   bigint NOT NULL,
  recipient_id bigint NOT NULL,
  tries        int NOT NULL,
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  code         smallint,
  enhanced     text,
  scope        text NOT NULL,
  text         text NOT NULL,
  PRIMARY KEY (mailing_id, recipient_id, tries)
);

-- Recipients to be tried again. batch_id names the only batch that may send to
-- him: NULL while he waits for one, 0 when there will be none.
CREATE TABLE retries (
  mailing_id    bigint NOT NULL,
  recipient_id  bigint NOT NULL,
  variant_id    bigint NOT NULL,
  tries         int NOT NULL,
  resend        smallint NOT NULL DEFAULT 0,
  next_at       timestamptz NOT NULL,
  batch_id      bigint,
  last_code     smallint,
  last_enhanced text,
  PRIMARY KEY (mailing_id, recipient_id)
) WITH (fillfactor = 70);
CREATE INDEX retries_due ON retries (mailing_id, next_at) WHERE batch_id IS NULL;

-- Who may get a mailing right now: one row per mailing and subscriber that
-- exists; reason is NULL when he may. No row: he was erased. Owned by package
-- audience, read by package outbox in the very statement that lets a message go:
-- one look-up by key in each table, which LIMIT holds the planner to.
CREATE VIEW entitlement AS
SELECT m.id AS mailing_id, s.id AS recipient_id,
       CASE WHEN x.email_hash IS NOT NULL THEN 'suppressed'
            WHEN c.state IS NULL THEN 'not subscribed'
            WHEN c.state = 'unsubscribed' THEN 'unsubscribed'
            WHEN c.state <> 'active' THEN 'not confirmed'
       END AS reason
  FROM mailings m
 CROSS JOIN subscribers s
  LEFT JOIN LATERAL (SELECT c.state FROM subscriptions c
                      WHERE c.list_id = m.list_id AND c.subscriber_id = s.id LIMIT 1) c ON true
  LEFT JOIN LATERAL (SELECT x.email_hash FROM suppressions x WHERE x.email_hash = s.email_hash LIMIT 1) x ON true;

-- +goose Down
DROP VIEW entitlement;
DROP TABLE retries, replies, deliveries, intents, batches, variants, mailings, relays;
