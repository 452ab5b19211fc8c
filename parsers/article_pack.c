/*
 * One description of the record serves three ways: each function writes it, reads it, or copies
 * what it points to, so what is written, read and handed on cannot differ. Numbers are LEB128
 * (signed ones zigzag), strings and lists carry their length. A record is bytes from our own store,
 * but it may be of another version of the program or damaged: every length is checked against what
 * is left.
 *
 * A copy is for handing an article to another thread while its worker builds the next: it has the
 * tags, too, which a record has not.
 */
#include "parsers/article_pack.h"

#include "base/arena.h"

#define FORMAT 2 /* to be counted up when the order below changes; 1: without authors_source */

enum way { WRITE, READ, COPY };

struct packer {
	enum way way;
	struct wd_buf *out; /* WRITE */
	struct wd_arena *a; /* READ, COPY */
	struct wd_str in;   /* READ */
	size_t at;
	int rc;
};

static void fail(struct packer *p, int rc)
{
	p->rc = p->rc == WD_OK ? rc : p->rc;
}

static void number(struct packer *p, uint64_t *v)
{
	if (p->way == COPY)
		return;
	if (p->way == WRITE) {
		uint64_t x = *v;
		for (; x >= 0x80; x >>= 7)
			wd_buf_putc(p->out, (char)(unsigned char)(x | 0x80));
		wd_buf_putc(p->out, (char)(unsigned char)x);
		return;
	}
	*v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (p->rc != WD_OK || p->at >= p->in.n) {
			fail(p, WD_E_MALFORMED);
			*v = 0;
			return;
		}
		unsigned char c = (unsigned char)p->in.p[p->at++];
		*v |= (uint64_t)(c & 0x7F) << shift;
		if (c < 0x80)
			return;
	}
	fail(p, WD_E_MALFORMED);
	*v = 0;
}

static void integer(struct packer *p, int64_t *v)
{
	uint64_t x = (uint64_t)*v << 1 ^ (uint64_t)(*v >> 63);
	number(p, &x);
	*v = (int64_t)(x >> 1) ^ -(int64_t)(x & 1);
}

static void flag(struct packer *p, bool *v)
{
	uint64_t x = *v;
	number(p, &x);
	*v = x != 0;
}

static void small(struct packer *p, int *v)
{
	int64_t x = *v;
	integer(p, &x);
	*v = (int)x;
}

/* A share of one, to a millionth. */
static void share(struct packer *p, double *v)
{
	int64_t x = (int64_t)(*v * 1e6 + 0.5);
	integer(p, &x);
	if (p->way == READ)
		*v = (double)x / 1e6;
}

static void str(struct packer *p, struct wd_str *s)
{
	uint64_t n = s->n;
	struct wd_str from = *s;
	number(p, &n);
	if (p->way == WRITE) {
		wd_buf_add(p->out, *s);
		return;
	}
	*s = WD_STR_NONE;
	if (p->rc != WD_OK || n == 0)
		return;
	if (p->way == READ) {
		if (n > p->in.n - p->at) {
			fail(p, WD_E_MALFORMED);
			return;
		}
		from = wd_str_sub(p->in, p->at, p->at + (size_t)n);
		p->at += (size_t)n;
	}
	*s = wd_arena_str(p->a, from);
	if (s->n != n)
		fail(p, WD_E_LIMIT);
}

/* The list's length, and room for it elsewhere. Elements begin with `strs` strings. */
static void *list(struct packer *p, void *v, size_t *n, size_t size, size_t strs)
{
	uint64_t count = *n;
	number(p, &count);
	if (p->way != WRITE) {
		const void *from = v;
		*n = 0;
		if (count == 0 || p->rc != WD_OK)
			return NULL;
		if (p->way == READ && count > p->in.n - p->at) { /* each takes a byte at least */
			fail(p, WD_E_MALFORMED);
			return NULL;
		}
		v = wd_arena_array(p->a, (size_t)count, size);
		if (v == NULL) {
			fail(p, WD_E_LIMIT);
			return NULL;
		}
		if (p->way == COPY)
			memcpy(v, from, (size_t)count * size);
		*n = (size_t)count;
	}
	for (size_t i = 0; i < *n; i++) {
		for (size_t k = 0; k < strs; k++)
			str(p, (struct wd_str *)(void *)((char *)v + i * size) + k);
	}
	return v;
}

#define LIST(p, vec, strs)                                                                         \
	do {                                                                                       \
		(vec).v = list((p), (vec).v, &(vec).n, sizeof(*(vec).v), (strs));                  \
		(vec).cap = (vec).n;                                                               \
	} while (0)

static void date(struct packer *p, struct wd_date *d)
{
	int precision = (int)d->precision;
	integer(p, &d->us);
	small(p, &precision);
	flag(p, &d->has_zone);
	d->precision = precision >= WD_DATE_NONE && precision <= WD_DATE_TIME
			       ? (enum wd_date_precision)precision
			       : WD_DATE_NONE;
}

static void rows(struct packer *p, struct wd_table_row *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i].cells = list(p, v[i].cells, &v[i].n, sizeof(*v[i].cells), 1);
}

static void tables(struct packer *p, wd_tables *t)
{
	LIST(p, *t, 1);
	WD_VEC_EACH (struct wd_table, x, t) {
		LIST(p, x->header, 0);
		rows(p, x->header.v, x->header.n);
		LIST(p, x->rows, 0);
		rows(p, x->rows.v, x->rows.n);
		LIST(p, x->footnotes, 1);
		share(p, &x->confidence);
		flag(p, &x->repaired);
	}
}

/* Of feed and entry only what events show and the article has not taken over. */
static void feed(struct packer *p, struct wd_feed *f)
{
	struct wd_feed kept = {.updated = f->updated, .published = f->published};
	struct wd_str *const strs[] = {&f->title, &f->title_lang, &f->link, &f->id, &f->language,
		&f->rights, &f->self, &f->format};
	struct wd_str *const to[] = {&kept.title, &kept.title_lang, &kept.link, &kept.id,
		&kept.language, &kept.rights, &kept.self, &kept.format};
	for (size_t i = 0; i < WD_COUNTOF(strs); i++) {
		*to[i] = *strs[i];
		str(p, to[i]);
	}
	date(p, &kept.updated);
	date(p, &kept.published);
	kept.authors = f->authors;
	LIST(p, kept.authors, 3);
	*f = kept;
}

static void entry(struct packer *p, struct wd_entry *e)
{
	struct wd_entry kept = {.expired = e->expired,
		.rights_holder = e->rights_holder,
		.ednote = e->ednote,
		.version = e->version,
		.genres = e->genres};
	struct wd_feed source = e->source != NULL ? *e->source : (struct wd_feed){0};
	bool has_source = e->source != NULL;
	date(p, &kept.expired);
	str(p, &kept.rights_holder);
	str(p, &kept.ednote);
	str(p, &kept.version);
	LIST(p, kept.genres, 1);
	flag(p, &has_source);
	*e = kept;
	if (!has_source)
		return;
	feed(p, &source);
	if (p->way == WRITE)
		return;
	e->source = wd_arena_new_of(p->a, struct wd_feed);
	if (e->source != NULL)
		*e->source = source;
	else
		fail(p, WD_E_LIMIT);
}

static void doc(struct packer *p, struct wd_doc *d)
{
	struct wd_str *const strs[] = {
		&d->feed, &d->feed_url, &d->url, &d->input, &d->content_type, &d->record};
	for (size_t i = 0; i < WD_COUNTOF(strs); i++)
		str(p, strs[i]);
	small(p, &d->status);
	integer(p, &d->fetched_at_us);
}

static void texts(struct packer *p, struct wd_article *x)
{
	struct wd_str *const strs[] = {&x->headline, &x->summary, &x->slugline, &x->by, &x->located,
		&x->title_raw, &x->html, &x->text, &x->link, &x->canonical, &x->guid, &x->site_name,
		&x->section, &x->copyright, &x->item_type, &x->usage_terms, &x->date_source,
		&x->language, &x->language_source, &x->parser, &x->charset, &x->charset_source};
	for (size_t i = 0; i < WD_COUNTOF(strs); i++)
		str(p, strs[i]);
	LIST(p, x->alt_headlines, 1);
	LIST(p, x->authors, 3);
	tables(p, &x->tables);
	LIST(p, x->repairs, 3);
	WD_VEC_EACH (struct wd_repair, r, &x->repairs)
		integer(p, &r->count);
	LIST(p, x->removed, 2);
	LIST(p, x->info_sources, 2);
	LIST(p, x->images, 5);
	LIST(p, x->keywords, 1);
	LIST(p, x->categories, 3);
	LIST(p, x->enclosures, 3);
	LIST(p, x->subjects_in, 3);
}

static void facts(struct packer *p, struct wd_article *x)
{
	int status = (int)x->pubstatus;
	bool *const flags[] = {&x->truncated, &x->paywalled, &x->is_backfill, &x->is_correction,
		&x->is_retraction};
	date(p, &x->published);
	date(p, &x->updated);
	date(p, &x->embargoed);
	small(p, &status);
	small(p, &x->urgency);
	for (size_t i = 0; i < WD_COUNTOF(flags); i++)
		flag(p, flags[i]);
	x->pubstatus = status >= WD_USABLE && status <= WD_CANCELED ? (enum wd_pubstatus)status
								    : WD_USABLE;
}

static void article(struct packer *p, struct wd_article *x, struct wd_entry *e, struct wd_feed *f,
	uint64_t format)
{
	texts(p, x);
	facts(p, x);
	if (x->entry != NULL)
		entry(p, e);
	if (x->feed != NULL)
		feed(p, f);
	if (format >= 2)
		str(p, &x->authors_source);
}

static void record(struct packer *p, struct wd_article *x, struct wd_doc *d, struct wd_entry *e,
	struct wd_feed *f)
{
	uint64_t format = FORMAT;
	number(p, &format);
	if (format < 1 || format > FORMAT)
		fail(p, WD_E_MALFORMED);
	bool has_entry = x->entry != NULL, has_feed = x->feed != NULL;
	flag(p, &has_entry);
	flag(p, &has_feed);
	x->doc = d;
	x->entry = has_entry ? e : NULL;
	x->feed = has_feed ? f : NULL;
	doc(p, d);
	article(p, x, e, f, format);
}

void wd_article_pack(struct wd_buf *out, const struct wd_article *art)
{
	struct packer p = {.way = WRITE, .out = out};
	struct wd_article x = *art;
	struct wd_doc d = art->doc != NULL ? *art->doc : (struct wd_doc){0};
	struct wd_entry e = art->entry != NULL ? *art->entry : (struct wd_entry){0};
	struct wd_feed f = art->feed != NULL ? *art->feed : (struct wd_feed){0};
	record(&p, &x, &d, &e, &f);
}

int wd_article_unpack(
	struct wd_arena *a, struct wd_str packed, struct wd_article *ret, struct wd_err *err)
{
	struct packer p = {.way = READ, .a = a, .in = packed};
	struct wd_doc *d = wd_arena_new_of(a, struct wd_doc);
	struct wd_entry *e = wd_arena_new_of(a, struct wd_entry);
	struct wd_feed *f = wd_arena_new_of(a, struct wd_feed);
	memset(ret, 0, sizeof(*ret));
	if (d == NULL || e == NULL || f == NULL)
		return wd_err_set(err, WD_E_LIMIT, "kept article: no memory");
	d->magic = WD_DOC_MAGIC;
	record(&p, ret, d, e, f);
	if (p.rc == WD_OK && p.at != packed.n)
		fail(&p, WD_E_MALFORMED);
	return p.rc == WD_OK ? WD_OK
			     : wd_err_set(err, p.rc, "kept article: %s",
				       p.rc == WD_E_LIMIT ? "no memory"
							  : "made by another version, or damaged");
}

/* ---- what a record has not ---- */

static void spans(struct packer *p, wd_spans *s)
{
	LIST(p, *s, 0);
	WD_VEC_EACH (struct wd_span, x, s) {
		str(p, &x->field);
		str(p, &x->text);
	}
}

static void tags(struct packer *p, struct wd_article *x)
{
	LIST(p, x->topics, 3);
	for (size_t i = 0; i < x->topics.n; i++)
		spans(p, &x->topics.v[i].evidence);
	LIST(p, x->entities, 4);
	for (size_t i = 0; i < x->entities.n; i++)
		spans(p, &x->entities.v[i].mentions);
	LIST(p, x->themes, 3);
	for (size_t i = 0; i < x->themes.n; i++)
		spans(p, &x->themes.v[i].evidence);
	LIST(p, x->summits, 3);
	for (size_t i = 0; i < x->summits.n; i++)
		LIST(p, x->summits.v[i].leaders, 1);
	LIST(p, x->flags, 3);
	for (size_t i = 0; i < x->flags.n; i++) {
		spans(p, &x->flags.v[i].evidence);
		LIST(p, x->flags.v[i].facts, 1);
	}
	LIST(p, x->subjects, 3);
	str(p, &x->rules_version);
}

int wd_article_copy(struct wd_arena *a, const struct wd_article *src, struct wd_article *ret)
{
	struct packer p = {.way = COPY, .a = a};
	struct wd_article x = *src;
	struct wd_entry *e = wd_arena_new_of(a, struct wd_entry);
	struct wd_feed *f = wd_arena_new_of(a, struct wd_feed);
	if (e == NULL || f == NULL)
		return WD_E_LIMIT;
	if (src->entry != NULL)
		*e = *src->entry;
	if (src->feed != NULL)
		*f = *src->feed;
	article(&p, &x, e, f, FORMAT);
	x.entry = src->entry != NULL ? e : NULL;
	x.feed = src->feed != NULL ? f : NULL;
	LIST(&p, x.facts, 4);
	str(&p, &x.page_url);
	str(&p, &x.page_record);
	x.next_page = WD_STR_NONE; /* joined by now */
	tags(&p, &x);
	if (p.rc == WD_OK)
		*ret = x;
	return p.rc;
}
