/*
 * News agencies' XML: NITF 3.x, NewsML 1.x, NewsML-G2.
 *
 * Problem: the three are used inside one another (NITF in both NewsMLs, XHTML in G2) and agencies
 * take liberties: no namespace or another format's, names in any case, dates and codes of their
 * own.
 *
 * Way: one table tells elements by their local name whatever the namespace says, and the format
 * whose element is open reads it: within <nitf> NITF, else what the document's root is. Each
 * format fills the same entry; what an outer format has said (a headline in G2's contentMeta) is
 * not replaced by an inner one.
 *
 * An entry is a NewsItem (either NewsML), a G2 packageItem that has an identity of its own, or an
 * NITF document. Status "canceled" is kept in pubstatus; deciding what it does is the desk's.
 */
#include "parsers/agency_impl.h"

#include "base/utf8.h"
#include "parsers/parsers.h"

#define ANY WD_NS_NONE
static const struct wd_xml_tag tags[] = {
	{ANY, "itemset", A_ITEMSET},
	{ANY, "sender", A_SENDER},
	{ANY, "sentfrom", A_SENDER},
	{ANY, "newsitem", A_NEWSITEM},
	{ANY, "packageitem", A_PACKAGEITEM},
	{ANY, "rightsinfo", A_RIGHTSINFO},
	{ANY, "copyrightholder", A_COPYRIGHTHOLDER},
	{ANY, "copyrightnotice", A_COPYRIGHTNOTICE},
	{ANY, "usageterms", A_USAGETERMS},
	{ANY, "itemmeta", A_ITEMMETA},
	{ANY, "itemclass", A_ITEMCLASS},
	{ANY, "provider", A_PROVIDER},
	{ANY, "versioncreated", A_VERSIONCREATED},
	{ANY, "firstcreated", A_FIRSTCREATED},
	{ANY, "embargoed", A_EMBARGOED},
	{ANY, "expires", A_EXPIRES},
	{ANY, "pubstatus", A_PUBSTATUS},
	{ANY, "signal", A_SIGNAL},
	{ANY, "ednote", A_EDNOTE},
	{ANY, "link", A_LINK},
	{ANY, "contentmeta", A_CONTENTMETA},
	{ANY, "urgency", A_URGENCY},
	{ANY, "priority", A_PRIORITY},
	{ANY, "contentcreated", A_CONTENTCREATED},
	{ANY, "contentmodified", A_CONTENTMODIFIED},
	{ANY, "located", A_LOCATED},
	{ANY, "creator", A_CREATOR},
	{ANY, "contributor", A_CONTRIBUTOR},
	{ANY, "infosource", A_INFOSOURCE},
	{ANY, "name", A_NAME},
	{ANY, "subject", A_SUBJECT},
	{ANY, "keyword", A_KEYWORD},
	{ANY, "genre", A_GENRE},
	{ANY, "headline", A_HEADLINE},
	{ANY, "by", A_BYLINE},
	{ANY, "dateline", A_DATELINE},
	{ANY, "slugline", A_SLUGLINE},
	{ANY, "creditline", A_CREDITLINE},
	{ANY, "description", A_DESCRIPTION},
	{ANY, "language", A_LANGUAGE},
	{ANY, "inlinexml", A_INLINEXML},
	{ANY, "inlinedata", A_INLINEDATA},
	{ANY, "remotecontent", A_REMOTECONTENT},
	{ANY, "itemref", A_ITEMREF},
	{ANY, "html", A_HTML},
	{ANY, "body", A_BODY},
	{ANY, "newsml", A_NEWSML},
	{ANY, "newsenvelope", A_ENVELOPE},
	{ANY, "providerid", A_PROVIDERID},
	{ANY, "newsitemid", A_NEWSITEMID},
	{ANY, "revisionid", A_REVISIONID},
	{ANY, "publicidentifier", A_PUBLICIDENTIFIER},
	{ANY, "newsmanagement", A_MANAGEMENT},
	{ANY, "thisrevisioncreated", A_THISREVISION},
	{ANY, "status", A_STATUS},
	{ANY, "statuswillchange", A_STATUSWILLCHANGE},
	{ANY, "futurestatus", A_FUTURESTATUS},
	{ANY, "dateandtime", A_DATEANDTIME},
	{ANY, "instruction", A_INSTRUCTION},
	{ANY, "limitations", A_LIMITATIONS},
	{ANY, "newscomponent", A_COMPONENT},
	{ANY, "role", A_ROLE},
	{ANY, "subheadline", A_SUBHEADLINE},
	{ANY, "byline", A_BYLINE},
	{ANY, "copyrightline", A_COPYRIGHTLINE},
	{ANY, "rightsline", A_RIGHTSLINE},
	{ANY, "keywordline", A_KEYWORD},
	{ANY, "party", A_PARTY},
	{ANY, "source", A_SOURCE},
	{ANY, "subjectmatter", A_SUBJECTMATTER},
	{ANY, "subjectdetail", A_SUBJECTMATTER},
	{ANY, "subjectqualifier", A_SUBJECTMATTER},
	{ANY, "property", A_PROPERTY},
	{ANY, "sizeinbytes", A_SIZEINBYTES},
	{ANY, "newslinetype", A_NEWSLINETYPE},
	{ANY, "newslinetext", A_NEWSLINETEXT},
	{ANY, "location", A_LOCATION},
	{ANY, "contentitem", A_CONTENTITEM},
	{ANY, "mediatype", A_MEDIATYPE},
	{ANY, "mimetype", A_MIMETYPE},
	{ANY, "characteristics", A_CHARACTERISTICS},
	{ANY, "datacontent", A_DATACONTENT},
	{ANY, "namelabel", A_NAMELABEL},
	{ANY, "nitf", A_NITF},
	{ANY, "title", A_TITLE},
	{ANY, "docdata", A_DOCDATA},
	{ANY, "doc-id", A_DOCID},
	{ANY, "date.issue", A_DATEISSUE},
	{ANY, "date.release", A_DATERELEASE},
	{ANY, "date.expire", A_DATEEXPIRE},
	{ANY, "doc.copyright", A_DOCCOPYRIGHT},
	{ANY, "doc.rights", A_DOCRIGHTS},
	{ANY, "evloc", A_EVLOC},
	{ANY, "note", A_NOTE},
	{ANY, "ed-msg", A_EDMSG},
	{ANY, "tobject.subject", A_TOBJECTSUBJECT},
	{ANY, "pubdata", A_PUBDATA},
	{ANY, "meta", A_META},
	{ANY, "tobject.property", A_TOBJECTPROPERTY},
	{ANY, "correction", A_CORRECTION},
	{ANY, "body.head", A_BODYHEAD},
	{ANY, "hedline", A_HEDLINE},
	{ANY, "hl1", A_HL1},
	{ANY, "hl2", A_HL2},
	{ANY, "abstract", A_ABSTRACT},
	{ANY, "distributor", A_DISTRIBUTOR},
	{ANY, "body.content", A_BODYCONTENT},
};

static int agency_lookup(enum wd_xmlns ns, struct wd_str lower)
{
	(void)ns; /* agencies put these names into any namespace */
	return wd_xml_tag_find(tags, WD_COUNTOF(tags), ANY, lower);
}

/* ---- the entry ---- */

void agency_begin(struct agency_state *s)
{
	s->entry = (struct wd_entry){0};
	s->in_entry = true;
	s->is_package = s->has_text = s->headline_is_main = s->is_embargoed = false;
	s->will_be_usable = false;
	s->creator = s->provider_code = s->line_type = s->caption = s->correction = WD_STR_NONE;
	s->date_text = WD_STR_NONE;
	s->image_extent = 0;
	s->file_depth = 0;
	s->city_is_origin = false;
	s->subject = NULL;
	s->component_count = 0;
	s->usage_terms = s->notice = s->provider = s->provider_id = s->item_id = WD_STR_NONE;
	s->any_headline = s->source_name = s->nitf_title = s->event_city = s->attr = WD_STR_NONE;
}

/** Words of the visible text: tags are left out, entities count as what they stand in. */
static int64_t count_words(struct wd_str s)
{
	int64_t n = 0;
	bool in_tag = false, in_word = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '<')
			in_tag = true;
		bool gap = in_tag || wd_is_space(c);
		n += !gap && !in_word;
		in_word = !gap && (in_word || !gap);
		if (c == '>')
			in_tag = false;
	}
	return n;
}

static void finish_source(struct agency_state *s)
{
	struct wd_str name = s->source_name.n > 0 ? s->source_name : s->provider;
	if (name.n == 0)
		return;
	if (s->entry.credit.n == 0)
		s->entry.credit = name;
	s->entry.source = wd_arena_new_of(s->a, struct wd_feed);
	if (s->entry.source != NULL)
		s->entry.source->title = name;
}

int agency_emit(struct agency_state *s)
{
	struct wd_entry *e = &s->entry;
	bool named = e->guid.n > 0 || e->title.n > 0 || e->content.n > 0;
	int rc = WD_OK;
	s->in_entry = false;
	if (e->title.n == 0)
		e->title = s->any_headline.n > 0 ? s->any_headline : s->nitf_title;
	e->title_type = WD_STR("text/plain");
	e->rights = s->usage_terms.n > 0 ? s->usage_terms : s->notice;
	if (e->priority == 0)
		e->priority = wd_field_urgency(s->priority);
	if (e->word_count == 0 && e->content.n > 0)
		e->word_count = count_words(e->content.v[0].value);
	/* an embargo with its date is that date; without one the item is withheld */
	if (s->is_embargoed && e->embargoed.precision != WD_DATE_NONE)
		e->pubstatus = WD_STR("usable");
	agency_set(s, &e->dateline_city, s->event_city);
	finish_source(s);
	agency_home_dates(s);
	if (named && (!s->is_package || e->guid.n > 0)) {
		if (++s->count > WD_MAX_ENTRIES)
			return wd_err_set(s->err, WD_E_LIMIT, "more than %d items", WD_MAX_ENTRIES);
		if (s->x != NULL)
			wd_xml_take_faults(s->x, s->a, &e->faults);
		rc = s->pc->emit(e, s->pc->feed, s->pc->emit_ctx);
	}
	wd_arena_reset(s->a);
	return rc;
}

/* ---- events ---- */

static int agency_start(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct agency_state *s = ctx;
	s->x = x;
	s->depth = e->depth;
	if (e->tag == A_NITF && s->nitf_depth == 0) {
		s->nitf_depth = e->depth;
		if (!s->in_entry)
			agency_begin(s);
		return agency_nitf_start(s, e);
	}
	if (s->nitf_depth > 0)
		return agency_nitf_start(s, e);
	return s->pc->feed->format.n > 0 && wd_str_eqc(s->pc->feed->format, "newsml1")
		       ? agency_n1_start(s, e)
		       : agency_g2_start(s, e);
}

static int agency_end(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct agency_state *s = ctx;
	const struct wd_xml_content *c = wd_xml_content(x);
	struct wd_str text = c != NULL ? c->text : WD_STR_NONE;
	bool n1 = wd_str_eqc(s->pc->feed->format, "newsml1");
	int rc;
	if (s->nitf_depth > 0) {
		rc = agency_nitf_end(s, e, text);
		if (e->depth == s->nitf_depth)
			s->nitf_depth = 0;
		if (rc == WD_OK && e->tag == A_NITF && e->depth == 1)
			rc = agency_emit(s);
	} else {
		rc = n1 ? agency_n1_end(s, e, text) : agency_g2_end(s, e, text);
	}
	if (s->loose_depth == e->depth)
		s->loose_depth = 0;
	s->depth = e->depth - 1;
	return rc;
}

static int agency_text(struct wd_xml *x, struct wd_str text, void *ctx)
{
	struct agency_state *s = ctx;
	(void)x;
	if (s->loose_depth > 0 && s->depth == s->loose_depth)
		wd_buf_add(&s->loose, text);
	return WD_OK;
}

static int agency_parse(struct wd_parse_ctx *ctx, const char *format, struct wd_err *err)
{
	static const struct wd_xml_ops ops = {agency_lookup, agency_start, agency_end, agency_text};
	struct agency_state s = {.pc = ctx, .a = ctx->entry_arena, .err = err};
	struct wd_xml_result result = {0};
	ctx->feed->format = wd_str_c(format);
	wd_buf_init(&s.loose, WD_MAX_BODY_BYTES);
	wd_buf_init(&s.parts, WD_MAX_BODY_BYTES);
	int rc = wd_xml_parse(ctx->arena, ctx->text, ctx->doc != NULL ? ctx->doc->url : WD_STR_NONE,
		&ops, &s, &result, err);
	s.x = NULL;
	if (rc == WD_OK && s.in_entry) /* an NITF where no item is open */
		rc = agency_emit(&s);
	wd_buf_done(&s.loose);
	wd_buf_done(&s.parts);
	ctx->feed->wellformed = result.wellformed;
	ctx->feed->faults = result.faults;
	return rc;
}

/* ---- detection ---- */

static bool root_is(struct wd_str text, const char *const *names)
{
	struct wd_xml_root root;
	if (!wd_xml_root(text, &root))
		return false;
	for (; *names != NULL; names++) {
		if (wd_str_eqc(root.name, *names))
			return true;
	}
	return false;
}

static int nitf_sniff(struct wd_str text, const struct wd_doc *doc)
{
	static const char *const names[] = {"nitf", NULL};
	(void)doc;
	return root_is(text, names) ? 95 : 0;
}

static int newsml1_sniff(struct wd_str text, const struct wd_doc *doc)
{
	static const char *const names[] = {"newsml", NULL};
	(void)doc;
	return root_is(text, names) ? 95 : 0;
}

static int newsmlg2_sniff(struct wd_str text, const struct wd_doc *doc)
{
	static const char *const names[] = {
		"newsmessage", "newsitem", "packageitem", "itemset", NULL};
	(void)doc;
	return root_is(text, names) ? 95 : 0;
}

static int nitf_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	return agency_parse(ctx, "nitf", err);
}

static int newsml1_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	return agency_parse(ctx, "newsml1", err);
}

static int newsmlg2_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	return agency_parse(ctx, "newsmlg2", err);
}

const struct wd_parser_ops wd_nitf_parser = {
	.name = "nitf", .sniff = nitf_sniff, .parse = nitf_parse};
const struct wd_parser_ops wd_newsml1_parser = {
	.name = "newsml1", .sniff = newsml1_sniff, .parse = newsml1_parse};
const struct wd_parser_ops wd_newsmlg2_parser = {
	.name = "newsmlg2", .sniff = newsmlg2_sniff, .parse = newsmlg2_parse};
