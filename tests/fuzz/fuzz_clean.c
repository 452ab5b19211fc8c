/*
 * The cleaner on any bytes. Invariants: valid UTF-8; only elements of the allow-list, well nested;
 * cleaning the result again changes nothing; every word of the text that the HTML tree shows stands
 * in the result or in `removed`; every paragraph of the text stands in the HTML.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean.h"
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

/* It ends in what may be the beginning of a reference, which the next text goes on with. */
static bool opens_reference(struct wd_str s)
{
	while (s.n > 0 && (wd_is_alnum(s.p[s.n - 1]) || s.p[s.n - 1] == '#' || s.p[s.n - 1] == ';'))
		s.n--;
	return s.n > 0 && s.p[s.n - 1] == '&';
}

/* Without what nobody sees at its end: soft hyphens, joiners, spaces of no width. */
static struct wd_str without_unseen(struct wd_str s)
{
	static const char *const unseen[] = {"\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C",
		"\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF"};
	for (size_t i = 0; i < WD_COUNTOF(unseen);) {
		struct wd_str u = wd_str_c(unseen[i++]);
		if (s.n >= u.n && memcmp(s.p + s.n - u.n, u.p, u.n) == 0) {
			s.n -= u.n;
			i = 0;
		}
	}
	return s;
}

/* Every word that a reader of the source tree sees. Numbers may be an ordered list's; a tag's name,
 * or CDATA, may be one that a later round of the repair understands. */
static void check_words(
	struct wd_arena *a, struct wd_str input, bool repaired, const struct wd_clean *c)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	struct wd_err err;
	struct wd_buf have;
	if (wd_html_parse(a, input, &parse, &tree, &err) < 0)
		return;
	wd_buf_init(&have, 64 * WD_MIB);
	struct wd_html out;
	if (wd_html_parse(a, c->html, &parse, &out, &err) < 0)
		return;
	for (struct wd_node *n = out.root; n != NULL; n = wd_node_next(out.root, n, false)) {
		if (n->type == WD_NODE_TEXT)
			squash(&have, n->text);
	}
	WD_VEC_EACH (const struct wd_removed, r, &c->removed) {
		wd_buf_putc(&have, ' ');
		squash(&have, r->text);
	}
	struct wd_str before = WD_STR_NONE;
	for (struct wd_node *n = tree.root; n != NULL;) {
		bool code = n->tag == WD_TAG_SCRIPT || n->tag == WD_TAG_TEMPLATE ||
			    n->tag == WD_TAG_NOFRAMES || n->tag == WD_TAG_NOEMBED ||
			    n->tag == WD_TAG_TITLE || n->tag == WD_TAG_HEAD ||
			    n->tag == WD_TAG_MAP || n->tag == WD_TAG_FRAMESET ||
			    n->tag == WD_TAG_DATALIST || n->tag == WD_TAG_COLGROUP ||
			    n->tag == WD_TAG_STYLE;
		struct wd_str s = n->type == WD_NODE_TEXT ? n->text : WD_STR_NONE;
		for (size_t i = 0; i < s.n;) {
			while (i < s.n && !wd_is_alpha(s.p[i]))
				i++;
			size_t from = i;
			while (i < s.n && wd_is_alpha(s.p[i]))
				i++;
			/* A mark right behind, in this node or the next, composes (NFC); a control
			 * between them goes. */
			bool composes = i >= s.n || (unsigned char)s.p[i] >= 0x7F ||
					(unsigned char)s.p[i] < ' ';
			if (composes)
				i--;
			struct wd_str word = wd_str_sub(s, from, i > from ? i : from);
			bool markup = wd_tag_find(word) != WD_TAG_OTHER ||
				      wd_str_eq(word, WD_STR("CDATA"));
			/* a reference that comes together when a soft hyphen in it goes */
			struct wd_str ahead = from == 0 ? before : wd_str_sub(s, 0, from);
			struct wd_str seen = without_unseen(ahead);
			bool joined = (from == 0 || seen.n < ahead.n) && opens_reference(seen);
			if (word.n >= 4 && !(repaired && (markup || joined)))
				WD_ASSERT(wd_str_find(wd_buf_str(&have), word, 0) != SIZE_MAX);
			i += composes;
		}
		before = s.n > 0 ? s : before;
		n = wd_node_next(tree.root, n, code);
	}
	wd_buf_done(&have);
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
	/* A tag can come together when controls in it are taken out: no words of the input. */
	for (size_t i = 0; !sanitise_only && i < input.n; i++) {
		if ((unsigned char)input.p[i] < 0x20 && !wd_is_space(input.p[i]))
			return;
	}
	if (!sanitise_only) { /* tags in pieces are no words; what the repair makes of them is */
		wd_repairs ignored = {0};
		input = wd_repair_mojibake(a, input, "text", &ignored);
		input = wd_repair_markup(a, input, "text", &ignored);
	}
	check_words(a, input, !sanitise_only, &once);
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
