/*
 * The HTML engine on any bytes. Invariants: a tree whose links agree in both directions; bounded
 * depth and number of nodes; valid UTF-8 everywhere when the input is; work in proportion to the
 * input (nodes, and the arena's use).
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_node(const struct wd_node *n, bool utf8)
{
	WD_ASSERT(n->parent != NULL || n->type == WD_NODE_ROOT);
	WD_ASSERT((n->first == NULL) == (n->last == NULL));
	WD_ASSERT(n->prev == NULL || n->prev->next == n);
	WD_ASSERT(n->next == NULL || n->next->prev == n);
	WD_ASSERT(n->first == NULL || (n->first->parent == n && n->first->prev == NULL));
	WD_ASSERT(n->last == NULL || (n->last->parent == n && n->last->next == NULL));
	WD_ASSERT(n->type != WD_NODE_ELEMENT || n->name.n > 0);
	WD_ASSERT(n->tag == WD_TAG_OTHER || wd_str_eq(n->name, wd_tag_name(n->tag)));
	WD_ASSERT(n->attr_count <= WD_MAX_ATTRS);
	if (!utf8)
		return;
	WD_ASSERT(wd_utf8_ok(n->text) && wd_utf8_ok(n->name));
	for (size_t i = 0; i < n->attr_count; i++)
		WD_ASSERT(wd_utf8_ok(n->attrs[i].name) && wd_utf8_ok(n->attrs[i].value));
}

static void check_tree(const struct wd_html *h, size_t size, bool utf8)
{
	size_t nodes = 0, depth = 0;
	WD_ASSERT(h->max_depth <= WD_MAX_HTML_DEPTH);
	WD_ASSERT(h->nodes <= WD_MAX_HTML_NODES + 8);
	WD_ASSERT(h->nodes <= 2000 + size * 2);
	for (const struct wd_node *n = h->root; n != NULL; nodes++) {
		check_node(n, utf8);
		if (n->first != NULL) {
			n = n->first;
			depth++;
			WD_ASSERT(depth <= WD_MAX_HTML_DEPTH * 2);
			continue;
		}
		while (n != h->root && n->next == NULL) {
			n = n->parent;
			depth--;
		}
		n = n == h->root ? NULL : n->next;
	}
	WD_ASSERT(nodes <= h->nodes + 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_str in = {(const char *)data, size};
	bool utf8 = wd_utf8_ok(in);
	for (unsigned how = 0; how < 2; how++) {
		struct wd_html_opts opts = {
			.fragment = how == 0, .keep_comments = how == 0, .keep_scripts = how == 0};
		struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_html h;
		struct wd_err err;
		if (a != NULL && wd_html_parse(a, in, &opts, &h, &err) == WD_OK) {
			check_tree(&h, size, utf8);
			WD_ASSERT(h.body != NULL && (how == 0 || h.html != NULL));
			struct wd_str text = wd_node_inner_text(a, h.root);
			WD_ASSERT(!utf8 || wd_utf8_ok(text));
			WD_ASSERT(wd_arena_used(a) <= 256 * WD_KIB + size * 600);
		}
		wd_arena_free(a);
	}
	return 0;
}
