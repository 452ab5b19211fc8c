/*
 * Why a page's text is what it is: what was tried, what was chosen, what was left out. Made only
 * for `wiredesk explain`; nothing here decides.
 */
#include "base/utf8.h"
#include "parsers/page_impl.h"

#define MAX_TRACE 500
#define SAMPLE_BYTES 120

static struct wd_str describe(struct wd_arena *a, const struct wd_node *n)
{
	struct wd_str class = wd_str_trim(wd_node_attr(n, "class")), id = wd_node_attr(n, "id");
	struct wd_str first = wd_str_sub(class, 0, wd_str_chr(class, ' ', 0));
	return wd_arena_printf(a, "%.*s%s%.*s%s%.*s", WD_STR_ARG(n->name), first.n > 0 ? "." : "",
		WD_STR_ARG(first), id.n > 0 ? "#" : "", WD_STR_ARG(id));
}

void wd_page_trace_try(
	struct wd_page *p, const char *strategy, const struct wd_page_el *e, const char *verdict)
{
	struct wd_page_try *t = p->trace != NULL ? wd_vec_push(p->a, &p->trace->tries) : NULL;
	if (t != NULL)
		*t = (struct wd_page_try){.strategy = strategy,
			.verdict = verdict,
			.where = e != NULL ? describe(p->a, e->n) : WD_STR_NONE,
			.bytes = e != NULL ? e->good : 0};
}

/* ---- one piece ---- */

static struct wd_str by_tag(const struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_NAV:
	case WD_TAG_MENU:
		return WD_STR("navigation");
	case WD_TAG_FORM:
	case WD_TAG_FIELDSET:
	case WD_TAG_BUTTON:
	case WD_TAG_SELECT:
	case WD_TAG_TEXTAREA:
	case WD_TAG_INPUT:
		return WD_STR("form");
	case WD_TAG_DIALOG:
		return WD_STR("popup");
	case WD_TAG_SCRIPT:
	case WD_TAG_STYLE:
	case WD_TAG_TEMPLATE:
		return WD_STR("code");
	case WD_TAG_AUDIO:
	case WD_TAG_VIDEO:
	case WD_TAG_OBJECT:
	case WD_TAG_SVG:
	case WD_TAG_CANVAS:
		return WD_STR("player");
	default:
		return n->name;
	}
}

static struct wd_str by_name(const struct wd_node *n, const char *otherwise)
{
	const char *sort = wd_page_vocab_sort(wd_page_vocab(), wd_node_attr(n, "class"));
	if (sort == NULL)
		sort = wd_page_vocab_sort(wd_page_vocab(), wd_node_attr(n, "id"));
	return wd_str_c(sort != NULL ? sort : otherwise);
}

static struct wd_str links_of(struct wd_page *p, const struct wd_page_el *e)
{
	unsigned part = e->sub > 0 ? (unsigned)((uint64_t)e->sub_link * 100 / e->sub) : 0;
	return wd_arena_printf(p->a, "link density %u %%", part);
}

static struct wd_str what_of(
	struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *root)
{
	switch ((enum wd_page_why)e->why) {
	case WD_PAGE_TAG:
		return by_tag(e->n);
	case WD_PAGE_HIDDEN:
		return WD_STR("not shown");
	case WD_PAGE_ROLE:
		return wd_arena_printf(p->a, "role %.*s", WD_STR_ARG(wd_node_attr(e->n, "role")));
	case WD_PAGE_NAME:
		return by_name(e->n, "class or id");
	case WD_PAGE_LINKS:
		return links_of(p, e);
	case WD_PAGE_REPEATED:
		return WD_STR("stands there twice");
	case WD_PAGE_TAIL:
		return WD_STR("behind the last sentence");
	case WD_PAGE_EMPTY:
		return WD_STR("heading of nothing");
	case WD_PAGE_BYLINE:
		return WD_STR("byline or date line");
	case WD_PAGE_CAPTION:
		return WD_STR("caption");
	case WD_PAGE_KEPT:
	case WD_PAGE_OUTSIDE:
		break;
	}
	if (e->links >= 2 && e->sub_link * 2 > e->sub)
		return links_of(p, e);
	return by_name(e->n, e < root ? "before the article" : "after the article");
}

static void add_left(struct wd_page *p, const struct wd_page_el *e, const struct wd_page_el *root)
{
	if (e->sub == 0 || p->trace->left.n >= MAX_TRACE)
		return;
	struct wd_page_left *l = wd_vec_push(p->a, &p->trace->left);
	if (l == NULL)
		return;
	l->why = e->why != WD_PAGE_KEPT ? (enum wd_page_why)e->why : WD_PAGE_OUTSIDE;
	l->what = what_of(p, e, root);
	l->where = describe(p->a, e->n);
	l->text = wd_utf8_cut(
		wd_utf8_trim(wd_utf8_squeeze(p->a, wd_node_inner_text(p->a, e->n))), SAMPLE_BYTES);
	l->bytes = e->sub;
}

void wd_page_trace_all(struct wd_page *p, const struct wd_page_el *root, const char *strategy)
{
	if (p->trace == NULL)
		return;
	p->trace->chosen = describe(p->a, root->n);
	p->trace->strategy = strategy;
	size_t at = (size_t)(root - p->els);
	for (size_t i = 1; i < p->n;) {
		const struct wd_page_el *e = &p->els[i];
		bool around = i < at && e->end > at, inside = i >= at && i < root->end;
		if ((around || inside) && e->why == WD_PAGE_KEPT) {
			i++;
			continue;
		}
		if (!around)
			add_left(p, e, root);
		i = around ? i + 1 : e->end;
	}
}

/* ---- names ---- */

const char *wd_page_why_name(enum wd_page_why why)
{
	static const char *const names[] = {[WD_PAGE_KEPT] = "kept",
		[WD_PAGE_TAG] = "element",
		[WD_PAGE_HIDDEN] = "hidden",
		[WD_PAGE_ROLE] = "role",
		[WD_PAGE_NAME] = "name",
		[WD_PAGE_LINKS] = "links",
		[WD_PAGE_REPEATED] = "repeated",
		[WD_PAGE_TAIL] = "tail",
		[WD_PAGE_EMPTY] = "empty",
		[WD_PAGE_BYLINE] = "byline",
		[WD_PAGE_CAPTION] = "caption",
		[WD_PAGE_OUTSIDE] = "outside"};
	return names[why];
}

const char *wd_page_strategy_says(const char *strategy)
{
	static const struct {
		const char *name, *says;
	} all[] = {{"articleBody", "microdata or a class name names the body of the article"},
		{"article", "an <article> element holds most of the text"},
		{"main", "the <main> element"},
		{"density", "scoring: the element around the densest running text"},
		{"json-ld", "JSON-LD articleBody: the page shows no text"},
		{"body", "the whole page: nothing marks the article"}};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		if (strcmp(strategy, all[i].name) == 0)
			return all[i].says;
	return "";
}
