/*
 * Markup that is still written as a string of another language: JSON (`<td class=\"x\">1<\/td>\n`,
 * `\u003ctd\u003e`, `\x3ctd\x3e`), URL encoding (`%3Ctd%3E`), quoted-printable mail (`=3Ctd=3E`),
 * Markdown with its brackets escaped (`\<td\>`). Somebody cut the string out without decoding it.
 *
 * Counted over the document, code left aside: several encoded brackets before names of elements, of
 * which some are end tags, are evidence; one is a mention. Then the whole text is decoded once, but
 * only sequences of the kind that was found.
 */
#include "base/utf8.h"
#include "parsers/repair_lex.h"
#include "parsers/repair_passes.h"

#define ENOUGH 4 /* encoded tags, of which at least one is an end tag */

struct tally {
	size_t tags, ends;
};

struct count {
	size_t slash_ends; /* <\/name */
	struct tally unicode, percent, mail, slashed;
};

/* A tag's name at i, behind the bracket; *ret_end: a slash (in any form) before it. */
static bool name_at(struct wd_str s, size_t i, bool *ret_end)
{
	struct wd_str rest = wd_str_from(s, i);
	size_t k = wd_str_starts(rest, WD_STR("\\/"))    ? 2
		   : wd_str_istarts(rest, WD_STR("%2f")) ? 3
		   : wd_str_starts(rest, WD_STR("/"))    ? 1
							 : 0;
	size_t n = 0;
	*ret_end = k > 0;
	rest = wd_str_from(rest, k);
	while (n < rest.n && n < 12 && wd_is_alnum(rest.p[n]))
		n++;
	return n > 0 && wd_tag_find(wd_str_sub(rest, 0, n)) != WD_TAG_OTHER;
}

/* "\<td\>", and not the end of a line of commands, "… \<br>". */
static bool closes_escaped(struct wd_str s)
{
	enum { LONGEST = 200 };
	size_t gt = wd_str_chr(wd_str_sub(s, 0, WD_MIN(s.n, LONGEST)), '>', 0);
	return gt != SIZE_MAX && s.p[gt - 1] == '\\';
}

static void count_at(struct wd_str s, size_t i, struct count *c)
{
	struct wd_str rest = wd_str_from(s, i);
	struct tally *to;
	size_t bytes; /* of the bracket */
	bool end;
	if (wd_str_starts(rest, WD_STR("<\\/"))) {
		c->slash_ends += name_at(s, i + 1, &end);
		return;
	}
	if (wd_str_istarts(rest, WD_STR("\\u003c"))) {
		to = &c->unicode;
		bytes = 6;
	} else if (wd_str_istarts(rest, WD_STR("\\x3c"))) {
		to = &c->unicode;
		bytes = 4;
	} else if (wd_str_istarts(rest, WD_STR("%3c"))) {
		to = &c->percent;
		bytes = 3;
	} else if (wd_str_istarts(rest, WD_STR("=3c"))) {
		to = &c->mail;
		bytes = 3;
	} else if (wd_str_starts(rest, WD_STR("\\<")) && closes_escaped(rest)) {
		to = &c->slashed;
		bytes = 2;
	} else {
		return;
	}
	if (name_at(s, i + bytes, &end)) {
		to->tags++;
		to->ends += end;
	}
}

static int hex(char c)
{
	c = wd_lower(c);
	return wd_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape of a JSON string at the backslash; bytes read, 0: none. */
static size_t json_escape(struct wd_str s, size_t i, char out[4], size_t *ret_n)
{
	char c = i + 1 < s.n ? s.p[i + 1] : 0;
	*ret_n = 1;
	switch (c) {
	case 'n':
	case 'r':
		out[0] = '\n';
		return 2;
	case 't':
		out[0] = '\t';
		return 2;
	case '/':
	case '"':
	case '\\':
		out[0] = c;
		return 2;
	case 'u':
	case 'x':
		break;
	default:
		return 0;
	}
	uint32_t cp = 0;
	size_t end = c == 'u' ? 6 : 4;
	for (size_t k = 2; k < end; k++) {
		int h = i + k < s.n ? hex(s.p[i + k]) : -1;
		if (h < 0)
			return 0;
		cp = cp * 16 + (uint32_t)h;
	}
	if (cp < 0x20 || (cp >= 0xD800 && cp < 0xE000))
		return 0;
	*ret_n = wd_utf8_put(cp, out);
	return end;
}

static size_t percent_escape(struct wd_str s, size_t i, char out[4], size_t *ret_n)
{
	int h = i + 2 < s.n ? hex(s.p[i + 1]) : -1, l = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
	if (h < 0 || l < 0 || (h == 0 && l == 0))
		return 0;
	*ret_n = 1;
	out[0] = (char)(h * 16 + l);
	return 3;
}

/* "=3D", and "=" that joins two lines. */
static size_t mail_escape(struct wd_str s, size_t i, char out[4], size_t *ret_n)
{
	*ret_n = 0;
	if (wd_str_starts(wd_str_from(s, i + 1), WD_STR("\r\n")))
		return 3;
	if (i + 1 < s.n && s.p[i + 1] == '\n')
		return 2;
	return percent_escape(s, i, out, ret_n);
}

static size_t bracket_escape(struct wd_str s, size_t i, char out[4], size_t *ret_n)
{
	char c = i + 1 < s.n ? s.p[i + 1] : 0;
	out[0] = c;
	*ret_n = 1;
	return c == '<' || c == '>' || c == '/' ? 2 : 0;
}

/* How the text is encoded: reads the escape at i, 0: none. */
typedef size_t (*decoder)(struct wd_str s, size_t i, char out[4], size_t *ret_n);

static bool is_enough(const struct tally *t)
{
	return t->tags >= ENOUGH && t->ends > 0;
}

static decoder find_decoder(const struct count *c, char *ret_mark)
{
	*ret_mark = '\\';
	if (c->slash_ends >= ENOUGH || is_enough(&c->unicode))
		return json_escape;
	if (is_enough(&c->slashed))
		return bracket_escape;
	*ret_mark = '%';
	if (is_enough(&c->percent))
		return percent_escape;
	*ret_mark = '=';
	return is_enough(&c->mail) ? mail_escape : NULL;
}

struct wd_str wd_repair_strings(const struct wd_repair_log *log, struct wd_str s)
{
	struct count c = {0};
	struct wd_rlex_dead *dead = wd_arena_new_of(log->a, struct wd_rlex_dead);
	static const bool special[256] = {['<'] = true, ['\\'] = true, ['%'] = true, ['='] = true};
	for (size_t i = 0; dead != NULL && i < s.n;) {
		if (!special[(unsigned char)s.p[i]]) {
			i++;
			continue;
		}
		size_t to = s.p[i] == '<' ? wd_rlex_protected(s, i, dead) : 0;
		if (to == 0)
			count_at(s, i, &c);
		i = to > 0 ? to : i + 1;
	}
	char mark;
	decoder decode = find_decoder(&c, &mark);
	char *o = decode != NULL ? wd_arena_bytes(log->a, s.n) : NULL;
	if (o == NULL)
		return s;
	memset(dead, 0, sizeof(*dead));
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		char put[4];
		size_t bytes = 0, to = s.p[i] == '<' ? wd_rlex_protected(s, i, dead) : 0;
		if (to > 0) {
			memcpy(o + n, s.p + i, to - i);
			n += to - i;
			i = to;
			continue;
		}
		size_t k = s.p[i] == mark ? decode(s, i, put, &bytes) : 0;
		if (k == 0) {
			o[n++] = s.p[i++];
			continue;
		}
		memcpy(o + n, put, bytes);
		n += bytes;
		i += k;
	}
	struct wd_str ret = {o, n};
	if (!wd_utf8_ok(ret))
		return s;
	wd_repair_note(log, "string_escapes", 1);
	*log->tables = true;
	return ret;
}
