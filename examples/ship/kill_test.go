package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	kills = flag.Int("kills", 12, "end the shipper that often, in each mode")
	seed  = flag.Uint64("seed", rand.Uint64(), "of the moments at which processes are ended")
)

// TestKill ends the shipper at random moments, by SIGKILL or SIGTERM, and often the
// receiver before, by SIGKILL, while producers send. What producers were told must agree
// with the receiver's file.
func TestKill(t *testing.T) {
	for _, full := range []string{"wait", "drop"} {
		t.Run(full, func(t *testing.T) {
			t.Logf("-kills %d -seed %d", *kills, *seed)
			r := rand.New(rand.NewPCG(*seed, 0))
			spool := filepath.Join(t.TempDir(), "spool")
			relay := newRelay(t)
			var receiver *process
			startReceiver := func() {
				receiver = start(t, "-receive", "127.0.0.1:0", "-spool", spool)
				address, ok := <-receiver.listen
				if !ok {
					require.Fail(t, "receiver", "%d: %s", receiver.end(), &receiver.stderr)
				}
				relay.to.Store(&address)
			}
			startReceiver()
			file, err := os.Open(spool)
			require.NoError(t, err)
			defer file.Close()
			s := &sink{file: file, last: map[string]uint64{}}
			clients := map[string]*client{}
			for i := range 4 {
				name := fmt.Sprint("p", i)
				clients[name] = newClient(name)
			}

			for i := range *kills {
				term := i%2 == 1
				shipper := start(t, "-listen", "127.0.0.1:0", "-to", relay.Addr().String(),
					"-full", full, "-room", "64", "-batch", "50", "-delay", "5ms", "-grace", "1m")
				var running sync.WaitGroup
				moment := time.After(time.Duration(r.IntN(100)) * time.Millisecond)
				address, ok := "", true
				if term || r.IntN(4) != 0 {
					address, ok = <-shipper.listen // else SIGKILL may come before
				} else {
					<-moment
				}
				if !ok {
					require.Fail(t, "shipper", "%d: %s", shipper.end(), &shipper.stderr)
				}
				if address != "" {
					for _, c := range clients {
						running.Go(func() { c.run(address) })
					}
				}
				away := false
				if address != "" && r.IntN(2) == 0 {
					<-time.After(time.Duration(r.IntN(60)) * time.Millisecond)
					receiver.kill()
					if away = r.IntN(2) == 0; !away {
						startReceiver()
					}
				}
				if address != "" {
					<-moment
				}
				if term {
					require.NoError(t, stop(shipper.Cmd))
				} else {
					shipper.kill()
				}
				if away {
					startReceiver()
				}
				if term {
					require.Zero(t, shipper.end(), &shipper.stderr)
					said := regexp.MustCompile(`(?m) accepted (\d+), durable (\d+), dropped \d+$`).FindStringSubmatch(shipper.stderr.String())
					require.NotNil(t, said, &shipper.stderr)
					require.Equal(t, said[1], said[2])
				}
				running.Wait()
				s.check(t, clients, full == "drop", term)
				for name, c := range clients {
					require.NoError(t, c.wrong)
					c.resume = s.last[name]
				}
			}
			lost, total := 0, uint64(0)
			for name, c := range clients {
				lost += c.lost
				total += s.last[name]
			}
			t.Logf("the newest records add up to %d; %d accepted were lost by SIGKILL, and sent again", total, lost)
			assert.NotZero(t, total)
		})
	}
}
