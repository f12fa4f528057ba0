//go:build iocp_model

package fuzz

// policyScenarios have callers that find nothing do whatever the policy of waiting may have
// them do: the scheduler says whether a yield is dear, whether the next callers are to wait
// without a question, whether somebody wants a processor, whether the machine is crowded,
// whether the limit of hand-offs still does not hold, and at each glance whether it comes so
// late that watching is over. Whatever the answers, no packet waits beside a sleeper, and the
// counts of those who watch, yield and are bumped are given back.
func policyScenarios() []scenario {
	type threads = []func(*actor)
	return []scenario{
		{name: "free, post", free: true, bound: 2, threads: threads{post, get}},
		{name: "free, two posts", free: true, bound: 0, threads: threads{both(post, post), both(get, get)}},
		{name: "free, sleeper", free: true, bound: 1, threads: threads{both(post, post), get, get}},
		{name: "free, sleeper listed", free: true, bound: 0, threads: threads{both(post, post), getContext, get}},
		{name: "free, robbed", free: true, bound: 1, threads: threads{post, look, get}},
		{name: "free, close", free: true, bound: 1, threads: threads{closePort, get}},
		{name: "free, close, post", free: true, bound: 1, threads: threads{closePort, post, get}},
		{name: "free, deadline, stayer", free: true, bound: 1, threads: threads{post, getSoon, get}},
		{name: "free, interrupt", free: true, bound: 1, threads: threads{post, get, interrupt}},
		{name: "free, room", free: true, bound: 2, before: 2, threads: threads{postWait, both(look, look)}},
		{name: "free, room for two", free: true, bound: 1, before: 2, threads: threads{postWait, postWait, both(look, look)}},
		{name: "free, both sides", free: true, bound: 0, before: 2, threads: threads{both(postWait, postWait), both(get, get, get)}},
		{name: "free, limit, sleepers", free: true, procs: 1, bound: 0, threads: threads{both(post, post), get, get}},
		{name: "free, limit, two posts", free: true, procs: 1, bound: 0, threads: threads{post, post, get, getContext}},
		{name: "free, limit, room for two", free: true, procs: 1, bound: 1, before: 2, threads: threads{postWait, postWait, both(look, look)}},
		{name: "watch, one processor", watch: true, procs: 1, bound: 3, threads: threads{post, get}},
		{name: "watch, one processor, sleeper", watch: true, procs: 1, bound: 1, threads: threads{both(post, post), get, get}},
		{name: "late, post", late: true, watch: true, bound: 3, threads: threads{post, get}},
		{name: "late, two posts", late: true, watch: true, bound: 1, threads: threads{both(post, post), get, get}},
		{name: "late, nobody watches", late: true, bound: 1, threads: threads{both(post, post), get, get}},
		{name: "late and free", late: true, free: true, bound: 0, threads: threads{both(post, post), get, get}},
	}
}
