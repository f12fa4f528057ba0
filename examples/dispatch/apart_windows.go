package main

import (
	"os/exec"
	"syscall"
)

// detach keeps a Ctrl-C at the console from the process: the dispatcher tells it to stop.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
