/* Versions that wait for their time, durable beside the outbox. */
#include "desk/store_sql.h"

enum { HELD_CORRECTION = 1, HELD_ROUTED = 2 };

int wd_store_count_held(struct wd_store *s, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_HELD_SUM];
	int r = wd_sql_row(s, ST_HELD_SUM, err);
	if (r != WD_OK)
		return r;
	atomic_store(&s->held, (uint64_t)sqlite3_column_int64(st, 0));
	atomic_store(&s->next_due_us, sqlite3_column_type(st, 1) != SQLITE_NULL
					      ? sqlite3_column_int64(st, 1)
					      : INT64_MAX);
	(void)sqlite3_reset(st);
	return WD_OK;
}

int wd_store_hold(struct wd_store *s, const struct wd_store_held *h, const struct wd_row *row,
	struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_HOLD];
	wd_store_lock(s);
	wd_sql_int(st, 1, h->article);
	wd_sql_int(st, 2, h->due_us);
	wd_sql_int(st, 3, h->version);
	wd_sql_hash(st, 4, &h->event);
	wd_sql_hash(st, 5, &h->content);
	wd_sql_int(st, 6,
		(h->was_correction ? HELD_CORRECTION : 0) | (h->was_routed ? HELD_ROUTED : 0));
	wd_sql_int(st, 7, row->time_us);
	wd_sql_str(st, 8, row->key);
	wd_sql_str(st, 9, row->route);
	wd_sql_blob(st, 10, row->attrs);
	wd_sql_blob(st, 11, row->data);
	int r = wd_sql_run(s, ST_HOLD, err);
	if (r == WD_OK) {
		atomic_fetch_add(&s->held, 1);
		if (h->due_us < atomic_load(&s->next_due_us))
			atomic_store(&s->next_due_us, h->due_us);
	}
	return wd_store_unlock(s, r);
}

int wd_store_held_take(
	struct wd_store *s, int64_t article, struct wd_store_held *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_HELD_GET];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	int r = wd_sql_row(s, ST_HELD_GET, err);
	if (r != WD_OK)
		return wd_store_unlock(s, r);
	int64_t flags = sqlite3_column_int64(st, 4);
	*ret = (struct wd_store_held){.article = article,
		.due_us = sqlite3_column_int64(st, 0),
		.version = (uint32_t)sqlite3_column_int64(st, 1),
		.event = wd_sql_col_hash(st, 2),
		.content = wd_sql_col_hash(st, 3),
		.was_correction = (flags & HELD_CORRECTION) != 0,
		.was_routed = (flags & HELD_ROUTED) != 0};
	(void)sqlite3_reset(st);
	wd_sql_int(s->st[ST_HELD_DROP], 1, article);
	r = wd_sql_run(s, ST_HELD_DROP, err);
	if (r == WD_OK)
		r = wd_store_count_held(s, err);
	return wd_store_unlock(s, r);
}

int wd_store_release(struct wd_store *s, int64_t now_us, size_t *ret_n, struct wd_err *err)
{
	static const enum wd_store_stmt steps[] = {ST_RELEASE, ST_RELEASED, ST_RELEASE_DROP};
	int r = WD_OK;
	*ret_n = 0;
	wd_store_lock(s);
	for (size_t i = 0; i < WD_COUNTOF(steps) && r == WD_OK; i++) {
		wd_sql_int(s->st[steps[i]], 1, now_us);
		r = wd_sql_run(s, steps[i], err);
		if (steps[i] != ST_RELEASE || r != WD_OK)
			continue;
		*ret_n = (size_t)sqlite3_changes(s->db);
		if (*ret_n > 0)
			s->last_seq = sqlite3_last_insert_rowid(s->db);
	}
	if (r == WD_OK)
		r = wd_store_count_held(s, err);
	if (r == WD_OK && *ret_n > 0)
		r = wd_store_count_outbox(s, err);
	return wd_store_unlock(s, r);
}

void wd_store_held_fill(const struct wd_store *s, uint64_t *ret_n, int64_t *ret_next_us)
{
	*ret_n = atomic_load(&s->held);
	*ret_next_us = atomic_load(&s->next_due_us);
}
