package mailer_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/broadsheet/broadsheet/mailer/mailertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) { mailertest.RunAll(t) }
