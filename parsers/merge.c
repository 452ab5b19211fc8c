/*
 * Entry + page → one article. Who is believed:
 *
 *   body        the page's, unless the feed's own text is longer by half (a page behind a paywall)
 *   headline    the feed's, unless it is cut off or carries more than the page's own (site names)
 *   authors     the feed's, unless it names nobody, the site itself, or fewer people than the page
 *   published   the earlier of the two when both are full times (feeds often carry the last
 * change), else the more precise one the rest    the feed's where it says something, else the
 * page's
 *
 * Every fact that both state differently is noted with what was not taken, so nothing is lost by a
 * wrong choice. Deterministic: a function of the two.
 */
#include "parsers/merge.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/dates.h"

#define OTHER_BYTES 180 /* a quotation, never a text twice */
#define MINUTE_US INT64_C(60000000)

static const struct wd_fact *fact_of(const struct wd_article *page, const char *field)
{
	WD_VEC_EACH (const struct wd_fact, f, &page->facts) {
		if (wd_str_eqc(f->field, field))
			return f;
	}
	return NULL;
}

/* One fact of the merged article: who was believed, and what the other says. */
static void note(struct wd_arena *a, const struct wd_article *page, struct wd_article *art,
	const char *field, bool from_page, struct wd_str other)
{
	const double of_feed = 0.9, unknown = 0.5;
	const struct wd_fact *f = fact_of(page, field);
	struct wd_str page_source = f != NULL ? f->source : WD_STR("page");
	struct wd_fact *to = wd_vec_push(a, &art->facts);
	if (to == NULL)
		return;
	*to = (struct wd_fact){.field = wd_str_c(field),
		.source = from_page ? page_source : WD_STR("feed"),
		.confidence = !from_page  ? of_feed
			      : f != NULL ? f->confidence
					  : unknown};
	if (other.n == 0)
		return;
	to->other = wd_utf8_cut(other, OTHER_BYTES);
	to->other_source = from_page ? WD_STR("feed") : page_source;
}

/* ---- headline ---- */

/* Letters and digits, folded. */
static struct wd_str key_of(struct wd_arena *a, struct wd_str s)
{
	struct wd_str t = wd_utf8_fold(a, s);
	char *out = wd_arena_bytes(a, t.n);
	size_t n = 0;
	for (size_t i = 0; out != NULL && i < t.n;) {
		size_t from = i;
		uint32_t cp = wd_utf8_next(t, &i);
		if (!wd_cp_is_letter(cp) && !wd_cp_is_digit(cp))
			continue;
		memcpy(out + n, t.p + from, i - from);
		n += i - from;
	}
	return (struct wd_str){out, out != NULL ? n : 0};
}

static bool is_cut(struct wd_str s)
{
	s = wd_utf8_trim(s);
	return wd_str_ends(s, WD_STR("…")) || wd_str_ends(s, WD_STR("...")) ||
	       wd_str_ends(s, WD_STR("[…]"));
}

static void merge_headline(
	struct wd_arena *a, const struct wd_article *page, struct wd_article *art)
{
	enum { SHORT = 12 };
	struct wd_str of_feed = art->headline, of_page = page->headline;
	struct wd_str f = key_of(a, of_feed), p = key_of(a, of_page);
	if (p.n == 0 || wd_str_eq(f, p)) {
		if (f.n > 0 && p.n > 0)
			note(a, page, art, "headline", false, WD_STR_NONE);
		return;
	}
	bool cut = is_cut(of_feed) && !is_cut(of_page);
	bool more = p.n >= SHORT && wd_str_find(f, p, 0) != SIZE_MAX; /* the page's, and more */
	bool page_wins = f.n == 0 || cut || more;
	if (page_wins && of_feed.n > 0 && art->title_raw.n == 0)
		art->title_raw = of_feed;
	art->headline = page_wins ? of_page : of_feed;
	note(a, page, art, "headline", page_wins, page_wins ? of_feed : of_page);
}

/* ---- authors ---- */

static struct wd_str names_of(struct wd_arena *a, const wd_persons *list)
{
	struct wd_str s = WD_STR_NONE;
	WD_VEC_EACH (const struct wd_person, p, list) {
		if (p->name.n > 0 && s.n < OTHER_BYTES)
			s = s.n == 0 ? p->name
				     : wd_arena_printf(
					       a, "%.*s, %.*s", WD_STR_ARG(s), WD_STR_ARG(p->name));
	}
	return s;
}

static bool names_site(const struct wd_article *page, const struct wd_article *art)
{
	WD_VEC_EACH (const struct wd_person, p, &art->authors) {
		bool site = page->site_name.n > 0 && wd_str_ieq(p->name, page->site_name);
		bool feed = art->feed != NULL && art->feed->title.n > 0 &&
			    wd_str_ieq(p->name, art->feed->title);
		if (!site && !feed && p->name.n > 0)
			return false;
	}
	return true;
}

static void merge_authors(struct wd_arena *a, const struct wd_article *page, struct wd_article *art)
{
	struct wd_str of_feed = names_of(a, &art->authors), of_page = names_of(a, &page->authors);
	if (of_page.n == 0)
		return;
	bool differ = !wd_str_eq(key_of(a, of_feed), key_of(a, of_page));
	bool page_wins = differ && (names_site(page, art) || page->authors.n > art->authors.n);
	if (page_wins) {
		art->authors = page->authors;
		art->by = of_page;
	}
	note(a, page, art, "authors", page_wins,
		!differ     ? WD_STR_NONE
		: page_wins ? of_feed
			    : of_page);
}

/* ---- dates ---- */

static bool is_exact(struct wd_date d)
{
	return d.precision == WD_DATE_TIME && d.has_zone;
}

static void merge_published(
	struct wd_arena *a, const struct wd_article *page, struct wd_article *art)
{
	struct wd_date f = art->published, p = page->published;
	if (p.precision == WD_DATE_NONE)
		return;
	int64_t apart = f.us - p.us;
	bool visible =
		wd_str_eqc(page->date_source, "text") || wd_str_eqc(page->date_source, "url");
	bool earlier = is_exact(f) && is_exact(p) && !visible && apart > MINUTE_US;
	bool finer = !is_exact(f) && (is_exact(p) || p.precision > f.precision) && !visible;
	bool page_wins = f.precision == WD_DATE_NONE || earlier || finer;
	bool differ = f.precision != WD_DATE_NONE &&
		      (f.precision != p.precision || apart > MINUTE_US || apart < -MINUTE_US);
	/* What a feed calls published and is later than the page's own date is when it changed. */
	if (earlier && art->updated.precision == WD_DATE_NONE)
		art->updated = f;
	if (page_wins) {
		art->published = p;
		art->date_source = page->date_source;
	}
	note(a, page, art, "published", page_wins,
		differ ? wd_date_format(a, page_wins ? f : p) : WD_STR_NONE);
}

static void merge_updated(struct wd_arena *a, const struct wd_article *page, struct wd_article *art)
{
	if (art->updated.precision != WD_DATE_NONE || page->updated.precision == WD_DATE_NONE)
		return;
	art->updated = page->updated;
	note(a, page, art, "updated", true, WD_STR_NONE);
}

/* ---- the rest ---- */

static void merge_str(struct wd_arena *a, const struct wd_article *page, struct wd_article *art,
	const char *field, struct wd_str of_page, struct wd_str *of_art)
{
	if (of_page.n == 0)
		return;
	bool page_wins = of_art->n == 0;
	bool differ = !page_wins && !wd_str_ieq(*of_art, of_page);
	if (page_wins)
		*of_art = of_page;
	if (page_wins || differ)
		note(a, page, art, field, page_wins, differ ? of_page : WD_STR_NONE);
}

#define APPEND(a, to, from)                                                                        \
	for (size_t i_ = 0; i_ < (from).n && (to).n < WD_MAX_LIST; i_++) {                         \
		void *p_ = wd_vec_push((a), &(to));                                                \
		if (p_ != NULL)                                                                    \
			(to).v[(to).n - 1] = (from).v[i_];                                         \
	}

static void merge_images(struct wd_arena *a, const wd_images *from, struct wd_article *art)
{
	WD_VEC_EACH (const struct wd_image, img, from) {
		bool known = false;
		for (size_t i = 0; i < art->images.n && !known; i++)
			known = wd_str_eq(art->images.v[i].href, img->href);
		struct wd_image *to =
			!known && art->images.n < WD_MAX_LIST ? wd_vec_push(a, &art->images) : NULL;
		if (to != NULL)
			*to = *img;
	}
}

bool wd_merge_prefers_page(const struct wd_article *page, struct wd_str text)
{
	return page->text.n > 0 && text.n * 2 <= page->text.n * 3;
}

void wd_merge_body(struct wd_arena *a, const struct wd_article *page, struct wd_article *art)
{
	art->html = page->html;
	art->text = page->text;
	art->tables = page->tables;
	art->truncated = page->truncated;
	APPEND(a, art->repairs, page->repairs);
	APPEND(a, art->removed, page->removed);
	if (art->by.n == 0)
		art->by = page->by;
	if (art->located.n == 0)
		art->located = page->located;
	for (size_t i = 0; i < page->info_sources.n; i++) {
		bool known = false;
		for (size_t k = 0; k < art->info_sources.n && !known; k++)
			known = wd_str_ieq(
				art->info_sources.v[k].name, page->info_sources.v[i].name);
		if (!known && wd_vec_push(a, &art->info_sources) != NULL)
			art->info_sources.v[art->info_sources.n - 1] = page->info_sources.v[i];
	}
}

void wd_merge_facts(
	struct wd_arena *a, const struct wd_article *page, bool page_body, struct wd_article *art)
{
	note(a, page, art, "text", page_body, WD_STR_NONE);
	merge_headline(a, page, art);
	merge_authors(a, page, art);
	merge_published(a, page, art);
	merge_updated(a, page, art);
	merge_str(a, page, art, "section", page->section, &art->section);
	merge_str(a, page, art, "copyright", page->copyright, &art->copyright);
	merge_str(a, page, art, "item_type", page->item_type, &art->item_type);
	merge_str(a, page, art, "site", page->site_name, &art->site_name);
	merge_str(a, page, art, "summary", page->summary, &art->summary);
	if (art->language.n == 0) {
		art->language = page->language;
		art->language_source = page->language_source;
	}
	if (art->keywords.n == 0)
		art->keywords = page->keywords;
	merge_images(a, &page->images, art);
	art->canonical = page->canonical;
	art->paywalled = page->paywalled;
	art->is_correction |= page->is_correction;
	art->page_url = page->doc->url.n > 0 ? page->doc->url : page->link;
	art->page_record = page->doc->record;
}

int wd_merge_next(struct wd_arena *a, const struct wd_article *next, struct wd_article *first,
	struct wd_err *err)
{
	if (next->text.n == 0)
		return WD_OK;
	if (first->text.n + next->text.n > WD_MAX_BODY_BYTES)
		return wd_err_set(err, WD_E_LIMIT, "the pages of one article are too long");
	first->html = wd_arena_cat(a, first->html, next->html);
	first->text = wd_arena_cat(a, wd_arena_cat(a, first->text, WD_STR("\n\n")), next->text);
	if (first->html.n == 0 || first->text.n == 0)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	APPEND(a, first->tables, next->tables);
	APPEND(a, first->repairs, next->repairs);
	APPEND(a, first->removed, next->removed);
	merge_images(a, &next->images, first);
	first->truncated = next->truncated;
	return WD_OK;
}
