-- +goose Up
CREATE TABLE relays (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name       text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  url        text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- One mailing goes to one frozen audience. key makes launching idempotent.
-- list_id is the list whose subscription entitles to it.
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

-- A slice of the frozen audience. attempt is the fence: a worker may write only
-- while it still holds the attempt it took. wave 0 is the launch, later ones
-- are retries.
CREATE TABLE batches (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  mailing_id    bigint NOT NULL REFERENCES mailings,
  variant_id    bigint NOT NULL REFERENCES variants,
  wave          int NOT NULL DEFAULT 0,
  not_before    timestamptz NOT NULL DEFAULT '-infinity',
  recipient_ids bigint[] NOT NULL,
  attempt       int NOT NULL DEFAULT 0,
  owner         text,
  lease_until   timestamptz,
  done          boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
ALTER TABLE batches ALTER COLUMN recipient_ids SET STORAGE EXTERNAL;
CREATE INDEX batches_open ON batches (not_before, id) WHERE NOT done;
CREATE INDEX batches_mailing ON batches (mailing_id);

-- What may be in flight: one row per lot that was let go, insert-only.
CREATE TABLE intents (
  batch_id bigint NOT NULL,
  attempt  int NOT NULL,
  n        bigint NOT NULL,
  ids      bigint[] NOT NULL,
  PRIMARY KEY (batch_id, attempt, n)
);

-- The ledger. outcome: 1 sent, 2 failed, 3 skipped, 4 unknown. reason says why
-- a recipient was skipped. Inserted once; only unknown may change.
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
CREATE TABLE deliveries_rest PARTITION OF deliveries DEFAULT;

-- Replies other than 2xx, each text once; a delivery finds its own by
-- (mailing, recipient).
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

-- Deferred recipients. batch_id names the only batch that may send to him.
CREATE TABLE retries (
  mailing_id   bigint NOT NULL,
  recipient_id bigint NOT NULL,
  tries        int NOT NULL,
  next_at      timestamptz NOT NULL,
  batch_id     bigint,
  last_code    smallint,
  PRIMARY KEY (mailing_id, recipient_id)
);
CREATE INDEX retries_due ON retries (next_at) WHERE batch_id IS NULL;

-- Who may get a mailing right now: one row per mailing and subscriber that
-- exists; reason is NULL when he may. No row: he was erased. Owned by package
-- audience, read by package outbox in the very statement that lets a message go.
CREATE VIEW entitlement AS
SELECT m.id AS mailing_id, s.id AS recipient_id,
       CASE WHEN x.email_hash IS NOT NULL THEN 'suppressed'
            WHEN c.state IS NULL THEN 'not subscribed'
            WHEN c.state = 'unsubscribed' THEN 'unsubscribed'
            WHEN c.state <> 'active' THEN 'not confirmed'
       END AS reason
  FROM mailings m
 CROSS JOIN subscribers s
  LEFT JOIN subscriptions c ON c.list_id = m.list_id AND c.subscriber_id = s.id
  LEFT JOIN suppressions x ON x.email_hash = s.email_hash;

-- +goose Down
DROP VIEW entitlement;
DROP TABLE retries, replies, deliveries, intents, batches, variants, mailings, relays;
