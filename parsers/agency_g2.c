/*
 * NewsML-G2 (IPTC): newsItem and packageItem, alone or in a newsMessage. What an element says
 * stands in a qcode, a literal or a <name> inside it, whichever the agency fills.
 */
#include "base/utf8.h"
#include "parsers/agency_impl.h"

/** ninat:text → text; for packages the class is always composite. */
static void class_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_str code = wd_xml_attr(e, "qcode");
	if (code.n == 0)
		code = wd_xml_attr(e, "uri");
	size_t slash = SIZE_MAX;
	for (size_t i = 0; i < code.n; i++)
		slash = code.p[i] == '/' ? i : slash;
	if (slash != SIZE_MAX)
		code = wd_str_from(code, slash + 1);
	agency_set(s, &s->entry.item_type, wd_field_qcode_value(code));
}

/** What names a concept without a <name>: its literal, else the last part of its code. */
static struct wd_str literal_of(const struct wd_xml_elem *e)
{
	struct wd_str s = wd_xml_attr(e, "literal"), uri = wd_xml_attr(e, "uri");
	size_t slash = SIZE_MAX;
	if (s.n > 0)
		return s;
	s = wd_field_qcode_value(wd_xml_attr(e, "qcode"));
	for (size_t i = 0; i < uri.n; i++)
		slash = uri.p[i] == '/' ? i : slash;
	return s.n > 0 ? s : wd_str_from(uri, slash == SIZE_MAX ? 0 : slash + 1);
}

static void subject_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_str qcode = wd_utf8_trim(wd_xml_attr(e, "qcode")),
		      uri = wd_utf8_trim(wd_xml_attr(e, "uri")), scheme = WD_STR_NONE;
	struct wd_str code = qcode.n > 0 ? wd_field_qcode_value(qcode)
			     : uri.n > 0 ? uri
					 : wd_utf8_trim(wd_xml_attr(e, "literal"));
	size_t before = s->entry.subjects.n;
	if (qcode.n > code.n)
		scheme = wd_str_sub(qcode, 0, qcode.n - code.n - 1);
	s->subject = NULL;
	/* a subject without a code is told by its name, which comes inside it */
	wd_field_add_subject(
		s->a, &s->entry.subjects, code, code.n == 0 ? WD_STR(" ") : WD_STR_NONE, scheme);
	if (s->entry.subjects.n > before)
		s->subject = &s->entry.subjects.v[s->entry.subjects.n - 1];
}

static void content_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	uint64_t words;
	if (wd_str_to_u64(wd_xml_attr(e, "wordcount"), 1, UINT32_MAX, &words) == WD_OK)
		s->entry.word_count = (int64_t)words;
	if (e->tag == A_INLINEDATA)
		s->attr = wd_arena_str(s->a, wd_xml_attr(e, "contenttype"));
	agency_content_start(s, e);
}

static void remote_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_enclosure *enc = agency_add_file(s, e, wd_xml_attr(e, "href"));
	uint64_t extent = 0;
	if (enc == NULL)
		return;
	enc->type = wd_arena_str(s->a, wd_xml_attr(e, "contenttype"));
	enc->length = wd_arena_str(s->a, wd_xml_attr(e, "size"));
	/* the same picture in several sizes: the widest, else the largest file */
	if (wd_str_to_u64(wd_xml_attr(e, "width"), 1, UINT32_MAX, &extent) == WD_OK)
		extent <<= 32;
	else if (wd_str_to_u64(enc->length, 1, UINT32_MAX, &extent) != WD_OK)
		extent = 0;
	if (wd_str_istarts(enc->type, WD_STR("image/")) &&
		(s->entry.image.href.n == 0 || extent > s->image_extent)) {
		s->entry.image.href = enc->href;
		s->image_extent = extent;
	}
}

static void link_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_str href = wd_xml_attr(e, "href"), rel = wd_xml_attr(e, "rel");
	bool item = e->tag == A_ITEMREF;
	if (href.n == 0)
		href = wd_xml_attr(e, "residref");
	else
		href = wd_field_url(s->pc, s->a, e->base, href);
	struct wd_link *l = href.n > 0 && s->entry.links.n < WD_MAX_LIST
				    ? wd_vec_push(s->a, &s->entry.links)
				    : NULL;
	if (l == NULL)
		return;
	l->href = wd_arena_str(s->a, href);
	l->rel = item ? WD_STR("item") : wd_arena_str(s->a, wd_field_qcode_value(rel));
	l->type = wd_arena_str(s->a, wd_xml_attr(e, "contenttype"));
	if (wd_str_ieqc(l->rel, "canonical") || wd_str_ieqc(l->rel, "alternate"))
		agency_set(s, &s->entry.link, href);
}

static void item_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	agency_begin(s);
	s->is_package = e->tag == A_PACKAGEITEM;
	agency_set(s, &s->entry.guid, wd_xml_attr(e, "guid"));
	agency_set(s, &s->entry.version, wd_xml_attr(e, "version"));
	agency_set(s, &s->entry.language, e->lang);
	if (s->is_package)
		s->entry.item_type = WD_STR("composite");
}

static void captured_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	s->attr = wd_arena_str(s->a, wd_xml_attr(e, "role"));
	wd_xml_capture(s->x, e->tag == A_DESCRIPTION ? WD_XML_MIXED : WD_XML_TEXT);
}

static void meta_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	int parent = e->parent != NULL ? e->parent->tag : A_NONE;
	switch (e->tag) {
	case A_ITEMCLASS:
		class_start(s, e);
		break;
	case A_PROVIDER:
		agency_set(s, &s->provider, wd_xml_attr(e, "literal"));
		if (wd_xml_attr(e, "uri").n > 0)
			s->provider_code = wd_arena_str(s->a, literal_of(e));
		break;
	case A_SIGNAL: /* sig:correction, of the IPTC's signal codes */
		en->is_correction |= wd_str_ieqc(literal_of(e), "correction");
		break;
	case A_COPYRIGHTHOLDER:
		agency_set(s, &en->rights_holder, wd_xml_attr(e, "literal"));
		break;
	case A_PUBSTATUS:
		if (en->pubstatus.n == 0)
			en->pubstatus = wd_field_pubstatus(literal_of(e));
		break;
	case A_LANGUAGE:
		if (parent == A_CONTENTMETA)
			agency_set(s, &en->language, wd_xml_attr(e, "tag"));
		break;
	case A_SUBJECT:
		if (parent == A_CONTENTMETA)
			subject_start(s, e);
		break;
	case A_CREATOR:
	case A_GENRE:
		s->attr = wd_arena_str(s->a, wd_xml_attr(e, "literal"));
		break;
	default:
		break;
	}
}

int agency_g2_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	int parent = e->parent != NULL ? e->parent->tag : A_NONE;
	if (!s->in_entry) {
		if (e->tag == A_NEWSITEM || e->tag == A_PACKAGEITEM)
			item_start(s, e);
		else if (e->tag == A_PRIORITY || e->tag == A_SENDER)
			wd_xml_capture(s->x, WD_XML_TEXT);
		return WD_OK;
	}
	switch (e->tag) {
	case A_HEADLINE:
	case A_DESCRIPTION:
		if (parent == A_CONTENTMETA)
			captured_start(s, e);
		break;
	case A_VERSIONCREATED:
	case A_FIRSTCREATED:
	case A_EMBARGOED:
	case A_EXPIRES:
	case A_URGENCY:
	case A_CONTENTCREATED:
	case A_CONTENTMODIFIED:
	case A_NAME:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case A_INLINEXML:
	case A_INLINEDATA:
		content_start(s, e);
		break;
	case A_REMOTECONTENT:
		remote_start(s, e);
		break;
	case A_LINK:
	case A_ITEMREF:
		if (parent != A_LINK)
			link_start(s, e);
		break;
	case A_BODY: /* of XHTML */
		wd_xml_capture(s->x, WD_XML_MARKUP);
		break;
	case A_HTML:
		break;
	default:
		if (parent == A_INLINEXML)
			wd_xml_capture(s->x, WD_XML_MARKUP);
		else if (!agency_line_start(s, e))
			meta_start(s, e);
		break;
	}
	return WD_OK;
}

/** <name> belongs to the element right above it; the first one counts. */
static void name_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	int parent = e->parent != NULL ? e->parent->tag : A_NONE;
	switch (parent) {
	case A_COPYRIGHTHOLDER:
		agency_set(s, &en->rights_holder, text);
		break;
	case A_PROVIDER:
		agency_set(s, &s->provider, text);
		break;
	case A_INFOSOURCE:
		agency_set(s, &s->source_name, text);
		break;
	case A_LOCATED:
		if (e->parent->parent != NULL && e->parent->parent->tag == A_CONTENTMETA)
			agency_set(s, &en->dateline_city, text);
		break;
	case A_CREATOR:
		if (s->attr.n == 0)
			wd_field_add_author(s->a, &en->authors, text, WD_STR_NONE, WD_STR_NONE);
		break;
	case A_CONTRIBUTOR:
		wd_field_add_author(s->a, &en->contributors, text, WD_STR_NONE, WD_STR_NONE);
		break;
	case A_GENRE:
		wd_field_add_str(s->a, &en->genres, text);
		break;
	case A_SUBJECT:
		if (s->subject != NULL && wd_utf8_trim(s->subject->name).n == 0)
			s->subject->name = wd_arena_str(s->a, wd_utf8_trim(text));
		break;
	default:
		break;
	}
}

/** The headline without a role, or with the main one, before any other. */
static void headline_end(struct agency_state *s, struct wd_str text)
{
	bool main = s->attr.n == 0 || wd_str_ifind(s->attr, WD_STR("main"), 0) != SIZE_MAX;
	if (main && !s->headline_is_main && wd_utf8_trim(text).n > 0) {
		s->entry.title = WD_STR_NONE;
		s->headline_is_main = true;
	}
	agency_set(s, &s->entry.title, text);
}

static void description_end(struct agency_state *s, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	if (en->summary.n > 0 || wd_utf8_trim(text).n == 0)
		return;
	en->summary = wd_arena_str(s->a, wd_utf8_trim(text));
	en->summary_type =
		wd_xml_content(s->x)->has_markup ? WD_STR("text/html") : WD_STR("text/plain");
}

static void line_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	switch (e->tag) {
	case A_URGENCY:
		if (en->urgency == 0)
			en->urgency = wd_field_urgency(text);
		break;
	case A_HEADLINE:
		headline_end(s, text);
		break;
	case A_DESCRIPTION:
		description_end(s, text);
		break;
	case A_NAME:
		name_end(s, e, text);
		break;
	default:
		(void)agency_line_end(s, e->tag, text);
		break;
	}
}

static void content_end(struct agency_state *s, const struct wd_xml_elem *e)
{
	bool is_html;
	struct wd_str text = agency_content_end(s, &is_html);
	bool says_html =
		e->tag == A_INLINEXML || wd_str_ifind(s->attr, WD_STR("html"), 0) != SIZE_MAX;
	agency_add_body(s, text, is_html || says_html);
}

static void date_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	switch (e->tag) {
	case A_FIRSTCREATED:
		agency_set_date(s, &en->created, text);
		break;
	case A_CONTENTCREATED:
		wd_field_published(s->pc, en, text, "contentCreated");
		break;
	case A_VERSIONCREATED:
	case A_CONTENTMODIFIED:
		agency_set_date(s, &en->updated, text);
		break;
	case A_EMBARGOED:
		agency_set_date(s, &en->embargoed, text);
		break;
	case A_EXPIRES:
		agency_set_date(s, &en->expired, text);
		break;
	default:
		break;
	}
}

/** First created before the content's own date: agencies set that one to the event's. */
static void dates_finish(struct agency_state *s)
{
	struct wd_entry *en = &s->entry;
	if (en->created.precision == WD_DATE_TIME) {
		en->published = en->created;
		en->date_field = WD_STR("firstCreated");
	} else if (en->published.precision == WD_DATE_NONE &&
		   en->updated.precision != WD_DATE_NONE) {
		en->published = en->updated;
		en->date_field = WD_STR("versionCreated");
	}
	if (en->updated.precision == WD_DATE_NONE)
		en->updated = en->published;
}

int agency_g2_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	if (!s->in_entry) {
		if (e->tag == A_PRIORITY && text.n > 0)
			s->priority = wd_arena_str(s->pc->arena, text);
		else if (e->tag == A_SENDER && text.n > 0)
			s->sender = wd_arena_str(s->pc->arena, wd_utf8_trim(text));
		return WD_OK;
	}
	switch (e->tag) {
	case A_NEWSITEM:
	case A_PACKAGEITEM:
		dates_finish(s);
		agency_set(s, &s->provider, s->provider_code);
		return agency_emit(s);
	case A_FIRSTCREATED:
	case A_CONTENTCREATED:
	case A_VERSIONCREATED:
	case A_CONTENTMODIFIED:
	case A_EMBARGOED:
	case A_EXPIRES:
		date_end(s, e, text);
		break;
	case A_SUBJECT:
		s->subject = NULL;
		break;
	case A_CREATOR:
		if (s->attr.n > 0)
			wd_field_add_author(
				s->a, &s->entry.authors, s->attr, WD_STR_NONE, WD_STR_NONE);
		break;
	case A_INLINEXML:
	case A_INLINEDATA:
		content_end(s, e);
		break;
	case A_BODY:
		agency_add_body(s, text, true);
		break;
	default:
		if (e->parent != NULL && e->parent->tag == A_INLINEXML && e->tag != A_HTML)
			agency_content_part(s, e, text);
		else
			line_end(s, e, text);
		break;
	}
	return WD_OK;
}
