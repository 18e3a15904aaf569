package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScanCodes(t *testing.T) {
	tests := []struct {
		src    string
		name   string
		values map[string]string
	}{
		{`{{< product-card name="A \"b\"" url=/x >}}`, "product-card", map[string]string{"name": `A "b"`, "url": "/x"}},
		{`{{% notice title='T' %}}`, "notice", map[string]string{"title": "T"}},
		{`{% include p.html name="N" %}`, "include", map[string]string{"name": "N"}},
		{`[card buttonText="Buy" price=3]`, "card", map[string]string{"button_text": "Buy", "price": "3"}},
		{"<Pick title={`T`} n={3} f={() => go({a: 1})} {...rest} on\n/>", "pick", map[string]string{"title": "T", "n": "3"}},
	}
	for _, tt := range tests {
		cs := scanCodes("a "+tt.src+" b", nil)
		if len(cs) != 1 || cs[0].name != tt.name {
			t.Errorf("scanCodes(%q) = %+v", tt.src, cs)
			continue
		}
		if d := cmp.Diff(tt.values, cs[0].values); d != "" {
			t.Errorf("scanCodes(%q) (-want +got):\n%s", tt.src, d)
		}
	}
}

func TestScanCodesFindsNone(t *testing.T) {
	for _, src := range []string{"[1]", "[x] done", "see [the note] here", "[a](b)", "![a](b)", "[a]: b", "<https://example.org>", "<b>", "a < B", "{a}", "`{{< x >}}`", "```\n{{< x >}}\n```", "<SCRIPT>"} {
		if cs := scanCodes(src, nil); len(cs) > 0 {
			t.Errorf("scanCodes(%q) = %+v", src, cs)
		}
	}
}

func FuzzCodes(f *testing.F) {
	for _, s := range []string{
		`{{< a b="c" >}}d{{< /a >}}`, `{% e f %}{% endf %}`, "[g h='i']\nj\n[/g]", "<K l={[{m: 'n'}]} {...o}>\n<P/></K>", "{{{{<<[[", "```\n{{<", `<A b={"`,
		`<TLDR items={["a"]} />`, `{{< faq q="r" a="s" >}}`, "<!--broadsheet-pick:0-->", strings.Repeat("<A a={[", 50), strings.Repeat("[a b=\"", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		start := time.Now()
		at := 0
		for _, c := range scanCodes(src, nil) {
			if c.from < at || c.to <= c.from || c.to > len(src) {
				t.Fatalf("the code %+v is out of order", c)
			}
			at = c.to
		}
		fuzzParse(t, Markdown, src)
		if took := time.Since(start); took > slowest {
			t.Errorf("%d bytes took %s", len(src), took)
		}
	})
}
