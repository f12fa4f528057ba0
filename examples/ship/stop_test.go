//go:build !windows

package main

import (
	"os/exec"
	"syscall"
)

func prepare(*exec.Cmd) {}

// stop asks a process to end.
func stop(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGTERM) }
