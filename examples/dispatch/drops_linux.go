package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// dropped is the kernel's count of datagrams that found no room in the socket. Each process
// sees the sockets of its network namespace.
func dropped(c *net.UDPConn) (n uint64, ok bool) {
	table, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		return 0, false
	}
	local := fmt.Sprintf(":%04X", c.LocalAddr().(*net.UDPAddr).Port)
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line) // sl local_address rem_address st … drops
		if len(f) >= 13 && strings.HasSuffix(f[1], local) {
			n, err := strconv.ParseUint(f[len(f)-1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
