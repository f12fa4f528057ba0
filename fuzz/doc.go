// Package fuzz has no code but tests. They compare the ring, one operation at a
// time, with a slice, and check what concurrent callers of a Port saw against a
// sequential FIFO queue. To fuzz the ring:
//
//	go test ./fuzz -run '^$' -fuzz FuzzRing -fuzztime 1m
package fuzz
