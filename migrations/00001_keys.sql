-- +goose Up
-- Secrets made once, part of every backup. A link key can be rotated: the
-- newest signs, all verify. The suppression key never changes, since the
-- hashes it made can't be made again after an erasure.
CREATE TABLE keys (
  id         smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  purpose    text NOT NULL CHECK (purpose IN ('link', 'suppression')),
  secret     bytea NOT NULL CHECK (length(secret) = 32),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX keys_one_suppression_key ON keys (purpose) WHERE purpose = 'suppression';

INSERT INTO keys (purpose, secret)
SELECT p, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
  FROM unnest(ARRAY['link', 'suppression']) WITH ORDINALITY u(p, n) ORDER BY n;

-- +goose Down
DROP TABLE keys;
