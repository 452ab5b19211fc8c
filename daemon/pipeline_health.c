/*
 * The health topic: news.feed.read when what a feed says of itself changes, news.feed.health when
 * its state does. Both go through the outbox like articles, so a consumer misses none.
 *
 * What was told last stands in the feed's record and is compared in the transaction that tells the
 * next, so a restart repeats nothing and loses nothing: the source notes its state again, and what
 * was not committed still differs.
 *
 * States: ok; failing; blocked (refused, or an address that is not allowed); gone (410); gap (a
 * read of nothing but new articles: some may have come and gone between two polls); silent (nothing
 * new for longer than pipeline.silent_after and twenty times its usual pause).
 *
 * Concurrency: notes come from any thread, under the pipeline's lock; all else on the desk thread.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "daemon/pipeline_impl.h"
#include "sinks/event.h"
#include "sinks/flat.h"

#define SILENT_US (7 * WD_DAY)
#define LOOKS 20 /* for silent feeds, within silent_us */
#define MAX_SILENT 100
#define GAP_ARTICLES 3 /* fewer new ones in one read are no sign */

struct wd_pipe_note {
	struct wd_pipe_note *next;
	struct wd_arena *mem;
	struct wd_feed_state s;
};

/* ---- events ---- */

/* Both kinds: `data` is written already. The id is a hash of what happened when, so replays agree.
 */
static int out(struct wd_pipeline *p, const char *type, struct wd_str feed, struct wd_str url,
	int64_t at_us, struct wd_str data, struct wd_err *err)
{
	char id[WD_HASH_TEXT], time[WD_TIME_TEXT];
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	wd_hasher_add(h, wd_str_c(type));
	wd_hasher_add(h, feed);
	wd_hasher_add(h, data);
	wd_hasher_add_u64(h, (uint64_t)at_us);
	wd_buf_reset(&p->attrs);
	wd_event_health_pack(&p->attrs, wd_hash_hex(wd_hasher_end(h), id), type, feed, url,
		wd_time_format(at_us, true, time));
	struct wd_row row = {.kind = WD_ROW_HEALTH,
		.time_us = at_us,
		.key = feed,
		.attrs = wd_buf_str(&p->attrs),
		.data = data};
	int r = wd_store_out(p->store, &row, err);
	p->group_events += r == WD_OK;
	return r;
}

static int tell_state(
	struct wd_pipeline *p, const struct wd_feed_state *s, struct wd_str was, struct wd_err *err)
{
	struct wd_json j;
	char time[WD_TIME_TEXT];
	wd_buf_reset(&p->data);
	wd_json_init(&j, &p->data);
	wd_json_obj(&j);
	wd_json_kv(&j, "feed", s->feed);
	wd_json_kv(&j, "url", s->url);
	wd_json_kv(&j, "state", s->state);
	wd_json_kv(&j, "was", was);
	wd_json_kv(&j, "reason", s->reason);
	if (s->status > 0)
		wd_json_kv_int(&j, "status", s->status);
	if (s->failures > 0)
		wd_json_kv_int(&j, "failures", s->failures);
	if (s->last_ok_us > 0)
		wd_json_kv(&j, "last_ok", wd_time_format(s->last_ok_us, false, time));
	wd_json_obj_end(&j);
	int r = wd_store_feed_state_put(p->store, s->feed, s->state, err);
	return r != WD_OK ? r
			  : out(p, "news.feed.health", s->feed, s->url, s->at_us,
				    wd_buf_str(&p->data), err);
}

/* A feed that is well is "gap" or "silent" until it is read again with something known, or new. */
static bool is_news(struct wd_str was, struct wd_str now, bool was_read)
{
	if (wd_str_eq(was, now))
		return false;
	bool lasting = wd_str_eqc(was, "silent") || wd_str_eqc(was, "gap");
	return was_read || !lasting || !wd_str_eqc(now, "ok");
}

/* ---- a document was read ---- */

/* What the feed says of itself, without what changes with each issue: dates, and how it was read.
 */
static struct wd_hash about(struct wd_pipeline *p, const struct wd_feed *feed)
{
	struct wd_feed f = *feed;
	struct wd_json j;
	struct wd_flat_opts opts = {.raw = true};
	f.published = f.updated = f.created = (struct wd_date){0};
	f.faults = (wd_strs){0};
	f.wellformed = true;
	wd_buf_reset(&p->data);
	wd_json_init(&j, &p->data);
	wd_flat_feed(&j, p->health_mem, &f, &opts);
	return wd_hash_bytes(wd_buf_str(&p->data));
}

static int tell_feed(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_feed *feed,
	const struct wd_desk_seen *seen, struct wd_err *err)
{
	struct wd_json j;
	struct wd_flat_opts opts = {.base = doc->url};
	struct wd_hash now = about(p, feed);
	if (wd_hash_eq(now, seen->record->about))
		return WD_OK;
	seen->record->about = now;
	wd_buf_reset(&p->data);
	wd_json_init(&j, &p->data);
	wd_flat_feed(&j, p->health_mem, feed, &opts);
	return out(p, "news.feed.read", seen->feed, doc->feed_url, seen->now_us,
		wd_buf_str(&p->data), err);
}

int wd_pipe_feed_read(struct wd_pipeline *p, const struct wd_doc *doc, const struct wd_feed *feed,
	struct wd_err *err)
{
	struct wd_desk_seen seen;
	wd_desk_doc_seen(p->desk, &seen);
	if (seen.feed.n == 0 || feed->format.n == 0)
		return WD_OK;
	if (p->health_mem == NULL && (p->health_mem = wd_arena_new(4 * WD_MIB)) == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	wd_arena_reset(p->health_mem);
	int r = tell_feed(p, doc, feed, &seen, err);
	bool gap =
		!seen.first_read && seen.articles >= GAP_ARTICLES && seen.unknown == seen.articles;
	struct wd_str was = seen.record->state;
	bool was_quiet = wd_str_eqc(was, "silent") && seen.unknown == 0;
	struct wd_feed_state s = {.feed = seen.feed,
		.url = doc->feed_url,
		.state = gap ? WD_STR("gap") : WD_STR("ok"),
		.reason =
			gap ? WD_STR("all articles of this read are new: some may have been missed "
				     "between two polls")
			    : WD_STR_NONE,
		.status = doc->status,
		.at_us = seen.now_us};
	if (r != WD_OK || was_quiet || !is_news(was, s.state, true))
		return r;
	return tell_state(p, &s, was, err);
}

/* ---- notes ---- */

void wd_pipeline_feed_state(struct wd_pipeline *p, const struct wd_feed_state *s)
{
	if (!p->wants_health)
		return;
	struct wd_arena *mem = wd_arena_new(64 * WD_KIB);
	struct wd_pipe_note *n = mem != NULL ? wd_arena_new_of(mem, struct wd_pipe_note) : NULL;
	if (n == NULL) {
		wd_arena_free(mem);
		return;
	}
	n->mem = mem;
	n->s = *s;
	n->s.feed = wd_arena_str(mem, s->feed);
	n->s.url = wd_arena_str(mem, s->url);
	n->s.state = wd_arena_str(mem, s->state);
	n->s.reason = wd_arena_str(mem, s->reason);
	(void)pthread_mutex_lock(&p->lock);
	*p->notes_end = n;
	p->notes_end = &n->next;
	(void)pthread_mutex_unlock(&p->lock);
}

static struct wd_pipe_note *take_notes(struct wd_pipeline *p)
{
	(void)pthread_mutex_lock(&p->lock);
	struct wd_pipe_note *n = wd_take(p->notes);
	p->notes_end = &p->notes;
	(void)pthread_mutex_unlock(&p->lock);
	return n;
}

static void free_notes(struct wd_pipe_note *n)
{
	while (n != NULL) {
		struct wd_pipe_note *next = n->next;
		wd_arena_free(n->mem);
		n = next;
	}
}

void wd_pipe_drop_notes(struct wd_pipeline *p)
{
	free_notes(take_notes(p));
}

static int serve_note(struct wd_pipeline *p, const struct wd_pipe_note *n, struct wd_err *err)
{
	struct wd_store_feed f = {0};
	int r = wd_store_feed_get(p->store, n->s.feed, n->mem, &f, err);
	if (r != WD_OK && r != WD_E_NOTFOUND)
		return r;
	bool is_told = n->s.is_an_incident || is_news(f.state, n->s.state, false);
	return is_told ? tell_state(p, &n->s, f.state, err) : WD_OK;
}

static int tell_silent(struct wd_pipeline *p, int64_t silent_us, struct wd_err *err)
{
	struct wd_str *feeds = NULL;
	size_t n = 0;
	int64_t now = wd_clock_now_us();
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(4 * WD_MIB);
	if (a == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int r = wd_store_feeds_silent(
		p->store, WD_STR("ok"), now - silent_us, MAX_SILENT, a, &feeds, &n, err);
	for (size_t i = 0; i < n && r == WD_OK; i++) {
		struct wd_feed_state s = {.feed = feeds[i],
			.state = WD_STR("silent"),
			.reason = WD_STR(
				"it is read, and has brought nothing new for unusually long"),
			.at_us = now};
		r = tell_state(p, &s, WD_STR("ok"), err);
	}
	return r;
}

/* True every so often. */
static bool should_look(struct wd_pipeline *p, int64_t silent_us)
{
	int64_t now = wd_clock_mono_us(), every = WD_MIN(silent_us / LOOKS, WD_HOUR);
	if (p->opts.virtual_clock || p->own_store != NULL || now - p->looked_us < every)
		return false;
	p->looked_us = now;
	return true;
}

void wd_pipe_serve_notes(struct wd_pipeline *p)
{
	struct wd_err err = {0};
	int64_t silent_us = p->opts.silent_us > 0 ? p->opts.silent_us : SILENT_US;
	if (!p->wants_health || wd_store_in_txn(p->store) || wd_store_is_full(p->store))
		return;
	bool look = should_look(p, silent_us);
	struct wd_pipe_note *notes = take_notes(p);
	if (notes == NULL && !look)
		return;
	int r = wd_store_begin(p->store, &err);
	for (struct wd_pipe_note *n = notes; n != NULL && r == WD_OK; n = n->next)
		r = serve_note(p, n, &err);
	if (r == WD_OK && look)
		r = tell_silent(p, silent_us, &err);
	if (r == WD_OK)
		r = wd_pipe_commit(p);
	else if (wd_store_in_txn(p->store))
		wd_pipe_give_back(p, &err);
	if (r == WD_OK) {
		free_notes(notes);
		return;
	}
	/* Not told: they come again first, in front of newer ones. */
	struct wd_pipe_note **end = &notes;
	while (*end != NULL)
		end = &(*end)->next;
	(void)pthread_mutex_lock(&p->lock);
	if (p->notes == NULL)
		p->notes_end = end;
	*end = p->notes;
	p->notes = notes;
	if (notes == NULL)
		p->notes_end = &p->notes;
	(void)pthread_mutex_unlock(&p->lock);
}
