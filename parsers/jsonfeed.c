/**
 * JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), read in two walks: the feed's own members
 * first, wherever they stand, then item by item. Ids may be numbers, `author` and `authors` may
 * stand together, and what has the wrong type is left out, not the item.
 */
#include "base/limits.h"
#include "parsers/fields.h"
#include "parsers/json_in.h"
#include "parsers/parsers.h"

#define SNIFF_MEMBERS 64

static int jsonfeed_sniff(struct wd_str text, const struct wd_doc *doc)
{
	(void)doc;
	struct wd_jread r = {.text = text};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * WD_KIB);
	struct wd_str key;
	bool items = false, named = false;
	if (a == NULL || !wd_jread_open(&r, '{'))
		return 0;
	for (int i = 0; i < SNIFF_MEMBERS && wd_jread_member(&r, a, &key); i++) {
		enum wd_jtype type;
		if (!wd_jread_peek(&r, &type))
			return 0;
		if (wd_str_ieqc(key, "version") && type == WD_J_STRING) {
			struct wd_jnode *v = wd_jread_value(&r, a);
			if (v != NULL &&
				wd_str_find(v->text, WD_STR("jsonfeed.org"), 0) != SIZE_MAX)
				return 95;
			continue;
		}
		items = items || (wd_str_ieqc(key, "items") && type == WD_J_ARRAY);
		named = named || wd_str_ieqc(key, "home_page_url") ||
			wd_str_ieqc(key, "feed_url") || wd_str_ieqc(key, "title");
		wd_jread_skip(&r);
	}
	return items && named ? 80 : items ? 40 : 0;
}

static void read_author(const struct wd_parse_ctx *ctx, struct wd_arena *a, wd_persons *list,
	const struct wd_jnode *n)
{
	if (n != NULL && n->type == WD_J_STRING)
		wd_field_add_author(a, list, n->text, WD_STR_NONE, WD_STR_NONE);
	else if (n != NULL && n->type == WD_J_OBJECT)
		wd_field_add_author(a, list, wd_jnode_text(n, "name"), wd_jnode_text(n, "email"),
			wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(n, "url")));
}

/** `authors` of 1.1; `author` of 1.0 when that is not there. */
static void read_authors(const struct wd_parse_ctx *ctx, struct wd_arena *a, wd_persons *list,
	const struct wd_jnode *authors, const struct wd_jnode *author)
{
	if (authors != NULL && authors->type == WD_J_ARRAY) {
		for (const struct wd_jnode *n = authors->first; n != NULL; n = n->next)
			read_author(ctx, a, list, n);
	}
	if (list->n == 0)
		read_author(ctx, a, list, author);
}

static void add_link(struct wd_arena *a, wd_links *list, struct wd_str href, const char *rel)
{
	struct wd_link *l = href.n > 0 && list->n < WD_MAX_LIST ? wd_vec_push(a, list) : NULL;
	if (l != NULL)
		*l = (struct wd_link){.href = href, .rel = wd_str_c(rel)};
}

static void read_hubs(struct wd_parse_ctx *ctx, const struct wd_jnode *hubs)
{
	if (hubs == NULL || hubs->type != WD_J_ARRAY || hubs->first == NULL)
		return;
	struct wd_feed *f = ctx->feed;
	const struct wd_jnode *hub = hubs->first;
	for (; hub != NULL && f->hub.n < WD_MAX_URL_BYTES; hub = hub->next) {
		struct wd_str url =
			wd_field_url(ctx, ctx->arena, WD_STR_NONE, wd_jnode_text(hub, "url"));
		if (url.n > 0 && f->hub.n > 0)
			url = wd_arena_cat(
				ctx->arena, wd_arena_cat(ctx->arena, f->hub, WD_STR(" ")), url);
		f->hub = url.n > 0 ? url : f->hub;
	}
}

static void read_feed(struct wd_parse_ctx *ctx, const struct wd_jnode *top)
{
	struct wd_feed *f = ctx->feed;
	struct wd_arena *a = ctx->arena;
	struct wd_str version = wd_jnode_text(top, "version"), image = wd_jnode_text(top, "icon");
	f->format = wd_str_ends(version, WD_STR("/1.1")) || version.n == 0 ||
				    wd_jnode_get(top, "authors") != NULL
			    ? WD_STR("jsonfeed11")
			    : WD_STR("jsonfeed10");
	f->title = wd_arena_str(a, wd_jnode_text(top, "title"));
	f->description = wd_arena_str(a, wd_jnode_text(top, "description"));
	f->language = wd_arena_str(a, wd_jnode_text(top, "language"));
	f->link = wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(top, "home_page_url"));
	f->self = wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(top, "feed_url"));
	f->next = wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(top, "next_url"));
	f->image.href = wd_field_url(
		ctx, a, WD_STR_NONE, image.n > 0 ? image : wd_jnode_text(top, "favicon"));
	f->complete = false;
	add_link(a, &f->links, f->link, "alternate");
	add_link(a, &f->links, f->self, "self");
	read_authors(
		ctx, a, &f->authors, wd_jnode_get(top, "authors"), wd_jnode_get(top, "author"));
	read_hubs(ctx, wd_jnode_get(top, "hubs"));
}

static void read_attachments(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, const struct wd_jnode *list)
{
	struct wd_arena *a = ctx->entry_arena;
	if (list == NULL || list->type != WD_J_ARRAY)
		return;
	for (const struct wd_jnode *n = list->first; n != NULL; n = n->next) {
		struct wd_str href = wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(n, "url"));
		struct wd_enclosure *enc = href.n > 0 && e->enclosures.n < WD_MAX_LIST
						   ? wd_vec_push(a, &e->enclosures)
						   : NULL;
		if (enc != NULL)
			*enc = (struct wd_enclosure){href, wd_jnode_text(n, "mime_type"),
				wd_jnode_text(n, "size_in_bytes")};
	}
}

static void read_tags(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, const struct wd_jnode *tags)
{
	if (tags == NULL || tags->type != WD_J_ARRAY)
		return;
	for (const struct wd_jnode *n = tags->first; n != NULL; n = n->next) {
		struct wd_str term = wd_jnode_str(n);
		struct wd_category *c = term.n > 0 && e->categories.n < WD_MAX_LIST
						? wd_vec_push(ctx->entry_arena, &e->categories)
						: NULL;
		if (c != NULL)
			c->term = term;
	}
}

static void read_item(
	const struct wd_parse_ctx *ctx, const struct wd_jnode *item, struct wd_entry *e)
{
	struct wd_arena *a = ctx->entry_arena;
	struct wd_str image = wd_jnode_text(item, "image");
	e->guid = wd_jnode_text(item, "id");
	e->title = wd_jnode_text(item, "title");
	e->title_type = WD_STR("text/plain");
	e->language = wd_jnode_text(item, "language");
	e->link = wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(item, "url"));
	e->summary = wd_jnode_text(item, "summary");
	e->summary_type = WD_STR("text/plain");
	struct wd_str external =
		wd_field_url(ctx, a, WD_STR_NONE, wd_jnode_text(item, "external_url"));
	if (e->link.n == 0)
		e->link = external;
	add_link(a, &e->links, e->link, "alternate");
	if (!wd_str_eq(external, e->link))
		add_link(a, &e->links, external, "related");
	e->image.href = wd_field_url(
		ctx, a, WD_STR_NONE, image.n > 0 ? image : wd_jnode_text(item, "banner_image"));
	wd_field_add_content(a, &e->content, wd_jnode_text(item, "content_html"), "text/html");
	wd_field_add_content(a, &e->content, wd_jnode_text(item, "content_text"), "text/plain");
	wd_field_published(ctx, e, wd_jnode_text(item, "date_published"), "date_published");
	(void)wd_field_date(ctx, e->language, wd_jnode_text(item, "date_modified"), &e->updated);
	read_authors(
		ctx, a, &e->authors, wd_jnode_get(item, "authors"), wd_jnode_get(item, "author"));
	read_tags(ctx, e, wd_jnode_get(item, "tags"));
	read_attachments(ctx, e, wd_jnode_get(item, "attachments"));
}

/** The feed's members but for the items, as a tree; where the items start goes to *items. */
static struct wd_jnode *read_top(struct wd_jread *r, struct wd_arena *a, size_t *items)
{
	struct wd_jnode *top = wd_arena_new_of(a, struct wd_jnode);
	struct wd_str key;
	*items = SIZE_MAX;
	if (top == NULL || !wd_jread_open(r, '{'))
		return top;
	top->type = WD_J_OBJECT;
	while (wd_jread_member(r, a, &key)) {
		enum wd_jtype type;
		if (wd_str_ieqc(key, "items") && wd_jread_peek(r, &type) && type == WD_J_ARRAY) {
			*items = r->at;
			wd_jread_skip(r);
			continue;
		}
		struct wd_jnode *n = wd_jread_value(r, a);
		if (n == NULL)
			break;
		n->key = key;
		n->next = top->first;
		top->first = n;
	}
	return top;
}

static int emit_items(struct wd_parse_ctx *ctx, struct wd_jread *r, struct wd_err *err)
{
	size_t count = 0;
	if (!wd_jread_open(r, '['))
		return WD_OK;
	while (wd_jread_element(r)) {
		if (++count > WD_MAX_ENTRIES)
			return wd_err_set(err, WD_E_LIMIT, "more than %d items", WD_MAX_ENTRIES);
		struct wd_jnode *item = wd_jread_value(r, ctx->entry_arena);
		if (item == NULL)
			return wd_err_set(err, WD_E_LIMIT, "item %zu is too large", count);
		if (item->type == WD_J_OBJECT && item->first != NULL) {
			struct wd_entry e = {0};
			read_item(ctx, item, &e);
			int rc = ctx->emit(&e, ctx->feed, ctx->emit_ctx);
			if (rc < 0)
				return rc;
		} else {
			r->faults |= WD_JF_STRUCTURE;
		}
		wd_arena_reset(ctx->entry_arena);
	}
	return WD_OK;
}

static int jsonfeed_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	struct wd_jread r = {.text = ctx->text};
	size_t items;
	struct wd_jnode *top = read_top(&r, ctx->arena, &items);
	if (top == NULL)
		return wd_err_set(err, WD_E_NOMEM, "jsonfeed");
	read_feed(ctx, top);
	int rc = WD_OK;
	if (items != SIZE_MAX) {
		r.at = items;
		rc = emit_items(ctx, &r, err);
	}
	ctx->feed->wellformed = r.faults == 0;
	wd_jread_faults(&r, ctx->arena, &ctx->feed->faults);
	return rc;
}

const struct wd_parser_ops wd_jsonfeed_parser = {
	.name = "jsonfeed", .sniff = jsonfeed_sniff, .parse = jsonfeed_parse};
