/*
 * NewsML 1.0–1.2 (IPTC): an envelope with NewsItems, each with components nested as deep as an
 * agency likes. The entry is the NewsItem; its headline is the one nearest above its text, because
 * packages put a headline of their own above the parts. What an element says stands in its
 * FormalName attribute, of which only the value counts: schemes are each agency's own.
 */
#include "base/utf8.h"
#include "parsers/agency_impl.h"

static struct agency_component *component(struct agency_state *s)
{
	return s->component_count > 0 ? &s->components[s->component_count - 1] : NULL;
}

static void component_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	agency_set(s, &s->entry.language, e->lang);
	if (s->component_count < AGENCY_COMPONENTS)
		s->components[s->component_count++] = (struct agency_component){.depth = e->depth};
}

/** Location HowPresent="Origin" is where it was filed; "Event" only where it happened. */
static void city_start(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str city)
{
	bool is_origin = e->parent != NULL && e->parent->tag == A_LOCATION && s->location_is_origin;
	if (is_origin && !s->city_is_origin && wd_utf8_trim(city).n > 0) {
		s->entry.dateline_city = WD_STR_NONE;
		s->city_is_origin = true;
	}
	agency_set(s, &s->entry.dateline_city, city);
}

static void property_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	struct wd_str name = wd_xml_attr(e, "formalname"), value = wd_xml_attr(e, "value");
	uint64_t words;
	if (wd_str_ieqc(name, "keyword"))
		wd_field_add_str(s->a, &en->keywords, value);
	else if (wd_str_ieqc(name, "city"))
		city_start(s, e, value);
	else if (wd_str_ieqc(name, "editorialnote") || wd_str_ieqc(name, "ednote"))
		agency_set(s, &en->ednote, value);
	else if (wd_str_ieqc(name, "priority") && en->priority == 0)
		en->priority = wd_field_urgency(value);
	else if ((wd_str_ieqc(name, "wordcount") || wd_str_ieqc(name, "words")) &&
		 wd_str_to_u64(wd_utf8_trim(value), 1, UINT32_MAX, &words) == WD_OK)
		en->word_count = (int64_t)words;
}

static void content_item_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	if (agency_add_file(s, e, wd_xml_attr(e, "href")) != NULL)
		s->file_depth = e->depth;
}

/** The file of the ContentItem that is open; NULL when its content stands in the document. */
static struct wd_enclosure *open_file(struct agency_state *s)
{
	return s->file_depth > 0 ? &s->entry.enclosures.v[s->entry.enclosures.n - 1] : NULL;
}

/** The first picture that is not made for a list of pictures. */
static void take_image(struct agency_state *s, const struct wd_enclosure *file)
{
	struct wd_image *image = &s->entry.image;
	struct wd_str role = component(s) != NULL ? component(s)->role : WD_STR_NONE;
	bool is_small = wd_str_ieqc(role, "thumbnail") || wd_str_ieqc(role, "quicklook") ||
			wd_str_ieqc(role, "preview") || wd_str_ieqc(role, "icon");
	if (image->href.n == 0 || (!is_small && s->image_extent == 0)) {
		image->href = file->href;
		s->image_extent = !is_small;
	}
}

/** What a component or content is, in G2's words; other words say nothing about the medium. */
static void set_type(struct agency_state *s, struct wd_str name)
{
	static const char *const types[][2] = {{"text", "text"}, {"photo", "picture"},
		{"picture", "picture"}, {"image", "picture"}, {"graphic", "graphic"},
		{"video", "video"}, {"audio", "audio"}, {"animation", "animation"}};
	for (size_t i = 0; i < WD_COUNTOF(types) && s->entry.item_type.n == 0; i++) {
		if (wd_str_ieqc(name, types[i][0]))
			s->entry.item_type = wd_str_c(types[i][1]);
	}
}

/** Elements that say everything in FormalName. */
static void formal_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	struct wd_str name = wd_utf8_trim(wd_xml_attr(e, "formalname"));
	int parent = e->parent != NULL ? e->parent->tag : A_NONE;
	switch (e->tag) {
	case A_STATUS:
		if (en->pubstatus.n == 0)
			en->pubstatus = wd_field_pubstatus(name);
		s->is_embargoed = s->is_embargoed || wd_str_ieqc(name, "embargoed");
		break;
	case A_FUTURESTATUS: /* withheld now, usable at the date that follows */
		s->will_be_usable = wd_str_ieqc(name, "usable");
		break;
	case A_INSTRUCTION: /* "Kill", "Cancel": more than the status, which may be an old one */
		en->is_correction |= wd_str_istarts(name, WD_STR("correct")) ||
				     wd_str_istarts(name, WD_STR("rectif"));
		if (wd_str_eqc(wd_field_pubstatus(name), "canceled"))
			en->pubstatus = WD_STR("canceled");
		break;
	case A_URGENCY:
		if (en->urgency == 0)
			en->urgency = wd_field_urgency(name);
		break;
	case A_ROLE:
		if (component(s) != NULL && parent == A_COMPONENT)
			agency_set(s, &component(s)->role, name);
		set_type(s, name);
		break;
	case A_LANGUAGE:
		agency_set(s, &en->language, name);
		break;
	case A_GENRE:
		wd_field_add_str(s->a, &en->genres, name);
		break;
	case A_SUBJECT:
	case A_SUBJECTMATTER:
		wd_field_add_subject(s->a, &en->subjects, name, WD_STR_NONE, WD_STR("subj"));
		break;
	case A_LOCATION:
		s->location_is_origin = wd_str_ieqc(wd_xml_attr(e, "howpresent"), "origin");
		break;
	case A_MEDIATYPE:
		set_type(s, name);
		break;
	case A_MIMETYPE:
		if (open_file(s) != NULL) {
			agency_set(s, &open_file(s)->type, name);
			if (wd_str_istarts(name, WD_STR("image/")))
				take_image(s, open_file(s));
		}
		break;
	case A_NEWSLINETYPE:
		s->line_type = wd_arena_str(s->a, name);
		break;
	case A_PARTY:
		if (parent == A_PROVIDER)
			agency_set(s, &s->provider, name);
		else if (parent == A_SOURCE)
			agency_set(s, &s->source_name, name);
		else if (parent == A_CREATOR)
			agency_set(s, &s->creator, name);
		break;
	default:
		break;
	}
}

int agency_n1_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	if (e->tag == A_PRIORITY && !s->in_entry) {
		s->priority = wd_arena_str(s->pc->arena, wd_xml_attr(e, "formalname"));
		return WD_OK;
	}
	if (e->tag == A_PARTY && !s->in_entry && e->parent != NULL && e->parent->tag == A_SENDER) {
		s->sender = wd_arena_str(s->pc->arena, wd_xml_attr(e, "formalname"));
		return WD_OK;
	}
	if (e->tag == A_NEWSITEM && !s->in_entry) {
		agency_begin(s);
		agency_set(s, &s->entry.language, e->lang);
		return WD_OK;
	}
	if (!s->in_entry)
		return WD_OK;
	switch (e->tag) {
	case A_PROVIDERID:
	case A_NEWSITEMID:
	case A_REVISIONID:
	case A_PUBLICIDENTIFIER:
	case A_FIRSTCREATED:
	case A_THISREVISION:
	case A_HEADLINE:
	case A_SUBHEADLINE:
	case A_COPYRIGHTHOLDER:
	case A_DATEANDTIME:
	case A_NEWSLINETEXT:
	case A_SIZEINBYTES:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case A_COMPONENT:
		component_start(s, e);
		break;
	case A_PROPERTY:
		property_start(s, e);
		break;
	case A_CONTENTITEM:
		content_item_start(s, e);
		break;
	case A_DATACONTENT:
		agency_content_start(s, e);
		break;
	case A_BODY: /* of XHTML */
		wd_xml_capture(s->x, WD_XML_MARKUP);
		break;
	case A_HTML:
		break;
	default:
		if (e->parent != NULL && e->parent->tag == A_DATACONTENT)
			wd_xml_capture(s->x, WD_XML_MARKUP);
		else if (!agency_line_start(s, e))
			formal_start(s, e);
		break;
	}
	return WD_OK;
}

/** The text of a component by its role: titles and captions are no body. */
static void content_end(struct agency_state *s, struct wd_str text, bool is_html)
{
	struct wd_str role = component(s) != NULL ? component(s)->role : WD_STR_NONE;
	struct wd_entry *en = &s->entry;
	if (wd_utf8_trim(text).n == 0)
		return;
	if (wd_str_ieqc(role, "title") || wd_str_ieqc(role, "headline")) {
		agency_set(s, &en->title, text);
	} else if (wd_str_ieqc(role, "lead") || wd_str_ieqc(role, "abstract") ||
		   wd_str_ieqc(role, "summary")) {
		if (en->summary.n == 0) {
			en->summary = wd_arena_str(s->a, wd_utf8_trim(text));
			en->summary_type = is_html ? WD_STR("text/html") : WD_STR("text/plain");
		}
	} else if (wd_str_ieqc(role, "caption")) {
		if (s->caption.n == 0) {
			s->caption = wd_arena_str(s->a, wd_utf8_trim(text));
			s->caption_is_html = is_html;
		}
	} else {
		agency_add_body(s, text, is_html);
	}
}

static void line_end(struct agency_state *s, int tag, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	switch (tag) {
	case A_HEADLINE:
		agency_set(s, &s->any_headline, text);
		if (component(s) != NULL)
			agency_set(s, &component(s)->headline, text);
		break;
	case A_SUBHEADLINE:
		agency_set(s, &en->summary, text);
		en->summary_type = WD_STR("text/plain");
		break;
	case A_COPYRIGHTHOLDER:
		agency_set(s, &en->rights_holder, text);
		break;
	default:
		(void)agency_line_end(s, tag, text);
		break;
	}
}

/** <NewsLine> says by its type which of the lines it is, where an agency does not use their own
 * elements. */
static void news_line_end(struct agency_state *s, struct wd_str text)
{
	static const struct {
		const char *type;
		int tag;
	} types[] = {{"headline", A_HEADLINE}, {"subheadline", A_SUBHEADLINE}, {"byline", A_BYLINE},
		{"dateline", A_DATELINE}, {"creditline", A_CREDITLINE},
		{"copyrightline", A_COPYRIGHTLINE}, {"rightsline", A_RIGHTSLINE},
		{"slug", A_SLUGLINE}, {"slugline", A_SLUGLINE}, {"keyword", A_KEYWORD},
		{"keywordline", A_KEYWORD}, {"ednote", A_EDNOTE}, {"editorialnote", A_EDNOTE},
		{"editorsnote", A_EDNOTE}};
	for (size_t i = 0; i < WD_COUNTOF(types); i++) {
		if (wd_str_ieqc(s->line_type, types[i].type))
			line_end(s, types[i].tag, text);
	}
}

/** A caption says what a picture shows, and of an item without a text what it is about. */
static void caption_end(struct agency_state *s)
{
	struct wd_entry *en = &s->entry;
	agency_set(s, &en->image.caption,
		s->caption_is_html ? agency_plain(s, s->caption) : s->caption);
	if (en->content.n > 0 || en->summary.n > 0)
		return;
	en->summary = s->caption;
	en->summary_type = s->caption_is_html ? WD_STR("text/html") : WD_STR("text/plain");
}

/** Who made it, when no line says so: a creator who is not the agency, else the agency's credit. */
static void people_end(struct agency_state *s)
{
	struct wd_entry *en = &s->entry;
	bool is_agency = wd_str_ieq(s->creator, s->provider) ||
			 wd_str_ieq(s->creator, s->source_name) ||
			 wd_str_ieq(s->creator, en->credit);
	if (en->authors.n == 0 && !is_agency)
		wd_field_add_author(s->a, &en->authors, s->creator, WD_STR_NONE, WD_STR_NONE);
	agency_set(s, &en->byline, en->credit);
	agency_set(s, &en->rights_holder, s->notice);
}

static void identity_end(struct agency_state *s)
{
	struct wd_entry *en = &s->entry;
	if (en->guid.n == 0 && s->item_id.n > 0)
		en->guid = s->provider_id.n > 0
				   ? wd_arena_printf(s->a, "%.*s:%.*s", WD_STR_ARG(s->provider_id),
					     WD_STR_ARG(s->item_id))
				   : s->item_id;
}

int agency_n1_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	if (!s->in_entry)
		return WD_OK;
	switch (e->tag) {
	case A_NEWSITEM:
		identity_end(s);
		people_end(s);
		caption_end(s);
		return agency_emit(s);
	case A_PROVIDERID:
		agency_set(s, &s->provider_id, text);
		break;
	case A_NEWSITEMID:
		agency_set(s, &s->item_id, text);
		break;
	case A_REVISIONID:
		agency_set(s, &en->version, text);
		break;
	case A_PUBLICIDENTIFIER:
		agency_set(s, &en->guid, text);
		break;
	case A_FIRSTCREATED:
		wd_field_published(s->pc, en, text, "FirstCreated");
		agency_set_date(s, &en->created, text);
		break;
	case A_THISREVISION:
		wd_field_published(s->pc, en, text, "ThisRevisionCreated");
		agency_set_date(s, &en->updated, text);
		break;
	case A_DATEANDTIME:
		if (e->parent != NULL && e->parent->tag == A_STATUSWILLCHANGE && s->will_be_usable)
			agency_set_date(s, &en->embargoed, text);
		break;
	case A_NEWSLINETEXT:
		news_line_end(s, text);
		break;
	case A_SIZEINBYTES:
		if (open_file(s) != NULL)
			agency_set(s, &open_file(s)->length, text);
		break;
	case A_CONTENTITEM:
		if (s->file_depth == e->depth)
			s->file_depth = 0;
		break;
	case A_COMPONENT:
		if (component(s) != NULL && component(s)->depth == e->depth)
			s->component_count--;
		break;
	case A_DATACONTENT: {
		bool is_html;
		struct wd_str content = agency_content_end(s, &is_html);
		content_end(s, content, is_html);
		break;
	}
	case A_BODY:
		content_end(s, text, true);
		break;
	default:
		if (e->parent != NULL && e->parent->tag == A_DATACONTENT)
			agency_content_part(s, e, text);
		else
			line_end(s, e->tag, text);
		break;
	}
	return WD_OK;
}
