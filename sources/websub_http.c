/*
 * All subscriptions: which feed has which, requests to hubs, what callbacks are told.
 *
 * A subscription is written down before its hub is asked, so that content and verifications that
 * come after a crash find their callback. What the HTTP and desk threads change is marked and
 * written by the loop thread, which alone asks hubs.
 *
 * Concurrency: `lock` guards the list and the feeds; nothing is called with it held but the state
 * machine. Subscriptions are freed by the loop thread only; the others use them under the lock.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/url.h"
#include "sources/http_fetch.h"
#include "sources/websub_impl.h"

#define TICK_MS 500
#define MAX_ASKING 16 /* requests to hubs at the same time */
#define ANSWER_MAX_BYTES (64 * WD_KIB)
#define LINKS_ARENA_BYTES (256 * WD_KIB)

struct feed {
	uint64_t hash, max_bytes;
};

struct wd_websub {
	struct wd_websub_opts o;
	struct wd_feed_conf
		request; /* hubs are asked with none of a feed's headers or credentials */
	struct wd_fetcher *fetcher;
	uv_timer_t timer;
	uv_async_t wake;
	pthread_mutex_t lock;
	struct wd_websub_sub *subs; /* under lock */
	struct feed *feeds;         /* under lock; sorted */
	size_t feed_count, asking;
	bool is_stopped;
};

static struct wd_metric m_active = {.name = "wiredesk_websub_active",
	.help = "Subscriptions at hubs that are in force",
	.kind = WD_METRIC_GAUGE};
static struct wd_metric m_taken = {.name = "wiredesk_websub_content_total",
	.help = "Content that hubs brought, by what became of it",
	.labels = "result=\"taken\""};
static struct wd_metric m_ignored = {.name = "wiredesk_websub_content_total",
	.help = "Content that hubs brought, by what became of it",
	.labels = "result=\"bad-signature\""};

/* ---- the list; lock held ---- */

static int by_hash(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static const struct feed *feed_of(const struct wd_websub *ws, uint64_t hash)
{
	struct feed key = {.hash = hash};
	return ws->feed_count > 0 ? bsearch(&key, ws->feeds, ws->feed_count, sizeof(key), by_hash)
				  : NULL;
}

static struct wd_websub_sub *sub_of(const struct wd_websub *ws, struct wd_str feed)
{
	uint64_t hash = wd_hash64(feed);
	for (struct wd_websub_sub *s = ws->subs; s != NULL; s = s->next) {
		if (s->feed_hash == hash && s->state != WD_WEBSUB_LEAVING &&
			s->state != WD_WEBSUB_GONE && wd_str_eqc(feed, s->feed))
			return s;
	}
	return NULL;
}

static struct wd_str id_of(const char *callback)
{
	struct wd_str c = wd_str_c(callback);
	return wd_str_from(c, c.n - WD_MIN(c.n, (size_t)WD_WEBSUB_KEY - 1));
}

static struct wd_websub_sub *sub_by_id(const struct wd_websub *ws, struct wd_str id)
{
	uint64_t hash = wd_hash64(id);
	for (struct wd_websub_sub *s = ws->subs; s != NULL; s = s->next) {
		if (s->id_hash == hash && wd_str_eq(id_of(s->callback), id))
			return s;
	}
	return NULL;
}

static char *copy(struct wd_str s)
{
	char *z = calloc(1, s.n + 1);
	if (z != NULL && s.n > 0)
		memcpy(z, s.p, s.n);
	return z;
}

static void sub_free(struct wd_websub_sub *s)
{
	free(s->feed);
	free(s->callback);
	free(s->topic);
	free(s->hub);
	free(s);
}

static struct wd_websub_sub *sub_add(struct wd_websub *ws, const struct wd_websub_record *r)
{
	struct wd_websub_sub *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	*s = (struct wd_websub_sub){.ws = ws,
		.feed = copy(r->feed),
		.callback = copy(r->callback),
		.topic = copy(r->topic),
		.hub = copy(r->hub),
		.feed_hash = wd_hash64(r->feed),
		.state = r->state,
		.lease_end_us = r->lease_end_us,
		.works = r->works};
	size_t gap = WD_MIN(wd_str_chr(r->secret, ' ', 0), r->secret.n);
	(void)snprintf(
		s->secret, sizeof(s->secret), "%.*s", WD_STR_ARG(wd_str_sub(r->secret, 0, gap)));
	(void)snprintf(s->next_secret, sizeof(s->next_secret), "%.*s",
		WD_STR_ARG(wd_str_trim(wd_str_from(r->secret, gap))));
	if (s->feed == NULL || s->callback == NULL || s->topic == NULL || s->hub == NULL) {
		sub_free(s);
		return NULL;
	}
	s->id_hash = wd_hash64(id_of(s->callback));
	s->next = ws->subs;
	ws->subs = s;
	return s;
}

static bool random_key(char out[WD_WEBSUB_KEY])
{
	unsigned char raw[(WD_WEBSUB_KEY - 1) / 2];
	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return false;
	for (size_t i = 0; i < sizeof(raw); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
	return true;
}

static void sub_begin(
	struct wd_websub *ws, struct wd_str feed, struct wd_str hub, struct wd_str topic)
{
	char id[WD_WEBSUB_KEY], secret[WD_WEBSUB_KEY];
	struct wd_str base = ws->o.callback;
	struct wd_buf url;
	if (!random_key(id) || !random_key(secret))
		return;
	while (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	wd_buf_init(&url, 2 * WD_MAX_URL_BYTES);
	wd_buf_printf(&url, "%.*s/v1/websub/%s", WD_STR_ARG(base), id);
	const struct wd_websub_record r = {.feed = feed,
		.callback = wd_buf_str(&url),
		.topic = topic,
		.hub = hub,
		.secret = wd_str_c(secret),
		.state = hub.n > 0 ? WD_WEBSUB_WANTED : WD_WEBSUB_NONE};
	struct wd_websub_sub *s = sub_add(ws, &r);
	const struct feed *f = feed_of(ws, wd_hash64(feed));
	if (s != NULL) {
		s->is_dirty = true;
		s->max_bytes = f != NULL ? f->max_bytes : 0;
	}
	wd_buf_done(&url);
}

/* ---- asking hubs: loop thread ---- */

static void add_field(struct wd_buf *b, const char *name, struct wd_str value)
{
	static const char hex[] = "0123456789ABCDEF";
	wd_buf_printf(b, "%s%s=", b->n > 0 ? "&" : "", name);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (wd_is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~')
			wd_buf_putc(b, (char)c);
		else
			wd_buf_printf(b, "%%%c%c", hex[c >> 4], hex[c & 15]);
	}
}

static void on_answer(const struct wd_fetch_result *r, void *ctx)
{
	struct wd_websub_sub *s = ctx;
	struct wd_websub *ws = s->ws;
	bool ok = r->health == WD_POLL_OK;
	(void)pthread_mutex_lock(&ws->lock);
	s->fetch = NULL;
	ws->asking--;
	char *hub = copy(wd_websub_hub(s));
	wd_websub_answered(s, ok, wd_clock_now_us());
	(void)pthread_mutex_unlock(&ws->lock);
	if (!ok)
		wd_log(WD_LOG_WARNING, wd_str_c(s->feed), "hub-refused", "hub=%s status=%d: %s",
			WD_LOGQ(wd_str_c(hub)), r->status, r->reason);
	free(hub);
	(void)uv_async_send(&ws->wake);
}

static void ask(struct wd_websub *ws, struct wd_websub_sub *s, enum wd_websub_step step)
{
	struct wd_buf b;
	char seconds[24];
	bool subscribe = step == WD_WEBSUB_SUBSCRIBE;
	wd_buf_init(&b, 16 * WD_KIB + 6 * WD_MAX_URL_BYTES);
	(void)snprintf(seconds, sizeof(seconds), "%" PRId64, ws->o.lease_us / WD_SEC);
	add_field(&b, "hub.mode", wd_str_c(subscribe ? "subscribe" : "unsubscribe"));
	add_field(&b, "hub.topic", wd_str_c(s->topic));
	add_field(&b, "hub.callback", wd_str_c(s->callback));
	if (subscribe) {
		add_field(&b, "hub.lease_seconds", wd_str_c(seconds));
		add_field(&b, "hub.secret",
			wd_str_c(s->next_secret[0] != '\0' ? s->next_secret : s->secret));
	}
	char *hub = copy(wd_websub_hub(s));
	const struct wd_fetch_request req = {
		.conf = &ws->request, .url = hub, .form = wd_buf_str(&b)};
	if (!wd_buf_failed(&b) && hub != NULL)
		s->fetch = wd_fetch_start(ws->fetcher, &req, on_answer, s);
	if (s->fetch != NULL)
		ws->asking++;
	wd_buf_done(&b);
	wd_log(WD_LOG_INFO, wd_str_c(s->feed), subscribe ? "hub-subscribe" : "hub-unsubscribe",
		"hub=%s topic=%s", WD_LOGQ(wd_str_c(hub)), WD_LOGQ(wd_str_c(s->topic)));
	free(hub);
}

/* One subscription's turn; the loop thread alone frees it, so it stays through the calls. */
static void step(struct wd_websub *ws, struct wd_websub_sub *s)
{
	(void)pthread_mutex_lock(&ws->lock);
	enum wd_websub_step what = WD_WEBSUB_WAIT;
	if (!ws->is_stopped && s->fetch == NULL && ws->asking < MAX_ASKING)
		what = wd_websub_due(s, wd_clock_now_us());
	if (what == WD_WEBSUB_SUBSCRIBE && s->state == WD_WEBSUB_RENEWING &&
		s->next_secret[0] == '\0' && !random_key(s->next_secret))
		s->next_secret[0] = '\0';
	bool is_dirty = s->is_dirty, has_ended = s->has_ended;
	if (what == WD_WEBSUB_WAIT && !is_dirty && !has_ended) {
		(void)pthread_mutex_unlock(&ws->lock);
		return;
	}
	char secrets[2 * WD_WEBSUB_KEY];
	(void)snprintf(secrets, sizeof(secrets), "%s%s%s", s->secret,
		s->next_secret[0] != '\0' ? " " : "", s->next_secret);
	const struct wd_websub_record r = {.feed = wd_str_c(s->feed),
		.callback = wd_str_c(s->callback),
		.topic = wd_str_c(s->topic),
		.hub = wd_str_c(s->hub),
		.secret = wd_str_c(secrets),
		.state = s->state,
		.lease_end_us = s->lease_end_us,
		.works = s->works};
	s->is_dirty = s->has_ended = false;
	(void)pthread_mutex_unlock(&ws->lock);
	if (is_dirty && r.state == WD_WEBSUB_GONE)
		ws->o.drop(r.callback, ws->o.ctx);
	else if (is_dirty)
		ws->o.save(&r, ws->o.ctx);
	if (has_ended)
		ws->o.ended(r.feed, ws->o.ctx);
	if (what != WD_WEBSUB_WAIT)
		ask(ws, s, what);
}

static void forget_gone(struct wd_websub *ws)
{
	int64_t active = 0;
	(void)pthread_mutex_lock(&ws->lock);
	for (struct wd_websub_sub **at = &ws->subs; *at != NULL;) {
		struct wd_websub_sub *s = *at;
		active += s->state == WD_WEBSUB_ACTIVE || s->state == WD_WEBSUB_RENEWING;
		if (s->state == WD_WEBSUB_GONE && s->fetch == NULL && !s->is_dirty) {
			*at = s->next;
			sub_free(s);
		} else {
			at = &s->next;
		}
	}
	(void)pthread_mutex_unlock(&ws->lock);
	wd_metric_set(&m_active, active);
}

static void tick(struct wd_websub *ws)
{
	(void)pthread_mutex_lock(&ws->lock);
	struct wd_websub_sub *s = ws->subs; /* others only put new ones in front */
	(void)pthread_mutex_unlock(&ws->lock);
	for (; s != NULL; s = s->next)
		step(ws, s);
	forget_gone(ws);
}

static void on_timer(uv_timer_t *t)
{
	tick(t->data);
}

static void on_wake(uv_async_t *a)
{
	struct wd_websub *ws = a->data;
	if (!ws->is_stopped) /* the store may be gone */
		tick(ws);
}

/* ---- interface: loop thread ---- */

struct wd_websub *wd_websub_new(const struct wd_websub_opts *opts, struct wd_err *err)
{
	static struct wd_metric *const all[] = {&m_active, &m_taken, &m_ignored};
	struct wd_websub *ws = calloc(1, sizeof(*ws));
	if (ws == NULL) {
		(void)wd_err_set(err, WD_E_NOMEM, "out of memory");
		return NULL;
	}
	ws->o = *opts;
	ws->request.max_bytes = ANSWER_MAX_BYTES;
	ws->fetcher = wd_fetcher_new(opts->loop, opts->http, err);
	if (ws->fetcher == NULL) {
		free(ws);
		return NULL;
	}
	(void)pthread_mutex_init(&ws->lock, NULL);
	(void)uv_timer_init(opts->loop, &ws->timer);
	(void)uv_async_init(opts->loop, &ws->wake, on_wake);
	ws->timer.data = ws->wake.data = ws;
	(void)uv_timer_start(&ws->timer, on_timer, TICK_MS, TICK_MS);
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		wd_metric_register(all[i]);
	return ws;
}

int wd_websub_restore(struct wd_websub *ws, const struct wd_websub_record *r, struct wd_err *err)
{
	(void)pthread_mutex_lock(&ws->lock);
	struct wd_websub_sub *s = sub_add(ws, r);
	/* what was under way is begun again */
	if (s != NULL && s->state == WD_WEBSUB_ACTIVE)
		s->next_us =
			s->lease_end_us - WD_MIN((s->lease_end_us - wd_clock_now_us()) / 4, WD_DAY);
	if (s != NULL && s->state == WD_WEBSUB_ASKED)
		s->state = WD_WEBSUB_WANTED;
	(void)pthread_mutex_unlock(&ws->lock);
	return s != NULL ? WD_OK : wd_err_set(err, WD_E_NOMEM, "out of memory");
}

/* Requests that are under way would outlive their settings: they are made again. */
static void cancel_asking(struct wd_websub *ws)
{
	for (struct wd_websub_sub *s = ws->subs; s != NULL; s = s->next) {
		if (s->fetch == NULL)
			continue;
		wd_fetch_cancel(wd_take(s->fetch));
		ws->asking--;
		if (s->state == WD_WEBSUB_ASKED)
			s->state = WD_WEBSUB_WANTED;
		s->next_us = 0;
	}
}

int wd_websub_set_feeds(struct wd_websub *ws, const struct wd_http_conf *http,
	const struct wd_feed_conf *feeds, size_t n, struct wd_err *err)
{
	struct feed *list = calloc(WD_MAX(n, (size_t)1), sizeof(*list));
	size_t count = 0;
	if (list == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n && ws->o.callback.n > 0; i++) {
		if (feeds[i].websub)
			list[count++] = (struct feed){wd_hash64(feeds[i].id), feeds[i].max_bytes};
	}
	qsort(list, count, sizeof(*list), by_hash);
	(void)pthread_mutex_lock(&ws->lock);
	cancel_asking(ws);
	free(ws->feeds);
	ws->feeds = list;
	ws->feed_count = count;
	for (struct wd_websub_sub *s = ws->subs; s != NULL; s = s->next) {
		const struct feed *f = feed_of(ws, s->feed_hash);
		s->max_bytes = f != NULL ? f->max_bytes : s->max_bytes;
		/* under another address nobody would reach us: it is asked for anew */
		if (f == NULL || !wd_str_starts(wd_str_c(s->callback), ws->o.callback))
			wd_websub_leave(s, wd_clock_now_us());
	}
	(void)pthread_mutex_unlock(&ws->lock);
	ws->o.http = http;
	(void)uv_async_send(&ws->wake);
	return wd_fetcher_set_conf(ws->fetcher, http, err);
}

void wd_websub_stop(struct wd_websub *ws)
{
	if (ws->is_stopped)
		return;
	ws->is_stopped = true;
	(void)pthread_mutex_lock(&ws->lock);
	cancel_asking(ws);
	(void)pthread_mutex_unlock(&ws->lock);
	tick(ws); /* what is not written down yet */
	wd_fetcher_close(ws->fetcher);
	(void)uv_timer_stop(&ws->timer);
	uv_close((uv_handle_t *)&ws->timer, NULL);
}

void wd_websub_close(struct wd_websub *ws)
{
	if (ws != NULL)
		uv_close((uv_handle_t *)&ws->wake, NULL);
}

void wd_websub_free(struct wd_websub *ws)
{
	if (ws == NULL)
		return;
	for (struct wd_websub_sub *s = ws->subs, *next; s != NULL; s = next) {
		next = s->next;
		sub_free(s);
	}
	free(ws->feeds);
	wd_fetcher_free(ws->fetcher);
	(void)pthread_mutex_destroy(&ws->lock);
	free(ws);
}

/* ---- what polls tell and ask: any thread ---- */

bool wd_websub_is_unknown(struct wd_websub *ws, struct wd_str feed)
{
	(void)pthread_mutex_lock(&ws->lock);
	bool is = feed_of(ws, wd_hash64(feed)) != NULL && sub_of(ws, feed) == NULL;
	(void)pthread_mutex_unlock(&ws->lock);
	return is;
}

int64_t wd_websub_pause(struct wd_websub *ws, struct wd_str feed)
{
	(void)pthread_mutex_lock(&ws->lock);
	const struct wd_websub_sub *s = sub_of(ws, feed);
	int64_t pause = s != NULL && s->works ? ws->o.poll_us : 0;
	(void)pthread_mutex_unlock(&ws->lock);
	return pause;
}

/* Lock held. True: there is something to do. */
static bool note_hub(
	struct wd_websub *ws, struct wd_str feed, struct wd_str hub, struct wd_str topic)
{
	struct wd_websub_sub *s = sub_of(ws, feed);
	if (feed_of(ws, wd_hash64(feed)) == NULL)
		return false;
	if (s != NULL && wd_websub_same_hubs(hub, wd_str_c(s->hub)) &&
		(hub.n == 0 || wd_str_eqc(topic, s->topic)))
		return false;
	if (s != NULL)
		wd_websub_leave(s, wd_clock_now_us());
	sub_begin(ws, feed, hub, topic);
	return true;
}

void wd_websub_seen(struct wd_websub *ws, const struct wd_doc *doc, struct wd_str hub,
	struct wd_str self, size_t news)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(LINKS_ARENA_BYTES);
	bool is_silent = false;
	if (a == NULL)
		return;
	wd_websub_links(a, doc->headers, doc->header_count, doc->url, &hub, &self);
	hub = wd_websub_hubs(a, hub);
	if (!wd_url_is_http(self) || self.n > WD_MAX_URL_BYTES)
		self = doc->feed_url;
	(void)pthread_mutex_lock(&ws->lock);
	bool has_changed = note_hub(ws, doc->feed, hub, self);
	struct wd_websub_sub *s = sub_of(ws, doc->feed);
	if (s != NULL && s->works && news > 0) {
		is_silent = true;
		s->works = false; /* this very poll is planned after us: no has_ended */
		s->is_dirty = true;
		struct wd_str others = wd_websub_rotated(a, wd_str_c(s->hub));
		if (!wd_str_eqc(others, s->hub)) {
			wd_websub_leave(s, wd_clock_now_us());
			s->has_ended = false;
			sub_begin(ws, doc->feed, others, wd_str_c(s->topic));
		}
	}
	(void)pthread_mutex_unlock(&ws->lock);
	if (is_silent)
		wd_log(WD_LOG_NOTICE, doc->feed, "hub-silent",
			"news=%zu: a poll found what the hub did not bring; polled as ever again",
			news);
	if (has_changed || is_silent)
		(void)uv_async_send(&ws->wake);
}

/* ---- the callback: HTTP thread ---- */

unsigned wd_websub_asks(struct wd_websub *ws, struct wd_str id, const struct wd_websub_query *q)
{
	unsigned status = 404;
	char *feed = NULL;
	bool is_denial = wd_str_eqc(q->mode, "denied");
	int64_t now = wd_clock_now_us();
	(void)pthread_mutex_lock(&ws->lock);
	struct wd_websub_sub *s = sub_by_id(ws, id);
	if (s != NULL && (is_denial ? wd_websub_deny(s, q, now)
				    : wd_websub_verify(s, q, ws->o.lease_us, now))) {
		status = 200;
		feed = copy(wd_str_c(s->feed));
	}
	(void)pthread_mutex_unlock(&ws->lock);
	if (status == 200) {
		wd_log(is_denial ? WD_LOG_WARNING : WD_LOG_INFO, wd_str_c(feed),
			is_denial ? "hub-denied" : "hub-verified",
			"mode=%s lease_seconds=%s reason=%s", WD_LOGQ(q->mode), WD_LOGQ(q->lease),
			WD_LOGQ(q->reason));
		(void)uv_async_send(&ws->wake);
	}
	free(feed);
	return status;
}

bool wd_websub_target(struct wd_websub *ws, struct wd_str id, struct wd_websub_target *ret)
{
	(void)pthread_mutex_lock(&ws->lock);
	const struct wd_websub_sub *s = sub_by_id(ws, id);
	bool is = s != NULL && wd_websub_takes_content(s);
	if (is)
		*ret = (struct wd_websub_target){.feed = copy(wd_str_c(s->feed)),
			.topic = copy(wd_str_c(s->topic)),
			.max_bytes = s->max_bytes};
	(void)pthread_mutex_unlock(&ws->lock);
	return is;
}

bool wd_websub_content(
	struct wd_websub *ws, struct wd_str id, struct wd_str signature, struct wd_str body)
{
	char secret[2][WD_WEBSUB_KEY] = {"", ""}, *feed = NULL;
	bool is_first = false;
	(void)pthread_mutex_lock(&ws->lock);
	struct wd_websub_sub *s = sub_by_id(ws, id);
	if (s != NULL) {
		memcpy(secret[0], s->secret, sizeof(secret[0]));
		memcpy(secret[1], s->next_secret, sizeof(secret[1]));
	}
	(void)pthread_mutex_unlock(&ws->lock);
	bool ok = false;
	for (size_t i = 0; i < WD_COUNTOF(secret) && !ok; i++)
		ok = secret[i][0] != '\0' &&
		     wd_websub_signature_ok(wd_str_c(secret[i]), signature, body);
	wd_metric_add(ok ? &m_taken : &m_ignored, 1);
	(void)pthread_mutex_lock(&ws->lock);
	s = sub_by_id(ws, id);
	if (s != NULL && wd_websub_takes_content(s)) {
		is_first = ok ? !s->works : !s->has_complained;
		s->is_dirty |= ok && !s->works;
		s->works |= ok;
		s->has_complained = !ok;
		feed = is_first ? copy(wd_str_c(s->feed)) : NULL;
	}
	(void)pthread_mutex_unlock(&ws->lock);
	if (is_first && ok)
		wd_log(WD_LOG_INFO, wd_str_c(feed), "hub-works",
			"polled every %" PRId64 " s while it brings the news",
			ws->o.poll_us / WD_SEC);
	else if (is_first)
		wd_log(WD_LOG_WARNING, wd_str_c(feed), "hub-signature",
			"content with a wrong X-Hub-Signature, or none, is ignored");
	if (is_first)
		(void)uv_async_send(&ws->wake);
	free(feed);
	return ok;
}
