-- +goose Up
-- Whether the articles of a feed that gives only excerpts are read from their
-- own pages.
ALTER TABLE sources ADD COLUMN whole boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE sources DROP COLUMN whole;
