/* The store's records: feeds, articles and their keys and versions, dead letters, attempts. */
#include "desk/store_sql.h"

/* ---- feeds ---- */

int wd_store_feed_get(struct wd_store *s, struct wd_str feed, struct wd_arena *a,
	struct wd_store_feed *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_FEED_GET];
	wd_store_lock(s);
	wd_sql_str(st, 1, feed);
	int r = wd_sql_row(s, ST_FEED_GET, err);
	if (r != WD_OK)
		return wd_store_unlock(s, r);
	*ret = (struct wd_store_feed){
		.etag = wd_sql_col_str(st, 0, a),
		.last_modified = wd_sql_col_str(st, 1, a),
		.url = wd_sql_col_str(st, 2, a),
		.schedule = wd_sql_col_str(st, 3, a),
		.body = wd_sql_col_hash(st, 4),
		.first_read_us = sqlite3_column_int64(st, 5),
		.last_read_us = sqlite3_column_int64(st, 6),
		.known = (uint32_t)sqlite3_column_int64(st, 7),
		.churned = (uint32_t)sqlite3_column_int64(st, 8),
		.reused = (uint32_t)sqlite3_column_int64(st, 9),
		.shared_links = (uint32_t)sqlite3_column_int64(st, 10),
		.about = wd_sql_col_hash(st, 11),
		.state = wd_sql_col_str(st, 12, a),
		.last_new_us = sqlite3_column_int64(st, 13),
		.news = (uint32_t)sqlite3_column_int64(st, 14),
	};
	(void)sqlite3_reset(st);
	return wd_store_unlock(s, WD_OK);
}

int wd_store_feed_put(
	struct wd_store *s, struct wd_str feed, const struct wd_store_feed *f, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_FEED_PUT];
	wd_store_lock(s);
	wd_sql_str(st, 1, feed);
	wd_sql_str(st, 2, f->etag);
	wd_sql_str(st, 3, f->last_modified);
	wd_sql_str(st, 4, f->url);
	wd_sql_hash(st, 5, &f->body);
	wd_sql_int(st, 6, f->first_read_us);
	wd_sql_int(st, 7, f->last_read_us);
	wd_sql_int(st, 8, f->known);
	wd_sql_int(st, 9, f->churned);
	wd_sql_int(st, 10, f->reused);
	wd_sql_int(st, 11, f->shared_links);
	wd_sql_hash(st, 12, &f->about);
	wd_sql_int(st, 13, f->last_new_us);
	wd_sql_int(st, 14, f->news);
	return wd_store_unlock(s, wd_sql_run(s, ST_FEED_PUT, err));
}

int wd_store_schedule_put(
	struct wd_store *s, struct wd_str feed, struct wd_str record, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_str(s->st[ST_SCHEDULE_PUT], 1, feed);
	wd_sql_blob(s->st[ST_SCHEDULE_PUT], 2, record);
	return wd_store_unlock(s, wd_sql_run(s, ST_SCHEDULE_PUT, err));
}

int wd_store_feed_state_put(
	struct wd_store *s, struct wd_str feed, struct wd_str state, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_str(s->st[ST_STATE_PUT], 1, feed);
	wd_sql_str(s->st[ST_STATE_PUT], 2, state);
	return wd_store_unlock(s, wd_sql_run(s, ST_STATE_PUT, err));
}

int wd_store_feeds_silent(struct wd_store *s, struct wd_str state, int64_t before_us, size_t max,
	struct wd_arena *a, struct wd_str **ret, size_t *ret_n, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	struct wd_str *list = wd_arena_array(a, max, sizeof(*list));
	*ret_n = 0;
	if (list == NULL)
		return wd_err_set(err, WD_E_LIMIT, "store: feeds");
	wd_store_lock(s);
	/* Twenty times its usual pause may be long for a feed that is seldom new. */
	int rc = sqlite3_prepare_v2(s->db,
		"SELECT feed FROM feeds WHERE state = ?1 AND news > 0 AND last_new < ?2 - "
		"CASE WHEN news < 5 THEN 0 ELSE 20 * (last_new - first_read) / news END"
		" ORDER BY feed LIMIT ?3",
		-1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_str(st, 1, state);
		wd_sql_int(st, 2, before_us);
		wd_sql_int(st, 3, (int64_t)max);
		while (*ret_n < max && (rc = sqlite3_step(st)) == SQLITE_ROW)
			list[(*ret_n)++] = wd_sql_col_str(st, 0, a);
	}
	int r = rc == SQLITE_DONE || rc == SQLITE_ROW ? WD_OK
						      : wd_sql_error(s->db, rc, "feeds", err);
	(void)sqlite3_finalize(st);
	*ret = list;
	return wd_store_unlock(s, r);
}

/* ---- articles ---- */

/* The statements that release held versions know FLAG_HELD's number. */
enum { FLAG_CORRECTION = 1, FLAG_WITHDRAWN = 2, FLAG_BLOCKED = 4, FLAG_PAGE = 8, FLAG_HELD = 16 };

static int read_article(struct wd_store *s, enum wd_store_stmt which, const struct wd_hash *key,
	struct wd_store_article *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[which];
	wd_store_lock(s);
	wd_sql_hash(st, 1, key);
	int r = wd_sql_row(s, which, err);
	if (r != WD_OK)
		return wd_store_unlock(s, r);
	int64_t flags = sqlite3_column_int64(st, 11);
	*ret = (struct wd_store_article){
		.row = sqlite3_column_int64(st, 0),
		.id = wd_sql_col_hash(st, 1),
		.content = wd_sql_col_hash(st, 2),
		.event = wd_sql_col_hash(st, 3),
		.title = wd_sql_col_hash(st, 4),
		.link = wd_sql_col_hash(st, 5),
		.guid = wd_sql_col_hash(st, 6),
		.owner = (uint64_t)sqlite3_column_int64(st, 7),
		.first_seen_us = sqlite3_column_int64(st, 8),
		.last_seen_us = sqlite3_column_int64(st, 9),
		.version = (uint32_t)sqlite3_column_int64(st, 10),
		.was_correction = (flags & FLAG_CORRECTION) != 0,
		.withdrawn = (flags & FLAG_WITHDRAWN) != 0,
		.blocked = (flags & FLAG_BLOCKED) != 0,
		.is_page = (flags & FLAG_PAGE) != 0,
		.held = (flags & FLAG_HELD) != 0,
	};
	const unsigned char *route = sqlite3_column_text(st, 12);
	ret->routed = route != NULL;
	if (ret->routed)
		(void)snprintf(ret->route, sizeof(ret->route), "%s", (const char *)route);
	(void)sqlite3_reset(st);
	return wd_store_unlock(s, WD_OK);
}

int wd_store_find(
	struct wd_store *s, struct wd_hash key, struct wd_store_article *ret, struct wd_err *err)
{
	return read_article(s, ST_FIND, &key, ret, err);
}

int wd_store_find_id(
	struct wd_store *s, struct wd_hash id, struct wd_store_article *ret, struct wd_err *err)
{
	return read_article(s, ST_FIND_ID, &id, ret, err);
}

int wd_store_article_put(struct wd_store *s, struct wd_store_article *art, struct wd_err *err)
{
	enum wd_store_stmt which = art->row == 0 ? ST_ARTICLE_ADD : ST_ARTICLE_SET;
	sqlite3_stmt *st = s->st[which];
	wd_store_lock(s);
	wd_sql_hash(st, 1, &art->id);
	wd_sql_hash(st, 2, &art->content);
	wd_sql_hash(st, 3, &art->event);
	wd_sql_hash(st, 4, &art->title);
	wd_sql_hash(st, 5, &art->link);
	wd_sql_hash(st, 6, &art->guid);
	wd_sql_int(st, 7, (int64_t)art->owner);
	wd_sql_int(st, 8, art->first_seen_us);
	wd_sql_int(st, 9, art->last_seen_us);
	wd_sql_int(st, 10, art->version);
	wd_sql_int(st, 11,
		(art->was_correction ? FLAG_CORRECTION : 0) |
			(art->withdrawn ? FLAG_WITHDRAWN : 0) | (art->blocked ? FLAG_BLOCKED : 0) |
			(art->is_page ? FLAG_PAGE : 0) | (art->held ? FLAG_HELD : 0));
	if (art->routed) /* an empty text is the sink's own topic, NULL none yet */
		(void)sqlite3_bind_text(st, 12, art->route, -1, SQLITE_TRANSIENT);
	else
		(void)sqlite3_bind_null(st, 12);
	if (art->row != 0)
		wd_sql_int(st, 13, art->row);
	int r = wd_sql_run(s, which, err);
	if (r == WD_OK && art->row == 0)
		art->row = sqlite3_last_insert_rowid(s->db);
	return wd_store_unlock(s, r);
}

int wd_store_key_put(struct wd_store *s, struct wd_hash key, int64_t article, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_hash(s->st[ST_KEY_PUT], 1, &key);
	wd_sql_int(s->st[ST_KEY_PUT], 2, article);
	return wd_store_unlock(s, wd_sql_run(s, ST_KEY_PUT, err));
}

int wd_store_carried_get(struct wd_store *s, int64_t article, uint64_t feed,
	struct wd_hash *ret_content, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_CARRIED_GET];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	wd_sql_int(st, 2, (int64_t)feed);
	int r = wd_sql_row(s, ST_CARRIED_GET, err);
	if (r == WD_OK) {
		*ret_content = wd_sql_col_hash(st, 0);
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}

int wd_store_carried_put(struct wd_store *s, int64_t article, uint64_t feed, struct wd_str source,
	struct wd_hash content, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_CARRIED_PUT];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	wd_sql_int(st, 2, (int64_t)feed);
	wd_sql_str(st, 3, source);
	wd_sql_hash(st, 4, &content);
	return wd_store_unlock(s, wd_sql_run(s, ST_CARRIED_PUT, err));
}

int wd_store_carriers(struct wd_store *s, int64_t article, uint64_t but_feed, size_t max,
	struct wd_arena *a, struct wd_str **ret, size_t *ret_n, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_CARRIERS];
	struct wd_str *list = wd_arena_array(a, max, sizeof(*list));
	size_t n = 0;
	int rc = SQLITE_DONE;
	if (list == NULL)
		return wd_err_set(err, WD_E_LIMIT, "store: carriers");
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	wd_sql_int(st, 2, (int64_t)but_feed);
	wd_sql_int(st, 3, (int64_t)max);
	while (n < max && (rc = sqlite3_step(st)) == SQLITE_ROW)
		list[n++] = wd_sql_col_str(st, 0, a);
	(void)sqlite3_reset(st);
	*ret = list;
	*ret_n = n;
	return wd_store_unlock(s, rc == SQLITE_ROW || rc == SQLITE_DONE
					  ? WD_OK
					  : wd_sql_error(s->db, rc, "carriers", err));
}

int wd_store_version_put(struct wd_store *s, int64_t article, uint32_t number, struct wd_str record,
	uint32_t keep, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_VERSION_PUT];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	wd_sql_int(st, 2, number);
	wd_sql_blob(st, 3, record);
	int r = wd_sql_run(s, ST_VERSION_PUT, err);
	if (r == WD_OK && number > keep) {
		wd_sql_int(s->st[ST_VERSION_TRIM], 1, article);
		wd_sql_int(s->st[ST_VERSION_TRIM], 2, number - keep);
		r = wd_sql_run(s, ST_VERSION_TRIM, err);
	}
	return wd_store_unlock(s, r);
}

int wd_store_version_get(struct wd_store *s, int64_t article, uint32_t number, struct wd_arena *a,
	struct wd_str *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_VERSION_GET];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	wd_sql_int(st, 2, number);
	int r = wd_sql_row(s, ST_VERSION_GET, err);
	if (r == WD_OK) {
		*ret = wd_sql_col_str(st, 0, a);
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}

/* One statement with one or two integers, prepared for the occasion. */
static int occasional(
	struct wd_store *s, const char *text, int64_t x, int64_t y, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, text, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_int(st, 1, x);
		if (sqlite3_bind_parameter_count(st) > 1)
			wd_sql_int(st, 2, y);
		rc = sqlite3_step(st);
	}
	int r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, text, err);
	(void)sqlite3_finalize(st);
	return r;
}

int wd_store_erase(struct wd_store *s, struct wd_hash id, struct wd_err *err)
{
	struct wd_store_article art;
	char hex[WD_HASH_TEXT];
	int r = wd_store_find_id(s, id, &art, err);
	if (r != WD_OK)
		return r;
	wd_store_lock(s);
	r = occasional(s, "DELETE FROM versions WHERE article = ?1", art.row, 0, err);
	if (r == WD_OK)
		r = occasional(s, "DELETE FROM kept WHERE article = ?1", art.row, 0, err);
	if (r == WD_OK)
		r = occasional(s, "DELETE FROM held WHERE article = ?1", art.row, 0, err);
	if (r == WD_OK)
		r = wd_store_count_held(s, err);
	static const char *const by_key[] = {
		"UPDATE outbox SET kind = 3, data = x'' WHERE key = ?1 AND kind = 0",
		"UPDATE outbox SET data = x'' WHERE key = ?1 AND kind = 1",
		"DELETE FROM dead WHERE event AND input = ?1"};
	for (size_t i = 0; i < WD_COUNTOF(by_key) && r == WD_OK; i++) {
		sqlite3_stmt *st = NULL;
		int rc = sqlite3_prepare_v2(s->db, by_key[i], -1, &st, NULL);
		if (rc == SQLITE_OK) {
			wd_sql_str(st, 1, wd_hash_hex(id, hex));
			rc = sqlite3_step(st);
		}
		(void)sqlite3_finalize(st);
		r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, "erase", err);
	}
	(void)wd_store_unlock(s, 0);
	return r == WD_OK ? wd_store_record_erase(s, id, err) : r;
}

int wd_store_prune(
	struct wd_store *s, int64_t before_us, int max, int *ret_gone, struct wd_err *err)
{
	static const char *const steps[] = {
		"DELETE FROM articles WHERE row IN (SELECT row FROM articles WHERE last_seen < ?1"
		" AND NOT flags & 16 LIMIT ?2)",
		"DELETE FROM versions WHERE ?1 AND article NOT IN (SELECT row FROM articles)",
		"DELETE FROM carried WHERE ?1 AND article NOT IN (SELECT row FROM articles)",
		"DELETE FROM keys WHERE ?1 AND article NOT IN (SELECT row FROM articles)",
		"DELETE FROM kept WHERE ?1 AND article NOT IN (SELECT row FROM articles)",
		"DELETE FROM stories WHERE ?1 AND article NOT IN (SELECT row FROM articles)",
		"DELETE FROM archive_events WHERE ?1 AND record = x''"
		" AND article NOT IN (SELECT id FROM articles)",
	};
	int r = WD_OK;
	*ret_gone = 0;
	wd_store_lock(s);
	for (size_t i = 0; i < WD_COUNTOF(steps) && r == WD_OK; i++) {
		r = occasional(s, steps[i], i == 0 ? before_us : 1, max, err);
		if (i == 0 && r == WD_OK)
			*ret_gone = sqlite3_changes(s->db);
		if (*ret_gone == 0)
			break;
	}
	return wd_store_unlock(s, r);
}

/* ---- documents and events that failed ---- */

int wd_store_dead_put_locked(
	struct wd_store *s, const struct wd_store_dead *d, bool *ret_new, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_DEAD_PUT];
	wd_sql_int(st, 1, d->time_us);
	wd_sql_int(st, 2, d->is_event);
	wd_sql_str(st, 3, d->input);
	wd_sql_str(st, 4, d->feed);
	wd_sql_str(st, 5, d->stage);
	wd_sql_str(st, 6, d->error);
	wd_sql_blob(st, 7, d->attrs);
	wd_sql_blob(st, 8, d->bytes);
	int r = wd_sql_run(s, ST_DEAD_PUT, err);
	if (ret_new != NULL)
		*ret_new = r == WD_OK && sqlite3_changes(s->db) > 0;
	return r;
}

int wd_store_dead_put(
	struct wd_store *s, const struct wd_store_dead *d, bool *ret_new, struct wd_err *err)
{
	wd_store_lock(s);
	return wd_store_unlock(s, wd_store_dead_put_locked(s, d, ret_new, err));
}

#define DEAD_COLS "SELECT id, time, event, input, feed, stage, error, attrs, "

static void read_dead(sqlite3_stmt *st, struct wd_arena *a, struct wd_store_dead *ret)
{
	*ret = (struct wd_store_dead){
		.id = sqlite3_column_int64(st, 0),
		.time_us = sqlite3_column_int64(st, 1),
		.is_event = sqlite3_column_int(st, 2) != 0,
		.input = wd_sql_col_str(st, 3, a),
		.feed = wd_sql_col_str(st, 4, a),
		.stage = wd_sql_col_str(st, 5, a),
		.error = wd_sql_col_str(st, 6, a),
		.attrs = wd_sql_col_str(st, 7, a),
		.bytes = wd_sql_col_str(st, 8, a),
	};
}

int wd_store_dead_each(struct wd_store *s, bool with_bytes, struct wd_arena *a,
	int (*fn)(const struct wd_store_dead *d, void *ctx), void *ctx, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int r = WD_OK;
	wd_store_lock(s);
	int rc = sqlite3_prepare_v2(s->db,
		with_bytes ? DEAD_COLS "bytes FROM dead ORDER BY id"
			   : DEAD_COLS "NULL FROM dead ORDER BY id",
		-1, &st, NULL);
	while (rc == SQLITE_OK && r >= 0) {
		struct wd_store_dead d;
		struct wd_arena_mark mark = wd_arena_mark(a);
		int step = sqlite3_step(st);
		if (step != SQLITE_ROW) {
			if (step != SQLITE_DONE)
				rc = step;
			break;
		}
		read_dead(st, a, &d);
		r = fn(&d, ctx);
		wd_arena_rewind(a, mark);
	}
	if (rc != SQLITE_OK && r >= 0)
		r = wd_sql_error(s->db, rc, "dead letters", err);
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}

int wd_store_dead_get(struct wd_store *s, int64_t id, struct wd_arena *a, struct wd_store_dead *ret,
	struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	wd_store_lock(s);
	int rc =
		sqlite3_prepare_v2(s->db, DEAD_COLS "bytes FROM dead WHERE id = ?1", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_int(st, 1, id);
		rc = sqlite3_step(st);
	}
	int r = WD_OK;
	if (rc == SQLITE_ROW)
		read_dead(st, a, ret);
	else if (rc == SQLITE_DONE)
		r = wd_err_set(err, WD_E_NOTFOUND, "no dead letter %lld", (long long)id);
	else
		r = wd_sql_error(s->db, rc, "dead letter", err);
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}

int wd_store_dead_drop(struct wd_store *s, int64_t id, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_int(s->st[ST_DEAD_DROP], 1, id);
	return wd_store_unlock(s, wd_sql_run(s, ST_DEAD_DROP, err));
}

int wd_store_attempt_add(
	struct wd_store *s, struct wd_hash doc, unsigned *ret_count, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_TRY_ADD];
	wd_store_lock(s);
	wd_sql_hash(st, 1, &doc);
	int r = wd_sql_row(s, ST_TRY_ADD, err);
	if (r == WD_OK) {
		*ret_count = (unsigned)sqlite3_column_int(st, 0);
		s->has_attempts = true;
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}

unsigned wd_store_attempts(struct wd_store *s, struct wd_hash doc)
{
	unsigned n = 0;
	wd_store_lock(s);
	wd_sql_hash(s->st[ST_TRY_GET], 1, &doc);
	if (s->has_attempts && wd_sql_row(s, ST_TRY_GET, NULL) == WD_OK) {
		n = (unsigned)sqlite3_column_int(s->st[ST_TRY_GET], 0);
		(void)sqlite3_reset(s->st[ST_TRY_GET]);
	}
	(void)wd_store_unlock(s, 0);
	return n;
}

int wd_store_attempt_clear(struct wd_store *s, struct wd_hash doc, struct wd_err *err)
{
	wd_store_lock(s);
	wd_sql_hash(s->st[ST_TRY_CLEAR], 1, &doc);
	return wd_store_unlock(s, s->has_attempts ? wd_sql_run(s, ST_TRY_CLEAR, err) : WD_OK);
}
