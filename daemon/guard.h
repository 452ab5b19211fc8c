/**
 * Guard: recognises documents that the program did not survive. Which document each worker has in
 * hand stands in a small mapped file, so it outlives the process; a crash (or a hang that somebody
 * ended) counts as an attempt at the next start, and after three the document is a dead letter.
 */
#pragma once
#include "base/doc.h"
#include "base/err.h"
#include "desk/store.h"

struct wd_guard;
struct wd_guard_slot;

/** Reads what the process before left, counts it in the store. A store in memory needs no guard:
 * *ret is then NULL, which all calls below take. */
WD_MUST_USE int wd_guard_new(struct wd_store *s, unsigned workers, int64_t hang_us,
	struct wd_guard **ret, struct wd_err *err);
/** A worker has had a document in hand for longer than hang_us: says which, and counts it as
 * crashed. What hangs cannot be ended in place, so the caller should end the process. */
bool wd_guard_hangs(struct wd_guard *g, struct wd_err *err);
void wd_guard_free(struct wd_guard *g);
struct wd_guard_slot *wd_guard_slot(struct wd_guard *g, unsigned worker);
/** On the worker's thread: crashes of this thread are noted in its slot. */
void wd_guard_watch_thread(struct wd_guard_slot *slot);
/** Notes the document; false: it was tried often enough, err says so. */
bool wd_guard_enter(struct wd_guard *g, struct wd_guard_slot *slot, struct wd_store *s,
	const struct wd_doc *doc, struct wd_err *err);
void wd_guard_leave(struct wd_guard_slot *slot);
/** Goes on with the document after a pause (leave) that was not its fault. */
void wd_guard_resume(struct wd_guard_slot *slot);
/** An operator wants it tried again. */
WD_MUST_USE int wd_guard_forget(struct wd_store *s, const struct wd_doc *doc, struct wd_err *err);
/** The document was worked off: earlier attempts are forgotten (desk thread). */
WD_MUST_USE int wd_guard_survived(
	struct wd_guard *g, struct wd_store *s, const struct wd_doc *doc, struct wd_err *err);
