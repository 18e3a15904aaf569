-- +goose Up

-- layout is how an issue of one article is laid out; several make a digest. A
-- firing of the schedule takes up to articles of them, and none at all if there
-- are fewer than at_least.
ALTER TABLE newsletters
  ADD COLUMN layout   text NOT NULL DEFAULT 'article' CHECK (layout IN ('article', 'excerpt', 'digest', 'letter')),
  ADD COLUMN articles int NOT NULL DEFAULT 1 CHECK (articles BETWEEN 1 AND 20),
  ADD COLUMN at_least int NOT NULL DEFAULT 1,
  ADD CHECK (at_least BETWEEN 1 AND articles);

-- layout '' is the newsletter's. left_out counts the readers of the list that
-- were not among the recipients because they had had every article before.
ALTER TABLE issues
  ADD COLUMN layout   text NOT NULL DEFAULT '' CHECK (layout IN ('', 'article', 'excerpt', 'digest', 'letter')),
  ADD COLUMN intro    text NOT NULL DEFAULT '',
  ADD COLUMN left_out bigint NOT NULL DEFAULT 0;

-- What an approved digest is for readers who have had some of its articles: bit
-- n of had is set where the article at position n is left out.
CREATE TABLE issue_variants (
  issue_id bigint NOT NULL REFERENCES issues,
  had      bigint NOT NULL CHECK (had > 0),
  template bytea NOT NULL,
  sha256   bytea NOT NULL,
  PRIMARY KEY (issue_id, had)
);

-- The articles in each variant of a mailing, so that it can be told what a
-- reader has had.
CREATE TABLE variant_articles (
  article_id bigint NOT NULL REFERENCES articles,
  variant_id bigint NOT NULL REFERENCES variants,
  PRIMARY KEY (article_id, variant_id)
);
INSERT INTO variant_articles (article_id, variant_id)
SELECT a.article_id, v.id FROM issues i JOIN issue_articles a ON a.issue_id = i.id JOIN variants v ON v.mailing_id = i.mailing_id;

-- +goose Down
DROP TABLE variant_articles, issue_variants;
ALTER TABLE issues DROP COLUMN left_out, DROP COLUMN intro, DROP COLUMN layout;
ALTER TABLE newsletters DROP COLUMN at_least, DROP COLUMN articles, DROP COLUMN layout;
