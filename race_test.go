//go:build race

package iocp

// raceEnabled: the detector allocates, makes sync.Pool forget at random, and
// knows 8128 goroutines at most.
const raceEnabled = true
