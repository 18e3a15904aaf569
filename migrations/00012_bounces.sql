-- +goose Up
-- What came back about a delivery: 'bounce' (a report of RFC 3464), 'complaint'
-- (RFC 5965), 'refusal' (the relay's own reply). One of each kind per delivery,
-- the first. diagnostic holds no addresses. suppressed: the reader is not
-- mailed any more because of it.
CREATE TABLE bounces (
  id           bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at           timestamptz NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('bounce', 'complaint', 'refusal')),
  mailing_id   bigint NOT NULL,
  recipient_id bigint NOT NULL,
  code         smallint,
  enhanced     text NOT NULL DEFAULT '',
  rule         text NOT NULL DEFAULT '',
  scope        text NOT NULL DEFAULT '',
  diagnostic   text NOT NULL DEFAULT '',
  suppressed   boolean NOT NULL DEFAULT false,
  UNIQUE (mailing_id, recipient_id, kind)
);
CREATE INDEX bounces_recipient ON bounces (recipient_id, rule);

-- +goose Down
DROP TABLE bounces;
