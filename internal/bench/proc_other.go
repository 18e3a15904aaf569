//go:build !linux

package bench

import "time"

// Where there is no /proc these are left out of the result.

func ownCPU() time.Duration     { return 0 }
func peakRSS() int64            { return 0 }
func treeCPU(int) time.Duration { return 0 }
