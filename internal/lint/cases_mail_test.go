package lint

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// awin is an affiliate link that isn't Amazon's.
const awin = "https://www.awin1.com/cread.php?awinmid=1&awinaffid=2&ued=https%3A%2F%2Fshop.example"

// onHTML changes the HTML part.
func onHTML(edit func(string) string) func(*sample) { return func(s *sample) { s.HTML = edit } }

// restyled gives the disclosure above the article a style of its own.
func restyled(style string) func(string) string {
	return onceOnly("Disclosure:</strong> "+discloses, `Disclosure:</strong> <span style="`+style+`">`+discloses+`</span>`)
}

// said gives the disclosure a class and the style block a rule for it.
func said(rule string) func(string) string {
	return func(h string) string {
		h = onceOnly("<strong class=\"tx\" style=\"color:#211A1D\">Disclosure:</strong> "+discloses, `<span class="said">`+discloses+`</span>`)(h)
		return onceOnly("</style>", rule+"</style>")(h)
	}
}

func disclosureCases() []ruleCase {
	const bad, ok = true, false
	out := []ruleCase{
		{"LAW-6", "none in the HTML part", bad, onHTML(replace(discloses, "")), "no disclosure", true},
		{"LAW-6", "none in the text part", bad, func(s *sample) {
			s.Text = func(x string) string {
				return strings.ReplaceAll(strings.ReplaceAll(x, discloses, ""), "We may earn", "We may lose")
			}
		}, "text", true},
		{"LAW-6", "after the pick", bad, func(s *sample) {
			s.HTML = func(h string) string {
				h = strings.ReplaceAll(h, discloses, "")
				return inBody(`<p class="tx">` + discloses + "</p>")(h)
			}
		}, "comes after", true},
		{"LAW-6", "after an affiliate link", bad, onHTML(onceOnly("<table", `<p><a href="`+awin+`">a shop</a></p><table`)), "comes after the affiliate link", false},
		{"LAW-6", "after a link that only Word shows", bad, onHTML(onceOnly("<table", `<!--[if mso]><a href="`+awin+`">a shop</a><![endif]--><table`)), "www.awin1.com", false},
		{"LAW-6", "not beside the pick", bad, onHTML(func(h string) string {
			i := strings.LastIndex(h, discloses)
			return h[:i] + h[i+len(discloses):]
		}), "beside the pick", true},
		{"LAW-6", "not beside the pick in the text part", bad, func(s *sample) {
			s.Text = func(x string) string {
				i := strings.LastIndex(x, "We may earn")
				return x[:i] + "Nothing" + x[i+len("We may earn a commission"):]
			}
		}, "beside the pick", true},
		{"LAW-6", "a link before a foot that is written first", bad, onHTML(func(h string) string {
			h = strings.ReplaceAll(h, discloses, "")
			return onceOnly("<table", "<table role=\"presentation\"><tfoot><tr><td>"+discloses+`</td></tr></tfoot><tbody><tr><td><a href="`+awin+`">a shop</a></td></tr></tbody></table><table`)(h)
		}), "comes after", false},
		{"LAW-6", "an unpaid claim is none", bad, onHTML(replace(discloses, "We do not earn any commission if you buy through our links.")), "no disclosure", false},
		{"LAW-6", "another commission is none", bad, onHTML(replace(discloses, "The European Commission has rules for products.")), "no disclosure", false},

		{"LAW-6", "in German", ok, func(s *sample) {
			s.Article.Language = "de"
			s.Article.Disclosures[0].Text = article.Plain("Transparenz: Wenn du über unsere Links kaufst, erhalten wir eventuell eine Provision.")
		}, "", true},
		{"LAW-6", "in a language not known here", ok, func(s *sample) {
			s.Article.Language = "pl"
			s.Article.Disclosures[0].Text = article.Plain("Możemy otrzymać prowizję od zakupów przez nasze odnośniki. To nic nie kosztuje.")
		}, "", true},
		{"LAW-6", "nothing sold", ok, func(s *sample) {
			s.Article.Disclosures = nil
			s.pick().URL, s.pick().CTA, s.pick().Merchant = "https://shop.example/balm", "To the shop", "Shop"
		}, "", true},
		{"LAW-6", "a dark theme that can be read", ok, onHTML(said("@media (prefers-color-scheme:dark){.said{color:#ffffff!important}.ti{background-color:#000000!important}}")), "", true},
		{"LAW-6", "a colour where the pointer is", ok, onHTML(said(".said:hover{display:none}")), "", true},
		{"LAW-6", "an unimportant rule against the element's own style", ok, func(s *sample) {
			s.HTML = func(h string) string {
				return onceOnly("</style>", ".own{display:none}</style>")(restyled(`display:inline" class="own`)(h))
			}
		}, "", true},

		{"LAW-7", "bare", bad, func(s *sample) { s.Article.Disclosures[0].Text = article.Plain("This post contains affiliate links.") }, "money", true},
		{"LAW-7", "with money", ok, func(s *sample) {
			s.Article.Disclosures[0].Text = article.Plain("This post contains affiliate links. If you buy through them, we receive a small percentage.")
		}, "", true},
	}
	return out
}

// veilCases keep the disclosure from some or all readers, or seem to.
func veilCases() []ruleCase {
	var out []ruleCase
	for _, style := range []string{
		"display:none", "display: NONE !important", "visibility:hidden", "opacity:0", "font-size:0", "font-size:9px", "font:italic 10px Arial",
		"color:#F6F0F2", "color:#c9c0c4", "color:rgb(246,240,242)", "color:transparent", "color:var(--ink)", "position:absolute;left:-9999px",
		"display:block;max-height:0;overflow:hidden", "text-indent:-999px", "mso-hide:all", "transform:scale(0)", "clip-path:inset(100%)",
		"margin-left:-9999px", `disp\6c ay:none`, "background:url(x.png)",
	} {
		out = append(out, ruleCase{"LAW-6", "hidden by " + style, true, onHTML(restyled(style)), "", false})
	}
	for _, style := range []string{"display:block", "font-size:14px", `color:#000000" class="tx`, "position:static", "opacity:1", "visibility:visible", "overflow:hidden", "color:inherit", "font-size:100%"} {
		out = append(out, ruleCase{"LAW-6", "shown with " + style, false, onHTML(restyled(style)), "", true})
	}
	for _, rule := range []string{
		".said{display:none}", "@media (max-width:619px){.said{display:none!important}}", "p .said{font-size:6px}", ".said,.x{visibility:hidden}",
		"@media (prefers-color-scheme:dark){.said{color:#000000}.ti{background-color:#000000!important}}", "span[class=said]{height:0;display:block;overflow:hidden}",
		".said:nth-weird(2){display:none}",
	} {
		out = append(out, ruleCase{"LAW-6", "hidden by the rule " + rule, true, onHTML(said(rule)), "", false})
	}
	for _, markup := range []string{
		`<details><summary>More</summary>` + discloses + `</details>`, `<span hidden>` + discloses + `</span>`, `<span aria-hidden="true">` + discloses + `</span>`,
		`<!--[if !mso]><!-->` + discloses + `<!--<![endif]-->`, `<!-- ` + discloses + ` -->`, `<template>` + discloses + `</template>`,
		`<img src="https://x.example/d.png" width="9" height="9" alt="` + discloses + `">`, `<small>` + discloses + `</small>`,
		`We may earn a <b style="display:none">very small </b><span aria-hidden="true">commission</span> if you buy through our links.`,
	} {
		out = append(out, ruleCase{"LAW-6", "in " + markup, true, onHTML(onceOnly("Disclosure:</strong> "+discloses, "</strong>"+markup)), "", false})
	}
	return out
}

func lawCases() []ruleCase {
	const bad, ok = true, false
	return []ruleCase{
		{"LAW-1", "the newsletter has none", bad, func(s *sample) { s.Policy.PostalAddress, s.Newsletter.PostalAddress = "", "" }, "--postal", true},
		{"LAW-1", "not in the HTML part", bad, func(s *sample) { s.HTML = replace(postal, "Bristol") }, "HTML part", true},
		{"LAW-1", "hidden", bad, func(s *sample) { s.HTML = replace(postal, `<span style="display:none">`+postal+"</span>") }, "HTML part", true},
		{"LAW-1", "not in the text part", bad, func(s *sample) { s.Text = replace("12 Harbour Lane", "") }, "text part", true},
		{"LAW-1", "over several lines", ok, func(s *sample) {
			s.Policy.PostalAddress = "Quiet Skin Publishing,\n12 Harbour Lane,\nBristol BS1 4QA,\nUnited Kingdom"
			s.HTML = replace("12 Harbour Lane, Bristol", "12&nbsp;Harbour Lane,<br>Bristol")
		}, "", true},

		{"LAW-9", "not marked", bad, func(s *sample) { s.Web = replace("sponsored", "noopener") }, "sponsored", true},
		{"LAW-9", "marked", ok, func(*sample) {}, "", true},

		{"HDR-4", "not in the HTML part", bad, func(s *sample) { s.HTML = replace(">Unsubscribe</a>", ">Goodbye</a>") }, "HTML part", true},
		{"HDR-4", "in the colour of its ground", bad, func(s *sample) {
			s.HTML = replace(">Unsubscribe</a>", `><span style="color:#F6F0F2">Unsubscribe</span></a>`)
		}, "HTML part", true},
		{"HDR-4", "not in the text part", bad, func(s *sample) { s.Text = replace("Unsubscribe:", "") }, "text part", true},
		{"HDR-4", "in French", ok, func(s *sample) { s.Article.Language = "fr" }, "", true},
		{"HDR-4", "in Portuguese", ok, func(s *sample) { s.Article.Language = "pt" }, "", true},
	}
}

func markupCases() []ruleCase {
	html := func(markup string) func(*sample) { return func(s *sample) { s.HTML = inBody(markup) } }
	css := func(rule string) func(*sample) {
		return func(s *sample) { s.HTML = onceOnly("</style>", rule+"</style>") }
	}
	out := []ruleCase{
		{"HTML-1", "a table cell as button", false, html(`<table role="presentation"><tr><td style="padding:9px"><p>x</p></td></tr></table>`), "", true},
		{"HTML-1", "words about scripts", false, func(s *sample) { s.paragraph(article.Plain("<script> and data: and onclick= are words.")) }, "", true},
		{"HTML-1", "nested too deeply", true, html(strings.Repeat("<div>", 600)), "nested", false},
		{"HTML-1", "an import", true, css("@import url(https://x.example/a.css);"), "style block", false},
		{"HTML-3", "large", true, css(strings.Repeat(".a{color:#000000}\n", 1000)), "bytes", true},
		{"HTML-3", "nested", true, css("@media screen{@media (max-width:9px){.a{color:red}}}"), "inside another", true},
		{"HTML-3", "spaced colour", true, css(".a{color:rgb(0 0 0)}"), "spaces", true},
		{"HTML-3", "commas", false, css(".a{color:rgb(0, 0, 0)} /* @media{@media */"), "", true},
	}
	for _, m := range []string{
		`<p style="display:flex">x</p>`, `<p style="color:var(--ink)">x</p>`, `<img alt="x" width="1" height="1" src="https://x.example/a.webp">`,
		`<svg width="9" height="9"></svg>`, `<p style="position:absolute;top:0">x</p>`, `<p style="width:calc(50% - 2px)">x</p>`, `<p style="font-size:5vw">Larger</p>`,
	} {
		out = append(out, ruleCase{"HTML-2", m, true, html(m), "readers see", false})
	}
	for _, m := range []string{
		`<p style="display:block;display:flex">x</p>`, `<p style="color:#211A1D;color:var(--ink)">x</p>`, `<p style="border-radius:4px;letter-spacing:1px">x</p>`,
		`<picture><source srcset="https://x.example/a.webp"><img alt="x" width="1" height="1" src="https://x.example/a.png"></picture>`,
		`<!--[if mso]><div style="display:flex">x</div><![endif]-->`,
	} {
		out = append(out, ruleCase{"HTML-2", m, false, html(m), "", false})
	}
	out = append(out, ruleCase{"HTML-2", "a picture of the article", true, func(s *sample) { s.Article.Blocks[3].(*article.Image).URL = "https://quietskin.example/oats.webp" }, "JPEG", true})
	out = append(out, ruleCase{"HTML-2", "on wide screens only", false, css("@media (min-width:600px){.a{display:grid}}"), "", true})
	for _, m := range []string{
		"<script>x()</script>", "<form action=\"https://x.example\"></form>", "<iframe src=\"https://x.example\"></iframe>", "<button>x</button>",
		"<input>", `<link rel="stylesheet" href="https://x.example/a.css">`, `<p onclick="x()">x</p>`, `<img alt="x" width="1" height="1" src="data:image/png;base64,AA==">`,
		`<p style="background:url('data:image/png;base64,AA==')">x</p>`, `<a href="javascript:x()">x</a>`, `<meta http-equiv="refresh" content="0">`,
		`<!--[if mso]><iframe src="https://x.example"></iframe><![endif]-->`, `<object></object>`, `<svg onload="x()"></svg>`,
	} {
		out = append(out, ruleCase{"HTML-1", m, true, html(m), "", false})
	}
	return out
}

func accessCases() []ruleCase {
	const bad, ok = true, false
	return []ruleCase{
		{"HTML-6", "none", bad, func(s *sample) {
			s.Article.Blocks = s.Article.Blocks[3:5]
		}, "--preheader", true},
		{"HTML-6", "long", bad, func(s *sample) { s.Article.Preheader = strings.Repeat("word ", 40) }, "more than 150", true},
		{"HTML-6", "padded", bad, func(s *sample) { s.HTML = inBody("<div>" + strings.Repeat("&zwnj;&nbsp;", 20) + "</div>") }, "invisible", true},
		{"HTML-6", "right", ok, func(s *sample) { s.Article.Preheader = "What a tired barrier wants is less of everything." }, "", true},

		{"HTML-7", "no language", bad, func(s *sample) { s.HTML = onceOnly(`<html lang="en" dir="ltr"`, "<html") }, "language", true},
		{"HTML-7", "no wrapper", bad, func(s *sample) { s.HTML = replace(`<div lang="en" dir="ltr"`, "<div") }, "repeated", true},
		{"HTML-7", "no title", bad, func(s *sample) {
			s.HTML = func(h string) string { return strings.Replace(h, "<title>", "<title></title><!--", 1) }
		}, "title", false},
		{"HTML-7", "a layout table", bad, func(s *sample) { s.HTML = inBody("<table><tr><td>x</td></tr></table>") }, "presentation", true},
		{"HTML-7", "no alt", bad, func(s *sample) { s.Article.Blocks[3].(*article.Image).Alt = "" }, "alt text", true},
		{"HTML-7", "no alt attribute", bad, func(s *sample) { s.HTML = inBody(`<img src="https://x.example/a.png" width="1" height="1">`) }, "a.png", true},
		{"HTML-7", "click here", bad, func(s *sample) { s.paragraph(article.Text{{Text: "Click here!", Href: "https://x.example/"}}) }, "Click here", true},
		{"HTML-7", "a link without text", bad, func(s *sample) {
			s.HTML, s.Text = inBody(`<a href="https://x.example/"></a>`), func(x string) string { return x + "\nMore:\nhttps://x.example/\n" }
		}, "has no text", true},
		{"HTML-7", "a level skipped", bad, func(s *sample) { s.HTML = inBody("<h2>a</h2><h4>b</h4>") }, "skips", true},
		{"HTML-7", "two titles", bad, func(s *sample) { s.HTML = inBody("<h1>a</h1>") }, "second heading", true},
		{"HTML-7", "no top heading", bad, func(s *sample) {
			s.HTML = func(h string) string { return strings.NewReplacer("<h1", "<h2", "</h1>", "</h2>").Replace(h) }
		}, "first level", true},
		{"HTML-7", "a data table", ok, func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.Table{Head: []article.Text{article.Plain("a"), article.Plain("b")}, Rows: [][]article.Text{{article.Plain("1"), article.Plain("2")}}, Place: line(30)})
		}, "", true},
		{"HTML-7", "decoration", ok, func(s *sample) {
			s.HTML = inBody(`<img src="https://x.example/a.png" width="1" height="1" alt="" role="presentation">`)
		}, "", true},

		{"HTML-10", "no height", bad, func(s *sample) { s.Article.Blocks[3].(*article.Image).Height = 0 }, "oats.jpg", true},
		{"HTML-10", "both", ok, func(*sample) {}, "", true},

		{"HTML-14", "http", bad, func(s *sample) { s.Article.Blocks[3].(*article.Image).URL = "http://quietskin.example/oats.jpg" }, "oats.jpg", true},
		{"HTML-14", "relative", bad, func(s *sample) { s.HTML = replace("https://quietskin.example/oats.jpg", "oats.jpg") }, "whole address", true},
		{"HTML-14", "http on this machine", ok, func(s *sample) {
			s.Article.Blocks[3].(*article.Image).URL, s.Policy.Local = "http://127.0.0.1:8080/media/a.jpg", true
		}, "", true},
	}
}

func characterCases() []ruleCase {
	says := func(text string) func(*sample) {
		return func(s *sample) { s.paragraph(article.Plain(text)) }
	}
	out := []ruleCase{
		{"HTML-5", "a control character", true, func(s *sample) { s.Text = replace("Skin mends", "Skin \u0085mends") }, "U+0085", true},
		{"HTML-5", "only in an alt text", true, func(s *sample) { s.Article.Blocks[3].(*article.Image).Alt = "A cafÃ©" }, "“Ã©” for “é”", true},
		{"HTML-5", "behind an entity", true, func(s *sample) { s.HTML = inBody("<p>voilÃ&nbsp;!</p>") }, "html", true},
	}
	for _, text := range garbledTexts {
		out = append(out, ruleCase{"HTML-5", text, true, says(text), "", true})
	}
	for _, text := range rightTexts {
		out = append(out, ruleCase{"HTML-5", text, false, says(text), "", true})
	}
	return out
}

var garbledTexts = []string{
	"donâ€™t", "faceâ€”it", "faceβ€”it", "РґРѕРј", "πŸ“– read", "ðŸ˜€ fun", "cafÃ©", "voilÃ\u00a0 tout", "naÃ¯ve", "Â© 2026", "10Â°C", "CAFÃ‰",
	"вЂ” РїСЂРёРІРµС‚", "faceвЂ”it", "it‚Äôs", "caf√©", "ΓÇ£quoted", "Î³ÎµÎ¹Î¬", "grÃ¼n", "GrГјn", "schĂ¶n", "â‚¬ 5", "✓ and âœ“", "Kâ„¢", "ðŸ lost",
}

var rightTexts = []string{
	"Où est l’été ? « À Noël », dit-elle à « Zoé »…", "Fuß“ und „Straße“ – größer als Übermut", "MAÇÃ… IRMÃ» AMANHÃ”, não à “avó”",
	"Ο άνθρωπος είπε: «Β» και «Γ». Τιμή 5€… ΑΒΓ® ©", "Всё хорошо: «В» и «С» – Россия… В «Мире»", "České „úvozovky“ – žluťoučký kůň",
	"Țară și „Â”, « Â » ou Â.", "İstanbul’da ığdır ĞŸ", "日本語「カギ」とテスト。", "שלום “עולם”", "5 µm ± 2 °C × 3 · ½ № §",
	"β-carotene and π ≈ 3.14", "Ñandú – ¿Qué? ¡Ámbar!", "Þingvellir ð og æ", "naïve café, crème brûlée—40 €", "Ελληνικά: άλφα, βήτα, γάμμα…",
	"Đorđe i Žižek, đački", "👩‍🔬 📖 ✅ ★ ™ ® ©", "Łódź, Gdańsk, żółć",
}
