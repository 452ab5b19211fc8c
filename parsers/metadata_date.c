/*
 * When the article was published and updated.
 *
 * In order of trust: JSON-LD, meta elements, microdata, the URL's /2019/11/18/, <time> and elements
 * named as dates near the headline, dates written in the lines around it. A statement that cannot
 * be a publication date (before 1990, in the future) is passed over. Dates of sidebars, comments
 * and related stories are never looked at: what page_strip.c left out is left out here too. No date
 * found is an answer.
 */
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/metadata_impl.h"

struct date_opts {
	struct wd_date_opts o;
	int64_t now_us;
};

static bool usable(const struct wd_date_opts *o, struct wd_date d)
{
	return d.precision >= WD_DATE_DAY && wd_date_is_plausible(d, o->now_us);
}

static bool read_date(const struct wd_date_opts *o, struct wd_str s, struct wd_date *ret)
{
	struct wd_date d = {0};
	struct wd_date_hit hit;
	size_t at = 0;
	s = wd_utf8_trim(s);
	if (s.n < 6 || s.n > 200)
		return false;
	if (wd_date_parse(s, o, &d, NULL) == WD_OK && usable(o, d)) {
		*ret = d;
		return true;
	}
	while (wd_date_scan(s, &at, o, &hit))
		if (usable(o, hit.date)) {
			*ret = hit.date;
			return true;
		}
	return false;
}

static bool from_meta(const struct wd_facts *f, const struct wd_date_opts *o,
	const char *const *keys, struct wd_date *ret)
{
	for (; *keys != NULL; keys++)
		for (size_t i = 0; i < f->meta.n; i++)
			if (wd_str_eqc(f->meta.v[i].key, *keys) &&
				read_date(o, f->meta.v[i].value, ret))
				return true;
	return false;
}

/* ---- the URL ---- */

static unsigned number(struct wd_str s, size_t at, size_t digits)
{
	unsigned v = 0;
	if (at + digits > s.n)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		if (!wd_is_digit(s.p[at + i]))
			return 0;
		v = v * 10 + (unsigned)(s.p[at + i] - '0');
	}
	return v;
}

static unsigned month_name(struct wd_str s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (unsigned m = 0; s.n >= 3 && m < 12; m++)
		if (wd_str_ieq(wd_str_sub(s, 0, 3), (struct wd_str){months + (size_t)m * 3, 3}))
			return m + 1;
	return 0;
}

/* Behind a section's name in letters: "/2010/POLITICS/08/13/". The offset itself without one. */
static size_t skip_section(struct wd_str path, size_t at)
{
	enum { LONGEST = 40 };
	size_t i = at;
	while (i < path.n && i - at < LONGEST && (wd_is_alpha(path.p[i]) || path.p[i] == '_'))
		i++;
	return i > at && i < path.n && path.p[i] == '/' ? i + 1 : at;
}

static bool from_url(const struct wd_date_opts *o, struct wd_str url, struct wd_date *ret)
{
	struct wd_str path = wd_url_split(url).path;
	for (size_t i = 0; i + 8 < path.n; i++) {
		if (wd_is_digit(path.p[i]) || !wd_is_digit(path.p[i + 1]))
			continue;
		size_t at = i + 1;
		unsigned y = number(path, at, 4), m, d;
		if (y < 1990 || y > 2100)
			continue;
		char sep = at + 4 < path.n ? path.p[at + 4] : '\0';
		if (wd_is_digit(sep)) { /* 20191118 */
			m = number(path, at + 4, 2);
			d = number(path, at + 6, 2);
			if (at + 8 < path.n && wd_is_digit(path.p[at + 8]) &&
				number(path, at + 8, 4) == 0)
				continue;
		} else if (sep == '/' || sep == '-' || sep == '_' || sep == '.') {
			size_t next = at + 5;
			if (sep == '/' && month_name(wd_str_from(path, next)) == 0)
				next = skip_section(path, next);
			m = number(path, next, 2);
			size_t used = 2;
			if (m == 0 && (m = month_name(wd_str_from(path, next))) != 0)
				used = 3;
			else if (m == 0 && (m = number(path, next, 1)) != 0)
				used = 1;
			if (next + used >= path.n || path.p[next + used] != sep)
				continue;
			d = number(path, next + used + 1, 2);
			if (d == 0)
				d = number(path, next + used + 1, 1);
			size_t behind = next + used + 1 + (d > 9 ? 2u : 1u);
			if (d <= 9 && number(path, next + used + 1, 2) == d)
				behind++;
			if (behind < path.n && wd_is_digit(path.p[behind]))
				continue;
		} else {
			continue;
		}
		char text[16];
		if (m < 1 || m > 12 || d < 1 || d > 31)
			continue;
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02u", y, m, d);
		if (read_date(o, wd_str_c(text), ret))
			return true;
	}
	return false;
}

/* ---- what is visible ---- */

/* Where a word begins that says so; SIZE_MAX: nowhere. */
static size_t updated_at(struct wd_str s)
{
	static const char *const words[] = {"updat", "modif", "aktualis", "actuali", "mis à jour",
		"aggiornat", "atualiz", "обновл", "измен", "수정", "업데이트", "更新", "gewijzigd",
		"bijgewerkt", "uppdater", "oppdater", "opdater", "güncelle", "aktualiz",
		"last edited"};
	static const bool begins[256] = {['u'] = true,
		['m'] = true,
		['a'] = true,
		['g'] = true,
		['b'] = true,
		['o'] = true,
		['l'] = true};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)wd_lower(s.p[i]);
		for (size_t k = 0; (begins[c] || c >= 0x80) && k < WD_COUNTOF(words); k++)
			if (wd_str_istartsc(wd_str_from(s, i), words[k]))
				return i;
	}
	return SIZE_MAX;
}

static bool says_updated(struct wd_str s)
{
	return updated_at(s) != SIZE_MAX;
}

static bool says_published(struct wd_str s)
{
	static const char *const words[] = {"publi", "posted", "veröffentlicht", "erstellt",
		"pubbli", "gepubli", "опублик", "입력", "등록", "게시", "公開", "掲載", "配信",
		"发布", "發布", "发表", "yayın", "نشر", "julkaistu", "opublik"};
	for (size_t i = 0; i < WD_COUNTOF(words); i++)
		if (wd_str_ifind(s, wd_str_c(words[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

/* Parts whose dates are not the article's. */
static bool foreign_part(const struct wd_page *p, const struct wd_page_el *e)
{
	if (wd_page_is_article_footer(p, e))
		return false;
	if (e->why == WD_PAGE_TAG || e->why == WD_PAGE_ROLE)
		return e->n->tag != WD_TAG_HEADER;
	return e->why == WD_PAGE_NAME && (e->kinds & (WD_VOC_DROP | WD_VOC_COMMENTS)) != 0 &&
	       !(e->kinds & (WD_VOC_DATE | WD_VOC_BYLINE));
}

struct visible {
	struct wd_date published, updated;
	size_t published_far, updated_far;
};

static size_t distance(size_t at, size_t headline)
{
	return at >= headline ? at - headline : (headline - at) * 3;
}

static void offer(struct visible *v, struct wd_date d, bool updated, size_t far)
{
	struct wd_date *to = updated ? &v->updated : &v->published;
	size_t *best = updated ? &v->updated_far : &v->published_far;
	if (to->precision != WD_DATE_NONE && far >= *best)
		return;
	*to = d;
	*best = far;
}

/* "Published 9:00, updated 10:00": each date belongs to the words before it. */
static void offer_text(struct visible *v, const struct wd_date_opts *o, struct wd_str s, size_t far,
	bool updated_name)
{
	enum { WHOLE_BYTES = 40 };
	struct wd_date_hit hit;
	struct wd_date whole;
	size_t at = 0, from = 0;
	bool found = false;
	while (wd_date_scan(s, &at, o, &hit)) {
		bool updated = updated_name || says_updated(wd_str_sub(s, from, hit.start));
		found = true;
		if (usable(o, hit.date))
			offer(v, hit.date, updated, far);
		/* "1 May, updated 2 May" is read as one date with something behind it */
		size_t again = updated_at(wd_str_sub(s, hit.start, hit.end));
		if (again != SIZE_MAX && again > 0)
			at = hit.start + again;
		from = WD_MIN(at, hit.end);
	}
	/* years of two digits are read where nothing but the date is */
	if (!found && s.n <= WHOLE_BYTES && wd_date_parse(s, o, &whole, NULL) == WD_OK &&
		usable(o, whole))
		offer(v, whole, updated_name || says_updated(s), far);
}

/* <abbr title="2011-08-25T01:40:40Z">an hour ago</abbr>: microformats. */
static bool is_dated_abbr(const struct wd_node *n)
{
	struct wd_str title = n->tag == WD_TAG_ABBR ? wd_node_attr(n, "title") : WD_STR_NONE;
	return title.n >= 10 && number(title, 0, 4) > 0 && title.p[4] == '-';
}

/* "Objavljeno 12. lipnja 2019.": a date with a word or two around it, in any language. */
static bool is_mostly_date(const struct wd_date_opts *o, struct wd_str text)
{
	enum { AROUND = 36 };
	struct wd_date_hit hit;
	size_t at = 0, dated = 0;
	while (wd_date_scan(text, &at, o, &hit))
		dated += hit.end - hit.start;
	return dated > 0 && text.n - dated <= AROUND;
}

/* Seconds or milliseconds since 1970, as scripts want them: "1583912345". */
static bool read_epoch(const struct wd_date_opts *o, struct wd_str s, struct wd_date *ret)
{
	int64_t v = 0;
	s = wd_str_trim(s);
	if (s.n != 10 && s.n != 13)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!wd_is_digit(s.p[i]))
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = (struct wd_date){.us = v * (s.n == 10 ? 1000000 : 1000),
		.precision = WD_DATE_TIME,
		.has_zone = true};
	return usable(o, *ret);
}

/* The text with a space between elements: "<b>Apr</b><b>5</b><b>2012</b>". */
static struct wd_str apart(struct wd_arena *a, const struct wd_node *root)
{
	struct wd_str all = WD_STR_NONE;
	for (struct wd_node *n = wd_unconst(root); n != NULL; n = wd_node_next(root, n, false))
		if (n->type == WD_NODE_TEXT)
			all = wd_arena_printf(
				a, "%.*s %.*s", WD_STR_ARG(all), WD_STR_ARG(wd_str_trim(n->text)));
	return wd_utf8_squeeze(a, all);
}

static void look_at(struct wd_facts *f, const struct wd_date_opts *o, struct visible *v,
	const struct wd_page_el *e, size_t far)
{
	static const char *const attrs[] = {"datetime", "content", "data-datetime", "data-date",
		"data-time", "data-published", "data-publish-date", "title", "data-timestamp",
		"data-utime", "data-epoch", "data-unix"};
	bool named = e->n->tag == WD_TAG_TIME || (e->kinds & WD_VOC_DATE) || is_dated_abbr(e->n);
	bool line = far < 60 && e->own > 0 && e->own < 160;
	/* right behind the headline also in the middle of a block: "<small>1 May</small><br>" */
	line |= far > 0 && far < 12 && e->own == 0 && e->sub < 80;
	if (line && e->reads) { /* a sentence: only one that says that it is about this */
		struct wd_str text = wd_node_inner_text(f->a, e->n);
		line = e->own < 120 &&
		       (says_published(text) || says_updated(text) || is_mostly_date(o, text));
	}
	if (!named && !line && !(e->kinds & WD_VOC_BYLINE))
		return;
	if (e->sub > 300)
		return;
	bool updated = says_updated(wd_node_attr(e->n, "class")) ||
		       says_updated(wd_node_attr(e->n, "itemprop"));
	struct wd_date d;
	for (size_t i = 0; i < WD_COUNTOF(attrs); i++) {
		if (!named && strncmp(attrs[i], "data-", 5) != 0)
			continue;
		struct wd_str value = wd_node_attr(e->n, attrs[i]);
		if (value.n > 0 && (read_date(o, value, &d) || read_epoch(o, value, &d))) {
			const struct wd_node *prev = e->n->prev;
			if (prev != NULL && prev->type == WD_NODE_TEXT)
				updated |= says_updated(prev->text);
			offer(v, d, updated, far);
			return;
		}
	}
	struct wd_str text = wd_node_inner_text(f->a, e->n);
	size_t at = 0;
	struct wd_date_hit hit;
	if ((e->kinds & WD_VOC_DATE) && e->sub < 30 && !wd_date_scan(text, &at, o, &hit))
		text = apart(f->a, e->n);
	offer_text(v, o, text, far + (named ? 0 : 20), updated);
}

static bool holds(const struct wd_page *p, const struct wd_page_el *e, size_t at)
{
	return at >= (size_t)(e - p->els) && at < e->end;
}

/* Other stories' dates, and today's on top of the page: around e, below what also holds the
 * headline, is an article of its own, behind the text a card that is mostly a link, before it a
 * header. */
static bool of_others(
	const struct wd_page *p, const struct wd_page_el *e, size_t headline, size_t text_end)
{
	enum { MIN_LINK = 20 }; /* less is no headline */
	bool before = (size_t)(e - p->els) < headline, behind = (size_t)(e - p->els) >= text_end;
	for (; e != p->els && !holds(p, e, headline); e = &p->els[e->parent]) {
		if (e->n->tag == WD_TAG_ARTICLE && p->els[headline].h1)
			return true;
		if (wd_page_is_article_footer(p, e))
			return false;
		if (behind && e->sub_link >= MIN_LINK && e->sub_link * 3 > e->sub)
			return true;
		if (before && e->n->tag == WD_TAG_HEADER)
			return true;
	}
	return false;
}

static void from_page(struct wd_facts *f, const struct wd_date_opts *o, struct visible *v)
{
	enum { NEAR = 400 };
	const struct wd_page *p = f->page;
	size_t headline = f->headline_at, dense = 0;
	for (size_t i = 1; i < p->n; i++)
		if (p->els[i].near > p->els[dense].near)
			dense = i;
	for (size_t i = 0; i < p->n;) {
		const struct wd_page_el *e = &p->els[i];
		size_t far = distance(i, headline);
		if (e->why != WD_PAGE_KEPT && foreign_part(p, e)) {
			i = e->end;
			continue;
		}
		i++;
		bool near = far < NEAR && e->sub > 0;
		if ((near || e->n->tag == WD_TAG_TIME) &&
			!of_others(p, e, headline, p->els[dense].end))
			look_at(f, o, v, e, far);
	}
}

/* A time of the same day says more than the day. */
static void refine(struct wd_date *d, struct wd_date by)
{
	const int64_t day = INT64_C(86400000000);
	if (d->precision == WD_DATE_DAY && by.precision == WD_DATE_TIME &&
		by.us >= d->us - day / 2 && by.us < d->us + day + day / 2 &&
		by.us / day == d->us / day)
		*d = by;
}

/* One place that may say when. */
struct said {
	struct wd_date d;
	const char *source; /* for the fact */
	const char *as;     /* for date_source */
	double confidence;
};

static bool same_day(struct wd_date x, struct wd_date y)
{
	const int64_t day = INT64_C(86400000000);
	int64_t far = x.us - y.us;
	return far < day && far > -day;
}

/* The first place counts; one that agrees makes it surer, one that does not is noted. */
static struct wd_date choose(struct wd_facts *f, const char *field, const struct said *at, size_t n,
	struct wd_str *ret_source)
{
	const struct said *best = NULL;
	struct wd_fact *fact = NULL;
	for (size_t i = 0; i < n; i++) {
		if (at[i].d.precision == WD_DATE_NONE)
			continue;
		if (best == NULL) {
			best = &at[i];
			fact = wd_facts_note(f, field, best->source, best->confidence);
		} else if (fact != NULL && same_day(at[i].d, best->d)) {
			fact->confidence = WD_MIN(fact->confidence + 0.04, 0.99);
		} else if (fact != NULL && fact->other.n == 0) {
			fact->other = wd_date_format(f->a, at[i].d);
			fact->other_source = wd_str_c(at[i].source);
		}
	}
	if (best != NULL && ret_source != NULL)
		*ret_source = wd_str_c(best->as);
	return best != NULL ? best->d : (struct wd_date){0};
}

static const char *const published_keys[] = {"article:published_time", "og:article:published_time",
	"article:published", "og:published_time", "datepublished", "parsely-pub-date",
	"sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created",
	"publishdate", "publish-date", "publish_date", "publish-time", "published_time",
	"published-date", "published_at", "pubdate", "article_date_original",
	"originalpublicationdate", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
	"rnews:datepublished", "bt:pubdate", "shareaholic:article_published_time",
	"weibo:article:create_at", "citation_publication_date", "citation_online_date",
	"article.published", "article.created", "displaydate", "ptime", "pdate", "dc.date",
	"dcterms.date", "dc.created", "date", "date.release", "release_date", "og:pubdate",
	"created", "datecreated", "citation_date", "dcterms.available", "date_published",
	"video:release_date", "og:video:release_date", "publication_date", NULL};
static const char *const updated_keys[] = {"article:modified_time", "og:updated_time",
	"article:modified", "datemodified", "dcterms.modified", "dc.date.modified",
	"og:modified_time", "lastmod", "last-modified", "lastmodified", "revised", "updated_time",
	"article.updated", "date_modified", NULL};

static bool same_begin(struct wd_str a, struct wd_str b)
{
	return wd_str_eq(wd_str_sub(a, 0, 10), wd_str_sub(b, 0, 10));
}

static void from_scripts(struct wd_facts *f, const struct wd_date_opts *o, struct wd_str headline,
	struct wd_date *ret)
{
	static const char *const keys[] = {"datePublished", "publishedAt", "published_at",
		"publishDate", "publish_date", "publishedDate", "published_date", "pubDate",
		"pub_date", "publicationDate", "publication_date", "publishTime", "publish_time",
		"publishedTime", "published_time", "firstPublished", "firstPublishedAt",
		"first_published_at", "firstPublishDate", "post_date", "postDate", "date_published",
		"articlePublished", "publishedOn", "published_on", NULL};
	struct wd_str s = wd_meta_script_value(f, keys, headline, same_begin);
	if (s.n > 0 && !read_date(o, s, ret))
		(void)read_epoch(o, s, ret);
}

void wd_meta_dates(struct wd_facts *f, struct wd_metadata *m)
{
	struct wd_date_opts o = {.now_us = f->doc->fetched_at_us,
		.timezone = f->doc->hints.timezone,
		.language = m->language,
		.no_relative = true};
	struct visible v = {0};
	struct said when[] = {{.source = "json-ld", .as = "json-ld", .confidence = 0.95},
		{.source = "meta", .as = "meta", .confidence = 0.9},
		{.source = "microdata", .as = "meta", .confidence = 0.85},
		{.source = "url", .as = "url", .confidence = 0.75},
		{.source = "text", .as = "text", .confidence = 0.6},
		{.source = "script", .as = "script", .confidence = 0.5}};
	struct said later[] = {{.source = "json-ld", .confidence = 0.95},
		{.source = "meta", .confidence = 0.9}, {.source = "microdata", .confidence = 0.85},
		{.source = "text", .confidence = 0.6}};
	(void)read_date(&o, f->ld.published, &when[0].d);
	(void)from_meta(f, &o, published_keys, &when[1].d);
	if (!read_date(&o, wd_facts_micro(f, "datepublished"), &when[2].d))
		(void)read_date(&o, wd_facts_micro(f, "datecreated"), &when[2].d);
	if (!from_url(&o, f->canonical, &when[3].d))
		(void)from_url(&o, f->doc->url, &when[3].d);
	(void)read_date(&o, f->ld.modified, &later[0].d);
	(void)from_meta(f, &o, updated_keys, &later[1].d);
	(void)read_date(&o, wd_facts_micro(f, "datemodified"), &later[2].d);
	bool exact = false;
	for (size_t i = 0; i < 3 && !exact; i++)
		exact = when[i].d.precision == WD_DATE_TIME;
	if (!exact)
		from_page(f, &o, &v);
	when[4].d = v.published;
	later[3].d = v.updated;
	bool silent = true;
	for (size_t i = 0; i < 5; i++)
		silent = silent && when[i].d.precision == WD_DATE_NONE;
	if (silent)
		from_scripts(f, &o, m->headline, &when[5].d);
	m->published = choose(f, "published", when, WD_COUNTOF(when), &m->date_source);
	for (size_t i = 0; i < WD_COUNTOF(when); i++)
		refine(&m->published, when[i].d);
	m->updated = choose(f, "updated", later, WD_COUNTOF(later), NULL);
}
