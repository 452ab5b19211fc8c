/**
 * Text → tokens of a date.
 *
 * Letters are folded so that one table serves every spelling: full-width forms, case, accents on
 * Latin and Greek letters. Words of scripts with spaces are taken whole; Chinese, Japanese and
 * Korean ones, which run together, by the longest known word at that place. Linear: a word is
 * looked up once, a CJK place at most CJK_WORD_MAX times.
 */
#include "base/utf8.h"
#include "parsers/date_words.h"

#define WORD_MAX 48      /* bytes of a folded word; a longer one is no date word */
#define CJK_WORD_MAX 8   /* characters of the longest CJK word */
#define NUMBER_DIGITS 18 /* fits int64_t */

/* U+00C0 … U+017F without accents; '\0' takes two letters and is spelt out below. */
static const char latin_base[] = "aaaaaa\0ceeeeiiiidnooooo?ouuuuy??"
				 "aaaaaa\0ceeeeiiiidnooooo?ouuuuy?y"
				 "aaaaaaccccccccddddeeeeeeeeeegggg"
				 "gggghhhhiiiiiiiiii??jjkkklllllll"
				 "lllnnnnnnnnnoooooo??rrrrrrssssss"
				 "ssttttttuuuuuuuuuuuuwwyyyzzzzzz?";

static uint32_t fold_greek(uint32_t cp)
{
	static const uint32_t accented[][2] = {{0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7},
		{0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5}, {0x38F, 0x3C9}, {0x390, 0x3B9},
		{0x3AA, 0x3B9}, {0x3AB, 0x3C5}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7},
		{0x3AF, 0x3B9}, {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5},
		{0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9}};
	for (size_t i = 0; i < WD_COUNTOF(accented); i++) {
		if (accented[i][0] == cp)
			return accented[i][1];
	}
	return cp >= 0x391 && cp <= 0x3A9 ? cp + 0x20 : cp;
}

/** One code point → its folded form in `out` (up to 4 bytes), 0 for a combining accent. */
static size_t fold(uint32_t cp, char out[4])
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFEE0;
	if (cp < 0x80) {
		out[0] = wd_lower((char)cp);
		return 1;
	}
	if (cp == 0xDF) {
		memcpy(out, "ss", 2);
		return 2;
	}
	if (cp == 0xC6 || cp == 0xE6) {
		memcpy(out, "ae", 2);
		return 2;
	}
	if (cp == 0xAA || cp == 0xBA) { /* 1ª, 1º */
		out[0] = 'o';
		return 1;
	}
	if (cp >= 0xC0 && cp <= 0x17F && latin_base[cp - 0xC0] != '?') {
		out[0] = latin_base[cp - 0xC0];
		return 1;
	}
	if (cp == 0x218 || cp == 0x219 || cp == 0x21A || cp == 0x21B) {
		out[0] = cp < 0x21A ? 's' : 't';
		return 1;
	}
	if (cp >= 0x300 && cp <= 0x36F)
		return 0;
	if (cp >= 0x370 && cp <= 0x3FF)
		cp = fold_greek(cp);
	else if (cp >= 0x410 && cp <= 0x42F)
		cp += 0x20;
	else if (cp >= 0x400 && cp <= 0x40F)
		cp += 0x50;
	return wd_utf8_put(cp, out);
}

/** Value of a decimal digit, -1 when it is none. */
static int digit_value(uint32_t cp)
{
	static const uint32_t zeros[] = {'0', 0xFF10, 0x660, 0x6F0, 0x966, 0xE50};
	for (size_t i = 0; i < WD_COUNTOF(zeros); i++) {
		if (cp >= zeros[i] && cp <= zeros[i] + 9)
			return (int)(cp - zeros[i]);
	}
	return -1;
}

/** 〇一二…九 → 0–9, 十 → 10, -1: no Chinese numeral. */
static int hanzi_value(uint32_t cp)
{
	static const uint32_t numerals[] = {0x3007, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D,
		0x4E03, 0x516B, 0x4E5D, 0x5341};
	for (size_t i = 0; i < WD_COUNTOF(numerals); i++) {
		if (cp == numerals[i])
			return (int)i;
	}
	return cp == 0x96F6 || cp == 0x25CB ? 0 : -1; /* 零 ○ */
}

static char punct_char(uint32_t cp)
{
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		cp -= 0xFEE0;
	switch (cp) {
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
	case 0x30FC:
		return '-';
	case 0x3001:
	case 0x060C:
		return ',';
	case 0x3002:
		return '.';
	case 0x2019:
	case 0x2018:
	case 0x02BC:
		return '\'';
	case 0x00B7:
	case 0x30FB:
	case 0x318D:
	case 0x2022:
	case 0x2502:
	case 0x00A6:
		return '|';
	case 0x3010:
	case 0x3008:
	case 0x300A:
		return '[';
	case 0x3011:
	case 0x3009:
	case 0x300B:
		return ']';
	case 0x2236:
		return ':';
	default:
		return cp > 0x20 && cp < 0x7F ? (char)cp : '?';
	}
}

static void take_number(struct wd_str s, size_t *at, struct wd_dtok *t)
{
	while (*at < s.n) {
		size_t next = *at;
		int v = digit_value(wd_utf8_next(s, &next));
		if (v < 0)
			break;
		if (t->digits < NUMBER_DIGITS)
			t->num = t->num * 10 + v;
		t->digits++;
		*at = next;
	}
	t->type = t->digits <= NUMBER_DIGITS ? WD_DT_NUM : WD_DT_WORD;
}

/** 二〇二五 by its digits, 二十三 by its value; false when it is no number of a date. */
static bool take_hanzi_number(struct wd_str s, size_t *at, struct wd_dtok *t)
{
	size_t pos = *at, n = 0;
	int64_t tens = 0, ones = 0;
	bool has_ten = false;
	while (pos < s.n) {
		size_t next = pos;
		int v = hanzi_value(wd_utf8_next(s, &next));
		if (v < 0 || n == 4)
			break;
		if (v == 10) {
			if (has_ten)
				return false;
			has_ten = true;
			tens = n == 0 ? 1 : ones;
			ones = 0;
		} else {
			ones = has_ten ? v : ones * 10 + v;
		}
		n++;
		pos = next;
	}
	if (n == 0 || tens > 9 || ones > 9999)
		return false;
	t->num = has_ten ? tens * 10 + ones : ones;
	t->digits = has_ten ? 2 : (unsigned)n;
	t->type = WD_DT_NUM;
	t->is_hanzi = true;
	*at = pos;
	return true;
}

/** The longest known word of run-together script at *at. */
static void take_cjk_word(struct wd_str s, size_t *at, struct wd_dtok *t)
{
	char buf[CJK_WORD_MAX * 4 + 4];
	size_t ends[CJK_WORD_MAX], lens[CJK_WORD_MAX], n = 0, len = 0, pos = *at;
	while (pos < s.n && n < CJK_WORD_MAX) {
		uint32_t cp = wd_utf8_next(s, &pos);
		if (!wd_cp_is_cjk(cp) && !(cp >= 0x337B && cp <= 0x337E) && cp != 0x32FF)
			break;
		len += wd_utf8_put(cp, buf + len);
		ends[n] = pos;
		lens[n++] = len;
	}
	t->type = WD_DT_WORD;
	for (size_t i = n; i-- > 0;) {
		t->word_count = wd_date_word_find((struct wd_str){buf, lens[i]}, &t->words);
		if (t->word_count > 0) {
			*at = ends[i];
			return;
		}
	}
	*at = n > 0 ? ends[0] : pos;
}

/** "a.m.", "p. m.", "μ.μ.": the dots belong to the word. */
static bool take_dotted_half(struct wd_str s, size_t *at, struct wd_dtok *t)
{
	char letters[8];
	size_t n = 0, pos = *at;
	for (int i = 0; i < 2; i++) {
		char out[4];
		if (pos >= s.n)
			return false;
		size_t len = fold(wd_utf8_next(s, &pos), out);
		memcpy(letters + n, out, len);
		n += len;
		if (pos >= s.n || s.p[pos] != '.') {
			if (i == 0)
				return false;
			break;
		}
		pos++;
		if (i == 0 && pos < s.n && s.p[pos] == ' ')
			pos++;
	}
	if (pos < s.n && wd_is_alpha(s.p[pos]))
		return false;
	t->word_count = wd_date_word_find((struct wd_str){letters, n}, &t->words);
	if (wd_dtok_word(t, WD_DW_AM) == NULL && wd_dtok_word(t, WD_DW_PM) == NULL)
		return false;
	*at = pos;
	return true;
}

static bool is_word_char(uint32_t cp)
{
	return (wd_cp_is_letter(cp) || cp == 0xAA || cp == 0xBA) && !wd_cp_is_cjk(cp);
}

/** A word of a script with spaces, with a hyphen or apostrophe inside when the table knows it so.
 */
static void take_word(struct wd_str s, size_t *at, struct wd_dtok *t)
{
	char buf[WORD_MAX];
	size_t len = 0, pos = *at, whole_len = 0, whole_end = 0;
	bool joined = false, too_long = false;
	t->type = WD_DT_WORD;
	if (take_dotted_half(s, at, t))
		return;
	while (pos < s.n) {
		size_t next = pos;
		uint32_t cp = wd_utf8_next(s, &next);
		if (!is_word_char(cp)) {
			char c = punct_char(cp);
			if (joined || (c != '-' && c != '\'') || next >= s.n)
				break;
			size_t peek = next;
			if (!is_word_char(wd_utf8_next(s, &peek)))
				break;
			whole_len = len;
			whole_end = pos;
			joined = true;
			if (len < WORD_MAX)
				buf[len++] = c;
			pos = next;
			continue;
		}
		char out[4];
		size_t n = fold(cp, out);
		too_long = too_long || len + n > WORD_MAX;
		if (!too_long) {
			memcpy(buf + len, out, n);
			len += n;
		}
		pos = next;
	}
	if (!too_long)
		t->word_count = wd_date_word_find((struct wd_str){buf, len}, &t->words);
	if (t->word_count == 0 && joined) {
		t->word_count = wd_date_word_find((struct wd_str){buf, whole_len}, &t->words);
		pos = whole_end;
	}
	*at = pos;
}

bool wd_date_token(struct wd_str s, size_t *at, struct wd_dtok *ret)
{
	*ret = (struct wd_dtok){.type = WD_DT_PUNCT};
	uint32_t cp = 0;
	size_t next = *at;
	while (*at < s.n) {
		next = *at;
		cp = wd_utf8_next(s, &next);
		if (!wd_cp_is_space(cp) && cp >= 0x20)
			break;
		ret->space = true;
		*at = next;
	}
	if (*at >= s.n)
		return false;
	ret->start = *at;
	ret->c = '?';
	if (digit_value(cp) >= 0) {
		take_number(s, at, ret);
	} else if (wd_cp_is_cjk(cp) || (cp >= 0x337B && cp <= 0x337E) || cp == 0x32FF) {
		take_cjk_word(s, at, ret);
		if (ret->word_count == 0) {
			*at = ret->start;
			if (!take_hanzi_number(s, at, ret))
				*at = next;
		}
	} else if (is_word_char(cp)) {
		take_word(s, at, ret);
	} else {
		if (hanzi_value(cp) < 0 || !take_hanzi_number(s, at, ret)) {
			ret->c = punct_char(cp);
			*at = next;
		}
	}
	ret->end = *at;
	return true;
}
