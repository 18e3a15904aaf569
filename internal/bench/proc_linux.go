package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of CPU times in /proc (USER_HZ; proc(5)): it is 100 Hz on
// every architecture that Go runs on.
const tick = 10 * time.Millisecond

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakRSS is the most memory that this process has had, in bytes.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb int64
	if _, err := fmt.Sscanf(rest, "%d kB", &kb); err != nil {
		return 0
	}
	return kb << 10
}

// stat reads a process's parent and CPU times: its own and those of its
// children that have ended.
func stat(pid string) (parent string, own, ended time.Duration, ok bool) {
	b, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return "", 0, 0, false
	}
	at := strings.LastIndexByte(string(b), ')') // the name before it may hold anything
	f := strings.Fields(string(b)[at+1:])
	if len(f) < 15 {
		return "", 0, 0, false
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.Atoi(f[i]) // a number, says proc(5)
		return time.Duration(n) * tick
	}
	return f[1], ticks(11) + ticks(12), ticks(13) + ticks(14), true
}

// treeCPU is what a Postgres server has used: the postmaster of this session's
// process, its children, and those that have ended. 0 if it isn't here.
func treeCPU(backend int) time.Duration {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", backend))
	if err != nil || !strings.HasPrefix(string(comm), "postgres") {
		return 0
	}
	postmaster, _, _, ok := stat(strconv.Itoa(backend))
	if !ok {
		return 0
	}
	_, own, ended, ok := stat(postmaster)
	if !ok {
		return 0
	}
	total := own + ended
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, p := range processes {
		if parent, own, _, ok := stat(p.Name()); ok && parent == postmaster {
			total += own
		}
	}
	return total
}
