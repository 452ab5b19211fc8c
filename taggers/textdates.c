/*
 * Dates in running text, in English, Korean and Japanese.
 *
 * parsers/dates.h reads metadata: absolute dates only. An article about an event says "지난 23일",
 * "내달 13·14일", "今月23日", "on Saturday", "August 23-24": days that mean something only beside
 * the publication date. What is written without a year is taken as the day nearest to publication,
 * and marked relative when even the month had to be guessed, since a flag must not rest on a guess.
 *
 * It works on folded items: widths, hyphens and spaces are settled there ("8월 23일" is one run).
 * Durations (3日間, 이틀, 3일간) and ordinals are no dates.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "taggers/scan.h"

struct cursor {
	struct wd_scan *s;
	const struct wd_folded *d;
	int field, sentence;
	uint32_t start, end; /* of the sentence */
};

static uint32_t at(const struct cursor *c, uint32_t i)
{
	return i >= c->start && i < c->end ? c->d->cp[i] : 0;
}

static bool is_digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

/* Number of at most four digits at i; returns its end, i when there is none. */
static uint32_t number(const struct cursor *c, uint32_t i, unsigned *ret)
{
	unsigned v = 0;
	uint32_t from = i;
	while (is_digit(at(c, i)) && i - from < 5)
		v = v * 10 + (at(c, i++) - '0');
	if (i == from || i - from > 4)
		return from;
	*ret = v;
	return i;
}

static inline bool text_at(const struct cursor *c, uint32_t i, const char *z)
{
	if ((unsigned char)z[0] < 0x80 && at(c, i) != (uint32_t)z[0]) /* nearly always */
		return false;
	struct wd_str s = wd_str_c(z);
	for (size_t k = 0; k < s.n; i++) {
		if (at(c, i) != wd_utf8_next(s, &k))
			return false;
	}
	return true;
}

static bool text_before(const struct cursor *c, uint32_t i, const char *z)
{
	uint32_t n = (uint32_t)wd_utf8_count(wd_str_c(z));
	return i >= c->start + n && text_at(c, i - n, z);
}

static int64_t civil(int64_t y, unsigned m, unsigned d)
{
	bool ok =
		m >= 1 && m <= 12 && d >= 1 && d <= wd_days_in_month(y, m) && y > 1800 && y < 2200;
	return ok ? wd_days_from_civil(y, m, d) : WD_DAY_NONE;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* ---- what was read, before it is resolved ---- */

struct parts {
	int64_t year;                /* 0: not written */
	unsigned month, day, day_to; /* 0: not written; day_to == day without a range */
	int year_shift;              /* 작년 −1, 来年 +1 */
	int month_shift;             /* 지난달 −1, 来月 +1 */
	bool has_month_word;         /* 이달, 今月 */
	bool is_past, is_future;     /* 지난, 오는 */
};

static int64_t nearest_year(const struct cursor *c, unsigned month, unsigned day)
{
	int64_t y, best = WD_DAY_NONE;
	unsigned m, d;
	wd_civil_from_days(c->s->pub_day, &y, &m, &d);
	for (int64_t k = y - 1; k <= y + 1; k++) {
		int64_t t = civil(k, month, day);
		if (t != WD_DAY_NONE &&
			(best == WD_DAY_NONE ||
				distance(t, c->s->pub_day) < distance(best, c->s->pub_day)))
			best = t;
	}
	return best;
}

/* "23일": the 23rd nearest to publication, before or after it as the words around say. */
static int64_t nearest_month(const struct cursor *c, const struct parts *p, unsigned day)
{
	int64_t y, best = WD_DAY_NONE, pub = c->s->pub_day;
	unsigned m, d;
	wd_civil_from_days(pub, &y, &m, &d);
	int from = p->has_month_word || p->month_shift != 0 ? p->month_shift : -1;
	int to = p->has_month_word || p->month_shift != 0 ? p->month_shift : 1;
	for (int k = from; k <= to; k++) {
		int64_t months = y * 12 + (int64_t)m - 1 + k;
		int64_t t = civil(months / 12, (unsigned)(months % 12) + 1, day);
		if (t == WD_DAY_NONE || (p->is_past && t > pub) || (p->is_future && t < pub))
			continue;
		if (best == WD_DAY_NONE || distance(t, pub) < distance(best, pub))
			best = t;
	}
	return best;
}

static int64_t resolve_day(const struct cursor *c, const struct parts *p, unsigned day)
{
	bool has_pub = c->s->pub_day != WD_DAY_NONE;
	int64_t y;
	unsigned m, d;
	if (p->year != 0)
		return p->month != 0 ? civil(p->year, p->month, day) : WD_DAY_NONE;
	if (!has_pub)
		return WD_DAY_NONE;
	if (p->month == 0)
		return nearest_month(c, p, day);
	if (p->year_shift == 0)
		return nearest_year(c, p->month, day);
	wd_civil_from_days(c->s->pub_day, &y, &m, &d);
	return civil(y + p->year_shift, p->month, day);
}

static int add(struct cursor *c, uint32_t start, uint32_t end, const struct parts *p)
{
	struct wd_text_date *t = wd_vec_push(c->s->a, &c->s->dates);
	if (t == NULL)
		return WD_E_LIMIT;
	*t = (struct wd_text_date){c->field, c->sentence, start, end, WD_DATED_DAY, WD_DAY_NONE,
		WD_DAY_NONE, p->year != 0 || p->year_shift != 0, p->month != 0, p->month == 0};
	if (p->day != 0) {
		t->from = resolve_day(c, p, p->day);
		t->to = p->day_to != p->day ? resolve_day(c, p, p->day_to) : t->from;
		if (t->from == WD_DAY_NONE || t->to < t->from)
			t->to = t->from;
		return WD_OK;
	}
	int64_t y = p->year;
	unsigned m, d;
	t->form = p->month != 0 ? WD_DATED_MONTH : WD_DATED_YEAR;
	if (y == 0 && c->s->pub_day != WD_DAY_NONE) {
		wd_civil_from_days(c->s->pub_day, &y, &m, &d);
		y += p->year_shift;
	}
	t->from = civil(y, p->month != 0 ? p->month : 1, 1);
	if (t->from != WD_DAY_NONE)
		t->to = t->form == WD_DATED_YEAR
				? civil(y, 12, 31)
				: t->from + (int64_t)wd_days_in_month(y, p->month) - 1;
	return WD_OK;
}

/* ---- Korean and Japanese ---- */

static bool is_year_sign(uint32_t cp)
{
	return cp == 0xb144 || cp == 0x5e74; /* 년 年 */
}

static bool is_month_sign(uint32_t cp)
{
	return cp == 0xc6d4 || cp == 0x6708; /* 월 月 */
}

static bool is_day_sign(uint32_t cp)
{
	return cp == 0xc77c || cp == 0x65e5; /* 일 日 */
}

/* After 일 or 日: a duration or another word, no day. */
static bool is_day_word(const struct cursor *c, uint32_t sign)
{
	static const char *const not_days[] = {"간", "째", "만에", "동안", "치", "정", "間", "目",
		"ぶり", "ぶん", "連続", "本", "後", "以上", "以内", "程度", "余り", "常", "程"};
	if (sign + 1 < c->end && c->d->gap[sign + 1] != 0 && !text_at(c, sign + 1, "간") &&
		!text_at(c, sign + 1, "만에") && !text_at(c, sign + 1, "동안"))
		return true;
	for (size_t i = 0; i < WD_COUNTOF(not_days); i++) {
		if (text_at(c, sign + 1, not_days[i]))
			return false;
	}
	return true;
}

static bool is_range_sign(const struct cursor *c, uint32_t i)
{
	uint32_t cp = at(c, i);
	return cp == '~' || cp == 0x301c || cp == 0x223c || cp == 0x3001 || cp == ',' ||
	       (cp == ' ' && (c->d->gap[i] & WD_FOLD_GAP_DOT) != 0);
}

/* "13日", "13〜14日", "13日から14日"; returns the end, i when there is no day. */
static uint32_t day_cjk(const struct cursor *c, uint32_t i, struct parts *p)
{
	unsigned n = 0, to = 0;
	uint32_t e = number(c, i, &n);
	if (e == i || n < 1 || n > 31)
		return i;
	p->day = p->day_to = n;
	if (is_day_sign(at(c, e)) && is_day_word(c, e))
		return e + 1;
	if (is_range_sign(c, e)) {
		uint32_t e2 = number(c, e + 1, &to);
		if (e2 > e + 1 && to >= 1 && to <= 31 && is_day_sign(at(c, e2)) &&
			is_day_word(c, e2)) {
			p->day_to = to > n ? to : n;
			return e2 + 1;
		}
	}
	p->day = p->day_to = 0;
	return i;
}

static uint32_t words_before(const struct cursor *c, uint32_t i, struct parts *p)
{
	static const struct {
		const char *word;
		int year, month;
		bool is_month, is_past, is_future;
	} rows[] = {
		{"이달", 0, 0, true, false, false},
		{"이번달", 0, 0, true, false, false},
		{"내달", 0, 1, true, false, false},
		{"다음달", 0, 1, true, false, false},
		{"지난달", 0, -1, true, false, false},
		{"今月", 0, 0, true, false, false},
		{"来月", 0, 1, true, false, false},
		{"先月", 0, -1, true, false, false},
		{"지난", 0, 0, false, true, false},
		{"오는", 0, 0, false, false, true},
		{"작년", -1, 0, false, false, false},
		{"지난해", -1, 0, false, false, false},
		{"내년", 1, 0, false, false, false},
		{"昨年", -1, 0, false, false, false},
		{"去年", -1, 0, false, false, false},
		{"来年", 1, 0, false, false, false},
		{"去る", 0, 0, false, true, false},
		{"来る", 0, 0, false, false, true},
	};
	if (i == c->start || at(c, i - 1) < 0x3000) /* all of them end in CJK */
		return i;
	for (size_t k = 0; k < WD_COUNTOF(rows); k++) {
		if (!text_before(c, i, rows[k].word))
			continue;
		p->year_shift = rows[k].year;
		p->month_shift = rows[k].month;
		p->has_month_word = rows[k].is_month;
		p->is_past = rows[k].is_past;
		p->is_future = rows[k].is_future;
		return i - (uint32_t)wd_utf8_count(wd_str_c(rows[k].word));
	}
	return i;
}

/* [year年] [month月] day日 …; returns the end, i when it is no date. */
static uint32_t date_cjk(struct cursor *c, uint32_t i, int *rc)
{
	struct parts p = {0};
	unsigned n = 0;
	uint32_t e = number(c, i, &n), from = i;
	if (is_year_sign(at(c, e)) && n > 1800 && n < 2200) {
		p.year = n;
		i = e + 1;
		e = number(c, i, &n);
	}
	if (e > i && is_month_sign(at(c, e)) && n >= 1 && n <= 12) {
		p.month = n;
		i = e + 1;
	}
	if (p.year == 0)
		from = words_before(c, from, &p);
	if (p.year == 0 || p.month != 0)
		i = day_cjk(c, i, &p);
	if (p.year == 0 && p.month == 0 && p.day == 0)
		return i;
	/* "3월간", "2년" alone are no dates: a month needs a day, a year or a word like 내년. */
	if (p.day == 0 && p.year == 0 && p.year_shift == 0)
		return i;
	*rc = add(c, from, i, &p);
	return i;
}

/* ---- English and ISO ---- */

static unsigned month_en(const struct cursor *c, uint32_t i, uint32_t *ret_end)
{
	static const char *const full[] = {"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december"};
	uint32_t e = i, first = at(c, i);
	const uint32_t letters = 1u << ('j' - 'a') | 1u << ('f' - 'a') | 1u << ('m' - 'a') | 1u |
				 1u << ('s' - 'a') | 1u << ('o' - 'a') | 1u << ('n' - 'a') |
				 1u << ('d' - 'a');
	if (first < 'a' || first > 's' || (letters >> (first - 'a') & 1) == 0)
		return 0;
	uint32_t second = at(c, i + 1);
	if (second != 'a' && second != 'e' && second != 'p' && second != 'u' && second != 'c' &&
		second != 'o')
		return 0;
	while (at(c, e) >= 'a' && at(c, e) <= 'z')
		e++;
	for (unsigned m = 0; m < 12; m++) {
		if (first != (uint32_t)full[m][0])
			continue;
		size_t n = strlen(full[m]);
		bool is_full = e - i == n && text_at(c, i, full[m]);
		bool is_short = (e - i == 3 || (m == 8 && e - i == 4)) && n > e - i;
		for (uint32_t k = i; is_short && k < e; k++)
			is_short = at(c, k) == (uint32_t)full[m][k - i];
		if (!is_full && !is_short)
			continue;
		if (at(c, e) == '.')
			e++;
		*ret_end = e;
		return m + 1;
	}
	return 0;
}

static uint32_t skip_space(const struct cursor *c, uint32_t i)
{
	while (at(c, i) == ' ' || at(c, i) == ',')
		i++;
	return i;
}

static uint32_t day_en(const struct cursor *c, uint32_t i, struct parts *p)
{
	unsigned n = 0, to = 0;
	uint32_t e = number(c, i, &n);
	if (e == i || n < 1 || n > 31 || e - i > 2)
		return i;
	p->day = p->day_to = n;
	if (text_at(c, e, "st") || text_at(c, e, "nd") || text_at(c, e, "rd") ||
		text_at(c, e, "th"))
		e += 2;
	if (is_range_sign(c, e) && at(c, e) != ',') {
		uint32_t e2 = number(c, e + 1, &to);
		if (e2 > e + 1 && e2 - e <= 3 && to > n && to <= 31) {
			p->day_to = to;
			return e2;
		}
	}
	if (text_at(c, e, " and ")) {
		uint32_t e2 = number(c, e + 5, &to);
		if (e2 > e + 5 && to == n + 1)
			p->day_to = to, e = e2;
	}
	return e;
}

static uint32_t year_en(const struct cursor *c, uint32_t i, struct parts *p)
{
	unsigned n = 0;
	uint32_t from = skip_space(c, i), e = number(c, from, &n);
	if (e - from == 4 && n > 1900 && n < 2100) {
		p->year = n;
		return e;
	}
	return i;
}

static uint32_t month_first(struct cursor *c, uint32_t i, int *rc)
{
	struct parts p = {0};
	uint32_t e = i;
	p.month = month_en(c, i, &e);
	if (p.month == 0)
		return i;
	uint32_t day_at = skip_space(c, e), day_end = day_en(c, day_at, &p);
	if (day_end > day_at) {
		e = day_end;
	}
	e = year_en(c, e, &p);
	if (p.day == 0 && p.year == 0)
		return i;
	*rc = add(c, i, e, &p);
	return e;
}

static uint32_t day_first(struct cursor *c, uint32_t i, int *rc)
{
	struct parts p = {0};
	uint32_t e = day_en(c, i, &p), month_end;
	if (e == i || at(c, e) != ' ')
		return i;
	p.month = month_en(c, e + 1, &month_end);
	if (p.month == 0)
		return i;
	e = year_en(c, month_end, &p);
	*rc = add(c, i, e, &p);
	return e;
}

/* "in 1998": the year alone, as 1998년 and 1998年 are. */
static uint32_t year_alone(struct cursor *c, uint32_t i, int *rc)
{
	unsigned n = 0;
	if (c->d->cp[i] != 'i')
		return i;
	uint32_t from = i + 3, e = text_at(c, i, "in ") ? number(c, from, &n) : from;
	uint32_t after = at(c, e);
	if (e - from != 4 || n <= 1900 || n >= 2100 || wd_cp_is_letter(after) || after == '-' ||
		((after == '.' || after == ',') && is_digit(at(c, e + 1))))
		return i;
	struct parts p = {.year = n};
	*rc = add(c, from, e, &p);
	return e;
}

/* 2025-08-23, 2025.8.23, 2025/08/23 (folding made the hyphens spaces). */
static uint32_t numeric(struct cursor *c, uint32_t i, int *rc)
{
	unsigned y = 0, m = 0, d = 0;
	uint32_t e = number(c, i, &y);
	if (e - i != 4 || y < 1900 || y > 2100)
		return i;
	uint32_t sep = at(c, e);
	if (sep != '.' && sep != '/' && !(sep == ' ' && (c->d->gap[e] & WD_FOLD_GAP_DOT) != 0))
		return i;
	uint32_t from = skip_space(c, e + 1), e2 = number(c, from, &m);
	if (e2 == from || at(c, e2) != sep)
		return i;
	from = skip_space(c, e2 + 1);
	uint32_t e3 = number(c, from, &d);
	struct parts p = {.year = y, .month = m, .day = d, .day_to = d};
	if (e3 == from || civil(y, m, d) == WD_DAY_NONE)
		return i;
	*rc = add(c, i, e3, &p);
	return e3;
}

static int relative(struct cursor *c, uint32_t start, uint32_t end, int64_t day)
{
	struct wd_text_date *t = wd_vec_push(c->s->a, &c->s->dates);
	if (t == NULL)
		return WD_E_LIMIT;
	*t = (struct wd_text_date){
		c->field, c->sentence, start, end, WD_DATED_DAY, day, day, false, false, true};
	return WD_OK;
}

/* "on Saturday": the last one before publication, or the next when "next" or "will" says so. */
static uint32_t weekday(struct cursor *c, uint32_t i, int *rc)
{
	static const char *const days[] = {"thursday", "friday", "saturday", "sunday", "monday",
		"tuesday", "wednesday"}; /* 1970-01-01 was a Thursday */
	uint32_t first = c->d->cp[i];
	if (first != 't' && first != 'f' && first != 's' && first != 'm' && first != 'w')
		return i;
	uint32_t second = at(c, i + 1);
	if (second != 'h' && second != 'r' && second != 'a' && second != 'u' && second != 'o' &&
		second != 'e')
		return i;
	for (unsigned k = 0; k < 7; k++) {
		if (!text_at(c, i, days[k]))
			continue;
		uint32_t e = i + (uint32_t)strlen(days[k]), after = at(c, e);
		if (after >= 'a' && after <= 'z')
			continue;
		int64_t pub = c->s->pub_day;
		int64_t back = ((pub % 7 + 7) % 7 - (int64_t)k + 7) % 7;
		bool is_next = text_before(c, i, "next ") || text_before(c, i, "coming ");
		*rc = relative(c, i, e, is_next ? pub - back + 7 : pub - back);
		return e;
	}
	return i;
}

static uint32_t day_word(struct cursor *c, uint32_t i, int *rc)
{
	static const struct {
		const char *word;
		int shift;
	} rows[] = {{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}, {"어제", -1}, {"오늘", 0},
		{"내일", 1}, {"昨日", -1}, {"きのう", -1}, {"今日", 0}, {"きょう", 0}, {"明日", 1},
		{"あす", 1}};
	bool high = c->d->cp[i] >= 0x80;
	for (size_t k = 0; k < WD_COUNTOF(rows); k++) {
		if (((unsigned char)rows[k].word[0] >= 0x80) == high &&
			text_at(c, i, rows[k].word)) {
			uint32_t e = i + (uint32_t)wd_utf8_count(wd_str_c(rows[k].word));
			*rc = relative(c, i, e, c->s->pub_day + rows[k].shift);
			return e;
		}
	}
	return i;
}

/* The letters that the words of day_word() begin with. */
static bool may_be_day_word(uint32_t cp)
{
	static const uint16_t high[] = {0xC5B4, 0xC624, 0xB0B4, 0x6628, 0x304D, 0x4ECA, 0x660E,
		0x3042}; /* 어 오 내 昨 き 今 明 あ */
	if (cp < 0x3000)
		return cp == 't' || cp == 'y';
	for (size_t k = 0; k < WD_COUNTOF(high); k++)
		if (cp == high[k])
			return true;
	return false;
}

static bool begins_word(const struct cursor *c, uint32_t i)
{
	if (i == c->start)
		return true;
	uint32_t before = at(c, i - 1);
	if (is_digit(at(c, i)))
		return !is_digit(before) && before != '.' && before != ',';
	bool is_latin = at(c, i) < 0x250;
	return !is_latin || !wd_cp_is_letter(before) || wd_cp_is_cjk(before);
}

static bool is_az(uint32_t cp)
{
	return cp >= 'a' && cp <= 'z';
}

/* Two letters that a month, a day of the week or a word of day_word() begins with, or "in". */
static bool may_be_date_word(uint32_t first, uint32_t second)
{
#define L(c) (1u << ((c) - 'a'))
	static const uint32_t seconds[26] = {['a' - 'a'] = L('p') | L('u'),
		['d' - 'a'] = L('e'),
		['f' - 'a'] = L('e') | L('r'),
		['i' - 'a'] = L('n'),
		['j' - 'a'] = L('a') | L('u'),
		['m' - 'a'] = L('a') | L('o'),
		['n' - 'a'] = L('o'),
		['o' - 'a'] = L('c'),
		['s' - 'a'] = L('e') | L('a') | L('u'),
		['t' - 'a'] = L('h') | L('u') | L('o'),
		['w' - 'a'] = L('e'),
		['y' - 'a'] = L('e')};
#undef L
	return is_az(second) && (seconds[first - 'a'] >> (second - 'a') & 1) != 0;
}

static int scan_sentence(struct cursor *c)
{
	int rc = WD_OK;
	bool has_pub = c->s->pub_day != WD_DAY_NONE;
	for (uint32_t i = c->start; i < c->end && rc == WD_OK;) {
		uint32_t e = i, cp = c->d->cp[i];
		bool inside = i > c->start && is_az(c->d->cp[i - 1]);
		if (is_az(cp) && (inside || !may_be_date_word(cp, at(c, i + 1)))) {
			while (i < c->end && is_az(c->d->cp[i])) /* nearly always */
				i++;
			continue;
		}
		if (!begins_word(c, i)) {
			i++;
			continue;
		}
		if (is_digit(cp)) {
			e = numeric(c, i, &rc);
			e = e == i ? date_cjk(c, i, &rc) : e;
			e = e == i ? day_first(c, i, &rc) : e;
			while (e == i && is_digit(at(c, i)))
				i++, e++;
		} else if (is_az(cp)) {
			e = month_first(c, i, &rc);
			e = e == i ? year_alone(c, i, &rc) : e;
			e = e == i && has_pub ? weekday(c, i, &rc) : e;
		}
		if (e == i && has_pub && may_be_day_word(cp))
			e = day_word(c, i, &rc);
		i = e > i ? e : i + 1;
	}
	return rc;
}

int wd_scan_dates(struct wd_scan *s)
{
	for (size_t i = 0; i < s->sentences.n; i++) {
		const struct wd_sentence *st = &s->sentences.v[i];
		struct cursor c = {
			s, &s->fields[st->field].folded, st->field, (int)i, st->start, st->end};
		s->sentences.v[i].date_from = s->dates.n;
		int rc = scan_sentence(&c);
		if (rc != WD_OK)
			return rc;
		s->sentences.v[i].date_to = s->dates.n;
	}
	return WD_OK;
}
