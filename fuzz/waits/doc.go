// Package waits tests how a wait ends: by a packet, a timeout, a context, Interrupt or Close, and
// by which clock, in a bubble of testing/synctest and outside.
package waits
