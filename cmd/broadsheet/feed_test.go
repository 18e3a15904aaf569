package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const sampleFeed = `<?xml version="1.0"?>
<rss version="2.0"><channel><title>Site</title><link>https://site.example/</link>
<item><title>First article</title><link>https://site.example/1</link><guid>g1</guid><description>&lt;p&gt;We may earn a commission. Words of the first, which say something.&lt;/p&gt;</description></item>
<item><title>Second article</title><link>https://site.example/2</link><guid>g2</guid><description>&lt;p&gt;Words of the second, which say something else.&lt;/p&gt;</description></item>
</channel></rss>`

type parsed struct {
	Title, Text string
	URL         string `json:"canonical_url"`
}

func TestParseFeed(t *testing.T) {
	s := &site{t: t, dir: t.TempDir(), env: clean()}
	s.write("feed.xml", sampleFeed)
	s.write("one.txt", "A Title\n=======\n\nSome words of an article.\n")
	var all []parsed
	s.json(&all, "article", "parse", "feed.xml", "--json")
	if len(all) != 2 || all[0].Title != "First article" || all[1].URL != "https://site.example/2" {
		t.Errorf("the feed is %+v", all)
	}
	var one parsed
	s.json(&one, "article", "parse", "feed.xml", "--json", "--item", "1", "--title", "Another")
	if one.Title != "Another" || !strings.Contains(one.Text, "second") {
		t.Errorf("item 1 is %+v", one)
	}
	s.json(&one, "article", "parse", "one.txt", "--json", "--item", "0")
	if one.Title != "A Title" {
		t.Errorf("item 0 of a text is %+v", one)
	}
	if out := s.ok("article", "parse", "feed.xml"); !strings.Contains(out, "ITEM") || !strings.Contains(out, "Second article") {
		t.Errorf("parse printed %s", out)
	}
	for _, tt := range []struct{ args, want string }{
		{"article|parse|feed.xml|--item|2", "there is no item 2: feed.xml holds 2 articles, items 0 to 1"},
		{"article|parse|feed.xml|--item=-1", "there is no item -1"},
		{"article|parse|feed.xml|--title|T", "--title is for one article"},
		{"article|lint|feed.xml", "choose one with --item, from 0 to 1"},
		{"article|render|feed.xml|--out|out", "choose one with --item, from 0 to 1"},
		{"article|parse|one.txt|--item|1", "which is item 0"},
	} {
		if r := s.run(strings.Split(tt.args, "|")...); r.code != 1 || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit %d, %s; want %q", tt.args, r.code, r.stderr, tt.want)
		}
	}
	s.ok("article", "render", "feed.xml", "--item", "0", "--out", "out")
}

func TestAddFeed(t *testing.T) {
	s := onDatabase(t)
	s.ok("migrate", "up")
	s.write("feed.xml", sampleFeed)
	one := s.ok("article", "add", "feed.xml", "--item", "1")
	ids := strings.Fields(s.ok("article", "add", "feed.xml"))
	if len(ids) != 2 || ids[1] != one {
		t.Errorf("item 1 is %s, the feed is %v", one, ids)
	}
	var shown struct{ Article struct{ Title string } }
	if err := json.Unmarshal([]byte(s.ok("article", "show", ids[0], "--json")), &shown); err != nil || shown.Article.Title != "First article" {
		t.Errorf("article %s is %+v (%v)", ids[0], shown, err)
	}
	s.write("untitled.xml", strings.Replace(sampleFeed, "<title>Second article</title>", "", 1))
	r := s.run("article", "add", "untitled.xml")
	if r.code != 1 || len(strings.Fields(r.out)) != 1 || !strings.Contains(r.stderr, "item 1 has no title") {
		t.Errorf("without a title: exit %d, %s, %s", r.code, r.out, r.stderr)
	}
}
