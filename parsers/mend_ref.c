#include "base/utf8.h"
#include "parsers/html_token.h"
#include "parsers/mend_impl.h"

enum { EXPAND_BYTES = 1024 * 1024, ENTITY_VALUE = 4096, ENTITY_NAME = 64 };

/* windows-1252 between 128 and 159: what &#145; and its like mean to whoever writes them. */
static const uint16_t cp1252_c1[32] = {0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C,
	0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E,
	0x0178};

static bool is_xml_char(uint32_t cp)
{
	return cp == 9 || cp == 10 || cp == 13 || (cp >= 0x20 && cp < 0xD800) ||
	       (cp >= 0xE000 && cp < 0xFFFE) || (cp >= 0x10000 && cp <= 0x10FFFF);
}

/* "&#…": the number and how long it is; 0: no number. */
static size_t number(struct wd_str s, uint32_t *ret, bool *ret_strict)
{
	bool hex = s.n > 2 && (s.p[2] == 'x' || s.p[2] == 'X');
	size_t i = hex ? 3 : 2, start = i;
	uint32_t v = 0;
	for (; i < s.n; i++) {
		char c = wd_lower(s.p[i]);
		uint32_t d = wd_is_digit(c)                ? (uint32_t)(c - '0')
			     : hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
							   : 99;
		if (d == 99)
			break;
		v = v > 0x110000 ? v : v * (hex ? 16 : 10) + d;
	}
	if (i == start)
		return 0;
	*ret = v;
	*ret_strict = i < s.n && s.p[i] == ';' && !(hex && s.p[2] == 'X');
	return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

static struct wd_str entity_name(struct wd_str s, bool *ret_closed)
{
	size_t i = 1;
	while (i < s.n && i <= ENTITY_NAME &&
		(wd_is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '.' || s.p[i] == '-' ||
			s.p[i] == ':'))
		i++;
	*ret_closed = i > 1 && i < s.n && s.p[i] == ';' && wd_is_alpha(s.p[1]);
	return wd_str_sub(s, 1, i);
}

static bool is_predefined(struct wd_str name)
{
	return wd_str_eqc(name, "amp") || wd_str_eqc(name, "lt") || wd_str_eqc(name, "gt") ||
	       wd_str_eqc(name, "quot") || wd_str_eqc(name, "apos");
}

bool mend_ref_ok(struct wd_str s, size_t *ret_len)
{
	if (s.n > 1 && s.p[1] == '#') {
		uint32_t cp = 0;
		bool strict = false;
		size_t n = number(s, &cp, &strict);
		*ret_len = n;
		return n > 0 && strict && is_xml_char(cp) && (cp < 0x80 || cp > 0x9F);
	}
	if (wd_str_starts(s, WD_STR("&lt;")) || wd_str_starts(s, WD_STR("&gt;"))) {
		*ret_len = 4; /* the most frequent by far */
		return true;
	}
	bool closed = false;
	struct wd_str name = entity_name(s, &closed);
	*ret_len = name.n + 2;
	return closed && is_predefined(name);
}

static void put_char(struct mend *m, uint32_t cp)
{
	char out[4];
	if (cp == '<')
		mend_put(m, WD_STR("&lt;"));
	else if (cp == '&')
		mend_put(m, WD_STR("&amp;"));
	else if (cp == '"')
		mend_put(m, WD_STR("&quot;"));
	else if (cp == '>')
		mend_put(m, WD_STR("&gt;"));
	else
		mend_put(m, (struct wd_str){out, wd_utf8_put(cp, out)});
}

static size_t numeric(struct mend *m, struct wd_str s)
{
	uint32_t cp = 0, low = 0;
	bool strict = false;
	size_t n = number(s, &cp, &strict);
	if (n == 0) {
		mend_fault(m, "bare-ampersand");
		mend_put(m, WD_STR("&amp;"));
		return 1;
	}
	if (cp >= 0x80 && cp <= 0x9F && strict) { /* legal, but never meant as a C1 control */
		put_char(m, cp1252_c1[cp - 0x80]);
		return n;
	}
	mend_fault(m, "bad-character-reference");
	if (cp >= 0xD800 && cp < 0xDC00 && s.n > n + 2 && s.p[n] == '&' && s.p[n + 1] == '#') {
		size_t more = number(wd_str_from(s, n), &low, &strict);
		if (more > 0 && low >= 0xDC00 && low < 0xE000) {
			put_char(m, 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00));
			return n + more;
		}
	}
	if (cp >= 0x80 && cp <= 0x9F)
		put_char(m, cp1252_c1[cp - 0x80]);
	else if (is_xml_char(cp))
		put_char(m, cp);
	else if (cp >= 0x20)
		put_char(m, WD_CP_BAD);
	return n;
}

static const struct mend_entity *declared(const struct mend *m, struct wd_str name)
{
	for (size_t i = 0; i < m->entity_count; i++) {
		if (wd_str_eq(m->entities[i].name, name))
			return &m->entities[i];
	}
	return NULL;
}

/* HTML's names; without the semicolon only those that nobody writes otherwise. Returns what it took
 * of `s`. */
static size_t html_entity(struct wd_str s, struct wd_str name, bool closed, uint32_t ret_cp[2])
{
	static const char *const open[] = {"amp", "lt", "gt", "quot", "nbsp", "copy", "reg"};
	bool known = closed;
	for (size_t i = 0; !known && i < WD_COUNTOF(open); i++)
		known = wd_str_eqc(name, open[i]);
	size_t len = name.n + (closed ? 2 : 1);
	if (known && wd_html_reference(wd_str_sub(s, 0, len), 0, false, ret_cp) == len)
		return len;
	/* "&NBSP;" and "&Amp;": the names are case-sensitive, those who write them are not. */
	char lower[ENTITY_NAME + 3];
	for (size_t i = 0; known && len < sizeof(lower) && i < len; i++)
		lower[i] = wd_lower(s.p[i]);
	return known && len < sizeof(lower) &&
			       wd_html_reference((struct wd_str){lower, len}, 0, false, ret_cp) ==
				       len
		       ? len
		       : 0;
}

size_t mend_ref(struct mend *m, struct wd_str s)
{
	if (s.n > 1 && s.p[1] == '#')
		return numeric(m, s);
	bool closed = false;
	struct wd_str name = entity_name(s, &closed);
	const struct mend_entity *e = closed ? declared(m, name) : NULL;
	if (e != NULL) {
		if (e->external) {
			mend_fault(m, "external-entity");
		} else if (m->expanded + e->value.n > EXPAND_BYTES) {
			mend_fault(m, "entity-limit");
		} else {
			m->expanded += e->value.n + 1;
			mend_text(m, e->value, true, true);
		}
		return name.n + 2;
	}
	uint32_t cp[2];
	size_t len = html_entity(s, name, closed, cp);
	if (len > 0) {
		mend_fault(m, closed ? "undeclared-entity" : "entity-without-semicolon");
		put_char(m, cp[0]);
		if (cp[1] != 0)
			put_char(m, cp[1]);
		return len;
	}
	mend_fault(m, closed ? "unknown-entity" : "bare-ampersand");
	mend_put(m, WD_STR("&amp;"));
	return 1;
}

/* A value is kept as plain text: references to other entities are not followed (that is how bombs
 * are made), their names stay as text. */
static struct wd_str plain_value(struct mend *m, struct wd_str raw)
{
	char *p = wd_arena_bytes(m->a, raw.n * 5 + 1);
	size_t n = 0;
	if (p == NULL)
		return WD_STR_NONE;
	for (size_t i = 0; i < raw.n; i++) {
		size_t len = 0;
		struct wd_str rest = wd_str_from(raw, i);
		if (raw.p[i] == '&' && !mend_ref_ok(rest, &len)) {
			bool closed = false;
			struct wd_str name = entity_name(rest, &closed);
			uint32_t cp[2];
			if (!closed || html_entity(rest, name, true, cp) == 0 ||
				declared(m, name) != NULL) {
				memcpy(p + n, "&amp;", 5);
				n += 5;
				continue;
			}
		}
		p[n++] = raw.p[i];
	}
	return (struct wd_str){p, n};
}

void mend_declare(struct mend *m, struct wd_str subset)
{
	for (size_t at = 0; m->entity_count < MEND_NAMES;) {
		at = wd_str_find(subset, WD_STR("<!ENTITY"), at);
		if (at == SIZE_MAX)
			return;
		struct wd_str s = wd_str_trim(wd_str_from(subset, at + 8));
		at += 8;
		size_t n = 0;
		while (n < s.n && n < ENTITY_NAME && !wd_is_space(s.p[n]))
			n++;
		struct mend_entity e = {wd_str_sub(s, 0, n), WD_STR_NONE, false};
		s = wd_str_trim(wd_str_from(s, n));
		if (n == 0 || s.n == 0 || e.name.p[0] == '%' || declared(m, e.name) != NULL ||
			is_predefined(e.name))
			continue;
		if (s.p[0] == '"' || s.p[0] == '\'') {
			size_t end = wd_str_chr(s, s.p[0], 1);
			if (end == SIZE_MAX || end > ENTITY_VALUE)
				continue;
			e.value = plain_value(m, wd_str_sub(s, 1, end));
		} else {
			e.external = true;
		}
		m->entities[m->entity_count++] = e;
	}
}
