package main

import (
	"net"
	"strings"
	"testing"
)

// What people mistype gets one sentence that says what to do, an exit code of
// 1 (refused) or 2 (wrong usage), and leaves nothing half-done.
func TestMistyped(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	s.newsletter("smtp://127.0.0.1:2525", 1)
	a := s.article("scalp-care.md")
	issue := s.ok("issue", "draft", "weekly", "--article", a)
	bad := s.write("bad.csv", "name\nAda\n")
	binary := s.write("binary.txt", "\x00\x01\x02\x03")
	page := s.write("page.html", "<!DOCTYPE html><html><body><script>x()</script></body></html>")
	before := s.ok("subscriber", "show", "reader0@a.example")
	for _, c := range []struct {
		args string // split at |
		code int
		want string
	}{
		{"bogus", 2, "bogus"},
		{"article", 2, "article"},
		{"article|bogus", 2, "bogus"},
		{"list|create", 2, "--name"},
		{"list|create|My List|--name|X", 1, "short name"},
		{"list|create|readers|--name|X", 1, "already"},
		{"list|create|other", 2, "--name"},
		{"list|show|nope", 1, "nope"},
		{"list|show|readers|--limit|0", 2, "between 1 and 10000"},
		{"list|show|readers|--limit|many", 2, "many"},
		{"list|list|--jsn", 2, "--jsn"},
		{"subscriber|import|nofile.csv|--list|readers|--consent|x", 1, "nofile.csv can't be read"},
		{"subscriber|import|.|--list|readers|--consent|x", 1, "is a directory"},
		{"subscriber|import|" + bad + "|--list|readers|--consent|x", 1, "email"},
		{"subscriber|import|readers.csv|--list|nope|--consent|x", 1, "nope"},
		{"subscriber|import|readers.csv|--list|readers", 2, "--consent"},
		{"subscriber|import|readers.csv|--list|readers|--consent|x|--map|name=phone", 1, "phone"},
		{"subscriber|add|not an address|--list|readers|--consent|x", 1, "address"},
		{"subscriber|add|a@b.example|--list|readers|--consent|x|--zone|Mars/Phobos", 1, "Mars/Phobos"},
		{"subscriber|show|nobody@a.example", 1, "nobody@a.example"},
		{"subscriber|unsubscribe|nobody@a.example|--list|readers|--how|x", 1, "nobody@a.example"},
		{"relay|add|main|ftp://x", 1, "smtp"},
		{"relay|add|Main Relay|smtp://127.0.0.1", 1, "name"},
		{"relay|add|x|smtp://127.0.0.1:99999", 1, "port"},
		{"relay|add|x|smtp://127.0.0.1?connections=0", 1, "connections"},
		{"relay|add|x|smtp://user:hunter2@mail.example.org?tls=none", 1, "password"},
		{"relay|edit|nope|smtp://127.0.0.1", 1, "there is no relay \"nope\""},
		{"relay|remove|nope", 1, "there is no relay \"nope\""},
		{"relay|remove|main", 1, "newsletter weekly goes through relay main"},
		{"newsletter|create|x", 2, "--name is missing"},
		{"newsletter|create|x|--name|X|--from|nonsense|--list|readers|--postal|p", 1, "is not of the form"},
		{"newsletter|create|x|--name|X|--from|X <a@gmail.com>|--list|readers|--postal|p", 1, "mailbox provider"},
		{"newsletter|create|x|--name|X|--from|X <a@b.example>|--list|nope|--postal|p", 1, "nope"},
		{"newsletter|create|x|--name|X|--from|X <a@b.example>|--list|readers|--postal|p|--relay|nope", 1, "there is no relay \"nope\""},
		{"newsletter|create|weekly|--name|X|--from|X <a@b.example>|--list|readers|--postal|p", 1, "already"},
		{"newsletter|edit|nope|--name|X", 1, "there is no newsletter \"nope\""},
		{"newsletter|edit|weekly|--zone|Berlin", 1, "Berlin"},
		{"newsletter|edit|weekly|--on-unknown|explode", 1, "hold or resend"},
		{"newsletter|edit|weekly|--layout|poster", 1, "there is no layout \"poster\""},
		{"newsletter|edit|weekly|--client-mix|pine=4", 1, "\"pine\" is no mail program"},
		{"newsletter|edit|weekly|--client-mix|gmail=80,yahoo=30", 1, "only 100 percent"},
		{"newsletter|edit|weekly|--articles|0", 1, "at least 1, not 0"},
		{"newsletter|edit|weekly|--articles|many", 2, "many"},
		{"newsletter|edit|weekly|--articles|21", 1, "1 to 20 articles"},
		{"newsletter|edit|weekly|--articles|2|--at-least|3", 1, "can't wait for at least 3"},
		{"newsletter|edit|weekly|--from|nonsense", 1, "is not of the form"},
		{"newsletter|edit|weekly|--list|nope", 1, "nope"},
		{"newsletter|edit|weekly|--home-url|example.org", 1, "is not a web address"},
		{"newsletter|edit|weekly|--postal|", 1, "postal address is missing"},
		{"newsletter|edit|weekly|--slug|x", 2, "--slug"},
		{"schedule|set|weekly|--cron|whenever", 1, "whenever"},
		{"schedule|set|weekly|--cron|0 8 30 2 *", 1, "never"},
		{"schedule|set|weekly|--cron|TZ=UTC 0 8 * * *", 1, "TZ"},
		{"schedule|set|weekly|--cron|0 8 * * *|--zone|Mars/Phobos", 1, "Mars/Phobos"},
		{"schedule|set|nope|--cron|0 8 * * *", 1, "nope"},
		{"schedule|set|weekly|--cron|0 8 * * *|--max-lateness|soon", 2, "soon"},
		{"schedule|next|weekly", 1, "schedule"},
		{"schedule|next|weekly|-n|0", 2, "between 1 and 1000"},
		{"article|add|nofile.md", 1, "nofile.md can't be read"},
		{"article|add|.", 1, "is a directory"},
		{"article|add|" + binary, 1, "binary.txt"},
		{"article|add|" + page, 1, "page.html holds no text"},
		{"article|add|http://127.0.0.1/a", 1, "this machine"},
		{"article|parse|http://169.254.169.254/latest/meta-data", 1, "the local link"},
		{"article|lint|http://[::1]:8080/a", 1, "is not fetched"},
		{"article|render|https://user:hunter2@example.org/a|--out|out", 1, "name or password"},
		{"source|add|folder|nope", 1, "nope can't be read"},
		{"source|add|folder|scalp-care.md", 1, "is not a folder"},
		{"source|add|urls|.", 1, "is not a file"},
		{"source|add|feed|example.org/feed", 1, "is not a web address"},
		{"source|add|feed|https://example.org/feed|--every|1s", 1, "between a minute and 30 days"},
		{"source|add|feed|https://example.org/feed|--every|often", 2, "often"},
		{"source|add|imap|x", 2, "imap"},
		{"source|poll|99", 1, "there is no source 99"},
		{"source|poll|x", 2, "x"},
		{"source|remove|99", 1, "there is no source 99"},
		{"article|parse|scalp-care.md|--item|3", 1, "item 0"},
		{"article|show|99", 1, "there is no article 99"},
		{"article|show|x", 2, "x"},
		{"article|edit|" + a, 1, "nothing to change"},
		{"article|edit|" + a + "|--pick|9|--url|https://x.example", 1, "there is no pick 9"},
		{"article|edit|" + a + "|--pick|1|--url|javascript:alert(1)", 1, "is not a web address"},
		{"article|edit|99|--title|X", 1, "there is no article 99"},
		{"article|render|scalp-care.md|--out|/proc/nope", 1, "/proc/nope"},
		{"article|render|scalp-care.md|--out|out|--theme|nope", 1, "nope"},
		{"article|render|scalp-care.md|--out|out|--layout|poster", 2, "there is no layout \"poster\""},
		{"article|render|scalp-care.md|scalp-care.md|--out|out|--layout|letter", 2, "is for one article and 2 were given"},
		{"article|render|scalp-care.md|scalp-care.md|--out|out|--title|X", 2, "are for one article"},
		{"article|render|scalp-care.md|nofile.md|--out|out", 1, "nofile.md can't be read"},
		{"issue|draft|weekly", 2, "--article"},
		{"issue|draft|weekly|--article|one", 2, "one"},
		{"issue|draft|weekly|--article|" + a + "|--layout|poster", 2, "there is no layout \"poster\""},
		{"issue|draft|weekly|--article|" + a + "|--article|" + a, 2, "was given twice"},
		{"issue|draft|weekly|--article|" + a + "|--article|99", 1, "there is no article 99"},
		{"issue|draft|weekly|--article|" + a + "|--article|99|--layout|excerpt", 2, "is for one article and 2 were given"},
		{"issue|edit|" + issue, 2, "nothing to change"},
		{"issue|edit|" + issue + "|--layout|poster", 1, "there is no layout \"poster\""},
		{"issue|edit|99|--subject|X", 1, "there is no issue 99"},
		{"issue|draft|weekly|--article|99", 1, "there is no article 99"},
		{"issue|draft|nope|--article|" + a, 1, "nope"},
		{"issue|test|" + issue, 2, "--to"},
		{"issue|test|99|--to|a@b.example", 1, "there is no issue 99"},
		{"issue|test|" + issue + "|--to|nobody", 1, "@"},
		{"issue|preview|" + issue + "|--had|99", 1, "does not have article 99"},
		{"issue|approve|99", 1, "there is no issue 99"},
		{"issue|send|" + issue, 1, "has not been approved"},
		{"issue|send", 2, "<id> is missing"},
		{"issue|send|-1", 2, "no number here is negative"},
		{"issue|send|one", 2, "\"one\"; it must be a whole number"},
		{"issue|draft|weekly|--article|", 2, "\"\"; it must be a whole number"},
		{"issue|draft|weekly|--article|-1", 2, "is written --article=\"-1\""},
		{"issue|preview|" + issue + "|--link|--for|soon", 2, "\"soon\"; it must be a length of time"},
		{"issue|reconcile|" + issue + "|--export", 2, "--export wants a value after it"},
		{"throttle|set|--relay|main|--rate|fast", 2, "\"fast\"; it must be a number"},
		{"newsletter|edit|weekly", 2, "nothing to change"},
		{"relay|add|x|smtp://127.0.0.1|--weight|0", 2, "--weight is 0"},
		{"relay|add|x|smtp://127.0.0.1|--priority|1001", 2, "--priority is 1001"},
		{"relay|edit|main|--weight|0", 1, "--weight is 0"},
		{"article|render|scalp-care.md|--out|out|--templates-dir|nodir", 1, "the templates folder nodir can't be read: no such file"},
		{"bench|send|--relay|file:///dev/null/x|--subscribers|1", 1, "the relay can't be measured"},
		{"article|explain|PICK-99", 1, "there is no rule"},
		{"issue|pause|99", 1, "there is no issue 99"},
		{"issue|resume|" + issue, 1, "has not been launched"},
		{"issue|cancel|" + issue, 1, "has not been launched"},
		{"issue|status|99", 1, "there is no issue 99"},
		{"issue|reconcile|" + issue, 1, "has not been launched"},
		{"issue|recipients|" + issue, 1, "has not been launched"},
		{"issue|recipients|" + issue + "|--outcome|gone", 2, "gone"},
		{"suppress|add|nonsense", 1, "@"},
		{"serve|--capture|everywhere", 2, "--capture"},
		{"serve|--capture|0.0.0.0:2525", 2, "this machine"},
		{"serve|--listen|127.0.0.1", 2, "host:port"},
		{"migrate|down", 2, "down"},
		{"demo|--dir", 2, "--dir"},
	} {
		r := s.run(strings.Split(c.args, "|")...)
		if r.code != c.code || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d, %q; want exit %d and %q", c.args, r.code, r.stderr, c.code, c.want)
		}
		if n := strings.Count(r.stderr, "\n"); n > 0 {
			t.Errorf("%s: %d lines instead of one sentence:\n%s", c.args, n+1, r.stderr)
		}
		for _, never := range []string{"panic", "goroutine", "pq:", "sql:", "hunter2", "SQLSTATE", ".go:"} {
			if strings.Contains(r.stderr, never) {
				t.Errorf("%s: shows %q: %s", c.args, never, r.stderr)
			}
		}
	}
	if after := s.ok("subscriber", "show", "reader0@a.example"); after != before {
		t.Errorf("something was changed:\n%s\n%s", before, after)
	}
	var lists []struct{ Slug string }
	s.json(&lists, "list", "list", "--json")
	if len(lists) != 1 {
		t.Errorf("lists %v", lists)
	}
}

// An address that somebody else listens on is said to be that, with the flag
// that names it, not to be the database.
func TestPortsInUse(t *testing.T) {
	t.Parallel()
	s := onDatabase(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken := l.Addr().String()
	for flag, args := range map[string][]string{
		"--listen":        {"--listen", taken},
		"--capture":       {"--listen", "127.0.0.1:0", "--capture", taken},
		"--metrics":       {"--listen", "127.0.0.1:0", "--metrics", taken},
		"--bounce-listen": {"--listen", "127.0.0.1:0", "--bounce-domain", "bounce.example.org", "--bounce-listen", taken},
	} {
		r := s.run(append([]string{"serve"}, args...)...)
		if r.code != 1 || !strings.Contains(r.stderr, "(bind: address already in use); choose another address with "+flag) {
			t.Errorf("%s: exit %d, %s", flag, r.code, r.stderr)
		}
	}
}
