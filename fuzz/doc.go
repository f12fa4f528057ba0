// Package fuzz has no code but tests. They compare the ring, one operation at a
// time, with a slice, run programs of calls on both faces of a port beside a model,
// callers that wait included, and check what concurrent callers of a Port saw against
// a sequential FIFO queue. To fuzz the ring, and the two faces:
//
//	go test ./fuzz -run '^$' -fuzz FuzzRing -fuzztime 1m
//	go test ./fuzz -run '^$' -fuzz FuzzFaces -fuzztime 10m -fuzzminimizetime 20x
package fuzz
