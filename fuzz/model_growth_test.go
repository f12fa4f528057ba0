//go:build iocp_model

package fuzz

import "github.com/iocp-go/iocp"

// growthScenarios have takers and posters that sleep while rings are linked and given up.
// A port of 3 or 5 has one ring behind its first, which the limit bounds; one without a limit
// has as many as it takes. In the model every ring is old enough to be given up by whoever
// finds the port empty.
func growthScenarios() []scenario {
	type threads = []func(*actor)
	const forever = iocp.Infinite
	var (
		toThree = []iocp.Option{iocp.WithGrowth(3)}
		toFive  = []iocp.Option{iocp.WithGrowth(5)}
		noLimit = []iocp.Option{endlessly}
	)
	return []scenario{
		{name: "growth to 3, both sides sleep", bound: 1, grown: 3, before: 2, opts: toThree, threads: threads{both(postWait, postWait, postWait), both(get, get), both(get, get, get)}},
		{name: "growth to 3, linked while a taker sleeps", bound: 1, grown: 3, opts: toThree, threads: threads{get, both(postBatch(3), postWait), getBatch(3, forever)}},
		{name: "growth to 3, given up while posters sleep", bound: 1, grown: 3, before: 3, opts: toThree, threads: threads{postWait, postWait, both(getBatch(3, 0), look), both(look, look)}},
		{name: "growth to 3, deadlines while given up", bound: 1, grown: 3, before: 3, opts: toThree, threads: threads{postSoon, post, both(getBatch(3, 0), look, getSoon)}},
		{name: "growth to 3, close while a poster sleeps", bound: 2, grown: 3, before: 3, opts: toThree, threads: threads{postWait, closePort, getBatch(3, forever)}},
		{name: "growth to 5, a batch links a ring", bound: 1, grown: 5, opts: toFive, threads: threads{get, get, both(postBatch(5), postWait)}},
		{name: "growth to 5, given up while takers sleep", bound: 1, grown: 5, before: 4, drained: true, opts: toFive, threads: threads{get, get, both(post, post)}},
		{name: "growth to 5, a batch makes room for all", bound: 1, grown: 5, before: 5, opts: toFive, threads: threads{postWait, postWait, getBatch(5, 0), getBatch(3, forever)}},
		{name: "growth to 5, a batch makes room, one at a time", bound: 1, grown: 5, before: 5, procs: 1, opts: toFive, threads: threads{postWait, postWait, postWait, getBatch(5, 0)}},
		{name: "growth to 5, close while a ring is linked", bound: 1, grown: 5, before: 1, opts: toFive, threads: threads{both(get, get), postBatch(3), closePort}},
		{name: "growth without a limit, linked while takers sleep", bound: 1, grown: maxRoom, opts: noLimit, threads: threads{get, getBatch(3, forever), postBatch(5), post}},
		{name: "growth without a limit, given up while takers sleep", bound: 1, grown: maxRoom, before: 4, drained: true, opts: noLimit, threads: threads{both(get, get), getBatch(2, forever), both(postBatch(2), post)}},
		{name: "growth without a limit, given up and closed", bound: 2, grown: maxRoom, before: 4, drained: true, opts: noLimit, threads: threads{both(get, get), both(post, closePort)}},
		{name: "growth without a limit, one taker at a time", bound: 1, grown: maxRoom, opts: []iocp.Option{endlessly, oneInTurn}, threads: threads{get, get, both(postBatch(3), post)}},
	}
}
