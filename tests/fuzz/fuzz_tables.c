/*
 * Table recognition on any tree. Invariants: rectangular; cells are valid UTF-8; every digit and
 * letter of the tree's text is still in the tree, and as often; what it leaves is a sound tree.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/repair.h"
#include "parsers/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether there is anything that could compose (NFC) with a letter before it. */
static bool count(struct wd_node *root, size_t counts[256])
{
	bool marks = false;
	for (struct wd_node *n = root; n != NULL; n = wd_node_next(root, n, false)) {
		for (struct wd_node *c = n->first; c != NULL; c = c->next)
			WD_ASSERT(c->parent == n && (c->next == NULL || c->next->prev == c));
		for (size_t i = 0; n->type == WD_NODE_TEXT && i < n->text.n; i++) {
			unsigned char c = (unsigned char)n->text.p[i];
			counts[c] += wd_is_alnum((char)c);
			marks |= c >= 0xCC;
		}
	}
	return marks;
}

static void check_table(const struct wd_table *t)
{
	size_t width = t->header.n > 0 ? t->header.v[0].n : t->rows.n > 0 ? t->rows.v[0].n : 0;
	WD_ASSERT(width > 0 && t->confidence >= 0 && t->confidence <= 1);
	WD_ASSERT(wd_utf8_ok(t->caption));
	for (size_t r = 0; r < t->header.n + t->rows.n; r++) {
		const struct wd_table_row *row =
			r < t->header.n ? &t->header.v[r] : &t->rows.v[r - t->header.n];
		WD_ASSERT(row->n == width);
		for (size_t c = 0; c < row->n; c++)
			WD_ASSERT(wd_utf8_ok(row->cells[c]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wd_str in = {(const char *)data, size};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_GIB);
	if (a == NULL || size > WD_MIB || !wd_utf8_ok(in))
		return 0;
	wd_repairs log = {0};
	struct wd_html_opts opts = {.fragment = true, .raw = true};
	struct wd_html tree;
	struct wd_err err;
	if (wd_html_parse(a, wd_repair_markup(a, in, "text", &log), &opts, &tree, &err) < 0)
		return 0;
	size_t before[256] = {0}, after[256] = {0};
	wd_tables tables = {0}, again = {0};
	bool marks = count(tree.root, before);
	wd_tables_collect(a, tree.root, &tables, &log);
	(void)count(tree.root, after);
	/* What stands behind a wiki's opening mark are attributes: no text. */
	bool wiki = wd_str_find(in, WD_STR("{|"), 0) != SIZE_MAX;
	for (size_t i = 0; !wiki && i < WD_COUNTOF(before); i++)
		WD_ASSERT(before[i] == after[i] || (marks && !wd_is_digit((char)i)));
	for (size_t i = 0; i < tables.n; i++)
		check_table(&tables.v[i]);
	wd_tables_collect(a, tree.root, &again, &log);
	for (size_t i = 0; i < again.n; i++)
		check_table(&again.v[i]);
	return 0;
}
