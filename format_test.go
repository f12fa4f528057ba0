package iocp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
)

// shown is p in every way in which a program may show a port.
func shown(t testing.TB, p *Port[int]) map[string]string {
	t.Helper()
	m := map[string]string{
		"String":   p.String(),
		"Sprint":   fmt.Sprint(p),
		"in a map": strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(map[int]*Port[int]{1: p}), "map[1:"), "]"),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%t"} {
		m[verb] = fmt.Sprintf(verb, p)
	}
	var text, js bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("", "port", p)
	_, attr, _ := strings.Cut(text.String(), "port=")
	m["slog, text"] = strings.TrimSuffix(attr, "\n")
	if unquoted, err := strconv.Unquote(m["slog, text"]); err == nil { // quoted if it has spaces
		m["slog, text"] = unquoted
	}
	slog.New(slog.NewJSONHandler(&js, nil)).Info("", "port", p)
	var record struct{ Port *string }
	require.NoError(t, json.Unmarshal(js.Bytes(), &record))
	if p == nil {
		require.Nil(t, record.Port, "null is what package json has for every nil pointer")
	} else {
		require.NotNil(t, record.Port, js.String())
		m["slog, JSON"] = *record.Port
	}
	return m
}

// same requires that p is shown as want in every way.
func same(t testing.TB, want string, p *Port[int]) {
	t.Helper()
	for how, got := range shown(t, p) {
		require.Equal(t, want, got, how)
	}
}

func TestFormat(t *testing.T) {
	same(t, "iocp.Port[int](nil)", nil)
	same(t, "iocp.Port[int](not made by New)", new(Port[int]))

	p := open[int](t, 3)
	same(t, "iocp.Port[int]{Len: 0, Cap: 4, Waiting: 0, WaitingPosters: 0, Closed: false}", p)
	gets := park(t, p, 2)
	same(t, "iocp.Port[int]{Len: 0, Cap: 4, Waiting: 2, WaitingPosters: 0, Closed: false}", p)
	require.Equal(t, 2, p.Interrupt())
	for _, get := range gets {
		_, err := rig.Await(t, get)
		require.Equal(t, ErrInterrupted, err)
	}
	fill(t, p, 4)
	post := rig.AsyncErr(func() error { return p.PostTimeout(5, Infinite) })
	parkedPosters(t, p, 1)
	same(t, "iocp.Port[int]{Len: 4, Cap: 4, Waiting: 0, WaitingPosters: 1, Closed: false}", p)
	require.NoError(t, p.Close())
	_, err := rig.Await(t, post)
	require.Equal(t, ErrClosed, err)
	same(t, "iocp.Port[int]{Len: 4, Cap: 4, Waiting: 0, WaitingPosters: 0, Closed: true}", p)

	// Growth, and names of types.
	grown := open[int](t, 2, WithGrowth(8))
	fill(t, grown, 5)
	same(t, "iocp.Port[int]{Len: 5, Cap: 6, Waiting: 0, WaitingPosters: 0, Closed: false}", grown)
	require.Equal(t, "iocp.Port[iocp.Packet](nil)", fmt.Sprint((*Port[Packet])(nil)))
	require.Equal(t, "iocp.Port[*time.Timer](nil)", fmt.Sprint((*Port[*time.Timer])(nil)))

	// Widths and quotes are those of a string; %p and %T are not the port's to decide.
	require.Equal(t, "       iocp.Port[int](nil)", fmt.Sprintf("%26v", (*Port[int])(nil)))
	require.Equal(t, "iocp.Port[int](nil)|", fmt.Sprintf("%-19s|", (*Port[int])(nil)))
	require.Equal(t, `"iocp.Port[int](nil)"`, fmt.Sprintf("%q", (*Port[int])(nil)))
	require.Equal(t, "*iocp.Port[int]", fmt.Sprintf("%T", p))
	require.Regexp(t, "^0x[0-9a-f]+$", fmt.Sprintf("%p", p))
}

// To show a port is no race with what its callers do: the race detector is the judge.
func TestFormatBesideCalls(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		const packets = 500
		p := open[int](t, 2, mode, WithGrowth(16))
		ctx, cancel := context.WithCancel(t.Context())
		var taken sync.WaitGroup
		for range 2 {
			taken.Go(func() {
				for range p.All(ctx) {
				}
			})
		}
		var posted sync.WaitGroup
		for range 2 {
			posted.Go(func() {
				for i := range packets {
					if err := p.PostTimeout(i, Infinite); err != nil {
						t.Error(err)
					}
				}
			})
		}
		over := make(chan struct{})
		go func() { posted.Wait(); close(over) }()
		for shows := 0; ; shows++ {
			for how, line := range shown(t, p) {
				require.Regexp(t, `^iocp\.Port\[int\]\{Len: \d+, Cap: \d+, Waiting: \d, WaitingPosters: \d, Closed: false\}$`, line, how)
			}
			select {
			case <-over:
				if shows > 0 {
					require.NoError(t, p.Close())
					taken.Wait()
					cancel()
					same(t, fmt.Sprintf("iocp.Port[int]{Len: 0, Cap: %d, Waiting: 0, WaitingPosters: 0, Closed: true}", p.Cap()), p)
					return
				}
			default:
			}
		}
	})
}

func TestParkingString(t *testing.T) {
	require.Equal(t, "ParkAuto ParkThread ParkGoroutine Parking(3)",
		fmt.Sprint(ParkAuto, ParkThread, ParkGoroutine, ParkGoroutine+1))
	require.Equal(t, "Parking(255)", Parking(255).String())
}
