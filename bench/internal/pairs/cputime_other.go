//go:build !unix

package pairs

import "math"

// ProcessTime is not a number: not measured here.
func ProcessTime() float64 { return math.NaN() }
