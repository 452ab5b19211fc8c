/*
 * Plain text, with or without HTML debris → article.
 *
 * The lines above the first paragraph are the head (plain_head.c). The rest is written down as
 * HTML: paragraphs, headings, rows of flattened tables as lines of one paragraph; lines that hold
 * debris go as they are, all others escaped. Then the same way as any HTML: repair, tables, clean,
 * furniture. So a broken table in a text is mended by the code that mends it in a page.
 * Rejected: building the tree directly, which would need the repair layer's work a second time.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/build.h"
#include "parsers/clean.h"
#include "parsers/furniture.h"
#include "parsers/html.h"
#include "parsers/plain_impl.h"
#include "parsers/repair.h"

enum { HEADING_WIDTH = 110 };

/* "&nbsp;" in quotes, brackets or back-ticks of its own: spoken of, not meant. */
static bool is_spoken_reference(struct wd_str s, size_t i)
{
	enum { LONGEST = 10 };
	size_t to = i + 1, before = i;
	while (to < s.n && to - i <= LONGEST && (wd_is_alnum(s.p[to]) || s.p[to] == '#'))
		to++;
	if (i == 0 || to == i + 1 || to + 1 >= s.n || s.p[to] != ';')
		return false;
	to++;
	return wd_cp_is_any_of(wd_utf8_prev(s, &before), "\"'`(“‘„«「『") &&
	       wd_cp_is_any_of(wd_utf8_next(s, &to), "\"'`)”’“»」』");
}

static void escape(struct wd_buf *out, struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '<')
			wd_buf_addc(out, "&lt;");
		else if (c == '>')
			wd_buf_addc(out, "&gt;");
		else if (c == '&' && is_spoken_reference(s, i))
			wd_buf_addc(out, "&amp;");
		else /* "&" stays: texts keep references that were never decoded */
			wd_buf_putc(out, c);
	}
}

static bool starts_like_heading(struct wd_str s)
{
	size_t at = 0;
	uint32_t cp = wd_utf8_next(s, &at);
	if (cp == '"' || cp == '\'' || cp == '[' || cp == 0x201C || cp == 0x2018 || cp == 0x300C ||
		cp == 0x3010 || cp == 0xFF3B)
		return true;
	return wd_cp_is_upper(cp) || wd_cp_is_digit(cp) || cp >= 0x1100;
}

/* A short line alone that announces what follows. */
static bool is_heading(const wd_plain_lines *lines, size_t i)
{
	const struct wd_plain_line *l = &lines->v[i];
	if (l->look != WD_PLAIN_SHORT || l->is_furniture || i + 1 >= lines->n)
		return false;
	size_t at = l->text.n;
	uint32_t last = wd_utf8_prev(l->text, &at);
	if (last == ':' || last == ',' || last == ';' || last == 0xFF1A || last == 0x3001 ||
		last == '.' || last == 0x3002 || wd_plain_width(l->text) > HEADING_WIDTH)
		return false;
	bool alone_above = i == 0 || l->gap > 0 || lines->v[i - 1].look != WD_PLAIN_SHORT;
	const struct wd_plain_line *next = &lines->v[i + 1];
	bool alone_below =
		next->gap > 0 || next->look == WD_PLAIN_PARAGRAPH || next->look == WD_PLAIN_BULLET;
	if (lines->v[i].gap == 0 && i > 0 && lines->v[i - 1].look >= WD_PLAIN_ROW)
		return false;
	return alone_above && alone_below && starts_like_heading(l->text) &&
	       (next->look != WD_PLAIN_SHORT || (i + 2 < lines->n && l->gap > 0));
}

static bool joins_next(const wd_plain_lines *lines, size_t i)
{
	if (i + 1 >= lines->n)
		return false;
	const struct wd_plain_line *l = &lines->v[i], *next = l + 1;
	if (l->is_furniture || next->is_furniture)
		return false;
	bool debris = l->look == WD_PLAIN_DEBRIS && next->look == WD_PLAIN_DEBRIS;
	if (next->gap > 0) /* a table's tags spread over blocks */
		return debris && next->gap == 1 && wd_str_ends(l->text, WD_STR(">")) &&
		       next->text.p[0] == '<';
	return debris ||
	       (l->look != WD_PLAIN_PARAGRAPH && l->look != WD_PLAIN_BULLET &&
		       next->look != WD_PLAIN_PARAGRAPH && next->look != WD_PLAIN_BULLET &&
		       !is_heading(lines, i) && !is_heading(lines, i + 1));
}

static void write_line(struct wd_buf *out, const struct wd_plain_line *l)
{
	if (l->look == WD_PLAIN_DEBRIS)
		wd_buf_add(out, l->text);
	else
		escape(out, l->text);
}

static void mark_furniture(wd_plain_lines *lines)
{
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	struct wd_furniture_hit hit;
	WD_VEC_EACH (struct wd_plain_line, l, lines) {
		if (l->look == WD_PLAIN_SHORT || l->look == WD_PLAIN_ROW)
			l->is_furniture = wd_furniture_find(m, l->text,
				WD_ZONE_HEAD | WD_ZONE_TAIL | WD_ZONE_BODY,
				WD_FORM_LINE | WD_FORM_SECTION, &hit);
	}
}

/* Lines from i on that belong together as one paragraph; returns the next line. */
static size_t write_group(struct wd_buf *out, const wd_plain_lines *lines, size_t i)
{
	wd_buf_addc(out, "<p>");
	for (;; i++) {
		write_line(out, &lines->v[i]);
		if (!joins_next(lines, i))
			break;
		bool tags_meet = lines->v[i].look == WD_PLAIN_DEBRIS &&
				 lines->v[i + 1].look == WD_PLAIN_DEBRIS;
		wd_buf_addc(out, tags_meet ? "\n" : "<br>\n");
	}
	wd_buf_addc(out, "</p>\n");
	return i + 1;
}

/* The first heading's text goes to *ret_first. */
static struct wd_str to_html(
	struct wd_arena *a, const wd_plain_lines *lines, size_t from, struct wd_str *ret_first)
{
	struct wd_buf out;
	wd_buf_init(&out, WD_MAX_BODY_BYTES);
	wd_plain_lines body = {.v = lines->v + from, .n = lines->n - from, .cap = 0};
	mark_furniture(&body);
	for (size_t i = 0; i < body.n;) {
		if (!is_heading(&body, i)) {
			i = write_group(&out, &body, i);
			continue;
		}
		if (ret_first->n == 0)
			*ret_first = body.v[i].text;
		wd_buf_addc(&out, "<h2>");
		escape(&out, body.v[i].text);
		wd_buf_addc(&out, "</h2>\n");
		i++;
	}
	struct wd_str html = wd_arena_str(a, wd_buf_str(&out));
	wd_buf_done(&out);
	return html;
}

struct wd_str wd_plain_html(struct wd_arena *a, struct wd_str text)
{
	wd_plain_lines lines = {0};
	struct wd_str ignored = WD_STR_NONE;
	wd_plain_split(a, wd_repair_mentions(a, text), &lines);
	return to_html(a, &lines, 0, &ignored);
}

static void add_source(struct wd_arena *a, struct wd_article *art, struct wd_info_source s)
{
	for (size_t i = 0; i < art->info_sources.n; i++) {
		if (wd_str_ieq(art->info_sources.v[i].name, s.name))
			return;
	}
	struct wd_info_source *to = wd_vec_push(a, &art->info_sources);
	if (to != NULL)
		*to = s;
}

void wd_build_take_clean(struct wd_arena *a, const struct wd_clean *c, struct wd_article *art)
{
	art->html = c->html;
	art->text = c->text;
	art->tables = c->tables;
	WD_VEC_EACH (const struct wd_repair, r, &c->repairs) {
		struct wd_repair *to = wd_vec_push(a, &art->repairs);
		if (to != NULL)
			*to = *r;
	}
	WD_VEC_EACH (const struct wd_removed, r, &c->removed) {
		struct wd_removed *to = wd_vec_push(a, &art->removed);
		if (to != NULL)
			*to = *r;
	}
	WD_VEC_EACH (const struct wd_image, i, &c->images) {
		struct wd_image *to = wd_vec_push(a, &art->images);
		if (to != NULL)
			*to = *i;
	}
	for (size_t i = 0; i < c->info_sources.n; i++)
		add_source(a, art, c->info_sources.v[i]);
	if (art->by.n == 0)
		art->by = c->byline;
	if (art->located.n == 0)
		art->located = c->located;
	if (art->copyright.n == 0)
		art->copyright = c->copyright;
	if (art->published.precision == WD_DATE_NONE && c->date.precision != WD_DATE_NONE) {
		art->published = c->date;
		art->date_source = WD_STR("text");
	}
	art->truncated |= c->truncated;
	art->is_correction |= c->is_correction;
	art->is_retraction |= c->is_retraction;
}

int wd_build_text(struct wd_arena *a, const struct wd_doc *doc, struct wd_str text,
	struct wd_article *ret, struct wd_err *err)
{
	memset(ret, 0, sizeof(*ret));
	ret->doc = doc;
	ret->parser = WD_STR("text");
	wd_plain_lines lines = {0};
	text = wd_repair_mojibake(a, text, "text", &ret->repairs);
	text = wd_repair_mentions(a, text);
	/* broken tags become plain ones here, so that the lines that hold them are known as debris
	 */
	bool mended = false;
	text = wd_repair_tables(a, text, "text", &ret->repairs, &mended);
	wd_plain_split(a, text, &lines);
	size_t head = wd_plain_head(a, &lines, ret);
	struct wd_str first_heading = WD_STR_NONE;
	struct wd_str html = to_html(a, &lines, head, &first_heading);
	struct wd_clean_opts opts = {.field = "text",
		.base = doc != NULL ? doc->url : WD_STR_NONE,
		.news = ret->by.n > 0 || ret->published.precision != WD_DATE_NONE};
	struct wd_clean clean;
	int r = wd_clean_fragment(a, html, &opts, &clean, err);
	if (r < 0)
		return r;
	wd_build_take_clean(a, &clean, ret);
	WD_VEC_EACH (struct wd_table, t, &ret->tables)
		t->repaired |= mended;
	if (ret->headline.n == 0 && first_heading.n > 0) {
		ret->headline = wd_clean_title(a, first_heading, "headline", &ret->repairs);
		wd_repair_add(
			a, &ret->repairs, "headline_from_heading", "headline", 1, WD_STR_NONE);
	}
	return WD_OK;
}
