package lint

import "strings"

// readingCases are about what is hard to read or to hit, machines that follow
// links, and headers that came later.
func readingCases() []ruleCase {
	return append(append(legibleCases(), darkCases()...), append(machineCases(), markCases()...)...)
}

func legibleCases() []ruleCase {
	html := func(markup string) func(*sample) { return func(s *sample) { s.HTML = inBody(markup) } }
	css := func(rule, markup string) func(*sample) {
		return func(s *sample) {
			s.HTML = func(h string) string { return inBody(markup)(onceOnly("</style>", rule+"</style>")(h)) }
		}
	}
	const footer = `<a href="https://quietskin.example/"`
	const ink = ` class="tx" style="color:#211a1d`
	out := []ruleCase{
		{"HTML-8", "pale where the style block is read", true, css(".pale{color:#aaaaaa}", `<p class="pale">Pale</p>`), "contrast of", true},
		{"HTML-8", "small on phones", true, css("@media (max-width:600px){.s{font-size:11px!important}}", `<p class="s">Small</p>`), "11 px", true},
		{"HTML-8", "pale in the dark", true, css("@media (prefers-color-scheme:dark){.d{background-color:#221100!important}}", `<p class="d" style="color:#332211">Dark</p>`), "dark mode", true},
		{"HTML-8", "pale in Outlook's dark", true, css("[data-ogsc] .d{background-color:#221100!important}", `<p class="d" style="color:#332211">Dark</p>`), "dark mode", true},
		{"HTML-8", "readable in the dark", false, css("@media (prefers-color-scheme:dark){.d{background-color:#221100!important}}", `<p class="d tx" style="color:#332211">Dark</p>`), "", true},
		{"HTML-8", "many", true, html(strings.Repeat(`<p style="font-size:11px">Small</p>`, 3)), "in 3 places", true},
	}
	for _, m := range []string{
		`<p style="font-size:13px">Small</p>`, `<p style="color:#999999">Pale</p>`, `<p style="color:#767676;background-color:#f6f0f2">Pale</p>`,
		`<p style="color:#ff0000;background-color:#000000">Red</p>` + `<p style="background-color:#0000ff;color:#ffff00">Blue</p>` + `<p style="color:#008000;background-color:#ffe0ff">Green when inverted</p>` + `<p style="color:#5a5a00;background-color:#d0d0ff"><small>1</small></p>`,
		footer + ` style="display:inline-block;padding:4px 0">The site</a>`, `<table role="presentation"><tr><td>` + footer + `>The site</a></td></tr></table>`,
		footer + `><img src="https://x.example/a.png" alt="The site" width="20" height="20"></a>`,
	} {
		out = append(out, ruleCase{"HTML-8", m, true, html(m), "", false})
	}
	for _, m := range []string{
		`<p class="tx" style="font-size:14px">Small</p>`, `<p class="t2" style="color:#666666">Grey</p>`, `<p style="font-size:1px;line-height:1px">&nbsp;</p>`,
		`<div style="display:none;font-size:1px">Preview</div>`, `<p class="tx">Read ` + footer + ink + `">the site</a> today.</p>`,
		footer + ink + `;display:block;padding:11px 0;line-height:22px">The site</a>`, footer + ink + `;display:inline-block;line-height:44px">The site</a>`,
		`<p class="tx">H<sub>2</sub>O</p>`, footer + `><img src="https://x.example/a.png" alt="The site" width="200" height="60"></a>`,
	} {
		out = append(out, ruleCase{"HTML-8", m, false, html(m), "", false})
	}
	return out
}

func darkCases() []ruleCase {
	const bad, ok = true, false
	html := func(markup string) func(*sample) { return func(s *sample) { s.HTML = inBody(markup) } }
	return []ruleCase{
		{"HTML-9", "no rules", bad, func(s *sample) {
			s.HTML = func(h string) string {
				from, to := strings.Index(h, "<style>"), strings.Index(h, "</style>")
				return h[:from] + h[to+len("</style>"):]
			}
		}, "prefers-color-scheme", true},
		{"HTML-9", "none for Outlook", bad, func(s *sample) { s.HTML = replace("[data-og", "[data-x") }, "Outlook", true},
		{"HTML-9", "no meta", bad, func(s *sample) { s.HTML = replace(`name="color-scheme"`, `name="x"`) }, "meta", true},
		{"HTML-9", "text on a picture", bad, html(`<p style="background:url(https://x.example/a.png)">Words</p>`), "on a picture", true},
		{"HTML-9", "all there", ok, func(*sample) {}, "", true},

		{"HTML-13", "a jump", bad, func(s *sample) {
			s.HTML, s.Text = inBody(`<p>See <a href="#below">what follows</a>.</p>`), nil
		}, "Gmail", false},
		{"HTML-13", "several", bad, html(`<p>See <a href="#a">one</a> and <a href="#b">two</a>.</p>`), "1 more", false},
		{"HTML-13", "to the web version", ok, func(s *sample) {
			s.HTML = replace("https://mail.quietskin.example/archive/1", "https://mail.quietskin.example/archive/1#part-2")
			s.Text = replace("https://mail.quietskin.example/archive/1", "https://mail.quietskin.example/archive/1#part-2")
		}, "", true},

		{"HTML-10", "nothing but images", bad, func(s *sample) {
			s.NoMessage = true
			s.HTML = func(string) string {
				return `<html lang="en" dir="ltr"><body><h1>Oats</h1><img src="https://x.example/a.png" alt="A letter" width="600" height="2000"></body></html>`
			}
		}, "images off", false},
		{"HTML-12", "a long encoded line", bad, func(s *sample) {
			s.Message = func(m string) string { return strings.Replace(m, "=\r\n", "", 1) }
		}, "quoted-printable", true},
	}
}

func machineCases() []ruleCase {
	const bad, ok = true, false
	message := func(edit func(string) string) func(*sample) { return func(s *sample) { s.Message = edit } }
	both := func(address string) func(*sample) {
		return func(s *sample) {
			s.HTML = inBody(`<p>See <a href="` + strings.ReplaceAll(address, "&", "&amp;") + `">the offer</a>.</p>`)
			s.Text = func(x string) string { return x + "\nThe offer:\n" + address + "\n" }
		}
	}
	unsubscribe := func(address string) func(*sample) {
		return func(s *sample) {
			edit := func(x string) string {
				i := strings.Index(x, "https://mail.quietskin.example/unsubscribe/")
				j := i + strings.IndexAny(x[i:], "\"\n")
				return strings.ReplaceAll(x, x[i:j], address)
			}
			s.HTML, s.Text, s.NoMessage = edit, edit, true
		}
	}
	return []ruleCase{
		{"BOT-1", "a link that unsubscribes", bad, both("https://mail.quietskin.example/unsubscribe/abc?List-Unsubscribe=One-Click"), "button", true},
		{"BOT-1", "a script on the web page", bad, func(s *sample) { s.Web = onceOnly("</body>", "<script>document.forms[0].submit()</script></body>") }, "script", true},
		{"BOT-1", "a form on the web page", ok, func(s *sample) {
			s.Web = onceOnly("</body>", `<form method="post" action="/x"><button>Send</button></form></body>`)
		}, "", true},
		{"BOT-1", "a web page that leads on", bad, func(s *sample) {
			s.Web = onceOnly("<head>", `<head><meta http-equiv="refresh" content="0;url=/x">`)
		}, "refresh", true},
		{"BOT-1", "data for search engines", ok, func(s *sample) {
			s.Web = onceOnly("</body>", `<script type="application/ld+json">{}</script></body>`)
		}, "", true},

		{"BOT-2", "the same address", bad, func(s *sample) {
			s.Message = func(m string) string {
				i := strings.Index(m, "https://mail.quietskin.example/unsubscribe/")
				j := i + strings.Index(m[i:], ">")
				return strings.Replace(m, m[i:j], "https://mail.quietskin.example/archive/1", 1)
			}
		}, "List-Unsubscribe", true},
		{"BOT-2", "another token", ok, func(*sample) {}, "", true},

		{"BOT-5", "in the query", bad, both("https://mail.quietskin.example/r?to=https%3A%2F%2Fshop.example%2F"), "anybody", true},
		{"BOT-5", "in the path", bad, both("https://mail.quietskin.example/r/https://shop.example/"), "anybody", true},
		{"BOT-5", "without a scheme", bad, both("https://mail.quietskin.example/r?to=%2F%2Fshop.example"), "anybody", true},
		{"BOT-5", "somebody else's", ok, both("https://count.example/r?to=https%3A%2F%2Fshop.example%2F"), "", true},
		{"BOT-5", "a place of our own", ok, both("https://mail.quietskin.example/archive/2?from=mail"), "", true},

		{"LAW-2", "by mail only", bad, unsubscribe("mailto:leave@quietskin.example"), "by mail", false},
		{"LAW-2", "shows the reader's address", bad, unsubscribe("https://mail.quietskin.example/u?who=reader%40example.org"), "mail address", false},
		{"LAW-2", "by a token", ok, unsubscribe("https://mail.quietskin.example/u/0123456789"), "", true},

		{"HDR-2", "does not cover", bad, message(func(m string) string {
			return "DKIM-Signature: v=1; d=quietskin.example; h=from:to:subject:\r\n list-unsubscribe; b=x\r\n" + m
		}), "List-Unsubscribe-Post", true},
		{"HDR-2", "covers nothing", bad, message(func(m string) string { return "DKIM-Signature: v=1; b=x\r\n" + m }), "List-Unsubscribe", true},
		{"HDR-2", "covers both", ok, message(func(m string) string {
			return "DKIM-Signature: v=1; h=From:List-Unsubscribe:\r\n List-Unsubscribe-Post; b=x\r\n" + m
		}), "", true},

		{"HDR-7", "an automatic answer", bad, message(func(m string) string { return "Auto-Submitted: auto-replied\r\n" + m }), "Auto-Submitted", true},
		{"HDR-7", "first class", bad, message(func(m string) string { return "Precedence: first-class\r\n" + m }), "Precedence", true},
		{"HDR-7", "bulk", ok, message(func(m string) string { return "Precedence: bulk\r\nAuto-Submitted: no\r\n" + m }), "", true},
	}
}

func markCases() []ruleCase {
	const bad, ok = true, false
	message := func(edit func(string) string) func(*sample) { return func(s *sample) { s.Message = edit } }
	tag := func(url string) func(*sample) {
		return func(s *sample) { direct(s); s.pick().URL = url }
	}
	return []ruleCase{
		{"AUTH-5", "the reader's own name", bad, message(withField("From", "A Reader <letter@quietskin.example>")), "frauds", true},
		{"AUTH-5", "the reader's address as a name", bad, message(withField("From", `"reader@example.org" <letter@quietskin.example>`)), "frauds", true},
		{"AMZ-7", "another shop's tag", bad, tag("https://www.amazon.de/dp/B0FERNVALE?tag=quietskin-20"), "-21", true},
		{"AMZ-7", "the shop's tag", ok, tag("https://www.amazon.de/dp/B0FERNVALE?tag=quietskin-21"), "", true},
		{"AMZ-7", "a shop whose tags aren't known", ok, tag("https://www.amazon.ae/dp/B0FERNVALE?tag=quietskin-20"), "", true},
	}
}
