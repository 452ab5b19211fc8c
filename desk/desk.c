/*
 * Desk: which article, which version, which event; in document order, one thread.
 *
 * An article belongs to the feed that published it. Other feeds that carry it are remembered with
 * what they said; one of them makes a version only while it says word for word what the article
 * says (a twin feed of one site that is read first after an edit). A copy that differs from the
 * start (a teaser elsewhere) never does: two feeds must not write an article to and fro.
 *
 * Unchanged articles cost three lookups and no write: `last_seen` is brought up once a day.
 */
#include "desk/desk.h"

#include "base/clock.h"
#include "base/limits.h"
#include "desk/identity.h"
#include "desk/lifecycle.h"
#include "desk/story_keeper.h"
#include "desk/texts.h"
#include "parsers/article_pack.h"

#define DEFAULT_VERSIONS 3
#define MAX_CARRIERS 20
#define MET_MAX (2 * WD_MAX_ENTRIES)

/* Articles met in the current document: open addressing, grown by doubling. */
struct met_one {
	int64_t row; /* 0: free */
	int64_t updated_us;
};
struct met {
	struct met_one *v;
	size_t n, cap;
};

struct wd_desk {
	struct wd_desk_opts opts;
	struct wd_story_keeper *stories;
	struct wd_arena *doc_mem; /* the feed record's strings */
	const struct wd_doc *doc;
	struct wd_str scope;
	uint64_t feed_hash;
	struct wd_store_feed feed;
	bool first_read;
	size_t articles, unknown; /* of the document */
	int64_t now_us;
	struct met met;
};

struct wd_desk *wd_desk_new(const struct wd_desk_opts *opts)
{
	struct wd_desk *d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->opts = *opts;
	if (d->opts.keep_versions == 0)
		d->opts.keep_versions = DEFAULT_VERSIONS;
	d->doc_mem = wd_arena_new(WD_MIB);
	d->stories =
		wd_story_keeper_new(opts->store, opts->stories_remember, opts->stories_window_us);
	if (d->doc_mem == NULL || d->stories == NULL) {
		wd_desk_free(d);
		return NULL;
	}
	return d;
}

void wd_desk_free(struct wd_desk *d)
{
	if (d == NULL)
		return;
	wd_arena_free(d->doc_mem);
	wd_story_keeper_free(d->stories);
	free(d->met.v);
	free(d);
}

void wd_desk_rolled_back(struct wd_desk *d)
{
	wd_story_keeper_forget(d->stories);
}

/* ---- articles met in this document ---- */

static size_t met_slot(const struct met *m, int64_t row)
{
	size_t at = ((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15)) >> 20 & (m->cap - 1);
	while (m->v[at].row != 0 && m->v[at].row != row)
		at = (at + 1) & (m->cap - 1);
	return at;
}

static bool is_met(void *ctx, int64_t row)
{
	const struct met *m = &((const struct wd_desk *)ctx)->met;
	return m->n > 0 && m->v[met_slot(m, row)].row == row;
}

static void meet(struct met *m, int64_t row, int64_t updated_us)
{
	if (m->n * 2 >= m->cap && m->cap < MET_MAX) {
		struct met bigger = {.cap = m->cap > 0 ? m->cap * 2 : 64};
		bigger.v = calloc(bigger.cap, sizeof(*bigger.v));
		if (bigger.v == NULL)
			return;
		for (size_t i = 0; i < m->cap; i++) {
			if (m->v[i].row != 0)
				bigger.v[met_slot(&bigger, m->v[i].row)] = m->v[i];
		}
		bigger.n = m->n;
		free(m->v);
		*m = bigger;
	}
	if (m->n * 2 >= m->cap)
		return;
	size_t at = met_slot(m, row);
	m->n += m->v[at].row == 0;
	m->v[at] = (struct met_one){row, updated_us};
}

/* An entry twice in one document: the same article under two headings, or revisions, of which the
 * newest `updated` counts (RFC 4287 §4.1.1). True: this one says nothing new. */
static bool is_older_twin(const struct met *m, int64_t row, const struct wd_article *art)
{
	if (m->n == 0 || m->v[met_slot(m, row)].row != row)
		return false;
	return art->updated.precision == WD_DATE_NONE ||
	       art->updated.us <= m->v[met_slot(m, row)].updated_us;
}

/* ---- document ---- */

/* Guids mean something within one feed: its id, or what it calls itself when it came as a file. */
static struct wd_str scope_of(const struct wd_doc *doc, const struct wd_feed *feed)
{
	if (doc->feed.n > 0)
		return doc->feed;
	if (doc->feed_url.n > 0)
		return doc->feed_url;
	if (feed == NULL)
		return WD_STR_NONE;
	return feed->self.n > 0 ? feed->self : feed->id.n > 0 ? feed->id : feed->link;
}

int wd_desk_doc_begin(
	struct wd_desk *d, const struct wd_doc *doc, const struct wd_feed *feed, struct wd_err *err)
{
	wd_arena_reset(d->doc_mem);
	d->doc = doc;
	d->scope = wd_arena_str(d->doc_mem, scope_of(doc, feed));
	d->feed_hash = wd_hash64(d->scope);
	d->now_us = doc->fetched_at_us > 0 ? doc->fetched_at_us : wd_clock_now_us();
	if (d->met.v != NULL)
		memset(d->met.v, 0, d->met.cap * sizeof(*d->met.v));
	d->met.n = 0;
	d->feed = (struct wd_store_feed){0};
	d->first_read = false;
	d->articles = d->unknown = 0;
	if (d->scope.n == 0)
		return WD_OK;
	int r = wd_store_feed_get(d->opts.store, d->scope, d->doc_mem, &d->feed, err);
	if (r == WD_OK || r == WD_E_NOTFOUND)
		d->first_read = d->feed.first_read_us == 0;
	return r == WD_E_NOTFOUND ? WD_OK : r;
}

int wd_desk_doc_end(struct wd_desk *d, struct wd_err *err)
{
	if (d->scope.n == 0)
		return WD_OK;
	struct wd_store_feed *f = &d->feed;
	f->etag = d->doc->etag;
	f->last_modified = d->doc->last_modified;
	f->url = d->doc->url;
	f->body = wd_hash_bytes(d->doc->body);
	if (f->first_read_us == 0)
		f->first_read_us = d->now_us;
	f->last_read_us = d->now_us;
	if (d->unknown > 0) {
		f->last_new_us = d->now_us;
		f->news++;
	}
	return wd_store_feed_put(d->opts.store, d->scope, f, err);
}

void wd_desk_doc_seen(struct wd_desk *d, struct wd_desk_seen *ret)
{
	*ret = (struct wd_desk_seen){.feed = d->scope,
		.first_read = d->first_read,
		.articles = d->articles,
		.unknown = d->unknown,
		.now_us = d->now_us,
		.record = &d->feed};
}

/* ---- versions ---- */

static struct wd_str hex_of(struct wd_arena *a, struct wd_hash h)
{
	char text[WD_HASH_TEXT];
	return wd_arena_str(a, wd_hash_hex(h, text));
}

static bool is_set(struct wd_hash h)
{
	return (h.hi | h.lo) != 0;
}

/* The id is made of the first key the article was known by, so another machine that reads the same
 * feed gives the same id. A key may lead to another article already (a reused guid): then the
 * content tells them apart. */
static struct wd_hash new_id(
	struct wd_desk *d, const struct wd_identity *id, struct wd_hash content)
{
	struct wd_hash none = {0, 0};
	struct wd_store_article other;
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	struct wd_hash key = is_set(id->guid) && !id->weak_guid ? id->guid
			     : is_set(id->link)                 ? id->link
			     : is_set(id->dated_title)          ? id->dated_title
								: id->guid;
	wd_hasher_add(h, WD_STR("wiredesk-article-1"));
	wd_hasher_add_u64(h, key.hi);
	wd_hasher_add_u64(h, key.lo);
	struct wd_hash result = wd_hasher_end(h);
	if (wd_store_find_id(d->opts.store, result, &other, NULL) != WD_OK)
		return result;
	wd_hasher_add_u64(h, content.hi);
	wd_hasher_add_u64(h, content.lo);
	wd_hasher_add_u64(h, (uint64_t)d->now_us);
	return wd_hasher_end(h);
}

static enum wd_event_type type_of(const struct wd_store_article *rec, const struct wd_article *art)
{
	if (art->is_retraction || art->pubstatus == WD_CANCELED)
		return WD_EVENT_WITHDRAWN;
	if (rec->version == 0)
		return WD_EVENT_PUBLISHED;
	return art->is_correction && !rec->was_correction ? WD_EVENT_CORRECTED : WD_EVENT_UPDATED;
}

static int put_keys(struct wd_desk *d, const struct wd_store_article *rec,
	const struct wd_identity *id, struct wd_err *err)
{
	const struct wd_hash keys[] = {id->guid, id->link, id->dated_title};
	for (size_t i = 0; i < WD_COUNTOF(keys); i++) {
		int r = is_set(keys[i]) ? wd_store_key_put(d->opts.store, keys[i], rec->row, err)
					: WD_OK;
		if (r != WD_OK)
			return r;
	}
	return WD_OK;
}

static int fill_version(struct wd_desk *d, const struct wd_store_article *rec,
	const struct wd_article *art, struct wd_hash content, struct wd_arena *a,
	struct wd_version *v, struct wd_err *err)
{
	struct wd_str *carriers = NULL, record;
	size_t n = 0;
	*v = (struct wd_version){
		.type = type_of(rec, art),
		.article_id = hex_of(a, rec->id),
		.number = rec->version + 1,
		.content_hash = content,
		.first_seen_us = rec->first_seen_us,
		.seen_us = WD_MAX(d->now_us, rec->last_seen_us),
		.is_backfill = d->first_read || art->is_backfill,
	};
	v->event_id =
		hex_of(a, wd_event_id(v->article_id, v->number, v->type, content, WD_STR_NONE));
	if (rec->version == 0)
		return WD_OK;
	v->previous = hex_of(a, rec->event);
	int r = wd_texts_get(d->opts.store, rec->row, rec->version, a, &record, NULL);
	wd_lifecycle_compare(a, r == WD_OK ? record : WD_STR_NONE, art, v);
	r = wd_store_carriers(
		d->opts.store, rec->row, d->feed_hash, MAX_CARRIERS, a, &carriers, &n, err);
	v->sources.v = carriers;
	v->sources.n = n;
	return r;
}

/* A date without a zone, or a day alone, is over when it is over everywhere. */
#define LATEST_ZONE (12 * WD_HOUR)

/* When the version may go out; 0: now. A withheld one with a date waits for the date. */
static int64_t held_until(
	const struct wd_desk *d, const struct wd_article *art, const struct wd_version *v)
{
	bool withheld = art->pubstatus == WD_WITHHELD && d->opts.hold_withheld;
	if (v->type == WD_EVENT_WITHDRAWN || (!withheld && !d->opts.hold_embargoed))
		return 0;
	if (art->embargoed.precision == WD_DATE_NONE)
		return withheld ? INT64_MAX : 0;
	bool exact = art->embargoed.has_zone && art->embargoed.precision == WD_DATE_TIME;
	int64_t due = art->embargoed.us + (exact ? 0 : LATEST_ZONE);
	return due > d->now_us ? due : 0;
}

/* An article stays in the topic where its first event went: its versions keep their order there,
 * and who read the first hears of the correction. */
static void choose_route(const struct wd_desk *d, struct wd_store_article *rec,
	const struct wd_article *art, struct wd_version *v, struct wd_arena *a)
{
	bool stays = true;
	struct wd_str to = WD_STR_NONE;
	if (d->opts.route != NULL)
		to = d->opts.route(art, v, &stays, d->opts.ctx);
	if (!stays) {
		v->route = to;
		return;
	}
	if (!rec->routed && !wd_str_eqc(to, WD_ROUTE_NONE)) {
		(void)snprintf(rec->route, sizeof(rec->route), "%.*s", WD_STR_ARG(to));
		rec->routed = true;
	}
	v->route = rec->routed ? wd_arena_str(a, wd_str_c(rec->route)) : to;
}

/* Nobody has seen the version that waits: the article is again what it was before. */
static int take_back(struct wd_desk *d, struct wd_store_article *rec, struct wd_err *err)
{
	struct wd_store_held was;
	if (!rec->held)
		return WD_OK;
	int r = wd_store_held_take(d->opts.store, rec->row, &was, err);
	if (r != WD_OK)
		return r;
	rec->held = false;
	rec->version = was.version;
	rec->event = was.event;
	rec->content = was.content;
	rec->was_correction = was.was_correction;
	rec->routed = was.was_routed;
	return WD_OK;
}

/* ---- new rules ---- */

static void hash_str(struct wd_hasher *h, struct wd_str s)
{
	wd_hasher_add_u64(h, s.n);
	wd_hasher_add(h, s);
}

/* What readers see as the article's tags; not how sure they are, nor where they rest. */
static struct wd_hash tags_hash(const struct wd_article *art)
{
	struct wd_hash none = {0, 0};
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	hash_str(h, art->language);
	for (size_t i = 0; i < art->topics.n; i++)
		hash_str(h, art->topics.v[i].id);
	wd_hasher_add_u64(h, art->topics.n);
	for (size_t i = 0; i < art->entities.n; i++) {
		hash_str(h, art->entities.v[i].qid);
		hash_str(h, art->entities.v[i].name);
	}
	wd_hasher_add_u64(h, art->entities.n);
	for (size_t i = 0; i < art->themes.n; i++)
		hash_str(h, art->themes.v[i].id);
	wd_hasher_add_u64(h, art->themes.n);
	for (size_t i = 0; i < art->summits.n; i++)
		hash_str(h, art->summits.v[i].id);
	wd_hasher_add_u64(h, art->summits.n);
	for (size_t i = 0; i < art->flags.n; i++) {
		hash_str(h, art->flags.v[i].code);
		hash_str(h, art->flags.v[i].message);
	}
	wd_hasher_add_u64(h, art->flags.n);
	for (size_t i = 0; i < art->subjects.n; i++)
		hash_str(h, art->subjects.v[i].uri);
	return wd_hasher_end(h);
}

int wd_desk_kept(struct wd_desk *d, int64_t row, struct wd_arena *a, struct wd_article *ret,
	struct wd_err *err)
{
	struct wd_hash tags;
	struct wd_str packed;
	int r = wd_store_kept_get(d->opts.store, row, a, &tags, &packed, err);
	return r == WD_OK ? wd_article_unpack(a, packed, ret, err) : r;
}

int wd_desk_retag(struct wd_desk *d, struct wd_hash article, const struct wd_article *art,
	int64_t now_us, struct wd_arena *a, bool *ret_changed, struct wd_err *err)
{
	struct wd_store_article rec;
	struct wd_hash tags;
	struct wd_str packed;
	*ret_changed = false;
	int r = wd_store_find_id(d->opts.store, article, &rec, err);
	if (r != WD_OK)
		return r;
	bool is_newest = wd_hash_eq(wd_content_hash(art), rec.content);
	if (!is_newest || rec.withdrawn || rec.blocked || rec.held)
		return WD_OK;
	r = wd_store_kept_get(d->opts.store, rec.row, a, &tags, &packed, err);
	if (r != WD_OK || wd_hash_eq(tags, tags_hash(art)))
		return r == WD_E_NOTFOUND ? WD_OK : r;
	struct wd_version v = {.type = WD_EVENT_UPDATED,
		.article_id = hex_of(a, rec.id),
		.number = rec.version + 1,
		.previous = hex_of(a, rec.event),
		.content_hash = rec.content,
		.first_seen_us = rec.first_seen_us,
		.seen_us = WD_MAX(now_us, rec.last_seen_us),
		.significance = WD_STR("tags"),
		.reason = WD_STR("retag")};
	v.event_id = hex_of(
		a, wd_event_id(v.article_id, v.number, v.type, rec.content, art->rules_version));
	choose_route(d, &rec, art, &v, a);
	rec.version = v.number;
	rec.last_seen_us = v.seen_us;
	if (wd_hash_from_hex(v.event_id, &rec.event) != WD_OK)
		return wd_err_set(err, WD_E_NOMEM, "desk: no memory for an event id");
	r = wd_store_article_put(d->opts.store, &rec, err);
	struct wd_texts texts = {.row = rec.row,
		.number = rec.version,
		.before = rec.version - 1,
		.keep = d->opts.keep_versions,
		.whole = true,
		.tags = tags_hash(art)};
	if (r == WD_OK)
		r = wd_texts_put(d->opts.store, &texts, art, a, err);
	if (r == WD_OK)
		r = wd_story_keeper_show(d->stories, rec.row, a, &v, err);
	*ret_changed = r == WD_OK;
	return r == WD_OK ? d->opts.emit(art, &v, a, d->opts.ctx, err) : r;
}

int wd_desk_find(struct wd_desk *d, const struct wd_article *art, struct wd_arena *a,
	struct wd_hash *ret, struct wd_err *err)
{
	struct wd_identity id;
	struct wd_identity_ctx ctx = {.store = d->opts.store,
		.feed = &d->feed,
		.feed_hash = d->feed_hash,
		.met = is_met,
		.ctx = d};
	struct wd_store_article rec;
	wd_identity_make(a, art, d->scope, &id);
	int r = wd_identity_resolve(&ctx, a, art, &id, &rec, err);
	if (r == WD_OK)
		*ret = rec.id;
	return r;
}

/* ---- versions and known articles ---- */

/* Remembers the version and hands it to emit, all or nothing. */
static int make_version(struct wd_desk *d, struct wd_store_article *rec,
	const struct wd_identity *id, const struct wd_article *art, struct wd_hash content,
	bool silent, struct wd_arena *a, struct wd_err *err)
{
	struct wd_version v;
	int r = fill_version(d, rec, art, content, a, &v, err);
	if (r != WD_OK)
		return r;
	struct wd_store_held hold = {.due_us = held_until(d, art, &v),
		.version = rec->version,
		.event = rec->event,
		.content = rec->content,
		.was_correction = rec->was_correction,
		.was_routed = rec->routed};
	rec->held = hold.due_us > 0 && !silent;
	if (rec->held)
		v.hold = &hold;
	if (!silent)
		choose_route(d, rec, art, &v, a);
	rec->version = v.number;
	rec->content = content;
	if (wd_hash_from_hex(v.event_id, &rec->event) != WD_OK)
		return wd_err_set(err, WD_E_NOMEM, "desk: no memory for an event id");
	rec->title = id->title;
	rec->link = id->link;
	rec->guid = id->guid;
	rec->last_seen_us = v.seen_us;
	rec->was_correction = art->is_correction;
	rec->withdrawn = v.type == WD_EVENT_WITHDRAWN;
	r = wd_store_article_put(d->opts.store, rec, err);
	hold.article = rec->row;
	if (r == WD_OK)
		r = put_keys(d, rec, id, err);
	struct wd_texts texts = {.row = rec->row,
		.number = rec->version,
		.before = hold.version,
		.keep = d->opts.keep_versions,
		.whole = !silent,
		.tags = tags_hash(art)};
	if (r == WD_OK)
		r = wd_texts_put(d->opts.store, &texts, art, a, err);
	if (r == WD_OK)
		r = wd_store_carried_put(
			d->opts.store, rec->row, d->feed_hash, d->doc->feed_url, content, err);
	if (r == WD_OK)
		r = wd_story_keeper_assign(d->stories, rec, art, a, &v, err);
	return r == WD_OK && !silent ? d->opts.emit(art, &v, a, d->opts.ctx, err) : r;
}

/* First read of a feed: its past may be unwanted. */
static bool is_unwanted_past(const struct wd_desk *d, const struct wd_article *art)
{
	const struct wd_doc_hints *h = &d->doc->hints;
	if (!d->first_read || h->first_poll == WD_FIRST_ALL)
		return false;
	return h->first_poll == WD_FIRST_NONE || art->published.precision == WD_DATE_NONE ||
	       art->published.us < d->now_us - h->first_age_us;
}

/* A kill of what nobody has seen: the held version is gone, there is nothing to withdraw. */
static int kill_unseen(struct wd_desk *d, struct wd_store_article *rec,
	const struct wd_identity *id, struct wd_hash content, struct wd_err *err)
{
	rec->content = content;
	rec->withdrawn = true;
	rec->last_seen_us = WD_MAX(d->now_us, rec->last_seen_us);
	int r = wd_store_article_put(d->opts.store, rec, err);
	if (r == WD_OK)
		r = put_keys(d, rec, id, err);
	return r != WD_OK ? r
			  : wd_store_carried_put(d->opts.store, rec->row, d->feed_hash,
				    d->doc->feed_url, content, err);
}

static int known_article(struct wd_desk *d, struct wd_store_article *rec,
	const struct wd_identity *id, const struct wd_article *art, struct wd_hash content,
	struct wd_arena *a, bool *ret_is_version, struct wd_err *err)
{
	struct wd_hash said = {0, 0};
	if (rec->blocked)
		return WD_OK;
	int r = wd_store_carried_get(d->opts.store, rec->row, d->feed_hash, &said, err);
	bool carried = r == WD_OK;
	if (r != WD_OK && r != WD_E_NOTFOUND)
		return r;
	bool news = !wd_hash_eq(content, rec->content);
	/* A page that came by itself is one half of an article, a feed's entry completed from it is
	 * the whole: from then on the article is the feed's. */
	bool completes = art->page_url.n > 0 && rec->is_page;
	bool may = rec->owner == d->feed_hash || completes ||
		   (carried && wd_hash_eq(said, rec->content));
	if (news && may && rec->held) {
		r = take_back(d, rec, err);
		if (r != WD_OK)
			return r;
		if (rec->version == 0 && type_of(rec, art) == WD_EVENT_WITHDRAWN)
			return kill_unseen(d, rec, id, content, err);
		news = !wd_hash_eq(content, rec->content);
		if (!news) { /* as before what waited: the record says so again */
			r = wd_store_article_put(d->opts.store, rec, err);
			if (r != WD_OK)
				return r;
		}
	}
	if (news && may) {
		*ret_is_version = true;
		if (completes) {
			rec->owner = d->feed_hash;
			rec->is_page = false;
		}
		return make_version(d, rec, id, art, content, false, a, err);
	}
	r = WD_OK;
	if (!carried || !wd_hash_eq(said, content))
		r = wd_store_carried_put(
			d->opts.store, rec->row, d->feed_hash, d->doc->feed_url, content, err);
	bool moved = !wd_hash_eq(rec->guid, id->guid) || !wd_hash_eq(rec->link, id->link);
	if (r == WD_OK && moved)
		r = put_keys(d, rec, id, err);
	bool stale = d->now_us - rec->last_seen_us >= WD_DAY;
	if (r != WD_OK || (!stale && !(moved && rec->owner == d->feed_hash)))
		return r;
	if (rec->owner == d->feed_hash) {
		rec->guid = id->guid;
		rec->link = id->link;
	}
	rec->last_seen_us = WD_MAX(d->now_us, rec->last_seen_us);
	return wd_store_article_put(d->opts.store, rec, err);
}

int wd_desk_article(struct wd_desk *d, const struct wd_article *art, struct wd_arena *a,
	bool *ret_is_version, struct wd_err *err)
{
	struct wd_identity id;
	struct wd_identity_ctx ctx = {.store = d->opts.store,
		.feed = &d->feed,
		.feed_hash = d->feed_hash,
		.met = is_met,
		.ctx = d};
	struct wd_store_article rec = {0};
	struct wd_hash content = wd_content_hash(art);
	*ret_is_version = false;
	d->articles++;
	wd_identity_make(a, art, d->scope, &id);
	int r = wd_identity_resolve(&ctx, a, art, &id, &rec, err);
	if (r == WD_OK) {
		if (is_older_twin(&d->met, rec.row, art))
			return WD_OK;
		meet(&d->met, rec.row, art->updated.us);
		return known_article(d, &rec, &id, art, content, a, ret_is_version, err);
	}
	if (r != WD_E_NOTFOUND)
		return r;
	rec = (struct wd_store_article){.id = new_id(d, &id, content),
		.owner = d->feed_hash,
		.first_seen_us = d->now_us,
		.last_seen_us = d->now_us,
		.is_page = art->entry == NULL};
	bool silent = is_unwanted_past(d, art);
	d->unknown++;
	*ret_is_version = !silent;
	r = make_version(d, &rec, &id, art, content, silent, a, err);
	if (r == WD_OK)
		meet(&d->met, rec.row, art->updated.us);
	return r;
}

/* The event of a withdrawal that comes with no new text. */
static int withdraw(struct wd_desk *d, struct wd_store_article *rec, const struct wd_doc *doc,
	const struct wd_article *art, const char *reason, struct wd_arena *a, struct wd_err *err)
{
	struct wd_version v = {.type = WD_EVENT_WITHDRAWN,
		.article_id = hex_of(a, rec->id),
		.number = rec->version + 1,
		.previous = hex_of(a, rec->event),
		.content_hash = wd_content_hash(art),
		.first_seen_us = rec->first_seen_us,
		.seen_us = WD_MAX(doc->fetched_at_us, rec->last_seen_us),
		.reason = wd_str_c(reason)};
	v.event_id =
		hex_of(a, wd_event_id(v.article_id, v.number, v.type, v.content_hash, WD_STR_NONE));
	choose_route(d, rec, art, &v, a);
	rec->version = v.number;
	if (wd_hash_from_hex(v.event_id, &rec->event) != WD_OK)
		return wd_err_set(err, WD_E_NOMEM, "desk: no memory for an event id");
	rec->last_seen_us = v.seen_us;
	/* The content stays: a feed that still lists what is gone says nothing new by that. */
	int r = wd_store_article_put(d->opts.store, rec, err);
	if (r == WD_OK)
		r = wd_story_keeper_show(d->stories, rec->row, a, &v, err);
	return r == WD_OK ? d->opts.emit(art, &v, a, d->opts.ctx, err) : r;
}

int wd_desk_withdraw(struct wd_desk *d, const struct wd_desk_withdrawal *w, struct wd_arena *a,
	struct wd_str *ret_route, struct wd_err *err)
{
	struct wd_store_article rec;
	int r = wd_store_find_id(d->opts.store, w->article, &rec, err);
	if (r == WD_OK)
		r = take_back(d, &rec, err);
	if (r == WD_OK && w->erase)
		r = wd_store_erase(d->opts.store, w->article, err);
	if (r != WD_OK)
		return r;
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.input = WD_STR("urn:wiredesk:withdraw"),
		.fetched_at_us = w->now_us};
	struct wd_article art = {
		.doc = &doc, .pubstatus = WD_CANCELED, .parser = WD_STR("operator")};
	*ret_route = wd_arena_str(a, wd_str_c(rec.route));
	rec.withdrawn = rec.blocked = true;
	if (rec.version == 0)
		return wd_store_article_put(d->opts.store, &rec, err);
	return withdraw(d, &rec, &doc, &art, w->reason, a, err);
}

int wd_desk_gone(
	struct wd_desk *d, const struct wd_doc *doc, struct wd_arena *a, struct wd_err *err)
{
	struct wd_store_article rec;
	struct wd_identity id;
	struct wd_article art = {
		.doc = doc, .link = doc->url, .pubstatus = WD_CANCELED, .parser = WD_STR("http")};
	wd_identity_make(a, &art, doc->feed, &id);
	int r = wd_store_find(d->opts.store, id.link, &rec, err);
	if (r != WD_OK || rec.withdrawn || rec.blocked)
		return r;
	r = take_back(d, &rec, err);
	if (r != WD_OK)
		return r;
	rec.withdrawn = true;
	if (rec.version == 0)
		return wd_store_article_put(d->opts.store, &rec, err);
	return withdraw(d, &rec, doc, &art, "the page is gone (410)", a, err);
}
