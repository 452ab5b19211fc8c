/*
 * The parts of a JSON item: its files (renditions), the pictures that go with it (associations of
 * ninjs 1.x and 2.x), and the components that archives' search results are made of, where an
 * assetType says what each text is and `proxies` hold it.
 *
 * Of one picture in several sizes the widest is the item's image; where no width is given, the
 * first that is no thumbnail.
 */
#include "parsers/fields.h"
#include "parsers/ninjs_impl.h"

struct wd_str ninjs_first_text(const struct wd_jnode *o, const char *const *names)
{
	for (; *names != NULL; names++) {
		struct wd_str s = ninjs_main_value(wd_jnode_get(o, *names));
		/* what a script wrote for a value it did not have */
		if (s.n > 0 && !wd_str_eqc(s, "None") && !wd_str_eqc(s, "null"))
			return s;
	}
	return WD_STR_NONE;
}

/* ---- files ---- */

/** By its type; without one by its name, when nothing says that it is a text. */
static bool is_picture(const struct wd_jnode *n, struct wd_str href, struct wd_str type)
{
	static const char *const others[] = {
		".nitf", ".xml", ".json", ".txt", ".html", ".mp4", ".mp3", ".pdf"};
	if (type.n > 0)
		return wd_str_istarts(type, WD_STR("image/"));
	for (size_t i = 0; i < WD_COUNTOF(others); i++) {
		if (wd_str_ends(href, wd_str_c(others[i])))
			return false;
	}
	struct wd_str medium = wd_jnode_text(n, "type");
	return medium.n == 0 || wd_str_ieqc(medium, "picture") || wd_str_ieqc(medium, "graphic");
}

struct files {
	const struct wd_parse_ctx *ctx;
	struct wd_entry *entry;
	struct wd_image *image;
	uint64_t width; /* of `image` */
};

/** An object under its name (1.x), an element with a name (2.x), or just an address. */
static void add_file(struct files *f, const struct wd_jnode *n)
{
	struct wd_arena *a = f->ctx->entry_arena;
	struct wd_entry *e = f->entry;
	struct wd_str name = n->key.n > 0 ? n->key : wd_jnode_text(n, "name");
	struct wd_str ref = n->type == WD_J_STRING ? n->text : wd_jnode_text(n, "href");
	struct wd_str href = wd_field_url(f->ctx, a, WD_STR_NONE, ref);
	struct wd_str type = NINJS_FIRST(n, "mimetype", "contenttype");
	if (href.n == 0 || e->enclosures.n >= WD_MAX_LIST)
		return;
	if (wd_str_ieqc(name, "canonical") || wd_str_istarts(type, WD_STR("text/html"))) {
		if (e->link.n == 0)
			e->link = href;
		return;
	}
	struct wd_enclosure *enc = wd_vec_push(a, &e->enclosures);
	if (enc != NULL)
		*enc = (struct wd_enclosure){href, type, NINJS_FIRST(n, "sizeinbytes", "filesize")};
	if (!is_picture(n, href, type))
		return;
	uint64_t width;
	if (wd_str_to_u64(wd_jnode_text(n, "width"), 1, UINT32_MAX, &width) != WD_OK)
		width = wd_str_ifind(name, WD_STR("thumb"), 0) == SIZE_MAX;
	if (f->image->href.n == 0 || width > f->width) {
		f->image->href = href;
		f->width = width;
	}
}

static void add_files(struct files *f, const struct wd_jnode *list)
{
	for (const struct wd_jnode *n = list != NULL ? list->first : NULL; n != NULL; n = n->next)
		add_file(f, n);
}

static void describe(struct wd_image *image, const struct wd_jnode *picture)
{
	if (image->caption.n == 0)
		image->caption = NINJS_FIRST(picture, "description_text", "description_caption",
			"descriptions", "description", "headline", "headlines");
	if (image->credit.n == 0)
		image->credit =
			NINJS_FIRST(picture, "creditline", "byline", "by", "copyrightholder");
}

void ninjs_read_files(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, const struct wd_jnode *item)
{
	struct files own = {.ctx = ctx, .entry = e, .image = &e->image};
	const struct wd_jnode *list = wd_jnode_get(item, "associations");
	add_files(&own, wd_jnode_get(item, "renditions"));
	add_files(&own, wd_jnode_get(item, "renderurls"));
	for (const struct wd_jnode *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
		struct wd_image image = {0};
		struct files theirs = {.ctx = ctx, .entry = e, .image = &image};
		struct wd_str type = wd_jnode_text(n, "type");
		if (!wd_str_ieqc(type, "picture") && !wd_str_ieqc(type, "graphic"))
			continue;
		add_files(&theirs, wd_jnode_get(n, "renditions"));
		if (e->image.href.n > 0 || image.href.n == 0)
			continue;
		e->image = image;
		describe(&e->image, n);
	}
}

/* ---- components ---- */

/** The text of a component: of its first proxy that holds one. */
static struct wd_str component_text(const struct wd_jnode *component)
{
	const struct wd_jnode *list = wd_jnode_get(component, "proxies");
	struct wd_str s = WD_STR_NONE;
	for (const struct wd_jnode *n = list != NULL ? list->first : NULL; n != NULL && s.n == 0;
		n = n->next)
		s = NINJS_FIRST(n, "clobdata", "varchardata");
	return s;
}

/** What the whole is, in ninjs' words. */
static void set_type(struct wd_entry *e, struct wd_str asset)
{
	static const char *const types[][2] = {{"text", "text"}, {"short", "text"},
		{"brief", "text"}, {"alert", "text"}, {"picture", "picture"}, {"photo", "picture"},
		{"graphic", "graphic"}, {"video", "video"}, {"audio", "audio"}};
	for (size_t i = 0; i < WD_COUNTOF(types) && e->item_type.n == 0; i++) {
		if (wd_str_ieqc(asset, types[i][0]))
			e->item_type = wd_str_c(types[i][1]);
	}
}

void ninjs_read_components(struct wd_arena *a, struct wd_entry *e, const struct wd_jnode *item)
{
	const struct wd_jnode *list = wd_jnode_get(item, "newscomponents");
	struct wd_str caption = WD_STR_NONE;
	if (list == NULL)
		return;
	set_type(e, wd_jnode_text(item, "assettype"));
	if (e->slugline.n == 0)
		e->slugline = NINJS_FIRST(item, "topic");
	for (const struct wd_jnode *n = list->first; n != NULL; n = n->next) {
		struct wd_str what = wd_jnode_text(n, "assettype"), text = component_text(n);
		if (wd_str_ieqc(what, "title") && e->title.n == 0)
			e->title = text;
		else if (wd_str_ieqc(what, "lead") && e->summary.n == 0)
			e->summary = text;
		else if (wd_str_ieqc(what, "body"))
			wd_field_add_content(a, &e->content, text,
				wd_str_find(text, WD_STR("</"), 0) != SIZE_MAX ? "text/html"
									       : "text/plain");
		else if (wd_str_ieqc(what, "caption") && caption.n == 0)
			caption = text;
	}
	if (e->image.href.n > 0)
		e->image.caption = caption;
	if (e->summary.n == 0 && e->content.n == 0)
		e->summary = caption;
}
