package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/broadsheet/broadsheet/internal/article"
)

// What page builders and shops' boxes make of products.
func TestBuilderPicks(t *testing.T) {
	const text = "<p>A kettle is boiled a thousand times a year, so we boiled each of ours for a month.</p>"
	type pick struct{ Label, Name, Blurb, CTA, URL string }
	for _, tt := range []struct {
		name, src string
		want      []pick
	}{
		{"a box with buttons for two shops", text + `<div class="row"><div class="item"><div class="badge">Top Pick</div><a class="title" href="https://amzn.to/1">Aro Kettle</a><p>It boils a litre in two minutes and it does not whistle.</p>
			<a class="btn" href="https://amzn.to/1">Buy on Amazon</a> <a class="btn" href="https://shop.example/aro?aff_id=2">Buy at Aro</a></div>
			<div class="item"><a class="title" href="https://amzn.to/2">Bel Kettle</a><p>It costs little and it pours where you want it to go.</p><a class="btn" href="https://amzn.to/2">Buy on Amazon</a></div></div>`,
			[]pick{{"Top Pick", "Aro Kettle", "It boils a litre in two minutes and it does not whistle.", "Buy on Amazon", "https://amzn.to/1"},
				{"", "Bel Kettle", "It costs little and it pours where you want it to go.", "Buy on Amazon", "https://amzn.to/2"}}},
		{"a label and a name in one heading above facts", text + `<section><h3>🏆 Mejor en general: Aro Kettle</h3><p>Hierve un litro en dos minutos y no hace ruido alguno.</p><ul><li><strong>Color:</strong> verde</li></ul><p><a class="btn" href="https://amzn.to/1">Ver en Amazon</a></p></section>`,
			[]pick{{"Mejor en general", "Aro Kettle", "Hierve un litro en dos minutos y no hace ruido alguno.", "Ver en Amazon", "https://amzn.to/1"}}},
		{"a label and a name in one cell", text + `<table><tr><th>Hervidor</th><th>Litros</th><th></th></tr><tr><td><b>Mejor en general:</b> Aro</td><td>1,7 l</td><td><a href="https://amzn.to/1">Ver en Amazon</a></td></tr><tr><td><b>Mejor barato:</b> Bel</td><td>1 l</td><td><a href="https://amzn.to/2">Ver en Amazon</a></td></tr></table>`,
			[]pick{{"Mejor en general", "Aro", "", "Ver en Amazon", "https://amzn.to/1"}, {"Mejor barato", "Bel", "", "Ver en Amazon", "https://amzn.to/2"}}},
		{"a link that closes the paragraph", text + `<h2>1. Aro Kettle</h2><p>It boils a litre in two minutes and is quiet. <a href="https://amzn.to/1">See it on Amazon</a></p><h2>2. Bel Kettle</h2><p>It is cheap and pours well, even when full. <a href="https://amzn.to/2">See it on Amazon</a></p>`,
			[]pick{{"", "Aro Kettle", "It boils a litre in two minutes and is quiet.", "See it on Amazon", "https://amzn.to/1"}, {"", "Bel Kettle", "It is cheap and pours well, even when full.", "See it on Amazon", "https://amzn.to/2"}}},
		{"a closing link that names what it sells", text + `<h3>1. Aro</h3><p>Heavy and slow, and the first one I reach for. <a href="https://amzn.to/1">Shop Aro kettles</a>.</p>`,
			[]pick{{"", "Aro", "Heavy and slow, and the first one I reach for.", "Shop Aro kettles", "https://amzn.to/1"}}},
		{"closing links to several products are no pick", text + `<h2>Filters and jugs</h2><p>A filter helps where the water is hard. <a href="https://amzn.to/1">See it on Amazon</a></p><p>A jug does as well, and it cools. <a href="https://amzn.to/2">See it on Amazon</a></p>`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []pick
			for _, p := range parsePage(t, "<body><h1>Kettles</h1>"+tt.src).Article.Picks() {
				got = append(got, pick{p.Label, p.Name, p.Blurb.String(), p.CTA, p.URL})
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("picks (-want +got):\n%s", d)
			}
		})
	}
}

func TestAuthorWithoutDate(t *testing.T) {
	a := parsePage(t, `<meta itemprop="author" content="Ann Lee"><body><h1>Kettles</h1><div class="author-line">Written by <a>Ann Lee</a> Mar 8</div><p>We boiled each of these kettles every day for a whole month at home.</p>`).Article
	if a.Author != (article.Author{Name: "Ann Lee"}) {
		t.Errorf("author %+v", a.Author)
	}
}

// What builders put into and behind the text.
func TestBuilderFurniture(t *testing.T) {
	const first = "<p>A kettle is boiled a thousand times a year, so we boiled each of ours for a month.</p>"
	const last = "<p>The quiet one stayed in our kitchen, and nobody has missed the whistle since.</p>"
	for name, src := range map[string]string{
		"a card that leads on":          first + `<a href="/pots/"><h3>Related: The Best Tea Pots</h3><p>More Tea for every table.</p></a>` + last,
		"words about the data":          first + last + `<p>Last update on 2031-05-12 / Affiliate links / Images from Amazon Product Advertising API</p>`,
		"a call to save":                first + last + `<p><strong>Liked it? Save it for later on Pinterest!</strong></p>`,
		"the author's card":             `<meta name="author" content="Ann Lee">` + first + last + `<section><p>Ann Lee</p><p>Tea taster in Ghent.</p></section>`,
		"the title of a notice's box":   `<div class="box"><span>Disclosure</span><p>We may earn a commission if you buy through links on this page.</p></div>` + first + last,
		"a notice and its title in one": `<div><span>Disclosure</span> <span>We may earn a commission if you buy through links on this page.</span></div>` + first + last,
		"bookmarks and tags":            first + `<figure class="kg-card kg-bookmark-card"><a href="/pots/"><div>More Tea</div><div>Pots compared</div></a></figure>` + last + `<div class="post-tags-wrapper"><a>tea</a><a>pots</a></div>`,
	} {
		t.Run(name, func(t *testing.T) {
			a := parsePage(t, "<body><h1>Kettles</h1>"+src).Article
			var got []string
			for b := range a.All() {
				got = append(got, blockText(b))
			}
			want := []string{"A kettle is boiled a thousand times a year, so we boiled each of ours for a month.", "The quiet one stayed in our kitchen, and nobody has missed the whistle since."}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("blocks (-want +got):\n%s", d)
			}
		})
	}
}

// A component may give its link as an object; its points come behind its words.
func TestComponentLink(t *testing.T) {
	a := parse(t, "a.mdx", "# Kettles\n\nWe boiled each of these kettles every day for a month.\n\n<TldrBox>Buy the quiet one, and a good pot.</TldrBox>\n\n<KeyTakeaways items={[\"Steel is loud.\", \"Glass shows lime.\"]} />\n\n## Aro\n\n<ProductCard title=\"Aro Kettle\" badge=\"Best overall\" link={{ href: \"https://amzn.to/1\", label: \"See the price\" }} pros={[\"Quiet\"]}>\nIt boils a litre in two minutes and it does not whistle.\n</ProductCard>\n", Options{}).Article
	n := 0
	for _, p := range a.Picks() {
		n++
		if p.URL != "https://amzn.to/1" || p.CTA != "See the price" || p.Blurb.String() != "It boils a litre in two minutes and it does not whistle." {
			t.Errorf("pick %+v", p)
		}
	}
	if n != 1 {
		t.Errorf("%d picks", n)
	}
	if len(a.Takeaways) != 2 || a.Takeaways[0].Text != "Steel is loud." {
		t.Errorf("takeaways %+v", a.Takeaways)
	}
}
