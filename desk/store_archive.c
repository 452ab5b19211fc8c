/*
 * The archive's index: which file and offset hold a record, and which record an event was made
 * from. Rows come with the desk's transaction, so an event that is out has its row; they go when
 * the archive's file goes. An erased article's events keep their rows, which lead to no record.
 *
 * A row costs about 60 bytes a document and 60 an event.
 */
#include "desk/store_sql.h"

/* "urn:uuid:xxxxxxxx-xxxx-…" as 16 bytes. */
static int record_hash(struct wd_str id, struct wd_hash *ret)
{
	char hex[WD_HASH_TEXT];
	size_t n = 0;
	if (wd_str_istarts(id, WD_STR("urn:uuid:")))
		id = wd_str_from(id, sizeof("urn:uuid:") - 1);
	for (size_t i = 0; i < id.n && n < sizeof(hex) - 1; i++) {
		if (id.p[i] != '-')
			hex[n++] = wd_lower(id.p[i]);
	}
	return wd_hash_from_hex((struct wd_str){hex, n}, ret);
}

static struct wd_str record_id(struct wd_arena *a, struct wd_hash h)
{
	char hex[WD_HASH_TEXT];
	struct wd_str x = wd_hash_hex(h, hex);
	return wd_arena_printf(a, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", x.p, x.p + 8, x.p + 12,
		x.p + 16, x.p + 20);
}

int wd_store_record_put(struct wd_store *s, const struct wd_store_record *rec, struct wd_err *err)
{
	struct wd_hash id;
	if (record_hash(rec->id, &id) != WD_OK)
		return WD_OK; /* another archiver's: nothing here leads to it */
	wd_store_lock(s);
	wd_sql_str(s->st[ST_ARCHIVE_FILE], 1, rec->file);
	int r = wd_sql_run(s, ST_ARCHIVE_FILE, err);
	if (r == WD_OK) {
		sqlite3_stmt *st = s->st[ST_ARCHIVE_PUT];
		wd_sql_hash(st, 1, &id);
		wd_sql_str(st, 2, rec->file);
		wd_sql_int(st, 3, (int64_t)rec->offset);
		wd_sql_int(st, 4, (int64_t)wd_hash64(rec->feed));
		wd_sql_int(st, 5, rec->time_us);
		wd_sql_str(st, 6, rec->uri);
		r = wd_sql_run(s, ST_ARCHIVE_PUT, err);
	}
	return wd_store_unlock(s, r);
}

int wd_store_record_event(struct wd_store *s, struct wd_str record, struct wd_hash event,
	struct wd_hash article, struct wd_err *err)
{
	struct wd_hash id;
	if (record_hash(record, &id) != WD_OK)
		return WD_OK;
	sqlite3_stmt *st = s->st[ST_ARCHIVE_EVENT];
	wd_store_lock(s);
	wd_sql_hash(st, 1, &event);
	wd_sql_hash(st, 2, &article);
	wd_sql_hash(st, 3, &id);
	return wd_store_unlock(s, wd_sql_run(s, ST_ARCHIVE_EVENT, err));
}

static void read_record(sqlite3_stmt *st, struct wd_arena *a, struct wd_store_record *ret)
{
	*ret = (struct wd_store_record){
		.id = record_id(a, wd_sql_col_hash(st, 0)),
		.file = wd_sql_col_str(st, 1, a),
		.offset = (uint64_t)sqlite3_column_int64(st, 2),
		.time_us = sqlite3_column_int64(st, 3),
		.uri = wd_sql_col_str(st, 4, a),
	};
}

#define RECORD_COLS                                                                                \
	"SELECT r.record, f.name, r.offset, r.time, r.uri FROM archive_records r"                  \
	" JOIN archive_files f ON f.id = r.file "

int wd_store_record_find(struct wd_store *s, struct wd_str id,
	int (*fn)(const struct wd_store_record *rec, void *ctx), void *ctx, struct wd_arena *a,
	struct wd_err *err)
{
	/* A record itself, an event's, or all of an article's, oldest first. */
	static const char text[] = RECORD_COLS
		"WHERE r.record = ?1 OR r.record IN (SELECT record FROM archive_events WHERE event = ?1)"
		" OR r.record IN (SELECT record FROM archive_events WHERE article = ?1)"
		" ORDER BY r.time, f.name, r.offset";
	struct wd_hash h;
	sqlite3_stmt *st = NULL;
	int r = WD_E_NOTFOUND;
	if (record_hash(id, &h) != WD_OK)
		return wd_err_set(err, WD_E_MALFORMED,
			"'%.*s' is no id of a record, an event or an article", WD_STR_ARG(id));
	wd_store_lock(s);
	int rc = sqlite3_prepare_v2(s->db, text, -1, &st, NULL);
	if (rc == SQLITE_OK)
		wd_sql_hash(st, 1, &h);
	while (rc == SQLITE_OK && (r >= 0 || r == WD_E_NOTFOUND)) {
		struct wd_store_record rec;
		int step = sqlite3_step(st);
		if (step != SQLITE_ROW) {
			rc = step == SQLITE_DONE ? SQLITE_OK : step;
			break;
		}
		read_record(st, a, &rec);
		r = fn(&rec, ctx);
	}
	if (rc != SQLITE_OK)
		r = wd_sql_error(s->db, rc, "archive index", err);
	else if (r == WD_E_NOTFOUND)
		(void)wd_err_set(err, r, "'%.*s' is not in the archive's index", WD_STR_ARG(id));
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}

int wd_store_article_of(
	struct wd_store *s, struct wd_str id, struct wd_hash *ret, struct wd_err *err)
{
	/* The last goes over all articles: events without a record, of which only the newest is
	 * known. */
	static const char *const steps[] = {"SELECT id FROM articles WHERE id = ?1",
		"SELECT article FROM archive_events WHERE event = ?1",
		"SELECT article FROM archive_events WHERE article = ?1 LIMIT 1",
		"SELECT id FROM articles WHERE event = ?1 LIMIT 1"};
	struct wd_hash h;
	int r = WD_E_NOTFOUND;
	if (wd_hash_from_hex(id, &h) != WD_OK)
		return wd_err_set(
			err, r, "'%.*s' is no id of an article or an event", WD_STR_ARG(id));
	wd_store_lock(s);
	for (size_t i = 0; i < WD_COUNTOF(steps) && r == WD_E_NOTFOUND; i++) {
		sqlite3_stmt *st = NULL;
		int rc = sqlite3_prepare_v2(s->db, steps[i], -1, &st, NULL);
		if (rc == SQLITE_OK) {
			wd_sql_hash(st, 1, &h);
			rc = sqlite3_step(st);
		}
		if (rc == SQLITE_ROW) {
			*ret = wd_sql_col_hash(st, 0);
			r = WD_OK;
		} else if (rc != SQLITE_DONE) {
			r = wd_sql_error(s->db, rc, steps[i], err);
		}
		(void)sqlite3_finalize(st);
	}
	if (r == WD_E_NOTFOUND)
		(void)wd_err_set(
			err, r, "'%.*s' is no article and no event of this store", WD_STR_ARG(id));
	return wd_store_unlock(s, r);
}

int wd_store_record_last(struct wd_store *s, struct wd_str feed, struct wd_arena *a,
	struct wd_store_record *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_ARCHIVE_LAST];
	wd_store_lock(s);
	wd_sql_int(st, 1, (int64_t)wd_hash64(feed));
	int r = wd_sql_row(s, ST_ARCHIVE_LAST, err);
	if (r == WD_OK) {
		read_record(st, a, ret);
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}

int wd_store_record_files(struct wd_store *s, int (*fn)(struct wd_str file, void *ctx), void *ctx,
	struct wd_arena *a, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int r = WD_OK;
	wd_store_lock(s);
	int rc = sqlite3_prepare_v2(
		s->db, "SELECT name FROM archive_files ORDER BY name", -1, &st, NULL);
	while (rc == SQLITE_OK && r == WD_OK) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW) {
			r = fn(wd_sql_col_str(st, 0, a), ctx);
			rc = SQLITE_OK;
		}
	}
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		r = wd_sql_error(s->db, rc, "archive index", err);
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}

/* One statement with a text and a number. */
static int run(struct wd_store *s, const char *text, struct wd_str name, int64_t n,
	int *ret_changes, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, text, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_str(st, 1, name);
		if (sqlite3_bind_parameter_count(st) > 1)
			wd_sql_int(st, 2, n);
		rc = sqlite3_step(st);
	}
	int r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, text, err);
	*ret_changes = sqlite3_changes(s->db);
	(void)sqlite3_finalize(st);
	return r;
}

int wd_store_record_forget(
	struct wd_store *s, struct wd_str file, int max, bool *ret_more, struct wd_err *err)
{
#define OF_FILE                                                                                    \
	"(SELECT record FROM archive_records WHERE file ="                                         \
	" (SELECT id FROM archive_files WHERE name = ?1) LIMIT ?2)"
	int gone = 0, n;
	wd_store_lock(s);
	int r = run(s, "DELETE FROM archive_events WHERE record IN " OF_FILE, file, max, &n, err);
	if (r == WD_OK)
		r = run(s, "DELETE FROM archive_records WHERE record IN " OF_FILE, file, max, &gone,
			err);
	*ret_more = gone >= max;
	if (r == WD_OK && !*ret_more)
		r = run(s, "DELETE FROM archive_files WHERE name = ?1", file, 0, &n, err);
	return wd_store_unlock(s, r);
#undef OF_FILE
}

int wd_store_record_erase(struct wd_store *s, struct wd_hash article, struct wd_err *err)
{
	static const char *const steps[] = {
		/* Records that only this article came from; others still lead to theirs. */
		"DELETE FROM archive_records WHERE record IN"
		" (SELECT record FROM archive_events WHERE article = ?1) AND record NOT IN"
		" (SELECT record FROM archive_events WHERE article <> ?1)",
		/* That there were such events stays known, so that who asks is told of the erasure;
		 * it goes when the article is forgotten (wd_store_prune). */
		"UPDATE archive_events SET record = x'' WHERE article = ?1",
	};
	int r = WD_OK;
	wd_store_lock(s);
	for (size_t i = 0; i < WD_COUNTOF(steps) && r == WD_OK; i++) {
		sqlite3_stmt *st = NULL;
		int rc = sqlite3_prepare_v2(s->db, steps[i], -1, &st, NULL);
		if (rc == SQLITE_OK) {
			wd_sql_hash(st, 1, &article);
			rc = sqlite3_step(st);
		}
		r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, steps[i], err);
		(void)sqlite3_finalize(st);
	}
	return wd_store_unlock(s, r);
}
