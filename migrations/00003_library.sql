-- +goose Up
CREATE TABLE articles (
  id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  added_at timestamptz NOT NULL DEFAULT now()
);

-- How an article is known again: "url:<canonical URL>" and "sha256:<hash of
-- what it says>"; never a date.
CREATE TABLE article_identities (
  identity   text PRIMARY KEY,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE
);
CREATE INDEX article_identities_article ON article_identities (article_id);

-- What the source said, each time it said something new.
CREATE TABLE article_revisions (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  origin     text NOT NULL,
  format     text NOT NULL,
  source     bytea NOT NULL,
  sha256     bytea NOT NULL,
  content    jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX article_revisions_article ON article_revisions (article_id, id);

-- What an editor put in place of it; laid over every revision, so that it
-- survives when the source is read again. field is "title", "picks.0.url", …
CREATE TABLE article_corrections (
  article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
  field      text NOT NULL,
  value      jsonb NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (article_id, field)
);

-- +goose Down
DROP TABLE article_corrections, article_revisions, article_identities, articles;
