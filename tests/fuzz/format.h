/**
 * What the fuzz targets of single formats share: any bytes go through the whole way from a document
 * to its entries, forced to one format, and what comes out is checked.
 */
#pragma once
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/parser.h"

struct fuzz_format {
	size_t entries;
	const struct wd_feed *feed;
};

/* A lone carriage return is white space like any other: libxml2 keeps it, cleaning squeezes it. */
static inline void fuzz_text(struct wd_str s)
{
	WD_ASSERT(s.n == 0 || wd_utf8_ok(s));
	for (size_t i = 0; i < s.n; i++)
		WD_ASSERT((unsigned char)s.p[i] >= 0x20 || wd_is_space(s.p[i]));
}

static inline int fuzz_entry(const struct wd_entry *e, const struct wd_feed *feed, void *ctx)
{
	struct fuzz_format *f = ctx;
	WD_ASSERT(feed == f->feed);
	f->entries++;
	const struct wd_str all[] = {e->title, e->link, e->guid, e->summary, e->byline, e->slugline,
		e->dateline_text, e->dateline_city, e->pubstatus, e->item_type, e->ednote,
		e->rights, e->rights_holder, e->credit, e->version, e->language};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		fuzz_text(all[i]);
	WD_VEC_EACH (const struct wd_content, c, &e->content) {
		fuzz_text(c->value);
		WD_ASSERT(c->type.n > 0);
	}
	WD_VEC_EACH (const struct wd_subject, s, &e->subjects) {
		fuzz_text(s->code);
		fuzz_text(s->name);
	}
	WD_VEC_EACH (const struct wd_str, k, &e->keywords)
		WD_ASSERT(k->n > 0);
	WD_ASSERT(e->urgency >= 0 && e->urgency <= 9 && e->priority >= 0 && e->priority <= 9);
	WD_ASSERT(e->content.n <= WD_MAX_LIST && e->subjects.n <= WD_MAX_LIST);
	WD_ASSERT(e->published.precision <= WD_DATE_TIME);
	return WD_OK;
}

static inline int fuzz_format(const char *format, const uint8_t *data, size_t size)
{
	if (size == 0 || size > 256 * WD_KIB)
		return 0;
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = wd_doc_new(WD_MIB);
	wd_cleanup(wd_arena_freep) struct wd_arena *fa = wd_arena_new(64 * WD_MIB);
	wd_cleanup(wd_arena_freep) struct wd_arena *ea = wd_arena_new(16 * WD_MIB);
	struct wd_feed feed = {0};
	struct fuzz_format f = {.feed = &feed};
	struct wd_err err = {0};
	WD_ASSERT(doc != NULL && fa != NULL && ea != NULL);
	doc->body = (struct wd_str){(const char *)data, size};
	doc->url = WD_STR("https://wire.example/feed");
	doc->hints.format = wd_str_c(format);
	struct wd_parse_ctx ctx = {.doc = doc,
		.arena = fa,
		.feed = &feed,
		.now_us = INT64_C(1755993600000000),
		.emit = fuzz_entry,
		.emit_ctx = &f,
		.entry_arena = ea};
	int rc = wd_parse_feed(&ctx, &err);
	WD_ASSERT(rc <= 0 && (rc == WD_OK || err.text[0] != '\0'));
	WD_ASSERT(rc != WD_OK || feed.format.n > 0);
	WD_ASSERT(f.entries <= WD_MAX_ENTRIES);
	return 0;
}
