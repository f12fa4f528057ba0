//go:build !race

package rig

// Race is false without the race detector: see race.go.
const Race = false
