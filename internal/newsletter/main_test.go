package newsletter

import (
	"testing"

	"github.com/broadsheet/broadsheet/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
