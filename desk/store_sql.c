/* SQLite in small words: errors with advice, binding, reading columns. */
#include "desk/store_sql.h"

int wd_sql_error(sqlite3 *db, int rc, const char *what, struct wd_err *err)
{
	switch (rc & 0xFF) {
	case SQLITE_FULL:
		return wd_err_set(err, WD_E_FULL, "store: %s: the disk is full", what);
	case SQLITE_NOMEM:
		return wd_err_set(err, WD_E_NOMEM, "store: %s: out of memory", what);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return wd_err_set(err, WD_E_MALFORMED,
			"store: %s: the file is corrupt (%s). Nothing was deleted: restore a backup "
			"(`wiredesk store backup` makes them), or move the folder away to start anew",
			what, sqlite3_errmsg(db));
	default:
		return wd_err_set(err, WD_E_SYS, "store: %s: %s", what, sqlite3_errmsg(db));
	}
}

int wd_sql_exec(sqlite3 *db, const char *text, struct wd_err *err)
{
	int rc = sqlite3_exec(db, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? WD_OK : wd_sql_error(db, rc, "exec", err);
}

void wd_sql_str(sqlite3_stmt *st, int at, struct wd_str s)
{
	if (s.n == 0)
		(void)sqlite3_bind_null(st, at);
	else
		(void)sqlite3_bind_text64(st, at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
}

void wd_sql_blob(sqlite3_stmt *st, int at, struct wd_str s)
{
	(void)sqlite3_bind_blob64(st, at, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC);
}

void wd_sql_hash(sqlite3_stmt *st, int at, const struct wd_hash *h)
{
	(void)sqlite3_bind_blob(st, at, h, sizeof(*h), SQLITE_STATIC);
}

void wd_sql_int(sqlite3_stmt *st, int at, int64_t v)
{
	(void)sqlite3_bind_int64(st, at, v);
}

struct wd_hash wd_sql_col_hash(sqlite3_stmt *st, int at)
{
	struct wd_hash h = {0, 0};
	if (sqlite3_column_bytes(st, at) == (int)sizeof(h))
		memcpy(&h, sqlite3_column_blob(st, at), sizeof(h));
	return h;
}

struct wd_str wd_sql_col_str(sqlite3_stmt *st, int at, struct wd_arena *a)
{
	const void *p = sqlite3_column_blob(st, at);
	int n = sqlite3_column_bytes(st, at);
	return p == NULL || n <= 0 ? WD_STR_NONE : wd_arena_str(a, (struct wd_str){p, (size_t)n});
}

/* Steps a statement that gives no row, and resets it. */
int wd_sql_run(struct wd_store *s, enum wd_store_stmt which, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[which];
	int rc = sqlite3_step(st);
	int r = rc == SQLITE_DONE || rc == SQLITE_ROW
			? WD_OK
			: wd_sql_error(s->db, rc, sqlite3_sql(st), err);
	(void)sqlite3_reset(st);
	return r;
}

/* Steps a statement to its only row: WD_OK (not reset: read it, then reset) or WD_E_NOTFOUND. */
int wd_sql_row(struct wd_store *s, enum wd_store_stmt which, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[which];
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return WD_OK;
	int r = rc == SQLITE_DONE ? wd_err_set(err, WD_E_NOTFOUND, "store: no such record")
				  : wd_sql_error(s->db, rc, sqlite3_sql(st), err);
	(void)sqlite3_reset(st);
	return r;
}

void wd_store_lock(struct wd_store *s)
{
	(void)pthread_mutex_lock(&s->lock);
}

int wd_store_unlock(struct wd_store *s, int r)
{
	(void)pthread_mutex_unlock(&s->lock);
	return r;
}

int64_t wd_sql_one(sqlite3 *db, const char *text)
{
	sqlite3_stmt *st = NULL;
	int64_t v = 0;
	if (sqlite3_prepare_v2(db, text, -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return v;
}

int wd_sql_open(const char *path, bool read_only, sqlite3 **ret, struct wd_err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	int rc = sqlite3_open_v2(path, ret, flags, NULL);
	if (rc != SQLITE_OK)
		return wd_err_set(err, rc == SQLITE_CANTOPEN ? WD_E_NOTFOUND : WD_E_SYS,
			"store: cannot open '%s': %s", path,
			*ret != NULL ? sqlite3_errmsg(*ret) : "out of memory");
	(void)sqlite3_busy_timeout(*ret, 10000);
	return WD_OK;
}
