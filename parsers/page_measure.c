/*
 * Measures a page: one walk over the tree, one backwards pass over its elements. All later steps
 * work on these figures, so a page costs two passes whatever is decided.
 *
 * Text counts in bytes without white space: a Chinese character is three, about what it says
 * compared with Latin letters. It belongs to the nearest block above it. A block reads like prose
 * when it is long enough, mostly not links, and has the punctuation of sentences in any script.
 */
#include "base/hash.h"
#include "base/limits.h"
#include "parsers/page_impl.h"

struct text_sum {
	uint32_t bytes, marks;
};

/* Full stops and commas that stand before white space or the end, and those of other scripts. */
static bool is_mark(struct wd_str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];
	if (c < 0x80)
		return i + 1 == s.n || (unsigned char)s.p[i + 1] <= ' ' || s.p[i + 1] == '"' ||
		       (unsigned char)s.p[i + 1] >= 0xC0;
	if (i + 2 >= s.n)
		return false;
	unsigned char d = (unsigned char)s.p[i + 1], e = (unsigned char)s.p[i + 2];
	return (c == 0xE3 && d == 0x80 && (e == 0x81 || e == 0x82)) ||              /* 、。 */
	       (c == 0xEF && d == 0xBC && (e == 0x8C || e == 0x81 || e == 0x9F)) || /* ，！？ */
	       (c == 0xD8 && d == 0x8C) ||            /* Arabic comma */
	       (c == 0xE0 && d == 0xA5 && e == 0xA4); /* danda */
}

static struct text_sum sum_text(struct wd_str s)
{
	static const bool may_mark[256] = {[','] = true,
		['.'] = true,
		['!'] = true,
		['?'] = true,
		[';'] = true,
		[0xD8] = true,
		[0xE0] = true,
		[0xE3] = true,
		[0xEF] = true};
	const bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
	struct text_sum r = {0, 0};
	size_t i = 0;
	for (uint64_t w; s.n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, s.p + i, sizeof(w));
		uint64_t low = w & ~high;
		uint64_t seen = ((low + each * (0x7F - ' ')) | w) & high; /* above a space */
		uint64_t letters = ((low + each * (0x80 - '@')) | w) & high;
		r.bytes += (uint32_t)((seen >> 7) * each >> 56);
		/* signs of ASCII, and what begins a character beyond it */
		uint64_t may = (seen & ~letters) | (w & w << 1 & high);
		for (; may != 0; may &= may - 1) {
			size_t bits = (size_t)__builtin_ctzll(may);
			size_t k = i + (little_endian ? bits : 63 - bits) / 8;
			r.marks += may_mark[(unsigned char)s.p[k]] && is_mark(s, k);
		}
	}
	for (; i < s.n; i++) {
		r.bytes += (unsigned char)s.p[i] > ' ';
		r.marks += may_mark[(unsigned char)s.p[i]] && is_mark(s, i);
	}
	return r;
}

/* Microdata that says facts beside the text, often in elements that are not shown. */
static bool is_fact(struct wd_str itemprop)
{
	static const char *const facts[] = {"datePublished", "dateModified", "dateCreated",
		"keywords", "publisher", "headline", "alternativeHeadline", "mainEntityOfPage",
		"image", "logo", "url", "author", "creator", "interactionStatistic", "commentCount",
		"articleSection", "copyrightHolder", "copyrightYear", "inLanguage", "wordCount",
		"isPartOf", "thumbnailUrl", "genre", "about", "editor", "name"};
	struct wd_str word;
	while (wd_str_split(&itemprop, ' ', &word))
		for (size_t i = 0; i < WD_COUNTOF(facts); i++)
			if (wd_str_eqc(word, facts[i]))
				return true;
	return false;
}

/* What the names seen last mean: most elements are named as some element a little before. */
struct known_names {
	struct {
		uint64_t hash;
		uint32_t kinds;
		bool used;
	} slots[1024];
};

static uint32_t kinds_of_names(
	const struct wd_page_vocab *v, struct known_names *known, struct wd_str names)
{
	uint64_t hash = wd_hash64(names);
	size_t at = hash % WD_COUNTOF(known->slots);
	if (!known->slots[at].used || known->slots[at].hash != hash) {
		known->slots[at].kinds = wd_page_vocab_of(v, names);
		known->slots[at].hash = hash;
		known->slots[at].used = true;
	}
	return known->slots[at].kinds;
}

static uint32_t kinds_of(
	const struct wd_page_vocab *v, struct known_names *known, const struct wd_node *n)
{
	uint32_t kinds = 0;
	for (size_t i = 0; i < n->attr_count; i++) {
		struct wd_str name = n->attrs[i].name;
		if (wd_str_eqc(name, "class") || wd_str_eqc(name, "id"))
			kinds |= kinds_of_names(v, known, n->attrs[i].value);
		else if (wd_str_eqc(name, "itemprop")) {
			if (wd_str_find(n->attrs[i].value, WD_STR("articleBody"), 0) != SIZE_MAX)
				kinds |= WD_VOC_BODY;
			else if (is_fact(n->attrs[i].value))
				kinds |= WD_VOC_FACT;
		} else if (wd_str_eqc(name, "property") &&
			   (wd_str_find(n->attrs[i].value, WD_STR("articleBody"), 0) != SIZE_MAX ||
				   wd_str_eqc(n->attrs[i].value, "content:encoded"))) {
			kinds |= WD_VOC_BODY;
		}
	}
	return kinds;
}

static bool reads_like_prose(const struct wd_page_el *e)
{
	if (e->own < 20 || e->own_link * 2 > e->own)
		return false;
	if (wd_tag_is_block(e->n->tag) && e->n->tag >= WD_TAG_H1 && e->n->tag <= WD_TAG_H6)
		return false;
	if (e->own >= 80)
		return e->own_marks > 0 || e->own >= 160;
	return e->own_marks > 0 && (e->n->tag == WD_TAG_P || e->own >= 40);
}

static void count_tag(struct wd_page_el *e)
{
	unsigned tag = e->n->tag;
	e->links += tag == WD_TAG_A;
	e->images += tag == WD_TAG_IMG || tag == WD_TAG_AMP_IMG || tag == WD_TAG_PICTURE;
	e->h1 |= tag == WD_TAG_H1 && e->sub >= 10;
}

/* Children before parents: element i is complete when i is reached. */
static void sum_up(struct wd_page *p)
{
	for (size_t i = p->n; i-- > 0;) {
		struct wd_page_el *e = &p->els[i];
		count_tag(e);
		e->reads = reads_like_prose(e);
		if (e->reads)
			e->prose += e->own - e->own_link / 2;
		if (e->kinds & WD_VOC_BODY)
			e->body_mark = true;
		if (i == 0)
			break;
		struct wd_page_el *up = &p->els[e->parent];
		up->sub += e->sub;
		up->sub_link += e->sub_link;
		up->prose += e->prose;
		up->links += e->links;
		up->images += e->images;
		up->h1 |= e->h1;
		up->body_mark |= e->body_mark;
	}
}

/* Where the walk is: the innermost element, the block its text counts for, the link it is in. */
struct place {
	uint32_t el, block;
	bool link;
};

static void add_text(struct wd_page *p, const struct place *at, struct wd_str text)
{
	struct text_sum t = sum_text(text);
	struct wd_page_el *block = &p->els[at->block];
	if (t.bytes == 0)
		return;
	block->hash = block->hash * 31 + wd_hash64(wd_str_trim(text));
	p->els[at->el].sub += t.bytes;
	p->els[at->el].sub_link += at->link ? t.bytes : 0;
	block->own += t.bytes;
	block->own_marks += t.marks;
	if (at->link)
		block->own_link += t.bytes;
}

/* <a name=top> is none, and often never closed. */
static bool is_link(const struct wd_node *n)
{
	return n->tag == WD_TAG_A && (wd_node_has_attr(n, "href") || !wd_node_has_attr(n, "name"));
}

int wd_page_measure(struct wd_page *p, struct wd_err *err)
{
	const struct wd_page_vocab *vocab = wd_page_vocab();
	struct known_names *known = wd_arena_new_of(p->a, struct known_names);
	struct place *stack = wd_arena_raw(p->a, (WD_MAX_HTML_DEPTH + 8) * sizeof(*stack));
	struct wd_node *root = p->html->body, *n = root;
	p->els = wd_arena_raw(p->a, (p->html->nodes + 8) * sizeof(*p->els));
	if (p->els == NULL || stack == NULL || known == NULL)
		return wd_err_set(err, WD_E_LIMIT, "page: the article's memory limit was reached");
	size_t depth = 0;
	while (n != NULL) {
		struct place *up = depth > 0 ? &stack[depth - 1] : NULL;
		if (n->type == WD_NODE_TEXT) {
			add_text(p, up, n->text);
		} else if (n->type == WD_NODE_ELEMENT) {
			uint32_t i = (uint32_t)p->n++;
			struct wd_page_el *e = &p->els[i];
			*e = (struct wd_page_el){
				.n = n, .parent = up != NULL ? up->el : 0, .end = i + 1};
			if (n->attr_count > 0 && n->tag != WD_TAG_BODY)
				e->kinds = kinds_of(vocab, known, n);
			n->data = e;
			bool unseen = n->tag == WD_TAG_SCRIPT || n->tag == WD_TAG_STYLE ||
				      n->tag == WD_TAG_TITLE || n->tag == WD_TAG_TEXTAREA;
			if (n->first != NULL && !unseen) {
				bool block = up == NULL || wd_tag_is_block(n->tag);
				stack[depth++] = (struct place){i, block ? i : up->block,
					is_link(n) || (up != NULL && up->link)};
				n = n->first;
				continue;
			}
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			p->els[stack[--depth].el].end = (uint32_t)p->n;
		}
		n = n == root ? NULL : n->next;
	}
	sum_up(p);
	return WD_OK;
}
