/*
 * Inside the chosen element: what is left out of the article's own container. The headline once
 * more, byline and date lines (they are in the metadata), blocks of links, related stories in the
 * text, headings that nothing follows.
 */
#include "base/utf8.h"
#include "parsers/dates.h"
#include "parsers/page_impl.h"

static bool is_heading(const struct wd_node *n)
{
	return n->tag >= WD_TAG_H1 && n->tag <= WD_TAG_H6;
}

/* Letters and digits only, folded: what two texts have to share to be the same. */
static bool same_words(struct wd_arena *a, struct wd_str x, struct wd_str y)
{
	struct wd_str s = wd_utf8_fold(a, x), t = wd_utf8_fold(a, y);
	size_t i = 0, k = 0;
	for (;;) {
		uint32_t c = 0, d = 0;
		while (i < s.n && !wd_cp_is_letter(c = wd_utf8_next(s, &i)) && !wd_cp_is_digit(c))
			c = 0;
		while (k < t.n && !wd_cp_is_letter(d = wd_utf8_next(t, &k)) && !wd_cp_is_digit(d))
			d = 0;
		if (c != d)
			return false;
		if (c == 0)
			return i >= s.n && k >= t.n;
	}
}

bool wd_page_says(struct wd_page *p, const struct wd_page_el *e, struct wd_str text)
{
	struct wd_arena_mark mark = wd_arena_mark(p->a);
	bool same = same_words(p->a, wd_node_inner_text(p->a, e->n), text);
	wd_arena_rewind(p->a, mark);
	return same;
}

static bool repeats_headline(struct wd_page *p, const struct wd_page_el *e)
{
	if (p->headline.n == 0 || e->sub > p->headline.n * 2 + 20)
		return false;
	if (!is_heading(e->n) && !(e->kinds & WD_VOC_TITLE) && p->text_begun)
		return false;
	if (e->sub * 3 < p->headline.n)
		return false;
	return wd_page_says(p, e, p->headline);
}

/* A list, a row of links, "Read more: …": more link than text. */
static bool mostly_links(const struct wd_page_el *e)
{
	if (e->links == 0 || e->sub == 0)
		return false;
	unsigned part = (unsigned)((uint64_t)e->sub_link * 100 / e->sub);
	switch (e->n->tag) {
	case WD_TAG_UL:
	case WD_TAG_OL:
	case WD_TAG_DL:
	case WD_TAG_TABLE:
	case WD_TAG_DIV:
	case WD_TAG_SECTION:
	case WD_TAG_TBODY:
		return e->prose < 100 &&
		       ((part >= 70 && e->links >= 2) || (part >= 90 && e->sub < 400));
	case WD_TAG_P:
	case WD_TAG_H2:
	case WD_TAG_H3:
	case WD_TAG_H4:
	case WD_TAG_H5:
	case WD_TAG_H6:
	case WD_TAG_LI:
	case WD_TAG_BLOCKQUOTE:
		return part >= 95 && e->sub >= 8 && e->own_marks < 3;
	default:
		return false;
	}
}

static enum wd_page_why judge(
	struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *root)
{
	uint32_t k = e->kinds;
	unsigned part = root->good > 0 ? (unsigned)((uint64_t)e->good * 100 / root->good) : 0;
	p->text_begun |= e->reads;
	if (repeats_headline(p, e))
		return WD_PAGE_REPEATED;
	if ((k & (WD_VOC_BYLINE | WD_VOC_DATE)) && e->sub < 200 && part < 20)
		return WD_PAGE_BYLINE;
	if (e->n->tag == WD_TAG_TIME && e->sub < 80 && e->parent == (uint32_t)(root - p->els))
		return WD_PAGE_BYLINE;
	if ((k & WD_VOC_FACT) && e->sub < 400 && part < 10 && !is_heading(e->n))
		return WD_PAGE_BYLINE;
	if ((k & WD_VOC_TAGS) && part < 10 && e->sub_link * 3 > e->sub)
		return WD_PAGE_NAME;
	if (mostly_links(e) && part < 30)
		return WD_PAGE_LINKS;
	return WD_PAGE_KEPT;
}

/* Text right behind the heading, in no block of its own: "<h2>Lead</h2><br>The text". Found where
 * the heading ends, or what is around it inline ends. */
static bool text_follows(const struct wd_node *heading)
{
	for (const struct wd_node *n = heading; n != NULL; n = n->parent) {
		for (const struct wd_node *s = n->next; s != NULL; s = s->next) {
			if (s->type == WD_NODE_TEXT && wd_utf8_trim(s->text).n > 0)
				return true;
			if (s->type == WD_NODE_ELEMENT && s->tag != WD_TAG_BR)
				return false;
		}
		if (n->parent == NULL || wd_tag_is_block(n->parent->tag))
			return false;
	}
	return false;
}

/* Headings with nothing kept behind them before the next of their level or a higher one. Text in a
 * heading belongs to it: the elements below are passed over. */
static void drop_empty_headings(struct wd_page *p, struct wd_page_el *root)
{
	struct wd_page_el *open[7] = {NULL};
	for (size_t i = (size_t)(root - p->els) + 1; i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		if (is_heading(e->n)) {
			unsigned level = 1u + e->n->tag - WD_TAG_H1;
			for (unsigned l = level; l < WD_COUNTOF(open); l++) {
				if (open[l] != NULL)
					wd_page_out(p, open[l], WD_PAGE_EMPTY);
				open[l] = NULL;
			}
			open[level] = e->sub > 0 ? e : NULL;
			if (text_follows(e->n))
				memset(open, 0, sizeof(open));
			i = e->end;
			continue;
		}
		if (e->own > 0 || e->n->tag == WD_TAG_IMG || e->n->tag == WD_TAG_AMP_IMG)
			memset(open, 0, sizeof(open));
		i++;
	}
	for (unsigned l = 1; l < WD_COUNTOF(open); l++)
		if (open[l] != NULL)
			wd_page_out(p, open[l], WD_PAGE_EMPTY);
}

/* A block that stands there twice: copies for other screen sizes and in microdata, galleries. The
 * first stays. Short ones repeat in honest texts too (recipes, results): they go only when they
 * follow each other at once. */
static void drop_repeated(struct wd_page *p, struct wd_page_el *root)
{
	enum { MIN_BYTES = 40, LONG_BYTES = 250 };
	size_t at = (size_t)(root - p->els), slots = 64;
	while (slots < (root->end - at) * 2)
		slots *= 2;
	struct wd_arena_mark mark = wd_arena_mark(p->a);
	uint64_t *seen = wd_arena_array(p->a, slots, sizeof(*seen)), last = 0;
	for (size_t i = at + 1; seen != NULL && i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		i++;
		if (e->own < MIN_BYTES || e->own != e->sub || e->n->tag == WD_TAG_TD ||
			e->n->tag == WD_TAG_TH)
			continue; /* cells of a table may well say the same */
		size_t s = e->hash & (slots - 1);
		while (seen[s] != 0 && seen[s] != e->hash)
			s = (s + 1) & (slots - 1);
		if (seen[s] == e->hash && (e->own >= LONG_BYTES || last == e->hash))
			wd_page_out(p, e, WD_PAGE_REPEATED);
		last = seen[s] = e->hash;
	}
	wd_arena_rewind(p->a, mark);
}

/* ---- captions ---- */

/* Names that say "caption" become the elements the cleaner knows: a figure with a figcaption. */
static void mark_captions(struct wd_page *p, struct wd_page_el *root)
{
	for (size_t i = (size_t)(root - p->els) + 1; i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		i++;
		bool named = e->n->tag == WD_TAG_FIGCAPTION ||
			     ((e->kinds & WD_VOC_CAPTION) && e->sub < 800 && e->images == 0 &&
				     e->n->tag != WD_TAG_A && e->n->tag != WD_TAG_TABLE);
		if (!named || e->sub == 0)
			continue;
		struct wd_page_el *up = &p->els[e->parent];
		for (unsigned k = 0; k < 3 && up != root && up->n->tag != WD_TAG_FIGURE; k++) {
			if (up->images > 0 && up->sub <= e->sub + 200)
				break;
			up = &p->els[up->parent];
		}
		bool figure = up != root && up->sub <= e->sub + 400 &&
			      (up->images > 0 || up->n->tag == WD_TAG_FIGURE);
		if (figure && up->n->tag != WD_TAG_TD && up->n->tag != WD_TAG_LI) {
			wd_page_retag(up->n, WD_TAG_FIGURE);
			wd_page_retag(e->n, WD_TAG_FIGCAPTION);
			i = e->end;
		} else if (e->n->tag != WD_TAG_FIGCAPTION && e->prose < 200) {
			wd_page_out(p, e, WD_PAGE_NAME);
			i = e->end;
		}
	}
}

/* Captions stay in the article's HTML and out of its plain text, as long as the text still covers
 * the HTML. Where they are more, they leave the HTML too: the pictures keep them (images), and what
 * belongs to no picture is listed as removed. */
static void limit_captions(struct wd_page *p, struct wd_page_el *root)
{
	enum { PERCENT = 6 };
	uint64_t captions = 0, all = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = (size_t)(root - p->els) + 1; i < root->end;) {
			struct wd_page_el *e = &p->els[i];
			bool caption = e->why == WD_PAGE_KEPT && e->n->tag == WD_TAG_FIGCAPTION;
			if (caption && pass == 1)
				wd_page_out(p, e, WD_PAGE_CAPTION);
			if (pass == 0 && e->why == WD_PAGE_KEPT) {
				captions += caption ? e->sub : 0;
				all += caption ? e->sub : e->own;
			}
			i = caption || e->why != WD_PAGE_KEPT ? e->end : i + 1;
		}
		if (captions * 100 <= all * PERCENT)
			return;
	}
}

/* ---- before the first and behind the last sentence ---- */

static bool is_cell(unsigned tag)
{
	return tag == WD_TAG_LI || tag == WD_TAG_TD || tag == WD_TAG_TH || tag == WD_TAG_DT ||
	       tag == WD_TAG_DD || tag == WD_TAG_PRE || tag == WD_TAG_BLOCKQUOTE ||
	       tag == WD_TAG_FIGCAPTION || tag == WD_TAG_FIGURE || tag == WD_TAG_CAPTION;
}

/* A word or two without a sentence: "Share", "3 min read", "By A. B.", "Back to top". */
static bool is_scrap(const struct wd_page_el *e)
{
	return !e->reads && e->own < 90 && e->own_marks < 2 && !is_cell(e->n->tag) &&
	       e->own == e->sub;
}

/* "Erstellt am 12. März 2019 von Ida Berg.": reads like a sentence, and is a line of dates. */
static bool is_date_line(struct wd_page *p, const struct wd_page_el *e)
{
	enum { MAX_BYTES = 90, AROUND = 40 };
	const struct wd_date_opts o = {.no_relative = true};
	struct wd_date_hit hit;
	size_t at = 0, dated = 0;
	if (!e->reads || e->own >= MAX_BYTES || e->own != e->sub || is_cell(e->n->tag))
		return false;
	struct wd_str text = wd_node_inner_text(p->a, e->n);
	while (wd_date_scan(text, &at, &o, &hit))
		dated += hit.end - hit.start;
	return dated > 0 && text.n - dated <= AROUND;
}

static bool in_cell(
	const struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *root)
{
	for (unsigned k = 0; k < 4 && e != root; k++, e = &p->els[e->parent])
		if (is_cell(e->n->tag))
			return true;
	return false;
}

/* Scraps outside the prose, as long as they are few: where short lines are the text (verses,
 * results), nothing goes. */
static void drop_scraps(struct wd_page *p, struct wd_page_el *root)
{
	size_t at = (size_t)(root - p->els), first = 0, last = 0;
	uint32_t head = 0, tail = 0;
	bool body = (root->kinds & WD_VOC_BODY) != 0;
	for (size_t i = at + 1; i < root->end;) {
		const struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		if (e->reads && !in_cell(p, e, root) && (first != 0 || !is_date_line(p, e))) {
			first = first == 0 ? i : first;
			last = i;
		}
		i++;
	}
	for (int pass = 0; pass < 2 && first > 0; pass++) {
		for (size_t i = at + 1; i < root->end;) {
			struct wd_page_el *e = &p->els[i];
			if (e->why != WD_PAGE_KEPT) {
				i = e->end;
				continue;
			}
			i++;
			bool before = i <= first, behind = i > p->els[last].end;
			if ((!before && !behind) || e->own == 0 ||
				!(is_scrap(e) ||
					(before && i - 1 != first && is_date_line(p, e))) ||
				in_cell(p, e, root) || (before && is_heading(e->n)) ||
				(before && body && e->n->tag == WD_TAG_P && e->own > 40))
				continue;
			if (pass == 0)
				*(before ? &head : &tail) += e->own;
			else if ((before ? head : tail) * 5 < root->sub)
				wd_page_out(p, e, before ? WD_PAGE_BYLINE : WD_PAGE_TAIL);
		}
	}
}

/* Nothing but short lines that each lead somewhere: three at least. */
static bool is_link_list(const struct wd_page *p, const struct wd_page_el *list)
{
	enum { LEAST = 3, LINE_BYTES = 150 };
	size_t items = 0;
	for (size_t c = (size_t)(list - p->els) + 1; c < list->end; c = p->els[c].end) {
		const struct wd_page_el *e = &p->els[c];
		if (e->why != WD_PAGE_KEPT || e->sub == 0)
			continue;
		if (e->n->tag != WD_TAG_LI || e->sub > LINE_BYTES || e->links == 0 ||
			e->sub_link * 4 < e->sub)
			return false;
		items++;
	}
	return items >= LEAST;
}

/* Does it stand apart from the text: left out already, or a list? */
static bool is_apart(const struct wd_page_el *e)
{
	return e->why != WD_PAGE_KEPT || e->n->tag == WD_TAG_UL || e->n->tag == WD_TAG_OL;
}

/* The last thing in the article is a list of links: other stories, with a word or two around each.
 */
static void drop_link_lists(struct wd_page *p, struct wd_page_el *root)
{
	size_t last = 0;
	for (size_t i = (size_t)(root - p->els) + 1; i < root->end;) {
		const struct wd_page_el *e = &p->els[i];
		bool apart = is_apart(e);
		if (!apart && e->reads)
			last = i;
		i = apart ? e->end : i + 1;
	}
	for (size_t i = last + 1; last > 0 && i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		bool apart = is_apart(e);
		if (apart && e->why == WD_PAGE_KEPT && is_link_list(p, e))
			wd_page_out(p, e, WD_PAGE_LINKS);
		i = apart ? e->end : i + 1;
	}
}

void wd_page_trim(struct wd_page *p, struct wd_page_el *root)
{
	size_t at = (size_t)(root - p->els);
	for (size_t i = at + 1; i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why == WD_PAGE_KEPT)
			e->why = (uint8_t)judge(p, e, root);
		i = e->why != WD_PAGE_KEPT ? e->end : i + 1;
	}
	mark_captions(p, root);
	drop_repeated(p, root);
	if (!p->bare)
		drop_link_lists(p, root);
	if (!p->bare) /* where nothing is around an article, its short lines are its own */
		drop_scraps(p, root);
	drop_empty_headings(p, root);
	limit_captions(p, root);
}
