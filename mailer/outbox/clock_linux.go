package outbox

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootTime is the time since the machine started, counting the time it was
// suspended, which Go's monotonic clock does not: a lease goes on running
// while a laptop's lid or a virtual machine is shut.
func bootTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return time.Since(processStart) // no kernel since 2.6.39 lacks it
	}
	return time.Duration(ts.Nano())
}

var processStart = time.Now()
