/*
 * Folding for matching.
 *
 * Problem: one name stands in many forms: 李 as U+F9E1, 髙 for 高, 尹錫悅 for 尹錫悦, half-width
 * kana, decomposed Hangul, "Lee Jae‑myung" with any of five hyphens, "한·일" for "한일", "정상
 * 회담" for "정상회담". Evidence must still point at the original by code point.
 *
 * Chosen: a table of the basic plane made once from utf8proc (compatibility decomposition, case
 * fold, marks stripped), Hangul, kana and unified Han kept as they are, then the Han variants of a
 * data file. At run time one look-up a character; Hangul jamo and kana voicing marks are composed
 * by arithmetic. Spaces and dots between CJK characters are dropped and remembered as a gap, so
 * that a phrase decides itself where it allows one. Rejected: utf8proc_map over the whole text
 * (5 times slower, and the way back to offsets is lost).
 *
 * Invariants: at[] and byte[] never decrease; item n stands for the end; a newline stays an item of
 * its own, so no phrase crosses paragraphs. Linear in the text, 14 bytes per item.
 */
#include "taggers/fold.h"

#include <utf8proc.h>

#include "base/utf8.h"

#define PLANE 0x10000
#define DROP 0u                 /* zero-width characters, variation selectors, marks */
#define MULTI 0x80000000u       /* index into `multi` follows */
#define SUPPLEMENT_FROM 0x2f800 /* compatibility ideographs supplement */
#define SUPPLEMENT_TO 0x2fa20
#define MULTI_MAX 3

struct wd_fold {
	uint32_t map[PLANE];
	uint32_t supplement[SUPPLEMENT_TO - SUPPLEMENT_FROM];
	uint32_t (*multi)[MULTI_MAX]; /* 0-terminated unless full */
	size_t multi_n, multi_cap;
	bool cjk[PLANE]; /* written without spaces, or (Hangul) with optional ones */
};

static bool keeps_form(uint32_t cp)
{
	return (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0x4e00 && cp <= 0x9fff) ||
	       (cp >= 0x3041 && cp <= 0x30ff) || (cp >= 0x3400 && cp <= 0x4dbf) ||
	       (cp >= 0x3131 && cp <= 0x318e) || (cp >= 0x1100 && cp <= 0x11ff);
}

static bool is_dropped(uint32_t cp)
{
	return cp == 0x00ad || cp == 0x200b || cp == 0x200c || cp == 0x200d || cp == 0x2060 ||
	       cp == 0xfeff || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0x200e && cp <= 0x200f) ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_hyphen(uint32_t cp)
{
	return cp == '-' || (cp >= 0x2010 && cp <= 0x2013) || cp == 0x2212 || cp == 0xfe63 ||
	       cp == 0xff0d;
}

static bool is_dot(uint32_t cp)
{
	return cp == 0x00b7 || cp == 0x30fb || cp == 0x318d || cp == 0xff65 || cp == 0x2027 ||
	       cp == 0x2022 || cp == 0x30a0 || cp == 0x11a2 || cp == 0x119e;
}

static uint32_t plain_quote(uint32_t cp)
{
	switch (cp) {
	case 0x2018:
	case 0x2019:
	case 0x02bc:
	case 0x0060:
	case 0x00b4:
		return '\'';
	case 0x201c:
	case 0x201d:
		return '"';
	case 0x2014:
	case 0x2015:
		return 0x2014;
	default:
		return cp;
	}
}

/* utf8proc's decomposition of one character, marks stripped, put into the table. */
static uint32_t fold_of(struct wd_fold *f, uint32_t cp)
{
	if (is_dropped(cp))
		return DROP;
	if (is_dot(cp))
		return 0xb7;
	if (keeps_form(cp))
		return cp;
	if (plain_quote(cp) != cp)
		return plain_quote(cp);
	if (is_hyphen(cp))
		return '-';
	if (wd_cp_is_space(cp))
		return cp == '\n' || cp == 0x2028 || cp == 0x2029 ? '\n' : ' ';
	utf8proc_int32_t out[18];
	int bound = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, out,
		(utf8proc_ssize_t)WD_COUNTOF(out),
		UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK,
		&bound);
	/* U+3099 and U+309A (from half-width voicing marks) are composed at run time. */
	if (cp == 0xff9e || cp == 0x309b)
		return 0x3099;
	if (cp == 0xff9f || cp == 0x309c)
		return 0x309a;
	if (n <= 0)
		return utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_MN ? DROP : cp;
	/* Never more items than bytes: the arrays are sized by the text. */
	if (n > (cp < 0x800 ? 2 : 3))
		return cp;
	if (n == 1)
		return (uint32_t)out[0];
	if (f->multi_n == f->multi_cap)
		return cp;
	uint32_t *m = f->multi[f->multi_n];
	for (utf8proc_ssize_t i = 0; i < n; i++)
		m[i] = (uint32_t)out[i];
	return MULTI | (uint32_t)f->multi_n++;
}

static int load_variants(struct wd_fold *f, struct wd_str text, struct wd_err *err)
{
	struct wd_str rest = text, line;
	for (unsigned no = 1; wd_str_line(&rest, &line); no++) {
		if (line.n == 0 || line.p[0] == '#' || wd_str_starts(line, WD_STR("from")))
			continue;
		size_t tab = wd_str_chr(line, '\t', 0), at = 0;
		if (tab == SIZE_MAX || tab + 1 >= line.n)
			return wd_err_set(err, WD_E_MALFORMED, "line %u: two columns expected", no);
		struct wd_str to = wd_str_trim(wd_str_from(line, tab + 1));
		uint32_t a = wd_utf8_next(line, &at);
		size_t end = 0;
		uint32_t b = wd_utf8_next(to, &end);
		if (at != tab || end != to.n || a >= PLANE || b >= PLANE)
			return wd_err_set(err, WD_E_MALFORMED,
				"line %u: one character in each column expected", no);
		f->map[a] = b;
	}
	/* Compatibility ideographs lead to a unified one, which may itself be a variant. */
	for (uint32_t cp = 0xf900; cp < 0xfb00; cp++) {
		if (f->map[cp] < PLANE)
			f->map[cp] = f->map[f->map[cp]];
	}
	for (size_t i = 0; i < WD_COUNTOF(f->supplement); i++) {
		if (f->supplement[i] < PLANE)
			f->supplement[i] = f->map[f->supplement[i]];
	}
	return WD_OK;
}

int wd_fold_new(
	struct wd_arena *a, struct wd_str variants, struct wd_fold **ret, struct wd_err *err)
{
	struct wd_fold *f = wd_arena_new_of(a, struct wd_fold);
	if (f == NULL)
		return wd_err_set(err, WD_E_NOMEM, "fold table: out of memory");
	f->multi_cap = 4096;
	f->multi = wd_arena_array(a, f->multi_cap, sizeof(*f->multi));
	if (f->multi == NULL)
		return wd_err_set(err, WD_E_NOMEM, "fold table: out of memory");
	for (uint32_t cp = 0; cp < PLANE; cp++) {
		f->map[cp] = cp >= 0xd800 && cp < 0xe000 ? WD_CP_BAD : fold_of(f, cp);
		f->cjk[cp] = wd_cp_is_cjk(cp) || cp == 0x30fc;
	}
	f->map[0] = ' ';
	for (uint32_t i = 0; i < WD_COUNTOF(f->supplement); i++)
		f->supplement[i] = fold_of(f, SUPPLEMENT_FROM + i);
	int rc = load_variants(f, variants, err);
	if (rc == WD_OK)
		*ret = f;
	return rc;
}

/* A Hangul jamo or kana voicing mark joined to the character before; 0: they do not join. */
static uint32_t compose(uint32_t before, uint32_t cp)
{
	if (before >= 0x1100 && before <= 0x1112 && cp >= 0x1161 && cp <= 0x1175)
		return 0xac00 + ((before - 0x1100) * 21 + (cp - 0x1161)) * 28;
	if (before >= 0xac00 && before <= 0xd7a3 && (before - 0xac00) % 28 == 0 && cp > 0x11a7 &&
		cp <= 0x11c2)
		return before + (cp - 0x11a7);
	if (cp == 0x3099 && (before == 0x3046 || before == 0x30a6))
		return before == 0x3046 ? 0x3094 : 0x30f4;
	uint32_t base = before >= 0x30a1 ? before - 0x60 : before;
	bool voiced = (base >= 0x304b && base <= 0x3061 && base % 2 == 1) ||
		      (base >= 0x3064 && base <= 0x3068 && base % 2 == 0) ||
		      (base >= 0x306f && base <= 0x307d && base % 3 == 0);
	if (cp == 0x3099 && voiced)
		return before + 1;
	if (cp == 0x309a && base >= 0x306f && base <= 0x307d && base % 3 == 0)
		return before + 2;
	return 0;
}

struct folding {
	const struct wd_fold *f;
	struct wd_folded *d;
	uint8_t pending;           /* gap seen since the last item */
	uint32_t gap_at, gap_byte; /* where it began */
	uint8_t gap_len;
};

static bool is_cjk(const struct wd_fold *f, uint32_t cp)
{
	return cp >= 0x1100 && (cp < PLANE ? f->cjk[cp] : wd_cp_is_cjk(cp));
}

static void push(struct folding *w, uint32_t cp, uint32_t at, uint32_t byte, uint8_t span)
{
	struct wd_folded *d = w->d;
	d->cp[d->n] = cp;
	d->at[d->n] = at;
	d->byte[d->n] = byte;
	d->span[d->n] = span;
	d->gap[d->n] = w->pending;
	d->n++;
	w->pending = 0;
}

/* Decides what a gap before `cp` becomes: one space in Latin text, nothing beside CJK. */
static inline void settle_gap(struct folding *w, uint32_t cp)
{
	struct wd_folded *d = w->d;
	if (w->pending == 0)
		return;
	uint32_t before = d->n > 0 ? d->cp[d->n - 1] : '\n';
	if (before == '\n' || before == ' ' || cp == '\n' || is_cjk(w->f, before) ||
		is_cjk(w->f, cp))
		return;
	uint8_t kind = w->pending;
	push(w, ' ', w->gap_at, w->gap_byte, w->gap_len);
	d->gap[d->n - 1] = kind;
}

static inline void note_gap(struct folding *w, uint8_t kind, uint32_t at, uint32_t byte)
{
	if (w->pending == 0) {
		w->gap_at = at;
		w->gap_byte = byte;
		w->gap_len = 0;
	}
	w->pending |= kind;
	if (w->gap_len < UINT8_MAX)
		w->gap_len++;
}

/* A hyphen with spaces at its sides is punctuation, not part of a name. */
static bool joins(struct wd_str s, size_t start, size_t end)
{
	return start > 0 && end < s.n && !wd_is_space(s.p[start - 1]) && !wd_is_space(s.p[end]);
}

static inline void fold_one(struct folding *w, uint32_t to, uint32_t at, uint32_t byte)
{
	if (to == 0x3099 || to == 0x309a || (to >= 0x1161 && to <= 0x11c2)) {
		struct wd_folded *d = w->d;
		uint32_t joined = d->n > 0 && w->pending == 0 ? compose(d->cp[d->n - 1], to) : 0;
		if (joined != 0) {
			d->cp[d->n - 1] = joined < PLANE ? w->f->map[joined] : joined;
			d->span[d->n - 1]++;
			return;
		}
	}
	settle_gap(w, to);
	push(w, to, at, byte, 1);
}

/* Three-byte characters, which CJK is made of, without the call. */
static inline uint32_t next(struct wd_str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	if ((p[0] & 0xf0) == 0xe0 && s.n - *at >= 3 && (p[1] & 0xc0) == 0x80 &&
		(p[2] & 0xc0) == 0x80 && p[0] != 0xe0 && p[0] != 0xed) {
		*at += 3;
		return (uint32_t)(p[0] & 0xf) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
		       (uint32_t)(p[2] & 0x3f);
	}
	return wd_utf8_next(s, at);
}

static inline bool is_folded_alnum(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
}

/* Letters and digits of ASCII from `at` on, with single spaces between them: most of an English
 * text, without any decision to take. Gives where they end. */
static inline size_t fold_ascii(struct folding *w, struct wd_str s, size_t at, uint32_t *no)
{
	struct wd_folded *d = w->d;
	size_t n = d->n;
	uint32_t number = *no;
	for (;; at++, n++) {
		if (at == s.n || !wd_is_alnum(s.p[at])) {
			bool space = at + 1 < s.n && s.p[at] == ' ' && wd_is_alnum(s.p[at + 1]) &&
				     n > 0 && is_folded_alnum(d->cp[n - 1]);
			if (!space)
				break;
			d->gap[n] = WD_FOLD_GAP_SPACE;
		} else {
			d->gap[n] = 0;
		}
		d->cp[n] = (uint32_t)(unsigned char)wd_lower(s.p[at]);
		d->at[n] = number++;
		d->byte[n] = (uint32_t)at;
		d->span[n] = 1;
	}
	d->n = n;
	*no = number;
	return at;
}

static void fold_rest(struct folding *w, uint32_t to, uint32_t at, uint32_t byte)
{
	const uint32_t *m = w->f->multi[to & ~MULTI];
	/* Every piece of an expansion points at the same character. */
	for (size_t i = 0; i < MULTI_MAX && m[i] != 0; i++) {
		if (m[i] == ' ')
			note_gap(w, WD_FOLD_GAP_SPACE, at, byte);
		else
			fold_one(w, m[i], at, byte);
	}
}

/* Not zeroed: clearing 14 bytes an item costs more than the folding itself. */
static int arrays_new(struct wd_arena *a, size_t cap, struct wd_folded *d)
{
	char *p = wd_arena_bytes(a, cap * (3 * sizeof(uint32_t) + 2) + sizeof(uint32_t));
	if (p == NULL)
		return WD_E_LIMIT;
	p += -(uintptr_t)p % sizeof(uint32_t);
	d->cp = (uint32_t *)(void *)p;
	d->at = d->cp + cap;
	d->byte = d->at + cap;
	d->gap = (uint8_t *)(d->byte + cap);
	d->span = d->gap + cap;
	return WD_OK;
}

int wd_fold_text(
	const struct wd_fold *f, struct wd_arena *a, struct wd_str text, struct wd_folded *ret)
{
	if (text.n > UINT32_MAX / 8)
		return WD_E_LIMIT;
	struct wd_folded d = {.text = text};
	if (arrays_new(a, text.n + 1, &d) != WD_OK)
		return WD_E_LIMIT;
	struct folding w = {.f = f, .d = &d};
	size_t at = 0;
	uint32_t no = 0;
	for (; at < text.n; no++) {
		if (w.pending == 0 && (at = fold_ascii(&w, text, at, &no)) >= text.n)
			break;
		size_t start = at;
		uint32_t cp = next(text, &at);
		uint32_t to = cp < PLANE ? f->map[cp]
			      : cp >= SUPPLEMENT_FROM && cp < SUPPLEMENT_TO
				      ? f->supplement[cp - SUPPLEMENT_FROM]
			      : cp >= 0xe0100 && cp <= 0xe01ef ? DROP
							       : cp;
		if (to == ' ')
			note_gap(&w, WD_FOLD_GAP_SPACE, no, (uint32_t)start);
		else if (to == DROP) {
			if (d.n > 0 && w.pending == 0 && d.span[d.n - 1] < UINT8_MAX)
				d.span[d.n - 1]++;
		} else if (to == 0xb7 || (to == '-' && joins(text, start, at)))
			note_gap(&w, WD_FOLD_GAP_DOT, no, (uint32_t)start);
		else if ((to & MULTI) != 0)
			fold_rest(&w, to, no, (uint32_t)start);
		else
			fold_one(&w, to, no, (uint32_t)start);
	}
	d.at[d.n] = no;
	d.byte[d.n] = (uint32_t)text.n;
	d.gap[d.n] = w.pending;
	d.cp[d.n] = '\n';
	*ret = d;
	return WD_OK;
}

size_t wd_folded_end_cp(const struct wd_folded *d, size_t i)
{
	return i > 0 ? d->at[i - 1] + d->span[i - 1] : 0;
}

size_t wd_folded_end_byte(const struct wd_folded *d, size_t i)
{
	if (i == 0)
		return 0;
	size_t at = d->byte[i - 1];
	for (unsigned k = 0; k < d->span[i - 1] && at < d->text.n; k++)
		(void)wd_utf8_next(d->text, &at);
	return at;
}

size_t wd_folded_at_byte(const struct wd_folded *d, size_t byte)
{
	size_t lo = 0, hi = d->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (d->byte[mid] < byte)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
