/*
 * Character references. Names are the standard's (§13.5, parsers/html_entities.def, sorted by
 * strcmp); those it also accepts without a semicolon are at most six letters, so the longest-prefix
 * search is six probes. Numeric references in 0x80–0x9F mean windows-1252, as everywhere on the
 * web; those that are no character become U+FFFD.
 */
#include "base/utf8.h"
#include "parsers/html_token.h"

struct entity {
	const char *name;
	uint32_t cp[2];
	bool bare; /* known without a semicolon too */
};

static const struct entity entities[] = {
#define WD_ENTITY(name, cp1, cp2, bare) {name, {cp1, cp2}, bare},
#include "parsers/html_entities.def"
#undef WD_ENTITY
};

#define LONGEST_BARE 6
#define LONGEST_NAME 31

static const uint16_t windows1252[32] = {0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019,
	0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
	0x017E, 0x0178};

static const struct entity *entity_find(const char *name, size_t n)
{
	size_t lo = 0, hi = WD_COUNTOF(entities);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strncmp(entities[mid].name, name, n);
		if (c == 0 && entities[mid].name[n] != '\0')
			c = 1;
		if (c == 0)
			return &entities[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int digit_of(char c, bool hex)
{
	if (wd_is_digit(c))
		return c - '0';
	c = wd_lower(c);
	return hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "&#8217;" at s.p[at] == '&'. Length used, 0 when it is none. */
static size_t numeric(struct wd_str s, size_t at, uint32_t *ret)
{
	size_t i = at + 2;
	bool hex = i < s.n && wd_lower(s.p[i]) == 'x';
	if (hex)
		i++;
	size_t first = i;
	uint32_t cp = 0;
	for (int d; i < s.n && (d = digit_of(s.p[i], hex)) >= 0; i++)
		if (cp <= 0x10FFFF)
			cp = cp * (hex ? 16u : 10u) + (uint32_t)d;
	if (i == first)
		return 0;
	if (i < s.n && s.p[i] == ';')
		i++;
	if (cp >= 0x80 && cp < 0xA0)
		cp = windows1252[cp - 0x80];
	else if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
		cp = WD_CP_BAD;
	*ret = cp;
	return i - at;
}

static size_t named(struct wd_str s, size_t at, bool in_attribute, const struct entity **ret)
{
	const char *name = s.p + at + 1;
	size_t left = s.n - at - 1, n = 0;
	while (n < left && n < LONGEST_NAME && wd_is_alnum(name[n]))
		n++;
	if (n < left && name[n] == ';' && n > 0 && (*ret = entity_find(name, n)) != NULL)
		return n + 2;
	for (size_t k = WD_MIN(n, (size_t)LONGEST_BARE); k >= 2; k--) {
		const struct entity *e = entity_find(name, k);
		if (e == NULL || !e->bare)
			continue;
		/* "?a=1&copy=2": in an attribute only where nothing of a name follows. */
		if (in_attribute && k < left && (name[k] == '=' || wd_is_alnum(name[k])))
			return 0;
		*ret = e;
		return k + 1;
	}
	return 0;
}

size_t wd_html_reference(struct wd_str s, size_t at, bool in_attribute, uint32_t ret_cp[2])
{
	ret_cp[1] = 0;
	if (at + 1 >= s.n)
		return 0;
	if (s.p[at + 1] == '#')
		return numeric(s, at, &ret_cp[0]);
	const struct entity *e = NULL;
	size_t n = wd_is_alpha(s.p[at + 1]) ? named(s, at, in_attribute, &e) : 0;
	if (n > 0) {
		ret_cp[0] = e->cp[0];
		ret_cp[1] = e->cp[1];
	}
	return n;
}

struct wd_str wd_html_unescape(struct wd_arena *a, struct wd_str s, bool in_attribute)
{
	const char *amp = s.n > 0 ? memchr(s.p, '&', s.n) : NULL;
	if (amp == NULL)
		return s;
	/* A reference is never shorter than its UTF-8, but for two of two characters ("&nGt;" and
	 * "&nLt;": five bytes in, six out). */
	char *out = wd_arena_bytes(a, s.n + s.n / 4 + 8);
	if (out == NULL)
		return WD_STR_NONE;
	size_t at = 0, n = 0;
	while (amp != NULL) {
		size_t lit = (size_t)(amp - s.p) - at;
		memcpy(out + n, s.p + at, lit);
		n += lit;
		at += lit;
		uint32_t cp[2];
		size_t used = wd_html_reference(s, at, in_attribute, cp);
		if (used == 0) {
			out[n++] = '&';
			used = 1;
		} else {
			n += wd_utf8_put(cp[0], out + n);
			if (cp[1] != 0)
				n += wd_utf8_put(cp[1], out + n);
		}
		at += used;
		amp = at < s.n ? memchr(s.p + at, '&', s.n - at) : NULL;
	}
	memcpy(out + n, s.p + at, s.n - at);
	return (struct wd_str){out, n + s.n - at};
}
