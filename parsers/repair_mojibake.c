/*
 * UTF-8 that somebody read as windows-1252 or latin-1, once or several times: "cafÃ©", "donâ€™t".
 *
 * A sequence counts when its characters, put back to bytes, are one well-formed UTF-8 character,
 * and when no honest text would hold it: an accented capital before a symbol, "â€" before a third
 * one. What honest text can hold (French "été »" is é, no-break space, »; a capital before a
 * closing quote) counts only with company: next to another such sequence, or inside a word. So text
 * that is right stays right; one text may hold both.
 *
 * UTF-8 read as cp949 ("만나" → "留뚮굹") shows as Chinese characters between rare syllables. A run
 * of such letters counts when its cp949 bytes are well-formed UTF-8 of East Asian text from end to
 * end: by chance that is as good as impossible for four letters, and unlikely for three (they need
 * company). Where a byte fitted nowhere, that reading lost it; such runs stay.
 */
#include "base/utf8.h"
#include "parsers/charset.h"
#include "parsers/repair_passes.h"

#define MAX_ROUNDS 3

enum proof {
	PROOF_NONE,
	PROOF_RUN,    /* counts next to another one */
	PROOF_WEAK,   /* counts inside a word, or with company in the text */
	PROOF_STRONG, /* counts alone */
};

/* The byte that windows-1252 or latin-1 shows as this character, 0: none above 0x7F. */
static unsigned char byte_of(uint32_t cp)
{
	static const uint16_t map[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C,
		0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
		0x0178};
	if (cp >= 0x80 && cp <= 0xFF)
		return (unsigned char)cp;
	for (size_t i = 0; cp > 0xFF && i < WD_COUNTOF(map); i++)
		if (map[i] == cp)
			return (unsigned char)(0x80 + i);
	return 0;
}

/* Punctuation that may follow a letter in honest text, as the byte it came from. */
static bool is_punctuation(unsigned char b)
{
	return b == 0xA0 || b == 0xAB || b == 0xBB || b == 0xB7 || b == 0x85 || b == 0x82 ||
	       b == 0x84 || b == 0x8B || b == 0x9B || (b >= 0x91 && b <= 0x97) || b == 0xBF ||
	       b == 0xAD || b == 0xAE || b == 0xA9;
}

static enum proof judge2(unsigned char lead, unsigned char b)
{
	if (lead == 0xC2)
		return b >= 0xA0 && b != 0xBB && b != 0xAB && b != 0xAD ? PROOF_WEAK : PROOF_RUN;
	if (lead == 0xC3)
		return is_punctuation(b) ? PROOF_WEAK : PROOF_STRONG;
	if (lead == 0xC4 || lead == 0xC5)
		return is_punctuation(b) ? PROOF_RUN : PROOF_WEAK;
	return PROOF_RUN;
}

static enum proof judge(const unsigned char *b, size_t n, bool special)
{
	if (n == 2)
		return judge2(b[0], b[1]);
	if (b[0] == 0xE2 && special)
		return PROOF_STRONG;
	if (b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF)
		return PROOF_STRONG;
	return b[0] == 0xF0 && special ? PROOF_STRONG : PROOF_RUN;
}

/* Reads a misread sequence at *at, moving it behind. */
static enum proof read_sequence(struct wd_str s, size_t *at, uint32_t *ret_cp)
{
	size_t p = *at;
	unsigned char b[4], c = (unsigned char)s.p[p];
	if (c != 0xC3 || p + 1 >= s.n)
		return PROOF_NONE;
	uint32_t lead = wd_utf8_next(s, &p);
	if (lead < 0xC2 || lead > 0xF4)
		return PROOF_NONE;
	size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	bool special = false; /* the first trail byte is one that only windows-1252 shows */
	b[0] = (unsigned char)lead;
	for (size_t i = 1; i < n; i++) {
		if (p >= s.n || (unsigned char)s.p[p] < 0x80)
			return PROOF_NONE;
		b[i] = byte_of(wd_utf8_next(s, &p));
		if (b[i] < 0x80 || b[i] > 0xBF)
			return PROOF_NONE;
		special |= i == 1 && b[i] < 0xA0;
	}
	struct wd_str raw = {(const char *)b, n};
	if (!wd_utf8_ok(raw))
		return PROOF_NONE;
	size_t z = 0;
	*ret_cp = wd_utf8_next(raw, &z);
	*at = p;
	return judge(b, n, special);
}

static bool in_word(struct wd_str s, size_t from, size_t to)
{
	size_t p = from, q = to;
	uint32_t before = p > 0 ? wd_utf8_prev(s, &p) : ' ';
	uint32_t after = q < s.n ? wd_utf8_next(s, &q) : ' ';
	return wd_cp_is_lower(before) || (wd_cp_is_lower(after) && after != 0xDF) ||
	       wd_cp_is_digit(after);
}

static bool is_sure(
	struct wd_str s, size_t from, size_t to, enum proof proof, bool joined, bool company)
{
	uint32_t cp;
	if (proof == PROOF_STRONG || joined)
		return proof != PROOF_NONE;
	size_t next = to;
	bool next_too = next < s.n && read_sequence(s, &next, &cp) != PROOF_NONE;
	if (next_too)
		return true;
	return proof == PROOF_WEAK && (company || in_word(s, from, to));
}

static struct wd_str undo(struct wd_arena *a, struct wd_str s, int64_t *ret_count)
{
	char *o = NULL;
	size_t n = 0, done = 0, last = SIZE_MAX;
	bool company = *ret_count > 0;
	for (size_t i = 0; i < s.n;) {
		const char *c3 = memchr(s.p + i, 0xC3, s.n - i);
		if (c3 == NULL)
			break;
		i = (size_t)(c3 - s.p);
		size_t end = i;
		uint32_t cp = 0;
		enum proof proof = read_sequence(s, &end, &cp);
		if (proof == PROOF_NONE || !is_sure(s, i, end, proof, last == i, company)) {
			i += proof == PROOF_NONE ? 2 : end - i;
			continue;
		}
		if (o == NULL && (o = wd_arena_bytes(a, s.n)) == NULL)
			return s;
		memcpy(o + n, s.p + done, i - done);
		n += i - done;
		if (cp != 0xFEFF)
			n += wd_utf8_put(cp, o + n);
		company |= proof == PROOF_STRONG;
		(*ret_count)++;
		i = done = last = end;
	}
	if (o == NULL)
		return s;
	memcpy(o + n, s.p + done, s.n - done);
	n += s.n - done;
	return (struct wd_str){o, n};
}

/* ---- cp949 ---- */

enum { RUN_BYTES = 1024, SURE_BYTES = 12 };

/* The run of letters beyond ASCII at i: its end. */
static size_t run_end(struct wd_str s, size_t i)
{
	while (i < s.n && (unsigned char)s.p[i] >= 0x80 &&
		!wd_str_starts(wd_str_from(s, i), WD_STR("\xEF\xBF\xBD")))
		(void)wd_utf8_next(s, &i);
	return i;
}

/* Three bytes of a Chinese character, then of a Korean one: what undo_run() asks for. */
static bool may_begin_run(struct wd_str s, size_t i)
{
	unsigned char han = (unsigned char)s.p[i];
	unsigned char hangul = i + 3 < s.n ? (unsigned char)s.p[i + 3] : 0;
	return ((han >= 0xE3 && han <= 0xE9) || han == 0xEF) && hangul >= 0xEA && hangul <= 0xED;
}

/* The next run at or after i that undo_run() may undo; s.n: none. Nearly all text is passed by, so
 * without a look at each letter. */
static size_t find_run(struct wd_str s, size_t i)
{
	const uint64_t high = 0x8080808080808080u;
	while (i < s.n) {
		uint64_t eight = high;
		if (i + sizeof(eight) <= s.n)
			memcpy(&eight, s.p + i, sizeof(eight));
		if ((eight & high) == 0) {
			i += sizeof(eight);
			continue;
		}
		if ((unsigned char)s.p[i] < 0xE3) {
			i++;
			continue;
		}
		if (may_begin_run(s, i))
			return i;
		bool lost = wd_str_starts(wd_str_from(s, i), WD_STR("\xEF\xBF\xBD"));
		if (lost) { /* parts two runs */
			i += 3;
			continue;
		}
		while (i < s.n && (unsigned char)s.p[i] >= 0x80 &&
			((unsigned char)s.p[i] != 0xEF ||
				!wd_str_starts(wd_str_from(s, i), WD_STR("\xEF\xBF\xBD"))))
			i++;
	}
	return s.n;
}

/* Only East Asian letters and signs. */
static bool is_east_asian(struct wd_str s)
{
	size_t letters = 0, all = 0;
	for (size_t at = 0; at < s.n; all++) {
		uint32_t cp = wd_utf8_next(s, &at);
		if (cp < 0x2000)
			return false;
		letters += wd_cp_is_cjk(cp);
	}
	return letters * 4 >= all * 3;
}

/* The run put back into `out`: its bytes, 0: it is no such thing. */
static size_t undo_run(struct wd_cp949 *c, struct wd_str run, char *out)
{
	size_t at = 0;
	/* the first byte of a syllable's UTF-8 leads a Chinese character in cp949, its last one
	 * with the next syllable's first a Korean one */
	if (run.n < 9 || run.n > RUN_BYTES || !wd_cp_is_han(wd_utf8_next(run, &at)) ||
		!wd_cp_is_hangul(wd_utf8_next(run, &at)))
		return 0;
	size_t n = wd_cp949_encode(c, run, out, RUN_BYTES);
	struct wd_str bytes = {out, n};
	return n >= 6 && n % 3 == 0 && wd_utf8_ok(bytes) && is_east_asian(bytes) ? n : 0;
}

static struct wd_str undo_cp949(
	struct wd_arena *a, struct wd_cp949 *c, struct wd_str s, int64_t *ret_count)
{
	char *o = NULL, bytes[RUN_BYTES];
	size_t n = 0, done = 0, sure = 0;
	for (int pass = 0; pass < 2; pass++) { /* what is sure first: company for the others */
		for (size_t i = 0; (i = find_run(s, i)) < s.n;) {
			size_t end = WD_MAX(run_end(s, i), i + 1);
			size_t k = undo_run(c, wd_str_sub(s, i, end), bytes);
			if (pass == 0) {
				sure += k >= SURE_BYTES ? 2 : k > 0;
			} else if (k > 0) {
				memcpy(o + n, s.p + done, i - done);
				n += i - done;
				memcpy(o + n, bytes, k);
				n += k;
				done = end;
				(*ret_count)++;
			}
			i = end;
		}
		if (sure < 2 || (o == NULL && (o = wd_arena_bytes(a, s.n)) == NULL))
			return s;
	}
	memcpy(o + n, s.p + done, s.n - done);
	return (struct wd_str){o, n + s.n - done};
}

struct wd_str wd_repair_mojibake(
	struct wd_arena *a, struct wd_str s, const char *field, wd_repairs *repairs)
{
	const struct wd_repair_log log = {a, field, repairs, NULL};
	int64_t count = 0;
	struct wd_str ret = s;
	for (int round = 0; round < MAX_ROUNDS; round++) {
		struct wd_str before = ret;
		ret = undo(a, ret, &count);
		if (ret.p == before.p)
			break;
	}
	struct wd_cp949 cp949 = {NULL};
	for (int round = 0; round < MAX_ROUNDS; round++) {
		struct wd_str before = ret;
		ret = undo_cp949(a, &cp949, ret, &count);
		if (ret.p == before.p)
			break;
	}
	wd_cp949_done(&cp949);
	wd_repair_note(&log, "mojibake", count);
	return ret;
}
