//go:build !windows

package fuzz

import "time"

// stamp is the time since epoch on a clock fine enough to tell one call from the
// next, in units of that clock.
func stamp(epoch time.Time) int64 { return int64(time.Since(epoch)) }
