/*
 * The cleaner's order of work, one pass:
 *
 *   text ──► mojibake and markup repair (repair.h) ──► tree (html.h)
 *   tree ──► tables found and rewritten (tables.h), while boxes and line ends still tell them
 *        ──► canonical tree by the allow-list (clean_build.c)
 *        ──► typed bullets become lists (clean_lists.c)
 *        ──► furniture out (clean_furniture.c)
 *        ──► HTML and plain text (clean_out.c)
 *
 * Cleaning what is clean changes nothing: by construction, not by each step's good behaviour. What
 * one step does can lay open work for a step before it (lines come together and are rows, a tag is
 * whole once controls are out of it), and nobody can list all such pairs. So passes are made until
 * one changes nothing. Then
 *   - a result that a pass leaves as it is, is one that cleaning leaves as it is;
 *   - that pass is saved where none of the steps could find anything to do (clean_settled.c), which
 *     is nearly always;
 *   - passes that come back to a result they had go round for ever: of those they go round, the
 *     least is taken, and cleaning any of them takes the same one;
 *   - what has not come to rest in ROUNDS passes, or has more furniture than is kept, is shown as
 *     it is: as preformatted code, which no step looks into (no article, by all we have seen).
 * What the first pass told of a table (how sure, whether mended) holds for it later on, and what
 * any pass took out or mended is told.
 * Rejected: a rule for each pair of steps (there was always one more).
 *
 * Invariants: the HTML holds only what clean_policy.c names; cleaning it again changes nothing;
 * every word of the input stands in the HTML or in `removed`; every block of the plain text stands
 * in the HTML. Linear in the input, iterative, memory from the caller's arena.
 * Concurrency: pure; the rules (furniture.h, links.h) are loaded before threads start.
 */
#include "parsers/clean_impl.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/furniture.h"
#include "parsers/links.h"
#include "parsers/repair_lex.h"
#include "parsers/tables.h"

int wd_clean_init(const char *dir, struct wd_err *err)
{
	int r = wd_links_load(dir, err);
	return r < 0 ? r : wd_furniture_load(dir, err);
}

void wd_clean_done(void)
{
	wd_links_unload();
	wd_furniture_unload();
}

/* ---- one pass ---- */

static int pass_tree(struct wd_arena *a, struct wd_node *root, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_clean_rest *rest, struct wd_err *err)
{
	struct wd_clean_watch watch;
	bool quiet = true;
	if (!opts->sanitise_only) {
		wd_clean_lists(a, root, true, opts->field, &ret->repairs);
		wd_tables_collect(a, root, &ret->tables, &ret->repairs);
	}
	struct wd_node *tree = wd_clean_build(a, root, opts, ret);
	if (tree == NULL)
		return wd_err_set(
			err, WD_E_LIMIT, "cleaning needs more memory than one article may");
	if (!opts->sanitise_only)
		quiet &= !wd_clean_lists(a, tree, false, opts->field, &ret->repairs);
	wd_clean_prune(tree);
	if (!opts->sanitise_only && !opts->keep_furniture) {
		quiet &= wd_clean_furniture(a, tree, opts->news, ret);
		wd_clean_prune(tree);
		/* What stood between two typed bullets, or before one in its item, may be gone. */
		if (ret->removed.n > 0) {
			quiet &= !wd_clean_lists(a, tree, false, opts->field, &ret->repairs);
			wd_clean_prune(tree);
		}
	}
	ret->text = wd_clean_plain(a, tree, opts->captions_apart);
	/* A line of text alone stays one: a summary is often no paragraph. */
	if (opts->sanitise_only && tree->first != NULL && tree->first == tree->last &&
		tree->first->tag == WD_TAG_P && tree->first->attr_count == 0)
		wd_node_unwrap(tree->first);
	ret->html = wd_clean_html(a, tree, &watch);
	rest->endless = ret->removed.n >= WD_MAX_REMOVED;
	rest->settled = opts->sanitise_only || (quiet && !watch.unsettled);
	if (!rest->settled || opts->sanitise_only)
		return WD_OK;
	/* Those two are quick to ask themselves. */
	wd_repairs none = {0};
	struct wd_arena_mark mark = wd_arena_mark(a);
	rest->settled =
		wd_repair_mojibake(a, ret->html, opts->field, &none).p == ret->html.p &&
		(!watch.debris ||
			wd_str_eq(wd_repair_markup(a, ret->html, opts->field, &none), ret->html));
	wd_arena_rewind(a, mark);
	return WD_OK;
}

int wd_clean_pass(struct wd_arena *a, struct wd_str html, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_clean_rest *rest, struct wd_err *err)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	bool mended = false;
	memset(ret, 0, sizeof(*ret));
	if (!opts->sanitise_only) {
		html = wd_repair_mojibake(a, html, opts->field, &ret->repairs);
		html = wd_repair_tables(a, html, opts->field, &ret->repairs, &mended);
	}
	int r = wd_html_parse(a, html, &parse, &tree, err);
	if (r == WD_OK)
		r = pass_tree(a, tree.root, opts, ret, rest, err);
	/* The tables' finder saw whole tags; here it is known that they were not. */
	if (r == WD_OK && mended) {
		WD_VEC_EACH (struct wd_table, t, &ret->tables)
			t->repaired = true;
	}
	return r;
}

/* ---- passes until nothing changes ---- */

static bool same_rows(const struct wd_table_row *x, const struct wd_table_row *y, size_t n)
{
	for (size_t r = 0; r < n; r++) {
		if (x[r].n != y[r].n)
			return false;
		for (size_t c = 0; c < x[r].n; c++) {
			if (!wd_str_eq(x[r].cells[c], y[r].cells[c]))
				return false;
		}
	}
	return true;
}

static bool same_table(const struct wd_table *x, const struct wd_table *y)
{
	return x->rows.n == y->rows.n && x->header.n == y->header.n &&
	       same_rows(x->header.v, y->header.v, x->header.n) &&
	       same_rows(x->rows.v, y->rows.v, x->rows.n);
}

/* A table as a later pass has it is what the earlier one said of it. */
static void keep_judgement(const wd_tables *known, wd_tables *tables)
{
	size_t at = 0;
	for (size_t i = 0; i < tables->n; i++) {
		struct wd_table *t = &tables->v[i];
		size_t k = known->n == tables->n ? i : at;
		while (known->n != tables->n && k < known->n && !same_table(t, &known->v[k]))
			k++;
		if (k == known->n)
			continue;
		t->repaired |= known->v[k].repaired;
		t->confidence = known->v[k].confidence;
		at = k + 1;
	}
}

static void keep_first(struct wd_str *known, struct wd_str s)
{
	if (known->n == 0)
		*known = s;
}

/* The result of a further pass: its text and tables, and what all of them took out or mended. */
static void add_pass(struct wd_arena *a, struct wd_clean *all, struct wd_clean *next)
{
	WD_VEC_EACH (const struct wd_removed, m, &next->removed) {
		struct wd_removed *to = wd_vec_push(a, &all->removed);
		if (to != NULL)
			*to = *m;
	}
	WD_VEC_EACH (const struct wd_info_source, m, &next->info_sources) {
		struct wd_info_source *to = wd_vec_push(a, &all->info_sources);
		if (to != NULL)
			*to = *m;
	}
	WD_VEC_EACH (const struct wd_repair, m, &next->repairs)
		wd_repair_add(a, &all->repairs, m->kind.p, m->field.p, m->count, m->note);
	keep_judgement(&all->tables, &next->tables);
	keep_first(&all->byline, next->byline);
	keep_first(&all->dateline, next->dateline);
	keep_first(&all->located, next->located);
	keep_first(&all->copyright, next->copyright);
	if (all->date.precision == WD_DATE_NONE)
		all->date = next->date;
	all->is_correction |= next->is_correction;
	all->is_retraction |= next->is_retraction;
	all->tables = next->tables;
	all->html = next->html;
	all->text = next->text;
}

/* All the words of the markup, a block a line. */
static struct wd_str words_of(struct wd_arena *a, struct wd_str html)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	struct wd_err ignored;
	struct wd_buf buf;
	struct wd_str ret = WD_STR_NONE;
	if (wd_html_parse(a, html, &parse, &tree, &ignored) < 0)
		return ret;
	wd_buf_init(&buf, WD_MAX_BODY_BYTES);
	for (struct wd_node *n = tree.root->first; n != NULL;
		n = wd_node_next(tree.root, n, false)) {
		char last = buf.n > 0 ? buf.p[buf.n - 1] : '\n';
		if (n->type == WD_NODE_TEXT) {
			if (n->text.n > 0 && (n->text.p[0] != '\n' || wd_str_trim(n->text).n > 0))
				wd_buf_add(&buf, n->text);
		} else if (wd_rlex_is_cell((enum wd_tag)n->tag)) {
			if (last != '\n')
				wd_buf_putc(&buf, ' ');
		} else if (n->tag == WD_TAG_BR || wd_tag_is_block((enum wd_tag)n->tag)) {
			if (last != '\n')
				wd_buf_putc(&buf, '\n');
		}
	}
	ret = wd_arena_str(a, wd_buf_str(&buf));
	wd_buf_done(&buf);
	return ret;
}

/* The last resort: all that is left, as code. Nothing but mojibake is looked for in it, which gets
 * shorter each time. */
static void show_as_code(struct wd_arena *a, const struct wd_clean_opts *opts, struct wd_clean *ret)
{
	struct wd_clean_edges edges;
	struct wd_clean_watch ignored;
	struct wd_node *root = wd_node_new(a, WD_TAG_OTHER), *pre = wd_node_new(a, WD_TAG_PRE);
	struct wd_node *code = wd_node_new(a, WD_TAG_CODE);
	struct wd_str s = wd_clean_run(a, words_of(a, ret->html), true, &edges), before;
	wd_repairs none = {0};
	do {
		before = s;
		s = wd_clean_run(a, wd_repair_mojibake(a, s, opts->field, &none), true, &edges);
	} while (s.n < before.n);
	struct wd_node *text = wd_node_text(a, wd_str_trim(s));
	if (root == NULL || pre == NULL || code == NULL || text == NULL)
		return;
	if (text->text.n > 0) {
		wd_node_append(root, pre);
		wd_node_append(pre, code);
		wd_node_append(code, text);
	}
	ret->html = wd_clean_html(a, root, &ignored);
	ret->text = wd_clean_plain(a, root, false);
	memset(&ret->tables, 0, sizeof(ret->tables));
	wd_repair_add(a, &ret->repairs, "shown_as_code", opts->field, 1, WD_STR_NONE);
}

struct result {
	struct wd_str html, text;
	wd_tables tables;
};

static bool is_less(struct wd_str x, struct wd_str y)
{
	return x.n != y.n ? x.n < y.n : memcmp(x.p, y.p, x.n) < 0;
}

/* The results from `from` on come round again and again: the least of them stands for all. */
static void take_least(const struct result *seen, size_t from, size_t n, struct wd_clean *ret)
{
	const struct result *least = &seen[from];
	for (size_t i = from + 1; i < n; i++) {
		if (is_less(seen[i].html, least->html))
			least = &seen[i];
	}
	ret->html = least->html;
	ret->text = least->text;
	ret->tables = least->tables;
}

static void settle(struct wd_arena *a, const struct wd_clean_opts *opts, struct wd_clean_rest rest,
	struct wd_clean *ret)
{
	enum { ROUNDS = 8 };
	struct result seen[ROUNDS];
	struct wd_err ignored;
	for (size_t n = 0; n < ROUNDS && !rest.endless; n++) {
		struct wd_clean next;
		struct wd_arena_mark mark = wd_arena_mark(a);
		seen[n] = (struct result){ret->html, ret->text, ret->tables};
		if (wd_clean_pass(a, ret->html, opts, &next, &rest, &ignored) < 0 ||
			wd_str_eq(next.html, ret->html)) {
			wd_arena_rewind(a, mark);
			return;
		}
		add_pass(a, ret, &next);
		if (rest.settled)
			return;
		for (size_t k = 0; k <= n; k++) {
			if (wd_str_eq(seen[k].html, ret->html)) {
				take_least(seen, k, n + 1, ret);
				return;
			}
		}
	}
	show_as_code(a, opts, ret);
}

static struct wd_clean_opts with_field(const struct wd_clean_opts *opts)
{
	struct wd_clean_opts o = *opts;
	if (o.field == NULL)
		o.field = "text";
	return o;
}

static void finish(struct wd_arena *a, const struct wd_clean_opts *o, struct wd_clean_rest rest,
	struct wd_clean *ret)
{
	if (o->sanitise_only)
		return;
	if (!rest.settled)
		settle(a, o, rest, ret);
	/* A last line that announces a table ("the figures:") is whole: the table follows it. */
	ret->truncated |=
		!wd_str_ends(ret->html, WD_STR("</table>")) && wd_clean_breaks_off(ret->text);
}

int wd_clean_tree(struct wd_arena *a, struct wd_node *root, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_err *err)
{
	struct wd_clean_opts o = with_field(opts);
	struct wd_clean_rest rest;
	memset(ret, 0, sizeof(*ret));
	int r = pass_tree(a, root, &o, ret, &rest, err);
	if (r == WD_OK)
		finish(a, &o, rest, ret);
	return r;
}

int wd_clean_fragment(struct wd_arena *a, struct wd_str html, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_err *err)
{
	struct wd_clean_opts o = with_field(opts);
	struct wd_clean_rest rest;
	if (html.n > WD_MAX_BODY_BYTES)
		return wd_err_set(err, WD_E_LIMIT, "a text of %zu bytes: at most %llu are cleaned",
			html.n, (unsigned long long)WD_MAX_BODY_BYTES);
	int r = wd_clean_pass(a, html, &o, ret, &rest, err);
	if (r == WD_OK)
		finish(a, &o, rest, ret);
	return r;
}

/* ---- titles ---- */

/* Something that looks like a tag of HTML: "<" name (space | ">" | "/"), or its end. */
static bool has_tag(struct wd_str s)
{
	for (size_t at = 0; (at = wd_str_chr(s, '<', at)) != SIZE_MAX; at++) {
		size_t from = at + 1;
		if (from < s.n && s.p[from] == '/')
			from++;
		size_t to = from;
		while (to < s.n && wd_is_alnum(s.p[to]))
			to++;
		if (to == from || to >= s.n || wd_tag_find(wd_str_sub(s, from, to)) == WD_TAG_OTHER)
			continue;
		if ((s.p[to] == '>' || s.p[to] == '/' || wd_is_space(s.p[to])) &&
			wd_str_chr(s, '>', to) != SIZE_MAX)
			return true;
	}
	return false;
}

static struct wd_str strip_tags(struct wd_arena *a, struct wd_str s)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	struct wd_err ignored;
	if (wd_html_parse(a, s, &parse, &tree, &ignored) < 0)
		return s;
	struct wd_clean_opts opts = {.field = "headline", .sanitise_only = true};
	struct wd_clean out = {0};
	struct wd_node *clean = wd_clean_build(a, tree.root, &opts, &out);
	return clean != NULL ? wd_clean_plain(a, clean, false) : s;
}

struct wd_str wd_clean_title(
	struct wd_arena *a, struct wd_str raw, const char *field, wd_repairs *repairs)
{
	enum { ROUNDS = 3 };
	struct wd_str s = wd_utf8_cut(raw, WD_MAX_TITLE_BYTES * 4);
	s = wd_repair_mojibake(a, s, field, repairs);
	for (int round = 0; round < ROUNDS; round++) {
		struct wd_str before = s;
		/* "How to use <b>", unescaped here, is text about a tag: only pairs go then. */
		if (has_tag(s) && (round == 0 || wd_str_find(s, WD_STR("</"), 0) != SIZE_MAX))
			s = strip_tags(a, s);
		else
			s = wd_html_unescape(a, s, false);
		if (wd_str_eq(before, s))
			break;
		if (round > 0)
			wd_repair_add(a, repairs, "double_escape", field, 1, WD_STR_NONE);
	}
	return wd_utf8_cut(wd_clean_line(a, s), WD_MAX_TITLE_BYTES);
}
