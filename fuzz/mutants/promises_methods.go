package main

// What the doc comments of the root package promise.
var ofMethodsPromised = []promise{
	{"port.go", "Interrupt ends every wait that is parked now, for a packet or for room", "an interrupt of takers spares the posters"},
	{"port.go", "from now on every Post returns [ErrClosed], a waiting one at once", "Close tells no poster"},
}
