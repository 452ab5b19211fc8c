/*
 * Problem: a desk pastes a legacy wire's words into a page that is UTF-8, or joins a headline and a
 * text of two systems: within one text node the charset changes and changes back.
 *
 * Way: from the bad byte on the bytes are taken as characters of the charset the rest of the text
 * speaks for, one at a time, until one begins that only UTF-8 writes. The stretch counts when all
 * of it decodes and all that comes out is in the script of the text. Two bytes that are also good
 * UTF-8 in front of the bad one belong to it: a two-byte charset's characters often look so.
 *
 * Rejected: a detector (needs more text than a few words), and taking the stretch from one ASCII
 * character to the next (spaces and full stops are ASCII in all of them).
 */
#include "parsers/charset_run.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"

static unsigned char byte_at(struct wd_str s, size_t at)
{
	return at < s.n ? (unsigned char)s.p[at] : 0;
}

/** Length of the well-formed UTF-8 character at `at`, 0: there is none, or the text ends there. */
static size_t utf8_at(struct wd_str s, size_t at)
{
	size_t next = at;
	if (at >= s.n)
		return 0;
	uint32_t cp = wd_utf8_next(s, &next);
	return cp == WD_CP_BAD && next - at == 1 ? 0 : next - at;
}

enum charset_script charset_script_of(struct wd_str text)
{
	size_t hangul = 0, kana = 0, cyrillic = 0, other = 0, n = WD_MIN(text.n, 256 * WD_KIB);
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)text.p[i], d = byte_at(text, i + 1);
		size_t len = c < 0x80 ? 1 : utf8_at(text, i);
		if (len == 2)
			cyrillic += c == 0xD0 || c == 0xD1;
		if (len >= 3) {
			hangul += c >= 0xEA && c <= 0xED;
			kana += c == 0xE3 && d >= 0x81 && d <= 0x83;
			other += c >= 0xE3 || c == 0xE0 || c == 0xE1;
		}
		i += len > 0 ? len : 1;
	}
	if (hangul > 0)
		return CS_KOREAN;
	if (kana > 0)
		return CS_JAPANESE;
	if (other > 0)
		return CS_UNKNOWN;
	return cyrillic > 0 ? CS_CYRILLIC : CS_LATIN;
}

/* ---- where it ends ---- */

enum coding { EUC, SJIS, SINGLE };

/** Length of the legacy character at `at`, 0: UTF-8 goes on, or markup. */
static size_t step(struct wd_str in, size_t at, enum coding coding)
{
	unsigned char c = byte_at(in, at), d = byte_at(in, at + 1);
	size_t utf8;
	if (at >= in.n || c < 0x09 || c == '<' || c == '>' || c == '&')
		return 0;
	if (c < 0x80)
		return 1;
	utf8 = utf8_at(in, at);
	if (utf8 >= 3 || (utf8 == 2 && coding == SINGLE))
		return 0;
	if (coding == SINGLE || (coding == SJIS && c >= 0xA1 && c <= 0xDF))
		return 1;
	return d >= 0x40 && c != 0x80 && c != 0xFF ? 2 : 0;
}

/** From the first byte to behind the last character that is not ASCII. */
static struct wd_str stretch(struct wd_str in, size_t from, enum coding coding)
{
	size_t end = from, len;
	for (size_t at = from; at - from < CHARSET_RUN_BYTES - 2; at += len) {
		len = step(in, at, coding);
		if (len == 0)
			break;
		if ((unsigned char)in.p[at] >= 0x80)
			end = at + len;
	}
	return wd_str_sub(in, from, end);
}

/* ---- what it says ---- */

static bool in_script(uint32_t cp, enum charset_script script)
{
	bool is_mark = (cp >= 0x2010 && cp <= 0x2026) || (cp >= 0xA0 && cp <= 0xBF) ||
		       cp == 0x2116 || cp == 0x20AC || (cp >= 0x3000 && cp <= 0x301C);
	switch (script) {
	case CS_KOREAN:
		return is_mark || (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0x4E00 && cp <= 0x9FFF);
	case CS_JAPANESE:
		return is_mark || (cp >= 0x3040 && cp <= 0x30FF) ||
		       (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0xFF00 && cp <= 0xFF5E);
	case CS_CYRILLIC:
		return is_mark || (cp >= 0x0400 && cp <= 0x04FF);
	case CS_LATIN:
		return is_mark || (cp >= 0xC0 && cp <= 0x17F) || cp == 0x2122;
	case CS_UNKNOWN:
	default:
		return false;
	}
}

/** Decodes all of it into `out`; 0: it cannot be, or is in another script than the text. */
static size_t decode(struct wd_str run, const char *codec, enum charset_script script, char *out)
{
	size_t n = charset_convert_all(run, codec, out, 3 * (size_t)CHARSET_RUN_BYTES), letters = 0;
	struct wd_str text = {out, n};
	bool ok = n > 0;
	for (size_t at = 0; ok && at < text.n;) {
		uint32_t cp = wd_utf8_next(text, &at);
		ok = cp < 0x80 || in_script(cp, script);
		letters += cp >= 0xC0;
	}
	return ok && letters >= 2 ? text.n : 0;
}

/** KOI8 has its small letters where windows-1251 has the capitals; words are mostly small. */
static bool is_koi8(struct wd_str run)
{
	size_t low = 0, high = 0;
	for (size_t i = 0; i < run.n; i++) {
		unsigned char c = (unsigned char)run.p[i];
		low += c >= 0xC0 && c <= 0xDF;
		high += c >= 0xE0;
	}
	return low > high;
}

/** Begin of the characters before the bad byte that are good UTF-8 by chance. */
static size_t start_of(struct wd_str in, size_t at, size_t back)
{
	size_t from = at;
	while (at - from + 2 <= back && (unsigned char)in.p[from - 1] >= 0x80 &&
		utf8_at(in, from - 2) == 2 && at - from < 64)
		from -= 2;
	return from;
}

size_t charset_run_decode(struct wd_str in, size_t at, size_t back, enum charset_script script,
	size_t *ret_from, size_t *ret_to, char *out)
{
	static const struct {
		enum charset_script script;
		enum coding coding;
		const char *codec;
	} ways[] = {{CS_KOREAN, EUC, "CP949"}, {CS_JAPANESE, EUC, "EUC-JP"},
		{CS_JAPANESE, SJIS, "CP932"}, {CS_CYRILLIC, SINGLE, NULL},
		{CS_LATIN, SINGLE, "CP1252"}};
	for (size_t i = 0; i < WD_COUNTOF(ways); i++) {
		if (ways[i].script != script)
			continue;
		size_t from = ways[i].coding == SINGLE ? at : start_of(in, at, back);
		struct wd_str run = stretch(in, from, ways[i].coding);
		const char *codec = ways[i].codec != NULL ? ways[i].codec
				    : is_koi8(run)        ? "KOI8-U"
							  : "CP1251";
		/* a single damaged byte with a whole character behind it */
		if (ways[i].coding != SINGLE && from == at && utf8_at(in, at + 1) >= 3)
			continue;
		/* what is left of a cut quotation mark or dash is no letter of windows-1252 */
		if (run.n < 2 || (script == CS_LATIN && wd_str_starts(run, WD_STR("\xE2\x80"))))
			continue;
		size_t n = decode(run, codec, script, out);
		if (n > 0) {
			*ret_from = from;
			*ret_to = from + run.n;
			return n;
		}
	}
	return 0;
}
