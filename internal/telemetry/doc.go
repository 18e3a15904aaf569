// Package telemetry is how a running Broadsheet tells what it does: structured
// logs (slog), Prometheus metrics and a health report.
//
// Logs go to standard error, results to standard output, so that scripts can
// read the one without the other. Nothing logs a whole address, a token or a
// password; subscribers are named by their id. Each metric is registered by
// the package that counts it, with a sentence that says what it counts.
package telemetry
