/*
 * The cleaner on any bytes. Invariants: valid UTF-8; only elements of the allow-list, well nested;
 * cleaning the result again changes nothing; every word of the text that the HTML tree shows stands
 * in the result or in `removed`, after each pass.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean_impl.h"
#include "parsers/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Letters and digits alone: cleaning may move white space and signs, never words. */
static void squash(struct wd_buf *out, struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (wd_is_alnum(s.p[i]))
			wd_buf_putc(out, s.p[i]);
	}
}

static void check_nesting(struct wd_str html)
{
	enum { DEPTH = 4096 };
	static struct wd_str open[DEPTH];
	size_t depth = 0;
	for (size_t at = 0; (at = wd_str_chr(html, '<', at)) != SIZE_MAX;) {
		size_t end = wd_str_chr(html, '>', at);
		WD_ASSERT(end != SIZE_MAX);
		bool closes = html.p[at + 1] == '/';
		size_t from = at + 1 + closes, to = from;
		while (wd_is_alnum(html.p[to]))
			to++;
		struct wd_str name = wd_str_sub(html, from, to);
		enum wd_tag tag = wd_tag_find(name);
		WD_ASSERT(tag != WD_TAG_OTHER && tag != WD_TAG_SCRIPT && tag != WD_TAG_STYLE);
		if (closes) {
			WD_ASSERT(depth > 0);
			WD_ASSERT(wd_str_eq(open[--depth], name));
		} else if (!wd_tag_is_void(tag)) {
			WD_ASSERT(depth < DEPTH);
			open[depth++] = name;
		}
		at = end + 1;
	}
	WD_ASSERT(depth == 0);
}

/* Elements whose content no reader sees. */
static bool is_unseen(const struct wd_node *n)
{
	switch ((int)n->tag) {
	case WD_TAG_SCRIPT:
	case WD_TAG_STYLE:
	case WD_TAG_TEMPLATE:
	case WD_TAG_NOFRAMES:
	case WD_TAG_NOEMBED:
	case WD_TAG_TITLE:
	case WD_TAG_HEAD:
	case WD_TAG_MAP:
	case WD_TAG_FRAMESET:
	case WD_TAG_DATALIST:
	case WD_TAG_COLGROUP:
		return true;
	default:
		return false;
	}
}

/* The words of one text. */
static void check_text(struct wd_str s, struct wd_str have)
{
	enum { LEAST = 4 };
	bool starts = true; /* a line */
	for (size_t i = 0; i < s.n;) {
		for (; i < s.n && !wd_is_alpha(s.p[i]); i++) {
			/* "{| class=x": no words, but what opens a wiki's table */
			if (starts && wd_str_starts(wd_str_from(s, i), WD_STR("{|")))
				i = WD_MIN(wd_str_chr(s, '\n', i), s.n - 1);
			starts = s.p[i] == '\n' || (starts && wd_is_space(s.p[i]));
		}
		size_t from = i;
		while (i < s.n && wd_is_alpha(s.p[i]))
			i++;
		starts = false;
		/* A mark right behind, in this node or the next, composes (NFC); a control between
		 * them goes. */
		bool composes =
			i >= s.n || (unsigned char)s.p[i] >= 0x7F || (unsigned char)s.p[i] < ' ';
		struct wd_str word = wd_str_sub(s, from, i > from && composes ? i - 1 : i);
		if (word.n >= LEAST)
			WD_ASSERT(wd_str_find(have, word, 0) != SIZE_MAX);
	}
}

/* Every word that a reader of the source tree sees stands in the result or in `removed`. */
static void check_words(struct wd_arena *a, struct wd_str input, const struct wd_clean *c)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html in, out;
	struct wd_err err;
	struct wd_buf have;
	if (wd_html_parse(a, input, &parse, &in, &err) < 0 ||
		wd_html_parse(a, c->html, &parse, &out, &err) < 0)
		return;
	wd_buf_init(&have, 64 * WD_MIB);
	for (struct wd_node *n = out.root; n != NULL; n = wd_node_next(out.root, n, false)) {
		if (n->type == WD_NODE_TEXT)
			squash(&have, n->text);
	}
	WD_VEC_EACH (const struct wd_removed, r, &c->removed) {
		wd_buf_putc(&have, ' ');
		squash(&have, r->text);
	}
	for (struct wd_node *n = in.root; n != NULL; n = wd_node_next(in.root, n, is_unseen(n))) {
		if (n->type == WD_NODE_TEXT)
			check_text(n->text, wd_buf_str(&have));
	}
	wd_buf_done(&have);
}

/* What one pass took out is told in the end. */
static void check_told(const struct wd_clean *pass, const struct wd_clean *all)
{
	WD_VEC_EACH (const struct wd_removed, r, &pass->removed) {
		size_t k = 0;
		while (k < all->removed.n && !wd_str_eq(all->removed.v[k].text, r->text))
			k++;
		WD_ASSERT(k < all->removed.n);
	}
}

/* Cleaning is made of passes, and the repair of each may see markup in what the one before left:
 * tags in pieces are no words, and what the repair makes of them is. So each pass is asked for its
 * words, and the last one for the result. */
static void check_passes(struct wd_arena *a, struct wd_str input, const struct wd_clean_opts *opts,
	const struct wd_clean *all)
{
	enum { MOST = 16 };
	struct wd_clean_rest rest;
	struct wd_clean pass;
	struct wd_err err;
	for (int n = 0; n < MOST; n++) {
		wd_repairs ignored = {0};
		if (wd_clean_pass(a, input, opts, &pass, &rest, &err) < 0)
			return;
		struct wd_str mended = wd_repair_mojibake(a, input, opts->field, &ignored);
		check_words(a, wd_repair_markup(a, mended, opts->field, &ignored), &pass);
		check_told(&pass, all);
		if (wd_str_eq(pass.html, all->html))
			return;
		if (wd_str_eq(pass.html, input))
			break;
		input = pass.html;
	}
	check_words(a, pass.html, all); /* what never comes to rest is shown as code */
}

static void check(struct wd_arena *a, struct wd_str input, bool sanitise_only)
{
	struct wd_clean_opts opts = {.field = "text",
		.base = WD_STR("http://example.org/a/"),
		.sanitise_only = sanitise_only};
	struct wd_clean once, twice;
	struct wd_err err;
	wd_arena_reset(a);
	if (wd_clean_fragment(a, input, &opts, &once, &err) < 0)
		return;
	WD_ASSERT(wd_utf8_ok(once.html) && wd_utf8_ok(once.text));
	check_nesting(once.html);
	if (wd_clean_fragment(a, once.html, &opts, &twice, &err) < 0)
		return;
	if (!wd_str_eq(once.html, twice.html))
		(void)fprintf(stderr, "once:\n%.*s\ntwice:\n%.*s\n", WD_STR_ARG(once.html),
			WD_STR_ARG(twice.html));
	WD_ASSERT(wd_str_eq(once.html, twice.html));
	if (sanitise_only)
		check_words(a, input, &once);
	else
		check_passes(a, input, &opts, &once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wd_arena *a;
	struct wd_str input = {(const char *)data, size};
	if (a == NULL) {
		struct wd_err err;
		WD_ASSERT(wd_clean_init(wd_datadir(), &err) == WD_OK);
		a = wd_arena_new(256 * WD_MIB);
	}
	if (size > 64 * WD_KIB || !wd_utf8_ok(input))
		return 0;
	check(a, input, true);
	check(a, input, false);
	return 0;
}
