// Package clients knows which mail programs show what, and how many readers
// use which.
//
//	caniemail.json ─ Find("css-border-radius").On("outlook.windows") → no
//	mix.go         ─ Mix{} (the usual one), Parse("gmail=40,…") → share of readers
//
// # The data
//
// caniemail.json is an excerpt of what caniemail.com publishes under the MIT
// licence (LICENSE.caniemail): for every feature of features.txt its title, address, date of
// the test, notes, and the verdicts of the programs in programs.go, version by
// version. It is taken from the npm package "caniemail", whose data stand in
// data/caniemail.json:
//
//	npm pack caniemail && tar xf caniemail-*.tgz
//	CANIEMAIL=$PWD/package/data/caniemail.json go generate ./internal/lint/clients
//
// # Which verdict counts
//
// The newest one. The keys of the versions are years, months and version
// numbers in no order that can be relied on, so they are ordered here by when
// the version came out (version.go). "Unknown" is no verdict: then what was
// known before counts.
//
// The new Outlook for Windows shows what Outlook on the web shows; its readers
// count there ("outlook.web"). "outlook.windows" is the old one, which renders
// with Word.
//
// # Invariants
//
// Everything is fixed at build time: no files, no network, no clock. The
// shares of a [Mix] add up to at most 100; what is left over are programs of
// which nothing is known, and they never count for or against anything.
package clients

//go:generate go run excerpt.go
