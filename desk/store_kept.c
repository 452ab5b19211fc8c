/* Newest versions whole: what `wiredesk retag` runs new rules over. Pressed, because the markup of
 * a text says all of it again; rows of older programs are not. */
#include "base/limits.h"
#include "base/press.h"
#include "desk/store_sql.h"

int wd_store_kept_put(struct wd_store *s, int64_t row, struct wd_hash tags, struct wd_str packed,
	struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_KEPT_PUT];
	if (s->press == NULL)
		s->press = wd_press_new();
	if (s->press != NULL)
		packed = wd_press(s->press, packed);
	wd_store_lock(s);
	wd_sql_int(st, 1, row);
	wd_sql_hash(st, 2, &tags);
	wd_sql_blob(st, 3, packed);
	return wd_store_unlock(s, wd_sql_run(s, ST_KEPT_PUT, err));
}

int wd_store_kept_get(struct wd_store *s, int64_t row, struct wd_arena *a, struct wd_hash *ret_tags,
	struct wd_str *ret_packed, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_KEPT_GET];
	wd_store_lock(s);
	wd_sql_int(st, 1, row);
	int r = wd_sql_row(s, ST_KEPT_GET, err);
	if (r == WD_OK) {
		*ret_tags = wd_sql_col_hash(st, 0);
		*ret_packed = wd_sql_col_str(st, 1, a);
		(void)sqlite3_reset(st);
	}
	(void)wd_store_unlock(s, 0);
	return r == WD_OK ? wd_press_undo(a, *ret_packed, WD_EVENT_MAX_BYTES, ret_packed, err) : r;
}

int wd_store_kept_next(struct wd_store *s, int64_t row, int64_t *ret_row, struct wd_hash *ret_id,
	struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_KEPT_NEXT];
	wd_store_lock(s);
	wd_sql_int(st, 1, row);
	int r = wd_sql_row(s, ST_KEPT_NEXT, err);
	if (r == WD_OK) {
		*ret_row = sqlite3_column_int64(st, 0);
		*ret_id = wd_sql_col_hash(st, 1);
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}
