/**
 * Errors: a function returns WD_OK or a negative code; where a human needs the reason, the caller
 * passes a wd_err that the callee fills. Each layer may prefix its own subject ("feed 'x': …");
 * only daemon/ prints. The code drives behaviour, never the text.
 */
#pragma once
#include "base/compiler.h"

enum wd_rc {
	WD_OK = 0,
	WD_E_NOMEM = -1,       /* out of memory */
	WD_E_LIMIT = -2,       /* a named limit (base/limits.h) was reached */
	WD_E_MALFORMED = -3,   /* the input is not what it should be */
	WD_E_UNSUPPORTED = -4, /* understood, but not handled */
	WD_E_TRANSIENT = -5,   /* may work later */
	WD_E_FULL = -6,        /* a queue or disk is full: wait and try again */
	WD_E_DENIED = -7,      /* not allowed */
	WD_E_SYS = -8,         /* a system or library call failed */
	WD_E_NOTFOUND = -9,    /* no such thing */
	WD_E_BUG = -10,        /* our own mistake */
};

struct wd_err {
	int code;
	char text[512];
};

/** Sets code and text; returns the code, so `return wd_err_set(err, …)`. `err` may be NULL. */
int wd_err_set(struct wd_err *err, int code, const char *fmt, ...) WD_PRINTF(3, 4);
/** Puts "prefix: " before the text; returns the code. `err` may be NULL. */
int wd_err_prefix(struct wd_err *err, const char *fmt, ...) WD_PRINTF(2, 3);
/** Name of a code: "limit", "malformed", … */
const char *wd_rc_name(int code);
