/* A deep copy of an article, for handing it to another thread while its worker builds the next. */
#include "parsers/article_copy.h"

struct copier {
	struct wd_arena *a;
	bool failed;
};

static void str(struct copier *c, struct wd_str *s)
{
	struct wd_str copy = s->n > 0 ? wd_arena_str(c->a, *s) : WD_STR_NONE;
	c->failed = c->failed || copy.n != s->n;
	*s = copy;
}

/* Copies n elements that begin with `strs` slices each; what follows those is copied as it is. */
static void *list(struct copier *c, const void *v, size_t n, size_t size, size_t strs)
{
	if (n == 0)
		return NULL;
	char *copy = wd_arena_array(c->a, n, size);
	if (copy == NULL) {
		c->failed = true;
		return NULL;
	}
	memcpy(copy, v, n * size);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < strs; k++)
			str(c, (struct wd_str *)(void *)(copy + i * size) + k);
	}
	return copy;
}

#define COPY(c, vec, strs)                                                                         \
	do {                                                                                       \
		(vec).v = list((c), (vec).v, (vec).n, sizeof(*(vec).v), (strs));                   \
		(vec).cap = (vec).n = (vec).v != NULL ? (vec).n : 0;                               \
	} while (0)

static void spans(struct copier *c, wd_spans *s)
{
	COPY(c, *s, 0);
	WD_VEC_EACH (struct wd_span, x, s) {
		str(c, &x->field);
		str(c, &x->text);
	}
}

static void rows(struct copier *c, struct wd_table_row *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i].cells = list(c, v[i].cells, v[i].n, sizeof(*v[i].cells), 1);
		v[i].n = v[i].cells != NULL ? v[i].n : 0;
	}
}

static void tables(struct copier *c, wd_tables *t)
{
	COPY(c, *t, 1);
	WD_VEC_EACH (struct wd_table, x, t) {
		COPY(c, x->header, 0);
		rows(c, x->header.v, x->header.n);
		COPY(c, x->rows, 0);
		rows(c, x->rows.v, x->rows.n);
		COPY(c, x->footnotes, 1);
	}
}

static void tags(struct copier *c, struct wd_article *art)
{
	COPY(c, art->topics, 3);
	for (size_t i = 0; i < art->topics.n; i++)
		spans(c, &art->topics.v[i].evidence);
	COPY(c, art->entities, 4);
	for (size_t i = 0; i < art->entities.n; i++)
		spans(c, &art->entities.v[i].mentions);
	COPY(c, art->themes, 3);
	for (size_t i = 0; i < art->themes.n; i++)
		spans(c, &art->themes.v[i].evidence);
	COPY(c, art->summits, 3);
	for (size_t i = 0; i < art->summits.n; i++)
		COPY(c, art->summits.v[i].leaders, 1);
	COPY(c, art->flags, 3);
	for (size_t i = 0; i < art->flags.n; i++) {
		spans(c, &art->flags.v[i].evidence);
		COPY(c, art->flags.v[i].facts, 1);
	}
	COPY(c, art->subjects, 3);
	str(c, &art->rules_version);
}

static void feed_head(struct copier *c, struct wd_feed *f)
{
	struct wd_str *const strs[] = {&f->title, &f->title_lang, &f->link, &f->id, &f->language,
		&f->rights, &f->self, &f->format};
	struct wd_feed kept = {.updated = f->updated, .published = f->published};
	struct wd_str *const to[] = {&kept.title, &kept.title_lang, &kept.link, &kept.id,
		&kept.language, &kept.rights, &kept.self, &kept.format};
	for (size_t i = 0; i < WD_COUNTOF(strs); i++) {
		*to[i] = *strs[i];
		str(c, to[i]);
	}
	kept.authors = f->authors;
	COPY(c, kept.authors, 3);
	*f = kept;
}

static void feed_ptr(struct copier *c, struct wd_feed **f)
{
	if (*f == NULL)
		return;
	struct wd_feed *copy = wd_arena_new_of(c->a, struct wd_feed);
	c->failed = c->failed || copy == NULL;
	if (copy != NULL) {
		*copy = **f;
		feed_head(c, copy);
	}
	*f = copy;
}

/* Of the entry only what events show and the article has not taken over. */
static const struct wd_entry *entry(struct copier *c, const struct wd_entry *e)
{
	struct wd_entry *copy = wd_arena_new_of(c->a, struct wd_entry);
	if (copy == NULL) {
		c->failed = true;
		return NULL;
	}
	*copy = (struct wd_entry){.expired = e->expired,
		.rights_holder = e->rights_holder,
		.ednote = e->ednote,
		.version = e->version,
		.genres = e->genres,
		.source = e->source};
	str(c, &copy->rights_holder);
	str(c, &copy->ednote);
	str(c, &copy->version);
	COPY(c, copy->genres, 1);
	feed_ptr(c, &copy->source);
	return copy;
}

int wd_article_copy(struct wd_arena *a, const struct wd_article *src, struct wd_article *ret)
{
	struct copier c = {.a = a};
	struct wd_article x = *src;
	struct wd_str *const strs[] = {&x.headline, &x.summary, &x.slugline, &x.by, &x.located,
		&x.title_raw, &x.html, &x.text, &x.link, &x.canonical, &x.guid, &x.site_name,
		&x.section, &x.copyright, &x.item_type, &x.usage_terms, &x.date_source, &x.language,
		&x.language_source, &x.authors_source, &x.parser, &x.charset, &x.charset_source,
		&x.page_url, &x.page_record};
	for (size_t i = 0; i < WD_COUNTOF(strs); i++)
		str(&c, strs[i]);
	COPY(&c, x.alt_headlines, 1);
	COPY(&c, x.authors, 3);
	tables(&c, &x.tables);
	COPY(&c, x.repairs, 3);
	COPY(&c, x.removed, 2);
	COPY(&c, x.info_sources, 2);
	COPY(&c, x.facts, 4);
	COPY(&c, x.images, 5);
	COPY(&c, x.keywords, 1);
	COPY(&c, x.categories, 3);
	COPY(&c, x.enclosures, 3);
	COPY(&c, x.subjects_in, 3);
	tags(&c, &x);
	if (x.entry != NULL)
		x.entry = entry(&c, x.entry);
	if (x.feed != NULL) {
		struct wd_feed *f = wd_unconst(x.feed);
		feed_ptr(&c, &f);
		x.feed = f;
	}
	if (c.failed)
		return WD_E_LIMIT;
	*ret = x;
	return WD_OK;
}
