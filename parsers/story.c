/*
 * Stories in an agency's or publisher's own XML.
 *
 * Many push formats are nobody's standard: a root element, a headline, a body, an id and a date
 * under names that every newsroom would guess. What an element means is told by its name alone;
 * a document counts only when it has both a headline's and a body's element, and only when no
 * other parser knows it. A second headline or id behind a body starts the next story.
 *
 * "Body", "content", "article" name the text with some agencies and the box around headline and
 * text with others. Which, the first element inside tells: a headline's or an id's makes a box.
 *
 * Names that mean different things to different agencies ("subject", "type") are left out: a field
 * too few is better than a wrong one.
 */
#include "base/utf8.h"
#include "parsers/agency_impl.h"
#include "parsers/parsers.h"

enum story_tag {
	ST_NONE,
	ST_ID,
	ST_TITLE,
	ST_SUBTITLE,
	ST_BODY,
	ST_SUMMARY,
	ST_PUBLISHED,
	ST_TIME,
	ST_UPDATED,
	ST_BYLINE,
	ST_EMAIL,
	ST_SOURCE,
	ST_CITY,
	ST_URL,
	ST_VERSION,
	ST_PRIORITY,
	ST_URGENCY,
	ST_LANGUAGE,
	ST_SECTION,
	ST_KEYWORD,
	ST_RIGHTS,
	ST_SLUG,
	ST_EMBARGO,
};

static const struct wd_xml_tag tags[] = {
	{0, "id", ST_ID},
	{0, "newsid", ST_ID},
	{0, "articleid", ST_ID},
	{0, "contentid", ST_ID},
	{0, "storyid", ST_ID},
	{0, "guid", ST_ID},
	{0, "headline", ST_TITLE},
	{0, "title", ST_TITLE},
	{0, "newstitle", ST_TITLE},
	{0, "subtitle", ST_SUBTITLE},
	{0, "subheadline", ST_SUBTITLE},
	{0, "content", ST_BODY},
	{0, "body", ST_BODY},
	{0, "bodytext", ST_BODY},
	{0, "articlebody", ST_BODY},
	{0, "newscontent", ST_BODY},
	{0, "article", ST_BODY},
	{0, "text", ST_BODY},
	{0, "fulltext", ST_BODY},
	{0, "summary", ST_SUMMARY},
	{0, "abstract", ST_SUMMARY},
	{0, "lead", ST_SUMMARY},
	{0, "description", ST_SUMMARY},
	{0, "publishdate", ST_PUBLISHED},
	{0, "publisheddate", ST_PUBLISHED},
	{0, "publicationdate", ST_PUBLISHED},
	{0, "publishtime", ST_PUBLISHED},
	{0, "published", ST_PUBLISHED},
	{0, "pubdate", ST_PUBLISHED},
	{0, "releasedate", ST_PUBLISHED},
	{0, "datetime", ST_PUBLISHED},
	{0, "date", ST_PUBLISHED},
	{0, "senddate", ST_PUBLISHED},
	{0, "sentdate", ST_PUBLISHED},
	{0, "sendtime", ST_TIME},
	{0, "senttime", ST_TIME},
	{0, "publicationtime", ST_TIME},
	{0, "time", ST_TIME},
	{0, "modified", ST_UPDATED},
	{0, "updated", ST_UPDATED},
	{0, "lastmodified", ST_UPDATED},
	{0, "modifieddate", ST_UPDATED},
	{0, "byline", ST_BYLINE},
	{0, "author", ST_BYLINE},
	{0, "writer", ST_BYLINE},
	{0, "reporter", ST_BYLINE},
	{0, "bylineemail", ST_EMAIL},
	{0, "source", ST_SOURCE},
	{0, "origin", ST_SOURCE},
	{0, "agency", ST_SOURCE},
	{0, "provider", ST_SOURCE},
	{0, "credit", ST_SOURCE},
	{0, "town", ST_CITY},
	{0, "city", ST_CITY},
	{0, "url", ST_URL},
	{0, "link", ST_URL},
	{0, "version", ST_VERSION},
	{0, "revision", ST_VERSION},
	{0, "priority", ST_PRIORITY},
	{0, "urgency", ST_URGENCY},
	{0, "language", ST_LANGUAGE},
	{0, "section", ST_SECTION},
	{0, "category", ST_SECTION},
	{0, "keyword", ST_KEYWORD},
	{0, "copyright", ST_RIGHTS},
	{0, "rights", ST_RIGHTS},
	{0, "slug", ST_SLUG},
	{0, "slugline", ST_SLUG},
	{0, "embargo", ST_EMBARGO},
};

static int lookup(enum wd_xmlns ns, struct wd_str lower)
{
	(void)ns;
	return wd_xml_tag_find(tags, WD_COUNTOF(tags), WD_NS_NONE, lower);
}

/* Names of ST_BODY that may be a box; what the first one in the document holds counts for all. */
static const char *const bodies[] = {
	"content", "body", "newscontent", "article", "articlebody", "text", "bodytext"};

static bool is_box(const struct agency_state *s, struct wd_str lower)
{
	for (size_t i = 0; i < WD_COUNTOF(bodies); i++) {
		if ((s->boxes >> i & 1) != 0 && wd_str_eqc(lower, bodies[i]))
			return true;
	}
	return false;
}

/** The name of the element that starts right behind `at`, white space skipped; empty: text does. */
static struct wd_str first_inside(struct wd_str text, size_t at, char *buf, size_t cap)
{
	size_t n = 0;
	while (at < text.n && wd_is_space(text.p[at]))
		at++;
	if (at >= text.n || text.p[at] != '<')
		return WD_STR_NONE;
	for (at++; at < text.n && n < cap && (wd_is_alnum(text.p[at]) || text.p[at] == ':'); at++) {
		n = text.p[at] == ':' ? 0 : n + 1;
		if (n > 0)
			buf[n - 1] = wd_lower(text.p[at]);
	}
	return (struct wd_str){buf, n};
}

static unsigned find_boxes(struct wd_str text)
{
	unsigned boxes = 0;
	struct wd_str head = wd_str_sub(text, 0, 256 * WD_KIB);
	for (size_t i = 0; i < WD_COUNTOF(bodies); i++) {
		char buf[32];
		int n = snprintf(buf, sizeof(buf), "%s>", bodies[i]);
		struct wd_str name = {buf, (size_t)n};
		size_t at = wd_str_ifind(head, name, 0);
		if (at == SIZE_MAX || at == 0 || (head.p[at - 1] != '<' && head.p[at - 1] != ':'))
			continue;
		struct wd_str first = first_inside(head, at + name.n, buf, sizeof(buf));
		int tag = lookup(WD_NS_NONE, first);
		if (tag == ST_TITLE || tag == ST_ID || tag == ST_SUBTITLE || tag == ST_BYLINE ||
			tag == ST_BODY)
			boxes |= 1U << i;
	}
	return boxes;
}

static int on_start(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct agency_state *s = ctx;
	s->x = x;
	if (e->tag == ST_NONE || e->depth == 1)
		return WD_OK;
	if (e->tag == ST_BODY && is_box(s, e->lower))
		return WD_OK;
	/* A second story, in one root or after it: what was emitted is gone from the arena. */
	if ((e->tag == ST_ID || e->tag == ST_TITLE) && s->has_text && s->in_entry) {
		int rc = agency_emit(s);
		if (rc < 0)
			return rc;
	}
	if (!s->in_entry)
		agency_begin(s);
	wd_xml_capture(x, e->tag == ST_BODY ? WD_XML_MIXED : WD_XML_TEXT);
	return WD_OK;
}

static void add_section(struct agency_state *s, struct wd_str text)
{
	struct wd_category *c = s->entry.categories.n < WD_MAX_LIST
					? wd_vec_push(s->a, &s->entry.categories)
					: NULL;
	if (c != NULL)
		c->term = wd_arena_str(s->a, text);
}

/** A time of day in an element of its own makes the day before it a time. */
static void time_end(struct agency_state *s, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	bool is_compact = s->date_text.n == 8 && wd_str_chr(text, ':', 0) == SIZE_MAX;
	if (en->published.precision != WD_DATE_DAY)
		return;
	struct wd_date day = en->published;
	en->published = (struct wd_date){0};
	wd_field_published(s->pc, en,
		wd_arena_printf(s->a, "%.*s%c%.*s", WD_STR_ARG(s->date_text),
			is_compact ? 'T' : ' ', WD_STR_ARG(text)),
		"date");
	if (en->published.precision != WD_DATE_TIME)
		en->published = day;
}

static void on_dates(struct agency_state *s, int tag, struct wd_str text)
{
	if (tag == ST_PUBLISHED) {
		wd_field_published(s->pc, &s->entry, text, "date");
		agency_set(s, &s->date_text, text);
	} else if (tag == ST_TIME) {
		time_end(s, text);
	} else if (tag == ST_UPDATED) {
		agency_set_date(s, &s->entry.updated, text);
	} else {
		agency_set_date(s, &s->entry.embargoed, text);
	}
}

static void on_field(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	struct wd_str *const plain[] = {[ST_ID] = &en->guid,
		[ST_TITLE] = &en->title,
		[ST_SUMMARY] = &en->summary,
		[ST_SOURCE] = &s->source_name,
		[ST_CITY] = &en->dateline_city,
		[ST_VERSION] = &en->version,
		[ST_LANGUAGE] = &en->language,
		[ST_RIGHTS] = &s->notice,
		[ST_SLUG] = &en->slugline};
	switch ((enum story_tag)e->tag) {
	case ST_BODY:
		agency_add_body(s, text, wd_str_find(text, WD_STR("</"), 0) != SIZE_MAX);
		break;
	case ST_PUBLISHED:
	case ST_TIME:
	case ST_UPDATED:
	case ST_EMBARGO:
		on_dates(s, e->tag, text);
		break;
	case ST_BYLINE:
		agency_set_byline(s, text);
		break;
	case ST_EMAIL:
		if (en->authors.n > 0)
			agency_set(s, &en->authors.v[0].email, text);
		break;
	case ST_URL:
		if (en->link.n == 0)
			en->link = wd_field_url(s->pc, s->a, e->base, text);
		break;
	case ST_PRIORITY:
		en->priority = wd_field_urgency(text);
		break;
	case ST_URGENCY:
		en->urgency = wd_field_urgency(text);
		break;
	case ST_SECTION:
		add_section(s, text);
		break;
	case ST_KEYWORD:
		wd_field_add_str(s->a, &en->keywords, text);
		break;
	default:
		if ((size_t)e->tag < WD_COUNTOF(plain) && plain[e->tag] != NULL)
			agency_set(s, plain[e->tag], text);
		break;
	}
}

static int on_end(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct agency_state *s = ctx;
	const struct wd_xml_content *c = wd_xml_content(x);
	if (e->depth == 1)
		return s->in_entry ? agency_emit(s) : WD_OK;
	if (s->in_entry && e->tag != ST_NONE && c != NULL && wd_utf8_trim(c->text).n > 0)
		on_field(s, e, wd_utf8_trim(c->text));
	return WD_OK;
}

/** An element of one of these names starts in the text. */
static bool has_element(struct wd_str text, int tag)
{
	for (size_t i = 0; i < WD_COUNTOF(tags); i++) {
		char open[40];
		int n = snprintf(open, sizeof(open), "<%s", tags[i].name);
		for (size_t at = 0; tags[i].tag == tag; at++) {
			at = wd_str_ifind(text, (struct wd_str){open, (size_t)n}, at);
			if (at == SIZE_MAX)
				break;
			char after = at + (size_t)n < text.n ? text.p[at + (size_t)n] : '\0';
			if (after == '>' || wd_is_space(after))
				return true;
		}
	}
	return false;
}

static int story_sniff(struct wd_str text, const struct wd_doc *doc)
{
	/* markup and lists that have titles and bodies of other kinds */
	static const char *const others[] = {"html", "opml", "svg", "kml", "xsl", "stylesheet",
		"envelope", "wsdl", "schema", "xbel", "tei", "book", "office", "plist", "error"};
	struct wd_xml_root root;
	(void)doc;
	if (!wd_xml_root(text, &root))
		return 0;
	for (size_t i = 0; i < WD_COUNTOF(others); i++) {
		if (wd_str_ifind(root.name, wd_str_c(others[i]), 0) != SIZE_MAX)
			return 0;
	}
	struct wd_str head = wd_str_sub(text, 0, 256 * WD_KIB);
	if (wd_str_ifind(head, WD_STR("<html"), 0) != SIZE_MAX)
		return 0;
	return has_element(head, ST_TITLE) && has_element(head, ST_BODY) ? 15 : 0;
}

static int story_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	static const struct wd_xml_ops ops = {lookup, on_start, on_end, NULL};
	struct agency_state s = {.pc = ctx, .a = ctx->entry_arena, .err = err};
	struct wd_xml_result result = {0};
	ctx->feed->format = WD_STR("xml");
	s.boxes = find_boxes(ctx->text);
	int rc = wd_xml_parse(ctx->arena, ctx->text, ctx->doc != NULL ? ctx->doc->url : WD_STR_NONE,
		&ops, &s, &result, err);
	ctx->feed->wellformed = result.wellformed;
	ctx->feed->faults = result.faults;
	return rc;
}

const struct wd_parser_ops wd_story_parser = {
	.name = "xml", .sniff = story_sniff, .parse = story_parse};
