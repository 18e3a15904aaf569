-- +goose Up
CREATE TABLE newsletters (
  id                 bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  slug               text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name               text NOT NULL CHECK (name <> ''),
  from_name          text NOT NULL,
  from_email         text NOT NULL,
  reply_to           text NOT NULL DEFAULT '',
  list_id            bigint NOT NULL REFERENCES lists,
  relay              text NOT NULL DEFAULT '',
  zone               text NOT NULL DEFAULT 'UTC',
  language           text NOT NULL DEFAULT 'en',
  theme              text NOT NULL DEFAULT 'editorial',
  postal_address     text NOT NULL,
  home_url           text NOT NULL DEFAULT '',
  disclosure_url     text NOT NULL DEFAULT '',
  default_disclosure text NOT NULL DEFAULT '',
  disclaimer         text NOT NULL DEFAULT '',
  why                text NOT NULL DEFAULT '',
  amazon_mode        text NOT NULL DEFAULT 'via_article' CHECK (amazon_mode IN ('via_article', 'direct')),
  amazon_consent     text NOT NULL DEFAULT '',
  auto_approve       boolean NOT NULL DEFAULT false,
  on_unknown         text NOT NULL DEFAULT 'hold' CHECK (on_unknown IN ('hold', 'resend')),
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now()
);

-- A cron rule on wall-clock time in a zone ('reader' = each reader's own). It
-- fires for times after active_from, which moves to now when the rule changes.
CREATE TABLE schedules (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  newsletter_id bigint NOT NULL UNIQUE REFERENCES newsletters,
  rule          text NOT NULL,
  zone          text NOT NULL,
  max_lateness  interval NOT NULL DEFAULT '6 hours',
  active_from   timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

-- One wall-clock firing. Any number of nodes may try to make it; one wins.
-- attempt is the fence: only its holder may decide. held: wants a person.
CREATE TABLE occurrences (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  schedule_id bigint NOT NULL REFERENCES schedules,
  wall        timestamp NOT NULL,
  zone        text NOT NULL,
  due_at      timestamptz NOT NULL,
  state       text NOT NULL CHECK (state IN ('claimed', 'done', 'held')),
  attempt     int NOT NULL DEFAULT 1,
  owner       text NOT NULL,
  lease_until timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (schedule_id, wall, zone),
  UNIQUE (schedule_id, due_at)
);
CREATE INDEX occurrences_claimed ON occurrences (lease_until) WHERE state = 'claimed';

-- What became of a firing, with the articles that were looked at.
CREATE TABLE decisions (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  occurrence_id bigint NOT NULL UNIQUE REFERENCES occurrences,
  at            timestamptz NOT NULL DEFAULT now(),
  verdict       text NOT NULL CHECK (verdict IN ('issue', 'skipped', 'held', 'failed')),
  reason        text NOT NULL,
  issue_id      bigint,
  candidates    jsonb NOT NULL DEFAULT '[]'
);

-- One edition. template is what was approved, byte for byte; source_sha256 is
-- the hash of everything it was made from, so that an edit voids the approval.
-- After launch the state people see is that of its mailing.
CREATE TABLE issues (
  id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  newsletter_id bigint NOT NULL REFERENCES newsletters,
  occurrence_id bigint UNIQUE REFERENCES occurrences,
  subject       text NOT NULL, -- the editor's; '' is the article's title
  headline      text,          -- the subject as it was approved
  state         text NOT NULL CHECK (state IN ('draft', 'approved', 'launched')),
  template      bytea,
  sha256        bytea,
  source_sha256 bytea,
  web           text,
  mailing_id    bigint UNIQUE REFERENCES mailings,
  created_at    timestamptz NOT NULL DEFAULT now(),
  approved_at   timestamptz,
  launched_at   timestamptz,
  CHECK (state = 'draft' OR (template IS NOT NULL AND sha256 IS NOT NULL AND source_sha256 IS NOT NULL)),
  CHECK ((state = 'launched') = (mailing_id IS NOT NULL))
);
CREATE INDEX issues_newsletter ON issues (newsletter_id, id);

CREATE TABLE issue_articles (
  issue_id   bigint NOT NULL REFERENCES issues,
  position   int NOT NULL,
  article_id bigint NOT NULL REFERENCES articles,
  PRIMARY KEY (issue_id, position),
  UNIQUE (issue_id, article_id)
);
CREATE INDEX issue_articles_article ON issue_articles (article_id);

-- Append-only: every act on an issue, with what was looked at.
CREATE TABLE issue_reviews (
  id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  issue_id    bigint NOT NULL REFERENCES issues,
  at          timestamptz NOT NULL DEFAULT now(),
  act         text NOT NULL CHECK (act IN ('drafted', 'edited', 'approved', 'approval voided', 'launched', 'refused')),
  actor       text NOT NULL,
  sha256      bytea,
  diagnostics jsonb NOT NULL DEFAULT '[]',
  note        text NOT NULL DEFAULT ''
);
CREATE INDEX issue_reviews_issue ON issue_reviews (issue_id);
CREATE TRIGGER issue_reviews_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON issue_reviews
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE issue_reviews, issue_articles, issues, decisions, occurrences, schedules, newsletters;
