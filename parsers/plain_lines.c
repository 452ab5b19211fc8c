/*
 * Lines of a plain text: which are paragraphs, which headings, rows or bullets.
 *
 * Two layouts are common: a paragraph is one long line (with or without blank lines between), or
 * the text is wrapped at some width and blank lines separate paragraphs. The second is told by
 * its lines: nearly all are nearly as long as the longest, and most do not end a sentence.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/html.h"
#include "parsers/plain_impl.h"

enum { WIDE = 120, SENTENCE_WIDTH = 30, WRAP_MIN = 45, WRAP_MAX = 110 };

size_t wd_plain_width(struct wd_str s)
{
	size_t w = 0;
	for (size_t at = 0; at < s.n;)
		w += wd_utf8_next(s, &at) >= 0x1100 ? 2 : 1;
	return w;
}

static bool is_closing(uint32_t cp)
{
	return cp == '"' || cp == '\'' || cp == ')' || cp == 0x201D || cp == 0x2019 || cp == 0xBB ||
	       cp == 0x300D || cp == 0x300F || cp == 0xFF09;
}

/* "…said. (Yonhap)" */
static struct wd_str without_bracket(struct wd_str s)
{
	enum { SHORT_BYTES = 60 };
	size_t at = s.n;
	if (s.n == 0)
		return s;
	uint32_t cp = wd_utf8_prev(s, &at);
	if (cp != ')' && cp != 0xFF09 && cp != ']')
		return s;
	while (at > 0 && s.n - at < SHORT_BYTES) {
		cp = wd_utf8_prev(s, &at);
		if (cp == '(' || cp == 0xFF08 || cp == '[')
			return wd_utf8_trim(wd_str_sub(s, 0, at));
	}
	return s;
}

/* A full stop after a word of some length, and more behind it. */
static bool holds_sentence_end(struct wd_str s)
{
	for (size_t i = 4; i + 2 < s.n; i++) {
		if (s.p[i] == '.' && s.p[i + 1] == ' ' && s.p[i - 1] != '.' && s.p[i - 1] != ' ' &&
			s.p[i - 2] != '.' && s.p[i - 2] != ' ' && s.p[i - 3] != ' ')
			return true;
		if (wd_str_starts(wd_str_from(s, i), WD_STR("。")) && i + 6 < s.n)
			return true;
	}
	return false;
}

bool wd_plain_ends_sentence(struct wd_str s)
{
	s = without_bracket(s);
	size_t at = s.n;
	uint32_t cp = 0;
	while (at > 0) {
		cp = wd_utf8_prev(s, &at);
		if (!is_closing(cp))
			break;
	}
	return cp == '.' || cp == '!' || cp == '?' || cp == 0x3002 || cp == 0xFF01 ||
	       cp == 0xFF1F || cp == 0x2026;
}

/* "<" or its full-width form, "/", spaces, a name HTML knows, then what may follow a name. */
static bool tag_at(struct wd_str s, size_t at)
{
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '/'))
		at++;
	size_t from = at;
	while (at < s.n && wd_is_alnum(s.p[at]))
		at++;
	if (at == from || wd_tag_find(wd_str_sub(s, from, at)) == WD_TAG_OTHER)
		return false;
	if (at == s.n)
		return false;
	struct wd_str rest = wd_str_from(s, at);
	return rest.p[0] == '>' || rest.p[0] == '/' || wd_str_starts(rest, WD_STR("＞")) ||
	       (rest.p[0] == ' ' && (wd_str_chr(rest, '>', 0) < 300 ||
					    wd_str_find(rest, WD_STR("＞"), 0) < 300));
}

bool wd_plain_has_debris(struct wd_str s)
{
	for (size_t at = 0; at < s.n; at++) {
		if (s.p[at] == '<' && tag_at(s, at + 1))
			return true;
		if (wd_str_starts(wd_str_from(s, at), WD_STR("＜")) && tag_at(s, at + 3))
			return true;
	}
	return false;
}

static bool has_columns(struct wd_str s)
{
	size_t pipes = 0, gaps = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\t')
			return true;
		pipes += s.p[i] == '|';
		if (s.p[i] == ' ' && i + 2 < s.n && s.p[i + 1] == ' ') {
			gaps++;
			while (i + 1 < s.n && s.p[i + 1] == ' ')
				i++;
		}
	}
	return pipes >= 2 || (gaps >= 1 && !wd_plain_ends_sentence(s));
}

static bool is_bullet(struct wd_str s)
{
	size_t at = 0;
	uint32_t cp = wd_utf8_next(s, &at);
	bool spaced = at < s.n && s.p[at] == ' ';
	if (cp == 0x2022 || cp == 0x25E6 || cp == 0x2023 || cp == 0x2219)
		return true;
	if ((cp == '-' || cp == '*' || cp == 0x2013 || (cp >= 0x25A0 && cp <= 0x25CF) ||
		    cp == 0xB7) &&
		spaced)
		return true;
	if (cp >= 0x2460 && cp <= 0x2473)
		return true;
	if (cp == '(')
		cp = at < s.n ? wd_utf8_next(s, &at) : 0;
	if (cp < '0' || cp > '9')
		return false;
	while (at < s.n && wd_is_digit(s.p[at]) && at < 4)
		at++;
	return at + 1 < s.n && (s.p[at] == ')' || s.p[at] == '.') && s.p[at + 1] == ' ';
}

enum wd_plain_look wd_plain_look(struct wd_str s)
{
	if (s.n == 0)
		return WD_PLAIN_SHORT;
	if (wd_plain_has_debris(s))
		return WD_PLAIN_DEBRIS;
	if (is_bullet(s))
		return WD_PLAIN_BULLET;
	size_t width = wd_plain_width(s);
	if (width < WIDE && has_columns(s))
		return WD_PLAIN_ROW;
	if (width >= WIDE || (width >= SENTENCE_WIDTH && wd_plain_ends_sentence(s)) ||
		(width >= 2 * SENTENCE_WIDTH && holds_sentence_end(s)))
		return WD_PLAIN_PARAGRAPH;
	return WD_PLAIN_SHORT;
}

/* ---- wrapped text ---- */

static bool is_wrapped(const wd_plain_lines *lines, size_t *ret_width)
{
	size_t inner = 0, longest = 0, full = 0, open = 0;
	for (size_t i = 0; i < lines->n; i++)
		longest = WD_MAX(longest, wd_plain_width(lines->v[i].text));
	if (longest < WRAP_MIN || longest > WRAP_MAX)
		return false;
	for (size_t i = 0; i + 1 < lines->n; i++) {
		if (lines->v[i + 1].gap > 0)
			continue;
		struct wd_str s = lines->v[i].text;
		inner++;
		full += wd_plain_width(s) * 10 >= longest * 7;
		open += !wd_plain_ends_sentence(s);
	}
	*ret_width = longest;
	return inner >= 4 && full * 10 >= inner * 8 && open * 2 >= inner;
}

static void join_wrapped(struct wd_arena *a, wd_plain_lines *lines, size_t width)
{
	struct wd_buf b;
	size_t n = 0;
	wd_buf_init(&b, WD_MAX_BODY_BYTES);
	for (size_t i = 0; i < lines->n;) {
		struct wd_plain_line l = lines->v[i];
		wd_buf_reset(&b);
		wd_buf_add(&b, l.text);
		size_t last = wd_plain_width(l.text);
		for (i++; i < lines->n && lines->v[i].gap == 0 && last * 10 >= width * 6; i++) {
			struct wd_str next = lines->v[i].text;
			if (wd_plain_look(next) == WD_PLAIN_BULLET)
				break;
			size_t end = b.n;
			uint32_t cp = wd_utf8_prev(wd_buf_str(&b), &end);
			if (cp < 0x2E80 || wd_cp_is_hangul(cp))
				wd_buf_putc(&b, ' ');
			wd_buf_add(&b, next);
			last = wd_plain_width(next);
		}
		l.text = wd_arena_str(a, wd_buf_str(&b));
		lines->v[n++] = l;
	}
	lines->n = n;
	wd_buf_done(&b);
}

void wd_plain_split(struct wd_arena *a, struct wd_str text, wd_plain_lines *ret)
{
	struct wd_str line;
	unsigned gap = 0;
	size_t width;
	while (wd_str_line(&text, &line)) {
		line = wd_utf8_trim(line);
		if (line.n == 0) {
			gap++;
			continue;
		}
		struct wd_plain_line *l = wd_vec_push(a, ret);
		if (l == NULL)
			return;
		*l = (struct wd_plain_line){.text = line, .gap = ret->n > 1 ? gap : 0};
		gap = 0;
	}
	if (is_wrapped(ret, &width))
		join_wrapped(a, ret, width);
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i].look = wd_plain_look(ret->v[i].text);
}
