// Package traces replays calls of the functions over handles, a recording of Windows' own among
// them, and compares the answers with the recording's or with a model's.
package traces
