package telemetry

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestLoggerFormatAndLevel(t *testing.T) {
	var b bytes.Buffer
	log := Logger(&b, "warn", "json")
	log.Info("quiet")
	log.Warn("loud", "n", 1)
	if got := b.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud","n":1`) {
		t.Errorf("log holds %q", got)
	}
}

func TestMetricsAreServedWithDescriptions(t *testing.T) {
	srv := httptest.NewServer(MetricsServer("", Registry("v1.2.3")).Handler)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`broadsheet_build_info{version="v1.2.3"} 1`, "# HELP broadsheet_build_info"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("metrics lack %q", want)
		}
	}
}
