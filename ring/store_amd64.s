//go:build !race && !purego && !iocp_model

#include "textflag.h"

// func storeRelease(a *atomic.Uint64, v uint64)
TEXT ·storeRelease(SB), NOSPLIT, $0-16
	MOVQ a+0(FP), AX
	MOVQ v+8(FP), BX
	MOVQ BX, (AX)
	RET

// func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int)
TEXT ·storeReleaseRun(SB), NOSPLIT, $0-32
	MOVQ a+0(FP), AX
	MOVQ stride+8(FP), CX
	MOVQ v+16(FP), BX
	MOVQ n+24(FP), DX
next:
	MOVQ BX, (AX)
	ADDQ CX, AX
	DECQ DX
	JNZ  next
	RET
