-- +goose Up

-- A mailing whose relay is '' goes through any: those of the lowest priority
-- that work, by weight. A warm-up plan caps what a relay takes in a day (UTC):
-- warm_first on the first, each day warm_growth times as much, until the cap
-- would be above warm_until; NULL for no plan.
ALTER TABLE relays
  ADD COLUMN priority    int NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 1000),
  ADD COLUMN weight      int NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
  ADD COLUMN warm_since  date,
  ADD COLUMN warm_first  bigint CHECK (warm_first > 0),
  ADD COLUMN warm_growth double precision CHECK (warm_growth >= 1),
  ADD COLUMN warm_until  bigint CHECK (warm_until > 0);

-- What of a day's cap has been handed out to workers.
CREATE TABLE relay_days (
  relay text NOT NULL,
  day   date NOT NULL,
  taken bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (relay, day)
) WITH (fillfactor = 50);

-- stream says what mailings belong together (one newsletter's). fast ones go
-- before all others. protocol is the least version of the protocol that a
-- worker must know to work on it.
ALTER TABLE mailings
  ADD COLUMN stream   text NOT NULL DEFAULT '',
  ADD COLUMN fast     boolean NOT NULL DEFAULT false,
  ADD COLUMN protocol smallint NOT NULL DEFAULT 1;
ALTER TABLE batches
  ADD COLUMN fast     boolean NOT NULL DEFAULT false,
  ADD COLUMN protocol smallint NOT NULL DEFAULT 1;

-- Token buckets: rate per second, up to burst at once. Workers take tokens in
-- small lots. scope and name: relay, stream or provider, and which.
CREATE TABLE throttles (
  scope  text NOT NULL CHECK (scope IN ('relay', 'stream', 'provider')),
  name   text NOT NULL,
  rate   double precision NOT NULL CHECK (rate > 0),
  burst  double precision NOT NULL CHECK (burst >= 1),
  tokens double precision NOT NULL,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (scope, name)
) WITH (fillfactor = 50);

-- What went wrong with somebody who is no subscriber. provider: a mailbox
-- provider refuses a stream through a relay; its readers wait until held_until. relay: a relay
-- can't be used. content: a relay refuses what a mailing says. complaints: too
-- many readers called a stream spam. disk: the database could not write.
-- held_until NULL: until somebody resumes it.
CREATE TABLE incidents (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind       text NOT NULL CHECK (kind IN ('provider', 'relay', 'content', 'complaints', 'disk')),
  relay      text NOT NULL DEFAULT '',
  provider   text NOT NULL DEFAULT '',
  mailing_id bigint NOT NULL DEFAULT 0,
  stream     text NOT NULL DEFAULT '',
  rule       text NOT NULL DEFAULT '',
  code       smallint,
  enhanced   text,
  reply      text NOT NULL DEFAULT '',
  times      int NOT NULL DEFAULT 1,
  opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  held_until timestamptz,
  closed_at  timestamptz,
  closed_by  text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX incidents_open ON incidents (kind, relay, provider, mailing_id, stream) WHERE closed_at IS NULL;
CREATE INDEX incidents_opened ON incidents (opened_at);

-- The worker processes: what they are and when they last said so.
CREATE TABLE workers (
  name        text PRIMARY KEY,
  version     text NOT NULL,
  protocol    smallint NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  connections int NOT NULL DEFAULT 0,
  batches     int NOT NULL DEFAULT 0,
  rate        double precision NOT NULL DEFAULT 0,
  draining    boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

-- Who decided by hand what became of unknown ones. Append-only.
CREATE TABLE resolutions (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  mailing_id    bigint NOT NULL REFERENCES mailings,
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor         text NOT NULL,
  verdict       text NOT NULL CHECK (verdict IN ('sent', 'failed', 'resend')),
  recipient_ids bigint[] NOT NULL
);
CREATE INDEX resolutions_mailing ON resolutions (mailing_id);
CREATE TRIGGER resolutions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON resolutions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE resolutions, workers, incidents, throttles, relay_days;
ALTER TABLE batches DROP COLUMN protocol, DROP COLUMN fast;
ALTER TABLE mailings DROP COLUMN protocol, DROP COLUMN fast, DROP COLUMN stream;
ALTER TABLE relays DROP COLUMN warm_until, DROP COLUMN warm_growth, DROP COLUMN warm_first, DROP COLUMN warm_since,
  DROP COLUMN weight, DROP COLUMN priority;
