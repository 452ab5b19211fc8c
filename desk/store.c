/*
 * Store: one SQLite file in WAL mode.
 *
 * Problem: a feed's cursor, the identities of its articles and the events they caused must become
 * durable together, at thousands of events a second, beside sinks that read and retire them.
 *
 * Chosen: one writing connection under a mutex; the desk groups many documents into one transaction
 * (synchronous=FULL: one fsync a group). Sink threads read committed outbox rows on connections of
 * their own, and what they acknowledge is applied in the desk's next commit, so nobody else ever
 * waits for an fsync. A position that was not written before a crash only means that rows are sent
 * again with the same event ids (at-least-once) or that the sink's own record is asked
 * (exactly-once, JSONL).
 *
 * Invariants: outbox sequence numbers are never used twice (AUTOINCREMENT), also not after the
 * table was emptied; a row leaves only when every open sink is past it; articles' row numbers are
 * never used twice, so a key that outlived its article leads nowhere instead of astray.
 *
 * Rejected: a position table written by each sink (an fsync each); reading through the writing
 * connection (a sink would see uncommitted rows); an in-memory identity cache (a million articles
 * must not cost memory or start time; a lookup here is a few µs).
 *
 * Concurrency: `lock` guards the writing connection and the readers' list, and is held while a
 * commit waits for the disk; `seq_lock` the committed sequence, the wake-up and what readers
 * acknowledged, so that a sink never waits for a commit. `seq_lock` is taken inside `lock`, never
 * the other way. Temporary stores have one connection for all, under `lock`, and readers stop at
 * the committed sequence.
 */
#include "desk/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/press.h"
#include "desk/store_sql.h"

#define STORE_FILE "wiredesk.db"
#define LOCK_FILE "lock"
/* A commit needs room for the log and the checkpoint; below this the desk waits instead of trying.
 */
#define DISK_RESERVE (16 * WD_MIB)

static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE feeds (feed TEXT PRIMARY KEY, etag TEXT, modified TEXT, url TEXT, schedule BLOB,"
	" body BLOB, first_read INT, last_read INT, known INT, churned INT, reused INT, shared INT)"
	" WITHOUT ROWID;"
	"CREATE TABLE articles (row INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB UNIQUE, content BLOB,"
	" event BLOB, title BLOB, link BLOB, guid BLOB, owner INT, first_seen INT, last_seen INT,"
	" version INT, flags INT);"
	"CREATE TABLE keys (key BLOB PRIMARY KEY, article INT) WITHOUT ROWID;"
	"CREATE TABLE carried (article INT, feed INT, source TEXT, content BLOB,"
	" PRIMARY KEY (article, feed)) WITHOUT ROWID;"
	"CREATE TABLE versions (article INT, number INT, record BLOB, PRIMARY KEY (article, number))"
	" WITHOUT ROWID;"
	"CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind INT, time INT, key TEXT,"
	" route TEXT, attrs BLOB, data BLOB);"
	"CREATE TABLE sinks (name TEXT PRIMARY KEY, pos INT, mark INT) WITHOUT ROWID;"
	"CREATE TABLE dead (id INTEGER PRIMARY KEY AUTOINCREMENT, time INT, event INT, input TEXT,"
	" feed TEXT, stage TEXT, error TEXT, attrs BLOB, bytes BLOB);"
	"CREATE TABLE attempts (doc BLOB PRIMARY KEY, count INT) WITHOUT ROWID;",
	/* 2: seq is the order in which the index learned them */
	"CREATE TABLE stories (seq INTEGER PRIMARY KEY AUTOINCREMENT, article INT, story INT,"
	" similarity REAL, first_seen INT, seen INT, sketch BLOB);"
	"CREATE INDEX stories_article ON stories (article);"
	"CREATE INDEX stories_story ON stories (story);",
	/* 3: the archive's index */
	"CREATE TABLE archive_files (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
	"CREATE TABLE archive_records (record BLOB PRIMARY KEY, file INT, offset INT, feed INT,"
	" time INT, uri TEXT) WITHOUT ROWID;"
	"CREATE INDEX archive_by_file ON archive_records (file);"
	"CREATE INDEX archive_by_feed ON archive_records (feed, time);"
	"CREATE TABLE archive_events (event BLOB PRIMARY KEY, article BLOB, record BLOB)"
	" WITHOUT ROWID;"
	"CREATE INDEX archive_by_article ON archive_events (article);"
	"CREATE INDEX archive_by_record ON archive_events (record);",
	/* 4: newest versions whole, for new rules */
	"CREATE TABLE kept (article INTEGER PRIMARY KEY, tags BLOB, packed BLOB);",
	/* 5: what became of documents */
	"CREATE TABLE documents (seq INTEGER PRIMARY KEY, id BLOB, body INT, fate INT, articles INT,"
	" versions INT, reason TEXT, time INT);"
	"CREATE INDEX documents_id ON documents (id);",
	/* 6: routes, held versions, health */
	"ALTER TABLE articles ADD COLUMN route TEXT DEFAULT '';"
	"ALTER TABLE feeds ADD COLUMN about BLOB;"
	"ALTER TABLE feeds ADD COLUMN state TEXT;"
	"ALTER TABLE feeds ADD COLUMN last_new INT;"
	"ALTER TABLE feeds ADD COLUMN news INT;"
	"CREATE TABLE held (article INTEGER PRIMARY KEY, due INT, version INT, event BLOB,"
	" content BLOB, flags INT, time INT, key TEXT, route TEXT, attrs BLOB, data BLOB);"
	"CREATE INDEX held_due ON held (due);",
	/* 7: subscriptions at hubs */
	"CREATE TABLE websub (callback TEXT PRIMARY KEY, feed TEXT, topic TEXT, hub TEXT,"
	" secret TEXT, state INT, lease_end INT, works INT) WITHOUT ROWID;",
	/* 8: topics that are read; `next`: all before it is settled */
	"CREATE TABLE cursors (cluster TEXT, topic TEXT, partition INT, epoch INT, next INT, last BLOB,"
	" PRIMARY KEY (cluster, topic, partition)) WITHOUT ROWID;",
	/* 9: whether the same failed before is asked for each dead letter */
	"CREATE INDEX dead_input ON dead (input);",
	/* 10: nothing to change, but rows of `kept` may be compressed and newest versions have no
	 * text of their own from here on, which a program of schema 9 would take for damage */
	"",
};

#define ARTICLE_COLS                                                                               \
	"a.row, a.id, a.content, a.event, a.title, a.link, a.guid, a.owner, a.first_seen, "        \
	"a.last_seen, a.version, a.flags, a.route"

static const char *const sql[ST_COUNT] = {
	[ST_BEGIN] = "BEGIN IMMEDIATE",
	[ST_COMMIT] = "COMMIT",
	[ST_ROLLBACK] = "ROLLBACK",
	[ST_FEED_GET] =
		"SELECT etag, modified, url, schedule, body, first_read, last_read, known,"
		" churned, reused, shared, about, state, last_new, news FROM feeds WHERE feed = ?1",
	[ST_FEED_PUT] =
		"INSERT INTO feeds (feed, etag, modified, url, body, first_read, last_read, known,"
		" churned, reused, shared, about, last_new, news)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
		" ON CONFLICT (feed) DO UPDATE SET etag = ?2, modified = ?3, url = ?4, body = ?5,"
		" first_read = ?6, last_read = ?7, known = ?8, churned = ?9, reused = ?10, shared = ?11,"
		" about = ?12, last_new = ?13, news = ?14",
	[ST_SCHEDULE_PUT] = "INSERT INTO feeds (feed, schedule) VALUES (?1, ?2)"
			    " ON CONFLICT (feed) DO UPDATE SET schedule = ?2",
	[ST_STATE_PUT] = "INSERT INTO feeds (feed, state) VALUES (?1, ?2)"
			 " ON CONFLICT (feed) DO UPDATE SET state = ?2",
	[ST_FIND] = "SELECT " ARTICLE_COLS
		    " FROM keys k JOIN articles a ON a.row = k.article WHERE k.key = ?1",
	[ST_FIND_ID] = "SELECT " ARTICLE_COLS " FROM articles a WHERE a.id = ?1",
	[ST_ARTICLE_ADD] = "INSERT INTO articles (id, content, event, title, link, guid, owner,"
			   " first_seen, last_seen, version, flags, route)"
			   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[ST_ARTICLE_SET] =
		"UPDATE articles SET id = ?1, content = ?2, event = ?3, title = ?4, link = ?5,"
		" guid = ?6, owner = ?7, first_seen = ?8, last_seen = ?9, version = ?10, flags = ?11,"
		" route = ?12 WHERE row = ?13",
	[ST_KEY_PUT] = "INSERT OR REPLACE INTO keys (key, article) VALUES (?1, ?2)",
	[ST_CARRIED_GET] = "SELECT content FROM carried WHERE article = ?1 AND feed = ?2",
	[ST_CARRIED_PUT] = "INSERT OR REPLACE INTO carried (article, feed, source, content)"
			   " VALUES (?1, ?2, ?3, ?4)",
	[ST_CARRIERS] = "SELECT source FROM carried WHERE article = ?1 AND feed <> ?2"
			" AND source IS NOT NULL ORDER BY source LIMIT ?3",
	[ST_VERSION_PUT] = "INSERT OR REPLACE INTO versions (article, number, record)"
			   " VALUES (?1, ?2, ?3)",
	[ST_VERSION_GET] = "SELECT record FROM versions WHERE article = ?1 AND number = ?2",
	[ST_VERSION_TRIM] = "DELETE FROM versions WHERE article = ?1 AND number <= ?2",
	[ST_OUT] = "INSERT INTO outbox (kind, time, key, route, attrs, data)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[ST_OUT_SUM] = "SELECT count(*), total(length(attrs) + length(data)) FROM outbox"
		       " WHERE seq > ?1",
	[ST_OUT_TRIM] = "DELETE FROM outbox WHERE seq <= ?1",
	[ST_OUT_CLEAR] = "DELETE FROM outbox",
	[ST_OUT_OLDEST] = "SELECT time FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT 1",
	[ST_HOLD] = "INSERT OR REPLACE INTO held (article, due, version, event, content, flags,"
		    " time, key, route, attrs, data)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[ST_HELD_GET] = "SELECT due, version, event, content, flags FROM held WHERE article = ?1",
	[ST_HELD_DROP] = "DELETE FROM held WHERE article = ?1",
	[ST_HELD_SUM] = "SELECT count(*), min(due) FROM held",
	[ST_RELEASE] = "INSERT INTO outbox (kind, time, key, route, attrs, data) SELECT 0, time,"
		       " key, route, attrs, data FROM held WHERE due <= ?1 ORDER BY due, article",
	[ST_RELEASED] = "UPDATE articles SET flags = flags & ~16 WHERE row IN"
			" (SELECT article FROM held WHERE due <= ?1)",
	[ST_RELEASE_DROP] = "DELETE FROM held WHERE due <= ?1",
	[ST_SINK_GET] = "SELECT pos, mark FROM sinks WHERE name = ?1",
	[ST_SINK_PUT] = "INSERT OR REPLACE INTO sinks (name, pos, mark) VALUES (?1, ?2, ?3)",
	[ST_DEAD_PUT] =
		"INSERT INTO dead (time, event, input, feed, stage, error, attrs, bytes)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM dead WHERE"
		" input IS ?3 AND event = ?2 AND CASE WHEN event THEN stage IS ?5 AND feed IS ?4"
		" AND attrs IS ?7 ELSE error IS ?6 AND bytes = ?8 END)",
	[ST_DOC_PUT] = "INSERT OR REPLACE INTO documents (seq, id, body, fate, articles, versions,"
		       " reason, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ST_DOC_TRIM] = "DELETE FROM documents WHERE seq <= ?1",
	[ST_DOC_POS] = "INSERT OR REPLACE INTO meta (name, value) VALUES ('inbox', ?1)",
	[ST_CURSOR_PUT] =
		"INSERT INTO cursors (cluster, topic, partition, epoch, next, last)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (cluster, topic, partition) DO UPDATE"
		" SET epoch = ?4, next = ?5, last = ?6"
		" WHERE ?4 > epoch OR (?4 = epoch AND ?5 > next)",
	[ST_DEAD_DROP] = "DELETE FROM dead WHERE id = ?1",
	[ST_TRY_ADD] = "INSERT INTO attempts (doc, count) VALUES (?1, 1)"
		       " ON CONFLICT (doc) DO UPDATE SET count = count + 1 RETURNING count",
	[ST_TRY_GET] = "SELECT count FROM attempts WHERE doc = ?1",
	[ST_TRY_CLEAR] = "DELETE FROM attempts WHERE doc = ?1",
	[ST_KEPT_PUT] = "INSERT OR REPLACE INTO kept (article, tags, packed) VALUES (?1, ?2, ?3)",
	[ST_KEPT_GET] = "SELECT tags, packed FROM kept WHERE article = ?1",
	[ST_KEPT_NEXT] = "SELECT k.article, a.id FROM kept k JOIN articles a ON a.row = k.article"
			 " WHERE k.article > ?1 ORDER BY k.article LIMIT 1",
	[ST_STORY_PUT] =
		"INSERT INTO stories (article, story, similarity, first_seen, seen, sketch)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[ST_STORY_OF] = "SELECT story, similarity, first_seen FROM stories WHERE article = ?1"
			" ORDER BY seq LIMIT 1",
	[ST_STORY_FIRST] = "SELECT first_seen FROM stories WHERE story = ?1 ORDER BY seq LIMIT 1",
	[ST_ARCHIVE_FILE] = "INSERT OR IGNORE INTO archive_files (name) VALUES (?1)",
	[ST_ARCHIVE_PUT] =
		"INSERT OR REPLACE INTO archive_records (record, file, offset, feed, time,"
		" uri) SELECT ?1, id, ?3, ?4, ?5, ?6 FROM archive_files WHERE name = ?2",
	[ST_ARCHIVE_EVENT] = "INSERT OR REPLACE INTO archive_events (event, article, record)"
			     " VALUES (?1, ?2, ?3)",
	[ST_WEBSUB_PUT] =
		"INSERT OR REPLACE INTO websub (callback, feed, topic, hub, secret, state,"
		" lease_end, works) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ST_WEBSUB_DROP] = "DELETE FROM websub WHERE callback = ?1",
	[ST_WEBSUB_NEXT] = "SELECT callback, feed, topic, hub, secret, state, lease_end, works"
			   " FROM websub WHERE callback > ifnull(?1, '') ORDER BY callback LIMIT 1",
	[ST_ARCHIVE_LAST] =
		"SELECT r.record, f.name, r.offset, r.time, r.uri FROM archive_records r"
		" JOIN archive_files f ON f.id = r.file WHERE r.feed = ?1"
		" ORDER BY r.time DESC LIMIT 1",
};

/* ---- opening ---- */

static int take_lock(struct wd_store *s, int64_t wait_us, struct wd_err *err)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	int64_t until = wd_clock_mono_us() + wait_us;
	char path[4096];
	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, LOCK_FILE);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return wd_err_set(err, errno == EACCES || errno == EROFS ? WD_E_DENIED : WD_E_SYS,
			"store: cannot open '%s': %s", path, strerror(errno));
	do {
		if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return WD_OK;
		if (wait_us > 0)
			(void)nanosleep(&pause, NULL);
	} while (wd_clock_mono_us() < until);
	return wd_err_set(err, WD_E_DENIED,
		"store '%s' is in use by another process; stop that one, or give this one its own "
		"store.path",
		s->dir);
}

static int migrate(struct wd_store *s, struct wd_err *err)
{
	int64_t have = wd_sql_one(s->db, "PRAGMA user_version");
	if (have > (int64_t)WD_COUNTOF(migrations))
		return wd_err_set(err, WD_E_UNSUPPORTED,
			"store '%s' was made by a newer wiredesk (schema %lld, this one knows %zu): "
			"install that version again, or restore a backup made before the upgrade",
			s->dir, (long long)have, WD_COUNTOF(migrations));
	for (size_t v = (size_t)have; v < WD_COUNTOF(migrations); v++) {
		char stamp[64];
		(void)snprintf(stamp, sizeof(stamp), "PRAGMA user_version = %zu", v + 1);
		int r = wd_sql_exec(s->db, "BEGIN IMMEDIATE", err);
		if (r == WD_OK)
			r = wd_sql_exec(s->db, migrations[v], err);
		if (r == WD_OK)
			r = wd_sql_exec(s->db, stamp, err);
		if (r == WD_OK)
			r = wd_sql_exec(s->db, "COMMIT", err);
		if (r != WD_OK) {
			(void)wd_sql_exec(s->db, "ROLLBACK", NULL);
			return r;
		}
	}
	return WD_OK;
}

static int put_meta(struct wd_store *s, const char *name, struct wd_str value, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(
		s->db, "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_str(st, 1, wd_str_c(name));
		wd_sql_str(st, 2, value);
		rc = sqlite3_step(st);
	}
	int r = rc == SQLITE_DONE ? WD_OK : wd_sql_error(s->db, rc, "meta", err);
	(void)sqlite3_finalize(st);
	return r;
}

/* WD_E_NOTFOUND: there is none; a file that cannot be read is another matter. */
static int get_meta(struct wd_store *s, const char *name, char *out, size_t cap, struct wd_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE name = ?1", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		wd_sql_str(st, 1, wd_str_c(name));
		rc = sqlite3_step(st);
	}
	int r = WD_E_NOTFOUND;
	if (rc == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);
		if (text != NULL && snprintf(out, cap, "%s", text) < (int)cap)
			r = WD_OK;
	} else if (rc != SQLITE_DONE) {
		r = wd_sql_error(s->db, rc, "meta", err);
	}
	(void)sqlite3_finalize(st);
	return r;
}

int wd_store_renew(struct wd_store *s, struct wd_err *err)
{
	struct wd_hash h;
	if (getrandom(&h, sizeof(h), 0) != (ssize_t)sizeof(h))
		return wd_err_set(err, WD_E_SYS, "store: getrandom: %s", strerror(errno));
	(void)wd_hash_hex(h, s->uuid);
	wd_store_lock(s);
	/* What is delivered but not swept yet would go out again from position 0. */
	wd_sql_int(s->st[ST_OUT_TRIM], 1, atomic_load(&s->gone));
	int r = wd_sql_run(s, ST_OUT_TRIM, err);
	if (r == WD_OK)
		r = put_meta(s, "uuid", wd_str_c(s->uuid), err);
	if (r == WD_OK) /* positions kept outside were another store's */
		r = wd_sql_exec(s->db, "UPDATE sinks SET pos = 0 WHERE name LIKE 'kafka:%'", err);
	return wd_store_unlock(s, r);
}

static int prepare(struct wd_store *s, struct wd_err *err)
{
	for (size_t i = 0; i < ST_COUNT; i++) {
		int rc = sqlite3_prepare_v3(
			s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->st[i], NULL);
		if (rc != SQLITE_OK)
			return wd_sql_error(s->db, rc, sql[i], err);
	}
	return WD_OK;
}

static int load(struct wd_store *s, const struct wd_store_opts *opts, struct wd_err *err)
{
	char clean[8];
	int r = get_meta(s, "clean", clean, sizeof(clean), err);
	s->was_clean = r == WD_E_NOTFOUND || (r == WD_OK && strcmp(clean, "1") == 0);
	if (r == WD_OK || r == WD_E_NOTFOUND)
		r = prepare(s, err);
	if (r != WD_OK)
		return r;
	s->last_seq = wd_sql_one(s->db, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
	s->opened_seq = s->last_seq;
	atomic_store(&s->shown_seq, s->last_seq);
	/* A sink that is configured no more holds rows back only in this count. */
	atomic_store(
		&s->gone, WD_MIN(wd_sql_one(s->db, "SELECT min(pos) FROM sinks"), s->last_seq));
	r = wd_store_count_outbox(s, err);
	if (r == WD_OK)
		r = wd_store_count_held(s, err);
	if (r != WD_OK)
		return r;
	s->has_attempts = wd_sql_one(s->db, "SELECT count(*) FROM attempts") > 0;
	r = get_meta(s, "uuid", s->uuid, sizeof(s->uuid), err);
	if (r == WD_E_NOTFOUND)
		r = opts->read_only ? wd_err_set(err, WD_E_MALFORMED, "store: no uuid in it")
				    : wd_store_renew(s, err);
	if (r == WD_OK && !opts->read_only)
		r = put_meta(s, "clean", WD_STR("0"), err);
	s->is_loaded = r == WD_OK;
	return r;
}

static int open_db(struct wd_store *s, const struct wd_store_opts *opts, struct wd_err *err)
{
	int r;
	if (s->dir == NULL) {
		/* SQLite's temporary database: in memory up to its cache, then in a file without a
		 * name. A replay of years must not be held by memory. */
		r = wd_sql_open("", false, &s->db, err);
	} else {
		if (!opts->read_only)
			r = wd_dir_make(s->dir, 0700, err);
		else
			r = WD_OK;
		if (r == WD_OK && !opts->read_only)
			r = take_lock(s, opts->lock_wait_us, err);
		if (r == WD_OK)
			r = wd_sql_open(s->path, opts->read_only, &s->db, err);
	}
	if (r != WD_OK)
		return r;
	/* secure_delete off: Debian's default costs a third of the outbox's speed. The log is cut
	 * back to 64 MiB after a backlog. */
	r = wd_sql_exec(s->db,
		opts->no_sync ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL", err);
	if (r == WD_OK)
		r = wd_sql_exec(s->db,
			"PRAGMA secure_delete = OFF; PRAGMA journal_size_limit = 67108864;"
			"PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY",
			err);
	if (r == WD_OK && !opts->read_only)
		r = wd_sql_exec(s->db, "PRAGMA journal_mode = WAL", err);
	if (r == WD_OK && !opts->read_only)
		wd_store_checkpoint_init(s);
	if (r == WD_OK && !opts->read_only)
		r = migrate(s, err);
	if (r == WD_OK && opts->read_only &&
		wd_sql_one(s->db, "PRAGMA user_version") != (int64_t)WD_COUNTOF(migrations))
		r = wd_err_set(err, WD_E_UNSUPPORTED,
			"store '%s' was made by another version of wiredesk; a start of this version's "
			"daemon brings an older one up to date",
			s->dir);
	return r == WD_OK ? load(s, opts, err) : r;
}

bool wd_store_exists(const char *dir)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, STORE_FILE);
	return n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

int wd_store_open(const struct wd_store_opts *opts, struct wd_store **ret, struct wd_err *err)
{
	struct wd_store *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return wd_err_set(err, WD_E_NOMEM, "store: out of memory");
	/* Nobody asks for these counts, and each allocation would take a lock for them. Refused
	 * when SQLite is in use already: the first store said it. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	s->lock_fd = -1;
	s->read_only = opts->read_only;
	s->max_bytes = opts->outbox_max_bytes > 0 ? opts->outbox_max_bytes : WD_OUTBOX_MAX_BYTES;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_mutex_init(&s->seq_lock, NULL);
	(void)pthread_mutex_init(&s->doc_lock, NULL);
	wd_cond_init(&s->grown);
	int r = WD_OK;
	if (opts->dir != NULL) {
		size_t n = strlen(opts->dir) + sizeof(STORE_FILE) + 2;
		s->dir = strdup(opts->dir);
		s->path = calloc(1, n);
		if (s->dir == NULL || s->path == NULL)
			r = wd_err_set(err, WD_E_NOMEM, "store: out of memory");
		else
			(void)snprintf(s->path, n, "%s/%s", opts->dir, STORE_FILE);
	}
	if (r == WD_OK)
		r = open_db(s, opts, err);
	if (r != WD_OK) {
		wd_store_close(s);
		return r;
	}
	*ret = s;
	return WD_OK;
}

void wd_store_close(struct wd_store *s)
{
	if (s == NULL)
		return;
	if (s->in_txn)
		wd_store_rollback(s);
	while (s->readers != NULL)
		wd_store_reader_close(s->readers);
	if (s->is_loaded && !s->read_only) /* one that was refused stays as it is */
		(void)put_meta(s, "clean", WD_STR("1"), NULL);
	wd_store_documents_close(s);
	wd_store_checkpoint_end(s);
	wd_store_drop_letters(s);
	wd_press_free(s->press);
	for (size_t i = 0; i < ST_COUNT; i++)
		(void)sqlite3_finalize(s->st[i]);
	(void)sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_mutex_destroy(&s->seq_lock);
	(void)pthread_mutex_destroy(&s->doc_lock);
	(void)pthread_cond_destroy(&s->grown);
	free(s->dir);
	free(s->path);
	free(s);
}

struct wd_str wd_store_uuid(const struct wd_store *s)
{
	return wd_str_c(s->uuid);
}

const char *wd_store_dir(const struct wd_store *s)
{
	return s->dir;
}

bool wd_store_was_clean(const struct wd_store *s)
{
	return s->was_clean;
}

/* On a connection of its own: a check of a large file takes minutes and must not stop the desk. */
int wd_store_check(struct wd_store *s, struct wd_err *err)
{
	sqlite3 *db = s->db;
	sqlite3_stmt *st = NULL;
	int r = s->path != NULL ? wd_sql_open(s->path, true, &db, err) : WD_OK;
	if (r == WD_OK) {
		int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_step(st);
		const char *text =
			rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
		if (text == NULL)
			r = wd_sql_error(db, rc, "quick_check", err);
		else if (strcmp(text, "ok") != 0)
			r = wd_err_set(err, WD_E_MALFORMED,
				"store: %s. Nothing was deleted: restore a backup, or move the folder "
				"away to start anew",
				text);
	}
	(void)sqlite3_finalize(st);
	if (db != s->db)
		(void)sqlite3_close(db);
	return r;
}

int wd_store_backup(struct wd_store *s, const char *path, struct wd_err *err)
{
	sqlite3 *from = s->db, *to = NULL;
	int r = s->path != NULL ? wd_sql_open(s->path, true, &from, err) : WD_OK;
	if (r == WD_OK)
		r = wd_sql_open(path, false, &to, err);
	if (r == WD_OK) {
		sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
		int rc = b != NULL ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to);
		if (b != NULL)
			(void)sqlite3_backup_finish(b);
		if (rc != SQLITE_DONE)
			r = wd_sql_error(to, rc, "backup", err);
	}
	(void)sqlite3_close(to);
	if (from != s->db)
		(void)sqlite3_close(from);
	return r;
}

/* ---- the desk's transaction ---- */

static bool disk_is_low(const struct wd_store *s)
{
	struct statvfs v;
	return s->dir != NULL && statvfs(s->dir, &v) == 0 &&
	       (uint64_t)v.f_bavail * v.f_frsize < DISK_RESERVE;
}

int wd_store_begin(struct wd_store *s, struct wd_err *err)
{
	if (disk_is_low(s))
		return wd_err_set(err, WD_E_FULL,
			"store '%s': less than %llu MiB free on its disk; make room, work goes on by itself",
			s->dir, (unsigned long long)(DISK_RESERVE / WD_MIB));
	wd_store_lock(s);
	int r = wd_sql_run(s, ST_BEGIN, err);
	s->in_txn = r == WD_OK;
	if (r == WD_OK && (r = wd_store_sweep(s, err)) != WD_OK) {
		(void)wd_store_unlock(s, 0);
		wd_store_rollback(s);
		return r;
	}
	return wd_store_unlock(s, r);
}

bool wd_store_in_txn(const struct wd_store *s)
{
	return s->in_txn;
}

bool wd_store_has_acks(struct wd_store *s)
{
	wd_store_lock(s);
	bool any = s->letters != NULL;
	(void)pthread_mutex_lock(&s->seq_lock);
	for (struct wd_store_reader *r = s->readers; r != NULL; r = r->next)
		any = any || r->dirty;
	(void)pthread_mutex_unlock(&s->seq_lock);
	(void)wd_store_unlock(s, 0);
	return any;
}

static void show(struct wd_store *s)
{
	atomic_store(&s->shown_seq, s->last_seq);
	(void)pthread_mutex_lock(&s->seq_lock);
	(void)pthread_cond_broadcast(&s->grown);
	(void)pthread_mutex_unlock(&s->seq_lock);
}

int wd_store_commit(struct wd_store *s, struct wd_err *err)
{
	wd_store_lock(s);
	int r = wd_store_put_letters(s, err);
	if (r == WD_OK)
		r = wd_store_apply_acks(s, err);
	if (r == WD_OK)
		r = wd_sql_run(s, ST_COMMIT, err);
	if (r == WD_OK) {
		s->in_txn = false;
		wd_store_drop_letters(s);
		wd_store_acks_saved(s);
	}
	(void)wd_store_unlock(s, 0);
	if (r == WD_OK)
		show(s);
	return r;
}

void wd_store_rollback(struct wd_store *s)
{
	wd_store_lock(s);
	if (sqlite3_get_autocommit(s->db) == 0)
		(void)wd_sql_run(s, ST_ROLLBACK, NULL);
	s->in_txn = false;
	s->last_seq = atomic_load(&s->shown_seq); /* AUTOINCREMENT rolled back with the rest */
	(void)wd_store_count_outbox(s, NULL);
	(void)wd_store_count_held(s, NULL);
	(void)wd_store_unlock(s, 0);
}
