/*
 * The canonical tree → HTML and plain text.
 *
 * HTML: one block a line, every element closed, attributes in double quotes, no white space that
 * means something added: a parser of the HTML standard reads it without an error and finds the
 * same tree.
 * Plain text: every block a paragraph, paragraphs apart by a blank line, <br> as a line end; tables
 * left out, and paragraphs that are only the address of something embedded.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean_impl.h"

/* ---- HTML ---- */

enum { TO_ESCAPE = 1, TO_WATCH = 2 };
static const uint8_t byte_kinds[256] = {
	['&'] = TO_ESCAPE | TO_WATCH,
	['<'] = TO_ESCAPE | TO_WATCH,
	['>'] = TO_ESCAPE,
	['"'] = TO_ESCAPE,
	['/'] = TO_WATCH,
	['%'] = TO_WATCH,
	['='] = TO_WATCH,
	[']'] = TO_WATCH,
	['['] = TO_WATCH,
	['{'] = TO_WATCH,
	['\\'] = TO_WATCH,
	['|'] = TO_WATCH,
	['!'] = TO_WATCH,
	[','] = TO_WATCH,
	[';'] = TO_WATCH,
	[0xC2] = TO_WATCH,
	[0xCB] = TO_WATCH,
	[0xE2] = TO_WATCH,
	[0xE3] = TO_WATCH,
	[0xEF] = TO_WATCH,
};

static void put_escaped(struct wd_buf *out, char c)
{
	wd_buf_addc(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
}

static void put_value(struct wd_buf *out, struct wd_str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!(byte_kinds[(unsigned char)s.p[i]] & TO_ESCAPE))
			continue;
		wd_buf_add(out, wd_str_sub(s, from, i));
		put_escaped(out, s.p[i]);
		from = i + 1;
	}
	wd_buf_add(out, wd_str_from(s, from));
}

static void put_text(struct wd_buf *out, struct wd_clean_watch *w, const struct wd_node *n)
{
	struct wd_str s = n->text;
	size_t from = 0;
	wd_watch_text(w, n);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t kind = byte_kinds[(unsigned char)s.p[i]];
		if (kind == 0)
			continue;
		if (kind & TO_WATCH)
			wd_watch_byte(w, n, i);
		if (!(kind & TO_ESCAPE) || s.p[i] == '"')
			continue;
		wd_buf_add(out, wd_str_sub(s, from, i));
		put_escaped(out, s.p[i]);
		from = i + 1;
	}
	wd_buf_add(out, wd_str_from(s, from));
}

static bool opens_line(enum wd_tag tag)
{
	switch (tag) {
	case WD_TAG_BLOCKQUOTE:
	case WD_TAG_UL:
	case WD_TAG_OL:
	case WD_TAG_DL:
	case WD_TAG_TABLE:
	case WD_TAG_THEAD:
	case WD_TAG_TBODY:
	case WD_TAG_TFOOT:
	case WD_TAG_TR:
	case WD_TAG_FIGURE:
		return true;
	default:
		return false;
	}
}

static bool ends_line(const struct wd_node *n)
{
	uint8_t action = wd_clean_policy(n).action;
	return action == WD_CLEAN_LEAF || action == WD_CLEAN_CONTAINER || action == WD_CLEAN_RULE;
}

static void open_tag(struct wd_buf *out, const struct wd_node *n)
{
	wd_buf_putc(out, '<');
	wd_buf_add(out, wd_tag_name((enum wd_tag)n->tag));
	for (uint32_t i = 0; i < n->attr_count; i++) {
		wd_buf_putc(out, ' ');
		wd_buf_add(out, n->attrs[i].name);
		wd_buf_addc(out, "=\"");
		put_value(out, n->attrs[i].value);
		wd_buf_putc(out, '"');
	}
	wd_buf_putc(out, '>');
	if (opens_line((enum wd_tag)n->tag))
		wd_buf_putc(out, '\n');
}

static void close_tag(struct wd_buf *out, const struct wd_node *n)
{
	if (!wd_tag_is_void((enum wd_tag)n->tag)) {
		wd_buf_addc(out, "</");
		wd_buf_add(out, wd_tag_name((enum wd_tag)n->tag));
		wd_buf_putc(out, '>');
	}
	if (ends_line(n))
		wd_buf_putc(out, '\n');
}

struct wd_str wd_clean_html(
	struct wd_arena *a, const struct wd_node *root, struct wd_clean_watch *watch)
{
	struct wd_buf out;
	wd_watch_start(watch);
	wd_buf_init(&out, WD_MAX_BODY_BYTES * 2);
	for (const struct wd_node *n = root->first; n != NULL;) {
		if (n->type == WD_NODE_TEXT) {
			put_text(&out, watch, n);
		} else if (n->type == WD_NODE_ELEMENT) {
			wd_watch_open(watch, n, ends_line(n));
			open_tag(&out, n);
			if (n->first != NULL) {
				n = n->first;
				continue;
			}
			close_tag(&out, n);
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			if (n == root)
				continue;
			wd_watch_close(watch, n, ends_line(n));
			close_tag(&out, n);
		}
		n = n == root ? NULL : n->next;
	}
	while (out.n > 0 && out.p[out.n - 1] == '\n')
		out.n--;
	struct wd_str html = wd_buf_failed(&out) ? WD_STR_NONE : wd_arena_str(a, wd_buf_str(&out));
	wd_buf_done(&out);
	return html;
}

/* A paragraph made by embed(): a link whose text is its own address. */
static bool is_bare_link(const struct wd_node *block, struct wd_str text)
{
	const struct wd_node *link = block->first;
	return link != NULL && link->next == NULL && link->type == WD_NODE_ELEMENT &&
	       link->tag == WD_TAG_A && wd_str_eq(wd_node_attr(link, "href"), text);
}

/* Words of a picture: its caption, or loose text in a figure that has an image. */
static bool is_caption(const struct wd_node *root, const struct wd_node *n)
{
	if (n->tag == WD_TAG_FIGCAPTION)
		return true;
	for (const struct wd_node *u = n->parent; u != NULL && u != root; u = u->parent) {
		if (u->tag == WD_TAG_FIGURE)
			return wd_node_find(wd_unconst(u), WD_TAG_IMG) != NULL;
	}
	return false;
}

/* Captions may stay out of the text while they are few: the text has to cover the article. */
static bool captions_are_few(struct wd_arena *a, const struct wd_node *root)
{
	enum { PERCENT = 7 };
	size_t all = 0, captions = 0;
	for (struct wd_node *n = NULL; (n = wd_clean_next_block(root, n)) != NULL;) {
		size_t bytes = wd_clean_block_text(a, n).n;
		all += bytes;
		captions += is_caption(root, n) ? bytes : 0;
	}
	return captions * 100 <= all * PERCENT;
}

struct wd_str wd_clean_plain(struct wd_arena *a, const struct wd_node *root, bool captions_apart)
{
	struct wd_buf out;
	captions_apart = captions_apart && captions_are_few(a, root);
	wd_buf_init(&out, WD_MAX_BODY_BYTES);
	for (struct wd_node *n = NULL; (n = wd_clean_next_block(root, n)) != NULL;) {
		if (captions_apart && is_caption(root, n))
			continue;
		struct wd_str s = wd_str_trim(wd_clean_block_text(a, n));
		if (s.n == 0 || is_bare_link(n, s))
			continue;
		if (out.n > 0)
			wd_buf_addc(&out, "\n\n");
		wd_buf_add(&out, s);
	}
	struct wd_str text = wd_arena_str(a, wd_buf_str(&out));
	wd_buf_done(&out);
	return text;
}

/* ---- does it break off? ---- */

static struct wd_str last_paragraph(struct wd_str text, struct wd_str *before)
{
	size_t at = text.n;
	while (at >= 2 && !(text.p[at - 1] == '\n' && text.p[at - 2] == '\n'))
		at--;
	if (at < 2)
		at = 0;
	*before = wd_str_sub(text, 0, at > 0 ? at - 2 : 0);
	return wd_str_from(text, at);
}

static bool ends_sentence(struct wd_str s)
{
	static const uint32_t ends[] = {'.', '!', '?', '"', '\'', ')', ']', 0x201D, 0x2019, 0xBB,
		0x3002, 0x300D, 0x300F, 0xFF01, 0xFF1F, 0xFF09, 0x3011, 0x2026, 0xFF0E};
	size_t at = s.n;
	if (s.n == 0)
		return true;
	uint32_t cp = wd_utf8_prev(s, &at);
	for (size_t i = 0; i < WD_COUNTOF(ends); i++) {
		if (cp == ends[i])
			return true;
	}
	return false;
}

/* Words that no sentence ends with. */
static bool ends_in_function_word(struct wd_str s)
{
	static const char *const words[] = {"the", "a", "an", "of", "and", "or", "to", "with",
		"that", "for", "from", "by", "in", "at", "as", "is", "are", "was", "were", "has",
		"have", "had", "which", "who", "whose", "their", "its", "his", "between",
		"including", "while", "because", "but", "than", "into", "will", "would", "could",
		"should", NULL};
	static const char *const more[] = {"also", "not", "be", "been", "being", "if", "he", "she",
		"they", "we", "his", "our", "when", "where", "whether", "about", "against", "under",
		"after", "before", "among", "toward", "towards", "through", "during", "without",
		"can", "may", "must", "might", "this", "these", "those", "more", "most", "very",
		"both", "amid", "per", NULL};
	static const char *const endings[] = {"을", "를", "은", "는", "의", "와", "과", "에서",
		"에게", "으로", "및", "は", "が", "を", "の", "と", "、", "，", NULL};
	size_t at = s.n;
	while (at > 0 && wd_is_alpha(s.p[at - 1]))
		at--;
	struct wd_str word = wd_str_from(s, at);
	bool apart = at > 0 && s.p[at - 1] == ' ';
	for (size_t i = 0; apart && words[i] != NULL; i++) {
		if (wd_str_eqc(word, words[i]))
			return true;
	}
	for (size_t i = 0; apart && more[i] != NULL; i++) {
		if (wd_str_eqc(word, more[i]))
			return true;
	}
	for (size_t i = 0; endings[i] != NULL; i++) {
		if (wd_str_ends(s, wd_str_c(endings[i])))
			return true;
	}
	return false;
}

/* Korean and Japanese words that join what follows, where they end a text whose other paragraphs
 * end in full stops. A headline-like line may well end in one ("제도"), so the others have to speak
 * for it. */
static bool ends_in_joining_word(struct wd_str s)
{
	static const char *const endings[] = {"도", "에", "로", "며", "고", "지만", "면서", "에는",
		"부터", "까지", "보다", "처럼", "대해", "위해", "통해", "따라", "대한", "위한",
		"관한", "하는", "되는", "있는", "하여", "해서", "라며", "라고", "다는", "다며",
		"이며", "に", "で", "も", "て", "へ", "や", "から", "まで", "など", "より", "ため",
		"による", "ついて", "する", "した", NULL};
	for (size_t i = 0; endings[i] != NULL; i++) {
		if (wd_str_ends(s, wd_str_c(endings[i])))
			return true;
	}
	return false;
}

bool wd_clean_breaks_off(struct wd_str text)
{
	enum { SHORT_BYTES = 50, LONG_BYTES = 80 };
	struct wd_str before, last = last_paragraph(wd_str_trim(text), &before);
	if (last.n == 0)
		return false;
	if (wd_str_ends(last, WD_STR(":")) || wd_str_ends(last, WD_STR("：")))
		return before.n > 0 || last.n > LONG_BYTES;
	if (wd_str_ends(last, WD_STR(",")) || wd_str_ends(last, WD_STR(";")))
		return last.n > LONG_BYTES;
	if (wd_str_ends(last, WD_STR("[...]")) || wd_str_ends(last, WD_STR("[…]")) ||
		wd_str_ends(last, WD_STR("(...)")))
		return true;
	if (last.n > LONG_BYTES &&
		(wd_str_ends(last, WD_STR("...")) || wd_str_ends(last, WD_STR("…"))))
		return true;
	if (last.n < SHORT_BYTES || ends_sentence(last))
		return false;
	if (ends_in_function_word(last))
		return true;
	if (last.n < LONG_BYTES && !ends_in_joining_word(last))
		return false;
	/* All others end with a full stop, this long one in the middle of a word or clause. */
	size_t all = 0, ended = 0;
	for (struct wd_str p, rest = before; rest.n > 0;) {
		p = last_paragraph(rest, &rest);
		if (p.n < LONG_BYTES)
			continue;
		all++;
		ended += ends_sentence(p);
	}
	size_t at = last.n;
	uint32_t cp = wd_utf8_prev(last, &at);
	if (all == 0 || ended != all)
		return false;
	return (all >= 2 && cp < 0x250 && wd_cp_is_letter(cp)) || ends_in_joining_word(last);
}
