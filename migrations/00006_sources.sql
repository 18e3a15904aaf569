-- +goose Up
-- Where articles come from by themselves. owner, attempt and lease_until are
-- the claim of the node that polls it: only the newest attempt may write.
CREATE TABLE sources (
  id             bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind           text NOT NULL CHECK (kind IN ('folder', 'feed', 'urls')),
  name           text NOT NULL,
  location       text NOT NULL,
  every          interval NOT NULL CHECK (every >= interval '1 minute'),
  created_at     timestamptz NOT NULL,
  next_poll_at   timestamptz NOT NULL,
  last_polled_at timestamptz,
  last_error     text NOT NULL DEFAULT '', -- one sentence; '' after a poll that went well
  failures       int NOT NULL DEFAULT 0,   -- polls in a row that did not
  etag           text NOT NULL DEFAULT '',
  last_modified  text NOT NULL DEFAULT '',
  owner          text NOT NULL DEFAULT '',
  attempt        bigint NOT NULL DEFAULT 0,
  lease_until    timestamptz,
  UNIQUE (kind, location)
);
CREATE INDEX sources_due ON sources (next_poll_at);

-- What a source held: an item of a feed, a file, an address; and the article it
-- became, NULL when it could not be read.
CREATE TABLE source_items (
  source_id     bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
  key           text NOT NULL,
  article_id    bigint REFERENCES articles ON DELETE SET NULL,
  etag          text NOT NULL DEFAULT '', -- of a file: its size and time
  last_modified text NOT NULL DEFAULT '',
  last_error    text NOT NULL DEFAULT '',
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (source_id, key)
);
CREATE INDEX source_items_article ON source_items (article_id);

-- +goose Down
DROP TABLE source_items, sources;
