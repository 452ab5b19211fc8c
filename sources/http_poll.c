/*
 * Feeds, hosts, and the way of a document.
 *
 *   WAITING ──due──► READY ──slot──► FETCHING ──200──► HELD ──room──► SENT ──done──► WAITING
 *                                       └──304, failure, same body as stored──────────┘
 *
 * Waiting feeds are in a heap by time; ready ones queue at their host, and hosts with both a ready
 * feed and a free slot take turns, so a thousand feeds of one host neither flood it nor keep others
 * from their turn. A feed has at most one document on its way (see http_poll.h).
 *
 * Back-pressure: a document the pipeline does not take is held, and nothing new is fetched until it
 * says that there is room: held documents are bounded by http.max_transfers.
 *
 * Concurrency: everything on the loop thread but on_doc_done() (desk thread), which puts the
 * outcome into a list under a mutex and wakes the loop.
 */
#include "sources/http_poll_impl.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/url.h"
#include "sources/http_fetch.h"

static struct wd_metric fetched_ok = {.name = "wiredesk_fetches_total",
	.help = "Fetches of feeds by result",
	.labels = "result=\"document\""};
static struct wd_metric fetched_same = {.name = "wiredesk_fetches_total",
	.help = "Fetches of feeds by result",
	.labels = "result=\"unchanged\""};
static struct wd_metric fetched_bad = {.name = "wiredesk_fetches_total",
	.help = "Fetches of feeds by result",
	.labels = "result=\"failed\""};
static struct wd_metric fetched_bytes = {.name = "wiredesk_fetch_bytes_total",
	.help = "Bytes received by polling, before unpacking"};
static struct wd_metric feeds_held = {.name = "wiredesk_feeds_held",
	.help = "Feeds whose document waits for room in the pipeline",
	.kind = WD_METRIC_GAUGE};
static const double seconds[] = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 0};
static struct wd_metric fetch_seconds = {.name = "wiredesk_fetch_seconds",
	.help = "Time of one fetch, redirects included",
	.kind = WD_METRIC_HISTOGRAM,
	.bounds = seconds};

const char *wd_poll_health_name(enum wd_poll_health h)
{
	static const char *const names[] = {"new", "ok", "private-address", "unreachable",
		"timeout", "truncated", "too-large", "decompression-bomb", "empty", "redirects",
		"denied", "not-found", "gone", "rate-limited", "server-error", "bad-status",
		"bad-response", "not-a-feed"};
	return names[h];
}

/* ---- the heap of waiting feeds ---- */

static void heap_put(struct wd_poll *p, size_t at, struct wd_poll_feed *f)
{
	p->heap[at] = f;
	f->heap_at = at;
}

static void heap_up(struct wd_poll *p, size_t at)
{
	struct wd_poll_feed *f = p->heap[at];
	while (at > 0 && p->heap[(at - 1) / 2]->due_us > f->due_us) {
		heap_put(p, at, p->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(p, at, f);
}

static void heap_down(struct wd_poll *p, size_t at)
{
	struct wd_poll_feed *f = p->heap[at];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= p->heap_n)
			break;
		if (child + 1 < p->heap_n && p->heap[child + 1]->due_us < p->heap[child]->due_us)
			child++;
		if (p->heap[child]->due_us >= f->due_us)
			break;
		heap_put(p, at, p->heap[child]);
		at = child;
	}
	heap_put(p, at, f);
}

static void heap_remove(struct wd_poll *p, struct wd_poll_feed *f)
{
	size_t at = f->heap_at;
	struct wd_poll_feed *last = p->heap[--p->heap_n];
	if (last == f)
		return;
	heap_put(p, at, last);
	heap_up(p, at);
	heap_down(p, last->heap_at);
}

/* ---- planning ---- */

static void on_timer(uv_timer_t *t)
{
	wd_poll_pump(t->data);
}

static double random_unit(struct wd_poll *p)
{
	p->random = p->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double)(p->random >> 11) / 9007199254740992.0;
}

void wd_poll_wait_until(struct wd_poll_feed *f, int64_t due_us)
{
	struct wd_poll *p = f->p;
	f->state = WAITING;
	f->due_us = due_us;
	p->heap[p->heap_n] = f;
	p->heap_n++;
	heap_up(p, p->heap_n - 1);
}

static bool is_lasting(enum wd_poll_health h)
{
	return h != WD_POLL_UNREACHABLE && h != WD_POLL_TIMEOUT && h != WD_POLL_TRUNCATED &&
	       h != WD_POLL_SERVER;
}

/* The record: "1 INTERVAL LEARNED MOVED SEEN", and with a redirect " SINCE URL". Written when there
 * is news worth a write: the interval moved by a quarter, or a redirect was seen once more. */
static void save(struct wd_poll_feed *f)
{
	struct wd_poll *p = f->p;
	struct wd_buf b;
	int64_t off = f->sched.interval_us - f->saved_interval_us;
	unsigned seen = WD_MIN(f->moved_seen, (unsigned)MOVED_TIMES);
	if (p->o.save == NULL || f->last_ok_us == 0)
		return;
	if (off * 4 <= f->saved_interval_us && off * 4 >= -f->saved_interval_us &&
		seen == f->saved_seen && f->is_moved == f->saved_moved)
		return;
	f->saved_interval_us = f->sched.interval_us;
	f->saved_seen = seen;
	f->saved_moved = f->is_moved;
	wd_buf_init(&b, WD_MAX_URL_BYTES + 200);
	wd_buf_printf(&b, "1 %" PRId64 " %d %d %u", f->sched.interval_us, f->sched.has_learned,
		f->is_moved, seen);
	if (f->moved_to != NULL)
		wd_buf_printf(&b, " %" PRId64 " %s", f->moved_since_us, f->moved_to);
	if (!wd_buf_failed(&b))
		p->o.save(wd_str_c(f->id), wd_buf_str(&b), p->o.ctx);
	wd_buf_done(&b);
}

static void plan(struct wd_poll_feed *f)
{
	struct wd_poll *p = f->p;
	if (f->is_removed) {
		wd_poll_feed_free(f);
		return;
	}
	save(f);
	int64_t pause = wd_schedule_pause(&f->sched, f->conf, p->http->backoff_max_us,
		wd_clock_now_us(), f->retry_after_us, is_lasting(f->health), random_unit(p));
	if (f->health == WD_POLL_OK && p->o.least_pause != NULL)
		pause = WD_MAX(pause, p->o.least_pause(wd_str_c(f->id), p->o.ctx));
	wd_poll_wait_until(f, wd_clock_mono_us() + pause);
}

void wd_poll_sooner(struct wd_poll *p, struct wd_str feed_id)
{
	for (size_t i = 0; i < p->n && !p->is_stopped; i++) {
		struct wd_poll_feed *f = p->feeds[i];
		if (f->state != WAITING || !wd_str_eqc(feed_id, f->id))
			continue;
		int64_t due = wd_clock_mono_us() + f->sched.interval_us;
		if (due < f->due_us) {
			heap_remove(p, f);
			wd_poll_wait_until(f, due);
			wd_poll_pump(p);
		}
		return;
	}
}

/* Said once per change of state, not per poll. */
static void set_health(struct wd_poll_feed *f, enum wd_poll_health h, const char *reason)
{
	enum wd_poll_health was = f->health;
	f->health = h;
	(void)snprintf(f->reason, sizeof(f->reason), "%s", reason);
	if (h == WD_POLL_OK)
		f->last_ok_us = wd_clock_now_us();
	if (was == h)
		return;
	if (f->p->o.health != NULL) {
		struct wd_poll_view v;
		wd_poll_view_of(f, &v);
		f->p->o.health(&v, f->p->o.ctx);
	}
	if (h != WD_POLL_OK) {
		if (was == WD_POLL_OK || was == WD_POLL_NEW)
			f->failing_since_us = wd_clock_mono_us();
		wd_log(WD_LOG_WARNING, wd_str_c(f->id), "feed-failed",
			"class=%s status=%d url=%s: %s", wd_poll_health_name(h), f->status,
			WD_LOGQ(wd_str_c(f->url)), reason);
	} else if (was == WD_POLL_NEW) {
		wd_log(WD_LOG_INFO, wd_str_c(f->id), "feed-ok", "status=%d url=%s", f->status,
			WD_LOGQ(wd_str_c(f->url)));
	} else {
		wd_log(WD_LOG_NOTICE, wd_str_c(f->id), "feed-recovered", "was=%s after_s=%" PRId64,
			wd_poll_health_name(was),
			(wd_clock_mono_us() - f->failing_since_us) / WD_SEC);
	}
}

static void failed(struct wd_poll_feed *f, enum wd_poll_health h, const char *reason)
{
	wd_metric_add(&fetched_bad, 1);
	wd_schedule_failed(&f->sched);
	f->unchanged_in_a_row = 0;
	set_health(f, h, reason);
	if (f->is_moved && h != WD_POLL_LIMITED && h != WD_POLL_SERVER) {
		f->is_moved = false; /* back to what is configured */
		f->moved_seen = 0;
	}
	plan(f);
}

static void give_turn(struct wd_poll *p, struct wd_poll_host *h)
{
	if (h->has_turn || h->first == NULL || h->running >= (size_t)p->http->max_per_host)
		return;
	h->has_turn = true;
	h->next_turn = NULL;
	if (p->turn_last != NULL)
		p->turn_last->next_turn = h;
	else
		p->turn_first = h;
	p->turn_last = h;
}

/* ---- documents ---- */

char *wd_poll_copy(struct wd_str s)
{
	char *z = s.n > 0 ? calloc(1, s.n + 1) : NULL;
	if (z == NULL)
		return NULL;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return z;
}

static void on_doc_done(struct wd_doc *doc, int rc, void *ctx)
{
	struct delivery *d = ctx;
	struct wd_poll *p = d->feed->p;
	struct outcome *o = calloc(1, sizeof(*o));
	WD_ASSERT(o != NULL); /* without it the feed would never be polled again */
	o->feed = d->feed;
	o->rc = rc;
	o->etag = wd_poll_copy(doc->etag);
	o->last_modified = wd_poll_copy(doc->last_modified);
	o->body_hash = d->body_hash;
	o->report = d->report;
	o->is_reported = d->is_reported;
	(void)pthread_mutex_lock(&p->lock);
	o->next = p->outcomes;
	p->outcomes = o;
	(void)uv_async_send(&p->wake); /* under the lock: wd_poll_free waits for it */
	(void)pthread_mutex_unlock(&p->lock);
}

void wd_poll_reported(const struct wd_doc *doc, const struct wd_poll_report *r)
{
	struct delivery *d = doc->done == on_doc_done ? doc->done_ctx : NULL;
	if (d == NULL)
		return;
	d->report = *r;
	d->is_reported = true;
}

static void committed(struct wd_poll_feed *f, struct outcome *o)
{
	free(f->etag);
	free(f->last_modified);
	f->etag = wd_take(o->etag);
	f->last_modified = wd_take(o->last_modified);
	f->body_hash = o->body_hash;
	f->has_body_hash = true;
	if (o->is_reported && !o->report.is_feed) {
		failed(f, WD_POLL_NOT_A_FEED, o->report.reason);
		return;
	}
	if (o->is_reported) {
		f->sched.ttl_us = o->report.ttl_us;
		f->sched.skip_hours = o->report.skip_hours;
		f->sched.skip_days = o->report.skip_days;
	}
	wd_schedule_read(&f->sched, f->conf, o->report.new_items);
	set_health(f, WD_POLL_OK, "");
	plan(f);
}

static void on_outcome(struct outcome *o)
{
	struct wd_poll_feed *f = o->feed;
	if (f->is_removed)
		wd_poll_feed_free(f);
	else if (o->rc == WD_OK)
		committed(f, o);
	else if (o->rc == WD_E_TRANSIENT || o->rc == WD_E_FULL || o->rc == WD_E_DENIED ||
		 o->rc == WD_E_NOMEM)
		plan(f); /* not the feed's fault: nothing was stored, it is read again */
	else
		failed(f, WD_POLL_NOT_A_FEED,
			o->is_reported && o->report.reason[0] != '\0'
				? o->report.reason
				: "it could not be worked up");
	free(o->etag);
	free(o->last_modified);
	free(o);
}

static void on_wake(uv_async_t *a)
{
	struct wd_poll *p = a->data;
	(void)pthread_mutex_lock(&p->lock);
	struct outcome *list = p->outcomes;
	p->outcomes = NULL;
	(void)pthread_mutex_unlock(&p->lock);
	while (list != NULL) {
		struct outcome *o = list;
		list = o->next;
		p->outstanding--;
		on_outcome(o);
	}
	wd_poll_pump(p);
}

/* False: no room. */
static bool deliver(struct wd_poll_feed *f)
{
	struct wd_poll *p = f->p;
	int rc = p->o.deliver(f->doc, p->o.ctx);
	if (rc == WD_E_FULL)
		return false;
	if (rc == WD_OK) {
		f->doc = NULL;
		f->state = SENT;
		p->outstanding++;
		return true;
	}
	wd_doc_free(wd_take(f->doc)); /* draining: it is fetched again at the next start */
	plan(f);
	return true;
}

static void deliver_held(struct wd_poll *p)
{
	p->is_full = false;
	while (p->held_first != NULL) {
		struct wd_poll_feed *f = p->held_first;
		if (f->is_removed || p->is_stopped) {
			wd_doc_free(wd_take(f->doc));
		} else if (!deliver(f)) {
			p->is_full = true;
			break;
		}
		p->held_first = f->next;
		if (p->held_first == NULL)
			p->held_last = NULL;
		f->next = NULL;
		p->held--;
		if (f->is_removed)
			wd_poll_feed_free(f);
	}
	wd_metric_set(&feeds_held, (int64_t)p->held);
}

static void hold(struct wd_poll_feed *f)
{
	struct wd_poll *p = f->p;
	f->state = HELD;
	f->next = NULL;
	if (p->held_last != NULL)
		p->held_last->next = f;
	else
		p->held_first = f;
	p->held_last = f;
	p->held++;
	deliver_held(p);
}

/* The name of the first element and that of the last end tag are the same. */
static bool is_closed(struct wd_str b)
{
	size_t from = 0, end = b.n;
	while ((from = wd_str_chr(b, '<', from)) != SIZE_MAX && from + 1 < b.n &&
		(b.p[from + 1] == '?' || b.p[from + 1] == '!'))
		from++;
	if (from == SIZE_MAX || b.p[b.n - 1] != '>')
		return false;
	while (end > 0 && b.p[end - 1] != '<')
		end--;
	struct wd_str name = wd_str_sub(b, end + 1, b.n - 1);
	return end < b.n && b.p[end] == '/' &&
	       wd_str_starts(wd_str_from(b, from + 1), wd_str_trim(name));
}

/* A body whose end nothing marks (HTTP/1.0, no length): believed when it ends as it began. */
static bool looks_complete(const struct wd_fetch_result *r)
{
	struct wd_str b = wd_str_trim(r->body);
	if (r->is_framed)
		return true;
	return b.n > 0 && (b.p[0] == '{' ? b.p[b.n - 1] == '}' : is_closed(b));
}

static struct wd_str result_header(const struct wd_fetch_result *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++) {
		if (wd_str_ieqc(r->headers[i].name, name))
			return r->headers[i].value;
	}
	return WD_STR_NONE;
}

static struct wd_header *copy_headers(
	struct wd_arena *a, const struct wd_header *v, size_t n, size_t *ret_n)
{
	struct wd_header *copy = wd_arena_array(a, n, sizeof(*copy));
	*ret_n = copy != NULL ? n : 0;
	for (size_t i = 0; i < *ret_n; i++)
		copy[i] =
			(struct wd_header){wd_arena_str(a, v[i].name), wd_arena_str(a, v[i].value)};
	return copy;
}

void wd_poll_hints(struct wd_doc *doc, const struct wd_feed_conf *c)
{
	struct wd_arena *a = doc->mem;
	doc->hints = (struct wd_doc_hints){.timezone = wd_arena_str(a, c->timezone),
		.language = wd_arena_str(a, c->language),
		.charset = wd_arena_str(a, c->charset),
		.format = wd_arena_str(a, c->format),
		.fulltext = c->fulltext,
		.first_poll = (enum wd_first_poll)c->first_poll,
		.first_age_us = c->first_age_us};
	struct wd_str *topics = wd_arena_array(a, c->topics.n, sizeof(*topics));
	for (size_t i = 0; i < c->topics.n && topics != NULL; i++)
		topics[doc->hints.topic_count++] = wd_arena_str(a, c->topics.v[i]);
	doc->hints.topics = topics;
}

static struct wd_doc *make_doc(
	struct wd_poll_feed *f, const struct wd_fetch_result *r, struct wd_hash hash)
{
	struct wd_doc *doc = wd_doc_new(r->body.n + 4 * WD_MIB);
	struct delivery *d = doc != NULL ? wd_arena_new_of(doc->mem, struct delivery) : NULL;
	if (d == NULL) {
		wd_doc_free(doc);
		return NULL;
	}
	struct wd_arena *a = doc->mem;
	d->feed = f;
	d->body_hash = hash;
	doc->origin = WD_DOC_HTTP;
	doc->body = wd_arena_str(a, r->body);
	doc->feed = wd_arena_str(a, f->conf->id);
	doc->feed_url = wd_arena_str(a, f->conf->url);
	doc->url = wd_arena_str(a, r->url);
	doc->input = doc->feed_url;
	doc->content_type = wd_arena_str(a, result_header(r, "content-type"));
	if (looks_complete(r)) {
		doc->etag = wd_arena_str(a, result_header(r, "etag"));
		doc->last_modified = wd_arena_str(a, result_header(r, "last-modified"));
	}
	doc->headers = copy_headers(a, r->headers, r->header_count, &doc->header_count);
	doc->sent = copy_headers(a, r->sent, r->sent_count, &doc->sent_count);
	doc->status = r->status;
	doc->fetched_at_us = wd_clock_now_us();
	wd_poll_hints(doc, f->conf);
	doc->done = on_doc_done;
	doc->done_ctx = d;
	if (doc->body.n != r->body.n) {
		wd_doc_free(doc);
		return NULL;
	}
	return doc;
}

/* A permanent redirect may be a maintenance page's mistake, so it is believed only when it stood.
 */
static void note_redirect(struct wd_poll_feed *f, const struct wd_fetch_result *r)
{
	if (f->is_moved)
		return;
	if (r->permanent.n == 0 || f->moved_to == NULL || !wd_str_eqc(r->permanent, f->moved_to)) {
		free(f->moved_to);
		f->moved_to = wd_poll_copy(r->permanent);
		f->moved_seen = r->permanent.n > 0 ? 1 : 0;
		f->moved_since_us = wd_clock_now_us();
		return;
	}
	f->moved_seen++;
	if (f->moved_seen < MOVED_TIMES || wd_clock_now_us() - f->moved_since_us < MOVED_AFTER)
		return;
	f->is_moved = true;
	wd_log(WD_LOG_NOTICE, wd_str_c(f->id), "feed-moved",
		"to=%s: fetched from there from now on; put it into the configuration",
		WD_LOGQ(wd_str_c(f->moved_to)));
}

static void unchanged(struct wd_poll_feed *f, const struct wd_fetch_result *r)
{
	struct wd_poll *p = f->p;
	wd_metric_add(&fetched_same, 1);
	if (p->o.unchanged != NULL) {
		struct wd_doc doc = {.magic = WD_DOC_MAGIC,
			.origin = WD_DOC_HTTP,
			.body = r->is_unchanged ? WD_STR_NONE : r->body,
			.feed = f->conf->id,
			.feed_url = f->conf->url,
			.url = r->url,
			.headers = r->headers,
			.header_count = r->header_count,
			.status = r->status,
			.fetched_at_us = wd_clock_now_us()};
		p->o.unchanged(&doc, p->o.ctx);
	}
	f->unchanged_in_a_row++;
	if (f->health == WD_POLL_NOT_A_FEED) { /* still the same page that is none */
		wd_schedule_failed(&f->sched);
		plan(f);
		return;
	}
	wd_schedule_read(&f->sched, f->conf, 0);
	set_health(f, WD_POLL_OK, "");
	plan(f);
}

static void on_fetched(const struct wd_fetch_result *r, void *ctx)
{
	struct wd_poll_feed *f = ctx;
	struct wd_poll *p = f->p;
	f->fetch = NULL;
	f->host->running--;
	give_turn(p, f->host);
	p->running--;
	f->status = r->status;
	f->retry_after_us = r->retry_after_us;
	f->sched.max_age_us = r->max_age_us;
	wd_metric_add(&fetched_bytes, (int64_t)r->wire_bytes);
	wd_metric_observe(&fetch_seconds, (double)r->took_us / 1e6);
	if (r->health != WD_POLL_OK) {
		failed(f, r->health, r->reason);
	} else if (r->is_unchanged) {
		note_redirect(f, r);
		unchanged(f, r);
	} else {
		struct wd_hash hash = wd_hash_bytes(r->body);
		note_redirect(f, r);
		if (f->has_body_hash && wd_hash_eq(hash, f->body_hash)) {
			unchanged(f, r);
		} else if ((f->doc = make_doc(f, r, hash)) == NULL) {
			failed(f, WD_POLL_TOO_LARGE, "out of memory for the document");
		} else {
			wd_metric_add(&fetched_ok, 1);
			f->unchanged_in_a_row = 0;
			hold(f);
		}
	}
	wd_poll_pump(p);
}

/* ---- slots ---- */

static void make_ready(struct wd_poll_feed *f)
{
	struct wd_poll_host *h = f->host;
	f->state = READY;
	f->next = NULL;
	if (h->last != NULL)
		h->last->next = f;
	else
		h->first = f;
	h->last = f;
}

static void start(struct wd_poll_feed *f)
{
	struct wd_poll *p = f->p;
	bool probe = f->unchanged_in_a_row >= PROBE_AFTER;
	struct wd_fetch_request req = {.conf = f->conf,
		.url = f->is_moved ? f->moved_to : f->url,
		.etag = probe ? WD_STR_NONE : wd_str_c(f->etag),
		.last_modified = probe ? WD_STR_NONE : wd_str_c(f->last_modified)};
	if (probe)
		f->unchanged_in_a_row = 0;
	f->state = FETCHING;
	f->fetch = wd_fetch_start(p->fetcher, &req, on_fetched, f);
	if (f->fetch == NULL) {
		failed(f, WD_POLL_UNREACHABLE, "out of memory");
		return;
	}
	f->host->running++;
	p->running++;
}

void wd_poll_pump(struct wd_poll *p)
{
	int64_t now = wd_clock_mono_us();
	if (p->is_stopped)
		return;
	while (p->heap_n > 0 && p->heap[0]->due_us <= now) {
		struct wd_poll_feed *f = p->heap[0];
		heap_remove(p, f);
		make_ready(f);
		give_turn(p, f->host);
	}
	while (!p->is_full && p->turn_first != NULL &&
		p->running < (size_t)p->http->max_transfers) {
		struct wd_poll_host *h = p->turn_first;
		struct wd_poll_feed *f = h->first;
		p->turn_first = h->next_turn;
		if (p->turn_first == NULL)
			p->turn_last = NULL;
		h->has_turn = false;
		if (f == NULL)
			continue;
		h->first = f->next;
		if (h->first == NULL)
			h->last = NULL;
		start(f);
		give_turn(p, h);
	}
	if (p->heap_n > 0)
		(void)uv_timer_start(&p->timer, on_timer,
			(uint64_t)WD_MAX((p->heap[0]->due_us - now + 999) / 1000, INT64_C(1)), 0);
	else
		(void)uv_timer_stop(&p->timer);
}

/* ---- interface ---- */

struct wd_poll *wd_poll_new(const struct wd_poll_opts *opts, struct wd_err *err)
{
	static struct wd_metric *const all[] = {&fetched_ok, &fetched_same, &fetched_bad,
		&fetched_bytes, &feeds_held, &fetch_seconds};
	struct wd_poll *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	p->o = *opts;
	p->http = opts->http;
	p->random = (uint64_t)wd_clock_now_us() | 1;
	p->fetcher = wd_fetcher_new(opts->loop, opts->http, err);
	if (p->fetcher == NULL) {
		free(p);
		return NULL;
	}
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)uv_timer_init(opts->loop, &p->timer);
	(void)uv_async_init(opts->loop, &p->wake, on_wake);
	p->timer.data = p->wake.data = p;
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_register(all[i]);
	return p;
}

void wd_poll_resume(struct wd_poll *p)
{
	if (p->is_stopped)
		return;
	deliver_held(p);
	wd_poll_pump(p);
}

void wd_poll_stop(struct wd_poll *p)
{
	if (p->is_stopped)
		return;
	p->is_stopped = true;
	wd_poll_detach_all(p);
	deliver_held(p);
	wd_fetcher_close(p->fetcher);
	(void)uv_timer_stop(&p->timer);
	uv_close((uv_handle_t *)&p->timer, NULL);
}

void wd_poll_close(struct wd_poll *p)
{
	uv_close((uv_handle_t *)&p->wake, NULL);
}

void wd_poll_free(struct wd_poll *p)
{
	if (p == NULL)
		return;
	while (p->outcomes != NULL) {
		struct outcome *o = p->outcomes;
		p->outcomes = o->next;
		if (o->feed->is_removed)
			wd_poll_feed_free(o->feed);
		free(o->etag);
		free(o->last_modified);
		free(o);
	}
	for (size_t i = 0; i < p->n; i++)
		wd_poll_feed_free(p->feeds[i]);
	for (size_t i = 0; i < HOST_BUCKETS; i++) {
		while (p->hosts[i] != NULL) {
			struct wd_poll_host *h = p->hosts[i];
			p->hosts[i] = h->next;
			free(wd_unconst(h->key.p));
			free(h);
		}
	}
	free(p->feeds);
	free(p->heap);
	wd_fetcher_free(p->fetcher);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}
