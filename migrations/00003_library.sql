-- +goose Up
-- identity says when two readings are the same article: "url:<canonical URL>",
-- else "sha256:<hash of the content>"; never a date.
CREATE TABLE articles (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  identity   text NOT NULL UNIQUE,
  added_at   timestamptz NOT NULL DEFAULT now()
);

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
DROP TABLE article_corrections, article_revisions, articles;
