// Package templates holds every page and every mail as files, embedded into
// the binary.
//
//	email/themes/<name>.toml    the tokens: the only colours, sizes and spaces there are
//	email/layouts/              one file per layout, shell.html around them, style.css
//	email/blocks/<kind>.html    one pair per block kind and per fixed part of the
//	email/blocks/<kind>.txt     mail (masthead, disclosure, …); the text part is
//	                            written, never derived from the HTML. <kind>-in
//	                            is a block's content without the row around it
//	web/public/base.html        the shell of every public page, with page.css and theme.css
//	web/public/archive.html     an issue on the web; its blocks are in archive/<kind>.html;
//	                            archive-digest.html replaces its middle for a digest
//
// A page of the web is base.html cloned together with the page's own file,
// which defines "title", "main" and what else it wants to replace ("head",
// "vars", "style", "top", "footer"). base.html reads of its data: Lang, Dir,
// Name and HomeURL.
//
// theme.css is what the theme "editorial" says, as CSS variables; the test of
// package render holds the two together.
package templates

import "embed"

// FS has the files under their paths as above.
//
//go:embed email web
var FS embed.FS
