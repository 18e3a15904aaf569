package lint

import (
	"github.com/broadsheet/broadsheet/internal/article"
)

// ruleCase spoils a good sample, or comes near to it.
type ruleCase struct {
	rule, name string
	fires      bool
	spoil      func(*sample)
	says       string // a part of the findings
	only       bool   // no error of another rule
}

func ruleCases() []ruleCase {
	var out []ruleCase
	for _, cs := range [][]ruleCase{contentCases(), claimCases(), amazonCases(), disclosureCases(), veilCases(), lawCases(), markupCases(), accessCases(), characterCases(), messageCases(), readingCases(), blockCases()} {
		out = append(out, cs...)
	}
	return out
}

func contentCases() []ruleCase {
	const bad, ok = true, false
	return []ruleCase{
		{"ART-1", "no title", bad, func(s *sample) { s.Article.Title = " " }, "--title", false},
		{"ART-1", "a title", ok, func(s *sample) { s.Article.Title = "Oats" }, "", true},
		{"ART-2", "no author", bad, func(s *sample) { s.Article.Author.Name = "" }, "--author", true},
		{"ART-2", "an author", ok, func(*sample) {}, "", true},
		{"ART-3", "lost text", bad, func(s *sample) {
			s.Article.Diagnostics = []article.Diagnostic{{Rule: "ART-3", Severity: article.Warn, Place: line(3), Message: "A character is lost.", Fix: "Look it up."}}
		}, "line 3", true},
		{"ART-3", "none lost", ok, func(s *sample) { s.paragraph(article.Plain("� is not ours to judge.")) }, "", true},
		{"ART-4", "left out", bad, func(s *sample) {
			s.Article.Diagnostics = []article.Diagnostic{{Rule: "ART-4", Severity: article.Warn, Place: line(3), Message: "A link was left out.", Fix: "Say where."}}
		}, "", true},
		{"ART-4", "all read", ok, func(*sample) {}, "", true},

		{"PICK-1", "no address at all", bad, func(s *sample) { s.pick().URL, s.Article.CanonicalURL = "", "" }, "--pick 1 --url", true},
		{"PICK-1", "not an address", bad, func(s *sample) { s.pick().URL = "amazon.com/dp/B0FERNVALE" }, "not a web address", true},
		{"PICK-1", "canonical not an address", bad, func(s *sample) { s.pick().URL, s.Article.CanonicalURL = "", "/tired-barrier" }, "--canonical-url", true},
		{"PICK-1", "leads to the article", ok, func(s *sample) { s.pick().URL = "" }, "", true},
		{"PICK-1", "leads to a shop", ok, func(s *sample) { s.pick().URL, s.Article.CanonicalURL = "https://shop.example/balm", "" }, "", true},

		{"PICK-2", "names the shop only", bad, func(s *sample) {
			s.HTML = replace("via our article", "")
		}, "names Amazon", true},
		{"PICK-2", "in the text part", bad, func(s *sample) { s.Text = replace(" via our article", "") }, "text", true},
		{"PICK-2", "says so", ok, func(s *sample) { s.pick().CTA = "Buy at Amazon now" }, "", true},
		{"PICK-2", "names no shop", ok, func(s *sample) { s.pick().CTA, s.HTML = "Have a look", replace("via our article", "") }, "", true},

		{"PICK-3", "no label", bad, func(s *sample) { s.pick().Label = "" }, "--label", true},
		{"PICK-3", "no blurb", bad, func(s *sample) { s.pick().Blurb = nil }, "no text about it", true},
		{"PICK-3", "neither name nor blurb", bad, func(s *sample) { s.pick().Name, s.pick().Blurb = "", nil }, "no name and no text", false},
		{"PICK-3", "complete", ok, func(*sample) {}, "", true},

		{"DISC-1", "link and no disclosure", bad, func(s *sample) { s.Article.Disclosures = nil }, "amazon.com", false},
		{"DISC-1", "several links", bad, func(s *sample) {
			s.Article.Disclosures = nil
			s.paragraph(article.Text{{Text: "Elsewhere", Href: "https://www.awin1.com/cread.php?awinmid=1&awinaffid=2&ued=https%3A%2F%2Fshop.example"}})
		}, "2 affiliate links", false},
		{"DISC-1", "the newsletter's default", ok, func(s *sample) {
			s.Article.Disclosures = nil
			s.Policy.DefaultDisclosure, s.Newsletter.DefaultDisclosure = discloses, discloses
		}, "", true},
		{"DISC-1", "nothing sold", ok, func(s *sample) { s.Article.Disclosures, s.pick().URL = nil, "https://shop.example/balm" }, "", true},
	}
}

func claimCases() []ruleCase {
	says := func(text string) func(*sample) {
		return func(s *sample) { s.paragraph(article.Plain(text)) }
	}
	out := []ruleCase{
		{"LAW-8", "cited", false, func(s *sample) {
			s.paragraph(article.Text{{Text: "It is clinically proven, "}, {Text: "says a trial", Href: "https://journal.example/1"}, {Text: "."}})
		}, "", true},
		{"LAW-8", "cited by a shop", true, func(s *sample) {
			s.paragraph(article.Text{{Text: "It is clinically proven, "}, {Text: "says the shop", Href: tagged}, {Text: "."}})
		}, "clinically proven", true},
		{"LAW-8", "in a list", true, func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.List{Items: []article.Item{{Text: article.Plain("It heals eczema"), Place: line(31)}}, Place: line(30)})
		}, "line 31", true},
		{"LAW-8", "in the title", true, func(s *sample) { s.Article.Title = "The Balm That Cures Acne" }, "Cures Acne", true},
		{"LAW-8", "in a label", true, func(s *sample) { s.pick().Label = "Clinically proven" }, "line 9", true},
		{"LAW-8", "in an editor's takeaway", true, func(s *sample) {
			s.Article.Takeaways = append(s.Article.Takeaways, article.Takeaway{Text: "It has guaranteed results.", Origin: article.Edited})
		}, "guaranteed results", true},
		{"LAW-8", "in a pick", true, func(s *sample) { s.pick().Blurb = article.Plain("This balm cures acne overnight.") }, "line 9", true},
	}
	for _, text := range []string{
		"This cream treats your eczema.", "A tea that will cure headaches.", "It helps to heal burns.", "A detoxifying mask.",
		"Guaranteed results and no side effects.", "Das Serum ist klinisch bewiesen.", "La crème guérit tout.", "Sin efectos secundarios.",
	} {
		out = append(out, ruleCase{"LAW-8", "claims: " + text, true, says(text), "", true})
	}
	for _, text := range []string{
		"Ask a doctor before you treat a rash.", "Skin heals at its own pace.", "Healthy treats for dogs.", "There is no cure for it.",
		"It does not treat acne.", "Can it cure eczema?", "The treatment takes weeks.", "A clinically proven effect (Miller, 2019) is small.",
		"No cream can ever really heal a scar.",
	} {
		out = append(out, ruleCase{"LAW-8", "doesn't claim: " + text, false, says(text), "", true})
	}
	return out
}

func amazonCases() []ruleCase {
	const bad, ok = true, false
	straight := func(f func(*sample)) func(*sample) {
		return func(s *sample) { direct(s); f(s) }
	}
	link := func(url string) func(*sample) {
		return func(s *sample) { s.paragraph(article.Text{{Text: "the balm", Href: url}, {Text: " is mild."}}) }
	}
	return []ruleCase{
		{"AMZ-1", "a link in the mail", bad, func(s *sample) { s.HTML = onceOnly("https://quietskin.example/tired-barrier#pick", tagged) }, "www.amazon.com", false},
		{"AMZ-1", "a link that only Word shows", bad, func(s *sample) {
			s.HTML = inBody(`<!--[if mso]><v:roundrect href="` + tagged + `">x</v:roundrect><![endif]-->`)
		}, "html", false},
		{"AMZ-1", "an address in the text part", bad, func(s *sample) { s.Text = func(t string) string { return t + "\nhttps://amzn.to/3abc\n" } }, "text", false},
		{"AMZ-1", "typed into the article", bad, func(s *sample) { s.paragraph(article.Plain("See https://amzn.to/3abc for more.")) }, "amzn.to", false},
		{"AMZ-1", "no article to lead to", bad, func(s *sample) { s.Article.CanonicalURL = "" }, "--canonical-url", true},
		{"AMZ-1", "direct, unconfirmed list", bad, straight(func(s *sample) { s.Policy.DoubleOptIn = false }), "double opt-in", true},
		{"AMZ-1", "direct, nothing from Amazon", ok, straight(func(s *sample) { s.Policy.DoubleOptIn, s.pick().URL = false, "https://shop.example/balm" }), "", true},
		{"AMZ-1", "via article", ok, link(tagged), "", true},

		{"AMZ-2", "no Associate sentence", bad, straight(func(s *sample) { s.HTML = replace("As an Amazon Associate I earn from qualifying purchases.", "") }), "prescribes", true},
		{"AMZ-2", "not marked", bad, straight(func(s *sample) { s.HTML = replace("(paid link)", "") }), "marked as paid", true},
		{"AMZ-2", "not marked in the text part", bad, straight(func(s *sample) { s.Text = replace("(paid link)", "") }), "text", true},
		{"AMZ-2", "both there", ok, straight(link(tagged)), "", true},
		{"AMZ-2", "no link", ok, func(s *sample) { s.paragraph(article.Plain("Nothing here is sold.")) }, "", true},

		{"AMZ-3", "shortened", bad, straight(link("https://amzn.to/3abc")), "shortened", false},
		{"AMZ-3", "a shortened pick", bad, straight(func(s *sample) { s.pick().URL = "https://amzn.to/3abc" }), "--pick 1 --url", false},
		{"AMZ-3", "through a counter", bad, straight(link("https://count.example/r?to=https%3A%2F%2Fwww.amazon.com%2Fdp%2FB0FERNVALE%3Ftag%3Dq-20")), "count.example", false},
		{"AMZ-3", "through a path", bad, link("https://count.example/r/https://www.amazon.de/dp/B0FERNVALE"), "count.example", false},
		{"AMZ-3", "a button without Amazon's name", bad, straight(func(s *sample) { s.pick().CTA = "Buy it now" }), "doesn't name it", true},
		{"AMZ-3", "plain and named", ok, straight(link(tagged)), "", true},
		{"AMZ-3", "another shop's counter", ok, straight(link("https://count.example/r?to=https%3A%2F%2Fshop.example")), "", true},

		{"AMZ-4", "a price", bad, func(s *sample) { s.pick().Blurb = article.Plain("Only $24.99 today.") }, `"$2"`, true},
		{"AMZ-4", "a price in euros", bad, func(s *sample) { s.pick().Blurb = article.Plain("Kostet 19,99 €.") }, "", true},
		{"AMZ-4", "in stock", bad, func(s *sample) { s.pick().Blurb = article.Plain("It is in stock again.") }, "in stock", true},
		{"AMZ-4", "numbers that are no price", ok, func(s *sample) { s.pick().Blurb = article.Plain("60 billion live cultures, 30 capsules, 2.5 oz.") }, "", true},
		{"AMZ-4", "a price at another shop", ok, func(s *sample) {
			s.pick().URL, s.pick().Merchant, s.pick().CTA = "https://shop.example/balm", "Shop", "To the shop"
			s.pick().Blurb = article.Plain("It costs $24.99.")
		}, "", true},

		{"AMZ-5", "stars", bad, func(s *sample) { s.pick().Blurb = article.Plain("★★★★☆ and mild.") }, "", true},
		{"AMZ-5", "a score", bad, func(s *sample) { s.pick().Blurb = article.Plain("Rated 4.6 out of 5.") }, "4.6 out of 5", true},
		{"AMZ-5", "a count", bad, func(s *sample) { s.pick().Blurb = article.Plain("12,345 customer reviews can't be wrong.") }, "12,345", true},
		{"AMZ-5", "a picture of Amazon's", bad, func(s *sample) {
			s.Article.Blocks[3].(*article.Image).URL = "https://m.media-amazon.com/images/I/1.jpg"
		}, "line 7", true},
		{"AMZ-5", "a picture of Amazon's in the template", bad, func(s *sample) {
			s.HTML = inBody(`<img src="https://images-na.ssl-images-amazon.com/1.jpg" alt="x" width="1" height="1">`)
		}, "html", true},
		{"AMZ-5", "own words", ok, func(s *sample) { s.pick().Blurb = article.Plain("Take 1/5 of a spoon. Our reviews say: mild.") }, "", true},

		{"AMZ-7", "no tag", bad, straight(func(s *sample) { s.pick().URL = "https://www.amazon.com/dp/B0FERNVALE" }), "--pick 1", true},
		{"AMZ-7", "no tag, via article", ok, func(s *sample) { s.pick().URL = "https://www.amazon.com/dp/B0FERNVALE" }, "", true},
		{"AMZ-7", "a tag", ok, straight(func(*sample) {}), "", true},
	}
}
