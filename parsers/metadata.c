/*
 * Metadata of an article page: one collection (metadata_collect.c), then each fact from its most
 * trustworthy place. Where places disagree, the order is the decision; what the newsroom's own
 * system writes for machines (JSON-LD) goes before what sharing widgets ask for (OpenGraph), both
 * before what is only visible.
 */
#include "parsers/metadata.h"

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/metadata_impl.h"
#include "parsers/page_parts.h"

/* ---- where facts come from ---- */

struct wd_fact *wd_facts_note(
	struct wd_facts *f, const char *field, const char *source, double confidence)
{
	struct wd_fact *to =
		source != NULL && source[0] != '\0' ? wd_vec_push(f->a, f->said) : NULL;
	if (to != NULL)
		*to = (struct wd_fact){.field = wd_str_c(field),
			.source = wd_str_c(source),
			.confidence = confidence};
	return to;
}

/* One place that may state a fact. */
struct place {
	struct wd_str value;
	const char *source;
	double confidence;
};

/* The first place that says something counts. Another that says the same makes it surer, one that
 * says something else is noted beside it. */
static struct wd_str settle(struct wd_facts *f, const char *field, struct place *at, size_t n)
{
	const double surer = 0.04;
	struct wd_fact *fact = NULL;
	struct wd_str value = WD_STR_NONE;
	for (size_t i = 0; i < n; i++) {
		struct wd_str s = wd_utf8_trim(at[i].value);
		if (s.n == 0)
			continue;
		if (value.n == 0) {
			value = s;
			fact = wd_facts_note(f, field, at[i].source, at[i].confidence);
		} else if (fact != NULL && wd_str_ieq(value, s)) {
			fact->confidence = WD_MIN(fact->confidence + surer, 0.99);
		} else if (fact != NULL && fact->other.n == 0) {
			fact->other = wd_utf8_cut(s, WD_FACT_OTHER_BYTES);
			fact->other_source = wd_str_c(at[i].source);
		}
	}
	return value;
}

static struct place from_meta(struct wd_facts *f, const char *const *keys, double confidence)
{
	struct place at = {.confidence = confidence};
	at.value = wd_facts_meta_from(f, keys, &at.source);
	return at;
}

/* ---- facts ---- */

static struct wd_str site_of(struct wd_facts *f)
{
	static const char *const keys[] = {"og:site_name", "application-name", "al:ios:app_name",
		"apple-mobile-web-app-title", "dc.publisher", "publisher",
		"twitter:app:name:iphone", NULL};
	struct place at[] = {from_meta(f, keys, 0.9), {f->ld.publisher, "json-ld", 0.85},
		{f->ld.site, "json-ld", 0.8}};
	return wd_utf8_squeeze(f->a, settle(f, "site", at, WD_COUNTOF(at)));
}

/* "en_US" → "en-US"; nothing that is no language tag. */
static struct wd_str language_tag(struct wd_arena *a, struct wd_str s)
{
	char out[16];
	size_t n = 0;
	s = wd_str_trim(s);
	while (n < s.n && n < sizeof(out) &&
		(wd_is_alnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_')) {
		out[n] = s.p[n] == '_' ? '-' : s.p[n];
		n++;
	}
	size_t first = 0;
	while (first < n && wd_is_alpha(out[first])) {
		out[first] = wd_lower(out[first]);
		first++;
	}
	if (n != s.n || first < 2 || first > 3 || (first < n && out[first] != '-'))
		return WD_STR_NONE;
	return wd_arena_str(a, (struct wd_str){out, n});
}

static void read_language(struct wd_facts *f, struct wd_metadata *m)
{
	static const char *const keys[] = {"content-language", "language", "dc.language",
		"dcterms.language", "og:locale", NULL};
	struct place at[] = {
		{f->lang, "html", 0.9}, {f->ld.language, "json-ld", 0.85}, from_meta(f, keys, 0.8)};
	for (size_t i = 0; i < WD_COUNTOF(at); i++) {
		at[i].value = language_tag(f->a, at[i].value);
		if (at[i].value.n > 0 && m->language_source.n == 0)
			m->language_source = wd_str_c(i == 2 ? "meta" : at[i].source);
	}
	m->language = settle(f, "language", at, WD_COUNTOF(at));
}

static void add_string(struct wd_arena *a, wd_strs *list, struct wd_str s)
{
	s = wd_utf8_trim(s);
	for (size_t i = 0; i < list->n; i++)
		if (wd_str_ieq(list->v[i], s))
			return;
	struct wd_str *to = s.n > 0 && s.n < 200 && list->n < 100 ? wd_vec_push(a, list) : NULL;
	if (to != NULL)
		*to = s;
}

static void read_keywords(struct wd_facts *f, struct wd_metadata *m)
{
	static const char *const lists[] = {
		"news_keywords", "keywords", "parsely-tags", "sailthru.tags"};
	for (size_t i = 0; i < f->ld.keywords.n; i++)
		add_string(f->a, &m->keywords, f->ld.keywords.v[i]);
	for (size_t i = 0; i < f->meta.n; i++)
		if (wd_str_eqc(f->meta.v[i].key, "article:tag"))
			add_string(f->a, &m->keywords, f->meta.v[i].value);
	for (size_t k = 0; k < WD_COUNTOF(lists) && m->keywords.n == 0; k++) {
		const char *const key[] = {lists[k], NULL};
		struct wd_str rest = wd_facts_meta(f, key), word;
		while (wd_str_split(&rest, ',', &word))
			add_string(f->a, &m->keywords, word);
	}
	if (m->keywords.n > 0)
		(void)wd_facts_note(f, "keywords", f->ld.keywords.n > 0 ? "json-ld" : "meta", 0.8);
}

static void add_image(struct wd_facts *f, struct wd_metadata *m, struct wd_image img)
{
	if (img.href.n == 0)
		return;
	img.href = wd_url_resolve(f->a, m->base, img.href);
	if (!wd_url_is_http(img.href))
		return;
	for (size_t i = 0; i < m->images.n; i++)
		if (wd_str_eq(m->images.v[i].href, img.href))
			return;
	struct wd_image *to = m->images.n < 20 ? wd_vec_push(f->a, &m->images) : NULL;
	if (to != NULL)
		*to = img;
}

static void read_images(struct wd_facts *f, struct wd_metadata *m)
{
	for (size_t i = 0; i < f->meta.n; i++)
		if (wd_str_eqc(f->meta.v[i].key, "og:image"))
			add_image(f, m, (struct wd_image){.href = f->meta.v[i].value});
	for (size_t i = 0; i < f->ld.images.n; i++)
		add_image(f, m, f->ld.images.v[i]);
}

static void read_paywall(struct wd_facts *f, struct wd_metadata *m)
{
	static const char *const keys[] = {"article:content_tier", "og:article:content_tier",
		"isaccessibleforfree", "article:access", "cxenseparse:access", NULL};
	struct wd_str s = wd_facts_meta(f, keys), micro = wd_facts_micro(f, "isaccessibleforfree");
	bool meta = wd_str_ieqc(s, "locked") || wd_str_ieqc(s, "metered") ||
		    wd_str_ieqc(s, "false") || wd_str_ieqc(s, "paid");
	m->paywalled = f->ld.paywalled || meta || wd_str_ieqc(micro, "false");
	if (m->paywalled)
		(void)wd_facts_note(f, "paywalled",
			f->ld.paywalled ? "json-ld"
			: meta          ? "meta"
					: "microdata",
			0.9);
}

/* og:type "article" alone is no subtype; JSON-LD's are NewsArticle and its kind. */
static void read_rest(struct wd_facts *f, struct wd_metadata *m)
{
	static const char *const section[] = {"article:section", "og:article:section",
		"parsely-section", "cxenseparse:section", "sailthru.section", NULL};
	static const char *const rights[] = {
		"copyright", "dcterms.rights", "dc.rights", "dcterms.rightsholder", "rights", NULL};
	static const char *const about[] = {"og:description", "description", "twitter:description",
		"dc.description", "sailthru.description", NULL};
	static const char *const url[] = {"og:url", NULL};
	struct place sections[] = {{f->ld.section, "json-ld", 0.9}, from_meta(f, section, 0.85)};
	struct place holders[] = {{f->ld.copyright, "json-ld", 0.9}, from_meta(f, rights, 0.8)};
	struct place abouts[] = {from_meta(f, about, 0.85), {f->ld.description, "json-ld", 0.8}};
	struct place urls[] = {{f->canonical, "link", 0.95}, from_meta(f, url, 0.85)};
	struct place types[] = {{f->ld.type, "json-ld", 0.95}};
	m->section = settle(f, "section", sections, WD_COUNTOF(sections));
	m->copyright = settle(f, "copyright", holders, WD_COUNTOF(holders));
	m->description = wd_utf8_cut(wd_utf8_trim(wd_utf8_squeeze(f->a,
					     settle(f, "summary", abouts, WD_COUNTOF(abouts)))),
		WD_MAX_SUMMARY_BYTES);
	m->item_type = settle(f, "item_type", types, WD_COUNTOF(types));
	m->publisher = f->ld.publisher;
	m->article_body = f->ld.body;
	for (size_t i = 0; i < WD_COUNTOF(urls); i++) {
		urls[i].value = wd_url_resolve(f->a, m->base, urls[i].value);
		if (!wd_url_is_http(urls[i].value))
			urls[i].value = WD_STR_NONE;
	}
	m->canonical = settle(f, "canonical", urls, WD_COUNTOF(urls));
	read_paywall(f, m);
}

/* The next page of the same article, by the address this page is known by. */
static struct wd_str next_page(struct wd_facts *f, const struct wd_metadata *m)
{
	struct wd_str own = wd_url_is_http(f->doc->url) ? f->doc->url : m->canonical;
	for (size_t i = 0; i < f->nexts.n && own.n > 0; i++) {
		struct wd_str next = wd_url_resolve(f->a, m->base, f->nexts.v[i]);
		if (wd_page_is_next(f->a, own, next))
			return next;
	}
	return WD_STR_NONE;
}

void wd_metadata_read(struct wd_arena *a, const struct wd_doc *doc, struct wd_html *h,
	const struct wd_page *page, struct wd_metadata *ret)
{
	struct wd_facts *f = wd_arena_new_of(a, struct wd_facts);
	*ret = (struct wd_metadata){0};
	if (f == NULL)
		return;
	f->a = a;
	f->doc = doc;
	f->h = h;
	f->page = page;
	f->said = &ret->facts;
	wd_facts_collect(f);
	ret->base = doc->url;
	if (f->base.n > 0)
		ret->base = wd_url_resolve(a, doc->url, f->base);
	if (ret->base.n == 0 && wd_url_is_http(f->canonical))
		ret->base = f->canonical;
	ret->site = site_of(f);
	ret->headline = wd_meta_headline(f, ret->site);
	f->headline_at = wd_meta_headline_at(f, ret->headline);
	read_language(f, ret);
	wd_meta_authors(f, ret->site, &ret->authors);
	wd_meta_dates(f, ret);
	read_keywords(f, ret);
	read_rest(f, ret);
	ret->next_page = next_page(f, ret);
	read_images(f, ret);
}

void wd_metadata_apply(struct wd_arena *a, const struct wd_metadata *m, struct wd_article *ret)
{
	(void)a;
	ret->headline = m->headline;
	ret->summary = m->description;
	ret->site_name = m->site;
	ret->language = m->language;
	ret->language_source = m->language_source;
	ret->canonical = m->canonical;
	ret->link = m->canonical.n > 0 ? m->canonical : ret->doc->url;
	ret->section = m->section;
	ret->copyright = m->copyright;
	ret->item_type = m->item_type;
	ret->authors = m->authors;
	ret->keywords = m->keywords;
	ret->images = m->images;
	ret->published = m->published;
	ret->updated = m->updated;
	ret->date_source = m->date_source;
	ret->facts = m->facts;
	ret->paywalled = m->paywalled;
	ret->next_page = m->next_page;
}
