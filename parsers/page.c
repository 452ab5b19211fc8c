/*
 * An article page → an article.
 *
 * Problem: of a page that is mostly something else, the whole text and nothing but the text, on
 * sites never seen before. Chosen: measure every element once (page_measure.c), mark what is no
 * article text anywhere (page_strip.c), choose the element that is the article by mark-up, names or
 * density of prose (page_choose.c), trim inside it (page_trim.c), and hand the rest to the cleaner.
 * Rejected: rules per site (they rot, and acceptance is on other sites), learned weights (nothing
 * to explain to an operator; `wiredesk explain` shows each decision here).
 *
 * Invariants: no word in the text that is not in the page; linear in the page; nothing but the
 * caller's arena is written.
 */
#include "parsers/page.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/clean.h"
#include "parsers/metadata.h"
#include "parsers/page_impl.h"
#include "parsers/repair.h"
#include "parsers/tables.h"

/* Text below this many bytes is no article: JSON-LD's articleBody or the description is better. */
#define MIN_ARTICLE_BYTES 140

/* What goes leaves a space: the words around it are not one. Parts of tables have none around. */
static void take_out(struct wd_node *n)
{
	const struct wd_node *up = n->parent;
	bool words = up != NULL && up->tag != WD_TAG_TABLE && up->tag != WD_TAG_TBODY &&
		     up->tag != WD_TAG_TR && up->tag != WD_TAG_THEAD && up->tag != WD_TAG_TFOOT;
	if (!words) {
		wd_node_remove(n);
		return;
	}
	n->type = WD_NODE_TEXT;
	n->tag = WD_TAG_OTHER;
	n->text = WD_STR(" ");
	n->name = WD_STR_NONE;
	n->first = n->last = NULL;
	n->attr_count = 0;
	n->data = NULL;
}

/* Takes what is out of the tree and the chosen element under a root of its own. */
static struct wd_node *cut_out(struct wd_page *p, struct wd_page_el *root)
{
	struct wd_node *top = wd_node_new(p->a, WD_TAG_OTHER);
	if (top == NULL)
		return NULL;
	top->type = WD_NODE_ROOT;
	for (size_t i = (size_t)(root - p->els) + 1; i < root->end;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT)
			take_out(e->n);
		i = e->why != WD_PAGE_KEPT ? e->end : i + 1;
	}
	for (size_t i = (size_t)(root - p->els); i < root->end; i++)
		p->els[i].n->data = NULL;
	wd_node_remove(root->n);
	wd_node_append(top, root->n);
	return top;
}

/* ---- pictures ---- */

struct caption {
	struct wd_str src, text;
	bool out; /* not in the article's HTML either */
};
typedef WD_VEC(struct caption) captions;

/* What the captions of the chosen element say, before it is cut up. */
static void find_captions(struct wd_page *p, const struct wd_page_el *root, captions *ret)
{
	struct wd_node *n = root->n;
	while ((n = wd_node_next(root->n, n, false)) != NULL && ret->n < WD_MAX_LIST) {
		if (n->type != WD_NODE_ELEMENT || n->tag != WD_TAG_FIGURE)
			continue;
		struct wd_node *text = wd_node_find(n, WD_TAG_FIGCAPTION);
		struct caption *c = text != NULL ? wd_vec_push(p->a, ret) : NULL;
		if (c == NULL)
			continue;
		c->text = wd_utf8_trim(wd_node_inner_text(p->a, text));
		c->out = text->data != NULL && wd_page_el_of(text)->why != WD_PAGE_KEPT;
		for (struct wd_node *i = n; i != NULL; i = wd_node_next(n, i, false)) {
			if (i->tag != WD_TAG_IMG && i->tag != WD_TAG_AMP_IMG)
				continue;
			struct wd_str src = wd_node_attr(i, "data-src");
			c->src = src.n > 0 ? src : wd_node_attr(i, "src");
			if (c->src.n > 0)
				break;
		}
	}
}

static struct wd_str without_query(struct wd_str url)
{
	return wd_str_sub(url, 0, wd_str_chr(url, '?', 0));
}

/* Captions to the pictures, each picture once. */
static void settle_images(struct wd_page *p, const struct wd_metadata *meta, const captions *known,
	struct wd_article *ret)
{
	size_t n = 0;
	for (size_t i = 0; i < ret->images.n; i++) {
		struct wd_image img = ret->images.v[i];
		bool twice = false;
		for (size_t k = 0; k < n && !twice; k++)
			twice = wd_str_eq(ret->images.v[k].href, img.href);
		for (size_t k = 0; k < known->n && img.caption.n == 0 && !twice; k++) {
			struct wd_str url = wd_url_resolve(p->a, meta->base, known->v[k].src);
			if (wd_str_eq(without_query(url), without_query(img.href)))
				img.caption = known->v[k].text;
		}
		if (!twice)
			ret->images.v[n++] = img;
	}
	ret->images.n = n;
	for (size_t k = 0; k < known->n; k++) {
		bool kept = !known->v[k].out;
		for (size_t i = 0; i < n && !kept; i++)
			kept = wd_str_eq(ret->images.v[i].caption, known->v[k].text);
		if (!kept)
			wd_removed_add(p->a, &ret->removed, "caption", known->v[k].text);
	}
}

/* The text, from the page as measured and stripped. */
static int build_body(struct wd_page *p, const struct wd_metadata *meta, struct wd_article *ret,
	struct wd_err *err)
{
	const char *strategy = "";
	struct wd_clean clean = {0};
	p->headline = meta->headline;
	struct wd_page_el *root = wd_page_choose(p, &strategy);
	wd_page_trim(p, root);
	wd_page_trace_all(p, root, strategy);
	captions known = {0};
	find_captions(p, root, &known);
	if (wd_str_eqc(meta->item_type, "LiveBlogPosting"))
		wd_page_live_sections(p, root);
	struct wd_clean_opts opts = {.base = meta->base,
		.field = "text",
		.captions_apart = true,
		.news = ret->published.precision != WD_DATE_NONE || ret->by.n > 0};
	struct wd_node *top = cut_out(p, root);
	if (top == NULL)
		return wd_err_set(err, WD_E_LIMIT, "page: the article's memory limit was reached");
	int rc = wd_clean_tree(p->a, top, &opts, &clean, err);
	if (rc != WD_OK)
		return rc;
	if (clean.text.n < MIN_ARTICLE_BYTES && meta->article_body.n > clean.text.n * 2) {
		struct wd_clean other = {0};
		rc = wd_clean_fragment(p->a, meta->article_body, &opts, &other, err);
		if (rc != WD_OK)
			return rc;
		clean = other;
		if (p->trace != NULL) {
			p->trace->strategy = "json-ld";
			wd_page_trace_try(
				p, "json-ld", NULL, "chosen: the page shows next to no text");
		}
	}
	wd_build_take_clean(p->a, &clean, ret);
	settle_images(p, meta, &known, ret);
	return WD_OK;
}

/* A page as sites send it, not a bare article. Only the latter has its tables put in order before
 * it is measured: there every line may be of a table, here most are of the furniture. */
static bool is_site_page(struct wd_html *h)
{
	for (struct wd_node *n = h->html; n != NULL; n = wd_node_next(h->html, n, false)) {
		switch (n->tag) {
		case WD_TAG_SCRIPT:
		case WD_TAG_LINK:
		case WD_TAG_NAV:
		case WD_TAG_ASIDE:
		case WD_TAG_FOOTER:
		case WD_TAG_FORM:
			return true;
		default:
			break;
		}
	}
	return false;
}

/* Whether wd_repair_mojibake could find anything: it looks at every letter, and of a page's bytes
 * nearly all are mark-up. Either an accented capital before another letter beyond ASCII (UTF-8 read
 * as windows-1252), or a Chinese character before a Korean one (as cp949). */
static bool may_be_misread(struct wd_str html)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	const unsigned char *s = (const unsigned char *)html.p;
	for (size_t i = 0; i < html.n;) {
		uint64_t w[4];
		if (html.n - i >= sizeof(w)) {
			memcpy(w, s + i, sizeof(w));
			if (((w[0] | w[1] | w[2] | w[3]) & high) == 0) {
				i += sizeof(w);
				continue;
			}
		}
		size_t stop = WD_MIN(html.n, i + sizeof(w));
		for (; i < stop; i++) {
			if (s[i] == 0xC3 && i + 2 < html.n && s[i + 1] >= 0x82 &&
				s[i + 1] <= 0xB4 && s[i + 2] >= 0x80)
				return true;
			if (s[i] >= 0xEA && s[i] <= 0xED && i >= 3 &&
				((s[i - 3] >= 0xE3 && s[i - 3] <= 0xE9) || s[i - 3] == 0xEF))
				return true;
		}
	}
	return false;
}

int wd_page_build(struct wd_arena *a, const struct wd_doc *doc, struct wd_str html,
	struct wd_page_trace *trace, struct wd_article *ret, struct wd_err *err)
{
	struct wd_html h;
	struct wd_metadata meta = {0};
	*ret = (struct wd_article){.doc = doc, .parser = WD_STR("html")};
	if (may_be_misread(html))
		html = wd_repair_mojibake(a, html, "text", &ret->repairs);
	bool mended = false;
	html = wd_repair_tables(a, html, "text", &ret->repairs, &mended);
	int rc = wd_html_parse(a, html, &(struct wd_html_opts){.keep_scripts = true}, &h, err);
	if (rc != WD_OK)
		return rc;
	struct wd_page page = {.a = a, .html = &h, .trace = trace};
	rc = wd_page_measure(&page, err);
	if (rc != WD_OK)
		return rc;
	wd_page_unwrap_layout(&page);
	page.bare = !is_site_page(&h);
	if (page.bare) {
		h.nodes += wd_tables_prepare(a, h.root);
		page.n = 0;
		rc = wd_page_measure(&page, err);
		if (rc != WD_OK)
			return rc;
	}
	wd_page_strip(&page);
	wd_metadata_read(a, doc, &h, &page, &meta);
	wd_metadata_apply(a, &meta, ret);
	rc = build_body(&page, &meta, ret, err);
	WD_VEC_EACH (struct wd_table, t, &ret->tables)
		t->repaired |= mended;
	return rc;
}

int wd_build_page(struct wd_arena *a, const struct wd_doc *doc, struct wd_str html,
	struct wd_article *ret, struct wd_err *err)
{
	return wd_page_build(a, doc, html, NULL, ret, err);
}
