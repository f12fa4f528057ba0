//go:build race

package rig

// Race is true under the race detector, which allocates, makes sync.Pool forget at random, and
// knows 8128 goroutines at most.
const Race = true
