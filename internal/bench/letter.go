package bench

import (
	"fmt"
	"strings"

	"github.com/broadsheet/broadsheet/internal/article"
)

// sentence is what a synthetic article is made of.
const sentence = "A sentence of an ordinary article, neither long nor short, says one thing about its subject and then ends. "

// perParagraph is how many sentences a paragraph has.
const perParagraph = 4

// Letter is an article that becomes a mail of at least size bytes and little
// more, or the shortest one there is. measured tells how many bytes the mail of
// an article has.
func Letter(size int, measured func(*article.Article) (int, error)) (*article.Article, error) {
	least, most := 1, 2
	for {
		n, err := measured(letter(most))
		if err != nil {
			return nil, err
		}
		if n >= size {
			break
		}
		least, most = most, 2*most
	}
	for least < most {
		middle := (least + most) / 2
		n, err := measured(letter(middle))
		if err != nil {
			return nil, err
		}
		if n >= size {
			most = middle
		} else {
			least = middle + 1
		}
	}
	return letter(least), nil
}

// letter is an article of so many sentences.
func letter(sentences int) *article.Article {
	a := &article.Article{
		Title: "A measurement", Author: article.Author{Name: "Nobody"}, Language: "en", CanonicalURL: "https://bench.invalid/letter",
		Disclosures: []article.Notice{{Text: article.Plain("We may earn a commission if you purchase through our links.")}},
		Takeaways:   []article.Takeaway{{Text: "Measure before you believe.", Origin: article.Explicit}},
	}
	for n := 0; n < sentences; n += perParagraph {
		if n%(10*perParagraph) == 0 && n > 0 {
			a.Blocks = append(a.Blocks, &article.Heading{Level: 2, Text: article.Plain(fmt.Sprintf("Part %d", n/(10*perParagraph)+1))})
		}
		text := strings.TrimSpace(strings.Repeat(sentence, min(perParagraph, sentences-n)))
		a.Blocks = append(a.Blocks, &article.Paragraph{Text: article.Plain(text)})
	}
	return a
}
