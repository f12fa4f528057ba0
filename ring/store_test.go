package ring

import (
	"go/build"
	"math"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// Run with and without -tags purego: the two twins of storeRelease.
func TestStoreRelease(t *testing.T) {
	values := []uint64{0, 1, math.MaxUint32, 1 << 32, 1 << 63, math.MaxUint64, 0x0123456789abcdef}
	for i := range 64 {
		values = append(values, 1<<i, ^uint64(1<<i))
	}
	for _, around := range []uint64{0, math.MaxUint64} {
		var words [3]atomic.Uint64
		for i := range words {
			words[i].Store(around)
		}
		for _, v := range values {
			storeRelease(&words[1], v)
			require.Equal(t, v, words[1].Load())
			require.Equal(t, around, words[0].Load(), "the word before")
			require.Equal(t, around, words[2].Load(), "the word behind")
		}
	}
}

// Assembly publishes on amd64 alone, and neither where the race detector has to see
// the publication nor where no assembly is wanted; the atomic does in its place.
func TestAssemblyOnAMD64Alone(t *testing.T) {
	files, err := filepath.Glob("*.s")
	require.NoError(t, err)
	require.Equal(t, []string{"store_amd64.s"}, files)
	for _, arch := range []string{
		"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle",
		"ppc64", "ppc64le", "riscv64", "s390x", "wasm",
	} {
		for _, tags := range [][]string{nil, {"race"}, {"purego"}} {
			context := build.Default
			context.GOARCH, context.BuildTags = arch, tags
			assembly := arch == "amd64" && tags == nil
			for file, want := range map[string]bool{
				"store.go": !assembly, "store_amd64.go": assembly, "store_amd64.s": assembly,
			} {
				got, err := context.MatchFile(".", file)
				require.NoError(t, err)
				require.Equal(t, want, got, "%s on %s with tags %v", file, arch, tags)
			}
		}
	}
}

// message is more than one store, and says in each word which it is, so that one
// seen before its publication does not pass.
type message [5]uint64

func makeMessage(n uint64) (m message) {
	for i := range m {
		m[i] = n*0x9e3779b97f4a7c15 + uint64(i)
	}
	return m
}

// passMessages pushes makeMessage(0), makeMessage(1), … in a goroutine and counts
// those that arrive torn or out of turn.
func passMessages(r *Ring[message], rounds uint64, push func(n uint64) uint64, pop func(n uint64) []message) (bad int) {
	go func() {
		for n := uint64(0); n < rounds; {
			k := push(n)
			if n += k; k == 0 {
				runtime.Gosched()
			}
		}
	}()
	for n := uint64(0); n < rounds; {
		ms := pop(n)
		if len(ms) == 0 {
			runtime.Gosched()
		}
		for _, m := range ms {
			if m != makeMessage(n) {
				bad++
			}
			n++
		}
	}
	return bad
}

func messages() uint64 {
	if testing.Short() {
		return 100_000
	}
	return 1_000_000
}

// Message passing: what a push writes before it publishes is there for the pop
// that sees the publication; and what a pop reads and clears before it recycles
// is not disturbed by the next lap's push.
func TestMessagePassing(t *testing.T) {
	rounds := messages()
	for _, capacity := range []int{2, 8, 256} {
		r := mustNew[message](t, capacity)
		var dst [1]message
		bad := passMessages(r, rounds, func(n uint64) uint64 {
			if r.TryPush(makeMessage(n)) {
				return 1
			}
			return 0
		}, func(uint64) []message {
			var ok bool
			if dst[0], ok = r.TryPop(); ok {
				return dst[:]
			}
			return nil
		})
		require.Zero(t, bad, "torn messages at capacity %d", capacity)
		require.EqualValues(t, rounds, r.Popped())
	}
}

func TestMessagePassingInBatches(t *testing.T) {
	rounds := messages()
	for _, capacity := range []int{4, 64} {
		r := mustNew[message](t, capacity)
		src, dst := make([]message, 3), make([]message, 5)
		bad := passMessages(r, rounds, func(n uint64) uint64 {
			k := min(uint64(len(src)), rounds-n)
			for i := range k {
				src[i] = makeMessage(n + i)
			}
			return uint64(r.TryPushBatch(src[:k]))
		}, func(uint64) []message {
			return dst[:r.TryPopBatch(dst)]
		})
		require.Zero(t, bad, "torn messages at capacity %d", capacity)
	}
}

var sink packet

// BenchmarkSolo has the price of the fence, and with it the reason for the
// assembly: run it with and without -tags purego.
func BenchmarkSolo(b *testing.B) {
	p := packet{overlapped: unsafe.Pointer(new(int)), key: 1, qty: 2}
	b.Run("ring", func(b *testing.B) {
		r := mustNew[packet](b, 128)
		for b.Loop() {
			r.TryPush(p)
			sink, _ = r.TryPop()
		}
	})
	b.Run("channel", func(b *testing.B) {
		c := make(chan packet, 128)
		for b.Loop() {
			c <- p
			sink = <-c
		}
	})
}

// BenchmarkSoloBatch is per packet, in batches of 32.
func BenchmarkSoloBatch(b *testing.B) {
	const size = 32
	src, dst := make([]packet, size), make([]packet, size)
	for i := range src {
		src[i] = packet{overlapped: unsafe.Pointer(new(int)), key: uintptr(i)}
	}
	perPacket := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/packet")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("ring", func(b *testing.B) {
		r := mustNew[packet](b, 128)
		for b.Loop() {
			r.TryPushBatch(src)
			r.TryPopBatch(dst)
		}
		perPacket(b)
	})
	b.Run("channel", func(b *testing.B) {
		c := make(chan packet, 128)
		for b.Loop() {
			for i := range src {
				c <- src[i]
			}
			for i := range dst {
				dst[i] = <-c
			}
		}
		perPacket(b)
	})
}
