/*
 * The feeder reads the inbox in order and keeps a list of what is with the pipeline, in order too.
 * The position written with each document is the last one before which all are settled, so a crash
 * gives back exactly what is not; those behind it that are settled already are known by number.
 *
 * A document that the store gave back (its transaction failed) is delivered again from the inbox,
 * after all that was in work came back, so the order of one source's documents stays.
 *
 * Ids: a table of what is queued, and a fixed one of what was settled lately; older ones are asked
 * of the store.
 *
 * Concurrency: `lock` guards all of it. The inbox's lock is taken inside it, never the other way.
 */
#include "sources/intake.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"

#define MAX_IN_FLIGHT 1024
#define BUCKETS 65536 /* powers of two */
#define RECENT 16384
#define SPARE 4096 /* entries of the table that are used again */
#define RETRY_US (WD_SEC / 4)
#define READ_WAIT_US (WD_SEC / 2)

enum item_state { WITH_PIPELINE, SETTLING, SETTLED, GIVEN_BACK };

/* A document that the feeder took from the inbox and that is not behind the position yet. */
struct item {
	struct item *next;
	struct wd_intake *in;
	enum item_state state;
	struct wd_inbox_record record; /* without strings; body.n is the size of all of them */
	struct wd_fate fate;
};

/* A document in the inbox. */
struct queued {
	struct queued *next;
	struct wd_hash id;
	uint64_t seq, body_hash;
};

struct recent {
	struct wd_hash id;
	uint64_t seq, body_hash;
	uint32_t articles, versions;
	enum wd_fate_state state;
};

struct wd_intake {
	struct wd_intake_opts o;
	struct wd_inbox *inbox;
	pthread_t thread;
	bool has_thread;
	uint64_t recovered; /* last seq found at the start */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct item *first, *last;
	struct item *settling;     /* the last of an unbroken run from the first; NULL: look */
	size_t in_flight, in_work; /* in_work: with the pipeline */
	uint64_t position;
	bool stopping, has_room, has_given_back;
	struct queued **buckets;
	struct queued *spare; /* the HTTP thread makes entries, the desk's drops them: no work for a
				 heap */
	size_t spare_n;
	struct recent *recent;
};

static struct wd_metric m_records = {.name = "wiredesk_inbox_documents",
	.help = "Documents taken and not worked up yet.",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric m_bytes = {
	.name = "wiredesk_inbox_bytes", .help = "Their size.", .kind = WD_METRIC_GAUGE};

const char *wd_fate_name(enum wd_fate_state state)
{
	static const char *const names[] = {
		"unknown", "queued", "processed", "duplicate", "failed"};
	return names[state];
}

/* ---- ids ---- */

static struct queued **bucket(struct wd_intake *in, struct wd_hash id)
{
	return &in->buckets[id.lo & (BUCKETS - 1)];
}

/* Under lock, as all here. */
static void queue_add(struct wd_intake *in, const struct wd_inbox_record *r)
{
	struct queued *q = in->spare != NULL ? in->spare : calloc(1, sizeof(*q));
	if (q == NULL)
		return; /* its fate is unknown until it is settled */
	if (q == in->spare) {
		in->spare = q->next;
		in->spare_n--;
	}
	struct queued **at = bucket(in, r->id);
	*q = (struct queued){.next = *at, .id = r->id, .seq = r->seq, .body_hash = r->body_hash};
	*at = q;
}

static void drop_queued(struct wd_intake *in, struct queued *q)
{
	if (in->spare_n >= SPARE) {
		free(q);
		return;
	}
	q->next = in->spare;
	in->spare = q;
	in->spare_n++;
}

static void queue_remove(struct wd_intake *in, struct wd_hash id, uint64_t seq)
{
	for (struct queued **at = bucket(in, id); *at != NULL; at = &(*at)->next) {
		struct queued *q = *at;
		if (wd_hash_eq(q->id, id) && (seq == 0 || q->seq == seq)) {
			*at = q->next;
			drop_queued(in, q);
			return;
		}
	}
}

static void remember(struct wd_intake *in, const struct wd_fate *f)
{
	in->recent[f->id.lo & (RECENT - 1)] = (struct recent){.id = f->id,
		.seq = f->seq,
		.body_hash = f->body_hash,
		.articles = f->articles,
		.versions = f->versions,
		.state = f->state};
}

bool wd_intake_fate(struct wd_intake *in, struct wd_hash id, struct wd_fate *ret)
{
	bool found = false;
	(void)pthread_mutex_lock(&in->lock);
	const struct queued *q = *bucket(in, id);
	while (q != NULL && !wd_hash_eq(q->id, id))
		q = q->next;
	const struct recent *r = &in->recent[id.lo & (RECENT - 1)];
	if (q != NULL) {
		*ret = (struct wd_fate){
			.state = WD_DOC_QUEUED, .seq = q->seq, .body_hash = q->body_hash, .id = id};
		found = true;
	} else if (r->state != 0 && r->state != WD_DOC_FAILED && wd_hash_eq(r->id, id)) {
		*ret = (struct wd_fate){.state = r->state,
			.seq = r->seq,
			.body_hash = r->body_hash,
			.id = id,
			.articles = r->articles,
			.versions = r->versions};
		found = true;
	}
	(void)pthread_mutex_unlock(&in->lock);
	return found || in->o.find(id, ret, in->o.ctx);
}

/* ---- putting ---- */

static void show_fill(struct wd_intake *in)
{
	uint64_t records, bytes;
	wd_inbox_fill(in->inbox, &records, &bytes);
	wd_metric_set(&m_records, (int64_t)records);
	wd_metric_set(&m_bytes, (int64_t)bytes);
}

int wd_intake_put(
	struct wd_intake *in, struct wd_inbox_record *list, size_t n, struct wd_inbox_ticket *t)
{
	if (in->o.is_full(in->o.ctx))
		return WD_E_FULL;
	(void)pthread_mutex_lock(&in->lock);
	int rc = wd_inbox_put(in->inbox, list, n, t);
	for (size_t i = 0; i < n && rc == WD_OK; i++)
		queue_add(in, &list[i]);
	(void)pthread_mutex_unlock(&in->lock);
	return rc;
}

void wd_intake_lost(struct wd_intake *in, struct wd_hash id)
{
	(void)pthread_mutex_lock(&in->lock);
	queue_remove(in, id, 0);
	(void)pthread_mutex_unlock(&in->lock);
}

void wd_intake_fill(struct wd_intake *in, uint64_t *ret_records, uint64_t *ret_bytes)
{
	wd_inbox_fill(in->inbox, ret_records, ret_bytes);
}

/* ---- settling (desk thread) ---- */

/* Under lock: what is settled at the front leaves. */
static void advance(struct wd_intake *in)
{
	while (in->first != NULL && in->first->state == SETTLED) {
		struct item *it = in->first;
		in->first = it->next;
		if (in->first == NULL)
			in->last = NULL;
		if (in->settling == it)
			in->settling = NULL;
		in->in_flight--;
		in->position = it->record.seq;
		free(it);
	}
	wd_inbox_trim(in->inbox, in->position);
}

static void on_doc_done(struct wd_doc *doc, int rc, void *ctx)
{
	struct item *it = ctx;
	struct wd_intake *in = it->in;
	(void)doc;
	(void)pthread_mutex_lock(&in->lock);
	bool back = rc == WD_E_TRANSIENT || rc == WD_E_FULL || rc == WD_E_DENIED ||
		    it->state != SETTLING;
	it->state = back ? GIVEN_BACK : SETTLED;
	in->in_work--;
	if (back) {
		in->has_given_back = true;
		in->settling = NULL;
	} else {
		queue_remove(in, it->record.id, it->record.seq);
		remember(in, &it->fate);
		wd_inbox_settled(in->inbox, &it->record);
		advance(in);
	}
	(void)pthread_cond_signal(&in->changed);
	(void)pthread_mutex_unlock(&in->lock);
}

static uint64_t position_with(struct wd_intake *in)
{
	struct item *it = in->settling != NULL ? in->settling->next : in->first;
	for (; it != NULL && (it->state == SETTLING || it->state == SETTLED); it = it->next)
		in->settling = it;
	return in->settling != NULL ? in->settling->record.seq : in->position;
}

bool wd_intake_settle(const struct wd_doc *doc, size_t articles, size_t versions, int rc,
	const char *reason, struct wd_fate *ret, uint64_t *ret_position)
{
	if (doc->done != on_doc_done)
		return false;
	struct item *it = doc->done_ctx;
	struct wd_intake *in = it->in;
	(void)pthread_mutex_lock(&in->lock);
	it->state = SETTLING;
	it->fate = (struct wd_fate){.state = rc < 0                          ? WD_DOC_FAILED
					     : articles > 0 && versions == 0 ? WD_DOC_DUPLICATE
									     : WD_DOC_PROCESSED,
		.seq = it->record.seq,
		.body_hash = it->record.body_hash,
		.id = it->record.id,
		.articles = (uint32_t)WD_MIN(articles, (size_t)UINT32_MAX),
		.versions = (uint32_t)WD_MIN(versions, (size_t)UINT32_MAX)};
	if (rc < 0)
		(void)snprintf(it->fate.reason, sizeof(it->fate.reason), "%.*s",
			(int)sizeof(it->fate.reason) - 1,
			reason != NULL && reason[0] != '\0' ? reason : wd_rc_name(rc));
	*ret = it->fate;
	*ret_position = position_with(in);
	(void)pthread_mutex_unlock(&in->lock);
	return true;
}

/* ---- the feeder ---- */

static struct wd_doc *make_doc(struct wd_intake *in, const struct wd_inbox_record *r)
{
	struct wd_doc *doc = wd_doc_new(r->body.n + WD_MIB);
	if (doc == NULL)
		return NULL;
	bool is_refused = (r->origin & WD_INBOX_REFUSED) != 0;
	doc->origin = (enum wd_doc_origin)(r->origin & ~WD_INBOX_REFUSED);
	doc->feed = wd_arena_str(doc->mem, r->source);
	doc->content_type = wd_arena_str(doc->mem, r->type);
	doc->input = wd_arena_str(doc->mem, r->input);
	*(is_refused ? &doc->refused : &doc->url) = wd_arena_str(doc->mem, r->url);
	doc->fetched_at_us = r->received_us;
	doc->body = wd_arena_str(doc->mem, r->body);
	in->o.dress(doc, in->o.ctx);
	if (doc->body.n == r->body.n)
		return doc;
	wd_doc_free(doc);
	return NULL;
}

/* Under lock. */
static void wait_change(struct wd_intake *in, int64_t us)
{
	(void)wd_cond_wait_until(&in->changed, &in->lock, wd_clock_mono_us() + us);
}

/* Under lock: the list's item for the record, new at the end; NULL: settled already. */
static struct item *item_for(struct wd_intake *in, const struct wd_inbox_record *r)
{
	bool is_new = in->last == NULL || in->last->record.seq < r->seq;
	for (struct item *it = is_new ? NULL : in->first; it != NULL && it->record.seq <= r->seq;
		it = it->next) {
		if (it->record.seq == r->seq)
			return it->state == GIVEN_BACK ? it : NULL;
	}
	struct item *it = calloc(1, sizeof(*it));
	if (it == NULL) {
		in->has_given_back = true; /* read again */
		return NULL;
	}
	it->in = in;
	it->record = *r;
	it->record.source = it->record.type = it->record.input = it->record.url = WD_STR_NONE;
	it->record.body =
		(struct wd_str){NULL, r->source.n + r->type.n + r->input.n + r->url.n + r->body.n};
	*(in->first == NULL ? &in->first : &in->last->next) = it;
	in->last = it;
	in->in_flight++;
	return it;
}

/* Takes the document to the pipeline; false: the end is near. */
static bool hand_over(struct wd_intake *in, struct item *it, struct wd_doc *doc)
{
	doc->done = on_doc_done;
	doc->done_ctx = it;
	for (;;) {
		(void)pthread_mutex_lock(&in->lock);
		bool stopping = in->stopping;
		in->has_room = false;
		it->state = WITH_PIPELINE;
		in->in_work++;
		(void)pthread_mutex_unlock(&in->lock);
		int rc = stopping ? WD_E_DENIED : in->o.deliver(doc, in->o.ctx);
		if (rc == WD_OK)
			return true;
		(void)pthread_mutex_lock(&in->lock);
		it->state = GIVEN_BACK;
		in->in_work--;
		if (rc == WD_E_FULL && !in->has_room && !in->stopping)
			wait_change(in, RETRY_US);
		(void)pthread_mutex_unlock(&in->lock);
		if (rc != WD_E_FULL) {
			wd_doc_free(doc);
			return false;
		}
	}
}

static bool feed_record(struct wd_intake *in, const struct wd_inbox_record *r)
{
	bool is_old = r->seq <= in->recovered && in->o.is_settled(r->seq, in->o.ctx);
	struct wd_doc *doc = is_old ? NULL : make_doc(in, r);
	(void)pthread_mutex_lock(&in->lock);
	struct item *it = item_for(in, r);
	if (it != NULL && is_old) {
		it->state = SETTLED;
		queue_remove(in, r->id, r->seq);
		wd_inbox_settled(in->inbox, &it->record);
		advance(in);
	} else if (it != NULL && doc == NULL) { /* no memory: later */
		it->state = GIVEN_BACK;
		in->has_given_back = true;
	}
	(void)pthread_mutex_unlock(&in->lock);
	if (it != NULL && doc != NULL)
		return hand_over(in, it, doc);
	wd_doc_free(doc);
	return true;
}

/* What the store gave back is read again, once nothing is in work. Under lock. */
static void read_again(struct wd_intake *in)
{
	while (in->in_work > 0 && !in->stopping)
		wait_change(in, READ_WAIT_US);
	if (in->stopping)
		return;
	wait_change(in, RETRY_US); /* the store is in trouble: not at once */
	in->has_given_back = false;
	wd_inbox_seek(in->inbox, in->position);
}

static bool may_read(struct wd_intake *in)
{
	(void)pthread_mutex_lock(&in->lock);
	if (in->has_given_back)
		read_again(in);
	while (in->in_flight >= MAX_IN_FLIGHT && !in->has_given_back && !in->stopping)
		wait_change(in, READ_WAIT_US);
	bool stopping = in->stopping;
	(void)pthread_mutex_unlock(&in->lock);
	return !stopping;
}

static void *feed_main(void *arg)
{
	struct wd_intake *in = arg;
	struct wd_inbox_record r;
	(void)pthread_setname_np(pthread_self(), "feeder");
	while (may_read(in)) {
		struct wd_err err = {0};
		show_fill(in);
		int rc = wd_inbox_next(in->inbox, READ_WAIT_US, &r, &err);
		if (rc == WD_OK && !feed_record(in, &r))
			break;
		if (rc == WD_OK || rc == WD_E_NOTFOUND)
			continue;
		wd_log(WD_LOG_ERR, WD_STR_NONE, "inbox-unreadable", "%s", err.text);
		(void)pthread_mutex_lock(&in->lock);
		in->has_given_back = true;
		(void)pthread_mutex_unlock(&in->lock);
	}
	return NULL;
}

/* ---- life ---- */

static void on_found(const struct wd_inbox_record *r, void *ctx)
{
	struct wd_intake *in = ctx;
	in->recovered = WD_MAX(in->recovered, r->seq);
	queue_add(in, r);
}

int wd_intake_new(const struct wd_intake_opts *opts, struct wd_intake **ret, struct wd_err *err)
{
	struct wd_intake *in = calloc(1, sizeof(*in));
	if (in == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	in->o = *opts;
	in->position = opts->position;
	in->buckets = calloc(BUCKETS, sizeof(struct queued *));
	in->recent = calloc(RECENT, sizeof(*in->recent));
	(void)pthread_mutex_init(&in->lock, NULL);
	wd_cond_init(&in->changed);
	struct wd_inbox_opts io = {.dir = opts->dir,
		.max_bytes = opts->max_bytes,
		.max_records = WD_INBOX_MAX_RECORDS,
		.position = opts->position,
		.found = on_found,
		.ctx = in};
	int rc = in->buckets != NULL && in->recent != NULL
			 ? wd_inbox_open(&io, &in->inbox, err)
			 : wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (rc != WD_OK) {
		wd_intake_free(in);
		return rc;
	}
	wd_metric_register(&m_records);
	wd_metric_register(&m_bytes);
	uint64_t records, bytes;
	wd_inbox_fill(in->inbox, &records, &bytes);
	if (records > 0)
		wd_log(WD_LOG_NOTICE, WD_STR_NONE, "inbox", "left=%" PRIu64 " bytes=%" PRIu64,
			records, bytes);
	if (wd_inbox_damaged(in->inbox) > 0)
		wd_log(WD_LOG_ERR, WD_STR_NONE, "inbox-damaged",
			"%" PRIu64 " bytes are not what was written there: is the disk failing?",
			wd_inbox_damaged(in->inbox));
	*ret = in;
	return WD_OK;
}

int wd_intake_start(struct wd_intake *in, struct wd_err *err)
{
	if (pthread_create(&in->thread, NULL, feed_main, in) != 0)
		return wd_err_set(err, WD_E_SYS, "cannot start the inbox's feeder");
	in->has_thread = true;
	return WD_OK;
}

void wd_intake_resume(struct wd_intake *in)
{
	(void)pthread_mutex_lock(&in->lock);
	in->has_room = true;
	(void)pthread_cond_signal(&in->changed);
	(void)pthread_mutex_unlock(&in->lock);
}

void wd_intake_stop(struct wd_intake *in)
{
	(void)pthread_mutex_lock(&in->lock);
	in->stopping = true;
	(void)pthread_cond_signal(&in->changed);
	(void)pthread_mutex_unlock(&in->lock);
	wd_inbox_wake(in->inbox);
	if (in->has_thread)
		(void)pthread_join(in->thread, NULL);
	in->has_thread = false;
}

void wd_intake_close(struct wd_intake *in)
{
	wd_intake_stop(in);
	wd_inbox_end(in->inbox);
}

void wd_intake_free(struct wd_intake *in)
{
	if (in == NULL)
		return;
	if (in->inbox != NULL)
		wd_intake_stop(in);
	wd_inbox_close(in->inbox);
	for (struct item *it = in->first, *next; it != NULL; it = next) {
		next = it->next;
		free(it);
	}
	for (size_t i = 0; in->buckets != NULL && i < BUCKETS; i++) {
		for (struct queued *q = in->buckets[i], *next; q != NULL; q = next) {
			next = q->next;
			free(q);
		}
	}
	for (struct queued *q = in->spare, *next; q != NULL; q = next) {
		next = q->next;
		free(q);
	}
	free(in->buckets);
	free(in->recent);
	(void)pthread_mutex_destroy(&in->lock);
	(void)pthread_cond_destroy(&in->changed);
	free(in);
}
