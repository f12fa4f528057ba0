package main

import (
	"errors"
	"fmt"
)

// A result is what a mode has shown, over all its turns.
type result struct {
	mode  string
	turns int
	in    *dispatched
	out   *generated
}

// lost returns what was lost on the way to the dispatcher, and on the way back.
func (r *result) lost() (there, back uint64) {
	return r.out.Sent - r.in.Received, r.in.Answered - r.out.Seen
}

// balance returns nil if each packet is accounted for, from plan to answer. What a socket has
// lost is a difference; so that nothing else hides in it, the kernel must have dropped as many
// datagrams at least. (It may have dropped more: signs, which are repeated until they arrive.)
func (r *result) balance() error {
	in, out := r.in, r.out
	var errs []error
	equal := func(what string, a uint64, of string, b uint64) {
		if a != b {
			errs = append(errs, fmt.Errorf("%s is %d, and %s %d", what, a, of, b))
		}
	}
	equal("planned", out.Planned, "stopped + refused + sent", out.Cut+out.Refused+out.Sent)
	equal("received", in.Received, "full + posted", in.Full+in.Posted)
	equal("posted", in.Posted, "taken", in.Taken)
	equal("taken", in.Taken, "answered + refused", in.Answered+in.Refused)
	equal("taken", in.Taken, "times in the queue", in.InQueue.count())
	equal("seen", out.Seen, "times to the answer", out.whole.count())
	equal("repeated", out.Repeated, "allowed", 0)
	if in.Received > out.Sent || out.Seen > in.Answered {
		return errors.Join(append(errs, fmt.Errorf("of %d sent %d were received; of %d answers %d", out.Sent, in.Received, in.Answered, out.Seen))...)
	}
	there, back := r.lost()
	if in.Counted && there > in.Dropped {
		errs = append(errs, fmt.Errorf("%d lost on the way to the dispatcher, of which the kernel knows %d", there, in.Dropped))
	}
	if out.Counted && back > out.Dropped {
		errs = append(errs, fmt.Errorf("%d answers lost on the way back, of which the kernel knows %d", back, out.Dropped))
	}
	equal("sent", out.Sent, "answered + lost", out.Seen+there+in.Full+in.Refused+back)
	return errors.Join(errs...)
}

// add adds a turn.
func (r *result) add(in *dispatched, out *generated) {
	r.turns++
	if r.turns == 1 {
		r.in, r.out = in, out
		return
	}
	r.in.add(in)
	r.out.add(out)
}

func (d *dispatched) add(o *dispatched) {
	d.Received += o.Received
	d.Full += o.Full
	d.Posted += o.Posted
	d.Stray += o.Stray
	d.Taken += o.Taken
	d.Refused += o.Refused
	d.Answered += o.Answered
	d.InQueue.merge(o.InQueue)
	d.Dropped += o.Dropped
	d.Counted = d.Counted && o.Counted
}

func (g *generated) add(o *generated) {
	g.Planned += o.Planned
	g.Cut += o.Cut
	g.Refused += o.Refused
	g.Sent += o.Sent
	g.Seen += o.Seen
	g.Late += o.Late
	g.Repeated += o.Repeated
	g.Stray += o.Stray
	g.Signs += o.Signs
	g.Dropped += o.Dropped
	g.Counted = g.Counted && o.Counted
	g.whole.merge(o.whole)
	g.behind.merge(o.behind)
}
