/*
 * Tags whose brackets became other signs: `(td)1(/td)` where a system took pointed brackets for
 * dangerous, `?td?1?/td?` where it could not write them, `|td|`, `_td_`, `>td<`.
 *
 * Any pair of signs may stand for them, so the pair is read off the text: what stands around a
 * slash and a cell's or row's name. Whole rows of closed cells are evidence, as nobody writes them
 * otherwise; "(TD)" alone is short for much. Pairs are few; a fixed number of them is tried.
 */
#include "base/utf8.h"
#include "parsers/repair_passes.h"

enum { PAIRS = 4, ROWS = 3, CELLS = 6 };

struct pair {
	struct wd_str open, close;
};

struct count {
	size_t cells, cell_ends, rows, row_ends;
};

/* The sign at i that may stand for a bracket; empty: none. */
static struct wd_str sign_at(struct wd_str s, size_t i)
{
	size_t at = i;
	uint32_t cp = i < s.n ? wd_utf8_next(s, &at) : ' ';
	if (wd_cp_is_space(cp) || wd_cp_is_letter(cp) || wd_cp_is_digit(cp) || cp == '\\' ||
		cp == '/' || cp == ';')
		return WD_STR_NONE;
	return wd_str_sub(s, i, at);
}

static struct wd_str sign_before(struct wd_str s, size_t i)
{
	size_t at = i;
	if (i == 0)
		return WD_STR_NONE;
	(void)wd_utf8_prev(s, &at);
	return sign_at(s, at);
}

/* A table element's name at i: its bytes, 0: none. */
static size_t name_at(struct wd_str s, size_t i, enum wd_tag *ret_tag)
{
	size_t to = i;
	while (to < s.n && to - i < 8 && wd_is_alpha(s.p[to]))
		to++;
	if (to == i || (s.p[i] | 32) != 't')
		return 0;
	*ret_tag = wd_tag_find(wd_str_sub(s, i, to));
	return wd_rlex_is_table(*ret_tag) ? to - i : 0;
}

/* The pair around the slash at i and a name: false: none. */
static bool pair_at(struct wd_str s, size_t i, struct pair *ret)
{
	enum wd_tag tag;
	size_t n = name_at(s, i + 1, &tag);
	if (n == 0 || (tag != WD_TAG_TR && !wd_rlex_is_cell(tag)))
		return false;
	*ret = (struct pair){sign_before(s, i), sign_at(s, i + 1 + n)};
	if (ret->open.n == 0 || ret->close.n == 0)
		return false;
	/* pointed brackets, one or both, are the other passes' work, but for "> … <" */
	bool turned = wd_str_eqc(ret->open, ">") && wd_str_eqc(ret->close, "<");
	return turned || (!wd_str_eqc(ret->open, "<") && !wd_str_eqc(ret->open, ">") &&
				 !wd_str_eqc(ret->close, ">") && !wd_str_eqc(ret->close, "<"));
}

/* A tag between the pair's signs at i: the bytes inside, 0: none. */
static size_t tag_at(
	struct wd_str s, size_t i, const struct pair *p, enum wd_tag *ret_tag, bool *ret_end)
{
	if (!wd_str_starts(wd_str_from(s, i), p->open))
		return 0;
	size_t at = i + p->open.n;
	*ret_end = at < s.n && s.p[at] == '/';
	size_t n = name_at(s, at + *ret_end, ret_tag);
	if (n == 0 || !wd_str_starts(wd_str_from(s, at + *ret_end + n), p->close))
		return 0;
	return n + *ret_end;
}

/* Begins with the sign's first byte, so that few places need a closer look. */
static bool may_open(struct wd_str s, size_t i, const struct pair *p)
{
	return s.p[i] == p->open.p[0];
}

static bool has_rows(struct wd_str s, const struct pair *p)
{
	struct count c = {0};
	enum wd_tag tag;
	bool end;
	for (size_t i = 0; i < s.n;) {
		size_t n = may_open(s, i, p) ? tag_at(s, i, p, &tag, &end) : 0;
		if (n > 0 && tag == WD_TAG_TR)
			*(end ? &c.row_ends : &c.rows) += 1;
		else if (n > 0 && wd_rlex_is_cell(tag))
			*(end ? &c.cell_ends : &c.cells) += 1;
		i += n > 0 ? p->open.n + n + p->close.n : 1;
	}
	return c.rows >= ROWS && c.cells >= CELLS && c.rows == c.row_ends && c.cells == c.cell_ends;
}

static struct wd_str with_brackets(struct wd_arena *a, struct wd_str s, const struct pair *p)
{
	char *o = wd_arena_bytes(a, s.n * 2 + 1);
	size_t n = 0;
	enum wd_tag tag;
	bool end;
	if (o == NULL)
		return s;
	for (size_t i = 0; i < s.n;) {
		size_t k = may_open(s, i, p) ? tag_at(s, i, p, &tag, &end) : 0;
		if (k == 0) {
			o[n++] = s.p[i++];
			continue;
		}
		o[n++] = '<';
		memcpy(o + n, s.p + i + p->open.n, k);
		n += k;
		o[n++] = '>';
		i += p->open.n + k + p->close.n;
	}
	return (struct wd_str){o, n};
}

/* Signs in code, comments and the like are left alone: then all are. */
static bool is_code(struct wd_str s, size_t at)
{
	struct wd_rlex_dead dead = {0};
	for (size_t i = 0; i < at;) {
		const char *lt = memchr(s.p + i, '<', at - i);
		if (lt == NULL)
			return false;
		i = (size_t)(lt - s.p);
		size_t to = wd_rlex_protected(s, i, &dead);
		if (to > at)
			return true;
		i = to > 0 ? to : i + 1;
	}
	return false;
}

struct wd_str wd_repair_signs(const struct wd_repair_log *log, struct wd_str s)
{
	struct pair tried[PAIRS], p;
	size_t n = 0;
	for (size_t i = 0; n < PAIRS && (i = wd_str_chr(s, '/', i)) != SIZE_MAX; i++) {
		if (!pair_at(s, i, &p))
			continue;
		size_t k = 0;
		while (k < n &&
			!(wd_str_eq(tried[k].open, p.open) && wd_str_eq(tried[k].close, p.close)))
			k++;
		if (k < n)
			continue;
		tried[n++] = p;
		if (!has_rows(s, &p) || is_code(s, i))
			continue;
		wd_repair_note(log, "other_brackets", 1);
		*log->tables = true;
		return with_brackets(log->a, s, &p);
	}
	return s;
}
