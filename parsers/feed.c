/*
 * XML feeds: RSS 0.90–2.0, RDF, Atom 0.3 and 1.0, CDF, in one handler.
 *
 * Problem: feeds mix dialects (atom:link in RSS, dc:date in Atom, RSS elements under a namespace of
 * somebody's invention). A parser per dialect would know each element several times.
 *
 * Way: one table maps (namespace, name) to what the element means; the dialect only decides the
 * format name and a few defaults. Elements count where they belong (a title in an image is no
 * entry's), decided by the nearest container. Candidates of lower rank (dc:title, media:title,
 * dc:date) are kept apart and used when the entry ends without better ones.
 *
 * Invariants: one entry's memory at a time (entry_arena, reset after emit); feed-level lists are
 * capped at WD_MAX_LIST; entries at WD_MAX_ENTRIES.
 */
#include "parsers/feed_impl.h"

#include "base/url.h"
#include "base/utf8.h"
#include "parsers/html.h"

#define CORE WD_NS_NONE
static const struct wd_xml_tag tags[] = {
	{CORE, "rss", T_RSS},
	{WD_NS_RDF, "rdf", T_RDF},
	{CORE, "rdf", T_RDF},
	{CORE, "feed", T_FEED},
	{CORE, "channel", T_CHANNEL},
	{CORE, "item", T_ENTRY},
	{CORE, "entry", T_ENTRY},
	{CORE, "source", T_SOURCE},
	{CORE, "image", T_IMAGE},
	{CORE, "textinput", T_TEXTINPUT},
	{CORE, "author", T_AUTHOR},
	{CORE, "contributor", T_CONTRIBUTOR},
	{CORE, "name", T_NAME},
	{CORE, "email", T_EMAIL},
	{CORE, "uri", T_URI},
	{CORE, "homepage", T_URI},
	{CORE, "url", T_URL},
	{CORE, "title", T_TITLE},
	{CORE, "link", T_LINK},
	{CORE, "description", T_DESCRIPTION},
	{CORE, "abstract", T_DESCRIPTION},
	{CORE, "tagline", T_DESCRIPTION},
	{CORE, "subtitle", T_DESCRIPTION},
	{CORE, "info", T_IGNORED},
	{CORE, "summary", T_SUMMARY},
	{CORE, "content", T_CONTENT},
	{CORE, "body", T_BODY},
	{CORE, "fullitem", T_BODY},
	{CORE, "rights", T_RIGHTS},
	{CORE, "copyright", T_RIGHTS},
	{CORE, "id", T_ID},
	{CORE, "guid", T_GUID},
	{CORE, "comments", T_COMMENTS},
	{CORE, "category", T_CATEGORY},
	{CORE, "keywords", T_KEYWORDS},
	{CORE, "tags", T_KEYWORDS},
	{CORE, "enclosure", T_ENCLOSURE},
	{CORE, "generator", T_GENERATOR},
	{CORE, "language", T_LANGUAGE},
	{CORE, "logo", T_LOGO},
	{CORE, "icon", T_ICON},
	{CORE, "managingeditor", T_AUTHOR},
	{CORE, "webmaster", T_WEBMASTER},
	{CORE, "publisher", T_PUBLISHER},
	{CORE, "pubdate", T_PUBLISHED},
	{CORE, "published", T_PUBLISHED},
	{CORE, "issued", T_PUBLISHED},
	{CORE, "date", T_DC_DATE},
	{CORE, "lastbuilddate", T_UPDATED},
	{CORE, "updated", T_UPDATED},
	{CORE, "modified", T_UPDATED},
	{CORE, "lastmod", T_UPDATED},
	{CORE, "created", T_CREATED},
	{CORE, "expirationdate", T_EXPIRED},
	{CORE, "ttl", T_TTL},
	{CORE, "skiphours", T_SKIPHOURS},
	{CORE, "skipdays", T_SKIPDAYS},
	{CORE, "hour", T_HOUR},
	{CORE, "day", T_DAY},
	{WD_NS_DC, "title", T_DC_TITLE},
	{WD_NS_DC, "creator", T_AUTHOR},
	{WD_NS_DC, "author", T_AUTHOR},
	{WD_NS_DC, "contributor", T_CONTRIBUTOR},
	{WD_NS_DC, "publisher", T_PUBLISHER},
	{WD_NS_DC, "date", T_DC_DATE},
	{WD_NS_DC, "description", T_DC_DESCRIPTION},
	{WD_NS_DC, "subject", T_DC_SUBJECT},
	{WD_NS_DC, "language", T_LANGUAGE},
	{WD_NS_DC, "rights", T_RIGHTS},
	{WD_NS_DC, "source", T_DC_SOURCE},
	{WD_NS_DC, "identifier", T_DC_IDENTIFIER},
	{WD_NS_DCTERMS, "created", T_CREATED},
	{WD_NS_DCTERMS, "issued", T_PUBLISHED},
	{WD_NS_DCTERMS, "date", T_DC_DATE},
	{WD_NS_DCTERMS, "modified", T_UPDATED},
	{WD_NS_DCTERMS, "valid", T_VALID},
	{WD_NS_DCTERMS, "title", T_DC_TITLE},
	{WD_NS_DCTERMS, "creator", T_AUTHOR},
	{WD_NS_DCTERMS, "contributor", T_CONTRIBUTOR},
	{WD_NS_DCTERMS, "publisher", T_PUBLISHER},
	{WD_NS_DCTERMS, "subject", T_DC_SUBJECT},
	{WD_NS_DCTERMS, "rights", T_RIGHTS},
	{WD_NS_DCTERMS, "abstract", T_DC_DESCRIPTION},
	{WD_NS_DCTERMS, "description", T_DC_DESCRIPTION},
	{WD_NS_CONTENT, "encoded", T_ENCODED},
	{WD_NS_CONTENT, "payload", T_ENCODED},
	{WD_NS_XHTML, "body", T_BODY},
	{WD_NS_XHTML, "div", T_BODY},
	{WD_NS_MEDIA, "group", T_MEDIA_GROUP},
	{WD_NS_MEDIA, "content", T_MEDIA_CONTENT},
	{WD_NS_MEDIA, "title", T_MEDIA_TITLE},
	{WD_NS_MEDIA, "description", T_MEDIA_DESCRIPTION},
	{WD_NS_MEDIA, "thumbnail", T_MEDIA_THUMBNAIL},
	{WD_NS_MEDIA, "category", T_CATEGORY},
	{WD_NS_MEDIA, "keywords", T_MEDIA_KEYWORDS},
	{WD_NS_MEDIA, "credit", T_MEDIA_CREDIT},
	{WD_NS_MEDIA, "license", T_LICENSE},
	{WD_NS_ITUNES, "author", T_AUTHOR},
	{WD_NS_ITUNES, "owner", T_OWNER},
	{WD_NS_ITUNES, "name", T_NAME},
	{WD_NS_ITUNES, "email", T_EMAIL},
	{WD_NS_ITUNES, "image", T_ITUNES_IMAGE},
	{WD_NS_ITUNES, "link", T_LINK},
	{WD_NS_ITUNES, "summary", T_ITUNES_SUMMARY},
	{WD_NS_ITUNES, "subtitle", T_ITUNES_SUBTITLE},
	{WD_NS_ITUNES, "category", T_ITUNES_CATEGORY},
	{WD_NS_ITUNES, "keywords", T_KEYWORDS},
	{WD_NS_GOOGLEPLAY, "author", T_AUTHOR},
	{WD_NS_GOOGLEPLAY, "image", T_ITUNES_IMAGE},
	{WD_NS_GOOGLEPLAY, "description", T_ITUNES_SUMMARY},
	{WD_NS_CC, "license", T_LICENSE},
	{WD_NS_ADMIN, "generatoragent", T_GENERATOR_AGENT},
	{WD_NS_SY, "updateperiod", T_SY_PERIOD},
	{WD_NS_SY, "updatefrequency", T_SY_FREQUENCY},
	{WD_NS_HISTORY, "complete", T_COMPLETE},
	{WD_NS_FEEDBURNER, "origlink", T_ORIG_LINK},
	{WD_NS_PRISM, "publicationdate", T_DC_DATE},
	{WD_NS_PRISM, "teaser", T_LEAD},
	{CORE, "teaser", T_LEAD},
	{CORE, "standfirst", T_LEAD},
	{CORE, "lead", T_LEAD},
	{WD_NS_OTHER, "teaser", T_LEAD},
	{WD_NS_OTHER, "standfirst", T_LEAD},
	{WD_NS_OTHER, "lead", T_LEAD},
	{WD_NS_OTHER, "first_line", T_LEAD},
	{WD_NS_OTHER, "byline", T_WIRE_BYLINE},
	{WD_NS_OTHER, "dateline", T_WIRE_DATELINE},
	{WD_NS_OTHER, "datelinelocation", T_WIRE_PLACE},
	{WD_NS_OTHER, "slugline", T_WIRE_SLUG},
	{WD_NS_OTHER, "slug", T_WIRE_SLUG},
	{WD_NS_OTHER, "ednote", T_WIRE_EDNOTE},
	{WD_NS_OTHER, "editorialnote", T_WIRE_EDNOTE},
	{WD_NS_OTHER, "editornote", T_WIRE_EDNOTE},
	{WD_NS_OTHER, "managementsequencenumber", T_WIRE_VERSION},
	{WD_NS_OTHER, "publishingstatus", T_WIRE_STATUS},
	{WD_NS_OTHER, "publishing_status", T_WIRE_STATUS},
	{WD_NS_OTHER, "pubstatus", T_WIRE_STATUS},
	{WD_NS_OTHER, "priority", T_WIRE_PRIORITY},
	{WD_NS_OTHER, "urgency", T_WIRE_URGENCY},
	{WD_NS_OTHER, "instruction", T_WIRE_ALERT},
};

static int lookup(enum wd_xmlns ns, struct wd_str name)
{
	if (ns == WD_NS_ATOM || ns == WD_NS_ATOM03)
		ns = CORE;
	if (wd_str_eqc(name, "rdf") && ns == WD_NS_RDF)
		return T_RDF;
	return wd_xml_tag_find(tags, WD_COUNTOF(tags), ns, name);
}

/* ---- where an element stands ---- */

enum feed_where feed_where(const struct feed_state *s, const struct wd_xml_elem *e)
{
	for (const struct wd_xml_elem *up = e->parent; up != NULL; up = up->parent) {
		switch ((enum feed_tag)up->tag) {
		case T_ENTRY:
			return s->in_entry ? IN_ENTRY : IN_NOTHING;
		case T_SOURCE:
			return s->in_entry && s->entry.source != NULL ? IN_SOURCE : IN_NOTHING;
		case T_IMAGE:
			return IN_IMAGE;
		case T_CHANNEL:
		case T_FEED:
		case T_RSS:
		case T_RDF:
			return IN_FEED;
		case T_AUTHOR:
		case T_CONTRIBUTOR:
		case T_OWNER:
		case T_MEDIA_GROUP:
		case T_MEDIA_CONTENT:
		case T_SKIPHOURS:
		case T_SKIPDAYS:
		case T_ITUNES_CATEGORY:
			continue;
		default:
			/* An unknown wrapper: what it holds is its own, but for whole entries. */
			if (e->tag == T_ENTRY)
				continue;
			return IN_NOTHING;
		}
	}
	return e->depth == 1 || e->tag == T_ENTRY ? IN_FEED : IN_NOTHING;
}

struct wd_arena *feed_arena(const struct feed_state *s, enum feed_where where)
{
	return where == IN_ENTRY || where == IN_SOURCE ? s->pc->entry_arena : s->pc->arena;
}

struct wd_feed *feed_of(struct feed_state *s, enum feed_where where)
{
	return where == IN_SOURCE ? s->entry.source : s->feed;
}

/* ---- the format ---- */

static const char *rss_format(struct wd_str version)
{
	version = wd_str_trim(version);
	if (wd_str_starts(version, WD_STR("0.90")))
		return "rss090";
	if (wd_str_starts(version, WD_STR("0.91")))
		return "rss091";
	if (wd_str_starts(version, WD_STR("0.92")))
		return "rss092";
	if (wd_str_starts(version, WD_STR("0.93")))
		return "rss093";
	if (wd_str_starts(version, WD_STR("0.94")))
		return "rss094";
	if (wd_str_starts(version, WD_STR("1.")))
		return "rss10";
	return "rss20";
}

static void see_root(struct feed_state *s, const struct wd_xml_elem *e)
{
	if (s->feed->format.n > 0 || e->depth > 2)
		return;
	const char *format = NULL;
	switch ((enum feed_tag)e->tag) {
	case T_RSS:
		format = rss_format(wd_xml_attr(e, "version"));
		break;
	case T_RDF:
		format = "rss10";
		break;
	case T_FEED: {
		struct wd_str v = wd_xml_attr(e, "version");
		bool old = e->ns == WD_NS_ATOM03 ||
			   (e->ns != WD_NS_ATOM && wd_str_starts(v, WD_STR("0.")));
		format = old ? "atom03" : "atom10";
		break;
	}
	case T_ENTRY:
		format = e->ns == WD_NS_ATOM     ? "atom10"
			 : e->ns == WD_NS_ATOM03 ? "atom03"
						 : "rss20";
		break;
	case T_CHANNEL: /* <CHANNEL HREF=…> is Microsoft's CDF, else an RSS that lost its root */
		format = wd_xml_has_attr(e, "href") ? "cdf" : "rss20";
		break;
	default:
		return;
	}
	s->feed->format = wd_str_c(format);
}

/* ---- pictures nobody declared ---- */

/* The first <img src="…"> of an HTML text; empty: none. */
static struct wd_str first_image(struct wd_arena *a, struct wd_str html, struct wd_str base)
{
	for (size_t at = 0;; at++) {
		at = wd_str_ifind(html, WD_STR("<img"), at);
		if (at == SIZE_MAX)
			return WD_STR_NONE;
		size_t end = wd_str_chr(html, '>', at);
		struct wd_str tag = wd_str_sub(html, at, end);
		size_t src = wd_str_ifind(tag, WD_STR("src="), 4);
		if (src == SIZE_MAX || !wd_is_space(tag.p[src - 1]))
			continue;
		struct wd_str v = wd_str_from(tag, src + 4);
		char quote = v.n > 0 && (v.p[0] == '"' || v.p[0] == '\'') ? v.p[0] : ' ';
		v = quote == ' ' ? v : wd_str_from(v, 1);
		v = wd_str_sub(v, 0, wd_str_chr(v, quote, 0));
		if (v.n > 0 && !wd_str_istarts(v, WD_STR("data:")))
			return wd_url_resolve(a, base, wd_html_unescape(a, v, true));
	}
}

static void find_image(struct feed_state *s)
{
	struct wd_entry *en = &s->entry;
	struct wd_arena *a = s->pc->entry_arena;
	struct wd_str base = s->pc->doc->url;
	if (en->image.href.n == 0 && en->media_thumbnails.n > 0)
		en->image.href = en->media_thumbnails.v[0].href;
	WD_VEC_EACH (const struct wd_enclosure, e, &en->enclosures) {
		if (en->image.href.n == 0 && wd_str_istarts(e->type, WD_STR("image/")))
			en->image.href = e->href;
	}
	WD_VEC_EACH (const struct wd_content, c, &en->content) {
		if (en->image.href.n == 0)
			en->image.href = first_image(a, c->value, c->base.n > 0 ? c->base : base);
	}
	if (en->image.href.n == 0)
		en->image.href = first_image(
			a, en->summary, en->summary_base.n > 0 ? en->summary_base : base);
}

/* ---- entries ---- */

static void entry_begin(struct feed_state *s, const struct wd_xml_elem *e)
{
	if (s->feed->format.n == 0) /* under a root nobody knows */
		s->feed->format = e->ns == WD_NS_ATOM     ? WD_STR("atom10")
				  : e->ns == WD_NS_ATOM03 ? WD_STR("atom03")
							  : WD_STR("rss20");
	wd_arena_reset(s->pc->entry_arena);
	s->entry = (struct wd_entry){.guid_is_permalink = true};
	s->in_entry = true;
	s->alt_title = s->alt_summary = s->alt_subtitle = s->alt_id = s->alt_link = s->alt_image =
		WD_STR_NONE;
	s->dc_date = (struct wd_date){0};
	s->dc_date_reason = WD_STR_NONE;
	s->rank_link = false;
	struct wd_str about = wd_xml_attr_ns(e, WD_NS_RDF, "about");
	if (about.n > 0)
		s->alt_id = wd_arena_str(s->pc->entry_arena, wd_str_trim(about));
	/* CDF: <ITEM HREF="…"> */
	struct wd_str href = wd_xml_attr_ns(e, WD_NS_NONE, "href");
	if (href.n > 0)
		s->alt_link = wd_url_resolve(s->pc->entry_arena, e->base, href);
	(void)feed_date_of(s, wd_xml_attr_ns(e, WD_NS_NONE, "lastmod"), &s->entry.updated, NULL);
	if (e->lang.n > 0)
		s->entry.language = wd_arena_str(s->pc->entry_arena, e->lang);
}

static void entry_end(struct feed_state *s)
{
	struct wd_entry *en = &s->entry;
	struct wd_arena *a = s->pc->entry_arena;

	s->in_entry = false;
	if (en->title.n == 0)
		en->title = s->alt_title;
	if (s->alt_summary.n == 0)
		s->alt_summary = s->alt_subtitle;
	if (en->summary.n == 0 && s->alt_summary.n > 0) {
		en->summary = s->alt_summary;
		en->summary_type = WD_STR("text");
	}
	if (en->guid.n == 0)
		en->guid = s->alt_id;
	if (en->link.n == 0 && en->guid.n > 0 && en->guid_is_permalink && wd_url_is_http(en->guid))
		en->link = en->guid;
	if (en->link.n == 0)
		en->link = s->alt_link;
	find_image(s);
	if (s->dc_date.precision != WD_DATE_NONE) {
		if (en->published.precision == WD_DATE_NONE) {
			en->published = s->dc_date;
			en->date_field = WD_STR("dc:date");
			en->date_reason = WD_STR_NONE;
		}
		if (en->updated.precision == WD_DATE_NONE)
			en->updated = s->dc_date;
	} else if (en->published.precision == WD_DATE_NONE && en->date_reason.n == 0) {
		en->date_reason = s->dc_date_reason;
	}
	if (en->language.n == 0 && s->feed->language.n > 0)
		en->language = s->feed->language;
	wd_xml_take_faults(s->x, a, &en->faults);
	s->entries++;
	if (s->entries > WD_MAX_ENTRIES) {
		wd_xml_fault(s->x, "too-many-entries");
		return;
	}
	s->rc = s->pc->emit(en, s->feed, s->pc->emit_ctx);
	wd_arena_reset(a);
}

/* ---- events ---- */

/* A field of an entry in an agency's own extension, which may be wrapped once. */
static bool is_wire(const struct feed_state *s, const struct wd_xml_elem *e)
{
	const struct wd_xml_elem *up = e->parent;
	if ((e->tag != T_LEAD && !feed_wire_is((enum feed_tag)e->tag)) || !s->in_entry ||
		up == NULL)
		return false;
	return up->tag == T_ENTRY || (up->tag == T_NONE && up->ns == WD_NS_OTHER &&
					     up->parent != NULL && up->parent->tag == T_ENTRY);
}

static int on_start(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct feed_state *s = ctx;
	s->x = x;
	see_root(s, e);
	enum feed_where where = is_wire(s, e) ? IN_ENTRY : feed_where(s, e);
	if (where == IN_NOTHING)
		return WD_OK;
	if (e->tag == T_ENTRY && !s->in_entry) {
		entry_begin(s, e);
		return WD_OK;
	}
	if (e->tag == T_CHANNEL && wd_str_eqc(s->feed->format, "cdf")) {
		struct wd_str href = wd_xml_attr(e, "href");
		s->feed->link = wd_url_resolve(s->pc->arena, e->base, href);
		(void)feed_date_of(s, wd_xml_attr(e, "lastmod"), &s->feed->updated, NULL);
	}
	if ((e->tag == T_FEED || e->tag == T_CHANNEL) && s->feed->language.n == 0 && e->lang.n > 0)
		s->feed->language = wd_arena_str(s->pc->arena, e->lang);
	int rc = feed_core_start(s, e, where);
	if (where == IN_ENTRY)
		feed_wire_start(s, e);
	return rc != WD_OK ? rc : feed_mod_start(s, e, where);
}

static int on_end(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct feed_state *s = ctx;
	s->x = x;
	if (e->tag == T_ENTRY && s->in_entry &&
		(e->parent == NULL || wd_xml_within(e->parent, T_ENTRY) == NULL)) {
		entry_end(s);
		return s->rc;
	}
	enum feed_where where = is_wire(s, e) ? IN_ENTRY : feed_where(s, e);
	if (where == IN_NOTHING)
		return WD_OK;
	feed_core_end(s, e, where);
	feed_mod_end(s, e, where);
	if (where == IN_ENTRY && wd_xml_content(x) != NULL)
		feed_wire_end(s, e, wd_xml_content(x)->text);
	return WD_OK;
}

static int on_text(struct wd_xml *x, struct wd_str text, void *ctx)
{
	struct feed_state *s = ctx;
	(void)x;
	if (s->loose_in != NULL && s->person != NULL)
		wd_buf_add(&s->loose, text);
	return WD_OK;
}

/* ---- the feed's end ---- */

static void feed_finish(struct feed_state *s)
{
	struct wd_feed *f = s->feed;
	if (f->title.n == 0)
		f->title = s->feed_alt_title;
	if (f->description.n == 0)
		f->description = s->feed_alt_description;
	if (f->image.href.n == 0)
		f->image.href = s->feed_alt_image;
	if (f->image.href.n == 0)
		f->image.href = first_image(s->pc->arena, f->description, s->pc->doc->url);
	if (s->feed_dc_date.precision != WD_DATE_NONE) {
		if (f->updated.precision == WD_DATE_NONE)
			f->updated = s->feed_dc_date;
		if (f->published.precision == WD_DATE_NONE)
			f->published = s->feed_dc_date;
	}
	if (s->webmaster.name.n + s->webmaster.email.n > 0) {
		if (f->publisher.name.n + f->publisher.email.n == 0)
			f->publisher = s->webmaster;
		if (f->authors.n == 0)
			feed_add_person(s->pc->arena, &f->authors, s->webmaster);
	}
	if (f->authors.n == 0) /* who owns it, when nobody is named as its author */
		feed_add_person(s->pc->arena, &f->authors, f->publisher);
	if (f->language.n == 0 && s->pc->doc->hints.language.n > 0)
		f->language = s->pc->doc->hints.language;
	if (f->ttl_s == 0 && s->sy_period_s > 0)
		f->ttl_s = s->sy_period_s / WD_MAX(s->sy_frequency, 1u);
	/* With RSS 0.90 as with 1.0 the root is rdf:RDF; only the vocabulary's name tells. */
	struct wd_xml_root root;
	if (wd_str_eqc(f->format, "rss10") && wd_xml_root(s->pc->text, &root) &&
		wd_str_find(root.tag, WD_STR("netscape.com/rdf/simple/0.9"), 0) != SIZE_MAX)
		f->format = WD_STR("rss090");
}

static int parse(struct wd_parse_ctx *pc, struct wd_err *err)
{
	static const struct wd_xml_ops ops = {lookup, on_start, on_end, on_text};
	struct feed_state s = {.pc = pc, .feed = pc->feed};
	struct wd_xml_result result;
	wd_buf_init(&s.loose, WD_MAX_TITLE_BYTES);
	int rc = wd_xml_parse(pc->arena, pc->text, pc->doc->url, &ops, &s, &result, err);
	wd_buf_done(&s.loose);
	feed_finish(&s);
	pc->feed->wellformed = result.wellformed;
	pc->feed->faults = result.faults;
	return s.rc < 0 ? s.rc : rc;
}

/* Items under a root that is damaged or of somebody's own making. Pages never count: they may show
 * such markup. */
static bool holds_items(struct wd_str text)
{
	static const char *const starts[] = {"<item>", "<item ", "<entry>", "<entry "};
	struct wd_str head = wd_str_sub(text, 0, 64 * WD_KIB);
	if (wd_str_ifind(head, WD_STR("<html"), 0) != SIZE_MAX ||
		wd_str_ifind(head, WD_STR("<body"), 0) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < WD_COUNTOF(starts); i++) {
		size_t at = wd_str_find(head, wd_str_c(starts[i]), 0);
		if (at != SIZE_MAX && wd_str_find(head, WD_STR("<title"), at) != SIZE_MAX)
			return true;
	}
	return false;
}

static int sniff(struct wd_str text, const struct wd_doc *doc)
{
	struct wd_xml_root root;
	(void)doc;
	if (!wd_xml_root(text, &root))
		return 0;
	static const char *const certain[] = {"rss", "rdf", "feed"};
	static const char *const likely[] = {"channel", "item", "entry"};
	for (size_t i = 0; i < WD_COUNTOF(certain); i++) {
		if (wd_str_eqc(root.name, certain[i]))
			return 90;
	}
	for (size_t i = 0; i < WD_COUNTOF(likely); i++) {
		if (wd_str_eqc(root.name, likely[i]))
			return 70;
	}
	return holds_items(text) ? 10 : 0;
}

const struct wd_parser_ops wd_feed_parser = {"xml", sniff, parse};
