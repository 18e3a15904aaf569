package main

import (
	"strings"

	"github.com/broadsheet/broadsheet/internal/lint"
)

type articleExplainCmd struct {
	Rule string `arg:"" help:"The rule's id, such as PICK-1."`
}

func (articleExplainCmd) Help() string { return "Example:\n  broadsheet article explain PICK-1" }

func (c *articleExplainCmd) Run(a *app) error {
	text, err := lint.Explain(strings.ToUpper(c.Rule))
	if err != nil {
		return err
	}
	a.print("%s", strings.TrimSpace(text))
	return nil
}
