/* Subscriptions at hubs: kept so that a restart goes on with them. */
#include "desk/store_sql.h"

int wd_store_websub_put(struct wd_store *s, const struct wd_store_websub *w, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_WEBSUB_PUT];
	wd_store_lock(s);
	wd_sql_str(st, 1, w->callback);
	wd_sql_str(st, 2, w->feed);
	wd_sql_str(st, 3, w->topic);
	wd_sql_str(st, 4, w->hub);
	wd_sql_str(st, 5, w->secret);
	wd_sql_int(st, 6, w->state);
	wd_sql_int(st, 7, w->lease_end_us);
	wd_sql_int(st, 8, w->works);
	return wd_store_unlock(s, wd_sql_run(s, ST_WEBSUB_PUT, err));
}

int wd_store_websub_drop(struct wd_store *s, struct wd_str callback, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_str(s->st[ST_WEBSUB_DROP], 1, callback);
	return wd_store_unlock(s, wd_sql_run(s, ST_WEBSUB_DROP, err));
}

int wd_store_websub_next(struct wd_store *s, struct wd_str callback, struct wd_arena *a,
	struct wd_store_websub *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_WEBSUB_NEXT];
	wd_store_lock(s);
	wd_sql_str(st, 1, callback);
	int r = wd_sql_row(s, ST_WEBSUB_NEXT, err);
	if (r == WD_OK) {
		*ret = (struct wd_store_websub){.callback = wd_sql_col_str(st, 0, a),
			.feed = wd_sql_col_str(st, 1, a),
			.topic = wd_sql_col_str(st, 2, a),
			.hub = wd_sql_col_str(st, 3, a),
			.secret = wd_sql_col_str(st, 4, a),
			.state = sqlite3_column_int(st, 5),
			.lease_end_us = sqlite3_column_int64(st, 6),
			.works = sqlite3_column_int(st, 7) != 0};
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}
