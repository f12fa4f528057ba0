// Package wine tests the functions over handles beside those of Windows, in one program. Its tests
// run on Windows, and under Wine by .ci/run.
package wine
