#include "tests/unit/test.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "daemon/pipeline.h"
#include "desk/store.h"

/* What came out, in order. */
struct got {
	pthread_mutex_t lock;
	struct wd_buf lines;
	size_t events, done, failed, resumed;
	uint64_t next_done;
	bool out_of_order;
};

static void on_event(struct wd_str line, void *ctx)
{
	struct got *g = ctx;
	wd_buf_add(&g->lines, line);
	g->events++;
}

static void on_done(struct wd_doc *doc, int rc, void *ctx)
{
	struct got *g = ctx;
	g->out_of_order = g->out_of_order || doc->seq != g->next_done;
	g->next_done = doc->seq + 1;
	g->done++;
	g->failed += rc < 0;
}

static void on_resume(void *ctx)
{
	struct got *g = ctx;
	(void)pthread_mutex_lock(&g->lock);
	g->resumed++;
	(void)pthread_mutex_unlock(&g->lock);
}

static struct wd_doc *make_doc(unsigned number, unsigned entries, struct got *g)
{
	struct wd_doc *doc = wd_doc_new(1 << 24);
	struct wd_buf b;
	wd_buf_init(&b, 1 << 22);
	wd_buf_addc(&b, "<rss version=\"2.0\"><channel><title>F</title>");
	for (unsigned i = 0; i < entries; i++)
		wd_buf_printf(&b,
			"<item><title>Story %u of %u</title><guid>g-%u-%u</guid>"
			"<link>https://x.example/%u/%u</link><description>&lt;p&gt;The text of story %u "
			"of document %u, long enough.&lt;/p&gt;</description></item>",
			i, number, number, i, number, i, i, number);
	wd_buf_addc(&b, "</channel></rss>");
	doc->body = wd_arena_str(doc->mem, wd_buf_str(&b));
	wd_buf_done(&b);
	doc->feed = doc->feed_url = WD_STR("https://x.example/feed");
	doc->input = wd_arena_printf(doc->mem, "doc-%u", number);
	doc->fetched_at_us = INT64_C(1760000000000000) + number;
	doc->done = on_done;
	doc->done_ctx = g;
	return doc;
}

static void got_init(struct got *g)
{
	*g = (struct got){0};
	(void)pthread_mutex_init(&g->lock, NULL);
	wd_buf_init(&g->lines, 1 << 28);
}

static const struct wd_sink_conf memory = {.type = "memory"};

static void run(struct got *g, unsigned workers, unsigned docs)
{
	struct wd_pipeline *p = NULL;
	struct wd_err err = {0};
	struct wd_pipeline_opts opts = {
		.workers = workers, .sinks = &memory, .sink_count = 1, .event = on_event, .ctx = g};
	got_init(g);
	if (wd_pipeline_new(&opts, &p, &err) != WD_OK)
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < docs; i++)
		assert_int_equal(wd_pipeline_push_wait(p, make_doc(i, 1 + i * 7 % 60, g)), WD_OK);
	assert_int_equal(wd_pipeline_drain(p, WD_TEST_PATIENCE_US), WD_OK);
	wd_pipeline_free(p);
}

static void test_same_bytes_for_any_number_of_workers(void **state)
{
	(void)state;
	struct got one, many;
	run(&one, 1, 60);
	run(&many, 8, 60);
	assert_int_equal(one.done, 60);
	assert_int_equal(many.done, 60);
	assert_false(many.out_of_order);
	assert_true(one.events > 500);
	assert_int_equal(one.events, many.events);
	assert_int_equal(one.lines.n, many.lines.n);
	assert_memory_equal(one.lines.p, many.lines.p, one.lines.n);
	wd_buf_done(&one.lines);
	wd_buf_done(&many.lines);
}

/* Settling is inside a transaction, done behind it: each change from the one to the other is one.
 */
struct pace {
	size_t settled, commits, done;
	bool in_group;
};

static int on_settle(const struct wd_doc *doc, size_t articles, size_t versions, int rc,
	const struct wd_err *why, void *ctx, struct wd_err *err)
{
	struct pace *pace = ctx;
	(void)doc, (void)articles, (void)versions, (void)rc, (void)why, (void)err;
	pace->settled++;
	pace->in_group = true;
	return WD_OK;
}

static void on_paced(struct wd_doc *doc, int rc, void *ctx)
{
	struct pace *pace = ctx;
	(void)doc, (void)rc;
	pace->commits += pace->in_group;
	pace->in_group = false;
	pace->done++;
}

static void ignore(struct wd_str line, void *ctx)
{
	(void)line, (void)ctx;
}

static void test_documents_that_come_singly_share_commits(void **state)
{
	(void)state;
	enum { DOCS = 200, EVERY_US = 1000, PACE_US = 10000 };
	struct pace pace = {0};
	struct wd_pipeline *p = NULL;
	struct wd_pipeline_opts opts = {.workers = 1,
		.sinks = &memory,
		.sink_count = 1,
		.settle = on_settle,
		.event = ignore,
		.ctx = &pace};
	assert_int_equal(wd_pipeline_new(&opts, &p, NULL), WD_OK);
	int64_t from = wd_clock_mono_us();
	for (unsigned i = 0; i < DOCS; i++) {
		struct wd_doc *doc = make_doc(i, 1, NULL);
		doc->done = on_paced;
		doc->done_ctx = &pace;
		assert_int_equal(wd_pipeline_push_wait(p, doc), WD_OK);
		(void)usleep(EVERY_US);
	}
	assert_int_equal(wd_pipeline_drain(p, WD_TEST_PATIENCE_US), WD_OK);
	int64_t took = wd_clock_mono_us() - from;
	wd_pipeline_free(p);
	assert_int_equal(pace.done, DOCS);
	assert_int_equal(pace.settled, DOCS);
	assert_true(pace.commits <= (size_t)(took / PACE_US) + 2);
}

static void test_bad_documents_are_buried_and_the_rest_goes_on(void **state)
{
	(void)state;
	struct got g;
	struct wd_pipeline *p = NULL;
	struct wd_store *store = NULL;
	struct wd_store_opts so = {0};
	got_init(&g);
	assert_int_equal(wd_store_open(&so, &store, NULL), WD_OK);
	struct wd_pipeline_opts opts = {.workers = 2,
		.store = store,
		.sinks = &memory,
		.sink_count = 1,
		.event = on_event,
		.ctx = &g};
	assert_int_equal(wd_pipeline_new(&opts, &p, NULL), WD_OK);
	for (unsigned i = 0; i < 3; i++) {
		struct wd_doc *bad = make_doc(9, 1, &g);
		bad->body = WD_STR("<!DOCTYPE html><html><head><title>Login</title></head></html>");
		assert_int_equal(wd_pipeline_push_wait(p, bad), WD_OK);
		assert_int_equal(wd_pipeline_push_wait(p, make_doc(i, 2, &g)), WD_OK);
	}
	assert_int_equal(wd_pipeline_drain(p, WD_TEST_PATIENCE_US), WD_OK);
	struct wd_pipeline_stats st;
	wd_pipeline_stats(p, &st);
	wd_pipeline_free(p);
	assert_int_equal(g.failed, 3);
	assert_int_equal(st.docs_failed, 3);
	assert_int_equal(g.events, 6);
	/* the same failure of the same bytes is kept once */
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_store_dead d;
	assert_int_equal(wd_store_dead_get(store, 1, a, &d, NULL), WD_OK);
	assert_true(wd_str_starts(d.bytes, WD_STR("<!DOCTYPE html>")));
	assert_int_equal(wd_store_dead_get(store, 2, a, &d, NULL), WD_E_NOTFOUND);
	wd_store_close(store);
	wd_buf_done(&g.lines);
}

static void test_a_full_queue_says_so_and_calls_back(void **state)
{
	(void)state;
	struct got g;
	struct wd_pipeline *p = NULL;
	got_init(&g);
	struct wd_pipeline_opts opts = {.workers = 1,
		.sinks = &memory,
		.sink_count = 1,
		.queue_items = 4,
		.event = on_event,
		.resume = on_resume,
		.ctx = &g};
	assert_int_equal(wd_pipeline_new(&opts, &p, NULL), WD_OK);
	size_t pushed = 0, refused = 0;
	while (pushed < 200) {
		struct wd_doc *doc = make_doc((unsigned)pushed, 20, &g);
		int r = wd_pipeline_push(p, doc);
		if (r == WD_OK) {
			pushed++;
			continue;
		}
		assert_int_equal(r, WD_E_FULL);
		wd_doc_free(doc);
		refused++;
		(void)usleep(500);
	}
	assert_int_equal(wd_pipeline_drain(p, WD_TEST_PATIENCE_US), WD_OK);
	wd_pipeline_free(p);
	assert_true(refused > 0);
	assert_true(g.resumed > 0);
	assert_int_equal(g.done, 200);
	wd_buf_done(&g.lines);
}

static void test_ending_early_gives_documents_back(void **state)
{
	(void)state;
	struct got g;
	struct wd_pipeline *p = NULL;
	got_init(&g);
	struct wd_pipeline_opts opts = {
		.workers = 2, .sinks = &memory, .sink_count = 1, .event = on_event, .ctx = &g};
	assert_int_equal(wd_pipeline_new(&opts, &p, NULL), WD_OK);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(wd_pipeline_push_wait(p, make_doc(i, 40, &g)), WD_OK);
	wd_pipeline_free(p);
	assert_int_equal(g.done, 50); /* each exactly once, done or given back */
	wd_buf_done(&g.lines);
}

/* Two runs over one store and one file: the second goes on where the first ended. */
static void test_a_file_goes_on_after_a_restart(void **state)
{
	(void)state;
	char dir[] = "pipeline-test-XXXXXX", path[64], torn[64];
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/out.jsonl", dir);
	struct wd_sink_conf file = {.type = "jsonl", .path = path};
	for (unsigned turn = 0; turn < 2; turn++) {
		struct got g;
		struct wd_store *store = NULL;
		struct wd_pipeline *p = NULL;
		struct wd_store_opts so = {.dir = dir};
		struct wd_err err = {0};
		got_init(&g);
		if (wd_store_open(&so, &store, &err) != WD_OK)
			fail_msg("%s", err.text);
		struct wd_pipeline_opts opts = {
			.workers = 2, .store = store, .sinks = &file, .sink_count = 1, .ctx = &g};
		assert_int_equal(wd_pipeline_new(&opts, &p, NULL), WD_OK);
		for (unsigned i = 0; i < 3; i++) /* 1 and 2 are known in the second turn */
			assert_int_equal(
				wd_pipeline_push_wait(p, make_doc(turn + i, 2, &g)), WD_OK);
		assert_int_equal(wd_pipeline_drain(p, WD_TEST_PATIENCE_US), WD_OK);
		wd_pipeline_free(p);
		wd_store_close(store);
		wd_buf_done(&g.lines);
		FILE *f = fopen(path, "ae"); /* as a crash would leave it */
		assert_non_null(f);
		(void)fputs("{\"torn", f);
		(void)fclose(f);
	}
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	size_t lines = 0, torn_inside = 0;
	char *line = NULL;
	size_t cap = 0;
	while (getline(&line, &cap, f) > 0) {
		lines++;
		torn_inside += strstr(line, "{\"torn{") != NULL;
	}
	free(line);
	(void)fclose(f);
	assert_int_equal(lines, 8 + 1); /* the last torn one is nobody's yet */
	assert_int_equal(torn_inside, 0);
	static const char *const names[] = {"wiredesk.db", "wiredesk.db-wal", "wiredesk.db-shm",
		"lock", "inflight", "out.jsonl"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		(void)snprintf(torn, sizeof(torn), "%s/%s", dir, names[i]);
		(void)unlink(torn);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	xmlInitParser(); /* before any thread, as the program does */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes_for_any_number_of_workers),
		cmocka_unit_test(test_documents_that_come_singly_share_commits),
		cmocka_unit_test(test_bad_documents_are_buried_and_the_rest_goes_on),
		cmocka_unit_test(test_a_full_queue_says_so_and_calls_back),
		cmocka_unit_test(test_ending_early_gives_documents_back),
		cmocka_unit_test(test_a_file_goes_on_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
