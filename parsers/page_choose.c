/*
 * Which element is the article. In this order, each only when it holds enough of the prose that is
 * left of the page:
 *
 *   articleBody  microdata, or a class name that names the body of an article
 *   article      an <article> (or role=article) that holds most
 *   density      the element whose children and grandchildren have most prose, widened upwards
 *                while the parent adds more of the same
 *   main, body   what is left
 *
 * Marked-up parts of one article often stand side by side (an advertisement between two halves, the
 * posts of a liveblog): then their common ancestor is chosen and what stands between is dropped.
 */
#include "parsers/page_impl.h"

/* The innermost element that has at least `percent` of the prose of e. */
static struct wd_page_el *narrow(struct wd_page *p, struct wd_page_el *e, unsigned percent)
{
	uint64_t want = (uint64_t)e->good * percent / 100;
	for (;;) {
		struct wd_page_el *best = NULL;
		size_t at = (size_t)(e - p->els);
		for (size_t c = at + 1; c < e->end; c = p->els[c].end)
			if (p->els[c].why == WD_PAGE_KEPT && p->els[c].good >= want &&
				(best == NULL || p->els[c].good > best->good))
				best = &p->els[c];
		if (best == NULL || !wd_tag_is_block(best->n->tag) || best->n->tag == WD_TAG_P ||
			best->n->tag == WD_TAG_TABLE)
			return e;
		e = best;
	}
}

/* A table is part of an article, never all of it (those for layout are blocks by now). */
static struct wd_page_el *out_of_table(struct wd_page *p, struct wd_page_el *e)
{
	for (struct wd_page_el *u = e; u != p->els; u = &p->els[u->parent])
		if (u->n->tag == WD_TAG_TABLE)
			e = &p->els[u->parent];
	return e;
}

static bool below(
	const struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *root)
{
	size_t i = (size_t)(e - p->els), r = (size_t)(root - p->els);
	return i >= r && i < root->end;
}

typedef bool (*is_fn)(const struct wd_page_el *e);

static bool is_body(const struct wd_page_el *e)
{
	return (e->kinds & WD_VOC_BODY) != 0;
}

static bool is_article(const struct wd_page_el *e)
{
	return e->n->tag == WD_TAG_ARTICLE || wd_str_ieqc(wd_node_attr(e->n, "role"), "article");
}

static bool is_main(const struct wd_page_el *e)
{
	return e->n->tag == WD_TAG_MAIN || wd_str_ieqc(wd_node_attr(e->n, "role"), "main");
}

/* Prose, for six where the headline is in it: related stories are <article>s too. */
static uint64_t weight(const struct wd_page_el *e)
{
	return (uint64_t)e->good * (e->h1 ? 6 : 1);
}

/* The element of its kind with most prose; of nested ones the inner, if it holds nearly all. */
static struct wd_page_el *best_of(struct wd_page *p, is_fn is)
{
	struct wd_page_el *best = NULL;
	for (size_t i = 0; i < p->n;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		if (e->good > 0 && is(e) &&
			(best == NULL || (!below(p, e, best) && weight(e) > weight(best)) ||
				(below(p, e, best) && e->good * 100 >= (uint64_t)best->good * 90)))
			best = e;
		i++;
	}
	return best;
}

/* The text of e begins as a text in `in` does: a copy of it. */
static bool is_copy(struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *in)
{
	enum { SAMPLE = 160 };
	struct wd_arena_mark mark = wd_arena_mark(p->a);
	struct wd_str whole = wd_node_inner_text(p->a, in->n);
	struct wd_str text = wd_str_trim(wd_node_inner_text(p->a, e->n));
	struct wd_str sample = wd_str_sub(text, text.n / 2, text.n / 2 + SAMPLE);
	sample = wd_str_from(sample, wd_str_chr(sample, ' ', 0));
	bool copy = wd_str_find(whole, wd_str_trim(sample), 0) != SIZE_MAX;
	wd_arena_rewind(p->a, mark);
	return copy;
}

/* Prose of the elements of the kind below c, nested ones once; copies of `best` are put out. */
static uint64_t sum_of_kind(
	struct wd_page *p, const struct wd_page_el *c, const struct wd_page_el *best, is_fn is)
{
	uint64_t sum = 0;
	for (size_t i = (size_t)(c - p->els); i < c->end;) {
		struct wd_page_el *e = &p->els[i];
		bool mine = e->why == WD_PAGE_KEPT && e->good > 0 && is(e) && !below(p, best, e);
		if (e == best) {
			sum += e->good;
		} else if (mine && is_copy(p, e, best)) {
			wd_page_out(p, e, WD_PAGE_REPEATED);
		} else if (mine) {
			sum += e->good;
		}
		i = mine || e == best || e->why != WD_PAGE_KEPT ? e->end : i + 1;
	}
	return sum;
}

/* Others of the kind beside it are parts of one article (two halves, the posts of a liveblog) when
 * they are nearly all that an element around them holds. */
static struct wd_page_el *with_siblings(struct wd_page *p, struct wd_page_el *best, is_fn is)
{
	enum { LEVELS = 4 };
	struct wd_page_el *all = best, *c = best;
	for (unsigned level = 0; level < LEVELS && c != p->els; level++) {
		c = &p->els[c->parent];
		if (c->n->tag == WD_TAG_BODY || c->good <= best->good)
			continue;
		uint64_t sum = sum_of_kind(p, c, best, is);
		if (sum > best->good && sum * 4 >= (uint64_t)c->good * 3)
			all = c;
	}
	return all;
}

static struct wd_page_el *densest(struct wd_page *p)
{
	struct wd_page_el *best = &p->els[0];
	for (size_t i = 1; i < p->n;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		if (e->near > best->near || (e->near == best->near && e->near > 0))
			best = e;
		i++;
	}
	/* Upwards while the parent has half as much again. */
	while (best != p->els) {
		struct wd_page_el *up = &p->els[best->parent];
		if (up->good * 2 < (uint64_t)best->good * 3)
			break;
		best = up;
	}
	return out_of_table(p, best);
}

/* Headings that say the headline count as one, whatever their level. */
static void mark_headline(struct wd_page *p)
{
	for (size_t i = 1; p->headline.n >= 10 && i < p->n; i++) {
		struct wd_page_el *e = &p->els[i];
		bool heading = e->n->tag >= WD_TAG_H1 && e->n->tag <= WD_TAG_H3;
		if (!heading || e->why != WD_PAGE_KEPT || e->sub * 2 < p->headline.n ||
			!wd_page_says(p, e, p->headline))
			continue;
		for (struct wd_page_el *u = e; u != p->els && !u->h1; u = &p->els[u->parent])
			u->h1 = true;
		return;
	}
}

/* Most of the densest text; with the headline in it, some of it is enough. */
static bool enough(const struct wd_page_el *e, uint64_t want)
{
	return (uint64_t)e->good * 10 >= want * (e->h1 ? 2 : 6);
}

/* What `wiredesk explain` shows of a way that was tried. */
static bool settle(struct wd_page *p, const char *strategy, const struct wd_page_el *e, bool taken)
{
	if (p->trace != NULL)
		wd_page_trace_try(p, strategy, e,
			taken       ? "chosen"
			: e == NULL ? "the page has none"
				    : "holds too little of the densest text");
	return taken;
}

struct wd_page_el *wd_page_choose(struct wd_page *p, const char **ret_strategy)
{
	mark_headline(p);
	struct wd_page_el *page = &p->els[0];
	struct wd_page_el *dense = densest(p);
	struct wd_page_el *e = best_of(p, is_body);
	uint64_t want = (uint64_t)dense->good;
	if (e != NULL)
		e = with_siblings(p, e, is_body);
	*ret_strategy = "articleBody";
	if (settle(p, *ret_strategy, e, e != NULL && enough(e, want)))
		return e;
	e = best_of(p, is_article);
	*ret_strategy = "article";
	bool is_all = p->bare && e != NULL && (uint64_t)e->sub * 10 >= (uint64_t)page->sub * 8;
	if (settle(p, *ret_strategy, e, is_all || (e != NULL && enough(e, want))))
		return is_all ? e : narrow(p, e, 95);
	e = best_of(p, is_main);
	*ret_strategy = "main";
	if (settle(p, *ret_strategy, e, e != NULL && below(p, e, dense)))
		return narrow(p, e, 90);
	*ret_strategy = "density";
	if (settle(p, *ret_strategy, dense, dense != page && dense->good > 0))
		return dense;
	*ret_strategy = e != NULL ? "main" : "body";
	(void)settle(p, *ret_strategy, e != NULL ? e : page, true);
	return e != NULL ? e : page;
}
