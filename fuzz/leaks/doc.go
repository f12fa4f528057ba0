// Package leaks tests what ports cost and keep: packets that stay reachable, allocations, stacks,
// threads, and what is left of a port that is gone.
package leaks
