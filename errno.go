package iocp

import "strconv"

// Errno is a Windows system error number, as in x/sys/windows.
type Errno uint32

func (e Errno) Error() string { return "errno " + strconv.Itoa(int(e)) }
