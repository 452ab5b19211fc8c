/**
 * Parsers: bytes → entries (feeds, agency formats) through one interface. Stateless: what they
 * need is in the call. One entry's memory at a time: `emit` gets an entry that lives in `arena`,
 * and the parser resets its own scratch after it returns, so a 100,000-item feed needs the memory
 * of its largest item.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

struct wd_parse_ctx {
	const struct wd_doc *doc;
	struct wd_str text;     /* doc->body as UTF-8 (charset.c) */
	struct wd_arena *arena; /* feed-level memory: lives until the end of the document */
	struct wd_feed *feed;   /* filled as it is read; complete after parse returns */
	int64_t now_us;         /* for relative dates: the fetch time */
	/* Called for each entry in input order. The entry lives in entry_arena, which the parser
	 * resets after the call. A negative answer stops the parse and is returned. */
	int (*emit)(const struct wd_entry *entry, const struct wd_feed *feed, void *ctx);
	void *emit_ctx;
	struct wd_arena *entry_arena;
};

struct wd_parser_ops {
	const char *name; /* "xml", "jsonfeed", … */
	/** 0: not mine … 100: certainly mine. Looks at content first, then at hints. */
	int (*sniff)(struct wd_str text, const struct wd_doc *doc);
	int (*parse)(struct wd_parse_ctx *ctx, struct wd_err *err);
};

/** The best parser for the document, NULL when it is none of the known feed formats (e.g. an HTML
 * page). */
const struct wd_parser_ops *wd_parser_find(struct wd_str text, const struct wd_doc *doc);

/**
 * The whole way from a document to its entries: charset, detection, parse. `ctx->text` is made
 * here. WD_E_UNSUPPORTED: no feed format recognised; the text says what it looks like ("an HTML
 * page titled …; its feeds: …").
 */
WD_MUST_USE int wd_parse_feed(struct wd_parse_ctx *ctx, struct wd_err *err);

/** Names of formats that a document may be said to have (hints.format), by number; NULL: no more.
 */
const char *wd_parser_format(size_t i);
bool wd_parser_is_format(struct wd_str name);
/** Data, not prose: begins (and for lists of plain values ends) as JSON does. */
bool wd_parser_is_json(struct wd_str text);

/** The HTML holds the marks of a page that stands between a client and a site (a challenge, a
 * captcha). */
bool wd_parser_is_bot_wall(struct wd_str text);
