package harness

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

func TestMain(m *testing.M) {
	pairs.Burn()
	command([]Contender{mine}).Apart()
	os.Exit(m.Run())
}

var mine = New("mine", mutex, mutex, mutex, mutex)

// Every contender brings all elements through, in every form that it has.
func TestContenders(t *testing.T) {
	for _, c := range Contenders() {
		for _, form := range forms {
			for _, size := range sizes {
				for _, shape := range []shape{{}, {1, 1}, {2, 3}} {
					w := small(shape.posters, shape.takers)
					w.form, w.capacity = form, []int{2, 128}[size&1+shape.posters&1]
					open := c.stands(w, size)
					if open == nil {
						require.NotEqual(t, plain, form)
						continue
					}
					s := open()
					s.prove()
					require.Positive(t, s.closed(100))
					if shape.posters > 0 {
						require.Len(t, s.open(100).ages, 100)
					}
				}
			}
		}
	}
	has := func(name, form string) bool {
		all := Contenders()
		w := small(1, 1)
		w.form = form
		return all[slices.IndexFunc(all, func(c Contender) bool { return c.name == name })].stands(w, 24) != nil
	}
	for _, form := range forms {
		require.True(t, has("port", form), form)
	}
	require.False(t, has("channel", batched))
	require.True(t, has("channel", contexted))
}

func run(t *testing.T, args ...string) string {
	var out, said bytes.Buffer
	require.Equal(t, 0, command([]Contender{mine}).Run(t.Context(), args, &out, &said), said.String())
	return out.String()
}

func TestCommand(t *testing.T) {
	out := run(t, "-quick", "-time=100us", "-count=6", "-shape=2x2", "-size=8,256", "-work=0,100ns:1us", "-gap=2us")
	require.Regexp(t, `(?m)^row +scenario +measure +mine +port +channel +mine ÷ +interval +port ÷ +interval `, out)
	require.Regexp(t, `(?m)^  1  closed/shape=2x2/cap=1024/size=8 +ns/op `, out)
	require.Regexp(t, `(?m)^  1  closed/shape=2x2/cap=1024/size=8 +cpu-ns/op `, out)
	require.Regexp(t, `(?m)^  2  closed/shape=2x2/cap=1024/size=8/work=100ns:1µs `, out)
	require.Regexp(t, `(?m)^  8  open/shape=2x2/cap=1024/size=256/work=100ns:1µs/gap=2µs +p99\.9-ns `, out)
	require.True(t, strings.HasPrefix(out, "SMOKE RUN"))

	out = run(t, "-quick", "-time=100us", "-count=6", "-shape=solo", "-base=mine", "-with=mutex,ring", "-json")
	require.Contains(t, out, `"base": "mine"`)
	require.Contains(t, out, `"smoke": "SMOKE RUN`)
	require.NotContains(t, out, `"relation"`)
}

func TestSelects(t *testing.T) {
	names := func(args ...string) []string {
		return strings.Split(strings.TrimSpace(run(t, append(args, "-list")...)), "\n")
	}
	require.Len(t, names(), 5)
	require.Len(t, names("-shape=1x1,2x8", "-cap=16,1024", "-size=8,24", "-work=0,1us", "-gap=0,10us,1ms"), 16+32)
	require.Equal(t, []string{"1  closed/shape=1x1/cap=1024/size=24/form=batch"}, names("-form=batch", "-gap=0", "-shape=1x1"))
}

func TestErrors(t *testing.T) {
	for want, args := range map[string][]string{
		`-shape 2: "2": neither solo nor`:       {"-shape=2"},
		`-shape 1y1: "1y1": neither solo nor`:   {"-shape=1y1"},
		`-shape 1x0: "1x0": takers: "0" is no `: {"-shape=1x0"},
		`-shape ax1: "ax1": posters: "a" is no`: {"-shape=ax1"},
		`-cap 1: "1": below 2`:                  {"-cap=1"},
		`-size 8,9: "9": none of [8 24 64 256]`: {"-size=8,9"},
		`-work 5: "5": time: missing unit`:      {"-work=5"},
		`-gap -1s: "-1s": not between 0 and`:    {"-gap=-1s"},
		`-form fast: "fast": none of [plain `:   {"-form=fast"},
		`-with: no pipe`:                        {"-with=port,pipe"},
		`two contenders named port`:             {"-with=port"},
		`given twice`:                           {"-cap=2", "-cap=4"},
		`-base pipe: nothing of that name`:      {"-base=pipe"},
		`-speed`:                                {"-speed=1"},
	} {
		var out, said bytes.Buffer
		own := []Contender{mine}
		if want == "two contenders named port" {
			own[0].name = "port"
		}
		require.Equal(t, 2, command(own).Run(t.Context(), args, &out, &said), want)
		require.Contains(t, said.String(), want)
		require.Empty(t, out.String())
	}
	_, err := defaults().scenarios([]Contender{{name: "empty"}})
	require.EqualError(t, err, "empty: make it with New")
	o := defaults()
	o.form, o.with = batched, "none"
	_, err = o.scenarios([]Contender{mine})
	require.EqualError(t, err, "nothing has that form of calls")
}

// Threads and memory are those of a process for each queue, on Linux.
func TestApart(t *testing.T) {
	c := command([]Contender{mine})
	c.Restarts = true
	var out, said bytes.Buffer
	require.Equal(t, 0, c.Run(t.Context(), []string{"-quick", "-time=100us", "-count=6", "-shape=1x1", "-gap=0"}, &out, &said), said.String())
	of := `–`
	self, err := os.Executable()
	require.NoError(t, err)
	// Under an emulator the kernel may not start the program that runs here.
	if runtime.GOOS == "linux" && exec.Command(self, "-test.list=^$").Run() == nil {
		of = `[1-9]\S*`
	}
	require.Regexp(t, `(?m)^  1  closed/shape=1x1/cap=1024/size=24 +threads +`+of+` +`+of+` +`+of+` `, out.String())
	require.Regexp(t, `(?m)^  1  closed/shape=1x1/cap=1024/size=24 +peak-B +`+of, out.String())
}

// A put that takes long is charged to all elements that should have been put meanwhile.
func TestCoordinatedOmission(t *testing.T) {
	const hold, gap = 20 * time.Millisecond, time.Millisecond
	w := small(1, 1)
	w.gap, w.stalled = gap, time.Second
	s := newStand(w, flawed(of(5, func(v E24, put func(E24)) {
		time.Sleep(hold)
		put(v)
	}))(w.capacity))
	got := s.open(40)
	for after := range hold/gap - 1 {
		require.GreaterOrEqual(t, got.ages[4+after], int64(hold-gap*after), "%d later", after)
	}
	require.Len(t, got.lags, 40)
}

// Beside others an open loop says how late its own clock was.
func TestLag(t *testing.T) {
	for _, crowded := range []bool{false, true} {
		at := pairs.Now() + int64(3*time.Millisecond)
		require.GreaterOrEqual(t, await(at, crowded), at)
		require.GreaterOrEqual(t, await(0, crowded), at)
	}
}

// The calls of a Queue, alone and with the audit, beside the loop over the same elements that
// somebody would write by hand. They take turns, and the least time of each counts, since all
// else is noise. A time is that of a put and a get.
//
//	go test -run '^$' -bench Overhead -benchtime 10000x ./bench/harness
func BenchmarkOverhead(b *testing.B) {
	const rounds = 16
	hand, err := iocp.New[E24](1024)
	pairs.Must(err)
	q := port[E24](1024)
	w := small(0, 0)
	w.capacity, w.stalled = 1024, time.Minute
	s := newStand(w, port[E24](1024))
	s.prove()
	var buf [chunk]E24
	ways := []struct {
		unit string
		run  func() int64
		best int64
	}{
		{unit: "hand-ns", run: func() int64 {
			start := pairs.Now()
			for range rounds {
				for i := range buf {
					pairs.Must(hand.PostTimeout(buf[i], iocp.Infinite))
				}
				for i := range buf {
					v, err := hand.Get(iocp.Infinite)
					pairs.Must(err)
					buf[i] = v
				}
			}
			return pairs.Now() - start
		}},
		{unit: "queue-ns", run: func() int64 {
			start := pairs.Now()
			for range rounds {
				q.Put(buf[:])
				q.Get(buf[:])
			}
			return pairs.Now() - start
		}},
		{unit: "audited-ns", run: func() int64 { return s.closed(rounds * chunk) }},
	}
	for b.Loop() {
		for i := range ways {
			if took := ways[i].run(); ways[i].best == 0 || took < ways[i].best {
				ways[i].best = took
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, way := range ways {
		b.ReportMetric(float64(way.best)/(rounds*chunk), way.unit)
	}
}

// The calls of a Queue are in its own loops: nothing is called for each element but the
// queue.
func TestOneCallForMany(t *testing.T) {
	calls, elements := 0, 0
	q := channel[E24](1024)
	put := q.Put
	q.Put = func(vs []E24) { calls++; elements += len(vs); put(vs) }
	w := small(1, 1)
	w.stalled = time.Minute
	newStand(w, q).closed(64 * chunk)
	require.Equal(t, []int{64, 64 * chunk}, []int{calls, elements})
}

func BenchmarkQueues(b *testing.B) { Benchmark(b) }
