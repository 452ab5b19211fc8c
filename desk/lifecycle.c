/*
 * Lifecycle: diff and significance.
 *
 * Texts are compared as bags of words (each CJK character is a word): linear in their length, and
 * moving a paragraph is no change of facts. Order of judgement: `rewrite` when half of the words
 * changed; `fact` when a number, a date, a name or the status did; `typo` when a few words changed
 * by a letter or two (or only punctuation did); else `minor`.
 *
 * A changed letter in a short capitalised word is a fact, not a typo: "Moon" and "Yoon" are two
 * presidents.
 */
#include "desk/lifecycle.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "parsers/dates.h"

#define MAX_WORDS 20000   /* of one text; what follows counts no more */
#define MAX_PARAGRAPHS 20 /* listed in a diff */
#define MAX_PARA_BYTES 600
#define TYPO_WORDS 3
#define TYPO_NAME_LETTERS 6

enum field {
	F_HEADLINE,
	F_SUMMARY,
	F_BY,
	F_LOCATED,
	F_PUBLISHED,
	F_STATUS,
	F_TABLES,
	F_NAMES,
	F_TEXT,
	F_COUNT
};
static const char *const field_names[F_COUNT] = {"headline", "summary", "by", "located",
	"published", "pubStatus", "tables", "names", "text"};

struct fields {
	struct wd_str f[F_COUNT];
};

/* ---- the record ---- */

static struct wd_str names_of(struct wd_arena *a, const struct wd_article *art)
{
	struct wd_str out = WD_STR_NONE;
	for (size_t i = 0; i < art->entities.n; i++)
		out = wd_arena_cat(a, wd_arena_cat(a, out, art->entities.v[i].name), WD_STR("\n"));
	return out;
}

static void fields_of(struct wd_arena *a, const struct wd_article *art, struct fields *ret)
{
	static const char *const status[] = {
		[WD_USABLE] = "usable", [WD_WITHHELD] = "withheld", [WD_CANCELED] = "canceled"};
	struct wd_str tables = WD_STR_NONE;
	WD_VEC_EACH (const struct wd_table, t, &art->tables) {
		for (size_t r = 0; r < t->rows.n; r++) {
			for (size_t c = 0; c < t->rows.v[r].n; c++)
				tables = wd_arena_cat(a, wd_arena_cat(a, tables, WD_STR("\t")),
					t->rows.v[r].cells[c]);
			if (tables.n > 4096)
				break; /* enough to tell that it changed */
		}
	}
	*ret = (struct fields){{
		[F_HEADLINE] = art->headline,
		[F_SUMMARY] = art->summary,
		[F_BY] = art->by,
		[F_LOCATED] = art->located,
		[F_PUBLISHED] = art->published.precision != WD_DATE_NONE
					? wd_date_format(a, art->published)
					: WD_STR_NONE,
		[F_STATUS] = wd_str_c(status[art->pubstatus]),
		[F_TABLES] = tables,
		[F_NAMES] = names_of(a, art),
		[F_TEXT] = art->text,
	}};
}

#define ELSEWHERE UINT32_MAX /* a text's length: it is not in the record */

static size_t put_field(char *p, size_t n, struct wd_str s)
{
	uint32_t len = (uint32_t)s.n;
	memcpy(p + n, &len, sizeof(len));
	n += sizeof(len);
	if (s.n > 0)
		memcpy(p + n, s.p, s.n);
	return n + s.n;
}

/* All but the text, which is the last; gives where that begins. */
static size_t put_head(struct wd_arena *a, const struct wd_article *art, char *p)
{
	struct fields x;
	size_t n = 0;
	fields_of(a, art, &x);
	for (size_t i = 0; i < F_TEXT; i++)
		n = put_field(p, n, wd_utf8_cut(x.f[i], WD_LIFECYCLE_RECORD / 2 / F_COUNT));
	return n;
}

static size_t put_text(char *p, size_t n, struct wd_str text)
{
	return put_field(p, n, wd_utf8_cut(text, WD_LIFECYCLE_RECORD - n - sizeof(uint32_t)));
}

struct wd_str wd_lifecycle_record(struct wd_arena *a, const struct wd_article *art)
{
	char *p = wd_arena_bytes(a, WD_LIFECYCLE_RECORD);
	if (p == NULL)
		return WD_STR_NONE;
	return (struct wd_str){p, put_text(p, put_head(a, art, p), art->text)};
}

struct wd_str wd_lifecycle_record_but_text(struct wd_arena *a, const struct wd_article *art)
{
	const uint32_t elsewhere = ELSEWHERE;
	char *p = wd_arena_bytes(a, WD_LIFECYCLE_RECORD);
	if (p == NULL)
		return WD_STR_NONE;
	size_t n = put_head(a, art, p);
	memcpy(p + n, &elsewhere, sizeof(elsewhere));
	return (struct wd_str){p, n + sizeof(elsewhere)};
}

/* Where the text's length stands; SIZE_MAX: not a record. */
static size_t text_at(struct wd_str rec)
{
	size_t at = 0;
	for (size_t i = 0; i < F_TEXT; i++) {
		uint32_t len;
		if (rec.n - at < sizeof(len))
			return SIZE_MAX;
		memcpy(&len, rec.p + at, sizeof(len));
		at += sizeof(len);
		if (rec.n - at < len)
			return SIZE_MAX;
		at += len;
	}
	return at;
}

bool wd_lifecycle_lacks_text(struct wd_str rec)
{
	uint32_t len;
	size_t at = text_at(rec);
	if (at == SIZE_MAX || rec.n - at != sizeof(len))
		return false;
	memcpy(&len, rec.p + at, sizeof(len));
	return len == ELSEWHERE;
}

struct wd_str wd_lifecycle_with_text(struct wd_arena *a, struct wd_str rec, struct wd_str text)
{
	size_t at = text_at(rec);
	char *p = wd_arena_bytes(a, WD_LIFECYCLE_RECORD);
	if (at == SIZE_MAX || at > WD_LIFECYCLE_RECORD - sizeof(uint32_t) || p == NULL)
		return WD_STR_NONE;
	if (at > 0)
		memcpy(p, rec.p, at);
	return (struct wd_str){p, put_text(p, at, text)};
}

static bool fields_from(struct wd_str rec, struct fields *ret)
{
	size_t at = 0;
	for (size_t i = 0; i < F_COUNT; i++) {
		uint32_t len;
		if (rec.n - at < sizeof(len))
			return false;
		memcpy(&len, rec.p + at, sizeof(len));
		at += sizeof(len);
		if (i == F_TEXT && len == ELSEWHERE)
			len = 0;
		if (rec.n - at < len)
			return false;
		ret->f[i] = wd_str_sub(rec, at, at + len);
		at += len;
	}
	return true;
}

struct wd_str wd_lifecycle_headline(struct wd_str record)
{
	struct fields f;
	return fields_from(record, &f) ? f.f[F_HEADLINE] : WD_STR_NONE;
}

/* ---- bags of words ---- */

struct word {
	struct wd_str s; /* as written */
	uint64_t hash;   /* of the case-folded form */
	bool first;      /* opens a sentence: its capital says nothing */
	bool cjk;
};
struct bag {
	struct word *v;
	size_t n;
};

static uint64_t word_hash(struct wd_arena *a, struct wd_str s)
{
	struct wd_arena_mark m = wd_arena_mark(a);
	uint64_t h = wd_hash64(wd_utf8_fold(a, s));
	wd_arena_rewind(a, m);
	return h;
}

/* Digits keep their points and commas: "1.5" is one word. */
static bool is_inner(uint32_t cp)
{
	return cp == '.' || cp == ',' || cp == '\'' || cp == 0x2019 || cp == '-';
}

static void bag_add(struct wd_arena *a, struct bag *b, struct wd_str text)
{
	bool first = true;
	for (size_t at = 0; at < text.n && b->n < MAX_WORDS;) {
		size_t from = at;
		uint32_t cp = wd_utf8_next(text, &at);
		if (!wd_cp_is_letter(cp) && !wd_cp_is_digit(cp)) {
			first = first || cp == '.' || cp == '!' || cp == '?' || cp == '\n';
			continue;
		}
		bool cjk = wd_cp_is_cjk(cp);
		size_t end = at;
		while (!cjk && at < text.n) {
			cp = wd_utf8_next(text, &at);
			bool in = (wd_cp_is_letter(cp) && !wd_cp_is_cjk(cp)) || wd_cp_is_digit(cp);
			if (in)
				end = at;
			else if (!is_inner(cp))
				break;
		}
		at = end;
		struct wd_str w = wd_str_sub(text, from, end);
		b->v[b->n++] = (struct word){w, word_hash(a, w), first, cjk};
		first = false;
	}
}

static bool bag_make(struct wd_arena *a, const struct fields *f, struct bag *ret)
{
	*ret = (struct bag){wd_arena_array(a, MAX_WORDS, sizeof(struct word)), 0};
	if (ret->v == NULL)
		return false;
	bag_add(a, ret, f->f[F_HEADLINE]);
	bag_add(a, ret, f->f[F_SUMMARY]);
	bag_add(a, ret, f->f[F_TEXT]);
	return true;
}

static int cmp_word(const void *x, const void *y)
{
	uint64_t a = ((const struct word *)x)->hash, b = ((const struct word *)y)->hash;
	return a < b ? -1 : a > b;
}

/* Sorts both and keeps in each what the other has not; gives how many they shared. */
static size_t bag_subtract(struct bag *x, struct bag *y)
{
	size_t i = 0, k = 0, nx = 0, ny = 0, same = 0;
	qsort(x->v, x->n, sizeof(*x->v), cmp_word);
	qsort(y->v, y->n, sizeof(*y->v), cmp_word);
	while (i < x->n || k < y->n) {
		if (k >= y->n || (i < x->n && x->v[i].hash < y->v[k].hash)) {
			x->v[nx++] = x->v[i++];
		} else if (i >= x->n || y->v[k].hash < x->v[i].hash) {
			y->v[ny++] = y->v[k++];
		} else {
			same++;
			i++;
			k++;
		}
	}
	x->n = nx;
	y->n = ny;
	return same;
}

double wd_lifecycle_similarity(
	struct wd_arena *a, struct wd_str record, const struct wd_article *art)
{
	struct fields was, is;
	struct bag x, y;
	struct wd_arena_mark m = wd_arena_mark(a);
	double result = 0;
	fields_of(a, art, &is);
	if (fields_from(record, &was) && bag_make(a, &was, &x) && bag_make(a, &is, &y)) {
		size_t same = bag_subtract(&x, &y), all = same + x.n + y.n;
		result = all > 0 ? (double)same / (double)all : 0;
	}
	wd_arena_rewind(a, m);
	return result;
}

/* ---- significance ---- */

static bool has_digit(struct wd_str s)
{
	for (size_t at = 0; at < s.n;) {
		if (wd_cp_is_digit(wd_utf8_next(s, &at)))
			return true;
	}
	return false;
}

static bool is_capital(const struct word *w)
{
	size_t at = 0;
	return w->s.n > 0 && !w->first && wd_cp_is_upper(wd_utf8_next(w->s, &at));
}

/* Optimal string alignment distance, at most 2 asked for; words only, so the table is small. */
static bool is_near(struct wd_str x, struct wd_str y)
{
	enum { MAX = 40 };
	uint32_t p[MAX], q[MAX];
	size_t n = 0, m = 0;
	for (size_t at = 0; at < x.n && n < MAX;)
		p[n++] = wd_utf8_next(x, &at);
	for (size_t at = 0; at < y.n && m < MAX;)
		q[m++] = wd_utf8_next(y, &at);
	if (n == MAX || m == MAX)
		return false;
	unsigned d[MAX + 1][MAX + 1];
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t k = 0; k <= m; k++)
		d[0][k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++) {
		for (size_t k = 1; k <= m; k++) {
			unsigned best = d[i - 1][k - 1] + (p[i - 1] != q[k - 1]);
			best = WD_MIN(best, d[i - 1][k] + 1);
			best = WD_MIN(best, d[i][k - 1] + 1);
			if (i > 1 && k > 1 && p[i - 1] == q[k - 2] && p[i - 2] == q[k - 1])
				best = WD_MIN(best, d[i - 2][k - 2] + 1);
			d[i][k] = best;
		}
	}
	return d[n][m] <= (WD_MIN(n, m) < 5 ? 1u : 2u);
}

/* Each word gone has one near it that came. */
static bool is_typo(const struct bag *gone, const struct bag *come)
{
	if (gone->n > TYPO_WORDS || come->n > TYPO_WORDS)
		return false;
	const struct bag *few = gone->n <= come->n ? gone : come, *many = few == gone ? come : gone;
	if (many->n == 0)
		return true; /* punctuation or order */
	if (few->n == 0)
		return many->n == 1 && many->v[0].s.n <= 4 && !is_capital(&many->v[0]);
	for (size_t i = 0; i < many->n; i++) {
		bool near = false;
		const struct word *w = &many->v[i];
		for (size_t k = 0; k < few->n && !near; k++) {
			bool name = is_capital(w) || is_capital(&few->v[k]);
			if (name && wd_utf8_count(w->s) < TYPO_NAME_LETTERS)
				continue;
			near = (w->cjk && few->v[k].cjk) || is_near(w->s, few->v[k].s);
		}
		if (!near)
			return false;
	}
	return true;
}

static bool names_a_fact(const struct bag *b)
{
	for (size_t i = 0; i < b->n; i++) {
		if (has_digit(b->v[i].s))
			return true;
	}
	return false;
}

static bool has_capitals(const struct bag *b)
{
	for (size_t i = 0; i < b->n; i++) {
		if (is_capital(&b->v[i]))
			return true;
	}
	return false;
}

static const char *judge(struct wd_arena *a, const struct fields *was, const struct fields *is)
{
	struct bag gone, come;
	if (!bag_make(a, was, &gone) || !bag_make(a, is, &come))
		return "rewrite";
	size_t before = gone.n, after = come.n;
	(void)bag_subtract(&gone, &come);
	size_t changed = WD_MAX(gone.n, come.n);
	if (changed > 10 && changed * 2 > WD_MAX(before, after))
		return "rewrite";
	static const enum field facts[] = {F_PUBLISHED, F_STATUS, F_TABLES, F_NAMES};
	bool fact = names_a_fact(&gone) || names_a_fact(&come);
	for (size_t i = 0; i < WD_COUNTOF(facts); i++)
		fact = fact || !wd_str_eq(was->f[facts[i]], is->f[facts[i]]);
	if (fact)
		return "fact";
	if (is_typo(&gone, &come))
		return "typo";
	return has_capitals(&gone) || has_capitals(&come) ? "fact" : "minor";
}

/* ---- diff ---- */

static bool next_paragraph(struct wd_str *rest, struct wd_str *ret)
{
	while (wd_str_line(rest, ret)) {
		*ret = wd_str_trim(*ret);
		if (ret->n > 0)
			return true;
	}
	return false;
}

static int cmp_u64(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

/* Paragraphs of `text` that `other` has not. */
static void only_in(struct wd_arena *a, struct wd_str text, struct wd_str other, wd_strs *ret)
{
	WD_VEC(uint64_t) known = {0};
	struct wd_str rest = other, p;
	while (next_paragraph(&rest, &p)) {
		uint64_t *h = wd_vec_push(a, &known);
		if (h == NULL)
			return;
		*h = wd_hash64(p);
	}
	if (known.n > 0)
		qsort(known.v, known.n, sizeof(*known.v), cmp_u64);
	rest = text;
	while (next_paragraph(&rest, &p) && ret->n < MAX_PARAGRAPHS) {
		uint64_t h = wd_hash64(p);
		if (known.n > 0 && bsearch(&h, known.v, known.n, sizeof(h), cmp_u64) != NULL)
			continue;
		struct wd_str *slot = wd_vec_push(a, ret);
		if (slot == NULL)
			return;
		*slot = wd_utf8_cut(p, MAX_PARA_BYTES);
	}
}

static void put_diff(
	struct wd_arena *a, const struct fields *was, const struct fields *is, struct wd_version *v)
{
	for (size_t i = 0; i < F_COUNT; i++) {
		if (i == F_NAMES || i == F_TABLES || wd_str_eq(was->f[i], is->f[i]))
			continue;
		struct wd_diff *d = wd_vec_push(a, &v->diff);
		if (d == NULL)
			return;
		d->field = wd_str_c(field_names[i]);
		if (i == F_TEXT) {
			only_in(a, is->f[i], was->f[i], &d->added);
			only_in(a, was->f[i], is->f[i], &d->removed);
		} else {
			d->before = wd_utf8_cut(was->f[i], MAX_PARA_BYTES);
			d->after = wd_utf8_cut(is->f[i], MAX_PARA_BYTES);
		}
	}
}

void wd_lifecycle_compare(struct wd_arena *a, struct wd_str record, const struct wd_article *art,
	struct wd_version *v)
{
	struct fields was, is;
	v->significance = WD_STR("rewrite");
	if (!fields_from(record, &was))
		return;
	/* Compared as stored, so that a cut text is no change. */
	if (!fields_from(wd_lifecycle_record(a, art), &is))
		return;
	v->significance = wd_str_c(judge(a, &was, &is));
	put_diff(a, &was, &is, v);
}
