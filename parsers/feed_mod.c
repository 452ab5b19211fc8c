#include "base/url.h"
#include "base/utf8.h"
#include "parsers/feed_impl.h"

/* ---- Media RSS ---- */

static void add_thumbnail(struct feed_state *s, const struct wd_xml_elem *e, struct wd_str url)
{
	struct wd_arena *a = s->pc->entry_arena;
	if (url.n == 0 || s->entry.media_thumbnails.n >= WD_MAX_LIST)
		return;
	struct wd_image *img = wd_vec_push(a, &s->entry.media_thumbnails);
	if (img != NULL)
		img->href = wd_url_resolve(a, e->base, url);
}

static void media_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_str url = wd_xml_attr(e, "url");
	struct wd_str type = wd_xml_attr(e, "type"), medium = wd_xml_attr(e, "medium");
	bool image = wd_str_istarts(type, WD_STR("image/")) || wd_str_ieqc(medium, "image");
	if (e->tag == T_MEDIA_THUMBNAIL && where == IN_ENTRY && url.n == 0) {
		wd_xml_capture(s->x, WD_XML_TEXT); /* the address as text */
		return;
	}
	if (url.n == 0)
		return;
	struct wd_str href = wd_url_resolve(feed_arena(s, where), e->base, url);
	if (where != IN_ENTRY) {
		if (s->feed_alt_image.n == 0 &&
			(image || e->tag == T_MEDIA_THUMBNAIL || type.n == 0))
			s->feed_alt_image = href;
		return;
	}
	if (e->tag == T_MEDIA_THUMBNAIL) {
		add_thumbnail(s, e, url);
		return;
	}
	if (image && s->entry.image.href.n == 0)
		s->entry.image.href = href;
	feed_add_enclosure(s, href, type, wd_xml_attr(e, "filesize"));
}

/* ---- starts ---- */

static void license_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str href = wd_xml_attr_ns(e, WD_NS_RDF, "resource");
	if (href.n == 0)
		href = wd_xml_attr_ns(e, WD_NS_NONE, "href");
	if (href.n == 0) {
		wd_xml_capture(s->x, WD_XML_TEXT);
		return;
	}
	(void)feed_add_link(a, where == IN_ENTRY ? &s->entry.links : &feed_of(s, where)->links,
		wd_url_resolve(a, e->base, href), "license");
}

static void image_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str href = wd_xml_attr(e, "href");
	if (href.n == 0)
		href = wd_xml_attr(e, "url");
	if (href.n == 0)
		return;
	href = wd_url_resolve(a, e->base, href);
	if (where == IN_ENTRY && s->entry.image.href.n == 0)
		s->entry.image.href = href;
	else if (where == IN_FEED && s->feed->image.href.n == 0)
		s->feed->image.href = href;
}

int feed_mod_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	if (where == IN_IMAGE)
		return WD_OK;
	switch ((enum feed_tag)e->tag) {
	case T_MEDIA_CONTENT:
	case T_MEDIA_THUMBNAIL:
		media_start(s, e, where);
		break;
	case T_ITUNES_IMAGE:
		image_start(s, e, where);
		break;
	case T_ITUNES_CATEGORY:
		feed_add_category(feed_arena(s, where),
			where == IN_ENTRY ? &s->entry.categories : &feed_of(s, where)->categories,
			wd_xml_attr(e, "text"), WD_STR("http://www.itunes.com/"), WD_STR_NONE);
		break;
	case T_LICENSE:
		license_start(s, e, where);
		break;
	case T_GENERATOR_AGENT: {
		struct wd_str agent = wd_xml_attr(e, "resource");
		if (agent.n > 0 && s->feed->generator.n == 0)
			s->feed->generator = wd_arena_str(s->pc->arena, agent);
		break;
	}
	case T_COMPLETE:
		s->feed->complete = true;
		break;
	case T_DC_TITLE:
	case T_DC_DESCRIPTION:
	case T_MEDIA_TITLE:
	case T_MEDIA_DESCRIPTION:
	case T_ITUNES_SUMMARY:
	case T_ITUNES_SUBTITLE:
	case T_LEAD:
		feed_text_start(s, e);
		break;
	case T_DC_DATE:
	case T_DC_SUBJECT:
	case T_DC_SOURCE:
	case T_DC_IDENTIFIER:
	case T_MEDIA_KEYWORDS:
	case T_VALID:
	case T_SY_PERIOD:
	case T_SY_FREQUENCY:
	case T_ORIG_LINK:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case T_MEDIA_CREDIT:
		s->attr = wd_arena_str(feed_arena(s, where), wd_xml_attr(e, "role"));
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	default:
		break;
	}
	return WD_OK;
}

/* ---- ends ---- */

static void set_if_empty(struct wd_str *to, struct wd_str v)
{
	if (to->n == 0)
		*to = v;
}

static void text_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str v = feed_text_value(s, a, NULL);
	bool title = e->tag == T_DC_TITLE || e->tag == T_MEDIA_TITLE;
	if (where == IN_ENTRY && e->tag == T_ITUNES_SUBTITLE)
		set_if_empty(&s->alt_subtitle, v);
	else if (where == IN_ENTRY)
		set_if_empty(title ? &s->alt_title : &s->alt_summary, v);
	else if (where == IN_FEED)
		set_if_empty(title ? &s->feed_alt_title : &s->feed_alt_description, v);
}

/* dcterms:valid is a DCMI period: "start=2003-12-31T10:14:55Z; end=…". */
static void valid_end(struct feed_state *s)
{
	struct wd_str rest = wd_xml_content(s->x)->text, piece;
	while (wd_str_split(&rest, ';', &piece)) {
		piece = wd_str_trim(piece);
		if (wd_str_istarts(piece, WD_STR("end=")))
			(void)feed_date_of(s, wd_str_from(piece, 4), &s->entry.expired, NULL);
	}
}

static void schedule_end(struct feed_state *s, const struct wd_xml_elem *e)
{
	static const struct {
		const char *name;
		unsigned seconds;
	} periods[] = {{"hourly", 3600}, {"daily", 86400}, {"weekly", 604800}, {"monthly", 2592000},
		{"yearly", 31536000}};
	struct wd_str v = wd_str_trim(wd_xml_content(s->x)->text);
	uint64_t n = 0;
	if (e->tag == T_SY_FREQUENCY && wd_str_to_u64(v, 1, 10000, &n) == WD_OK)
		s->sy_frequency = (unsigned)n;
	for (size_t i = 0; e->tag == T_SY_PERIOD && i < WD_COUNTOF(periods); i++) {
		if (wd_str_ieqc(v, periods[i].name))
			s->sy_period_s = periods[i].seconds;
	}
}

static void subject_end(struct feed_state *s, enum feed_where where, bool split)
{
	struct wd_arena *a = feed_arena(s, where);
	wd_categories *list =
		where == IN_ENTRY ? &s->entry.categories : &feed_of(s, where)->categories;
	struct wd_str rest = wd_xml_content(s->x)->text, piece;
	if (!split) {
		feed_add_category(a, list, rest, WD_STR_NONE, WD_STR_NONE);
		return;
	}
	while (wd_str_split(&rest, ',', &piece))
		feed_add_category(a, list, piece, WD_STR_NONE, WD_STR_NONE);
}

void feed_mod_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	if (where == IN_IMAGE || wd_xml_content(s->x)->text.n == 0)
		return;
	switch ((enum feed_tag)e->tag) {
	case T_DC_TITLE:
	case T_DC_DESCRIPTION:
	case T_MEDIA_TITLE:
	case T_MEDIA_DESCRIPTION:
	case T_ITUNES_SUMMARY:
	case T_ITUNES_SUBTITLE:
	case T_LEAD:
		text_end(s, e, where);
		break;
	case T_DC_DATE:
		if (where == IN_ENTRY)
			(void)feed_date(s, &s->dc_date, &s->dc_date_reason);
		else if (where == IN_FEED)
			(void)feed_date(s, &s->feed_dc_date, NULL);
		break;
	case T_DC_SUBJECT:
	case T_MEDIA_KEYWORDS:
		subject_end(s, where, e->tag == T_MEDIA_KEYWORDS);
		break;
	case T_DC_IDENTIFIER:
		if (where == IN_ENTRY)
			set_if_empty(&s->alt_id, feed_plain(s, a));
		break;
	case T_MEDIA_THUMBNAIL:
		if (where == IN_ENTRY)
			add_thumbnail(s, e, feed_plain(s, a));
		break;
	case T_MEDIA_CREDIT:
		if (where == IN_ENTRY && wd_str_ieqc(s->attr, "author"))
			feed_add_person(
				a, &s->entry.authors, feed_person(a, wd_xml_content(s->x)->text));
		break;
	case T_VALID:
		if (where == IN_ENTRY)
			valid_end(s);
		break;
	case T_SY_PERIOD:
	case T_SY_FREQUENCY:
		schedule_end(s, e);
		break;
	case T_ORIG_LINK: /* the address FeedBurner's link stands for */
		if (where == IN_ENTRY) {
			struct wd_str href = wd_url_resolve(a, e->base, feed_plain(s, a));
			if (s->entry.link.n == 0)
				s->entry.link = href;
			(void)feed_add_link(a, &s->entry.links, href, "canonical");
		}
		break;
	case T_LICENSE:
		(void)feed_add_link(a,
			where == IN_ENTRY ? &s->entry.links : &feed_of(s, where)->links,
			wd_url_resolve(a, e->base, feed_plain(s, a)), "license");
		break;
	default:
		break;
	}
}
