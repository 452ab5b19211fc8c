/* The store's part of the stories: sketches in the order the index learned them, and clusters. */
#include "desk/store_sql.h"

int wd_store_story_put(struct wd_store *s, const struct wd_store_story *x, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_STORY_PUT];
	wd_store_lock(s);
	wd_sql_int(st, 1, x->article);
	wd_sql_int(st, 2, (int64_t)x->story);
	(void)sqlite3_bind_double(st, 3, x->similarity);
	wd_sql_int(st, 4, x->first_seen_us);
	wd_sql_int(st, 5, x->seen_us);
	wd_sql_blob(st, 6, x->sketch);
	return wd_store_unlock(s, wd_sql_run(s, ST_STORY_PUT, err));
}

int wd_store_story_of(
	struct wd_store *s, int64_t article, struct wd_store_story *ret, struct wd_err *err)
{
	sqlite3_stmt *st = s->st[ST_STORY_OF];
	wd_store_lock(s);
	wd_sql_int(st, 1, article);
	int r = wd_sql_row(s, ST_STORY_OF, err);
	if (r == WD_OK) {
		*ret = (struct wd_store_story){.article = article,
			.story = (uint64_t)sqlite3_column_int64(st, 0),
			.similarity = sqlite3_column_double(st, 1),
			.first_seen_us = sqlite3_column_int64(st, 2)};
		(void)sqlite3_reset(st);
	}
	return wd_store_unlock(s, r);
}

int64_t wd_store_story_first_seen(struct wd_store *s, uint64_t story)
{
	int64_t us = 0;
	wd_store_lock(s);
	wd_sql_int(s->st[ST_STORY_FIRST], 1, (int64_t)story);
	if (wd_sql_row(s, ST_STORY_FIRST, NULL) == WD_OK) {
		us = sqlite3_column_int64(s->st[ST_STORY_FIRST], 0);
		(void)sqlite3_reset(s->st[ST_STORY_FIRST]);
	}
	(void)wd_store_unlock(s, 0);
	return us;
}

int wd_store_story_each(struct wd_store *s, size_t max,
	void (*fn)(const struct wd_store_story *x, void *ctx), void *ctx, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	wd_store_lock(s);
	/* Sketches are skipped by number, not counted: rows without one cost the index a place at
	 * start, no more. */
	int rc = sqlite3_prepare_v2(s->db,
		"SELECT article, story, similarity, first_seen, seen, sketch FROM stories WHERE seq >"
		" (SELECT ifnull(max(seq), 0) FROM stories) - ?1 ORDER BY seq",
		-1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_int(st, 1, (int64_t)max);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			int n = sqlite3_column_bytes(st, 5);
			struct wd_store_story x = {.article = sqlite3_column_int64(st, 0),
				.story = (uint64_t)sqlite3_column_int64(st, 1),
				.similarity = sqlite3_column_double(st, 2),
				.first_seen_us = sqlite3_column_int64(st, 3),
				.seen_us = sqlite3_column_int64(st, 4),
				.sketch = {n > 0 ? sqlite3_column_blob(st, 5) : NULL, (size_t)n}};
			fn(&x, ctx);
		}
	}
	int r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, "stories", err);
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}

/* The first sketch of each article is the one with which it joined. */
#define CLUSTERS                                                                                   \
	"WITH firsts AS (SELECT min(seq) AS seq FROM stories GROUP BY article),"                   \
	" joined AS (SELECT s.* FROM stories s JOIN firsts f ON f.seq = s.seq),"                   \
	" large AS (SELECT story, min(first_seen) AS first_seen FROM joined GROUP BY story"        \
	"  HAVING count(*) >= ?2 AND max(seen) >= ?1)"                                             \
	" SELECT j.story, l.first_seen, j.seen, j.similarity, a.id, c.source, v.record"            \
	" FROM large l JOIN joined j ON j.story = l.story JOIN articles a ON a.row = j.article"    \
	" LEFT JOIN carried c ON c.article = a.row AND c.feed = a.owner"                           \
	" LEFT JOIN versions v ON v.article = a.row AND v.number = a.version"                      \
	" ORDER BY l.first_seen DESC, j.story, j.seq"

int wd_store_clusters(struct wd_store *s, int64_t since_us, unsigned least, struct wd_arena *a,
	int (*fn)(const struct wd_store_member *m, void *ctx), void *ctx, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int r = WD_OK;
	wd_store_lock(s);
	int rc = sqlite3_prepare_v2(s->db, CLUSTERS, -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_int(st, 1, since_us);
		wd_sql_int(st, 2, least);
	}
	while (rc == SQLITE_OK && r >= 0) {
		struct wd_arena_mark mark = wd_arena_mark(a);
		int step = sqlite3_step(st);
		if (step != SQLITE_ROW) {
			rc = step == SQLITE_DONE ? SQLITE_OK : step;
			break;
		}
		struct wd_store_member m = {.story = (uint64_t)sqlite3_column_int64(st, 0),
			.first_seen_us = sqlite3_column_int64(st, 1),
			.seen_us = sqlite3_column_int64(st, 2),
			.similarity = sqlite3_column_double(st, 3),
			.article = wd_sql_col_hash(st, 4),
			.source = wd_sql_col_str(st, 5, a),
			.record = wd_sql_col_str(st, 6, a)};
		r = fn(&m, ctx);
		wd_arena_rewind(a, mark);
	}
	if (rc != SQLITE_OK && r >= 0)
		r = wd_sql_error(s->db, rc, "stories", err);
	(void)sqlite3_finalize(st);
	return wd_store_unlock(s, r);
}
