#include "base/url.h"
#include "base/utf8.h"
#include "parsers/feed_impl.h"

/* ---- starts ---- */

/* By its namespace, or, with none, by the company it keeps. */
static bool is_atom(const struct feed_state *s, const struct wd_xml_elem *e)
{
	return e->ns == WD_NS_ATOM || e->ns == WD_NS_ATOM03 ||
	       (e->uri.n == 0 && wd_str_starts(s->feed->format, WD_STR("atom")));
}

static void source_begin(struct feed_state *s, const struct wd_xml_elem *e)
{
	struct wd_arena *a = s->pc->entry_arena;
	if (s->entry.source == NULL)
		s->entry.source = wd_arena_new_of(a, struct wd_feed);
	struct wd_str url = wd_xml_attr_ns(e, WD_NS_NONE, "url");
	if (s->entry.source == NULL)
		return;
	if (url.n > 0)
		s->entry.source->link = wd_url_resolve(a, e->base, url);
	/* RSS: <source url="…">Name</source>; Atom's holds elements. */
	if (!is_atom(s, e))
		wd_xml_capture(s->x, WD_XML_TEXT);
}

static void person_begin(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_person *p = wd_arena_new_of(feed_arena(s, where), struct wd_person);
	if (s->person != NULL || p == NULL)
		return;
	s->person = p;
	s->person_has_parts = false;
	s->loose_in = e;
	wd_buf_reset(&s->loose);
}

static void category_begin(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	wd_categories *list =
		where == IN_ENTRY ? &s->entry.categories : &feed_of(s, where)->categories;
	struct wd_str term = wd_xml_attr_ns(e, WD_NS_NONE, "term");
	struct wd_str scheme = wd_xml_attr_ns(e, WD_NS_NONE, "scheme");
	struct wd_str label = wd_xml_attr_ns(e, WD_NS_NONE, "label");
	s->attr = s->attr2 = WD_STR_NONE;
	if (e->ns == WD_NS_MEDIA && scheme.n == 0) /* Media RSS says so */
		scheme = WD_STR("http://search.yahoo.com/mrss/category_schema");
	if (term.n > 0 || (label.n > 0 && e->ns != WD_NS_MEDIA)) {
		feed_add_category(a, list, term, scheme, label);
		return;
	}
	struct wd_str domain = wd_xml_attr_ns(e, WD_NS_NONE, "domain");
	s->attr = wd_arena_str(a, wd_str_trim(domain.n > 0 ? domain : scheme));
	s->attr2 = wd_arena_str(a, wd_str_trim(label));
	wd_xml_capture(s->x, WD_XML_MIXED);
}

static void enclosure_add(struct feed_state *s, struct wd_str href)
{
	feed_add_enclosure(s, href, s->attr, s->attr2);
	struct wd_link *l = feed_add_link(s->pc->entry_arena, &s->entry.links, href, "enclosure");
	if (l != NULL) {
		l->type = s->attr;
		l->length = s->attr2;
	}
}

static void enclosure_begin(struct feed_state *s, const struct wd_xml_elem *e)
{
	struct wd_arena *a = s->pc->entry_arena;
	struct wd_str url = wd_xml_attr_ns(e, WD_NS_NONE, "url");
	if (url.n == 0)
		url = wd_xml_attr_ns(e, WD_NS_NONE, "href");
	struct wd_str type = wd_xml_attr_ns(e, WD_NS_NONE, "type");
	struct wd_str length = wd_xml_attr_ns(e, WD_NS_NONE, "length");
	s->attr = wd_arena_str(a, wd_str_trim(type));
	s->attr2 = wd_arena_str(a, wd_str_trim(length));
	if (url.n > 0)
		enclosure_add(s, wd_url_resolve(a, e->base, url));
	else /* the address as text */
		wd_xml_capture(s->x, WD_XML_TEXT);
}

static void link_begin(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	if (where == IN_IMAGE) {
		wd_xml_capture(s->x, WD_XML_TEXT);
		return;
	}
	if (wd_xml_has_attr(e, "href")) {
		struct wd_str rel = wd_xml_attr(e, "rel");
		if (e->ns == WD_NS_ITUNES && wd_str_ieqc(rel, "image")) {
			if (where == IN_FEED)
				s->feed_alt_image = wd_url_resolve(
					s->pc->arena, e->base, wd_xml_attr(e, "href"));
			return;
		}
		feed_atom_link(s, e, where);
		return;
	}
	wd_xml_capture(s->x, WD_XML_TEXT);
}

int feed_core_start(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	switch ((enum feed_tag)e->tag) {
	case T_SOURCE:
		if (where == IN_ENTRY)
			source_begin(s, e);
		break;
	case T_AUTHOR:
	case T_CONTRIBUTOR:
	case T_OWNER:
	case T_PUBLISHER:
	case T_WEBMASTER:
		if (where != IN_IMAGE)
			person_begin(s, e, where);
		break;
	case T_NAME:
	case T_EMAIL:
	case T_URI:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case T_URL:
	case T_LOGO:
	case T_ICON:
	case T_ID:
	case T_COMMENTS:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	case T_GUID: {
		struct wd_str perma = wd_str_trim(wd_xml_attr(e, "ispermalink"));
		s->permalink = !(wd_str_ieqc(perma, "false") || wd_str_ieqc(perma, "0") ||
				 wd_str_ieqc(perma, "no"));
		wd_xml_capture(s->x, WD_XML_MIXED);
		break;
	}
	case T_TITLE:
	case T_DESCRIPTION:
	case T_SUMMARY:
	case T_RIGHTS:
	case T_BODY:
	case T_ENCODED:
		feed_text_start(s, e);
		if (e->tag == T_BODY) {
			s->type = WD_STR("html");
			if (e->ns == WD_NS_XHTML)
				s->type = WD_STR("xhtml");
		}
		break;
	case T_CONTENT: {
		struct wd_str src = wd_xml_attr_ns(e, WD_NS_NONE, "src");
		if (src.n > 0 && where == IN_ENTRY) {
			struct wd_str href = wd_url_resolve(s->pc->entry_arena, e->base, src);
			if (s->alt_link.n == 0)
				s->alt_link = href;
			feed_add_enclosure(
				s, href, wd_xml_attr_ns(e, WD_NS_NONE, "type"), WD_STR_NONE);
		}
		feed_text_start(s, e);
		s->attr = wd_arena_str(
			feed_arena(s, where), wd_str_trim(wd_xml_attr_ns(e, WD_NS_NONE, "type")));
		break;
	}
	case T_LINK:
		link_begin(s, e, where);
		break;
	case T_CATEGORY:
		category_begin(s, e, where);
		break;
	case T_ENCLOSURE:
		if (where == IN_ENTRY)
			enclosure_begin(s, e);
		break;
	case T_IMAGE:
		if (where == IN_FEED || where == IN_ENTRY) {
			struct wd_str href = wd_xml_attr_ns(e, WD_NS_NONE, "href");
			if (href.n == 0)
				href = wd_xml_attr_ns(e, WD_NS_RDF, "resource");
			struct wd_image *img =
				where == IN_ENTRY ? &s->entry.image : &s->feed->image;
			if (href.n > 0 && img->href.n == 0)
				img->href = wd_url_resolve(feed_arena(s, where), e->base, href);
		}
		break;
	case T_GENERATOR:
	case T_LANGUAGE:
	case T_KEYWORDS:
	case T_PUBLISHED:
	case T_UPDATED:
	case T_CREATED:
	case T_EXPIRED:
	case T_TTL:
	case T_HOUR:
	case T_DAY:
		wd_xml_capture(s->x, WD_XML_TEXT);
		break;
	default:
		break;
	}
	return WD_OK;
}

/* ---- ends ---- */

static bool inside_entry_image(const struct wd_xml_elem *e)
{
	return wd_xml_within(e->parent, T_ENTRY) != NULL;
}

static void image_end(struct feed_state *s, const struct wd_xml_elem *e)
{
	bool entry = inside_entry_image(e);
	struct wd_arena *a = entry ? s->pc->entry_arena : s->pc->arena;
	struct wd_image *img = entry ? &s->entry.image : &s->feed->image;
	struct wd_str text = feed_plain(s, a);
	if (entry && !s->in_entry)
		return;
	if (e->tag == T_URL)
		img->href = wd_url_resolve(a, e->base, text);
	else if (e->tag == T_LINK)
		img->link = wd_url_resolve(a, e->base, text);
	else if (e->tag == T_TITLE)
		img->title = text;
}

static void person_part(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_str v = feed_plain(s, feed_arena(s, where));
	if (s->person == NULL || v.n == 0)
		return;
	s->person_has_parts = true;
	if (e->tag == T_NAME)
		s->person->name = v;
	else if (e->tag == T_EMAIL)
		s->person->email = v;
	else
		s->person->url = wd_url_resolve(feed_arena(s, where), e->base, v);
}

static void person_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	if (s->person == NULL || s->loose_in != e)
		return;
	struct wd_person p = *s->person;
	s->person = NULL;
	s->loose_in = NULL;
	if (!s->person_has_parts)
		p = feed_person(a, wd_buf_str(&s->loose));
	if (p.name.n + p.email.n + p.url.n == 0)
		return;
	struct wd_feed *f = where == IN_ENTRY ? NULL : feed_of(s, where);
	switch ((enum feed_tag)e->tag) {
	case T_CONTRIBUTOR:
		feed_add_person(a, f != NULL ? &f->contributors : &s->entry.contributors, p);
		break;
	case T_OWNER:
	case T_PUBLISHER:
		if (f != NULL)
			f->publisher = p;
		else
			s->entry.publisher = p;
		break;
	case T_WEBMASTER:
		if (where == IN_FEED)
			s->webmaster = p;
		else if (where == IN_ENTRY)
			s->entry.publisher = p;
		break;
	default:
		/* iTunes repeats the author for players; who the feed names itself goes first. */
		if (e->ns == WD_NS_ITUNES && (f != NULL ? f->authors.n : s->entry.authors.n) > 0)
			break;
		feed_add_person(a, f != NULL ? &f->authors : &s->entry.authors, p);
		break;
	}
}

static void link_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str text = feed_plain(s, a);
	if (text.n == 0)
		return;
	struct wd_str href = wd_url_resolve(a, e->base, text);
	if (where == IN_ENTRY) {
		s->entry.link = href; /* of several the last, as other readers have it */
		s->rank_link = true;
		(void)feed_add_link(a, &s->entry.links, href, "alternate");
		return;
	}
	struct wd_feed *f = feed_of(s, where);
	f->link = href;
	(void)feed_add_link(a, &f->links, href, "alternate");
}

/* An id is compared letter by letter (RFC 4287 §4.2.6.1); only one that is plainly a relative
 * reference is resolved. */
static struct wd_str id_value(struct wd_arena *a, struct wd_str base, struct wd_str id)
{
	bool relative = id.n > 0 && wd_str_chr(id, ':', 0) == SIZE_MAX &&
			wd_str_chr(id, '/', 0) != SIZE_MAX && wd_str_chr(id, ' ', 0) == SIZE_MAX &&
			wd_str_chr(id, '<', 0) == SIZE_MAX;
	return relative && base.n > 0 ? wd_url_resolve(a, base, id) : id;
}

static void add_content(struct feed_state *s, const struct wd_xml_elem *e)
{
	struct wd_str type_attr = e->tag == T_CONTENT ? s->attr : WD_STR_NONE;
	struct wd_arena *a = s->pc->entry_arena;
	struct wd_str type;
	struct wd_str v = feed_text_value(s, a, &type);
	struct wd_content *c = v.n > 0 && s->entry.content.n < WD_MAX_LIST
				       ? wd_vec_push(a, &s->entry.content)
				       : NULL;
	if (c == NULL)
		return;
	c->value = v;
	c->type = wd_str_eqc(type, "text")    ? WD_STR("text/plain")
		  : wd_str_eqc(type, "xhtml") ? WD_STR("application/xhtml+xml")
					      : WD_STR("text/html");
	if (type_attr.n > 0 && wd_str_chr(type_attr, '/', 0) != SIZE_MAX &&
		!wd_str_eqc(type, "html"))
		c->type = type_attr;
	c->lang = wd_arena_str(a, e->lang);
	c->base = wd_arena_str(a, e->base);
}

static void entry_text_end(struct feed_state *s, const struct wd_xml_elem *e)
{
	struct wd_arena *a = s->pc->entry_arena;
	struct wd_entry *en = &s->entry;
	switch ((enum feed_tag)e->tag) {
	case T_TITLE:
		if (en->title.n > 0)
			return;
		en->title = feed_text_value(s, a, &en->title_type);
		en->title_lang = wd_arena_str(a, e->lang);
		en->title_base = wd_arena_str(a, e->base);
		break;
	case T_DESCRIPTION:
	case T_SUMMARY:
		if (en->summary.n > 0) { /* a second, longer one is the content */
			add_content(s, e);
			return;
		}
		en->summary = feed_text_value(s, a, &en->summary_type);
		en->summary_lang = wd_arena_str(a, e->lang);
		en->summary_base = wd_arena_str(a, e->base);
		if (e->ns == WD_NS_NONE)
			en->description = en->summary;
		break;
	case T_RIGHTS:
		en->rights = feed_html_value(s, a);
		break;
	default:
		add_content(s, e);
		break;
	}
}

static void feed_text_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_feed *f = feed_of(s, where);
	switch ((enum feed_tag)e->tag) {
	case T_TITLE:
		if (f->title.n > 0)
			return;
		f->title = feed_html_value(s, a);
		f->title_lang = wd_arena_str(a, e->lang);
		f->title_base = wd_arena_str(a, e->base);
		break;
	case T_DESCRIPTION:
	case T_SUMMARY:
		if (f->description.n > 0)
			return;
		f->description = feed_html_value(s, a);
		f->description_lang = wd_arena_str(a, e->lang);
		f->description_base = wd_arena_str(a, e->base);
		break;
	case T_RIGHTS:
		f->rights = feed_html_value(s, a);
		f->rights_lang = wd_arena_str(a, e->lang);
		f->rights_base = wd_arena_str(a, e->base);
		break;
	default:
		break;
	}
}

static void keywords_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_str scheme =
		e->ns == WD_NS_ITUNES ? WD_STR("http://www.itunes.com/") : WD_STR_NONE;
	struct wd_arena *a = feed_arena(s, where);
	wd_categories *list =
		where == IN_ENTRY ? &s->entry.categories : &feed_of(s, where)->categories;
	struct wd_str rest = feed_plain(s, a), piece;
	while (wd_str_split(&rest, ',', &piece))
		feed_add_category(a, list, piece, scheme, WD_STR_NONE);
}

static void date_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_feed *f = where == IN_ENTRY ? NULL : feed_of(s, where);
	struct wd_entry *en = &s->entry;
	switch ((enum feed_tag)e->tag) {
	case T_PUBLISHED:
		if (f != NULL) {
			(void)feed_date(s, &f->published, NULL);
		} else if (feed_date(s, &en->published, &en->date_reason)) {
			en->date_field = wd_arena_str(s->pc->entry_arena, e->name);
			en->date_reason = WD_STR_NONE;
		}
		break;
	case T_UPDATED:
		(void)feed_date(s, f != NULL ? &f->updated : &en->updated, NULL);
		break;
	case T_CREATED:
		(void)feed_date(s, f != NULL ? &f->created : &en->created, NULL);
		break;
	default:
		if (f == NULL)
			(void)feed_date(s, &en->expired, NULL);
		break;
	}
}

static void hint_end(struct feed_state *s, const struct wd_xml_elem *e)
{
	static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	struct wd_str v = wd_str_trim(wd_xml_content(s->x)->text);
	uint64_t n = 0;
	if (e->tag == T_TTL && wd_str_to_u64(v, 0, 525600, &n) == WD_OK)
		s->feed->ttl_s = (int64_t)n * 60;
	else if (e->tag == T_HOUR && wd_str_to_u64(v, 0, 24, &n) == WD_OK)
		s->feed->skip_hours |= 1u << (n % 24);
	for (size_t i = 0; e->tag == T_DAY && i < WD_COUNTOF(days); i++) {
		if (wd_str_istarts(v, wd_str_c(days[i])))
			s->feed->skip_days = (uint8_t)(s->feed->skip_days | 1u << i);
	}
}

static void id_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	struct wd_str v = feed_plain(s, a);
	if (where != IN_ENTRY) {
		if (v.n > 0)
			feed_of(s, where)->id = id_value(a, e->base, v);
		return;
	}
	if (v.n == 0 || (s->entry.guid.n > 0 && e->tag == T_ID))
		return;
	s->entry.guid_is_permalink = e->tag == T_GUID && s->permalink;
	s->entry.guid = e->tag == T_ID || s->permalink ? id_value(a, e->base, v) : v;
}

void feed_core_end(struct feed_state *s, const struct wd_xml_elem *e, enum feed_where where)
{
	struct wd_arena *a = feed_arena(s, where);
	if (where == IN_IMAGE) {
		if (e->tag == T_URL || e->tag == T_LINK || e->tag == T_TITLE)
			image_end(s, e);
		return;
	}
	switch ((enum feed_tag)e->tag) {
	case T_SOURCE:
		if (where == IN_ENTRY && s->entry.source != NULL && !is_atom(s, e))
			s->entry.source->title = feed_plain(s, a);
		break;
	case T_AUTHOR:
	case T_CONTRIBUTOR:
	case T_OWNER:
	case T_PUBLISHER:
	case T_WEBMASTER:
		person_end(s, e, where);
		break;
	case T_NAME:
	case T_EMAIL:
	case T_URI:
		person_part(s, e, where);
		break;
	case T_URL:
		if (s->person != NULL)
			person_part(s, e, where);
		break;
	case T_LOGO:
	case T_ICON: {
		struct wd_image *img =
			where == IN_ENTRY ? &s->entry.image : &feed_of(s, where)->image;
		struct wd_str v = feed_plain(s, a);
		if (v.n > 0 && (img->href.n == 0 || e->tag == T_LOGO))
			img->href = wd_url_resolve(a, e->base, v);
		break;
	}
	case T_COMMENTS:
		if (where == IN_ENTRY)
			s->entry.comments = wd_url_resolve(a, e->base, feed_plain(s, a));
		break;
	case T_ID:
	case T_GUID:
		id_end(s, e, where);
		break;
	case T_TITLE:
	case T_DESCRIPTION:
	case T_SUMMARY:
	case T_RIGHTS:
	case T_BODY:
	case T_ENCODED:
	case T_CONTENT:
		if (where == IN_ENTRY)
			entry_text_end(s, e);
		else
			feed_text_end(s, e, where);
		break;
	case T_LINK:
		link_end(s, e, where);
		break;
	case T_CATEGORY:
		feed_add_category(a,
			where == IN_ENTRY ? &s->entry.categories : &feed_of(s, where)->categories,
			wd_xml_content(s->x)->text, s->attr, s->attr2);
		break;
	case T_ENCLOSURE:
		if (where == IN_ENTRY && wd_xml_content(s->x)->text.n > 0)
			enclosure_add(s, wd_url_resolve(a, e->base, feed_plain(s, a)));
		break;
	case T_GENERATOR:
		if (where != IN_ENTRY)
			feed_of(s, where)->generator = feed_plain(s, a);
		break;
	case T_LANGUAGE:
		if (where == IN_ENTRY)
			s->entry.language = feed_plain(s, a);
		else
			feed_of(s, where)->language = feed_plain(s, a);
		break;
	case T_KEYWORDS:
		keywords_end(s, e, where);
		break;
	case T_PUBLISHED:
	case T_UPDATED:
	case T_CREATED:
	case T_EXPIRED:
		date_end(s, e, where);
		break;
	case T_TTL:
	case T_HOUR:
	case T_DAY:
		if (where == IN_FEED)
			hint_end(s, e);
		break;
	default:
		break;
	}
}
