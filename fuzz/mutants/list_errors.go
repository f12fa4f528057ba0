package main

var ofErrors = []mutant{
	{
		"ErrClosed has the number of a handle", "errors.go",
		"\"port is closed\", 735", "\"port is closed\", 6",
		test("./fuzz/answers", "TestErrors_Table"),
	},
	{
		"an error is not the Errno of its number", "errors.go",
		"if n, ok := target.(Errno); ok {\n\t\treturn uint32(n) == e.errno\n\t}", "",
		test("./fuzz/answers", "TestErrors_Table"),
	},
	{
		"an invalid port is no bad descriptor", "errors.go",
		"[]error{syscall.EINVAL, syscall.EBADF}}", "[]error{syscall.EINVAL}}",
		test("./fuzz/answers", "TestErrors_Table"),
	},
	{
		"an error is nothing but itself", "errors.go",
		"if err == target {\n\t\t\treturn true\n\t\t}", "if err == e {\n\t\t\treturn true\n\t\t}",
		test("./fuzz/answers", "TestErrors_Table"),
	},
	{
		"an interrupt is a timeout", "errors.go",
		"return e.errno == 258", "return e.errno == 258 || e.errno == 192",
		test("./fuzz/answers", "TestErrors_Table"),
	},
	{
		"two errors with one text", "errors.go",
		"\"port was not made by New, or the handle not by CreateIoCompletionPort\", 6", "\"port is nil, or the handle 0\", 6",
		test(".", "TestErrors_Text"),
	},
	{
		"a packet of 32 bytes", "packet.go",
		"Status Errno", "Status Errno\n\tposted int64",
		test(".", "TestLayout"),
	},
	{
		"an Overlapped with its offset first", "packet.go",
		"Internal uintptr\n\tInternalHigh uintptr\n\tOffset uint32\n\tOffsetHigh uint32", "Offset uint32\n\tOffsetHigh uint32\n\tInternal uintptr\n\tInternalHigh uintptr",
		test(".", "TestLayout"),
	},
	{
		"a reset has no number", "errno.go",
		"\"connection reset\", []error{syscall.ECONNRESET}, nil", "\"connection reset\", nil, []error{syscall.ECONNRESET}",
		test(".", "TestErrnoNumbers"),
	},
	{
		"an Errno without its name", "errno.go",
		"\" (\" + row.name + \", \" + number + \")\"", "\" (\" + number + \")\"",
		test(".", "TestErrnoText"),
	},
	{
		"no more than 121 is a time-out", "errno.go",
		"return e.Is(os.ErrDeadlineExceeded)", "return e == ERROR_SEM_TIMEOUT",
		test(".", "TestErrnoTimeout"),
	},
	{
		"net.ErrClosed is none of 995", "errno.go",
		"return e == ERROR_OPERATION_ABORTED && target != nil && target.Error() == closedConnection", "return false",
		test(".", "TestErrnoIsNothingElse"),
	},
	{
		"nil is a general failure", "errno.go",
		"if err == nil {\n\t\treturn 0\n\t}", "if err == nil {\n\t\treturn ERROR_GEN_FAILURE\n\t}",
		test("./fuzz/answers", "TestStatusOf$"),
	},
	{
		"an errno of any system is a number", "errno.go",
		"if number == 0 || isNumber(number) {", "if true {",
		test("./fuzz/answers", "TestErrnoRawNumber"),
	},
	{
		"an own error has another's number", "errno.go",
		"if e, ok := errors.AsType[*Error](err); ok {\n\t\treturn Errno(e.errno)\n\t}", "",
		test(".", "TestStatusOfOwnErrors"),
	},
	{
		"the first Timeout says it for all", "errno.go",
		"if isTimeout(err) {", "if e, ok := errors.AsType[interface {\n\t\terror\n\t\tTimeout() bool\n\t}](err); ok && e.Timeout() {",
		test("./fuzz/answers", "TestStatusOf$"),
	},
	{
		"a time-out goes before the table", "errno.go",
		"// The errno alone, before errors.Is: ENOTEMPTY also answers to os.ErrExist,\n\t// which belongs to another number.\n\tif number, ok := errors.AsType[syscall.Errno](err); ok {", "if isTimeout(err) {\n\t\treturn ERROR_SEM_TIMEOUT\n\t}\n\tif number, ok := errors.AsType[syscall.Errno](err); ok {",
		test("./fuzz/answers", "TestStatusOf$"),
	},
	{
		"the higher of two numbers counts", "errno.go",
		"for i := range statuses {\n\t\tfor _, target", "for i := len(statuses) - 1; i >= 0; i-- {\n\t\tfor _, target",
		test("./fuzz/answers", "TestStatusOf$"),
	},
	{
		"an errno is one error among others", "errno.go",
		"for i := range statuses {\n\t\t\tif slices.Contains(statuses[i].from, error(number)) {\n\t\t\t\treturn statuses[i].number\n\t\t\t}\n\t\t}", "",
		test("./fuzz/answers", "TestStatusOf$"),
	},
	{
		"wrapped errors of the table unseen", "errno.go",
		"if errors.Is(err, target) {", "if err == target {",
		test(".", "TestErrnoTableBothWays"),
	},
	{
		"an unknown error is aborted", "errno.go",
		"if isTimeout(err) {\n\t\treturn ERROR_SEM_TIMEOUT\n\t}\n\treturn ERROR_GEN_FAILURE", "if isTimeout(err) {\n\t\treturn ERROR_SEM_TIMEOUT\n\t}\n\treturn ERROR_OPERATION_ABORTED",
		test("./fuzz/answers", "TestStatusOf$"),
	},
}
