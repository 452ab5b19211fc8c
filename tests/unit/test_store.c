#include "tests/unit/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "desk/store.h"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "store-test-XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int teardown(void **state)
{
	static const char *const names[] = {
		"wiredesk.db", "wiredesk.db-wal", "wiredesk.db-shm", "lock", "copy.db"};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		char path[128];
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

static struct wd_store *open_here(void)
{
	struct wd_store *s = NULL;
	struct wd_err err = {0};
	struct wd_store_opts opts = {.dir = dir};
	if (wd_store_open(&opts, &s, &err) != WD_OK)
		fail_msg("open: %s", err.text);
	return s;
}

static int64_t add_row(struct wd_store *s, const char *data)
{
	struct wd_row row = {.key = WD_STR("k"), .attrs = WD_STR("id\0x"), .data = wd_str_c(data)};
	assert_int_equal(wd_store_out(s, &row, NULL), WD_OK);
	return row.seq;
}

static size_t count_rows(struct wd_store_reader *r, int64_t after, struct wd_arena *a)
{
	struct wd_row *rows;
	size_t n;
	assert_int_equal(wd_store_read(r, after, 100, 1 << 20, 0, a, &rows, &n, NULL), WD_OK);
	return n;
}

static void test_rows_show_after_commit_and_leave_when_all_are_past(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_reader *one, *two;
	uint64_t n, bytes;
	assert_int_equal(wd_store_reader_open(s, "one", &one, NULL), WD_OK);
	assert_int_equal(wd_store_reader_open(s, "two", &two, NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(add_row(s, "a"), 1);
	assert_int_equal(add_row(s, "b"), 2);
	assert_int_equal(count_rows(one, 0, a), 0);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	assert_int_equal(count_rows(one, 0, a), 2);
	wd_store_ack(one, 2, 0);
	wd_store_ack(two, 1, 7);
	assert_true(wd_store_has_acks(s));
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_outbox_fill(s, &n, &bytes);
	assert_int_equal(n, 1);
	assert_int_equal(count_rows(two, 1, a), 1);
	assert_int_equal(wd_store_reader_mark(two), 7);
}

/* Rows that all are past may lie in the file, also when the process dies: nobody sees them. */
static void test_passed_rows_are_gone_for_everybody(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	uint64_t n, bytes, full;
	pid_t pid = fork();
	if (pid == 0) { /* dies without closing */
		struct wd_store *s = open_here();
		struct wd_store_reader *r;
		int bad = wd_store_reader_open(s, "one", &r, NULL) != WD_OK;
		for (int i = 0; i < 3; i++) {
			bad |= wd_store_begin(s, NULL) != WD_OK;
			(void)add_row(s, "text");
			wd_store_ack(r, i, 0); /* all before this one */
			bad |= wd_store_commit(s, NULL) != WD_OK;
		}
		_exit(bad);
	}
	int status = 1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_reader *one, *late;
	wd_store_outbox_fill(s, &n, &bytes);
	assert_int_equal(n, 1);
	assert_true(wd_store_outbox_age(s, 1000) > 0);
	assert_int_equal(wd_store_reader_open(s, "one", &one, NULL), WD_OK);
	assert_int_equal(wd_store_reader_open(s, "late", &late, NULL), WD_OK);
	/* Nobody can say of one without a place what it had: it gets all that lies there. */
	assert_int_equal(count_rows(one, wd_store_reader_pos(one), a), 1);
	assert_int_equal(count_rows(late, 0, a), 3);
	wd_store_reader_close(late);
	/* The rest of the bytes goes with the last row, whatever was guessed before. */
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	(void)add_row(s, "a much longer text than the others have");
	(void)add_row(s, "");
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_outbox_fill(s, &n, &full);
	assert_int_equal(n, 3);
	for (int64_t pos = 3; pos <= 5; pos++) {
		wd_store_ack(one, pos, 0);
		assert_int_equal(wd_store_begin(s, NULL), WD_OK);
		assert_int_equal(wd_store_commit(s, NULL), WD_OK);
		wd_store_outbox_fill(s, &n, &bytes);
		assert_int_equal(n, 5 - pos);
		assert_true(bytes < full);
		full = bytes;
	}
	assert_int_equal(bytes, 0);
	assert_int_equal(wd_store_outbox_age(s, 1000), 0);
	/* A rollback brings nothing back. */
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(add_row(s, "six"), 6);
	wd_store_rollback(s);
	wd_store_outbox_fill(s, &n, &bytes);
	assert_int_equal(n, 0);
	assert_int_equal(count_rows(one, 0, a), 0);
}

static void *poke_soon(void *arg)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	(void)nanosleep(&pause, NULL);
	wd_store_poke(arg);
	return NULL;
}

static void test_a_poke_ends_a_readers_wait(void **state)
{
	(void)state;
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_reader *r;
	pthread_t thread;
	int64_t start = wd_clock_mono_us();
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(pthread_create(&thread, NULL, poke_soon, r), 0);
	assert_int_equal(wd_store_wait(r, 0, WD_TEST_PATIENCE_US), 0);
	(void)pthread_join(thread, NULL);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	(void)add_row(s, "a");
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_poke(r); /* remembered while there are rows */
	assert_int_equal(wd_store_wait(r, 0, WD_TEST_PATIENCE_US), 1);
	assert_int_equal(wd_store_wait(r, 1, WD_TEST_PATIENCE_US), 0);
	assert_true(wd_clock_mono_us() - start < WD_TEST_PATIENCE_US);
	assert_int_equal(wd_store_wait(r, 1, 1000), 0);
}

static void test_an_acknowledgement_between_two_commits_is_kept(void **state)
{
	(void)state;
	struct wd_store *s = open_here();
	struct wd_store_reader *r;
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	(void)add_row(s, "a");
	(void)add_row(s, "b");
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	for (int64_t pos = 1; pos <= 2; pos++) {
		wd_store_ack(r, pos, 10 * pos);
		assert_false(wd_store_reader_is_saved(r));
		assert_int_equal(wd_store_begin(s, NULL), WD_OK);
		assert_int_equal(wd_store_commit(s, NULL), WD_OK);
		assert_true(wd_store_reader_is_saved(r));
		assert_false(wd_store_has_acks(s));
	}
	wd_store_close(s);
	s = open_here();
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_reader_pos(r), 2);
	assert_int_equal(wd_store_reader_mark(r), 20);
	wd_store_close(s);
}

static void test_numbers_are_never_used_twice(void **state)
{
	(void)state;
	struct wd_store_reader *r;
	struct wd_store *s = open_here();
	char uuid[64];
	(void)snprintf(uuid, sizeof(uuid), "%.*s", WD_STR_ARG(wd_store_uuid(s)));
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	(void)add_row(s, "a");
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_ack(r, 1, 0);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_close(s);
	s = open_here();
	assert_str("uuid stays", wd_store_uuid(s), uuid);
	assert_true(wd_store_was_clean(s));
	assert_int_equal(wd_store_opened_seq(s), 1);
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_reader_pos(r), 1);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(add_row(s, "b"), 2);
	wd_store_rollback(s);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(add_row(s, "b"), 2); /* nobody saw the rolled back one */
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_close(s);
}

static void test_a_killed_process_keeps_what_it_committed(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		struct wd_store *s = open_here();
		struct wd_store_article art = {.id = {1, 2}, .version = 3};
		if (wd_store_begin(s, NULL) != WD_OK ||
			wd_store_article_put(s, &art, NULL) != WD_OK ||
			wd_store_key_put(s, (struct wd_hash){5, 6}, art.row, NULL) != WD_OK)
			_exit(1);
		(void)add_row(s, "kept");
		if (wd_store_commit(s, NULL) != WD_OK || wd_store_begin(s, NULL) != WD_OK)
			_exit(1);
		(void)add_row(s, "lost");
		_exit(0); /* as kill -9: nothing is closed */
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_reader *r;
	struct wd_store_article art;
	assert_false(wd_store_was_clean(s));
	assert_int_equal(wd_store_check(s, NULL), WD_OK);
	assert_int_equal(wd_store_find(s, (struct wd_hash){5, 6}, &art, NULL), WD_OK);
	assert_int_equal(art.version, 3);
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(count_rows(r, 0, a), 1);
}

static void test_what_is_refused_and_what_the_message_says(void **state)
{
	(void)state;
	struct wd_store_opts opts = {.dir = dir};
	struct wd_err err = {0};
	struct wd_store *s = open_here(), *second = NULL;
	assert_int_equal(wd_store_open(&opts, &second, &err), WD_E_DENIED);
	assert_non_null(strstr(err.text, "in use"));
	wd_store_close(s);
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/wiredesk.db", dir);
	char garbage[8192];
	memset(garbage, 'x', sizeof(garbage));
	assert_int_equal(
		wd_file_write(path, (struct wd_str){garbage, sizeof(garbage)}, NULL), WD_OK);
	assert_int_equal(wd_store_open(&opts, &second, &err), WD_E_MALFORMED);
	assert_non_null(strstr(err.text, "restore a backup"));
	assert_int_equal(access(path, F_OK), 0);
}

static void test_versions_are_trimmed_and_erased(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_article art = {.id = {1, 2}, .version = 1};
	struct wd_str rec;
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_article_put(s, &art, NULL), WD_OK);
	for (uint32_t v = 1; v <= 5; v++)
		assert_int_equal(
			wd_store_version_put(s, art.row, v, WD_STR("text"), 2, NULL), WD_OK);
	assert_int_equal(wd_store_version_get(s, art.row, 3, a, &rec, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_version_get(s, art.row, 4, a, &rec, NULL), WD_OK);
	assert_str("record", rec, "text");
	/* an event of it that a sink refused has the text, too; a document's letter is another's */
	char hex[WD_HASH_TEXT];
	struct wd_store_dead event = {
		.is_event = true, .input = wd_hash_hex(art.id, hex), .bytes = WD_STR("text")};
	struct wd_store_dead doc = {.input = event.input, .bytes = WD_STR("other")};
	assert_int_equal(wd_store_dead_put(s, &event, NULL, NULL), WD_OK);
	assert_int_equal(wd_store_dead_put(s, &doc, NULL, NULL), WD_OK);
	assert_int_equal(wd_store_erase(s, art.id, NULL), WD_OK);
	assert_int_equal(wd_store_dead_get(s, 1, a, &event, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_dead_get(s, 2, a, &doc, NULL), WD_OK);
	assert_int_equal(wd_store_version_get(s, art.row, 5, a, &rec, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
}

static int count(const struct wd_store_record *rec, void *ctx)
{
	(void)rec;
	++*(int *)ctx;
	return WD_OK;
}

static void test_an_erased_articles_events_stay_known(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_article art = {.id = {1, 2}, .version = 1, .event = {5, 6}};
	struct wd_hash event = {3, 4}, got;
	struct wd_str record = WD_STR("urn:uuid:00000000-0000-0007-0000-000000000008");
	struct wd_store_record rec = {
		.id = record, .file = WD_STR("a.warc.gz"), .feed = WD_STR("f")};
	char hex[WD_HASH_TEXT], newest[WD_HASH_TEXT];
	struct wd_str id = wd_hash_hex(event, hex);
	int n = 0, gone;
	assert_int_equal(wd_store_article_of(s, id, &got, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_article_put(s, &art, NULL), WD_OK);
	assert_int_equal(wd_store_record_put(s, &rec, NULL), WD_OK);
	assert_int_equal(wd_store_record_event(s, record, event, art.id, NULL), WD_OK);
	assert_int_equal(wd_store_record_find(s, id, count, &n, a, NULL), WD_OK);
	assert_int_equal(n, 1);
	assert_int_equal(wd_store_erase(s, art.id, NULL), WD_OK);
	assert_int_equal(wd_store_record_find(s, id, count, &n, a, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_record_find(s, record, count, &n, a, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_article_of(s, id, &got, NULL), WD_OK);
	assert_true(wd_hash_eq(got, art.id));
	assert_int_equal(wd_store_article_of(s, wd_hash_hex(art.event, newest), &got, NULL), WD_OK);
	assert_true(wd_hash_eq(got, art.id));
	/* … until the article is forgotten */
	assert_int_equal(wd_store_prune(s, INT64_MAX, 10, &gone, NULL), WD_OK);
	assert_int_equal(gone, 1);
	assert_int_equal(wd_store_article_of(s, id, &got, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
}

static void test_feed_records_attempts_backup(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	struct wd_store_feed f = {.etag = WD_STR("W/\"x\""), .known = 7}, got;
	unsigned n = 0;
	assert_int_equal(wd_store_feed_get(s, WD_STR("f"), a, &got, NULL), WD_E_NOTFOUND);
	assert_int_equal(wd_store_schedule_put(s, WD_STR("f"), WD_STR("sched"), NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_feed_put(s, WD_STR("f"), &f, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	assert_int_equal(wd_store_feed_get(s, WD_STR("f"), a, &got, NULL), WD_OK);
	assert_str("etag", got.etag, "W/\"x\"");
	assert_str("schedule", got.schedule, "sched");
	assert_int_equal(got.known, 7);
	assert_int_equal(wd_store_attempts(s, (struct wd_hash){9, 9}), 0);
	assert_int_equal(wd_store_attempt_add(s, (struct wd_hash){9, 9}, &n, NULL), WD_OK);
	assert_int_equal(wd_store_attempt_add(s, (struct wd_hash){9, 9}, &n, NULL), WD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(wd_store_attempt_clear(s, (struct wd_hash){9, 9}, NULL), WD_OK);
	assert_int_equal(wd_store_attempts(s, (struct wd_hash){9, 9}), 0);
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/copy.db", dir);
	assert_int_equal(wd_store_backup(s, path, NULL), WD_OK);
	assert_int_equal(access(path, F_OK), 0);
}

static int count_dead(const struct wd_store_dead *d, void *ctx)
{
	(void)d;
	(*(int *)ctx)++;
	return WD_OK;
}

static int dead_count(struct wd_store *s)
{
	int n = 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	assert_int_equal(wd_store_dead_each(s, true, a, count_dead, &n, NULL), WD_OK);
	return n;
}

static void refuse(struct wd_store *s, struct wd_str attrs)
{
	struct wd_store_dead d = {.is_event = true,
		.input = WD_STR("article"),
		.stage = WD_STR("kafka:news"),
		.error = WD_STR("too large"),
		.attrs = attrs,
		.bytes = WD_STR("{}")};
	struct wd_row row = {.kind = WD_ROW_DEAD, .attrs = WD_STR("wd_error\0too large")};
	assert_int_equal(wd_store_letter(s, &d, &row, NULL), WD_OK);
}

/* A sink refuses while the desk has a transaction open, which fails: nothing of it may be lost, and
 * what comes again after a crash is no second letter. */
static void test_letters_outlive_a_rollback_and_are_kept_once(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_store *s = open_here();
	struct wd_store_reader *r;
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	refuse(s, WD_STR("id\0x"));
	wd_store_rollback(s);
	assert_int_equal(dead_count(s), 0);
	assert_true(wd_store_has_letters(s));
	assert_true(wd_store_has_acks(s)); /* the desk makes a commit for it */
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	assert_false(wd_store_has_letters(s));
	assert_int_equal(dead_count(s), 1);
	assert_int_equal(count_rows(r, 0, a), 1);
	refuse(s, WD_STR("id\0x"));
	refuse(s, WD_STR("id\0y"));
	refuse(s, WD_STR("id\0y"));
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	assert_int_equal(dead_count(s), 2);
	assert_int_equal(count_rows(r, 0, a), 2);
	/* and at the end, when the desk makes no commit any more */
	refuse(s, WD_STR("id\0z"));
	wd_store_ack(r, 1, 0);
	wd_store_close(s);
	s = open_here();
	assert_int_equal(dead_count(s), 3);
	assert_int_equal(wd_store_last_seq(s), 3);
	wd_store_close(s);
}

/* A sink that was told to begin at nothing is not one that never began. */
static void test_a_reader_is_known_once_its_place_is_saved(void **state)
{
	(void)state;
	struct wd_store *s = open_here();
	struct wd_store_reader *r;
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_false(wd_store_reader_is_known(r));
	wd_store_ack(r, 0, 0);
	assert_false(wd_store_reader_is_saved(r));
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	assert_true(wd_store_reader_is_saved(r));
	assert_true(wd_store_reader_is_known(r));
	wd_store_close(s);
	s = open_here();
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_true(wd_store_reader_is_known(r));
	wd_store_close(s);
}

/* Killed before a sink ever had a place, with another one far ahead: nothing of it is gone. */
static void test_a_slow_starter_loses_nothing(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	pid_t pid = fork();
	if (pid == 0) { /* dies without closing */
		struct wd_store *s = open_here();
		struct wd_store_reader *file, *slow;
		int bad = wd_store_reader_open(s, "file", &file, NULL) != WD_OK ||
			  wd_store_reader_open(s, "kafka:x", &slow, NULL) != WD_OK;
		for (int i = 0; i < 3; i++) {
			bad |= wd_store_begin(s, NULL) != WD_OK;
			(void)add_row(s, "text");
			wd_store_ack(file, i, 0);
			bad |= wd_store_commit(s, NULL) != WD_OK;
		}
		_exit(bad);
	}
	int status = 1;
	uint64_t n, bytes;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	struct wd_store *s = open_here();
	struct wd_store_reader *file, *slow;
	assert_int_equal(wd_store_reader_open(s, "file", &file, NULL), WD_OK);
	assert_int_equal(wd_store_reader_open(s, "kafka:x", &slow, NULL), WD_OK);
	assert_int_equal(count_rows(slow, 0, a), 3);
	wd_store_outbox_fill(s, &n, &bytes);
	assert_int_equal(n, 3);
	wd_store_close(s);
}

/* A page of meta cannot be read: that is no store without a name, to be given one and renewed. What
 * lies delivered in the outbox, and all else, stays as it is. */
static void test_a_damaged_file_is_not_written_to(void **state)
{
	(void)state;
	char path[128];
	struct wd_str before, after;
	struct wd_store *s = open_here();
	struct wd_store_reader *r;
	assert_int_equal(wd_store_reader_open(s, "one", &r, NULL), WD_OK);
	assert_int_equal(wd_store_begin(s, NULL), WD_OK);
	for (int i = 0; i < 3; i++)
		(void)add_row(s, "text");
	assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	wd_store_ack(r, 3, 0);
	wd_store_close(s);
	(void)snprintf(path, sizeof(path), "%s/wiredesk.db", dir);
	FILE *f = fopen(path, "r+");
	assert_non_null(f);
	char junk[8192];
	memset(junk, 0xA5, sizeof(junk));
	assert_int_equal(fseek(f, 4096, SEEK_SET), 0);
	assert_int_equal(fwrite(junk, 1, sizeof(junk), f), sizeof(junk));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(wd_file_read(path, WD_GIB, &before, NULL), WD_OK);
	struct wd_store_opts opts = {.dir = dir};
	struct wd_err err = {0};
	assert_int_not_equal(wd_store_open(&opts, &s, &err), WD_OK);
	assert_non_null(strstr(err.text, "corrupt"));
	assert_int_equal(wd_file_read(path, WD_GIB, &after, NULL), WD_OK);
	assert_true(wd_str_eq(before, after));
	free(wd_unconst(before.p));
	free(wd_unconst(after.p));
}

/* A renewed store tells its sinks to begin at nothing: not with what they have already. */
static void test_renewal_sends_nothing_delivered_again(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_store *s = open_here();
	struct wd_store_reader *r;
	assert_int_equal(wd_store_reader_open(s, "kafka:x", &r, NULL), WD_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(wd_store_begin(s, NULL), WD_OK);
		(void)add_row(s, "text");
		wd_store_ack(r, i, 0); /* all before this one */
		assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	}
	wd_store_reader_close(r);
	assert_int_equal(wd_store_renew(s, NULL), WD_OK);
	wd_store_close(s);
	s = open_here();
	assert_int_equal(wd_store_reader_open(s, "kafka:x", &r, NULL), WD_OK);
	assert_int_equal(wd_store_reader_pos(r), 0);
	assert_int_equal(count_rows(r, 0, a), 1);
	wd_store_close(s);
}

static uint64_t size_of(const char *name)
{
	char path[128];
	struct stat st;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void add_megabytes(struct wd_store *s, int n)
{
	static char data[WD_MIB + 1];
	memset(data, 'x', WD_MIB);
	for (int i = 0; i < n; i++) {
		assert_int_equal(wd_store_begin(s, NULL), WD_OK);
		(void)add_row(s, data);
		assert_int_equal(wd_store_commit(s, NULL), WD_OK);
	}
}

/* The log is moved into the file beside the desk, and begins anew also while the desk writes on. */
static void test_the_log_is_moved_beside_the_desk(void **state)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	(void)state;
	{
		wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
		add_megabytes(s, 6);
		for (int i = 0; i < 120000 && size_of("wiredesk.db") < 3 * WD_MIB; i++)
			(void)nanosleep(&moment, NULL);
		assert_true(size_of("wiredesk.db") >= 3 * WD_MIB);
		add_megabytes(s, 150);
		assert_true(size_of("wiredesk.db-wal") <= 70 * WD_MIB);
		assert_int_equal(wd_store_check(s, NULL), WD_OK);
	}
	wd_cleanup(wd_store_closep) struct wd_store *s = open_here();
	assert_int_equal(wd_store_last_seq(s), 156);
	assert_int_equal(wd_store_check(s, NULL), WD_OK);
}

static void test_cursors(void **state)
{
	const struct wd_store_cursor first = {.cluster = WD_STR("c"),
		.topic = WD_STR("t"),
		.partition = 3,
		.next = 10,
		.last = {1, 2}};
	struct wd_store_cursor c = first, got = {
						  .cluster = WD_STR("c"),
						  .topic = WD_STR("t"),
						  .partition = 3,
					  };
	struct wd_err err = {0};
	(void)state;
	struct wd_store *s = open_here();
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_E_NOTFOUND);
	/* nobody sees what is not committed */
	assert_int_equal(wd_store_begin(s, &err), WD_OK);
	assert_int_equal(wd_store_cursor_put(s, &c, &err), WD_OK);
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_E_NOTFOUND);
	wd_store_rollback(s);
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_E_NOTFOUND);
	assert_int_equal(wd_store_cursor_put(s, &c, &err), WD_OK);
	wd_store_close(s);
	s = open_here();
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_OK);
	assert_true(got.next == 10 && got.epoch == 0 && wd_hash_eq(got.last, first.last));
	/* never back, but in a new epoch */
	c.next = 9;
	assert_int_equal(wd_store_cursor_put(s, &c, &err), WD_OK);
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_OK);
	assert_int_equal(got.next, 10);
	c.epoch = 1;
	c.next = 2;
	assert_int_equal(wd_store_cursor_put(s, &c, &err), WD_OK);
	c.epoch = 0;
	c.next = 99;
	assert_int_equal(wd_store_cursor_put(s, &c, &err), WD_OK);
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_OK);
	assert_true(got.next == 2 && got.epoch == 1);
	got.cluster = WD_STR("another");
	assert_int_equal(wd_store_cursor_get(s, &got, &err), WD_E_NOTFOUND);
	wd_store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_rows_show_after_commit_and_leave_when_all_are_past, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passed_rows_are_gone_for_everybody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_poke_ends_a_readers_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_an_acknowledgement_between_two_commits_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_numbers_are_never_used_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_killed_process_keeps_what_it_committed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_is_refused_and_what_the_message_says, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_versions_are_trimmed_and_erased, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_an_erased_articles_events_stay_known, setup, teardown),
		cmocka_unit_test_setup_teardown(test_feed_records_attempts_backup, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_letters_outlive_a_rollback_and_are_kept_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_reader_is_known_once_its_place_is_saved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_slow_starter_loses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_damaged_file_is_not_written_to, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_renewal_sends_nothing_delivered_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_the_log_is_moved_beside_the_desk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cursors, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
