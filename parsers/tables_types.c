/*
 * What a cell or a token holds. Only shapes, no vocabulary beyond month names and "n/a": digits
 * with their signs, units and separators; years; dates; scores and ranges; codes; words.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

#define LONG_BYTES 120  /* a cell longer than this reads like prose … */
#define PROSE_BYTES 160 /* … and a line longer than this is it */

struct shape {
	size_t digits, letters, spaces, others, groups; /* groups of digits */
	size_t words;
	bool has_slash, has_dash, has_colon, cjk;
};

static bool is_dash(uint32_t cp)
{
	return cp == '-' || cp == 0x2013 || cp == 0x2014 || cp == 0x2212 || cp == 0x2010 ||
	       cp == 0x2011 || cp == 0x2015;
}

static struct shape read_shape(struct wd_str s)
{
	struct shape h = {0};
	bool in_digits = false, in_word = false;
	for (size_t at = 0; at < s.n;) {
		uint32_t cp = wd_utf8_next(s, &at);
		bool digit = wd_cp_is_digit(cp);
		h.groups += digit && !in_digits;
		in_digits = digit || (in_digits && (cp == '.' || cp == ',' || cp == '\''));
		bool space = wd_cp_is_space(cp);
		h.words += !space && !in_word;
		in_word = !space;
		if (digit)
			h.digits++;
		else if (wd_cp_is_letter(cp))
			h.letters++;
		else if (space)
			h.spaces++;
		else
			h.others++;
		h.has_slash |= cp == '/';
		h.has_colon |= cp == ':';
		h.has_dash |= is_dash(cp);
		h.cjk |= wd_cp_is_cjk(cp);
	}
	return h;
}

static bool is_no_value(struct wd_str s)
{
	static const char *const names[] = {"n/a", "na", "n.a.", "nil", "tba", "tbd", "?", "...",
		"…", "k.a.", "x", "✓", "✔", "✗", "✕", "●", "○"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++)
		if (wd_str_ieqc(s, names[i]))
			return true;
	size_t at = 0;
	while (at < s.n)
		if (!is_dash(wd_utf8_next(s, &at)))
			return false;
	return s.n > 0;
}

static bool has_month(struct wd_str s)
{
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "mai", "jun", "jul",
		"aug", "sep", "oct", "okt", "nov", "dec", "dez", "mär", "fév", "avr", "juin",
		"juil", "aoû", "déc", "ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set",
		"ott"};
	for (size_t i = 0; i + 2 < s.n; i++) {
		if (strchr("jfmasondegl", wd_lower(s.p[i])) == NULL)
			continue;
		if (i > 0 && (wd_is_alpha(s.p[i - 1]) || (unsigned char)s.p[i - 1] >= 0x80))
			continue;
		for (size_t m = 0; m < WD_COUNTOF(months); m++)
			if (wd_str_istartsc(wd_str_from(s, i), months[m]))
				return true;
	}
	if (wd_utf8_is_ascii(s))
		return false;
	return wd_str_find(s, WD_STR("年"), 0) != SIZE_MAX ||
	       wd_str_find(s, WD_STR("년"), 0) != SIZE_MAX ||
	       wd_str_find(s, WD_STR("月"), 0) != SIZE_MAX ||
	       wd_str_find(s, WD_STR("월"), 0) != SIZE_MAX;
}

/* Footnote marks and references behind a value do not change what it is. */
static struct wd_str without_marks(struct wd_str s)
{
	for (;;) {
		s = wd_str_trim(s);
		size_t was = s.n;
		char last = was > 0 ? s.p[was - 1] : ' ';
		if ((unsigned char)last < 0x80 && last != '*' && last != ']') /* nearly always */
			return s;
		static const char *const marks[] = {"*", "†", "‡", "§", "¹", "²", "³", "⁴"};
		for (size_t i = 0; i < WD_COUNTOF(marks); i++)
			if (s.n > strlen(marks[i]) && wd_str_ends(s, wd_str_c(marks[i])))
				s.n -= strlen(marks[i]);
		if (s.n > 3 && s.p[s.n - 1] == ']') {
			size_t k = s.n - 2;
			while (k > 0 && wd_is_alnum(s.p[k]))
				k--;
			if (k > 0 && s.p[k] == '[' && s.n - k <= 5)
				s.n = k;
		}
		if (s.n == was)
			return s;
	}
}

static enum wd_ctype type_of_figure(struct wd_str s, const struct shape *h)
{
	if (h->digits == 4 && h->letters == 0 && h->others == 0 && h->groups == 1 &&
		(s.p[0] == '1' || s.p[0] == '2'))
		return WD_CT_YEAR;
	if (h->letters > 3 && h->letters <= 20 && h->groups >= 1 && has_month(s))
		return WD_CT_DATE;
	if (h->groups == 3 && h->letters == 0 && (h->has_dash || h->has_slash || h->others == 2) &&
		h->digits >= 6)
		return WD_CT_DATE;
	if (h->groups >= 2 && h->letters <= 2 && (h->has_dash || h->has_slash || h->has_colon))
		return WD_CT_RANGE;
	return WD_CT_NUMBER;
}

enum wd_ctype wd_ctype_of(struct wd_str s)
{
	s = without_marks(s);
	if (s.n == 0)
		return WD_CT_EMPTY;
	if (s.n <= 6 && is_no_value(s))
		return WD_CT_DASH;
	struct shape h = read_shape(s);
	if (h.digits == 0) {
		if (s.n > LONG_BYTES || h.words > 14)
			return WD_CT_LONG;
		return h.words <= 1 && !(h.cjk && h.letters > 8) ? WD_CT_WORD : WD_CT_TEXT;
	}
	/* a figure with its unit: few letters, or letters in one short word behind it */
	bool starts = wd_is_digit(s.p[0]) || s.p[0] == '+' || s.p[0] == '-' || s.p[0] == '(' ||
		      s.p[0] == '.' || s.p[0] == '$' || s.p[0] == '#' ||
		      (unsigned char)s.p[0] >= 0xC2;
	if (h.letters == 0 || (h.letters <= h.digits + 2 && starts && h.words <= 3))
		return type_of_figure(s, &h);
	if (h.letters <= 20 && h.words <= 5 && has_month(s))
		return WD_CT_DATE;
	if (starts && h.letters <= 6 && h.words <= 2)
		return WD_CT_NUMBER;
	if (s.n > LONG_BYTES || h.words > 14)
		return WD_CT_LONG;
	return h.words <= 1 ? WD_CT_CODE : WD_CT_TEXT;
}

size_t wd_count_words(struct wd_str s)
{
	size_t words = 0;
	bool in_word = false;
	for (size_t at = 0; at < s.n;) {
		bool space = wd_cp_is_space(wd_utf8_next(s, &at));
		words += !space && !in_word;
		in_word = !space;
	}
	return words;
}

/* Letters with the signs of prose are none, but for a few words that stand for "no value". */
static bool is_word_of_prose(struct wd_str w)
{
	bool letters = false;
	if (w.n > 0 && w.p[w.n - 1] == '.')
		w.n--;
	for (size_t i = 0; i < w.n; i++) {
		letters |= wd_is_alpha(w.p[i]);
		if (!wd_is_alpha(w.p[i]) && strchr(",;:'\"()!", w.p[i]) == NULL)
			return false;
	}
	return letters && !is_no_value(w);
}

bool wd_table_may_hold_figure(struct wd_str line)
{
	struct wd_str w;
	while (wd_str_split(&line, ' ', &w)) {
		if (w.n > 0 && !is_word_of_prose(w))
			return true;
	}
	return false;
}

bool wd_table_is_short(size_t bytes)
{
	return bytes <= PROSE_BYTES + 2; /* blanks at its ends are none of the line's */
}

bool wd_table_may_be_row(struct wd_str line)
{
	return !wd_is_prose(line);
}

bool wd_is_prose(struct wd_str s)
{
	s = wd_str_trim(s);
	if (s.n > PROSE_BYTES) /* before the words are counted: most lines are paragraphs */
		return true;
	if (s.n == 0)
		return false;
	size_t words = wd_count_words(s);
	if (words > 24)
		return true;
	static const char *const ends[] = {".", "!", "?", ".”", ".\"", "?”", "。", "”", ":", ",”"};
	for (size_t i = 0; i < WD_COUNTOF(ends); i++)
		if (words > 7 && wd_str_ends(s, wd_str_c(ends[i])))
			return true;
	return false;
}
