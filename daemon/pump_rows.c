/*
 * Rows on their way.
 *
 * Problem: copying an event once more for the Kafka client costs as much as handing it over, most
 * of it in growing and trimming the heap; the bytes already lie in memory that the pump read them
 * into.
 *
 * Chosen: a few arenas in a ring. A read goes into the current one until that is well filled; an
 * arena is used again when the sink is past its last row. Each starts with one chunk large enough
 * for a batch, which stays: nothing is mapped and unmapped per batch.
 *
 * Limits: WD_PUMP_SLOTS batches are in flight at most, that is the memory of a backlog. When small
 * reads fill an arena slowly, SLOT_FILL bytes of it make room for hundreds of them.
 */
#include "daemon/pump_rows.h"

#include <string.h>

#include "base/limits.h"

#define SLOT_FILL WD_MIB
#define SLOT_LIMIT (64 * WD_MIB)

int wd_pump_rows_init(struct wd_pump_rows *r, size_t batch_bytes, struct wd_err *err)
{
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < WD_PUMP_SLOTS; i++) {
		struct wd_arena *a = r->slots[i].mem = wd_arena_new(SLOT_LIMIT);
		/* The first chunk; pages of it that no row needs are never touched. */
		if (a == NULL || wd_arena_bytes(a, batch_bytes + SLOT_FILL + WD_MIB) == NULL) {
			wd_pump_rows_done(r);
			return wd_err_set(err, WD_E_NOMEM, "pump: out of memory");
		}
	}
	wd_pump_rows_forget(r);
	return WD_OK;
}

void wd_pump_rows_done(struct wd_pump_rows *r)
{
	for (size_t i = 0; i < WD_PUMP_SLOTS; i++)
		wd_arena_free(r->slots[i].mem);
	memset(r, 0, sizeof(*r));
}

/* Unlike a reset this keeps the chunk, whatever its size. */
static void empty(struct wd_pump_rows *r, size_t i)
{
	wd_arena_rewind(r->slots[i].mem, (struct wd_arena_mark){0});
	r->slots[i].last = 0;
}

struct wd_arena *wd_pump_rows_room(struct wd_pump_rows *r, int64_t pos)
{
	if (r->slots[r->at].last > pos) {
		if (wd_arena_used(r->slots[r->at].mem) < SLOT_FILL)
			return r->slots[r->at].mem;
		size_t next = (r->at + 1) % WD_PUMP_SLOTS;
		if (r->slots[next].last > pos)
			return NULL;
		r->at = next;
	}
	empty(r, r->at);
	return r->slots[r->at].mem;
}

void wd_pump_rows_filled(struct wd_pump_rows *r, int64_t last)
{
	r->slots[r->at].last = WD_MAX(r->slots[r->at].last, last);
}

void wd_pump_rows_forget(struct wd_pump_rows *r)
{
	for (size_t i = 0; i < WD_PUMP_SLOTS; i++)
		empty(r, i);
	r->at = 0;
}
