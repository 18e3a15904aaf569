package postgres

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

const (
	mebibyte = 1 << 20
	// rotateAt is the size from which the server's log is put aside at a start; keepLogs old ones stay.
	rotateAt = 8 * mebibyte
	keepLogs = 3
)

// tuning is appended to postgresql.conf once, after initdb, and is the operator's to edit from then on.
// memory is the machine's, in bytes; 0 means unknown.
func tuning(memory int64) string {
	buffers := min(max(memory/8/mebibyte, 128), 1024)
	cache := max(memory/2/mebibyte, 512)
	return fmt.Sprintf(`
# ---- Broadsheet: one machine that also does other work. Yours to edit; kept across restarts and upgrades.
shared_buffers = %dMB
effective_cache_size = %dMB
work_mem = 16MB
maintenance_work_mem = 128MB
max_connections = 100
random_page_cost = 1.1                  # solid-state disk
jit = off                               # compiles longer than our short statements run
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
autovacuum_naptime = 20s
log_line_prefix = '%%m [%%p] %%q%%a '
log_checkpoints = off
log_min_duration_statement = 5s
log_parameter_max_length = 0            # no addresses in the log
`, buffers, cache)
}

// volatileSettings trade all durability for speed: for databases that are thrown away.
var volatileSettings = map[string]string{
	"fsync":                      "off",
	"synchronous_commit":         "off",
	"full_page_writes":           "off",
	"wal_level":                  "minimal",
	"max_wal_senders":            "0",
	"max_wal_size":               "4GB",
	"checkpoint_timeout":         "1h",
	"autovacuum":                 "off", // holds template databases open; plans stay as the test made them
	"max_connections":            "200",
	"shared_buffers":             "128MB",
	"log_min_duration_statement": "-1",
}

// arguments of postgres: what must hold whatever postgresql.conf says, then the caller's settings.
func arguments(l layout, o Options) []string {
	args := []string{"-D", l.data()}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("unix_socket_directories", `"`+strings.ReplaceAll(l.socket, `"`, `""`)+`"`)
	set("unix_socket_permissions", "0700")
	set("port", port)
	set("logging_collector", "off")
	set("log_destination", "stderr")
	set("timezone", "UTC")
	set("log_timezone", "UTC")
	for _, settings := range []map[string]string{defaults(o), o.Settings} {
		names := make([]string, 0, len(settings))
		for name := range settings {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			set(name, settings[name])
		}
	}
	return args
}

func defaults(o Options) map[string]string {
	if o.Volatile {
		return volatileSettings
	}
	return nil
}

// machineMemory in bytes, 0 when /proc does not say.
func machineMemory() int64 {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
