package mailer_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/broadsheet/broadsheet/mailer"
)

func TestParseRelay(t *testing.T) {
	for in, want := range map[string]string{
		"smtp://127.0.0.1:2525?connections=20":                     "smtp://127.0.0.1:2525?connections=20&tls=auto",
		"smtp://mail.example.org":                                  "smtp://mail.example.org:25?connections=10&tls=auto",
		"smtp://mail.example.org/":                                 "smtp://mail.example.org:25?connections=10&tls=auto",
		" smtp://u:p%40%2F@Mail.Example.org ":                      "smtp://u@mail.example.org:587?connections=10&tls=auto",
		"smtps://u:p@mail.example.org":                             "smtps://u@mail.example.org:465?connections=10&tls=auto",
		"smtps://mail.example.org?tls=required&connections=500":    "smtps://mail.example.org:465?connections=500&tls=required",
		"smtp://[::1]:2525?tls=none":                               "smtp://[::1]:2525?connections=10&tls=none",
		"smtp://u:p@[::1]?tls=none":                                "smtp://u@[::1]:587?connections=10&tls=none",
		"smtp://u:p@127.8.9.1?tls=none":                            "smtp://u@127.8.9.1:587?connections=10&tls=none",
		"smtp://h?age=90s&messages=0&pipeline=commands":            "smtp://h:25?connections=10&tls=auto&messages=0&age=1m30s&pipeline=commands",
		"smtps://u:token@h?auth=XOAUTH2":                           "smtps://u@h:465?connections=10&tls=auto&auth=xoauth2",
		"lmtp://localhost":                                         "lmtp://localhost:24?connections=10",
		"lmtp://mda.example.org:2003?tls=none":                     "lmtp://mda.example.org:2003?connections=10&tls=none",
		"lmtp:///run/mda/lmtp.sock?connections=3":                  "lmtp:///run/mda/lmtp.sock?connections=3",
		"file:///var/spool/letters/":                               "file:///var/spool/letters?connections=10",
		"smtp://bücher.example":                                    "smtp://xn--bcher-kva.example:25?connections=10&tls=auto",
		"smtp://mail.example.org?tls=none&helo=sender.example.org": "smtp://mail.example.org:25?connections=10&tls=none&helo=sender.example.org",
	} {
		r, err := mailer.ParseRelay(in)
		if err != nil || r.String() != want {
			t.Errorf("%s\n got %v %v\nwant %s", in, r, err, want)
		}
	}
	if r, err := mailer.ParseRelay("smtp://h?connections=7"); err != nil || r.Connections() != 7 || r.Addr() != "h:25" {
		t.Errorf("got %v %v", r, err)
	}
}

func TestParseRelayRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "scheme must be smtp, smtps, lmtp or file",
		"mail.example.org:25":                    "relay", // url.Parse takes the host for a scheme
		"http://mail.example.org":                "scheme must be smtp, smtps, lmtp or file, not \"http\"",
		"smtp://":                                "names no host",
		"smtp:mail":                              "must end after host and port",
		"smtp://h/path":                          "must end after host and port",
		"smtp://h#x":                             "must end after host and port",
		"smtp://h:0":                             "port must be 1 to 65535",
		"smtp://h:70000":                         "port must be 1 to 65535",
		"smtp://h:x":                             "can't be read",
		"smtp://u:hunter2%zz@h":                  "can't be read",
		"smtp://u:hunter2/x@h":                   "",
		"smtp://u@h":                             "both a user and a password",
		"smtp://:hunter2@h":                      "both a user and a password",
		"smtp://u:hunter2%0d%0aQUIT@h":           "must not contain line ends",
		"smtp://a_b c":                           "",
		"smtp://h?connections=0":                 "connections must be 1 to 500, not \"0\"",
		"smtp://h?connections=501":               "connections must be 1 to 500",
		"smtp://h?connections=many":              "connections must be 1 to 500",
		"smtp://h?connections=1&connections=2":   "2 times",
		"smtp://h?tls=yes":                       "tls must be auto, required or none, not \"yes\"",
		"smtp://h?helo=a%20b":                    "helo must be",
		"smtp://h?conections=3":                  "no setting \"conections\"; allowed are connections, messages, age, tls, auth, pipeline and helo",
		"smtp://h?messages=-1":                   "messages must be 0 to 1000000",
		"smtp://h?age=0s":                        "age must be 1s to 24h",
		"smtp://h?age=soon":                      "age must be 1s to 24h, such as 30m, not \"soon\"",
		"smtp://h?pipeline=all":                  "pipeline must be auto, commands or none, not \"all\"",
		"smtp://u:hunter2@h?auth=ntlm":           "auth must be auto, scram-sha-256-plus, ",
		"smtp://h?auth=plain":                    "auth=plain needs a user and a password",
		"file://h/x":                             "must be absolute",
		"file:///":                               "must be absolute",
		"file:x":                                 "must end after",
		"file://./x":                             "must be absolute",
		"file:///x?tls=required":                 "knows no TLS",
		"lmtp://h":                               "unprotected to another machine",
		"lmtp://u:hunter2@localhost":             "takes no user",
		"lmtp://":                                "names no host",
		"smtps://h?tls=none":                     "can't be smtps:// and tls=none",
		"smtp://u:hunter2@mail.example?tls=none": "would send the password unprotected",
	} {
		_, err := mailer.ParseRelay(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want …%s…", in, err, want)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%q: the error shows the password or is no sentence: %v", in, err)
		}
	}
}

// TestNoPassword: however a relay is printed.
func TestNoPassword(t *testing.T) {
	r, err := mailer.ParseRelay("smtp://user:hunter2@mail.example.org")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "relay", r, "in", struct{ R mailer.Relay }{r})
	all := fmt.Sprintf("%v %+v %#v %s %q %v", r, r, r, r, r, struct{ R mailer.Relay }{r}) + log.String()
	if strings.Contains(all, "hunter2") || !strings.Contains(all, "smtp://user@mail.example.org") {
		t.Error(all)
	}
}
