/*
 * Pages by address: an index in memory, the bytes in an unlinked temporary file used as a ring, so
 * that a large archive costs disk and not memory, and a daemon of years costs a fixed size.
 *
 * Positions in the ring only grow; a page is there while its position is less than the ring's size
 * behind the head. Index slots of pages that fell out are reused when the index is rebuilt.
 *
 * Addresses are compared as the desk does (wd_identity_link): tracking parameters, www, AMP and
 * mobile twins are the same article. A page is known by where it came from and by what it calls
 * itself; a variant (AMP, print, mobile: its own address is another) serves when nothing else does.
 *
 * `asked` remembers which addresses a feed wanted, in a fixed table where newer ones displace older
 * ones: an answer that comes late makes the feed's document be read again.
 *
 * Concurrency: one lock around everything.
 */
#include "daemon/pages.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/url.h"
#include "desk/identity.h"
#include "parsers/page_parts.h"

#define ASKED_SLOTS 65536 /* a power of two */
#define NONE UINT32_MAX
#define MAX_VERSIONS 200 /* of one address that are looked at */

struct page {
	uint64_t key, pos, body_hash;
	int64_t at_us;
	uint32_t bytes, older; /* older: the next page of the same slot */
	bool variant;
};

/* What stands in the ring before url, content type, record id and body. */
struct header {
	uint32_t url, type, record, body;
};

struct wd_pages {
	pthread_mutex_t lock;
	FILE *file;
	uint64_t max, head;
	struct page *v;
	size_t n, cap;
	uint32_t *slots; /* the newest page of each, NONE: empty; as many as cap */
	struct {
		uint64_t key, answer, feed; /* answer: hash of the page given, 0: none */
	} * asked;
};

int wd_pages_new(uint64_t max_bytes, struct wd_pages **ret, struct wd_err *err)
{
	struct wd_pages *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	(void)pthread_mutex_init(&p->lock, NULL);
	p->max = max_bytes;
	p->file = tmpfile();
	p->asked = calloc(ASKED_SLOTS, sizeof(*p->asked));
	if (p->file == NULL || p->asked == NULL) {
		wd_pages_free(p);
		return wd_err_set(err, WD_E_SYS, "pages: no temporary file");
	}
	*ret = p;
	return WD_OK;
}

void wd_pages_free(struct wd_pages *p)
{
	if (p == NULL)
		return;
	if (p->file != NULL)
		(void)fclose(p->file);
	free(p->asked);
	free(p->slots);
	free(p->v);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static uint64_t key_of(struct wd_arena *a, struct wd_str url)
{
	uint64_t h = wd_hash64(wd_identity_link(a, url));
	return h != 0 ? h : 1;
}

/* ---- index ---- */

static bool is_there(const struct wd_pages *p, const struct page *x)
{
	return p->head - x->pos <= p->max;
}

static void link_page(struct wd_pages *p, uint32_t i)
{
	uint32_t *slot = &p->slots[p->v[i].key & (p->cap - 1)];
	p->v[i].older = *slot;
	*slot = i;
}

/* Drops what fell out of the ring; grows when that is not enough. */
static bool make_room(struct wd_pages *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->n; i++)
		if (is_there(p, &p->v[i]))
			p->v[kept++] = p->v[i];
	p->n = kept;
	if (p->n * 4 >= p->cap * 3) {
		size_t cap = p->cap > 0 ? p->cap * 2 : 1024;
		struct page *v = reallocarray(p->v, cap, sizeof(*v));
		if (v == NULL)
			return false;
		p->v = v;
		uint32_t *slots = reallocarray(p->slots, cap, sizeof(*slots));
		if (slots == NULL)
			return false;
		p->slots = slots;
		p->cap = cap;
	}
	memset(p->slots, 0xFF, p->cap * sizeof(*p->slots));
	for (size_t i = 0; i < p->n; i++)
		link_page(p, (uint32_t)i);
	return true;
}

static bool index_page(struct wd_pages *p, const struct page *x)
{
	if (p->n == p->cap && !make_room(p))
		return false;
	p->v[p->n] = *x;
	link_page(p, (uint32_t)p->n++);
	return true;
}

/* ---- bytes ---- */

static bool put(struct wd_pages *p, uint64_t at, struct wd_str s)
{
	size_t done = 0;
	while (done < s.n) {
		ssize_t n = pwrite(fileno(p->file), s.p + done, s.n - done, (off_t)(at + done));
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool get(struct wd_pages *p, uint64_t at, void *to, size_t bytes)
{
	size_t done = 0;
	while (done < bytes) {
		ssize_t n =
			pread(fileno(p->file), (char *)to + done, bytes - done, (off_t)(at + done));
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Writes the page at the head; a page never lies across the ring's end. */
static bool write_page(struct wd_pages *p, const struct wd_doc *doc, struct page *ret)
{
	const struct wd_str parts[] = {doc->url, doc->content_type, doc->record, doc->body};
	struct header h = {(uint32_t)doc->url.n, (uint32_t)doc->content_type.n,
		(uint32_t)doc->record.n, (uint32_t)doc->body.n};
	uint64_t bytes = sizeof(h) + doc->url.n + doc->content_type.n + doc->record.n + doc->body.n;
	if (bytes > p->max / 2 || bytes > UINT32_MAX)
		return false;
	if (p->head % p->max + bytes > p->max)
		p->head += p->max - p->head % p->max;
	uint64_t at = p->head % p->max;
	if (!put(p, at, (struct wd_str){(const char *)&h, sizeof(h)}))
		return false;
	at += sizeof(h);
	for (size_t i = 0; i < WD_COUNTOF(parts); i++) {
		if (!put(p, at, parts[i]))
			return false;
		at += parts[i].n;
	}
	ret->pos = p->head;
	ret->bytes = (uint32_t)bytes;
	p->head += bytes;
	return true;
}

/* ---- interface ---- */

/* The feed got another answer for this address, or none. */
static bool is_news(const struct wd_pages *p, uint64_t key, uint64_t body_hash)
{
	size_t at = key & (ASKED_SLOTS - 1);
	return p->asked[at].key == key && p->asked[at].answer != body_hash;
}

/* "/story/amp", "amp.example.org", "?amp=1": the same article to the desk, and less of it. */
static bool is_amp(struct wd_str url)
{
	for (size_t at = 0; (at = wd_str_ifind(url, WD_STR("amp"), at)) != SIZE_MAX; at += 3) {
		bool left = at > 0 && !wd_is_alnum(url.p[at - 1]);
		bool right = at + 3 >= url.n || !wd_is_alnum(url.p[at + 3]);
		if (left && right)
			return true;
	}
	return false;
}

/* What is kept of the address already is this page: the same bytes again say nothing new. */
static bool is_kept(const struct wd_pages *p, uint64_t key, uint64_t body_hash)
{
	for (uint32_t i = p->cap > 0 ? p->slots[key & (p->cap - 1)] : NONE; i != NONE;
		i = p->v[i].older)
		if (p->v[i].key == key && is_there(p, &p->v[i]))
			return p->v[i].body_hash == body_hash;
	return false;
}

size_t wd_pages_add(struct wd_pages *p, const struct wd_doc *doc, uint64_t ret_feeds[2])
{
	size_t feeds = 0;
	if (!wd_page_has_frame(doc->body) || doc->body.n > p->max / 2)
		return 0;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	if (a == NULL)
		return 0;
	struct wd_str own = wd_page_own_address(a, doc->body, doc->url);
	uint64_t keys[2] = {
		wd_url_is_http(doc->url) ? key_of(a, doc->url) : 0, own.n > 0 ? key_of(a, own) : 0};
	struct page x = {.at_us = doc->fetched_at_us, .body_hash = wd_hash64(doc->body)};
	bool other = is_amp(doc->url) || (keys[0] != 0 && keys[1] != 0 && keys[0] != keys[1]);
	uint64_t known = keys[1] != 0 ? keys[1] : keys[0];
	(void)pthread_mutex_lock(&p->lock);
	if (known != 0 && !is_kept(p, known, x.body_hash) && write_page(p, doc, &x)) {
		for (size_t i = 0; i < 2; i++) {
			if (keys[i] == 0 || (i == 1 && keys[1] == keys[0]))
				continue;
			x.key = keys[i];
			x.variant = other;
			if (index_page(p, &x) && is_news(p, x.key, x.body_hash))
				ret_feeds[feeds++] = p->asked[x.key & (ASKED_SLOTS - 1)].feed;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
	return feeds;
}

/* Whether x answers better than y (NULL: nothing yet) for a document received at `at`. */
static bool is_better(const struct page *x, const struct page *y, int64_t at)
{
	if (y == NULL || x->variant != y->variant)
		return y == NULL || y->variant;
	bool x_known = x->at_us <= at, y_known = y->at_us <= at;
	if (x_known != y_known)
		return x_known;
	return x_known ? x->at_us > y->at_us : x->at_us < y->at_us;
}

static const struct page *choose(const struct wd_pages *p, uint64_t key, int64_t at)
{
	const struct page *best = NULL;
	unsigned seen = 0;
	for (uint32_t i = p->cap > 0 ? p->slots[key & (p->cap - 1)] : NONE;
		i != NONE && seen < MAX_VERSIONS; i = p->v[i].older) {
		const struct page *x = &p->v[i];
		if (x->key != key || !is_there(p, x))
			continue;
		seen++;
		if (is_better(x, best, at))
			best = x;
	}
	return best;
}

static struct wd_str take(struct wd_str *rest, uint32_t n)
{
	struct wd_str s = wd_str_sub(*rest, 0, n);
	*rest = wd_str_from(*rest, n);
	return s;
}

static int read_page(
	struct wd_pages *p, const struct page *x, struct wd_arena *a, struct wd_doc *ret)
{
	struct header h;
	char *bytes = wd_arena_bytes(a, x->bytes);
	if (bytes == NULL || !get(p, x->pos % p->max, bytes, x->bytes))
		return WD_E_NOTFOUND;
	memcpy(&h, bytes, sizeof(h));
	struct wd_str rest = {bytes + sizeof(h), x->bytes - sizeof(h)};
	ret->magic = WD_DOC_MAGIC;
	ret->origin = WD_DOC_ARCHIVE;
	ret->url = take(&rest, h.url);
	ret->content_type = take(&rest, h.type);
	ret->record = take(&rest, h.record);
	ret->body = take(&rest, h.body);
	ret->fetched_at_us = x->at_us;
	return WD_OK;
}

static int find(struct wd_str link, const struct wd_doc *asks, struct wd_arena *a,
	struct wd_doc *ret, void *ctx)
{
	struct wd_pages *p = ctx;
	uint64_t key = key_of(a, link);
	(void)pthread_mutex_lock(&p->lock);
	const struct page *x = choose(p, key, asks->fetched_at_us);
	size_t slot = key & (ASKED_SLOTS - 1);
	p->asked[slot].key = key;
	p->asked[slot].answer = x != NULL ? x->body_hash : 0;
	p->asked[slot].feed = wd_hash64(asks->feed);
	int r = x != NULL ? read_page(p, x, a, ret) : WD_E_NOTFOUND;
	(void)pthread_mutex_unlock(&p->lock);
	ret->hints = asks->hints;
	return r;
}

struct wd_page_source wd_pages_source(struct wd_pages *p)
{
	return (struct wd_page_source){find, p};
}

size_t wd_pages_count(struct wd_pages *p)
{
	(void)pthread_mutex_lock(&p->lock);
	size_t n = p->n;
	(void)pthread_mutex_unlock(&p->lock);
	return n;
}
