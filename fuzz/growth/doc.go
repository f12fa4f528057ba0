// Package growth tests ports that grow: order and exactness across the seams between rings,
// the limit, and the memory that goes back.
package growth
