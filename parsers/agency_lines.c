/*
 * What NewsML 1 and NewsML-G2 have in common: lines of text that mean one field whatever the format
 * calls them, content that is given as elements, and files beside it.
 *
 * Lines: an element of line_of() is captured at its start and kept at its end, the first one that
 * says something. Content: children of DataContent or inlineXML that are neither HTML documents
 * nor NITF (bare <p>s, mostly) are put together again, in order with text beside them.
 */
#include "base/utf8.h"
#include "parsers/agency_impl.h"

void agency_set(struct agency_state *s, struct wd_str *to, struct wd_str text)
{
	text = wd_utf8_trim(text);
	if (to->n == 0 && text.n > 0)
		*to = wd_arena_str(s->a, wd_utf8_squeeze(s->a, text));
}

void agency_set_date(struct agency_state *s, struct wd_date *to, struct wd_str text)
{
	if (to->precision == WD_DATE_NONE)
		(void)wd_field_date(s->pc, s->entry.language, text, to);
}

void agency_set_byline(struct agency_state *s, struct wd_str text)
{
	agency_set(s, &s->entry.byline, text);
	if (s->entry.authors.n == 0)
		wd_field_add_named(s->a, &s->entry.authors, s->entry.byline);
}

/** "By Jane Doe" and nothing else: two to five words that start with a capital letter. */
static bool is_byline(struct wd_str text)
{
	struct wd_str word;
	size_t words = 0;
	if (!wd_str_starts(text, WD_STR("By ")) || text.n > 60)
		return false;
	struct wd_str rest = wd_str_from(text, 3);
	while (wd_str_split(&rest, ' ', &word)) {
		size_t at = 0;
		if (word.n == 0 || !wd_cp_is_upper(wd_utf8_next(word, &at)) ||
			word.p[word.n - 1] == '.')
			return false;
		words++;
	}
	return words >= 2 && words <= 5;
}

/** Desks that name no reporter in the byline's place often have one in the first paragraph. */
static void byline_of_text(struct agency_state *s, struct wd_str html)
{
	struct wd_entry *e = &s->entry;
	size_t open = wd_str_ifind(html, WD_STR("<p"), 0);
	size_t from = open == SIZE_MAX ? SIZE_MAX : wd_str_chr(html, '>', open);
	size_t to = from == SIZE_MAX ? SIZE_MAX : wd_str_chr(html, '<', from);
	bool anonymous = e->byline.n == 0 ||
			 wd_str_ifind(e->byline, WD_STR("staff reporter"), 0) != SIZE_MAX ||
			 wd_str_ifind(e->byline, WD_STR("staff writer"), 0) != SIZE_MAX;
	if (to == SIZE_MAX || !anonymous)
		return;
	struct wd_str text = wd_utf8_trim(wd_str_sub(html, from + 1, to));
	if (!is_byline(text))
		return;
	e->byline = WD_STR_NONE;
	e->authors.n = 0;
	agency_set_byline(s, text);
}

/** Where "&lt;name&gt;-&lt;/name&gt;" at `i` ends, 0: not there. *ret is what stands inside. */
static size_t mark_at(struct wd_str s, size_t i, struct wd_str *ret)
{
	struct wd_str lt = WD_STR("&lt;"), gt = WD_STR("&gt;"), rest = wd_str_from(s, i + lt.n);
	size_t n = 0;
	if (!wd_str_starts(wd_str_from(s, i), lt))
		return 0;
	while (n < rest.n && n < 16 && wd_is_alpha(rest.p[n]))
		n++;
	struct wd_str name = wd_str_sub(rest, 0, n), inside = wd_str_from(rest, n + gt.n);
	if (n == 0 || !wd_str_starts(wd_str_from(rest, n), gt))
		return 0;
	n = 0;
	while (n < inside.n && n < 4 && !wd_is_alnum(inside.p[n]) && inside.p[n] != '&' &&
		inside.p[n] != '<')
		n++;
	*ret = wd_str_sub(inside, 0, n);
	struct wd_str end = wd_str_from(inside, n);
	if (n == 0 || !wd_str_starts(end, WD_STR("&lt;/")) ||
		!wd_str_starts(wd_str_from(end, 5), name) ||
		!wd_str_starts(wd_str_from(end, 5 + name.n), gt))
		return 0;
	return (size_t)(end.p - s.p) + 5 + name.n + gt.n;
}

/** Typesetters' marks that were escaped on the way: "35&lt;endash&gt;-&lt;/endash&gt;40" → "35-40".
 * Only a dash, a space or the like inside makes a mark; words in brackets are somebody's text. */
static struct wd_str without_marks(struct agency_state *s, struct wd_str text)
{
	char *out = NULL;
	size_t n = 0, done = 0, end;
	struct wd_str inside;
	for (size_t i = 0; (i = wd_str_chr(text, '&', i)) != SIZE_MAX; i++) {
		if ((end = mark_at(text, i, &inside)) == 0)
			continue;
		if (out == NULL && (out = wd_arena_bytes(s->a, text.n)) == NULL)
			return text;
		memcpy(out + n, text.p + done, i - done);
		n += i - done;
		memcpy(out + n, inside.p, inside.n);
		n += inside.n;
		done = end;
		i = end - 1;
	}
	if (out == NULL)
		return text;
	wd_field_add_str(s->a, &s->entry.faults, WD_STR("typesetting-mark"));
	memcpy(out + n, text.p + done, text.n - done);
	return (struct wd_str){out, n + text.n - done};
}

void agency_add_body(struct agency_state *s, struct wd_str text, bool is_html)
{
	if (is_html)
		text = without_marks(s, text);
	if (wd_utf8_trim(text).n == 0)
		return;
	for (size_t i = s->component_count; i-- > 0 && s->entry.title.n == 0;)
		s->entry.title = s->components[i].headline; /* the nearest one above the text */
	s->has_text = true;
	if (is_html && s->entry.content.n == 0)
		byline_of_text(s, text);
	wd_field_add_content(s->a, &s->entry.content, text, is_html ? "text/html" : "text/plain");
}

/* ---- lines ---- */

static struct wd_str *line_of(struct agency_state *s, int tag)
{
	switch (tag) {
	case A_DATELINE:
		return &s->entry.dateline_text;
	case A_SLUGLINE:
		return &s->entry.slugline;
	case A_CREDITLINE:
		return &s->entry.credit;
	case A_EDNOTE:
		return &s->entry.ednote;
	case A_COPYRIGHTNOTICE:
	case A_COPYRIGHTLINE:
		return &s->notice;
	case A_USAGETERMS:
	case A_RIGHTSLINE:
	case A_LIMITATIONS:
		return &s->usage_terms;
	default:
		return NULL;
	}
}

static bool is_line(struct agency_state *s, int tag)
{
	return tag == A_BYLINE || tag == A_KEYWORD || line_of(s, tag) != NULL;
}

bool agency_line_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	if (!is_line(s, e->tag))
		return false;
	wd_xml_capture(s->x, WD_XML_TEXT);
	return true;
}

/** One, or a line of them: "summit, diplomacy; Tokyo". */
static void add_keywords(struct agency_state *s, struct wd_str text)
{
	size_t from = 0;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != ',' && text.p[i] != ';')
			continue;
		wd_field_add_str(s->a, &s->entry.keywords, wd_str_sub(text, from, i));
		from = i + 1;
	}
}

bool agency_line_end(struct agency_state *s, int tag, struct wd_str text)
{
	struct wd_str *line = line_of(s, tag);
	if (tag == A_BYLINE)
		agency_set_byline(s, text);
	else if (tag == A_KEYWORD)
		add_keywords(s, text);
	else if (line != NULL)
		agency_set(s, line, text);
	else
		return false;
	return true;
}

struct wd_enclosure *agency_add_file(
	struct agency_state *s, const struct wd_xml_elem *e, struct wd_str href)
{
	href = wd_field_url(s->pc, s->a, e->base, href);
	struct wd_enclosure *enc = href.n > 0 && s->entry.enclosures.n < WD_MAX_LIST
					   ? wd_vec_push(s->a, &s->entry.enclosures)
					   : NULL;
	if (enc != NULL)
		enc->href = href;
	return enc;
}

/* ---- content ---- */

void agency_content_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	s->loose_depth = e->depth;
	wd_buf_reset(&s->loose);
	wd_buf_reset(&s->parts);
}

/** Text that stood before, between or behind the elements. */
static void take_loose(struct agency_state *s)
{
	struct wd_str loose = wd_buf_str(&s->loose);
	bool is_markup = wd_str_find(loose, WD_STR("</"), 0) != SIZE_MAX;
	for (size_t i = 0; i < loose.n; i++) {
		char c = loose.p[i];
		if (c == '<' && !is_markup)
			wd_buf_addc(&s->parts, "&lt;");
		else if (c == '&' && !is_markup)
			wd_buf_addc(&s->parts, "&amp;");
		else
			wd_buf_putc(&s->parts, c);
	}
	wd_buf_reset(&s->loose);
}

void agency_content_part(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str markup)
{
	take_loose(s);
	wd_buf_printf(&s->parts, "<%.*s>", WD_STR_ARG(e->lower));
	wd_buf_add(&s->parts, markup);
	wd_buf_printf(&s->parts, "</%.*s>", WD_STR_ARG(e->lower));
}

struct wd_str agency_content_end(struct agency_state *s, bool *ret_is_html)
{
	if (s->parts.n == 0) {
		struct wd_str loose = wd_buf_str(&s->loose);
		*ret_is_html = wd_str_find(loose, WD_STR("</"), 0) != SIZE_MAX;
		return loose;
	}
	take_loose(s);
	*ret_is_html = true;
	return wd_buf_str(&s->parts);
}
