/*
 * NITF 3.x (IPTC): docdata says what the document is, body.head how it is headed, body.content is
 * the text, kept as markup. Inside NewsML the outer format's metadata stands and NITF fills gaps.
 */
#include "base/utf8.h"
#include "parsers/agency_impl.h"

/** Attributes of docdata's elements carry all they say. */
static void docdata_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	struct wd_str date = wd_xml_attr(e, "norm");
	switch (e->tag) {
	case A_DOCID:
		agency_set(s, &en->guid, wd_xml_attr(e, "id-string"));
		break;
	case A_URGENCY:
		if (en->urgency == 0)
			en->urgency = wd_field_urgency(wd_xml_attr(e, "ed-urg"));
		break;
	case A_DATEISSUE:
		wd_field_published(s->pc, en, date, "date.issue");
		break;
	case A_DATERELEASE:
		agency_set_date(s, &en->embargoed, date);
		break;
	case A_DATEEXPIRE:
		agency_set_date(s, &en->expired, date);
		break;
	case A_DOCCOPYRIGHT:
		agency_set(s, &en->rights_holder, wd_xml_attr(e, "holder"));
		break;
	case A_DOCRIGHTS:
		agency_set(s, &en->rights_holder, wd_xml_attr(e, "owner"));
		agency_set(s, &s->usage_terms, wd_xml_attr(e, "limitations"));
		break;
	case A_EVLOC:
		agency_set(s, &s->event_city, wd_xml_attr(e, "city"));
		break;
	case A_KEYWORD:
		wd_field_add_str(s->a, &en->keywords, wd_xml_attr(e, "key"));
		break;
	case A_EDMSG:
		agency_set(s, &en->ednote, wd_xml_attr(e, "info"));
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	default:
		break;
	}
}

static void subject_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	static const char *const levels[] = {
		"tobject.subject.detail", "tobject.subject.matter", "tobject.subject.type"};
	struct wd_str name = WD_STR_NONE;
	for (size_t i = 0; i < WD_COUNTOF(levels) && name.n == 0; i++)
		name = wd_utf8_trim(wd_xml_attr(e, levels[i]));
	wd_field_add_subject(s->a, &s->entry.subjects,
		wd_utf8_trim(wd_xml_attr(e, "tobject.subject.refnum")), name, WD_STR("subj"));
}

/** <meta> of the head: the fields of a wire's header that agencies carry over from ANPA 1312. */
static void meta_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	struct wd_str name = wd_xml_attr(e, "name"),
		      value = wd_utf8_trim(wd_xml_attr(e, "content"));
	uint64_t words;
	if (wd_str_ieqc(name, "anpa-keyword") || wd_str_ieqc(name, "slugline") ||
		wd_str_ieqc(name, "slug"))
		agency_set(s, &en->slugline, value);
	else if (wd_str_ieqc(name, "anpa-wordcount") &&
		 wd_str_to_u64(value, 1, UINT32_MAX, &words) == WD_OK)
		en->word_count = (int64_t)words;
	else if ((wd_str_ieqc(name, "priority") || wd_str_ends(name, WD_STR("-priority"))) &&
		 en->priority == 0)
		en->priority = wd_field_urgency(value);
}

int agency_nitf_start(struct agency_state *s, const struct wd_xml_elem *e)
{
	struct wd_entry *en = &s->entry;
	switch (e->tag) {
	case A_NITF:
		agency_set(s, &en->language, e->lang);
		agency_set(s, &en->language, wd_xml_attr(e, "baselang"));
		if (e->depth == 1)
			agency_set(s, &en->version, wd_xml_attr(e, "change.version"));
		break;
	case A_DOCDATA: {
		struct wd_str status = wd_xml_attr(e, "management-status");
		s->is_embargoed = wd_str_ieqc(status, "embargoed");
		if (en->pubstatus.n == 0)
			en->pubstatus = wd_field_pubstatus(status);
		break;
	}
	case A_TOBJECTSUBJECT:
		subject_start(s, e);
		break;
	case A_TOBJECTPROPERTY: /* Current, Analysis, Obituary …: IPTC's genres */
		wd_field_add_str(s->a, &en->genres, wd_xml_attr(e, "tobject.property.type"));
		break;
	case A_META:
		meta_start(s, e);
		break;
	case A_CORRECTION:
		en->is_correction = true;
		agency_set(s, &s->correction, wd_xml_attr(e, "info"));
		break;
	case A_PUBDATA:
		wd_field_published(
			s->pc, en, wd_xml_attr(e, "date.publication"), "date.publication");
		break;
	case A_TITLE:
	case A_HL1:
	case A_HL2:
	case A_SLUGLINE:
	case A_DISTRIBUTOR:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case A_HEADLINE: /* an agency's spelling of hedline: its hl1 comes by itself */
		break;
	case A_BYLINE: /* made of parts that no space parts */
	case A_DATELINE:
	case A_ABSTRACT:
	case A_BODYCONTENT:
	case A_NOTE: /* has a body.content of its own, which is not the text */
		wd_xml_capture(s->x, WD_XML_MARKUP);
		break;
	default:
		docdata_start(s, e);
		break;
	}
	return WD_OK;
}

struct wd_str agency_plain(struct agency_state *s, struct wd_str markup)
{
	static const struct {
		const char *entity;
		char c;
	} known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
	char *out = wd_arena_bytes(s->a, markup.n + 1);
	size_t n = 0;
	bool in_tag = false;
	if (out == NULL)
		return WD_STR_NONE;
	for (size_t i = 0; i < markup.n; i++) {
		char c = markup.p[i];
		in_tag = in_tag || c == '<';
		for (size_t k = 0; c == '&' && k < WD_COUNTOF(known); k++) {
			if (!wd_str_starts(wd_str_from(markup, i), wd_str_c(known[k].entity)))
				continue;
			c = known[k].c;
			i += strlen(known[k].entity) - 1;
			break;
		}
		if (!in_tag)
			out[n++] = c;
		else if (c == '>' && i + 1 < markup.n && wd_is_alnum(markup.p[i + 1]))
			out[n++] = ' ';
		in_tag = in_tag && c != '>';
	}
	return (struct wd_str){out, n};
}

/** <person> in a byline names the author; what stands beside is a title or the agency. */
static void byline_end(struct agency_state *s, struct wd_str markup)
{
	size_t open = wd_str_ifind(markup, WD_STR("<person"), 0);
	size_t from = open == SIZE_MAX ? SIZE_MAX : wd_str_chr(markup, '>', open);
	size_t to = from == SIZE_MAX ? SIZE_MAX : wd_str_ifind(markup, WD_STR("</person"), from);
	if (to != SIZE_MAX && s->entry.authors.n == 0)
		wd_field_add_author(s->a, &s->entry.authors,
			agency_plain(s, wd_str_sub(markup, from + 1, to)), WD_STR_NONE,
			WD_STR_NONE);
	agency_set_byline(s, agency_plain(s, markup));
}

/** The value of an attribute in the raw text of a tag; empty without it. */
static struct wd_str raw_attr(struct agency_state *s, struct wd_str tag, const char *name)
{
	struct wd_str opening = wd_arena_printf(s->a, " %s=\"", name);
	size_t at = wd_str_ifind(tag, opening, 0);
	size_t end = at == SIZE_MAX ? SIZE_MAX : wd_str_chr(tag, '"', at + opening.n);
	return end == SIZE_MAX ? WD_STR_NONE
			       : agency_plain(s, wd_str_sub(tag, at + opening.n, end));
}

/** What stands inside the first element of this name, as text. */
static struct wd_str inner(struct agency_state *s, struct wd_str markup, const char *name)
{
	struct wd_str open = wd_arena_printf(s->a, "<%s", name),
		      close = wd_arena_printf(s->a, "</%s>", name);
	size_t at = wd_str_ifind(markup, open, 0);
	size_t from = at == SIZE_MAX ? SIZE_MAX : wd_str_chr(markup, '>', at);
	size_t to = from == SIZE_MAX ? SIZE_MAX : wd_str_ifind(markup, close, from);
	return to == SIZE_MAX ? WD_STR_NONE : agency_plain(s, wd_str_sub(markup, from + 1, to));
}

/** <media>: its references are files of the item, a picture's caption and maker stand with it. */
static void take_media(struct agency_state *s, struct wd_str media)
{
	struct wd_str ref_tag = WD_STR("<media-reference");
	struct wd_image *image = &s->entry.image;
	for (size_t at = 0; (at = wd_str_ifind(media, ref_tag, at)) != SIZE_MAX;) {
		size_t end = wd_str_chr(media, '>', at);
		struct wd_str tag = wd_str_sub(media, at, end == SIZE_MAX ? media.n : end);
		const struct wd_xml_elem nowhere = {0};
		struct wd_enclosure *enc = agency_add_file(s, &nowhere, raw_attr(s, tag, "source"));
		at += tag.n;
		if (enc == NULL)
			continue;
		enc->type = raw_attr(s, tag, "mime-type");
		if (image->href.n > 0 ||
			(!wd_str_istarts(enc->type, WD_STR("image/")) &&
				wd_str_ifind(media, WD_STR("media-type=\"image\""), 0) == SIZE_MAX))
			continue;
		image->href = enc->href;
		agency_set(s, &image->caption, inner(s, media, "media-caption"));
		agency_set(s, &image->credit, inner(s, media, "media-producer"));
	}
}

/** The text without its media, which would leave captions among the paragraphs. */
static struct wd_str without_media(struct agency_state *s, struct wd_str markup)
{
	struct wd_str open = WD_STR("<media "), close = WD_STR("</media>");
	struct wd_buf *out = &s->parts;
	size_t done = 0;
	wd_buf_reset(out);
	for (size_t at = 0; (at = wd_str_ifind(markup, open, at)) != SIZE_MAX; at = done) {
		size_t end = wd_str_ifind(markup, close, at);
		size_t after = end == SIZE_MAX ? markup.n : end + close.n;
		take_media(s, wd_str_sub(markup, at, after));
		wd_buf_add(out, wd_str_sub(markup, done, at));
		done = after;
	}
	if (done == 0)
		return markup;
	wd_buf_add(out, wd_str_from(markup, done));
	return wd_buf_str(out);
}

/** The place it was filed from: <city> in the dateline, else a <location> of its own. */
static void dateline_end(struct agency_state *s, struct wd_str markup)
{
	struct wd_str city = inner(s, markup, "city");
	agency_set(s, &s->entry.dateline_city, city.n > 0 ? city : inner(s, markup, "location"));
	agency_set(s, &s->entry.dateline_text, agency_plain(s, markup));
}

int agency_nitf_end(struct agency_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	switch (e->tag) {
	case A_NOTE:
		agency_set(s, &en->ednote, agency_plain(s, text));
		break;
	case A_TITLE:
		agency_set(s, &s->nitf_title, text);
		break;
	case A_HL1:
		agency_set(s, &en->title, text);
		break;
	case A_BYLINE:
		byline_end(s, text);
		break;
	case A_DATELINE:
		dateline_end(s, text);
		break;
	case A_SLUGLINE:
		agency_set(s, &en->slugline, text);
		break;
	case A_DISTRIBUTOR:
		agency_set(s, &s->source_name, text);
		break;
	case A_EDMSG:
		agency_set(s, &en->ednote, text);
		break;
	case A_ABSTRACT:
		if (en->summary.n == 0 && wd_utf8_trim(text).n > 0) {
			en->summary = wd_arena_str(s->a, wd_utf8_trim(text));
			en->summary_type = WD_STR("text/html");
		}
		break;
	case A_BODYCONTENT:
		agency_add_body(s, without_media(s, text), true);
		wd_buf_reset(&s->parts); /* an outer format's content is not this one again */
		break;
	default:
		break;
	}
	if (e->depth == 1) {
		agency_set(s, &en->item_type, WD_STR("text"));
		agency_set(s, &en->ednote, s->correction);
		if (en->updated.precision == WD_DATE_NONE) /* date.issue is this version's */
			en->updated = en->published;
	}
	return WD_OK;
}
