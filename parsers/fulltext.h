/**
 * Articles from pages at hand (an archive, the spool): what feeds with `fulltext` are completed
 * from, and the further pages of an article that has several.
 */
#pragma once
#include "parsers/build.h"

/**
 * The page an address leads to, as an article in ctx->arena, all its pages joined. WD_E_NOTFOUND:
 * no page at hand; other errors: there is one, and it gives no article (err says why). The strings
 * of *ret live in the arena.
 */
WD_MUST_USE int wd_fulltext_read(
	struct wd_build_ctx *ctx, struct wd_str link, struct wd_article *ret, struct wd_err *err);
/** Appends the further pages of an article, as far as they are at hand. */
WD_MUST_USE int wd_fulltext_join(
	struct wd_build_ctx *ctx, struct wd_str url, struct wd_article *first, struct wd_err *err);
