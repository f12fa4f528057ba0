package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// apart is set in the environment of a process that is a generator.
const apart = "DISPATCH_GENERATOR"

// report is what such a process prints.
type report struct {
	Generated     generated
	Whole, Behind snapshot
}

// generateApart is a [launcher]: generate in a process of its own, with a scheduler of its own: the
// dispatcher's then has the reader and the workers alone. The executable is this one.
func generateApart(ctx context.Context, stop <-chan struct{}, p plan) (*generated, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe)
	detach(cmd)
	cmd.Env = append(os.Environ(), apart+"=1")
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, cmp.Or(context.Cause(ctx), err)
	}
	ended := make(chan struct{})
	go func() {
		json.NewEncoder(in).Encode(p)
		select {
		case <-stop:
		case <-ended:
		}
		in.Close() // the sign to stop
	}()
	err = cmd.Wait()
	close(ended)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("the generator's process: %w: %s", err, bytes.TrimSpace(complained.Bytes()))
	}
	var r report
	if err := json.Unmarshal(said.Bytes(), &r); err != nil {
		return nil, fmt.Errorf("the generator's report: %w", err)
	}
	r.Generated.whole, r.Generated.behind = r.Whole.histogram(), r.Behind.histogram()
	return &r.Generated, nil
}

// beGenerator is the other process: it reads a plan, and stops when the input ends.
func beGenerator(in io.Reader, out, errs io.Writer) (status int) {
	plans := json.NewDecoder(in)
	var p plan
	err := plans.Decode(&p)
	if err == nil {
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			io.Copy(io.Discard, in)
		}()
		var g *generated
		if g, err = generate(context.Background(), stop, p); err == nil {
			err = json.NewEncoder(out).Encode(report{*g, g.whole.snapshot(), g.behind.snapshot()})
		}
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	return 0
}
