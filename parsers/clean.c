/*
 * The cleaner's order of work:
 *
 *   text ──► mojibake and markup repair (repair.h) ──► tree (html.h)
 *   tree ──► tables found and rewritten (tables.h), while boxes and line ends still tell them
 *        ──► canonical tree by the allow-list (clean_build.c)
 *        ──► typed bullets become lists (clean_lists.c)
 *        ──► furniture out (clean_furniture.c)
 *        ──► HTML and plain text (clean_out.c)
 *
 * Invariants: the HTML holds only what clean_policy.c names; cleaning it again changes nothing;
 * every word of the input stands in the HTML or in `removed`; every block of the plain text stands
 * in the HTML. Linear in the input, iterative, memory from the caller's arena.
 * Concurrency: pure; the rules (furniture.h, links.h) are loaded before threads start.
 */
#include "parsers/clean_impl.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/furniture.h"
#include "parsers/links.h"
#include "parsers/repair.h"
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

/* Lines that cleaning put side by side may be read as a table's rows when they are read again:
 * three short ones are the least. */
static bool may_hold_rows(struct wd_str text)
{
	enum { LEAST = 3, LONGEST = 240 };
	size_t rows = 0;
	for (size_t at = 0, end; at < text.n && rows < LEAST; at = end + 1) {
		end = wd_str_chr(text, '\n', at);
		end = WD_MIN(end, text.n);
		if (end > at)
			rows = end - at <= LONGEST ? rows + 1 : 0;
	}
	return rows >= LEAST;
}

static int clean_once(struct wd_arena *a, struct wd_node *root, const struct wd_clean_opts *opts,
	struct wd_clean *ret, bool *ret_unsettled, struct wd_err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (!opts->sanitise_only) {
		wd_clean_lists(a, root, true, opts->field, &ret->repairs);
		wd_tables_collect(a, root, &ret->tables, &ret->repairs);
	}
	struct wd_node *tree = wd_clean_build(a, root, opts, ret);
	if (tree == NULL)
		return wd_err_set(
			err, WD_E_LIMIT, "cleaning needs more memory than one article may");
	if (!opts->sanitise_only)
		wd_clean_lists(a, tree, false, opts->field, &ret->repairs);
	wd_clean_prune(tree);
	if (!opts->sanitise_only && !opts->keep_furniture) {
		wd_clean_furniture(a, tree, opts->news, ret);
		wd_clean_prune(tree);
		/* What stood between two typed bullets, or before one in its item, may be gone. */
		if (ret->removed.n > 0) {
			wd_clean_lists(a, tree, false, opts->field, &ret->repairs);
			wd_clean_prune(tree);
		}
	}
	ret->text = wd_clean_plain(a, tree, opts->captions_apart);
	/* A line of text alone stays one: a summary is often no paragraph. */
	if (opts->sanitise_only && tree->first != NULL && tree->first == tree->last &&
		tree->first->tag == WD_TAG_P && tree->first->attr_count == 0)
		wd_node_unwrap(tree->first);
	ret->html = wd_clean_html(a, tree, ret_unsettled);
	*ret_unsettled |= (ret->removed.n > 0 || ret->repairs.n > 0 || ret->had_invisible) &&
			  may_hold_rows(ret->text);
	return WD_OK;
}

static int parse_clean_once(struct wd_arena *a, struct wd_str html,
	const struct wd_clean_opts *opts, struct wd_clean *ret, struct wd_err *err)
{
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	bool ignored;
	int r = wd_html_parse(a, html, &parse, &tree, err);
	return r < 0 ? r : clean_once(a, tree.root, opts, ret, &ignored, err);
}

static void append_repairs(struct wd_arena *a, wd_repairs *to, const wd_repairs *from)
{
	WD_VEC_EACH (const struct wd_repair, r, from) {
		struct wd_repair *m = wd_vec_push(a, to);
		if (m != NULL)
			*m = *r;
	}
}

/* What a further round found, added to what is known. A table that is still there stays as it was
 * first seen: by then it had its breakage. */
static void merge_round(struct wd_arena *a, struct wd_clean *first, const struct wd_clean *next)
{
	WD_VEC_EACH (const struct wd_removed, m, &next->removed) {
		struct wd_removed *to = wd_vec_push(a, &first->removed);
		if (to != NULL)
			*to = *m;
	}
	append_repairs(a, &first->repairs, &next->repairs);
	if (first->tables.n != next->tables.n)
		first->tables = next->tables;
	first->html = next->html;
	first->text = next->text;
}

/*
 * Cleaning the result again must change nothing. Tables are judged by what stands around them, and
 * cleaning can lay debris open (white space gone from within a tag), bring short lines together or
 * take what nobody sees, or what was broken, from between: where any may be, the result is cleaned
 * until it stays. Most articles have none (`unsettled`).
 */
static int settle(struct wd_arena *a, const struct wd_clean_opts *opts, struct wd_clean *ret,
	struct wd_err *err)
{
	enum { ROUNDS = 4 };
	for (int round = 1; round < ROUNDS; round++) {
		wd_repairs repairs = {0};
		struct wd_str mended = wd_repair_markup(a, ret->html, opts->field, &repairs);
		bool has_table = wd_str_find(ret->html, WD_STR("<table"), 0) != SIZE_MAX;
		if (!has_table && !may_hold_rows(ret->text) && wd_str_eq(mended, ret->html))
			return WD_OK;
		struct wd_clean next;
		int r = parse_clean_once(a, mended, opts, &next, err);
		if (r < 0)
			return r;
		if (wd_str_eq(next.html, ret->html))
			return WD_OK;
		append_repairs(a, &ret->repairs, &repairs);
		merge_round(a, ret, &next);
	}
	return WD_OK;
}

static struct wd_clean_opts with_field(const struct wd_clean_opts *opts)
{
	struct wd_clean_opts o = *opts;
	if (o.field == NULL)
		o.field = "text";
	return o;
}

/* `broken`: the repair layer found something in the source. */
static int clean_tree(struct wd_arena *a, struct wd_node *root, const struct wd_clean_opts *o,
	bool broken, struct wd_clean *ret, struct wd_err *err)
{
	bool unsettled = false;
	int r = clean_once(a, root, o, ret, &unsettled, err);
	unsettled = unsettled || (broken && may_hold_rows(ret->text));
	if (r == WD_OK && !o->sanitise_only && unsettled)
		r = settle(a, o, ret, err);
	if (r == WD_OK && !o->sanitise_only)
		/* A last line that announces a table ("the figures:") is whole: the table follows
		 * it. */
		ret->truncated |= !wd_str_ends(ret->html, WD_STR("</table>")) &&
				  wd_clean_breaks_off(ret->text);
	return r;
}

int wd_clean_tree(struct wd_arena *a, struct wd_node *root, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_err *err)
{
	struct wd_clean_opts o = with_field(opts);
	return clean_tree(a, root, &o, false, ret, err);
}

int wd_clean_fragment(struct wd_arena *a, struct wd_str html, const struct wd_clean_opts *opts,
	struct wd_clean *ret, struct wd_err *err)
{
	struct wd_clean_opts o = with_field(opts);
	wd_repairs repairs = {0};
	if (html.n > WD_MAX_BODY_BYTES)
		return wd_err_set(err, WD_E_LIMIT, "a text of %zu bytes: at most %llu are cleaned",
			html.n, (unsigned long long)WD_MAX_BODY_BYTES);
	bool mended = false;
	if (!o.sanitise_only) {
		html = wd_repair_mojibake(a, html, o.field, &repairs);
		html = wd_repair_tables(a, html, o.field, &repairs, &mended);
	}
	struct wd_html_opts parse = {.fragment = true, .raw = true};
	struct wd_html tree;
	int r = wd_html_parse(a, html, &parse, &tree, err);
	if (r == WD_OK)
		r = clean_tree(a, tree.root, &o, repairs.n > 0, ret, err);
	if (r < 0)
		return r;
	/* The tables' finder saw whole tags; here it is known that they were not. */
	WD_VEC_EACH (struct wd_table, t, &ret->tables)
		t->repaired |= mended;
	append_repairs(a, &repairs, &ret->repairs);
	ret->repairs = repairs;
	return WD_OK;
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
