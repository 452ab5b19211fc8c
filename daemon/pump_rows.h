/**
 * The memory of rows on their way to a sink: a ring of arenas, so that a sink need not copy what it
 * takes. One thread.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum { WD_PUMP_SLOTS = 4 };

struct wd_pump_rows {
	struct {
		struct wd_arena *mem;
		int64_t last; /* the highest row in it; 0: empty */
	} slots[WD_PUMP_SLOTS];
	size_t at;
};

/** `batch_bytes`: what one read may take. WD_E_NOMEM or done. */
WD_MUST_USE int wd_pump_rows_init(struct wd_pump_rows *r, size_t batch_bytes, struct wd_err *err);
void wd_pump_rows_done(struct wd_pump_rows *r);
/** Memory for the next read; all rows up to pos are needed no more. NULL: every slot holds rows
 * behind pos. */
struct wd_arena *wd_pump_rows_room(struct wd_pump_rows *r, int64_t pos);
/** Rows up to `last` are in the room given last. */
void wd_pump_rows_filled(struct wd_pump_rows *r, int64_t last);
/** Nobody needs any row any more. */
void wd_pump_rows_forget(struct wd_pump_rows *r);
