/*
 * Whole pages on any bytes. Invariants: valid UTF-8 out; no word in the text that is not in the
 * page (JSON-LD's articleBody counts as the page); the headline, too; nothing leaves its limits.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/charset.h"
#include "parsers/clean.h"
#include "parsers/html.h"
#include "parsers/page.h"
#include "parsers/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ASCII letters and digits alone. */
static void squash(struct wd_buf *out, struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (wd_is_alnum(s.p[i]))
			wd_buf_putc(out, s.p[i]);
}

static void collect(struct wd_buf *out, struct wd_arena *a, struct wd_str text)
{
	static const struct wd_html_opts opts = {.keep_scripts = true};
	struct wd_html h;
	struct wd_err err;
	if (wd_html_parse(a, text, &opts, &h, &err) != WD_OK)
		return;
	/* Text first, whole: a word may go on across an element's border. */
	for (struct wd_node *n = h.root; n != NULL; n = wd_node_next(h.root, n, false))
		squash(out, n->text);
	for (struct wd_node *n = h.root; n != NULL; n = wd_node_next(h.root, n, false))
		for (size_t i = 0; i < n->attr_count; i++)
			squash(out, n->attrs[i].value);
}

/* Every run of ASCII letters of `s` stands somewhere in the page. */
static void check_words(struct wd_str have, struct wd_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && wd_is_alpha(s.p[i]))
			i++;
		if (i - from >= 3)
			WD_ASSERT(wd_str_find(have, wd_str_sub(s, from, i), 0) != SIZE_MAX);
		i = i == from ? i + 1 : i;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct wd_err err;
	struct wd_charset_result cs;
	if (!ready)
		ready = wd_clean_init(wd_datadir(), &err) == WD_OK;
	struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA * 2);
	struct wd_doc doc = {.fetched_at_us = INT64_C(1755993600000000)};
	struct wd_article art;
	struct wd_page_trace trace = {0};
	if (a == NULL ||
		wd_charset_decode(a, (struct wd_str){(const char *)data, size}, WD_CHARSET_HTML,
			WD_STR_NONE, WD_STR_NONE, &cs, &err) != WD_OK ||
		wd_page_build(a, &doc, cs.text, &trace, &art, &err) != WD_OK) {
		wd_arena_free(a);
		return 0;
	}
	WD_ASSERT(wd_utf8_ok(art.text) && wd_utf8_ok(art.html) && wd_utf8_ok(art.headline));
	WD_ASSERT(art.headline.n <= WD_MAX_TITLE_BYTES);
	WD_ASSERT(trace.strategy != NULL);
	for (size_t i = 0; i < art.authors.n; i++)
		WD_ASSERT(wd_utf8_ok(art.authors.v[i].name));
	/* JSON-LD has escapes of its own, and a repair may join what broken markup parted: there
	 * words are not looked for. */
	if (size < 4096 && art.repairs.n == 0 && memmem(data, size, "ld+json", 7) == NULL) {
		struct wd_buf have;
		wd_repairs unnoted = {0}; /* "<li+x" is text, without a repair to be noted */
		wd_buf_init(&have, 64 * WD_MIB);
		collect(&have, a, cs.text);
		collect(&have, a, wd_repair_markup(a, cs.text, "text", &unnoted));
		squash(&have, cs.text); /* what a lost quote made part of a tag */
		check_words(wd_buf_str(&have), art.text);
		wd_buf_done(&have);
	}
	wd_arena_free(a);
	return 0;
}
