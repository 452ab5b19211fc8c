/*
 * Feed entries → articles, and whole documents → articles, whatever they are.
 *
 * A document is looked at in this order: a feed when one of the parsers says so; an HTML page when
 * it has the frame of one, or most of its lines are markup; plain text otherwise. Text with HTML
 * debris in it is text: a page has a frame, a broken tag in a paragraph is none.
 */
#include "parsers/build.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/charset.h"
#include "parsers/dates.h"
#include "parsers/fulltext.h"
#include "parsers/furniture.h"
#include "parsers/html.h"
#include "parsers/inflate.h"
#include "parsers/links.h"
#include "parsers/merge.h"
#include "parsers/page.h"
#include "parsers/page_parts.h"
#include "parsers/parser.h"
#include "parsers/plain_impl.h"

/* ---- one entry ---- */

static bool is_plain_type(struct wd_str type)
{
	return wd_str_ieqc(type, "text") || wd_str_istarts(type, WD_STR("text/plain"));
}

static struct wd_str base_of(const struct wd_doc *doc, const struct wd_feed *feed,
	const struct wd_entry *e, struct wd_str own)
{
	if (own.n > 0)
		return own;
	if (wd_url_is_http(e->link))
		return e->link;
	if (feed != NULL && wd_url_is_http(feed->link))
		return feed->link;
	return doc != NULL ? doc->url : WD_STR_NONE;
}

/* The longest text the entry has; a summary stands in for missing content. */
static struct wd_content best_content(const struct wd_entry *e, bool *ret_is_summary)
{
	struct wd_content best = {0};
	*ret_is_summary = false;
	WD_VEC_EACH (const struct wd_content, c, &e->content) {
		bool readable = c->type.n == 0 || is_plain_type(c->type) ||
				wd_str_ifind(c->type, WD_STR("html"), 0) != SIZE_MAX ||
				wd_str_ifind(c->type, WD_STR("xml"), 0) != SIZE_MAX;
		if (readable && c->value.n > best.value.n)
			best = *c;
	}
	if (e->summary.n > best.value.n) {
		*ret_is_summary = true;
		best = (struct wd_content){.value = e->summary,
			.type = e->summary_type,
			.lang = e->summary_lang,
			.base = e->summary_base};
	}
	return best;
}

static int clean_content(struct wd_arena *a, struct wd_str value, struct wd_str type,
	const struct wd_clean_opts *opts, struct wd_clean *ret, struct wd_err *err)
{
	if (is_plain_type(type))
		value = wd_plain_html(a, value);
	return wd_clean_fragment(a, value, opts, ret, err);
}

/* White space does not count when two texts are compared. */
static bool stands_in(struct wd_arena *a, struct wd_str part, struct wd_str whole)
{
	struct wd_arena_mark mark = wd_arena_mark(a);
	struct wd_str p = wd_utf8_squeeze(a, part), w = wd_utf8_squeeze(a, whole);
	bool in = wd_str_find(w, p, 0) != SIZE_MAX;
	wd_arena_rewind(a, mark);
	return in;
}

static void take_summary(
	struct wd_arena *a, const struct wd_entry *e, struct wd_str base, struct wd_article *art)
{
	enum { SHORT = 200 };
	struct wd_clean_opts opts = {.field = "summary", .base = base, .news = true};
	struct wd_clean c;
	struct wd_err ignored;
	if (e->summary.n == 0 ||
		clean_content(a, e->summary, e->summary_type, &opts, &c, &ignored) < 0)
		return;
	struct wd_str s = wd_utf8_cut(wd_utf8_squeeze(a, c.text), WD_MAX_SUMMARY_BYTES);
	/* No text stands twice: a summary that is the article's beginning says nothing. */
	if (s.n == 0 || (s.n >= SHORT && stands_in(a, s, art->text)) || wd_str_eq(s, art->text))
		return;
	art->summary = s;
	WD_VEC_EACH (const struct wd_removed, r, &c.removed) {
		struct wd_removed *to = wd_vec_push(a, &art->removed);
		if (to != NULL)
			*to = *r;
	}
}

struct source_ctx {
	struct wd_arena *a;
	struct wd_article *art;
};

static void add_source(struct wd_str name, void *ctx)
{
	struct source_ctx *c = ctx;
	for (size_t i = 0; i < c->art->info_sources.n; i++) {
		if (wd_str_ieq(c->art->info_sources.v[i].name, name))
			return;
	}
	struct wd_info_source *s = wd_vec_push(c->a, &c->art->info_sources);
	if (s != NULL)
		s->name = wd_arena_str(c->a, name);
}

/* A correction or retraction that the title states; the mark itself stays where it is. */
static bool take_notice(const char *kind, struct wd_article *art)
{
	bool correction = strcmp(kind, "correction") == 0,
	     retraction = strcmp(kind, "retraction") == 0;
	art->is_correction |= correction;
	art->is_retraction |= retraction;
	return correction || retraction;
}

/* " – Harbour Wire" behind each title of the feed of that name says nothing about the article. */
static struct wd_str cut_feed_name(
	struct wd_arena *a, struct wd_str title, const struct wd_feed *feed, struct wd_article *art)
{
	static const char *const dashes[] = {" - ", " – ", " — ", " | ", " :: ", " » "};
	struct wd_str name = feed != NULL ? wd_utf8_trim(feed->title) : WD_STR_NONE;
	for (size_t i = 0; i < WD_COUNTOF(dashes) && name.n > 0; i++) {
		struct wd_str tail = wd_arena_cat(a, wd_str_c(dashes[i]), name);
		if (tail.n >= title.n || !wd_str_ieq(wd_str_from(title, title.n - tail.n), tail))
			continue;
		wd_removed_add(a, &art->removed, "site_name", tail);
		return wd_utf8_trim(wd_str_sub(title, 0, title.n - tail.n));
	}
	return title;
}

static void take_title(struct wd_arena *a, const struct wd_feed *feed, const struct wd_entry *e,
	struct wd_article *art)
{
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	struct wd_str title = wd_clean_title(a, e->title, "headline", &art->repairs);
	struct wd_furniture_hit hit;
	title = cut_feed_name(a, title, feed, art);
	if (wd_furniture_find(m, title, WD_ZONE_TITLE, WD_FORM_BLOCK, &hit))
		(void)take_notice(hit.kind, art);
	if (wd_furniture_find(m, title, WD_ZONE_TITLE, WD_FORM_END, &hit) && hit.start > 0 &&
		!take_notice(hit.kind, art)) {
		struct source_ctx ctx = {a, art};
		wd_furniture_each_agency(hit.agency, add_source, &ctx);
		wd_removed_add(a, &art->removed, hit.kind, wd_str_sub(title, hit.start, hit.end));
		title = wd_utf8_trim(wd_str_sub(title, 0, hit.start));
	}
	art->headline = title;
	if (!wd_str_eq(wd_str_trim(e->title), title))
		art->title_raw = wd_str_trim(e->title);
}

static void take_byline(struct wd_arena *a, const struct wd_entry *e, struct wd_article *art)
{
	struct wd_buf b;
	art->authors = e->authors;
	art->by = wd_clean_title(a, e->byline, "byline", &art->repairs);
	wd_buf_init(&b, WD_MAX_TITLE_BYTES);
	WD_VEC_EACH (const struct wd_person, p, &e->authors) {
		if (p->name.n == 0)
			continue;
		if (b.n > 0)
			wd_buf_addc(&b, ", ");
		wd_buf_add(&b, wd_clean_title(a, p->name, "byline", &art->repairs));
	}
	if (art->by.n == 0 && b.n > 0 && !wd_buf_failed(&b))
		art->by = wd_arena_str(a, wd_buf_str(&b));
	wd_buf_done(&b);
	if (wd_str_istarts(art->by, WD_STR("by ")))
		art->by = wd_str_trim(wd_str_from(art->by, 3));
}

/* Atom and JSON Feed say whose an entry is that names nobody: those of its atom:source, else the
 * feed's (RFC 4287, section 4.2.1; JSON Feed 1.1, `authors`). Channels of RSS have an editor, which
 * says nothing of their items. `by` stays empty, as nothing of it stands with the entry: a feed
 * that calls itself something else makes no new versions. A feed's authors count when they come
 * before its entries. */
static void inherit_authors(
	const struct wd_feed *feed, const struct wd_entry *e, struct wd_article *art)
{
	const struct wd_feed *const from[] = {e->source, feed};
	static const char *const names[] = {"source", "feed"};
	if (feed == NULL || art->authors.n > 0 || art->by.n > 0 ||
		!(wd_str_starts(feed->format, WD_STR("atom")) ||
			wd_str_starts(feed->format, WD_STR("jsonfeed"))))
		return;
	for (size_t i = 0; i < WD_COUNTOF(from) && art->authors.n == 0; i++) {
		if (from[i] == NULL || from[i]->authors.n == 0)
			continue;
		art->authors = from[i]->authors;
		art->authors_source = wd_str_c(names[i]);
	}
}

static enum wd_pubstatus pubstatus_of(struct wd_str s)
{
	size_t colon = wd_str_chr(s, ':', 0); /* "stat:canceled" */
	if (colon != SIZE_MAX)
		s = wd_str_from(s, colon + 1);
	if (wd_str_ieqc(s, "canceled") || wd_str_ieqc(s, "cancelled") || wd_str_ieqc(s, "killed"))
		return WD_CANCELED;
	return wd_str_ieqc(s, "withheld") || wd_str_ieqc(s, "embargoed") ? WD_WITHHELD : WD_USABLE;
}

static void take_images(struct wd_arena *a, const struct wd_entry *e, struct wd_article *art)
{
	if (e->image.href.n > 0) {
		struct wd_image *i = wd_vec_push(a, &art->images);
		if (i != NULL)
			*i = e->image;
	}
	WD_VEC_EACH (const struct wd_image, t, &e->media_thumbnails) {
		struct wd_image *i = wd_vec_push(a, &art->images);
		if (i != NULL)
			*i = *t;
	}
	WD_VEC_EACH (const struct wd_enclosure, c, &e->enclosures) {
		if (!wd_str_istarts(c->type, WD_STR("image/")))
			continue;
		struct wd_image *i = wd_vec_push(a, &art->images);
		if (i != NULL)
			*i = (struct wd_image){.href = c->href};
	}
}

/** A date may be what the source wrote and yet cannot be when the article was made. */
static void flag_date(struct wd_arena *a, const struct wd_doc *doc, struct wd_article *art)
{
	struct wd_date d = art->published;
	if (d.precision == WD_DATE_NONE || wd_date_is_plausible(d, doc->fetched_at_us))
		return;
	struct wd_flag *f = wd_vec_push(a, &art->flags);
	if (f == NULL)
		return;
	struct wd_str written = wd_date_format(a, d);
	f->code = WD_STR("date-implausible");
	f->severity = WD_STR("warning");
	f->message = wd_arena_printf(a, "published %.*s: %s", WD_STR_ARG(written),
		d.us < WD_DATE_EARLIEST_US ? "before 1990" : "in the future");
}

static void take_fields(struct wd_arena *a, const struct wd_doc *doc, const struct wd_feed *feed,
	const struct wd_entry *e, struct wd_article *art)
{
	struct source_ctx ctx = {a, art};
	art->doc = doc;
	art->feed = feed;
	art->entry = e;
	art->link = wd_link_untrack(a, e->link);
	art->guid = e->guid;
	art->published = e->published;
	art->updated = e->updated;
	art->embargoed = e->embargoed;
	flag_date(a, doc, art);
	if (e->published.precision != WD_DATE_NONE)
		art->date_source = e->date_field.n > 0 ? e->date_field : WD_STR("pubDate");
	art->categories = e->categories;
	art->enclosures = e->enclosures;
	art->keywords = e->keywords;
	art->subjects_in = e->subjects;
	art->slugline = e->slugline;
	art->located = e->dateline_city;
	art->urgency = e->urgency;
	art->item_type = e->item_type;
	art->pubstatus = pubstatus_of(e->pubstatus);
	art->is_backfill = e->is_backfill;
	art->is_correction |= e->is_correction;
	art->copyright = e->rights_holder.n > 0 ? e->rights_holder : e->rights;
	if (e->credit.n > 0)
		wd_furniture_each_agency(e->credit, add_source, &ctx);
	if (feed != NULL) {
		art->parser = feed->format;
		art->charset = feed->charset;
		art->charset_source = feed->charset_source;
		if (art->copyright.n == 0)
			art->copyright = feed->rights;
	}
}

static void take_language(const struct wd_doc *doc, const struct wd_feed *feed,
	const struct wd_entry *e, struct wd_str content_lang, struct wd_article *art)
{
	const struct wd_str declared[] = {content_lang, e->language, e->title_lang,
		feed != NULL ? feed->language : WD_STR_NONE,
		doc != NULL ? doc->hints.language : WD_STR_NONE};
	for (size_t i = 0; i < WD_COUNTOF(declared); i++) {
		if (declared[i].n == 0)
			continue;
		art->language = declared[i];
		art->language_source = WD_STR("declared");
		return;
	}
}

int wd_build_entry(struct wd_arena *a, const struct wd_doc *doc, const struct wd_feed *feed,
	const struct wd_entry *entry, const struct wd_article *page, struct wd_article *ret,
	struct wd_err *err)
{
	bool is_summary;
	struct wd_content body = best_content(entry, &is_summary);
	memset(ret, 0, sizeof(*ret));
	take_fields(a, doc, feed, entry, ret);
	take_title(a, feed, entry, ret);
	take_byline(a, entry, ret);
	take_language(doc, feed, entry, body.lang, ret);
	take_images(a, entry, ret);
	struct wd_clean c = {0};
	if (body.value.n > 0) {
		struct wd_clean_opts opts = {.field = "text",
			.base = base_of(doc, feed, entry, body.base),
			.news = true};
		int r = clean_content(a, body.value, body.type, &opts, &c, err);
		if (r < 0)
			return r;
	}
	bool page_body = page != NULL && wd_merge_prefers_page(page, c.text);
	if (page_body) {
		wd_merge_body(a, page, ret);
		is_summary = false;
	} else if (body.value.n > 0) {
		wd_build_take_clean(a, &c, ret);
	}
	if (!is_summary)
		take_summary(a, entry, base_of(doc, feed, entry, entry->summary_base), ret);
	if (page != NULL)
		wd_merge_facts(a, page, page_body, ret);
	inherit_authors(feed, entry, ret);
	return WD_OK;
}

/* ---- whole documents ---- */

enum { WALL_TEXT = 600 }; /* bytes */

/* A fragment of a page: it begins with an element, and so do most of its lines. */
static bool is_markup(struct wd_str text)
{
	enum { LOOK = 65536 };
	struct wd_str rest = wd_utf8_trim(wd_utf8_cut(text, LOOK)), line;
	size_t lines = 0, marked = 0;
	if (rest.n < 2 || rest.p[0] != '<' ||
		!(wd_is_alpha(rest.p[1]) || rest.p[1] == '!' || rest.p[1] == '/'))
		return false;
	while (wd_str_line(&rest, &line)) {
		line = wd_str_trim(line);
		if (line.n == 0)
			continue;
		lines++;
		marked += line.p[0] == '<' || line.p[line.n - 1] == '>';
	}
	return marked * 2 >= lines;
}

static bool is_page(const struct wd_doc *doc, struct wd_str text)
{
	if (wd_page_has_frame(text))
		return true;
	return !wd_str_istarts(doc->content_type, WD_STR("text/plain")) && is_markup(text);
}

static enum wd_charset_kind guess_kind(struct wd_str bytes)
{
	struct wd_str s = wd_str_trim(bytes);
	if (wd_str_istarts(s, WD_STR("<?xml")))
		return WD_CHARSET_XML;
	if (s.n > 0 && (s.p[0] == '{' || s.p[0] == '['))
		return WD_CHARSET_JSON;
	return wd_str_chr(wd_str_sub(s, 0, 1024), '<', 0) != SIZE_MAX ? WD_CHARSET_HTML
								      : WD_CHARSET_TEXT;
}

/* The item in which a feed breaks off, when it breaks off before saying who it is: the next read
 * has it whole, and an article made of its beginning would never be recognised as the same. */
static bool is_cut_off(const struct wd_entry *entry)
{
	if (entry->guid.n > 0 || entry->link.n > 0)
		return false;
	WD_VEC_EACH (const struct wd_str, f, &entry->faults) {
		if (wd_str_eqc(*f, "truncated"))
			return true;
	}
	return false;
}

static int on_entry(const struct wd_entry *entry, const struct wd_feed *feed, void *ctx)
{
	struct wd_build_ctx *b = ctx;
	struct wd_article art, page;
	struct wd_err err;
	if (is_cut_off(entry))
		return WD_OK;
	/* A page that cannot be read leaves the entry what it is. */
	bool whole = b->pages != NULL && b->doc->hints.fulltext && entry->link.n > 0 &&
		     wd_fulltext_read(b, entry->link, &page, &err) == WD_OK;
	int r = wd_build_entry(b->arena, b->doc, feed, entry, whole ? &page : NULL, &art, &err);
	if (r == WD_OK)
		r = b->emit(&art, b->emit_ctx);
	wd_arena_reset(b->arena);
	return r;
}

static int build_feed(struct wd_build_ctx *ctx, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *scratch = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	if (scratch == NULL)
		return wd_err_set(err, WD_E_NOMEM, "feed");
	struct wd_parse_ctx p = {.doc = ctx->doc,
		.arena = ctx->feed_arena,
		.feed = ctx->feed,
		.now_us = ctx->now_us,
		.emit = on_entry,
		.emit_ctx = ctx,
		.entry_arena = scratch};
	return wd_parse_feed(&p, err);
}

int wd_build_document(struct wd_build_ctx *ctx, struct wd_err *err)
{
	const struct wd_doc *doc = ctx->doc;
	struct wd_charset_result text;
	struct wd_str body;
	if (!ctx->page_allowed)
		return build_feed(ctx, err);
	int r = wd_inflate(ctx->feed_arena, doc->body, &body, err);
	if (r == WD_OK && wd_doc_is_binary(body))
		r = wd_err_set(err, WD_E_UNSUPPORTED, "no text in any character set");
	if (r == WD_OK)
		r = wd_charset_decode(ctx->feed_arena, body, guess_kind(body), doc->content_type,
			doc->hints.charset, &text, err);
	if (r < 0)
		return r;
	if (wd_utf8_trim(text.text).n == 0)
		return wd_err_set(err, WD_E_MALFORMED, "the document is empty");
	if (doc->hints.format.n > 0 || wd_parser_find(text.text, doc) != NULL)
		return build_feed(ctx, err);
	if (wd_parser_is_json(text.text))
		return wd_err_set(err, WD_E_UNSUPPORTED,
			"JSON, but neither a JSON Feed nor ninjs: no item with a headline or body in it");
	struct wd_article art;
	r = is_page(doc, text.text)
		    ? wd_page_build(ctx->arena, doc, text.text, ctx->trace, &art, err)
		    : wd_build_text(ctx->arena, doc, text.text, &art, err);
	/* Articles about captchas have more to say than the wall itself. */
	if (r == WD_OK && art.text.n < WALL_TEXT && wd_parser_is_bot_wall(text.text))
		r = wd_err_set(err, WD_E_UNSUPPORTED, "no article but a bot wall titled \"%.*s\"",
			WD_STR_ARG(wd_utf8_cut(art.headline, 120)));
	if (r == WD_OK && ctx->pages != NULL && art.next_page.n > 0)
		r = wd_fulltext_join(ctx, doc->url.n > 0 ? doc->url : art.canonical, &art, err);
	if (r == WD_OK && art.headline.n == 0 && art.text.n == 0 && art.tables.n == 0 &&
		art.images.n == 0)
		r = wd_err_set(
			err, WD_E_UNSUPPORTED, "no article in it: neither a headline nor a text");
	if (r == WD_OK) {
		art.charset = text.charset;
		art.charset_source = text.source;
		if (text.replaced > 0)
			wd_repair_add(ctx->arena, &art.repairs, "charset", "document",
				(int64_t)text.replaced, WD_STR_NONE);
		r = ctx->emit(&art, ctx->emit_ctx);
	}
	wd_arena_reset(ctx->arena);
	return r;
}
