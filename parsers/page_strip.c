/*
 * What is no article text wherever it stands: navigation, comments, sharing, promotion, forms,
 * hidden parts. Decided from element names, ARIA roles and the vocabulary of class names; every
 * rule asks first whether the part holds what an article has (the headline, a marked-up body, most
 * of the page's prose), because real sites put such names on wrappers of everything.
 */
#include "base/utf8.h"
#include "parsers/html_tags.h"
#include "parsers/page_impl.h"

void wd_page_out(struct wd_page *p, struct wd_page_el *e, enum wd_page_why why)
{
	(void)p;
	e->why = (uint8_t)why;
}

/* Of all the page's prose, in percent. */
static unsigned share(const struct wd_page *p, const struct wd_page_el *e)
{
	uint32_t all = p->els[0].prose;
	return all > 0 ? (unsigned)((uint64_t)e->prose * 100 / all) : 0;
}

bool wd_page_is_article_footer(const struct wd_page *p, const struct wd_page_el *e)
{
	if (e->n->tag != WD_TAG_FOOTER || (e->kinds & WD_VOC_COMMENTS))
		return false;
	while (e != p->els && e->n->tag != WD_TAG_ARTICLE)
		e = &p->els[e->parent];
	return e != p->els && !(e->kinds & WD_VOC_COMMENTS) && e->h1;
}

static bool hidden_by_attribute(const struct wd_page_el *e)
{
	for (size_t i = 0; i < e->n->attr_count; i++) {
		const struct wd_attr *a = &e->n->attrs[i];
		if (wd_str_eqc(a->name, "hidden"))
			return true;
		if (wd_str_eqc(a->name, "aria-hidden"))
			return wd_str_ieqc(a->value, "true");
		if (!wd_str_eqc(a->name, "style"))
			continue;
		size_t at = wd_str_ifind(a->value, WD_STR("display"), 0);
		if (at != SIZE_MAX && wd_str_ifind(wd_str_sub(a->value, at, at + 16),
					      WD_STR("none"), 0) != SIZE_MAX)
			return true;
		if (wd_str_ifind(a->value, WD_STR("visibility:hidden"), 0) != SIZE_MAX ||
			wd_str_ifind(a->value, WD_STR("visibility: hidden"), 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool role_outside(const struct wd_node *n)
{
	static const char *const roles[] = {"navigation", "complementary", "banner", "contentinfo",
		"search", "dialog", "alertdialog", "alert", "menu", "menubar", "toolbar", "tablist",
		"form", "tooltip", "button", "listbox", "progressbar"};
	struct wd_str role = wd_node_attr(n, "role");
	for (size_t i = 0; role.n > 0 && i < WD_COUNTOF(roles); i++)
		if (wd_str_ieqc(role, roles[i]))
			return true;
	return false;
}

static enum wd_page_why by_tag(const struct wd_page *p, const struct wd_page_el *e)
{
	switch (e->n->tag) {
	case WD_TAG_NAV:
	case WD_TAG_MENU:
	case WD_TAG_ASIDE:
	case WD_TAG_FOOTER:
		return e->h1 || share(p, e) >= 50 ? WD_PAGE_KEPT : WD_PAGE_TAG;
	case WD_TAG_FORM:
	case WD_TAG_FIELDSET:
	case WD_TAG_DIALOG:
		return e->h1 || share(p, e) >= 30 ? WD_PAGE_KEPT : WD_PAGE_TAG;
	case WD_TAG_BUTTON:
	case WD_TAG_SELECT:
	case WD_TAG_TEXTAREA:
	case WD_TAG_INPUT:
	case WD_TAG_OPTION:
	case WD_TAG_SCRIPT:
	case WD_TAG_STYLE:
	case WD_TAG_TEMPLATE:
	case WD_TAG_TITLE:
	case WD_TAG_OBJECT:
	case WD_TAG_SVG:
	case WD_TAG_CANVAS:
	case WD_TAG_AUDIO:
	case WD_TAG_VIDEO:
	case WD_TAG_METER:
	case WD_TAG_PROGRESS:
	case WD_TAG_DATALIST:
	case WD_TAG_MARQUEE:
		return share(p, e) >= 50 ? WD_PAGE_KEPT : WD_PAGE_TAG;
	case WD_TAG_NOSCRIPT: /* the images that scripts would load; seldom the whole text */
		return share(p, e) >= 50 ? WD_PAGE_KEPT : WD_PAGE_HIDDEN;
	default:
		return WD_PAGE_KEPT;
	}
}

/* Lists and tables hold short words by nature. */
static bool holds_data(unsigned tag)
{
	return tag == WD_TAG_UL || tag == WD_TAG_OL || tag == WD_TAG_LI || tag == WD_TAG_DL ||
	       tag == WD_TAG_DT || tag == WD_TAG_DD || tag == WD_TAG_TABLE || tag == WD_TAG_TR ||
	       tag == WD_TAG_TD || tag == WD_TAG_TH || tag == WD_TAG_TBODY || tag == WD_TAG_THEAD;
}

static bool is_words(const struct wd_node *n)
{
	return n != NULL && n->type == WD_NODE_TEXT && wd_utf8_trim(n->text).n > 1;
}

/* A few words between others of a sentence ("At <span class=ticker>Acme</span>, we"): whatever they
 * are named, the sentence needs them. */
static bool in_sentence(const struct wd_page *p, const struct wd_page_el *e)
{
	enum { MAX_BYTES = 60 };
	const struct wd_page_el *up = &p->els[e->parent];
	return !wd_tag_is_block(e->n->tag) && e->sub > 0 && e->sub < MAX_BYTES && up->reads &&
	       is_words(e->n->prev) && is_words(e->n->next);
}

static enum wd_page_why by_name(const struct wd_page *p, const struct wd_page_el *e)
{
	uint32_t k = e->kinds;
	unsigned part = share(p, e);
	/* Prose below an inline element: its end tag was lost, and it holds what it never meant to.
	 */
	if (e->prose > 0 && !wd_tag_is_block(e->n->tag))
		return WD_PAGE_KEPT;
	if ((k & WD_VOC_HIDE) && part < 30)
		return WD_PAGE_HIDDEN;
	if (k & WD_VOC_COMMENTS) /* often longer than the article */
		return (e->h1 || e->body_mark) && part >= 10 ? WD_PAGE_KEPT : WD_PAGE_NAME;
	if (k & WD_VOC_DROP) {
		if (e->h1 && part > 0)
			return WD_PAGE_KEPT;
		if ((k & WD_VOC_BODY) && part >= 10)
			return WD_PAGE_KEPT;
		if (e->body_mark && part >= 30)
			return WD_PAGE_KEPT;
		if ((k & WD_VOC_TEXT) && part >= 50)
			return WD_PAGE_KEPT;
		return part >= 70 || in_sentence(p, e) ? WD_PAGE_KEPT : WD_PAGE_NAME;
	}
	if ((k & WD_VOC_WEAK) && !e->h1 && !(k & (WD_VOC_BODY | WD_VOC_CAPTION)) && part < 20) {
		bool data = holds_data(e->n->tag);
		bool heading = e->n->tag >= WD_TAG_H1 && e->n->tag <= WD_TAG_H6;
		/* mostly links, or a few words without sentences */
		if (e->sub_link * 2 > e->sub ||
			(e->prose == 0 && e->sub < 120 && !data && !heading))
			return WD_PAGE_NAME;
	}
	return WD_PAGE_KEPT;
}

static enum wd_page_why judge(const struct wd_page *p, const struct wd_page_el *e)
{
	enum wd_page_why why = by_tag(p, e);
	if (why != WD_PAGE_KEPT)
		return why;
	/* A lost end tag carries an icon's <i class=share> into every paragraph. */
	if (e->n->attr_count == 0 || (e->n->flags & WD_NF_REOPENED))
		return WD_PAGE_KEPT;
	if (hidden_by_attribute(e) && share(p, e) < 30)
		return WD_PAGE_HIDDEN;
	if (role_outside(e->n) && !e->h1 && share(p, e) < 50)
		return WD_PAGE_ROLE;
	return by_name(p, e);
}

/* ---- tables for layout ---- */

/* Its own parts become plain blocks; tables in its cells stay. */
static void unwrap_layout(struct wd_page *p, struct wd_page_el *table)
{
	size_t at = (size_t)(table - p->els);
	for (size_t i = at; i < table->end;) {
		struct wd_page_el *e = &p->els[i];
		if (i != at && e->n->tag == WD_TAG_TABLE) {
			i = e->end;
			continue;
		}
		if (i == at || wd_tag_has(e->n->tag, WD_TC_TABLE_PART))
			wd_page_retag(e->n, WD_TAG_DIV);
		i++;
	}
}

void wd_page_unwrap_layout(struct wd_page *p)
{
	for (size_t i = 1; i < p->n; i++) {
		struct wd_page_el *e = &p->els[i];
		uint64_t cell = 0;
		if (e->n->tag != WD_TAG_TABLE || share(p, e) < 40)
			continue;
		for (size_t k = i + 1; k < e->end; k++) {
			const struct wd_page_el *c = &p->els[k];
			if (c->n->tag == WD_TAG_TD && c->prose > cell)
				cell = c->prose;
		}
		if (cell < 120 || cell * 10 < (uint64_t)e->prose * 7)
			continue;
		unwrap_layout(p, e);
	}
}

void wd_page_strip(struct wd_page *p)
{
	for (size_t i = 1; i < p->n;) {
		struct wd_page_el *e = &p->els[i];
		e->why = (uint8_t)judge(p, e);
		i = e->why != WD_PAGE_KEPT ? e->end : i + 1;
	}
	/* Own prose of each block, upwards over what is kept. */
	for (size_t i = 0; i < p->n;) {
		struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT) {
			i = e->end;
			continue;
		}
		uint32_t own = e->prose;
		for (size_t c = i + 1; c < e->end; c = p->els[c].end)
			own -= p->els[c].prose;
		e->good = own;
		if (i > 0) {
			struct wd_page_el *up = &p->els[e->parent];
			up->near += own;
			if (e->parent > 0)
				p->els[up->parent].near += own / 2;
		}
		i++;
	}
	for (size_t i = p->n; i-- > 1;) {
		const struct wd_page_el *e = &p->els[i];
		if (e->why != WD_PAGE_KEPT)
			continue;
		struct wd_page_el *up = &p->els[e->parent];
		up->good += e->good;
	}
}
