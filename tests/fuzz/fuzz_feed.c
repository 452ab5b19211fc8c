/*
 * The feed parsers on any bytes, from charset to entries.
 *
 * Invariants: the mender's output is well-formed by libxml2's own judgement; what entries and feed
 * hold is valid UTF-8 without NUL; lists keep their limits; reading twice gives the same; the parse
 * ends.
 */
#include <libxml/parser.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/mend.h"
#include "parsers/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t entries;
	uint64_t sum;
};

static void check_text(struct wd_str s, struct seen *seen)
{
	WD_ASSERT(s.n == 0 || s.p != NULL);
	WD_ASSERT(wd_utf8_ok(s));
	WD_ASSERT(s.n == 0 || memchr(s.p, '\0', s.n) == NULL);
	for (size_t i = 0; i < s.n; i++)
		seen->sum = seen->sum * 31 + (unsigned char)s.p[i];
}

static int on_entry(const struct wd_entry *e, const struct wd_feed *feed, void *ctx)
{
	struct seen *seen = ctx;
	const struct wd_str *const texts[] = {&e->title, &e->link, &e->guid, &e->summary,
		&e->language, &e->rights, &e->comments, &e->title_lang, &e->date_reason,
		&e->image.href};
	WD_ASSERT(feed->format.n > 0);
	for (size_t i = 0; i < WD_COUNTOF(texts); i++)
		check_text(*texts[i], seen);
	WD_VEC_EACH (const struct wd_content, c, &e->content) {
		check_text(c->value, seen);
	}
	WD_VEC_EACH (const struct wd_person, p, &e->authors) {
		check_text(p->name, seen);
		check_text(p->email, seen);
	}
	WD_VEC_EACH (const struct wd_category, c, &e->categories) {
		check_text(c->term, seen);
	}
	WD_ASSERT(e->links.n <= WD_MAX_LIST && e->categories.n <= WD_MAX_LIST &&
		  e->enclosures.n <= WD_MAX_LIST && e->authors.n <= WD_MAX_LIST);
	WD_VEC_EACH (const struct wd_str, s, &e->faults) {
		WD_ASSERT(!wd_str_starts(*s, WD_STR("parser-stopped")));
	}
	seen->entries++;
	return WD_OK;
}

static int push(void *ctx, struct wd_str piece)
{
	(void)xmlParseChunk(ctx, piece.p, (int)piece.n, 0);
	return WD_OK;
}

static void ignore_fault(void *ctx, const char *code, size_t offset)
{
	(void)ctx, (void)code, (void)offset;
}

static void ignore_error(void *ctx, xmlErrorPtr e)
{
	(void)ctx;
	WD_ASSERT(e == NULL || e->level < XML_ERR_FATAL || e->code == XML_ERR_NO_MEMORY);
}

static void check_mender(struct wd_str text)
{
	static const struct wd_mend_ops ops = {push, ignore_fault, NULL};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 << 20);
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .serror = ignore_error};
	xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	WD_ASSERT(a != NULL && p != NULL);
	WD_ASSERT(wd_mend(a, text, &ops, p) == WD_OK);
	(void)xmlParseChunk(p, "", 0, 1);
	WD_ASSERT(p->wellFormed);
	xmlFreeParserCtxt(p);
}

static struct seen read_once(const uint8_t *data, size_t size)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 20);
	wd_cleanup(wd_arena_freep) struct wd_arena *ea = wd_arena_new(64 << 20);
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.body = {(const char *)data, size},
		.url = WD_STR("https://feeds.example/a/feed.xml")};
	struct wd_feed feed = {0};
	struct seen seen = {0};
	struct wd_err err = {0};
	WD_ASSERT(a != NULL && ea != NULL);
	struct wd_parse_ctx ctx = {.doc = &doc,
		.arena = a,
		.feed = &feed,
		.now_us = INT64_C(1756000000000000),
		.emit = on_entry,
		.emit_ctx = &seen,
		.entry_arena = ea};
	if (wd_parse_feed(&ctx, &err) != WD_OK) {
		WD_ASSERT(wd_utf8_ok(wd_str_c(err.text)));
		return seen;
	}
	check_text(feed.title, &seen);
	check_text(feed.link, &seen);
	check_text(feed.description, &seen);
	WD_VEC_EACH (const struct wd_str, s, &feed.faults) {
		WD_ASSERT(!wd_str_starts(*s, WD_STR("parser-stopped")));
	}
	if (wd_utf8_ok(doc.body))
		check_mender(doc.body);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen one = read_once(data, size), two = read_once(data, size);
	WD_ASSERT(one.entries == two.entries && one.sum == two.sum);
	return 0;
}
