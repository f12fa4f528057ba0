// Package handles tests the functions over handles where the exported API is enough. The tests
// that look at the port behind a handle, or at the table of handles, are in the root.
package handles
