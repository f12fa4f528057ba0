//go:build iocp_model

package fuzz

import "time"

// later is a deadline that comes after any other of a scenario.
const later = time.Duration(1 << 40)

func getLater(c *actor)  { c.getUntil(later) }
func postLater(c *actor) { c.postUntil(later) }

// alarmScenarios have alarms that are timers: they are left set by waits that end sooner, go
// off late, in a wait that begins after, of the same caller or of another that has the waiter
// from the pool, and beside whoever hands over, closes, cancels or interrupts. A wait ends at
// its deadline, and one without a deadline does not. No waiter crosses from one port or side
// to another, for each stack has its pool.
func alarmScenarios() []scenario {
	type threads = []func(*actor)
	return []scenario{
		{name: "alarm, post", alarms: true, bound: 3, threads: threads{post, getSoon}},
		{name: "alarm, nobody posts", alarms: true, bound: 3, threads: threads{both(getSoon, getSoon)}},
		{name: "alarm left set, no deadline", alarms: true, bound: 2, threads: threads{both(post, post), both(getSoon, get)}},
		{name: "alarm left set, a later deadline", alarms: true, bound: 2, threads: threads{post, both(getSoon, getLater)}},
		{name: "alarm left set, a sooner deadline", alarms: true, bound: 2, threads: threads{post, both(getLater, getSoon)}},
		{name: "alarm, listed", alarms: true, bound: 1, threads: threads{get, both(getSoon, getLater), post}},
		{name: "alarms, two of the list", alarms: true, bound: 1, threads: threads{getSoon, getSoon, post}},
		{name: "alarm, another has the seat", alarms: true, bound: 1, threads: threads{both(getSoon, getLater), both(getSoon, get), post}},
		{name: "alarm, close", alarms: true, bound: 1, threads: threads{getSoon, closePort, post}},
		{name: "alarm, close, listed", alarms: true, bound: 1, threads: threads{get, getSoon, closePort}},
		{name: "alarm, interrupt, no deadline", alarms: true, bound: 1, threads: threads{both(getSoon, get), interrupt, post}},
		{name: "alarm left set, cancel", alarms: true, bound: 1, threads: threads{get, both(getSoon, getContext), cancel, both(post, post)}},
		{name: "alarm, nobody makes room", alarms: true, bound: 3, before: 2, threads: threads{both(postSoon, postSoon)}},
		{name: "alarm left set, room, no deadline", alarms: true, bound: 2, before: 2, threads: threads{both(postSoon, postWait), both(look, look)}},
		{name: "alarm left set, room, a later deadline", alarms: true, bound: 2, before: 2, threads: threads{both(postSoon, postLater), look}},
		{name: "alarms, room, another's waiter", alarms: true, bound: 1, before: 2, threads: threads{both(postSoon, postLater), postWait, look}},
		{name: "alarm, room, close", alarms: true, bound: 2, before: 2, threads: threads{postSoon, closePort, look}},
		{name: "alarms of both sides", alarms: true, bound: 1, threads: threads{both(getSoon, post, post, postSoon), both(post, getSoon)}},
	}
}
