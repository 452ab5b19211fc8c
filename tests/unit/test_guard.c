/* A document that crashes the program, or hangs it, three times: a real process that dies each
 * time. wd_build_document is wrapped by the linker: the text "CRASH" aborts, "HANG" never ends. */
#include "tests/unit/test.h"

#include <libxml/parser.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/pipeline.h"
#include "desk/store.h"
#include "parsers/build.h"

#define HANG_US WD_SEC

static atomic_bool hanging;

int __real_wd_build_document(struct wd_build_ctx *ctx, struct wd_err *err);
int __wrap_wd_build_document(struct wd_build_ctx *ctx, struct wd_err *err);

int __wrap_wd_build_document(struct wd_build_ctx *ctx, struct wd_err *err)
{
	if (wd_str_find(ctx->doc->body, WD_STR("CRASH"), 0) != SIZE_MAX)
		abort();
	while (wd_str_find(ctx->doc->body, WD_STR("HANG"), 0) != SIZE_MAX) {
		atomic_store(&hanging, true);
		(void)usleep(10000);
	}
	return __real_wd_build_document(ctx, err);
}

static struct wd_doc *make_doc(const char *feed, const char *what)
{
	struct wd_doc *doc = wd_doc_new(1 << 20);
	doc->body = wd_arena_printf(doc->mem,
		"<rss version='2.0'><channel><title>F</title><item><title>%s</title><guid>%s</guid>"
		"<description>Words.</description></item></channel></rss>",
		what, what);
	doc->feed = doc->feed_url = doc->input = wd_str_c(feed);
	doc->fetched_at_us = wd_clock_now_us();
	return doc;
}

static void quiet(enum wd_log_level level, struct wd_str line, void *ctx)
{
	(void)level, (void)line, (void)ctx;
}

/* One life of the program: the three documents, until it dies or is through. Exit status 0: it is
 * through; 3: it ended itself because of a hang. */
static void live(const char *dir)
{
	struct wd_store *store = NULL;
	struct wd_pipeline *p = NULL;
	struct wd_store_opts so = {.dir = dir};
	const char *const docs[] = {"good one", "CRASH", "HANG", "good two"};
	const struct rlimit no_core = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &no_core);
	wd_log_set_output(quiet, NULL);
	if (wd_store_open(&so, &store, NULL) != WD_OK)
		_exit(9);
	struct wd_pipeline_opts po = {.workers = 1, .store = store, .hang_us = HANG_US};
	if (wd_pipeline_new(&po, &p, NULL) != WD_OK)
		_exit(9);
	for (size_t i = 0; i < WD_COUNTOF(docs); i++) {
		if (wd_pipeline_push_wait(p, make_doc(docs[i], docs[i])) != WD_OK)
			_exit(9);
	}
	struct wd_err err;
	while (wd_pipeline_drain(p, WD_SEC / 10) != WD_OK) {
		if (atomic_load(&hanging) &&
			wd_pipeline_hangs(p, &err)) /* no other, if only slow */
			_exit(3);
	}
	wd_pipeline_free(p);
	wd_store_close(store);
	_exit(0);
}

static int status_of_a_life(const char *dir)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		live(dir);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct seen {
	size_t n, crash, hang;
};

static int see(const struct wd_store_dead *d, void *ctx)
{
	struct seen *s = ctx;
	s->n++;
	s->crash += wd_str_eqc(d->input, "CRASH");
	s->hang += wd_str_eqc(d->input, "HANG");
	assert_true(wd_str_find(d->error, WD_STR("did not survive"), 0) != SIZE_MAX);
	return WD_OK;
}

static void look(const char *dir, struct seen *ret)
{
	struct wd_store *store = NULL;
	struct wd_store_opts so = {.dir = dir};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	*ret = (struct seen){0};
	assert_int_equal(wd_store_open(&so, &store, NULL), WD_OK);
	assert_int_equal(wd_store_dead_each(store, false, a, see, ret, NULL), WD_OK);
	wd_store_close(store);
}

static void test_the_third_time_is_the_last(void **state)
{
	char dir[] = "/tmp/wiredesk-guard-XXXXXX", path[64];
	struct seen s;
	(void)state;
#ifdef WD_ASAN
	skip(); /* its own report of a crash takes the place of the guard's */
#endif
	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 3; i++)
		assert_int_equal(status_of_a_life(dir), 128 + SIGABRT);
	look(dir, &s);
	assert_int_equal(s.n, 0); /* dead letters are written when it is met again */
	for (int i = 0; i < 3; i++)
		assert_int_equal(status_of_a_life(dir), 3);
	assert_int_equal(status_of_a_life(dir), 0);
	look(dir, &s);
	assert_int_equal(s.crash, 1);
	assert_int_equal(s.hang, 1);
	assert_int_equal(s.n, 2);
	/* Its feed brings it with every poll: it stays set aside, and is one letter. */
	assert_int_equal(status_of_a_life(dir), 0);
	look(dir, &s);
	assert_int_equal(s.n, 2);
	static const char *const files[] = {
		"wiredesk.db", "wiredesk.db-wal", "wiredesk.db-shm", "lock", "inflight"};
	for (size_t i = 0; i < WD_COUNTOF(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_third_time_is_the_last),
	};
	xmlInitParser();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	xmlCleanupParser();
	return failed;
}
