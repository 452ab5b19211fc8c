/*
 * What became of documents that the inbox took, and how far the topics were read that they came
 * from: written by the desk in the transaction of the events they caused, read by whoever asks, on
 * a connection of its own so that nobody waits for a commit, and sees only what is committed.
 */
#include "base/clock.h"
#include "desk/store_sql.h"

#define TRIM_EVERY 1024

int wd_store_document_put(struct wd_store *s, const struct wd_store_document *d, uint64_t position,
	struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_DOC_PUT];
	wd_store_lock(s);
	wd_sql_int(st, 1, (int64_t)d->seq);
	wd_sql_hash(st, 2, &d->id);
	wd_sql_int(st, 3, (int64_t)d->body_hash);
	wd_sql_int(st, 4, d->fate);
	wd_sql_int(st, 5, d->articles);
	wd_sql_int(st, 6, d->versions);
	wd_sql_str(st, 7, d->reason);
	wd_sql_int(st, 8, d->time_us);
	int r = wd_sql_run(s, ST_DOC_PUT, err);
	if (r == WD_OK) {
		wd_sql_int(s->st[ST_DOC_POS], 1, (int64_t)position);
		r = wd_sql_run(s, ST_DOC_POS, err);
	}
	if (r == WD_OK && d->seq > WD_STORE_DOCUMENTS && d->seq % TRIM_EVERY == 0) {
		wd_sql_int(s->st[ST_DOC_TRIM], 1, (int64_t)(d->seq - WD_STORE_DOCUMENTS));
		r = wd_sql_run(s, ST_DOC_TRIM, err);
	}
	return wd_store_unlock(s, r);
}

/* Under doc_lock. */
static int open_reader(struct wd_store *s, struct wd_err *err)
{
	if (s->doc_seq != NULL)
		return WD_OK;
	s->doc_db = s->db;
	int r = s->path != NULL ? wd_sql_open(s->path, true, &s->doc_db, err) : WD_OK;
	if (r == WD_OK &&
		(sqlite3_prepare_v3(s->doc_db,
			 "SELECT seq, body, fate, articles, versions, reason, time"
			 " FROM documents WHERE id = ?1 ORDER BY seq DESC LIMIT 1",
			 -1, SQLITE_PREPARE_PERSISTENT, &s->doc_get, NULL) != SQLITE_OK ||
			sqlite3_prepare_v3(s->doc_db,
				"SELECT epoch, next, last FROM cursors WHERE cluster = ?1"
				" AND topic = ?2 AND partition = ?3",
				-1, SQLITE_PREPARE_PERSISTENT, &s->doc_cursor, NULL) != SQLITE_OK ||
			sqlite3_prepare_v3(s->doc_db, "SELECT 1 FROM documents WHERE seq = ?1", -1,
				SQLITE_PREPARE_PERSISTENT, &s->doc_seq, NULL) != SQLITE_OK))
		r = wd_sql_error(s->doc_db, sqlite3_errcode(s->doc_db), "documents", err);
	if (r != WD_OK)
		wd_store_documents_close(s);
	return r;
}

void wd_store_documents_close(struct wd_store *s)
{
	(void)sqlite3_finalize(s->doc_get);
	(void)sqlite3_finalize(s->doc_seq);
	(void)sqlite3_finalize(s->doc_cursor);
	if (s->doc_db != s->db)
		(void)sqlite3_close(s->doc_db);
	s->doc_get = s->doc_seq = s->doc_cursor = NULL;
	s->doc_db = NULL;
}

/* A temporary store has one connection, under its own lock. */
static void lock(struct wd_store *s)
{
	(void)pthread_mutex_lock(&s->doc_lock);
	if (s->path == NULL)
		wd_store_lock(s);
}

static int unlock(struct wd_store *s, int r)
{
	if (s->path == NULL)
		(void)wd_store_unlock(s, 0);
	(void)pthread_mutex_unlock(&s->doc_lock);
	return r;
}

int wd_store_document_get(struct wd_store *s, struct wd_hash id, struct wd_arena *a,
	struct wd_store_document *ret, struct wd_err *err)
{
	lock(s);
	int r = open_reader(s, err);
	if (r != WD_OK)
		return unlock(s, r);
	sqlite3_stmt *st = s->doc_get;
	wd_sql_hash(st, 1, &id);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*ret = (struct wd_store_document){.seq = (uint64_t)sqlite3_column_int64(st, 0),
			.id = id,
			.body_hash = (uint64_t)sqlite3_column_int64(st, 1),
			.fate = (enum wd_store_fate)sqlite3_column_int(st, 2),
			.articles = (uint32_t)sqlite3_column_int64(st, 3),
			.versions = (uint32_t)sqlite3_column_int64(st, 4),
			.reason = a != NULL ? wd_sql_col_str(st, 5, a) : WD_STR_NONE,
			.time_us = sqlite3_column_int64(st, 6)};
	else if (rc == SQLITE_DONE)
		r = wd_err_set(err, WD_E_NOTFOUND, "store: no such document");
	else
		r = wd_sql_error(s->doc_db, rc, "documents", err);
	(void)sqlite3_reset(st);
	return unlock(s, r);
}

bool wd_store_document_is_settled(struct wd_store *s, uint64_t seq)
{
	bool is = false;
	lock(s);
	if (open_reader(s, NULL) == WD_OK) {
		wd_sql_int(s->doc_seq, 1, (int64_t)seq);
		is = sqlite3_step(s->doc_seq) == SQLITE_ROW;
		(void)sqlite3_reset(s->doc_seq);
	}
	(void)unlock(s, 0);
	return is;
}

uint64_t wd_store_inbox_position(struct wd_store *s)
{
	wd_store_lock(s);
	int64_t at = wd_sql_one(s->db, "SELECT value FROM meta WHERE name = 'inbox'");
	(void)wd_store_unlock(s, 0);
	return at > 0 ? (uint64_t)at : 0;
}

/* ---- topics ---- */

int wd_store_cursor_put(struct wd_store *s, const struct wd_store_cursor *c, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_CURSOR_PUT];
	wd_store_lock(s);
	wd_sql_str(st, 1, c->cluster);
	wd_sql_str(st, 2, c->topic);
	wd_sql_int(st, 3, c->partition);
	wd_sql_int(st, 4, c->epoch);
	wd_sql_int(st, 5, c->next);
	wd_sql_hash(st, 6, &c->last);
	return wd_store_unlock(s, wd_sql_run(s, ST_CURSOR_PUT, err));
}

int wd_store_cursor_get(struct wd_store *s, struct wd_store_cursor *c, struct wd_err *err)
{
	lock(s);
	int r = open_reader(s, err);
	if (r != WD_OK)
		return unlock(s, r);
	sqlite3_stmt *st = s->doc_cursor;
	wd_sql_str(st, 1, c->cluster);
	wd_sql_str(st, 2, c->topic);
	wd_sql_int(st, 3, c->partition);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		c->epoch = (uint32_t)sqlite3_column_int64(st, 0);
		c->next = sqlite3_column_int64(st, 1);
		c->last = wd_sql_col_hash(st, 2);
	} else if (rc == SQLITE_DONE) {
		r = WD_E_NOTFOUND; /* usual at a first start: no words about it */
	} else {
		r = wd_sql_error(s->doc_db, rc, "cursors", err);
	}
	(void)sqlite3_reset(st);
	return unlock(s, r);
}
