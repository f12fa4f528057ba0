//go:build !unix

package pairs

import "math"

// Spent is not a number: not measured here.
func Spent() Usage { return Usage{math.NaN(), math.NaN()} }
