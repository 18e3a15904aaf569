package main

type issuePauseCmd struct {
	ID  int64  `arg:"" help:"The issue."`
	Why string `help:"The reason, shown in its status."`
}

func (issuePauseCmd) Help() string {
	return "Example:\n  broadsheet issue pause 7 --why \"wrong product\""
}

func (c *issuePauseCmd) Run(a *app, b *backend) error {
	if err := b.newsletters.Pause(a.ctx, c.ID, c.Why); err != nil {
		return err
	}
	return a.showStatus(b, c.ID)
}

type issueResumeCmd struct {
	ID int64 `arg:"" help:"The issue."`
}

func (issueResumeCmd) Help() string { return "Example:\n  broadsheet issue resume 7" }

func (c *issueResumeCmd) Run(a *app, b *backend) error {
	if err := b.newsletters.Resume(a.ctx, c.ID); err != nil {
		return err
	}
	return a.showStatus(b, c.ID)
}

type issueCancelCmd struct {
	ID  int64  `arg:"" help:"The issue."`
	Why string `help:"The reason, shown in its status."`
}

func (issueCancelCmd) Help() string {
	return "What is in flight at that moment becomes unknown; everybody else who has not got it is skipped.\n\nExample:\n  broadsheet issue cancel 7 --why \"wrong product\""
}

func (c *issueCancelCmd) Run(a *app, b *backend) error {
	if err := b.newsletters.Cancel(a.ctx, c.ID, c.Why); err != nil {
		return err
	}
	return a.showStatus(b, c.ID)
}

// showStatus tells on standard error how an issue stands now.
func (a *app) showStatus(b *backend, id int64) error {
	s, err := b.newsletters.Status(a.ctx, id)
	if err != nil {
		return err
	}
	a.say("issue %d is %s", id, summary(s))
	return nil
}
