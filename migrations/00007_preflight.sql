-- +goose Up

-- Whether every warning has to be acknowledged before an issue may be approved.
ALTER TABLE newsletters ADD COLUMN strict boolean NOT NULL DEFAULT false;

-- An editor's word that a warning may stand. finding is the hash of what was
-- found and of what stands there, so that an edit of it voids the word.
-- Append-only, as what was said was said.
CREATE TABLE issue_acknowledgements (
  id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  issue_id bigint NOT NULL REFERENCES issues,
  rule     text NOT NULL,
  finding  bytea NOT NULL,
  message  text NOT NULL, -- of the finding, for people
  reason   text NOT NULL CHECK (reason <> ''),
  actor    text NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (issue_id, finding)
);
CREATE TRIGGER issue_acknowledgements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON issue_acknowledgements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was checked when an issue was approved, and what came of it; one for
-- each approval. sha256 is that of the template that was approved.
CREATE TABLE issue_receipts (
  id       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  issue_id bigint NOT NULL REFERENCES issues,
  sha256   bytea NOT NULL,
  receipt  jsonb NOT NULL,
  at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX issue_receipts_issue ON issue_receipts (issue_id, id);
CREATE TRIGGER issue_receipts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON issue_receipts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE issue_reviews DROP CONSTRAINT issue_reviews_act_check;
ALTER TABLE issue_reviews ADD CONSTRAINT issue_reviews_act_check
  CHECK (act IN ('drafted', 'edited', 'acknowledged', 'approved', 'approval voided', 'launched', 'refused'));

-- Pictures of our own, by the SHA-256 of their bytes; the bytes are files in
-- the media folder. of is the picture that a resized one was made of.
CREATE TABLE media (
  sha256   bytea PRIMARY KEY CHECK (length(sha256) = 32),
  id       bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  of       bytea REFERENCES media,
  name     text NOT NULL, -- as it was uploaded
  format   text NOT NULL CHECK (format IN ('jpeg', 'png', 'gif', 'svg')),
  width    int NOT NULL CHECK (width >= 0), -- pixels; 0 for svg, which has none
  height   int NOT NULL CHECK (height >= 0),
  bytes    bigint NOT NULL CHECK (bytes > 0),
  actor    text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX media_of ON media (of);

-- How large the pictures of articles are, as their files say; a failure is
-- kept with its reason, so that it is not tried again at each poll.
CREATE TABLE image_sizes (
  url         text PRIMARY KEY,
  width       int,
  height      int,
  failure     text NOT NULL DEFAULT '',
  measured_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((failure = '') = (width IS NOT NULL AND height IS NOT NULL)),
  CHECK (width > 0 AND height > 0)
);

-- +goose Down
DROP TABLE image_sizes, media, issue_receipts, issue_acknowledgements;
ALTER TABLE issue_reviews DROP CONSTRAINT issue_reviews_act_check;
ALTER TABLE issue_reviews ADD CONSTRAINT issue_reviews_act_check
  CHECK (act IN ('drafted', 'edited', 'approved', 'approval voided', 'launched', 'refused'));
ALTER TABLE newsletters DROP COLUMN strict;
