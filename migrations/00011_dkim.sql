-- +goose Up
-- Keys that sign mails (DKIM). All keys of the nearest domain at or above the
-- sender's sign; private_key is PKCS #8 in PEM.
CREATE TABLE dkim_keys (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  domain      text NOT NULL,
  selector    text NOT NULL,
  private_key text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (domain, selector)
);

-- +goose Down
DROP TABLE dkim_keys;
