package main

import (
	"fmt"
	"net"

	"github.com/broadsheet/broadsheet/mailer/capture"
)

type serveCmd struct {
	Capture string `help:"Also take mails in at this address, for trying things out; they are shown at /inbox/ and go nowhere." placeholder:"ADDR"`
}

func (serveCmd) Help() string {
	return `Stops on SIGTERM or Ctrl-C: no message is begun any more, those in flight finish, leases are given back.

Examples:
  broadsheet serve
  broadsheet serve --listen :8080 --capture 127.0.0.1:2525`
}

func (c *serveCmd) Run(a *app) error {
	l, err := listen(a.set.Listen)
	if err != nil {
		return err
	}
	b, err := a.open(serving)
	if err != nil {
		_ = l.Close()
		return err
	}
	defer b.close()
	inbox, err := c.inbox(a)
	if err != nil {
		_ = l.Close()
		return err
	}
	if inbox != nil {
		defer func() { _ = inbox.Close() }()
	}
	if f := a.checkPublicURL(b.sendsAway(a)); !f.OK {
		a.say("warning: %s", f.Detail)
	}
	n := a.node(b)
	if err := n.pages(l, inbox); err != nil {
		return err
	}
	if err := n.sending(); err != nil {
		return err
	}
	n.scheduling()
	if err := n.polling(); err != nil {
		return err
	}
	a.say("web pages at http://%s/, readers reach them at %s", l.Addr(), a.set.PublicURL)
	if inbox != nil {
		a.say("mails are taken in at smtp://%s and shown at http://%s/inbox/", inbox.Addr(), l.Addr())
	}
	return n.run(a.ctx)
}

// Validate keeps an inbox that takes everything off the network.
func (c *serveCmd) Validate() error {
	if c.Capture == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Capture)
	if err != nil {
		return fmt.Errorf("--capture is %q; it must be host:port, such as 127.0.0.1:2525", c.Capture)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--capture is %q; it takes mail from anybody, so it must be on this machine only, such as 127.0.0.1:2525", c.Capture)
	}
	return nil
}

func (c *serveCmd) inbox(a *app) (*capture.Server, error) {
	if c.Capture == "" {
		return nil, nil
	}
	s, err := capture.Start(capture.Options{Addr: c.Capture, Now: a.now, Log: a.log, MaxMessages: 5000})
	if err != nil {
		return nil, fmt.Errorf("mails can't be taken in at %s (%s); choose another address with --capture", c.Capture, netReason(err))
	}
	return s, nil
}

type workCmd struct{}

func (workCmd) Help() string {
	return "Any number of machines may do it on one database.\n\nExample:\n  DATABASE_URL=postgres://… broadsheet work"
}

func (c *workCmd) Run(a *app) error {
	if a.set.DatabaseURL == "" {
		return fmt.Errorf("work needs the database that serve uses: set DATABASE_URL (one machine alone needs only broadsheet serve)")
	}
	b, err := a.open(ready)
	if err != nil {
		return err
	}
	defer b.close()
	n := a.node(b)
	if err := n.sending(); err != nil {
		return err
	}
	if err := n.polling(); err != nil {
		return err
	}
	a.say("polling sources and sending; Ctrl-C stops in good order")
	return n.run(a.ctx)
}

type webCmd struct{}

func (webCmd) Help() string {
	return "Example:\n  DATABASE_URL=postgres://… broadsheet web --listen :8080"
}

func (c *webCmd) Run(a *app) error {
	l, err := listen(a.set.Listen)
	if err != nil {
		return err
	}
	b, err := a.open(ready)
	if err != nil {
		_ = l.Close()
		return err
	}
	defer b.close()
	n := a.node(b)
	if err := n.pages(l, nil); err != nil {
		return err
	}
	a.say("web pages at http://%s/", l.Addr())
	return n.run(a.ctx)
}
