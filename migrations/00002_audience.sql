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

-- There are no foreign keys, which would cost more than the row itself when
-- millions are imported: triggers below keep what they would, and rows are
-- written only in the transaction that made or locked the person.
CREATE TABLE subscriptions (
  list_id       bigint NOT NULL,
  subscriber_id bigint NOT NULL,
  state         text NOT NULL CHECK (state IN ('pending', 'active', 'unsubscribed')),
  created_at    timestamptz NOT NULL DEFAULT now(),
  confirmed_at  timestamptz,
  ended_at      timestamptz,
  PRIMARY KEY (list_id, subscriber_id)
);

-- +goose StatementBegin
CREATE FUNCTION end_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM subscriptions c USING gone, lists l
   WHERE c.list_id = l.id AND c.subscriber_id = gone.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscribers_end_subscriptions AFTER DELETE ON subscribers
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION end_subscriptions();

-- +goose StatementBegin
CREATE FUNCTION refuse_list_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM subscriptions WHERE list_id = OLD.id) THEN
    RAISE EXCEPTION 'list % has subscribers', OLD.slug;
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER lists_refuse_in_use BEFORE DELETE ON lists
  FOR EACH ROW EXECUTE FUNCTION refuse_list_in_use();

-- subscriber_id is who it was when it was written, to show the address as long
-- as it is known; what counts is the hash.
CREATE TABLE suppressions (
  email_hash    bytea PRIMARY KEY,
  id            bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  subscriber_id bigint,
  reason        text NOT NULL CHECK (reason IN ('manual', 'bounce', 'complaint', 'erasure')),
  note          text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL DEFAULT now()
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
  rejected    bigint NOT NULL DEFAULT 0,
  repeated    bigint NOT NULL DEFAULT 0
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
  subscriber_id bigint NOT NULL,
  id            bigint GENERATED ALWAYS AS IDENTITY,
  list_id       bigint NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('granted', 'confirmed', 'withdrawn')),
  source        text NOT NULL,
  detail        text NOT NULL DEFAULT '',
  import_id     bigint,
  at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subscriber_id, id)
);

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
DROP FUNCTION refuse_change, refuse_list_in_use, end_subscriptions;
