package lint

import "github.com/broadsheet/broadsheet/internal/article"

// blockCases hide what is wrong inside blocks that hold others.
func blockCases() []ruleCase {
	const bad = true
	faq := func(answer ...article.Block) func(*sample) {
		return func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.FAQ{Questions: []article.Question{{Text: "Is it mild?", Answer: answer, Place: line(41)}}, Place: line(40)})
		}
	}
	verdict := func(text ...article.Block) func(*sample) {
		return func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.Verdict{Title: "Verdict", Text: text, Place: line(50)})
		}
	}
	words := func(s string) article.Block { return &article.Paragraph{Text: article.Plain(s)} }
	sides := func(text article.Text) func(*sample) {
		return func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.ProsCons{
				Pros: article.Side{Title: "Pros", Items: []article.Item{{Text: article.Plain("Mild")}}}, Cons: article.Side{Title: "Cons", Items: []article.Item{{Text: text, Place: line(61)}}}, Place: line(60)})
		}
	}
	link := article.Text{{Text: "the balm", Href: tagged}}
	picture := &article.Image{URL: "https://m.media-amazon.com/images/I/1.jpg", Alt: "The balm", Width: 9, Height: 9, Place: line(42)}
	return []ruleCase{
		{"LAW-8", "in an answer", bad, faq(words("This balm cures acne.")), "line 41", true},
		{"LAW-8", "in a verdict", bad, verdict(words("It is clinically proven.")), "line 50", true},
		{"LAW-8", "among the cons", bad, sides(article.Plain("Guaranteed results are not all")), "line 61", true},
		{"LAW-8", "only a question", false, func(s *sample) {
			s.Article.Blocks = append(s.Article.Blocks, &article.FAQ{Questions: []article.Question{{Text: "Does it cure acne?", Answer: article.Blocks{words("No.")}, Place: line(41)}}})
		}, "", true},
		{"AMZ-5", "in an answer", bad, faq(picture), "line 42", false},
		{"AMZ-5", "of a pick", bad, func(s *sample) { s.pick().Image = picture }, "line 42", true},
		{"DISC-1", "a link in an answer", bad, func(s *sample) {
			s.Article.Disclosures, s.pick().URL = nil, "https://shop.example/balm"
			faq(&article.Paragraph{Text: link})(s)
		}, "line 41", false},
		{"DISC-1", "a link among the cons", bad, func(s *sample) {
			s.Article.Disclosures, s.pick().URL = nil, "https://shop.example/balm"
			sides(link)(s)
		}, "line 61", false},
		{"DISC-1", "a picture that is a link", bad, func(s *sample) {
			s.Article.Disclosures, s.pick().URL = nil, "https://shop.example/balm"
			s.Article.Blocks[3].(*article.Image).Href = tagged
		}, "line 7", false},
		{"AMZ-3", "shortened in a verdict", bad, func(s *sample) {
			direct(s)
			verdict(&article.Paragraph{Text: article.Text{{Text: "the balm", Href: "https://amzn.to/3abc"}}})(s)
		}, "line 50", false},
		{"HTML-7", "a vague link in an answer", bad, faq(&article.Paragraph{Text: article.Text{{Text: "here", Href: "https://x.example/"}}}), "here", true},
	}
}
