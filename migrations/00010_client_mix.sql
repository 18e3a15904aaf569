-- +goose Up

-- client_mix is which mail programs the readers use, as rule HTML-2 weighs
-- them: "gmail=40,apple-mail=35"; '' is the usual mix.
ALTER TABLE newsletters ADD COLUMN client_mix text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE newsletters DROP COLUMN client_mix;
