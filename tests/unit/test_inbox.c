#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "sources/inbox_impl.h"
#include "sources/intake.h"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/wiredesk-inbox-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static size_t each_file(bool remove_them, const char *suffix)
{
	size_t n = 0;
	DIR *d = opendir(dir);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char path[400];
		if (e->d_name[0] == '.')
			continue;
		n += wd_str_ends(wd_str_c(e->d_name), wd_str_c(suffix));
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (remove_them)
			(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static int teardown(void **state)
{
	(void)state;
	(void)each_file(true, "");
	return rmdir(dir);
}

/* ---- waiting for a sync ---- */

struct waiter {
	struct wd_inbox_ticket ticket;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int rc;
};

static void on_done(struct wd_inbox_ticket *t, int rc)
{
	struct waiter *w = (struct waiter *)t;
	(void)pthread_mutex_lock(&w->lock);
	w->rc = rc;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->lock);
}

static void waiter_init(struct waiter *w)
{
	*w = (struct waiter){.ticket.done = on_done, .rc = 1};
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->changed, NULL);
}

static int wait_for(struct waiter *w)
{
	(void)pthread_mutex_lock(&w->lock);
	while (w->rc == 1)
		(void)pthread_cond_wait(&w->changed, &w->lock);
	(void)pthread_mutex_unlock(&w->lock);
	return w->rc;
}

static struct wd_inbox_record record_of(const char *body)
{
	struct wd_hash h = wd_hash_bytes(wd_str_c(body));
	return (struct wd_inbox_record){.id = h,
		.body_hash = h.lo,
		.received_us = 5,
		.origin = WD_DOC_PUSH,
		.source = WD_STR("s"),
		.type = WD_STR("text/plain"),
		.body = wd_str_c(body)};
}

static int put(struct wd_inbox *in, const char *body)
{
	struct wd_inbox_record r = record_of(body);
	struct waiter w;
	waiter_init(&w);
	int rc = wd_inbox_put(in, &r, 1, &w.ticket);
	return rc == WD_OK ? wait_for(&w) : rc;
}

static struct wd_inbox *open_at(uint64_t position, size_t segment, uint64_t max)
{
	struct wd_err err = {0};
	struct wd_inbox *in = NULL;
	struct wd_inbox_opts o = {.dir = dir,
		.max_bytes = max > 0 ? max : WD_GIB,
		.max_records = 1000,
		.segment_bytes = segment,
		.position = position};
	if (wd_inbox_open(&o, &in, &err) != WD_OK)
		fail_msg("%s", err.text);
	return in;
}

static void expect(struct wd_inbox *in, uint64_t seq, const char *body)
{
	struct wd_inbox_record r;
	struct wd_err err = {0};
	if (wd_inbox_next(in, 0, &r, &err) != WD_OK)
		fail_msg("record %d: none (%s)", (int)seq, err.text);
	assert_int_equal(r.seq, seq);
	assert_true(wd_str_eqc(r.body, body));
	assert_true(wd_str_eqc(r.source, "s"));
	assert_true(wd_str_eqc(r.type, "text/plain"));
}

static void expect_none(struct wd_inbox *in)
{
	struct wd_inbox_record r;
	assert_int_equal(wd_inbox_next(in, 0, &r, NULL), WD_E_NOTFOUND);
}

static void test_what_was_put_is_read_again(void **state)
{
	(void)state;
	struct wd_inbox *in = open_at(0, 0, 0);
	assert_int_equal(put(in, "one"), WD_OK);
	assert_int_equal(put(in, "two"), WD_OK);
	expect(in, 1, "one");
	expect(in, 2, "two");
	expect_none(in);
	wd_inbox_seek(in, 1);
	expect(in, 2, "two");
	wd_inbox_close(in);
	in = open_at(1, 0, 0); /* the first was settled */
	expect(in, 2, "two");
	assert_int_equal(put(in, "three"), WD_OK);
	expect(in, 3, "three");
	expect_none(in);
	wd_inbox_close(in);
	in = open_at(3, 0, 0);
	expect_none(in);
	assert_int_equal(put(in, "four"), WD_OK);
	expect(in, 4, "four");
	wd_inbox_close(in);
}

/* Small segments: they come, go and are used again. */
static void test_segments_turn_over(void **state)
{
	(void)state;
	char text[1000];
	struct wd_inbox *in = open_at(0, 4096, 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (uint64_t i = 1; i <= 100; i++) {
		text[0] = (char)('a' + i % 20);
		assert_int_equal(put(in, text), WD_OK);
		expect(in, i, text);
		struct wd_inbox_record r = record_of(text);
		wd_inbox_settled(in, &r);
		wd_inbox_trim(in, i);
	}
	assert_true(each_file(false, ".seg") <= 2);
	assert_int_equal(each_file(false, "spare"), 1);
	uint64_t records, bytes;
	wd_inbox_fill(in, &records, &bytes);
	assert_int_equal(records, 0);
	assert_int_equal(bytes, 0);
	wd_inbox_close(in);
	in = open_at(99, 4096, 0); /* and nothing of a segment's former use comes back */
	expect(in, 100, text);
	expect_none(in);
	wd_inbox_close(in);
}

static void damage(uint64_t first, off_t at, const char *bytes, size_t n)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%016llx.seg", dir, (unsigned long long)first);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	(void)close(fd);
}

static void test_damage_is_stepped_over(void **state)
{
	(void)state;
	struct wd_inbox *in = open_at(0, 0, 0);
	const char *const texts[] = {"one", "two", "three", "four"};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(put(in, texts[i]), WD_OK);
	wd_inbox_close(in);
	struct wd_inbox_record r = record_of("one");
	off_t second = (off_t)(WD_INBOX_SEGMENT + wd_inbox_record_size(&r));
	damage(1, second + 4, "\xff\xff\xff\x3f", 4); /* a length beyond the end */
	in = open_at(0, 0, 0);
	assert_true(wd_inbox_damaged(in) > 0);
	expect(in, 1, "one");
	expect(in, 3, "three");
	expect(in, 4, "four");
	expect_none(in);
	assert_int_equal(put(in, "five"), WD_OK);
	expect(in, 5, "five");
	wd_inbox_close(in);
	/* cut off in the middle of the last record: what a crash leaves */
	r = record_of("five");
	damage(5, (off_t)(WD_INBOX_SEGMENT + wd_inbox_record_size(&r) - 3), "\0\0\0", 3);
	in = open_at(4, 0, 0);
	assert_int_equal(wd_inbox_damaged(in), 0);
	expect_none(in);
	assert_int_equal(put(in, "six"), WD_OK);
	wd_inbox_close(in);
	damage(5, 0, "not a segment", 13);
	in = open_at(4, 0, 0);
	expect_none(in);
	wd_inbox_close(in);
}

static void test_it_is_bounded(void **state)
{
	(void)state;
	char text[1000];
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct wd_inbox *in = open_at(0, 0, 2500);
	assert_int_equal(put(in, text), WD_OK);
	assert_int_equal(put(in, text), WD_OK);
	assert_int_equal(put(in, text), WD_E_FULL);
	struct wd_inbox_record r = record_of(text);
	wd_inbox_settled(in, &r);
	assert_int_equal(put(in, text), WD_OK);
	wd_inbox_end(in);
	assert_int_equal(put(in, text), WD_E_DENIED);
	wd_inbox_close(in);
}

/* Nothing but a wait: for documents that are there already. */
static void test_a_wait_without_records(void **state)
{
	(void)state;
	struct waiter w;
	waiter_init(&w);
	struct wd_inbox *in = open_at(0, 0, 0);
	assert_int_equal(wd_inbox_put(in, NULL, 0, &w.ticket), WD_OK);
	assert_int_equal(wait_for(&w), WD_OK);
	assert_int_equal(wd_inbox_syncs(in), 0);
	wd_inbox_close(in);
}

/* Some that come alone, each with a sync of its own, then many that come fast: one sync in PACE_US
 * for those. Also true where the machine is too slow for them to come fast. */
static bool fast_ones_share_syncs(void)
{
	enum { FAST = 400, ALONE = 5, EVERY_US = 100 };
	enum { BUSY_US = 1000, PACE_US = 3000, ALONE_BATCHES = 32 }; /* as in inbox.c */
	static struct waiter w[ALONE + FAST];
	struct wd_inbox *in = open_at(0, 0, 0);
	for (size_t i = 0; i < ALONE; i++) {
		struct wd_inbox_record r = record_of("alone");
		waiter_init(&w[i]);
		assert_int_equal(wd_inbox_put(in, &r, 1, &w[i].ticket), WD_OK);
		assert_int_equal(wait_for(&w[i]), WD_OK);
	}
	assert_int_equal(wd_inbox_syncs(in), ALONE);
	int64_t from = wd_clock_mono_us();
	for (size_t i = ALONE; i < WD_COUNTOF(w); i++) {
		struct wd_inbox_record r = record_of("fast");
		waiter_init(&w[i]);
		assert_int_equal(wd_inbox_put(in, &r, 1, &w[i].ticket), WD_OK);
		(void)usleep(EVERY_US);
	}
	for (size_t i = ALONE; i < WD_COUNTOF(w); i++)
		assert_int_equal(wait_for(&w[i]), WD_OK);
	int64_t took = wd_clock_mono_us() - from, syncs = (int64_t)wd_inbox_syncs(in) - ALONE;
	wd_inbox_close(in);
	(void)each_file(true, "");
	return took > (int64_t)FAST * BUSY_US / 2 || syncs <= took / PACE_US + ALONE_BATCHES + 8;
}

static void test_syncs_keep_their_distance(void **state)
{
	(void)state;
	/* A machine that stands still for a moment makes a fast sender one that comes alone. */
	enum { TRIES = 20 };
	bool shared = false;
	for (int i = 0; i < TRIES && !shared; i++)
		shared = fast_ones_share_syncs();
	assert_true(shared);
}

/* ---- intake ---- */

struct desk {
	pthread_mutex_t lock;
	struct wd_intake *intake;
	size_t seen, back, positions;
	uint64_t position, last;
	bool fails_once, is_full, is_stuck, out_of_order;
};

/* The whole pipeline: every third document is given back the first time round. */
static int deliver(struct wd_doc *doc, void *ctx)
{
	struct desk *d = ctx;
	struct wd_fate f;
	uint64_t n = 0, position = 0;
	(void)pthread_mutex_lock(&d->lock);
	bool is_stuck = d->is_stuck;
	(void)pthread_mutex_unlock(&d->lock);
	if (is_stuck)
		return WD_E_FULL;
	assert_int_equal(wd_str_to_u64(doc->body, 0, 1000, &n), WD_OK);
	bool back = d->fails_once && n % 3 == 0 && d->back * 3 < n;
	if (back)
		d->back++;
	else if (!wd_intake_settle(
			 doc, 1, n % 2, n == 5 ? WD_E_MALFORMED : WD_OK, "broken", &f, &position))
		fail_msg("not the intake's");
	(void)pthread_mutex_lock(&d->lock);
	if (!back) {
		d->seen++;
		d->out_of_order |= position < d->position;
		d->position = position;
	}
	(void)pthread_mutex_unlock(&d->lock);
	doc->done(doc, back ? WD_E_TRANSIENT : n == 5 ? WD_E_MALFORMED : WD_OK, doc->done_ctx);
	wd_doc_free(doc);
	return WD_OK;
}

static void dress(struct wd_doc *doc, void *ctx)
{
	(void)ctx;
	doc->feed_url = WD_STR("urn:x");
}

static bool is_settled(uint64_t seq, void *ctx)
{
	(void)ctx;
	return seq == 2;
}

static bool find(struct wd_hash id, struct wd_fate *ret, void *ctx)
{
	(void)id;
	(void)ret;
	(void)ctx;
	return false;
}

static bool is_full(void *ctx)
{
	struct desk *d = ctx;
	return d->is_full;
}

static struct wd_intake *open_intake(struct desk *d, uint64_t position)
{
	struct wd_err err = {0};
	struct wd_intake_opts o = {.dir = dir,
		.max_bytes = WD_MIB,
		.position = position,
		.deliver = deliver,
		.dress = dress,
		.is_settled = is_settled,
		.find = find,
		.is_full = is_full,
		.ctx = d};
	(void)pthread_mutex_init(&d->lock, NULL);
	if (wd_intake_new(&o, &d->intake, &err) != WD_OK ||
		wd_intake_start(d->intake, &err) != WD_OK)
		fail_msg("%s", err.text);
	return d->intake;
}

static int intake_put(struct wd_intake *in, const char *body)
{
	struct wd_inbox_record r = record_of(body);
	struct waiter w;
	waiter_init(&w);
	int rc = wd_intake_put(in, &r, 1, &w.ticket);
	return rc == WD_OK ? wait_for(&w) : rc;
}

static void wait_seen(struct desk *d, size_t n)
{
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	size_t seen = 0;
	while (seen < n && wd_clock_mono_us() < until) {
		(void)usleep(1000);
		(void)pthread_mutex_lock(&d->lock);
		seen = d->seen;
		(void)pthread_mutex_unlock(&d->lock);
	}
	assert_int_equal(seen, n);
}

static void close_intake(struct desk *d)
{
	wd_intake_stop(d->intake);
	wd_intake_close(d->intake);
	wd_intake_free(d->intake);
}

static void test_given_back_documents_come_again(void **state)
{
	(void)state;
	struct desk d = {.fails_once = true};
	struct wd_intake *in = open_intake(&d, 0);
	struct wd_fate f;
	char text[16];
	for (int i = 1; i <= 10; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(intake_put(in, text), WD_OK);
	}
	wait_seen(&d, 10);
	assert_false(d.out_of_order);
	close_intake(&d);
	assert_int_equal(d.position, 10);
	/* what they became */
	d = (struct desk){0};
	in = open_intake(&d, 10);
	assert_int_equal(intake_put(in, "5"), WD_OK);
	assert_int_equal(intake_put(in, "6"), WD_OK);
	assert_int_equal(intake_put(in, "7"), WD_OK);
	wait_seen(&d, 3);
	wd_intake_stop(in);
	assert_false(wd_intake_fate(in, wd_hash_bytes(WD_STR("5")), &f)); /* the store has it */
	assert_true(wd_intake_fate(in, wd_hash_bytes(WD_STR("6")), &f));
	assert_int_equal(f.state, WD_DOC_DUPLICATE);
	assert_true(wd_intake_fate(in, wd_hash_bytes(WD_STR("7")), &f));
	assert_int_equal(f.state, WD_DOC_PROCESSED);
	close_intake(&d);
}

/* The pipeline's part, by hand: documents are settled one by one, and done when all are committed.
 */
struct group {
	pthread_mutex_t lock;
	struct wd_doc *docs[8];
	size_t n;
};

static int collect(struct wd_doc *doc, void *ctx)
{
	struct group *g = ctx;
	(void)pthread_mutex_lock(&g->lock);
	g->docs[g->n++] = doc;
	(void)pthread_mutex_unlock(&g->lock);
	return WD_OK;
}

static void wait_collected(struct group *g, size_t n)
{
	int64_t until = wd_clock_mono_us() + WD_TEST_PATIENCE_US;
	size_t have = 0;
	while (have < n && wd_clock_mono_us() < until) {
		(void)usleep(1000);
		(void)pthread_mutex_lock(&g->lock);
		have = g->n;
		(void)pthread_mutex_unlock(&g->lock);
	}
	assert_int_equal(have, n);
}

static uint64_t settled(struct group *g, size_t i)
{
	struct wd_fate f;
	uint64_t position = 0;
	assert_true(wd_intake_settle(g->docs[i], 1, 1, WD_OK, NULL, &f, &position));
	return position;
}

static void done(struct group *g, size_t i, int rc)
{
	g->docs[i]->done(g->docs[i], rc, g->docs[i]->done_ctx);
	wd_doc_free(g->docs[i]);
}

static bool never_full(void *ctx)
{
	(void)ctx;
	return false;
}

static void test_positions_of_groups(void **state)
{
	(void)state;
	struct group g = {.n = 0};
	struct wd_intake *in = NULL;
	struct wd_intake_opts o = {.dir = dir,
		.max_bytes = WD_MIB,
		.deliver = collect,
		.dress = dress,
		.is_settled = is_settled,
		.find = find,
		.is_full = never_full,
		.ctx = &g};
	(void)pthread_mutex_init(&g.lock, NULL);
	assert_int_equal(wd_intake_new(&o, &in, NULL), WD_OK);
	assert_int_equal(wd_intake_start(in, NULL), WD_OK);
	assert_int_equal(intake_put(in, "1"), WD_OK);
	assert_int_equal(intake_put(in, "2"), WD_OK);
	assert_int_equal(intake_put(in, "3"), WD_OK);
	wait_collected(&g, 3);
	/* a group whose transaction fails: nothing of it counts */
	assert_int_equal(settled(&g, 0), 1);
	assert_int_equal(settled(&g, 1), 2);
	for (size_t i = 0; i < 3; i++)
		done(&g, i, WD_E_TRANSIENT);
	g.n = 0;
	/* again, from the first on; two groups */
	wait_collected(&g, 3);
	assert_int_equal(settled(&g, 1), 0); /* the first is not settled yet */
	assert_int_equal(settled(&g, 0), 2);
	done(&g, 0, WD_OK);
	assert_int_equal(settled(&g, 2), 3);
	done(&g, 1, WD_OK);
	done(&g, 2, WD_OK);
	assert_int_equal(intake_put(in, "4"), WD_OK);
	wait_collected(&g, 4);
	assert_int_equal(settled(&g, 3), 4);
	done(&g, 3, WD_OK);
	wd_intake_stop(in);
	wd_intake_close(in);
	wd_intake_free(in);
}

static void test_what_a_crash_left_is_delivered(void **state)
{
	(void)state;
	struct wd_fate f;
	struct desk d = {.is_stuck = true};
	struct wd_intake *in = open_intake(&d, 0);
	assert_int_equal(intake_put(in, "1"), WD_OK);
	assert_int_equal(intake_put(in, "2"), WD_OK);
	assert_int_equal(intake_put(in, "3"), WD_OK);
	assert_true(wd_intake_fate(in, wd_hash_bytes(WD_STR("3")), &f));
	assert_int_equal(f.state, WD_DOC_QUEUED);
	close_intake(&d); /* nothing was settled … */
	d = (struct desk){0};
	in = open_intake(&d, 0); /* … but the store knows that number 2 is */
	wait_seen(&d, 2);
	wd_intake_stop(in);
	uint64_t records, bytes;
	wd_intake_fill(in, &records, &bytes);
	assert_int_equal(records, 0);
	assert_int_equal(d.position, 3);
	close_intake(&d);
}

static void test_a_full_outbox_refuses(void **state)
{
	(void)state;
	struct desk d = {.is_full = true};
	struct wd_intake *in = open_intake(&d, 0);
	assert_int_equal(intake_put(in, "1"), WD_E_FULL);
	d.is_full = false;
	assert_int_equal(intake_put(in, "1"), WD_OK);
	wait_seen(&d, 1);
	close_intake(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_was_put_is_read_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_segments_turn_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_is_stepped_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_wait_without_records, setup, teardown),
		cmocka_unit_test_setup_teardown(test_syncs_keep_their_distance, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_given_back_documents_come_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_positions_of_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_a_crash_left_is_delivered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_outbox_refuses, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
