/*
 * Live pages: the posts become sections. Each post begins with its time; where that stands in a
 * line of its own it becomes the heading of what follows, so that readers of the HTML can tell the
 * posts apart and the text stays what it is.
 */
#include "parsers/page_impl.h"

/* A time alone in its block: nothing else there has text of its own. */
static bool stands_alone(const struct wd_page *p, const struct wd_page_el *e)
{
	const struct wd_page_el *up = &p->els[e->parent];
	if (e->n->tag != WD_TAG_TIME || e->sub == 0 || e->sub > 40)
		return false;
	if (up->n->tag == WD_TAG_P || up->n->tag == WD_TAG_DIV || up->n->tag == WD_TAG_HEADER ||
		up->n->tag == WD_TAG_ARTICLE || up->n->tag == WD_TAG_SECTION ||
		up->n->tag == WD_TAG_LI)
		return up->own == e->sub;
	return false;
}

static bool in_heading(const struct wd_page *p, const struct wd_page_el *e)
{
	for (unsigned k = 0; k < 3 && e != p->els; k++, e = &p->els[e->parent])
		if (e->n->tag >= WD_TAG_H1 && e->n->tag <= WD_TAG_H6)
			return true;
	return false;
}

void wd_page_live_sections(struct wd_page *p, struct wd_page_el *root)
{
	enum { MIN_POSTS = 2 };
	size_t posts = 0, at = (size_t)(root - p->els);
	for (int pass = 0; pass < 2 && (pass == 0 || posts >= MIN_POSTS); pass++) {
		for (size_t i = at + 1; i < root->end;) {
			struct wd_page_el *e = &p->els[i];
			if (e->why != WD_PAGE_KEPT) {
				i = e->end;
				continue;
			}
			i++;
			if (!stands_alone(p, e) || in_heading(p, e))
				continue;
			posts += pass == 0;
			struct wd_node *up = e->n->parent, *h = NULL;
			if (pass == 0 || up == NULL)
				continue;
			if (up->tag == WD_TAG_P) {
				wd_page_retag(up, WD_TAG_H3);
			} else if ((h = wd_node_new(p->a, WD_TAG_H3)) != NULL) {
				wd_node_insert_before(e->n, h);
				wd_node_remove(e->n);
				wd_node_append(h, e->n);
			}
		}
	}
}
