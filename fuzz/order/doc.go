// Package order tests in which order packets leave and callers wake: single calls and batches,
// posters that wait for room, workers, and calls that race a caller on its way to sleep.
package order
