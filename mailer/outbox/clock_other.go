//go:build !linux

package outbox

import "time"

var processStart = time.Now()

// bootTime is the time since the process started. It may stand still while the
// machine is suspended; the fence in the database still holds then.
func bootTime() time.Duration { return time.Since(processStart) }
