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

static struct wd_str first_of(struct wd_str x, struct wd_str y)
{
	return x.n > 0 ? x : y;
}

static struct wd_str site_of(struct wd_facts *f)
{
	static const char *const keys[] = {"og:site_name", "application-name", "al:ios:app_name",
		"apple-mobile-web-app-title", "dc.publisher", "publisher",
		"twitter:app:name:iphone", NULL};
	struct wd_str s = wd_facts_meta(f, keys);
	return wd_utf8_squeeze(f->a, first_of(s, first_of(f->ld.publisher, f->ld.site)));
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
	const struct {
		struct wd_str value;
		const char *source;
	} from[] = {
		{f->lang, "html"}, {f->ld.language, "json-ld"}, {wd_facts_meta(f, keys), "meta"}};
	for (size_t i = 0; i < WD_COUNTOF(from) && m->language.n == 0; i++) {
		m->language = language_tag(f->a, from[i].value);
		if (m->language.n > 0)
			m->language_source = wd_str_c(from[i].source);
	}
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

static bool says_paywall(struct wd_facts *f)
{
	static const char *const keys[] = {"article:content_tier", "og:article:content_tier",
		"isaccessibleforfree", "article:access", "cxenseparse:access", NULL};
	struct wd_str s = wd_facts_meta(f, keys), micro = wd_facts_micro(f, "isaccessibleforfree");
	return f->ld.paywalled || wd_str_ieqc(s, "locked") || wd_str_ieqc(s, "metered") ||
	       wd_str_ieqc(s, "false") || wd_str_ieqc(micro, "false") || wd_str_ieqc(s, "paid");
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
	m->section = first_of(f->ld.section, wd_facts_meta(f, section));
	m->copyright = first_of(f->ld.copyright, wd_facts_meta(f, rights));
	m->description = wd_utf8_cut(wd_utf8_trim(wd_utf8_squeeze(f->a,
					     first_of(wd_facts_meta(f, about), f->ld.description))),
		WD_MAX_SUMMARY_BYTES);
	m->item_type = f->ld.type;
	m->publisher = f->ld.publisher;
	m->article_body = f->ld.body;
	struct wd_str canonical =
		wd_url_resolve(f->a, m->base, first_of(f->canonical, wd_facts_meta(f, url)));
	if (wd_url_is_http(canonical))
		m->canonical = canonical;
	m->paywalled = says_paywall(f);
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
	wd_facts_collect(f);
	ret->base = doc->url;
	if (f->base.n > 0)
		ret->base = wd_url_resolve(a, doc->url, f->base);
	if (ret->base.n == 0 && wd_url_is_http(f->canonical))
		ret->base = f->canonical;
	ret->site = site_of(f);
	ret->headline = wd_meta_headline(f, ret->site);
	read_language(f, ret);
	wd_meta_authors(f, ret->site, &ret->authors);
	wd_meta_dates(f, ret);
	read_keywords(f, ret);
	read_rest(f, ret);
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
	ret->paywalled = m->paywalled;
}
