-- +goose Up
CREATE TABLE lists (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  slug          text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name          text NOT NULL CHECK (name <> ''),
  double_opt_in boolean NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL DEFAULT now()
);

-- email is used for sending as given; email_key (domain in lower-case punycode,
-- local part case-folded) says who is the same person; email_hash is the keyed
-- hash of email_key that suppressions are kept under.
CREATE TABLE subscribers (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  email      text NOT NULL,
  email_key  text NOT NULL UNIQUE,
  email_hash bytea NOT NULL,
  name       text NOT NULL DEFAULT '',
  zone       text NOT NULL DEFAULT '',
  language   text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscribers_email_hash ON subscribers (email_hash);

CREATE TABLE subscriptions (
  list_id       bigint NOT NULL REFERENCES lists,
  subscriber_id bigint NOT NULL REFERENCES subscribers ON DELETE CASCADE,
  state         text NOT NULL CHECK (state IN ('pending', 'active', 'unsubscribed')),
  created_at    timestamptz NOT NULL DEFAULT now(),
  confirmed_at  timestamptz,
  ended_at      timestamptz,
  PRIMARY KEY (list_id, subscriber_id)
);
CREATE INDEX subscriptions_subscriber ON subscriptions (subscriber_id);

CREATE TABLE suppressions (
  email_hash bytea PRIMARY KEY,
  reason     text NOT NULL CHECK (reason IN ('manual', 'bounce', 'complaint', 'erasure')),
  note       text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE imports (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  list_id     bigint NOT NULL REFERENCES lists,
  file_name   text NOT NULL,
  consent     text NOT NULL,
  confirmed   boolean NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  lines       bigint NOT NULL DEFAULT 0,
  created     bigint NOT NULL DEFAULT 0,
  updated     bigint NOT NULL DEFAULT 0,
  unchanged   bigint NOT NULL DEFAULT 0,
  rejected    bigint NOT NULL DEFAULT 0
);
-- The lines of an import that were refused, so that they can be looked up later.
CREATE TABLE import_rows (
  import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
  line      bigint NOT NULL,
  email     text NOT NULL,
  reason    text NOT NULL,
  PRIMARY KEY (import_id, line)
);

-- Append-only: what a person agreed to or withdrew, when and where.
CREATE TABLE consent_events (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  subscriber_id bigint NOT NULL,
  list_id       bigint NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('granted', 'confirmed', 'withdrawn')),
  source        text NOT NULL,
  detail        text NOT NULL DEFAULT '',
  import_id     bigint,
  at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX consent_events_subscriber ON consent_events (subscriber_id, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER consent_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE consent_events, import_rows, imports, suppressions, subscriptions, subscribers, lists;
DROP FUNCTION refuse_change;
