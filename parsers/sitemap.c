/*
 * Sitemaps (sitemaps.org 0.9) with Google News, image and video extensions, and sitemap indexes.
 *
 * A <url> becomes an entry; its publication date is the news one, `lastmod` is only an update. The
 * entries of an index are the sitemaps it points to: item_type "sitemap", link and lastmod.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/fields.h"
#include "parsers/parsers.h"
#include "parsers/xml.h"

enum sitemap_tag {
	S_NONE,
	S_URL,
	S_SITEMAP,
	S_LOC,
	S_LASTMOD,
	S_NEWS,
	S_NAME,
	S_LANGUAGE,
	S_DATE,
	S_TITLE,
	S_KEYWORDS,
	S_GENRES,
	S_IMAGE,
	S_IMAGE_LOC,
	S_CAPTION,
	S_IMAGE_TITLE,
	S_VIDEO,
	S_THUMBNAIL,
	S_CONTENT_LOC,
	S_VIDEO_TITLE,
	S_DESCRIPTION,
	S_LINK,
};

static const struct wd_xml_tag tags[] = {
	{WD_NS_SITEMAP, "url", S_URL},
	{WD_NS_SITEMAP, "sitemap", S_SITEMAP},
	{WD_NS_SITEMAP, "loc", S_LOC},
	{WD_NS_SITEMAP, "lastmod", S_LASTMOD},
	{WD_NS_SITEMAP_NEWS, "news", S_NEWS},
	{WD_NS_SITEMAP_NEWS, "name", S_NAME},
	{WD_NS_SITEMAP_NEWS, "language", S_LANGUAGE},
	{WD_NS_SITEMAP_NEWS, "publication_date", S_DATE},
	{WD_NS_SITEMAP_NEWS, "title", S_TITLE},
	{WD_NS_SITEMAP_NEWS, "keywords", S_KEYWORDS},
	{WD_NS_SITEMAP_NEWS, "genres", S_GENRES},
	{WD_NS_SITEMAP_IMAGE, "image", S_IMAGE},
	{WD_NS_SITEMAP_IMAGE, "loc", S_IMAGE_LOC},
	{WD_NS_SITEMAP_IMAGE, "caption", S_CAPTION},
	{WD_NS_SITEMAP_IMAGE, "title", S_IMAGE_TITLE},
	{WD_NS_SITEMAP_VIDEO, "video", S_VIDEO},
	{WD_NS_SITEMAP_VIDEO, "thumbnail_loc", S_THUMBNAIL},
	{WD_NS_SITEMAP_VIDEO, "content_loc", S_CONTENT_LOC},
	{WD_NS_SITEMAP_VIDEO, "title", S_VIDEO_TITLE},
	{WD_NS_SITEMAP_VIDEO, "description", S_DESCRIPTION},
	{WD_NS_XHTML, "link", S_LINK},
};

static int lookup(enum wd_xmlns ns, struct wd_str lower)
{
	/* without a namespace, and under the drafts' ones (google.com/schemas/sitemap/0.84) */
	if (ns == WD_NS_NONE || ns == WD_NS_OTHER)
		ns = WD_NS_SITEMAP;
	return wd_xml_tag_find(tags, WD_COUNTOF(tags), ns, lower);
}

struct state {
	struct wd_parse_ctx *pc;
	struct wd_arena *a;
	struct wd_err *err;
	struct wd_entry entry;
	bool in_entry;
	struct wd_str lastmod, name;
	size_t count;
};

static int on_start(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct state *s = ctx;
	if (e->tag == S_URL || e->tag == S_SITEMAP) {
		s->entry = (struct wd_entry){0};
		s->in_entry = true;
		s->lastmod = s->name = WD_STR_NONE;
		if (e->tag == S_SITEMAP)
			s->entry.item_type = WD_STR("sitemap");
		return WD_OK;
	}
	if (!s->in_entry)
		return WD_OK;
	if (e->tag == S_LINK) {
		struct wd_link *l =
			s->entry.links.n < WD_MAX_LIST ? wd_vec_push(s->a, &s->entry.links) : NULL;
		if (l != NULL)
			*l = (struct wd_link){
				.href = wd_field_url(s->pc, s->a, e->base, wd_xml_attr(e, "href")),
				.rel = wd_arena_str(s->a, wd_xml_attr(e, "rel")),
				.hreflang = wd_arena_str(s->a, wd_xml_attr(e, "hreflang"))};
	} else if (e->tag != S_NONE && e->tag != S_NEWS && e->tag != S_IMAGE && e->tag != S_VIDEO) {
		wd_xml_capture(x, WD_XML_TEXT);
	}
	return WD_OK;
}

static void set(struct state *s, struct wd_str *to, struct wd_str text)
{
	if (to->n == 0)
		*to = wd_arena_str(s->a, wd_utf8_squeeze(s->a, wd_utf8_trim(text)));
}

/** "a, b, c" */
static void add_list(struct state *s, wd_strs *list, struct wd_str text)
{
	struct wd_str piece;
	while (wd_str_split(&text, ',', &piece))
		wd_field_add_str(s->a, list, piece);
}

static void on_text(struct state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	struct wd_str url = wd_field_url(s->pc, s->a, e->base, text);
	switch (e->tag) {
	case S_LOC:
		en->link = url;
		break;
	case S_LASTMOD:
		set(s, &s->lastmod, text);
		break;
	case S_NAME:
		set(s, &s->name, text);
		break;
	case S_LANGUAGE:
		set(s, &en->language, text);
		break;
	case S_DATE:
		wd_field_published(s->pc, en, text, "news:publication_date");
		break;
	case S_TITLE:
		set(s, &en->title, text);
		break;
	case S_VIDEO_TITLE:
		set(s, &en->title, text);
		break;
	case S_DESCRIPTION:
		set(s, &en->summary, text);
		break;
	case S_KEYWORDS:
		add_list(s, &en->keywords, text);
		break;
	case S_GENRES:
		add_list(s, &en->genres, text);
		break;
	case S_IMAGE_LOC:
		if (en->image.href.n == 0)
			en->image.href = url;
		break;
	case S_CAPTION:
		set(s, &en->image.caption, text);
		break;
	case S_IMAGE_TITLE:
		set(s, &en->image.title, text);
		break;
	case S_THUMBNAIL: {
		struct wd_image *i = url.n > 0 && en->media_thumbnails.n < WD_MAX_LIST
					     ? wd_vec_push(s->a, &en->media_thumbnails)
					     : NULL;
		if (i != NULL)
			i->href = url;
		break;
	}
	case S_CONTENT_LOC: {
		struct wd_enclosure *enc = url.n > 0 && en->enclosures.n < WD_MAX_LIST
						   ? wd_vec_push(s->a, &en->enclosures)
						   : NULL;
		if (enc != NULL)
			enc->href = url;
		break;
	}
	default:
		break;
	}
}

static int emit(struct wd_xml *x, struct state *s)
{
	struct wd_entry *en = &s->entry;
	int rc = WD_OK;
	s->in_entry = false;
	if (en->link.n > 0) {
		if (++s->count > WD_MAX_ENTRIES)
			return wd_err_set(s->err, WD_E_LIMIT, "more than %d URLs", WD_MAX_ENTRIES);
		en->guid = en->link;
		en->title_type = en->summary_type = WD_STR("text/plain");
		(void)wd_field_date(s->pc, en->language, s->lastmod, &en->updated);
		if (s->name.n > 0) {
			en->source = wd_arena_new_of(s->a, struct wd_feed);
			if (en->source != NULL)
				en->source->title = s->name;
		}
		wd_xml_take_faults(x, s->a, &en->faults);
		rc = s->pc->emit(en, s->pc->feed, s->pc->emit_ctx);
	}
	wd_arena_reset(s->a);
	return rc;
}

static int on_end(struct wd_xml *x, const struct wd_xml_elem *e, void *ctx)
{
	struct state *s = ctx;
	const struct wd_xml_content *c = wd_xml_content(x);
	if (!s->in_entry)
		return WD_OK;
	if (e->tag == S_URL || e->tag == S_SITEMAP)
		return emit(x, s);
	if (c != NULL && c->text.n > 0)
		on_text(s, e, c->text);
	return WD_OK;
}

static int sitemap_sniff(struct wd_str text, const struct wd_doc *doc)
{
	struct wd_xml_root root;
	(void)doc;
	if (!wd_xml_root(text, &root))
		return 0;
	return wd_str_eqc(root.name, "urlset") || wd_str_eqc(root.name, "sitemapindex") ? 95 : 0;
}

static int sitemap_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	static const struct wd_xml_ops ops = {lookup, on_start, on_end, NULL};
	struct state s = {.pc = ctx, .a = ctx->entry_arena, .err = err};
	struct wd_xml_result result = {0};
	struct wd_xml_root root;
	bool index = wd_xml_root(ctx->text, &root) && wd_str_eqc(root.name, "sitemapindex");
	ctx->feed->format = index ? WD_STR("sitemapindex") : WD_STR("sitemap");
	int rc = wd_xml_parse(ctx->arena, ctx->text, ctx->doc != NULL ? ctx->doc->url : WD_STR_NONE,
		&ops, &s, &result, err);
	ctx->feed->wellformed = result.wellformed;
	ctx->feed->faults = result.faults;
	return rc;
}

const struct wd_parser_ops wd_sitemap_parser = {
	.name = "sitemap", .sniff = sitemap_sniff, .parse = sitemap_parse};
