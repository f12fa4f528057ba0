// Package harness measures queues side by side: one's own beside a port, a channel and a
// ring under a mutex. A main package of some twenty lines is the whole command:
//
//	func main() { harness.Main(harness.New("mine", mine, mine, mine, mine)) }
//
//	func mine[T any](capacity int) harness.Queue[T] {
//		q := NewQueue[T](capacity)
//		return harness.Queue[T]{
//			Put: func(vs []T) {
//				for _, v := range vs {
//					q.Put(v)
//				}
//			},
//			Get: func(vs []T) {
//				for i := range vs {
//					vs[i] = q.Get()
//				}
//			},
//		}
//	}
//
// Go has no generic values, so mine is named once for each size of element. The loops are in
// the queue's own functions so that nothing stands between them and its calls: a call through
// a Queue costs what the call costs, and a part of a nanosecond.
//
// The queues take turns in one process, in slices of some milliseconds, and each is compared
// with the one that -base names. In every slice each element is accounted for: a queue that
// loses, doubles, reorders or changes elements is named, and leaves the comparison.
//
// Closed-loop scenarios ("closed/…") have posters that post as fast as they can, and measure
// the time of an element. Open-loop scenarios ("open/…") have posters that post by a
// timetable, and measure the time from the time in the timetable, not from the call, to the
// return of the get: a queue that holds up a poster is charged for all that come late by it.
package harness
