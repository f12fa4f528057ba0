// Package answers tests what callers are told: the error of each call on a port that is nil,
// zero, closed, full or empty; the status numbers of errors; the counts of Stats.
package answers
