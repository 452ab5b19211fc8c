/*
 * The outbox: rows in, readers with positions, rows out when every reader is past them.
 *
 * A row that all are past is gone at once for readers and counts (`gone`), but lies in the file
 * until a sweep. After a crash the sinks' positions tell again what is gone; one that has none yet
 * gets all that lies there.
 */
#include "base/clock.h"
#include "base/cond.h"
#include "base/limits.h"
#include "desk/store_sql.h"

/* Rows that every sink is past leave in one sweep when the outbox is empty without them (SQLite
 * then drops whole pages; row by row costs twice as much), or when they hold this much of the disk.
 */
#define TRIM_BYTES (64 * WD_MIB)

int wd_store_count_outbox(struct wd_store *s, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_OUT_SUM];
	wd_sql_int(st, 1, s->gone);
	int r = wd_sql_row(s, ST_OUT_SUM, err);
	if (r != WD_OK)
		return r;
	uint64_t n = (uint64_t)sqlite3_column_int64(st, 0);
	atomic_store(&s->rows, n);
	atomic_store(&s->bytes, (uint64_t)sqlite3_column_int64(st, 1) + n * ROW_OVERHEAD);
	(void)sqlite3_reset(st);
	s->has_gone = wd_sql_one(s->db, "SELECT min(seq) FROM outbox") <= s->gone;
	return WD_OK;
}

/* Every sink is past these; in order, so numbers count them. Their bytes are taken for the average:
 * to look at each would cost as much as deleting it. */
static void pass(struct wd_store *s, int64_t to)
{
	int64_t gone = atomic_load(&s->gone);
	uint64_t rows = atomic_load(&s->rows), bytes = atomic_load(&s->bytes);
	uint64_t n = WD_MIN((uint64_t)WD_MAX(to - gone, 0), rows);
	uint64_t part = n == rows ? bytes : bytes / rows * n;
	if (to <= gone)
		return;
	atomic_store(&s->gone, to);
	atomic_fetch_sub(&s->rows, n);
	atomic_fetch_sub(&s->bytes, part);
	s->gone_bytes += part;
	s->has_gone = true;
}

int wd_store_sweep(struct wd_store *s, struct wd_err *err)
{
	int64_t least = INT64_MAX;
	(void)pthread_mutex_lock(&s->seq_lock);
	for (struct wd_store_reader *r = s->readers; r != NULL; r = r->next)
		least = WD_MIN(least, r->pos);
	(void)pthread_mutex_unlock(&s->seq_lock);
	if (s->readers != NULL)
		pass(s, WD_MIN(least, s->last_seq));
	if (!s->has_gone || atomic_load(&s->gone) < s->last_seq)
		return WD_OK;
	s->has_gone = false;
	s->gone_bytes = 0;
	return wd_sql_run(s, ST_OUT_CLEAR, err);
}

/* Under lock: the reader's place into the open transaction. */
static int put_place(const struct wd_store_reader *r, int64_t pos, int64_t mark, struct wd_err *err)
{
	struct wd_store *s = r->store;
	wd_sql_str(s->st[ST_SINK_PUT], 1, wd_str_c(r->name));
	wd_sql_int(s->st[ST_SINK_PUT], 2, pos);
	wd_sql_int(s->st[ST_SINK_PUT], 3, mark);
	return wd_sql_run(s, ST_SINK_PUT, err);
}

/* Under lock: what the reader acknowledged so far goes into the open transaction. */
static int put_ack(struct wd_store_reader *r, struct wd_err *err)
{
	struct wd_store *s = r->store;
	(void)pthread_mutex_lock(&s->seq_lock);
	bool dirty = r->dirty;
	r->put_pos = r->pos;
	r->put_mark = r->mark;
	r->is_put = dirty;
	(void)pthread_mutex_unlock(&s->seq_lock);
	return dirty ? put_place(r, r->put_pos, r->put_mark, err) : WD_OK;
}

void wd_store_acks_saved(struct wd_store *s)
{
	(void)pthread_mutex_lock(&s->seq_lock);
	for (struct wd_store_reader *r = s->readers; r != NULL; r = r->next) {
		r->known = r->known || r->is_put;
		r->dirty =
			r->pos != r->put_pos || r->mark != r->put_mark || (r->dirty && !r->is_put);
	}
	(void)pthread_mutex_unlock(&s->seq_lock);
}

int wd_store_apply_acks(struct wd_store *s, struct wd_err *err)
{
	int64_t least = INT64_MAX;
	for (struct wd_store_reader *r = s->readers; r != NULL; r = r->next) {
		int rc = put_ack(r, err);
		if (rc != WD_OK)
			return rc;
		least = WD_MIN(least, r->put_pos);
	}
	if (s->readers != NULL) /* never beyond what this transaction says of the sinks */
		pass(s, WD_MIN(least, s->last_seq));
	if (s->gone_bytes < TRIM_BYTES)
		return WD_OK;
	wd_sql_int(s->st[ST_OUT_TRIM], 1, s->gone);
	s->has_gone = false;
	s->gone_bytes = 0;
	return wd_sql_run(s, ST_OUT_TRIM, err);
}

int wd_store_out_locked(struct wd_store *s, struct wd_row *row_, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_OUT];
	wd_sql_int(st, 1, row_->kind);
	wd_sql_int(st, 2, row_->time_us);
	wd_sql_str(st, 3, row_->key);
	wd_sql_str(st, 4, row_->route);
	wd_sql_blob(st, 5, row_->attrs);
	wd_sql_blob(st, 6, row_->data);
	int r = wd_sql_run(s, ST_OUT, err);
	if (r == WD_OK) {
		row_->seq = s->last_seq = sqlite3_last_insert_rowid(s->db);
		atomic_fetch_add(&s->rows, 1);
		atomic_fetch_add(&s->bytes, row_->attrs.n + row_->data.n + ROW_OVERHEAD);
	}
	return r;
}

int wd_store_out(struct wd_store *s, struct wd_row *row, struct wd_err *err)
{
	wd_store_lock(s);
	return wd_store_unlock(s, wd_store_out_locked(s, row, err));
}

bool wd_store_is_full(const struct wd_store *s)
{
	return atomic_load(&s->bytes) >= s->max_bytes;
}

void wd_store_outbox_fill(const struct wd_store *s, uint64_t *ret_rows, uint64_t *ret_bytes)
{
	*ret_rows = atomic_load(&s->rows);
	*ret_bytes = atomic_load(&s->bytes);
}

int64_t wd_store_last_seq(const struct wd_store *s)
{
	return atomic_load(&s->shown_seq);
}

int64_t wd_store_opened_seq(const struct wd_store *s)
{
	return s->opened_seq;
}

int64_t wd_store_outbox_age(struct wd_store *s, int64_t now_us)
{
	int64_t age = 0;
	wd_store_lock(s);
	wd_sql_int(s->st[ST_OUT_OLDEST], 1, s->gone);
	if (wd_sql_row(s, ST_OUT_OLDEST, NULL) == WD_OK) {
		age = WD_MAX(now_us - sqlite3_column_int64(s->st[ST_OUT_OLDEST], 0), 0);
		(void)sqlite3_reset(s->st[ST_OUT_OLDEST]);
	}
	(void)wd_store_unlock(s, 0);
	return age;
}

void wd_store_reader_reload(struct wd_store_reader *r)
{
	struct wd_store *s = r->store;
	sqlite3_stmt *st = s->st[ST_SINK_GET];
	wd_store_lock(s);
	wd_sql_str(st, 1, wd_str_c(r->name));
	if (wd_sql_row(s, ST_SINK_GET, NULL) == WD_OK) {
		(void)pthread_mutex_lock(&s->seq_lock);
		r->pos = r->put_pos = sqlite3_column_int64(st, 0);
		r->mark = r->put_mark = sqlite3_column_int64(st, 1);
		r->dirty = false;
		r->known = true;
		(void)pthread_mutex_unlock(&s->seq_lock);
		(void)sqlite3_reset(st);
	}
	(void)wd_store_unlock(s, 0);
}

int wd_store_reader_open(
	struct wd_store *s, const char *sink, struct wd_store_reader **ret, struct wd_err *err)
{
	struct wd_store_reader *r = calloc(1, sizeof(*r));
	if (r == NULL || (r->name = strdup(sink)) == NULL) {
		free(r);
		return wd_err_set(err, WD_E_NOMEM, "store: out of memory");
	}
	r->store = s;
	r->db = s->db;
	int rc = s->path != NULL ? wd_sql_open(s->path, true, &r->db, err) : WD_OK;
	/* It reads each row once: a cache that stays in the processor's is all it can use. */
	if (rc == WD_OK && r->db != s->db)
		rc = wd_sql_exec(r->db, "PRAGMA cache_size = -256", err);
	if (rc == WD_OK && sqlite3_prepare_v3(r->db,
				   "SELECT seq, kind, time, key, route, attrs, data FROM outbox"
				   " WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
				   -1, SQLITE_PREPARE_PERSISTENT, &r->read, NULL) != SQLITE_OK)
		rc = wd_sql_error(r->db, sqlite3_errcode(r->db), "read", err);
	if (rc != WD_OK) {
		if (r->db != s->db)
			(void)sqlite3_close(r->db);
		free(r->name);
		free(r);
		return rc;
	}
	wd_store_reader_reload(r);
	wd_store_lock(s);
	r->next = s->readers;
	s->readers = r;
	/* A sink without a place was not asked when the others' places said what is gone. */
	if (!r->known && r->pos < atomic_load(&s->gone)) {
		atomic_store(&s->gone, r->pos);
		rc = wd_store_count_outbox(s, err);
	}
	rc = wd_store_unlock(s, rc);
	if (rc != WD_OK) {
		wd_store_reader_close(r);
		return rc;
	}
	*ret = r;
	return WD_OK;
}

/* Before the end: a position never without the letters that came before it. */
static void save_last_words(struct wd_store *s, const struct wd_store_reader *r)
{
	if (wd_sql_run(s, ST_BEGIN, NULL) != WD_OK)
		return;
	int rc = wd_store_put_letters(s, NULL);
	if (rc == WD_OK)
		rc = put_place(r, r->pos, r->mark, NULL);
	if (rc == WD_OK)
		rc = wd_sql_run(s, ST_COMMIT, NULL);
	if (rc == WD_OK)
		wd_store_drop_letters(s);
	else if (sqlite3_get_autocommit(s->db) == 0)
		(void)wd_sql_run(s, ST_ROLLBACK, NULL);
}

void wd_store_reader_close(struct wd_store_reader *r)
{
	if (r == NULL)
		return;
	struct wd_store *s = r->store;
	wd_store_lock(s);
	struct wd_store_reader **at = &s->readers;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if ((r->dirty || s->letters != NULL) && !s->in_txn)
		save_last_words(s, r);
	(void)wd_store_unlock(s, 0);
	(void)sqlite3_finalize(r->read);
	if (r->db != s->db)
		(void)sqlite3_close(r->db);
	free(r->name);
	free(r);
}

int64_t wd_store_reader_pos(const struct wd_store_reader *r)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	int64_t pos = r->pos;
	(void)pthread_mutex_unlock(&r->store->seq_lock);
	return pos;
}

int64_t wd_store_reader_mark(const struct wd_store_reader *r)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	int64_t mark = r->mark;
	(void)pthread_mutex_unlock(&r->store->seq_lock);
	return mark;
}

bool wd_store_reader_is_known(const struct wd_store_reader *r)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	bool known = r->known;
	(void)pthread_mutex_unlock(&r->store->seq_lock);
	return known;
}

size_t wd_store_wait(struct wd_store_reader *r, int64_t after, int64_t wait_us)
{
	struct wd_store *s = r->store;
	int64_t until = wd_clock_mono_us() + wait_us;
	(void)pthread_mutex_lock(&s->seq_lock);
	while (atomic_load(&s->shown_seq) <= after && !s->woken && !r->is_poked && wait_us > 0) {
		if (!wd_cond_wait_until(&s->grown, &s->seq_lock, until))
			break;
	}
	int64_t more = atomic_load(&s->shown_seq) - after;
	if (more <= 0)
		r->is_poked = false;
	(void)pthread_mutex_unlock(&s->seq_lock);
	return (size_t)WD_MAX(more, 0);
}

static int read_rows(struct wd_store_reader *r, int64_t after, size_t max, size_t max_bytes,
	struct wd_arena *a, struct wd_row *list, size_t *ret_n, struct wd_err *err)
{
	sqlite3_stmt *st = r->read;
	size_t n = 0, bytes = 0;
	int rc = SQLITE_DONE;
	wd_sql_int(st, 1, WD_MAX(after, atomic_load(&r->store->gone)));
	wd_sql_int(st, 2, atomic_load(&r->store->shown_seq));
	wd_sql_int(st, 3, (int64_t)max);
	while (n < max && bytes < max_bytes && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct wd_row *x = &list[n];
		*x = (struct wd_row){
			.seq = sqlite3_column_int64(st, 0),
			.kind = (enum wd_row_kind)sqlite3_column_int(st, 1),
			.time_us = sqlite3_column_int64(st, 2),
			.key = wd_sql_col_str(st, 3, a),
			.route = wd_sql_col_str(st, 4, a),
			.attrs = wd_sql_col_str(st, 5, a),
			.data = wd_sql_col_str(st, 6, a),
		};
		int size = sqlite3_column_bytes(st, 6);
		if (x->data.n < (size_t)size)
			break; /* the arena is full: this row comes first next time */
		bytes += x->data.n + x->attrs.n;
		n++;
	}
	*ret_n = n;
	int done = rc == SQLITE_DONE || rc == SQLITE_ROW ? WD_OK
							 : wd_sql_error(r->db, rc, "read", err);
	(void)sqlite3_reset(st);
	if (done == WD_OK && n == 0 && rc == SQLITE_ROW)
		return wd_err_set(err, WD_E_LIMIT, "store: an outbox row is larger than the batch");
	return done;
}

int wd_store_read(struct wd_store_reader *r, int64_t after, size_t max, size_t max_bytes,
	int64_t wait_us, struct wd_arena *a, struct wd_row **ret, size_t *ret_n, struct wd_err *err)
{
	*ret_n = 0;
	*ret = NULL;
	max = WD_MIN(max, wd_store_wait(r, after, wait_us));
	if (max == 0)
		return WD_OK;
	struct wd_row *list = wd_arena_array(a, max, sizeof(*list));
	if (list == NULL)
		return wd_err_set(err, WD_E_LIMIT, "store: batch of %zu rows", max);
	*ret = list;
	if (r->db != r->store->db)
		return read_rows(r, after, max, max_bytes, a, list, ret_n, err);
	wd_store_lock(r->store);
	return wd_store_unlock(r->store, read_rows(r, after, max, max_bytes, a, list, ret_n, err));
}

void wd_store_ack(struct wd_store_reader *r, int64_t pos, int64_t mark)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	if (pos != r->pos || mark != r->mark || !r->known) {
		r->pos = pos;
		r->mark = mark;
		r->dirty = true;
	}
	(void)pthread_mutex_unlock(&r->store->seq_lock);
}

bool wd_store_reader_is_saved(struct wd_store_reader *r)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	bool saved = !r->dirty;
	(void)pthread_mutex_unlock(&r->store->seq_lock);
	return saved;
}

void wd_store_poke(struct wd_store_reader *r)
{
	(void)pthread_mutex_lock(&r->store->seq_lock);
	r->is_poked = true;
	(void)pthread_cond_broadcast(&r->store->grown);
	(void)pthread_mutex_unlock(&r->store->seq_lock);
}

void wd_store_wake(struct wd_store *s)
{
	(void)pthread_mutex_lock(&s->seq_lock);
	s->woken = true;
	(void)pthread_cond_broadcast(&s->grown);
	(void)pthread_mutex_unlock(&s->seq_lock);
}
