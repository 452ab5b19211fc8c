/*
 * Which feeds there are: made from the configuration and what the store knows of them, kept over
 * reloads with all that was learned, let go when their last document is back.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/url.h"
#include "sources/http_poll_impl.h"

static struct wd_poll_host *host_of(struct wd_poll *p, struct wd_str url)
{
	struct wd_url u = wd_url_split(url);
	struct wd_str key = wd_str_sub(url, 0, (size_t)(u.host.p + u.host.n - url.p));
	if (u.port.n > 0)
		key.n = (size_t)(u.port.p + u.port.n - url.p);
	struct wd_poll_host **bucket = &p->hosts[wd_hash64(key) % HOST_BUCKETS];
	for (struct wd_poll_host *h = *bucket; h != NULL; h = h->next) {
		if (wd_str_eq(h->key, key))
			return h;
	}
	struct wd_poll_host *h = calloc(1, sizeof(*h));
	char *name = wd_poll_copy(key);
	if (h == NULL || name == NULL) {
		free(h);
		free(name);
		return NULL;
	}
	h->key = wd_str_c(name);
	h->next = *bucket;
	*bucket = h;
	return h;
}

void wd_poll_feed_free(struct wd_poll_feed *f)
{
	free(f->id);
	free(f->url);
	free(f->etag);
	free(f->last_modified);
	free(f->moved_to);
	wd_doc_free(f->doc);
	free(f);
}

/* What save() wrote; anything else is as if nothing was known. */
static void restore(struct wd_poll_feed *f, struct wd_str record)
{
	struct wd_str rest = record, part[6] = {{NULL, 0}};
	uint64_t interval, learned, moved, seen, since;
	for (size_t i = 0; i < 6; i++) {
		if (!wd_str_split(&rest, ' ', &part[i]))
			break;
	}
	if (!wd_str_eqc(part[0], "1") || wd_str_to_u64(part[1], 1, INT64_MAX, &interval) != WD_OK ||
		wd_str_to_u64(part[2], 0, 1, &learned) != WD_OK ||
		wd_str_to_u64(part[3], 0, 1, &moved) != WD_OK ||
		wd_str_to_u64(part[4], 0, MOVED_TIMES, &seen) != WD_OK)
		return;
	f->sched.interval_us = (int64_t)interval;
	f->sched.has_learned = learned == 1;
	if (wd_str_to_u64(part[5], 0, INT64_MAX, &since) != WD_OK || !wd_url_is_http(rest))
		return;
	f->moved_to = wd_poll_copy(rest);
	f->moved_since_us = (int64_t)since;
	f->moved_seen = (unsigned)seen;
	f->is_moved = moved == 1 && f->moved_to != NULL;
	f->saved_seen = f->moved_seen;
	f->saved_moved = f->is_moved;
}

static struct wd_poll_feed *feed_new(struct wd_poll *p, const struct wd_feed_conf *conf)
{
	struct wd_poll_feed *f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->p = p;
	f->id = wd_poll_copy(conf->id);
	f->url = wd_poll_copy(conf->url);
	f->host = host_of(p, conf->url);
	if (f->id == NULL || f->url == NULL || f->host == NULL) {
		wd_poll_feed_free(f);
		return NULL;
	}
	if (p->o.cursor != NULL) {
		struct wd_arena *a = wd_arena_new(64 * WD_KIB);
		struct wd_poll_cursor c = {0};
		if (a != NULL)
			p->o.cursor(conf->id, a, &c, p->o.ctx);
		f->etag = wd_poll_copy(c.etag);
		f->last_modified = wd_poll_copy(c.last_modified);
		f->body_hash = c.body_hash;
		f->has_body_hash = c.has_body_hash;
		restore(f, c.schedule);
		wd_arena_free(a);
	}
	return f;
}

static int by_key(const void *a, const void *b)
{
	const struct wd_poll_feed *x = *(struct wd_poll_feed *const *)a,
				  *y = *(struct wd_poll_feed *const *)b;
	int d = strcmp(x->id, y->id);
	return d != 0 ? d : strcmp(x->url, y->url);
}

static struct wd_poll_feed *find(
	struct wd_poll_feed **sorted, size_t n, const struct wd_feed_conf *conf)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int d = wd_str_cmp(wd_str_c(sorted[mid]->id), conf->id);
		if (d == 0)
			d = wd_str_cmp(wd_str_c(sorted[mid]->url), conf->url);
		if (d == 0)
			return sorted[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

void wd_poll_detach_all(struct wd_poll *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct wd_poll_feed *f = p->feeds[i];
		if (f->state == FETCHING) {
			wd_fetch_cancel(wd_take(f->fetch));
			f->due_us = wd_clock_mono_us();
			f->state = WAITING;
		} else if (f->state == READY) {
			f->state = WAITING;
		}
		f->next = f->state == HELD ? f->next : NULL;
		f->keep = false;
	}
	for (size_t i = 0; i < HOST_BUCKETS; i++) {
		for (struct wd_poll_host *h = p->hosts[i]; h != NULL; h = h->next) {
			h->running = 0;
			h->has_turn = false;
			h->first = h->last = NULL;
		}
	}
	p->turn_first = p->turn_last = NULL;
	p->running = 0;
	p->heap_n = 0;
}

static void remove_feed(struct wd_poll_feed *f)
{
	wd_log(WD_LOG_INFO, wd_str_c(f->id), "feed-removed", "url=%s", WD_LOGQ(wd_str_c(f->url)));
	f->is_removed = true;
	if (f->state == WAITING)
		wd_poll_feed_free(f); /* HELD and SENT: when their document comes back */
}

static int attach(struct wd_poll *p, const struct wd_feed_conf *feeds, size_t n,
	struct wd_poll_feed **list, struct wd_err *err)
{
	int64_t now = wd_clock_mono_us();
	for (size_t i = 0; i < n; i++) {
		struct wd_poll_feed *f = find(p->feeds, p->n, &feeds[i]);
		if (f == NULL) {
			f = feed_new(p, &feeds[i]);
			if (f != NULL)
				f->due_us = now;
		}
		if (f == NULL)
			return wd_err_set(err, WD_E_NOMEM, "out of memory for %zu feeds", n);
		f->keep = true;
		f->conf = &feeds[i];
		wd_schedule_start(&f->sched, f->conf);
		if (f->saved_interval_us == 0)
			f->saved_interval_us = f->sched.interval_us;
		list[i] = f;
	}
	return WD_OK;
}

int wd_poll_set_feeds(struct wd_poll *p, const struct wd_http_conf *http,
	const struct wd_feed_conf *feeds, size_t n, struct wd_err *err)
{
	struct wd_poll_feed **list = calloc(WD_MAX(n, (size_t)1), sizeof(struct wd_poll_feed *));
	struct wd_poll_feed **heap = calloc(WD_MAX(n, (size_t)1), sizeof(struct wd_poll_feed *));
	int rc =
		list != NULL && heap != NULL ? WD_OK : wd_err_set(err, WD_E_NOMEM, "out of memory");
	wd_poll_detach_all(p);
	if (rc == WD_OK)
		rc = wd_fetcher_set_conf(p->fetcher, http, err);
	if (rc == WD_OK)
		rc = attach(p, feeds, n, list, err);
	WD_ASSERT(rc == WD_OK); /* half a configuration would be worse than a restart */
	p->http = http;
	for (size_t i = 0; i < p->n; i++) {
		if (!p->feeds[i]->keep)
			remove_feed(p->feeds[i]);
	}
	free(p->feeds);
	free(p->heap);
	p->feeds = list;
	p->heap = heap;
	p->n = n;
	qsort(list, n, sizeof(struct wd_poll_feed *), by_key);
	for (size_t i = 0; i < n; i++) {
		if (list[i]->state == WAITING)
			wd_poll_wait_until(list[i], list[i]->due_us);
	}
	wd_poll_pump(p);
	return WD_OK;
}

void wd_poll_view_of(const struct wd_poll_feed *f, struct wd_poll_view *ret)
{
	*ret = (struct wd_poll_view){.id = wd_str_c(f->id),
		.url = wd_str_c(f->url),
		.reason = wd_str_c(f->reason),
		.health = f->health,
		.failures = f->sched.failures,
		.status = f->status,
		.interval_us = f->sched.interval_us,
		.next_in_us = f->state == WAITING ? f->due_us - wd_clock_mono_us() : 0,
		.last_ok_us = f->last_ok_us};
}

void wd_poll_each(struct wd_poll *p, void (*fn)(const struct wd_poll_view *v, void *ctx), void *ctx)
{
	for (size_t i = 0; i < p->n; i++) {
		struct wd_poll_view v;
		wd_poll_view_of(p->feeds[i], &v);
		fn(&v, ctx);
	}
}

void wd_poll_counts(const struct wd_poll *p, struct wd_poll_counts *ret)
{
	*ret = (struct wd_poll_counts){.feeds = p->n, .running = p->running, .held = p->held};
	for (size_t i = 0; i < p->n; i++)
		ret->by_health[p->feeds[i]->health]++;
}
