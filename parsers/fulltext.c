/*
 * Pages at hand → articles. Nothing is fetched: ctx->pages knows what has been received, and its
 * answer is a function of the document in work, so a replay gives the same article again.
 */
#include "parsers/fulltext.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/charset.h"
#include "parsers/inflate.h"
#include "parsers/merge.h"
#include "parsers/page.h"
#include "parsers/page_parts.h"
#include "parsers/parser.h"

enum { WALL_TEXT = 600 }; /* bytes */

/* One page, not joined. */
static int read_one(
	struct wd_build_ctx *ctx, struct wd_str link, struct wd_article *ret, struct wd_err *err)
{
	struct wd_arena *a = ctx->arena;
	struct wd_doc *doc = wd_arena_new_of(a, struct wd_doc);
	struct wd_charset_result text;
	struct wd_str body;
	if (doc == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	int r = ctx->pages->find(link, ctx->doc, a, doc, ctx->pages->ctx);
	if (r != WD_OK)
		return r;
	if (doc->url.n == 0)
		doc->url = link;
	r = wd_inflate(a, doc->body, &body, err);
	if (r == WD_OK)
		r = wd_charset_decode(a, body, WD_CHARSET_HTML, doc->content_type,
			doc->hints.charset, &text, err);
	if (r == WD_OK)
		r = wd_page_build(a, doc, text.text, NULL, ret, err);
	if (r == WD_OK && ret->text.n < WALL_TEXT && wd_parser_is_bot_wall(text.text))
		r = wd_err_set(err, WD_E_UNSUPPORTED, "no article but a bot wall");
	return r;
}

int wd_fulltext_join(
	struct wd_build_ctx *ctx, struct wd_str url, struct wd_article *first, struct wd_err *err)
{
	struct wd_str next = first->next_page;
	for (unsigned n = 1; next.n > 0 && n < WD_MAX_ARTICLE_PAGES; n++) {
		struct wd_article page;
		struct wd_err ignored;
		if (!wd_page_is_next(ctx->arena, url, next) ||
			read_one(ctx, next, &page, &ignored) != WD_OK)
			return WD_OK;
		int r = wd_merge_next(ctx->arena, &page, first, err);
		if (r != WD_OK)
			return r;
		wd_repair_add(ctx->arena, &first->repairs, "joined-page", "text", 1, next);
		url = next;
		next = page.next_page;
	}
	return WD_OK;
}

int wd_fulltext_read(
	struct wd_build_ctx *ctx, struct wd_str link, struct wd_article *ret, struct wd_err *err)
{
	int r = read_one(ctx, link, ret, err);
	return r == WD_OK ? wd_fulltext_join(ctx, ret->doc->url, ret, err) : r;
}
