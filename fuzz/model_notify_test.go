//go:build iocp_model

package fuzz

import (
	"fmt"

	"github.com/anishathalye/porcupine"

	"github.com/iocp-go/iocp"
)

// The notifier of an actor, made on first use.
func (c *actor) notifier() *iocp.Notifier {
	if c.packets == nil {
		c.packets = c.port.NewNotifier()
	}
	return c.packets
}

func (c *actor) roomNotifier() *iocp.Notifier {
	if c.room == nil {
		c.room = c.port.NewRoomNotifier()
	}
	return c.room
}

// last is the kind of the last step recorded.
func (c *actor) last() kind { return c.history[len(c.history)-1].Input.(step).kind }

// notified takes one packet as a select loop does: arm, sleep till the token, look. In the
// sleep it waits for a packet as a Get does.
func notified(c *actor) {
	for {
		c.notifier().Arm()
		c.notifier().ModelWait()
		if c.get(0); c.last() == take || c.last() == isOver {
			return
		}
	}
}

// notifiedAll arms only after a look that found nothing.
func notifiedAll(c *actor) {
	for {
		c.notifier().Arm()
		c.notifier().ModelWait()
		for c.get(0); c.last() == take; c.get(0) {
		}
		if c.last() == isOver {
			return
		}
	}
}

// roomNotified posts one packet as a select loop does.
func roomNotified(c *actor) {
	for {
		c.roomNotifier().Arm()
		c.forRoom, c.pending = true, porcupine.Operation{Input: step{kind: push, vs: []int{0}}} // no packet yet
		c.roomNotifier().ModelWait()
		c.forRoom = false
		if c.post(); c.last() != isFull {
			return
		}
	}
}

func arm(c *actor)     { c.notifier().Arm() }
func armRoom(c *actor) { c.roomNotifier().Arm() }

// stop begins with a step, so that others may come between what was before and Stop.
func stop(c *actor) {
	c.begin()
	c.notifier().Stop()
	c.now()
}

// told fails if no token is there, untold if one is.
func told(c *actor) { c.token(true) }

func untold(c *actor) { c.token(false) }

func roomTold(c *actor) {
	if !c.roomNotifier().ModelTold() {
		c.wrong = append(c.wrong, "no token for room")
	}
}

func (c *actor) token(want bool) {
	if got := c.notifier().ModelTold(); got != want {
		c.wrong = append(c.wrong, fmt.Sprintf("a token: %v", got))
	}
}

// stopped checks at the end that thread 0 has no token: it has stopped its notifier.
func stopped(cs []*actor, _ *iocp.Port[int]) error {
	if cs[0].packets.ModelTold() {
		return fmt.Errorf("a token after Stop")
	}
	return nil
}

// notifyScenarios have armed notifiers beside whoever posts, takes, sleeps, watches, closes and
// interrupts. A thread that sleeps till a token must not sleep beside a packet, or at a closed
// port: the checks are those of a thread that sleeps in a Get.
func notifyScenarios() []scenario {
	type threads = []func(*actor)
	return []scenario{
		{name: "notifier, post", bound: 9, threads: threads{post, notified}},
		{name: "notifier, two posts", bound: 3, threads: threads{both(post, post), both(notified, notified)}},
		{name: "notifier, two posters", bound: 2, threads: threads{post, post, both(notified, notified)}},
		{name: "notifier, two posters, all at a token", bound: 2, threads: threads{post, post, notifiedAll}},
		{name: "notifier, a packet before", bound: 3, before: 1, threads: threads{post, both(notified, notified)}},
		{name: "notifier, robbed", bound: 3, threads: threads{both(post, post), look, notified}},
		{name: "notifier, batch", bound: 3, capacity: 4, threads: threads{postBatch(2), post, notifiedAll}},
		{name: "notifier, close", bound: 9, threads: threads{closePort, notified}},
		{name: "notifier, close, post", bound: 2, threads: threads{closePort, post, both(notified, notified)}},
		{name: "notifier, told when post returns", bound: 3, threads: threads{both(arm, post, told), post}},
		{name: "notifier, told when a batch returns", bound: 3, capacity: 4, threads: threads{both(arm, postBatch(2), told), post}},
		{name: "notifier, told when close returns", bound: 3, threads: threads{both(arm, closePort, told), post}},
		{name: "notifier, told when interrupt returns", bound: 3, threads: threads{both(arm, interrupt, told), interrupt}},
		{name: "notifier, told at once", bound: 3, before: 1, threads: threads{both(arm, told), post}},
		{name: "notifier, stop", bound: 9, threads: threads{both(arm, stop, untold), post}, end: stopped},
		{name: "notifier, stop, arm again", bound: 4, threads: threads{both(arm, stop, notified), post}},
		{name: "notifier, stop of two", bound: 2, threads: threads{both(arm, stop), notified, post}, end: stopped},
		{name: "notifiers, two", bound: 2, threads: threads{notified, notified, both(post, post)}},
		{name: "notifiers, two, two posters", bound: 1, threads: threads{notified, notified, post, post}},
		{name: "notifiers, two, one looks", bound: 2, threads: threads{arm, notified, post}},
		{name: "notifiers, two, close", bound: 2, threads: threads{notified, notified, closePort}},
		{name: "notifiers, two, interrupt", bound: 2, threads: threads{notified, both(arm, interrupt, told), post}},
		// Beside callers that sleep.
		{name: "notifier, sleeper", bound: 2, threads: threads{both(post, post), get, notified}},
		{name: "notifier, sleeper listed", bound: 2, threads: threads{both(post, post), getContext, notified}},
		{name: "notifier, sleeper comes first", bound: 9, threads: threads{get, ifTakers(1, both(arm, post, untold))}},
		{name: "notifier, sleeper, nobody looks", bound: 3, threads: threads{arm, post, get}},
		{name: "notifier, sleeper, two posters", bound: 1, threads: threads{post, post, get, notified}},
		{name: "notifier, sleeper, deadline", bound: 2, threads: threads{post, getSoon, notified}},
		{name: "notifier, sleeper, cancel", bound: 1, threads: threads{post, getContext, cancel, notified}},
		{name: "notifier, sleeper, close", bound: 2, threads: threads{closePort, get, notified}},
		{name: "notifier, sleeper, interrupt", bound: 1, threads: threads{post, get, interrupt, notified}},
		{name: "notifier, alarm", alarms: true, bound: 1, threads: threads{post, getSoon, notified}},
		{name: "notifier, limit", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post), get, notified}},
		{name: "notifier, limit, two posters", bound: 1, opts: []iocp.Option{oneInTurn}, threads: threads{post, post, get, notified}},
		{name: "notifier, limit, two sleepers", bound: 1, opts: []iocp.Option{oneInTurn}, capacity: 4, threads: threads{both(post, post, post), get, get, notified}},
		// Beside callers that watch.
		{name: "notifier, watch", watch: true, bound: 2, threads: threads{both(post, post), get, notified}},
		{name: "notifier, watch in vain", watch: true, bound: 2, threads: threads{getSoon, both(notified, notified), both(post, post)}},
		{name: "notifier, watch, robbed", watch: true, bound: 1, threads: threads{both(post, post), look, get, notified}},
		{name: "notifier, watch, close", watch: true, bound: 2, threads: threads{closePort, get, notified}},
		{name: "notifier, free", free: true, bound: 0, threads: threads{both(post, post), get, notified}},
		// Where the port grows.
		{name: "notifier, growth", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{both(post, post, post), notifiedAll}},
		{name: "notifier, growth, a packet before", bound: 2, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{post, post, notifiedAll}},
		{name: "notifier, growth given up", bound: 2, grown: 16, before: 4, drained: true, opts: []iocp.Option{iocp.WithGrowth(16)}, threads: threads{notifiedAll, post, look}},
		{name: "notifier, growth, close", bound: 2, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{both(post, closePort), notifiedAll}},
		// For room.
		{name: "notifier for room", bound: 9, before: 2, threads: threads{roomNotified, look}},
		{name: "notifier for room, there is some", bound: 3, before: 1, threads: threads{both(armRoom, roomTold), look}},
		{name: "notifier for room, told when get returns", bound: 3, before: 2, threads: threads{both(armRoom, look, roomTold), look}},
		{name: "notifier for room, told by a batch", bound: 3, before: 2, threads: threads{both(armRoom, getBatch(2, 0), roomTold), look}},
		{name: "notifier for room, poster", bound: 2, before: 2, threads: threads{roomNotified, postWait, both(look, look)}},
		{name: "notifier for room, poster, one at a time", bound: 1, before: 2, procs: 1, threads: threads{roomNotified, postWait, both(look, look)}},
		{name: "notifier for room, two", bound: 1, before: 2, threads: threads{roomNotified, roomNotified, both(look, look)}},
		{name: "notifier for room, deadline", bound: 1, before: 2, threads: threads{roomNotified, postSoon, look}},
		{name: "notifier for room, close", bound: 3, before: 2, threads: threads{roomNotified, closePort}},
		{name: "notifier for room, interrupt", bound: 2, before: 2, threads: threads{both(armRoom, interrupt, roomTold), look}},
		{name: "notifier for room, hand-offs", bound: 1, threads: threads{both(roomNotified, roomNotified, roomNotified), both(get, get), get}},
		{name: "notifier for room, growth at its limit", bound: 2, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{roomNotified, both(look, look)}},
		{name: "notifiers of both sides", bound: 2, before: 2, threads: threads{both(roomNotified, roomNotified), both(notified, notified, notified, notified)}},
	}
}
