// Package stress runs random mixtures of all that a port can do: alone, and under collections, a
// memory limit, signals, stops, hogs and late futex calls. The flag -soak makes a run longer.
package stress
