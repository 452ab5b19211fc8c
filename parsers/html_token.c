/*
 * The tokeniser of the HTML standard (§13.2.5) in the form of a scanner over a whole document in
 * memory: text and quoted values are found with memchr, names through one table, and everything
 * that needs no decoding stays a slice of the input.
 *
 * Where the standard would swallow the rest of a damaged page, this one does not: a quote that is
 * never closed ends at the next white space or ">", a comment at the next ">", a raw-text element
 * at the next tag. Whether a terminator is still to come is remembered, so the whole is linear.
 *
 * Input is valid UTF-8; so is all output.
 */
#include "parsers/html_token.h"

#include "base/utf8.h"

enum { C_SPACE = 1, C_TAG_END = 2, C_NAME_END = 4, C_UPPER = 8 };

static const uint8_t char_class[256] = {
	[0] = C_UPPER, /* a NUL in a name needs rewriting as a capital does */
	['\t'] = C_SPACE | C_TAG_END | C_NAME_END,
	['\n'] = C_SPACE | C_TAG_END | C_NAME_END,
	['\f'] = C_SPACE | C_TAG_END | C_NAME_END,
	['\r'] = C_SPACE | C_TAG_END | C_NAME_END,
	[' '] = C_SPACE | C_TAG_END | C_NAME_END,
	['/'] = C_TAG_END | C_NAME_END,
	['>'] = C_TAG_END | C_NAME_END,
	['='] = C_NAME_END,
	['A'] = C_UPPER,
	['B'] = C_UPPER,
	['C'] = C_UPPER,
	['D'] = C_UPPER,
	['E'] = C_UPPER,
	['F'] = C_UPPER,
	['G'] = C_UPPER,
	['H'] = C_UPPER,
	['I'] = C_UPPER,
	['J'] = C_UPPER,
	['K'] = C_UPPER,
	['L'] = C_UPPER,
	['M'] = C_UPPER,
	['N'] = C_UPPER,
	['O'] = C_UPPER,
	['P'] = C_UPPER,
	['Q'] = C_UPPER,
	['R'] = C_UPPER,
	['S'] = C_UPPER,
	['T'] = C_UPPER,
	['U'] = C_UPPER,
	['V'] = C_UPPER,
	['W'] = C_UPPER,
	['X'] = C_UPPER,
	['Y'] = C_UPPER,
	['Z'] = C_UPPER,
};

static inline uint8_t class_of(char c)
{
	return char_class[(unsigned char)c];
}

void wd_tokenizer_init(struct wd_tokenizer *t, struct wd_arena *a, struct wd_str html)
{
	memset(t, 0, offsetof(struct wd_tokenizer, attrs));
	t->a = a;
	t->p = html.p != NULL ? html.p : "";
	t->end = t->p + html.n;
	t->amp = html.n > 0 ? memchr(t->p, '&', html.n) : NULL;
	if (t->amp == NULL)
		t->amp = t->end;
	t->has_cr = html.n > 0 && memchr(html.p, '\r', html.n) != NULL;
	t->has_nul = html.n > 0 && memchr(html.p, '\0', html.n) != NULL;
}

/* Lower case, NUL as U+FFFD. */
static struct wd_str name_rewrite(struct wd_tokenizer *t, struct wd_str s)
{
	char *out = wd_arena_bytes(t->a, s.n * 3);
	if (out == NULL) {
		t->failed = true;
		return WD_STR_NONE;
	}
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0')
			n += wd_utf8_put(WD_CP_BAD, out + n);
		else
			out[n++] = wd_lower(s.p[i]);
	}
	return (struct wd_str){out, n};
}

/* CR LF and CR become LF; a NUL goes from text and becomes U+FFFD in attribute values. */
static struct wd_str normalise(struct wd_tokenizer *t, struct wd_str s, bool in_attribute)
{
	if (s.n == 0 || !((t->has_cr && memchr(s.p, '\r', s.n) != NULL) ||
				(t->has_nul && memchr(s.p, '\0', s.n) != NULL)))
		return s;
	char *out = wd_arena_bytes(t->a, in_attribute && t->has_nul ? s.n * 3 : s.n);
	if (out == NULL) {
		t->failed = true;
		return WD_STR_NONE;
	}
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '\r') {
			if (i + 1 < s.n && s.p[i + 1] == '\n')
				continue;
			c = '\n';
		}
		if (c != '\0')
			out[n++] = c;
		else if (in_attribute)
			n += wd_utf8_put(WD_CP_BAD, out + n);
	}
	return (struct wd_str){out, n};
}

/* An '&' in s, which is of the input and not before what was asked about last. */
static bool holds_amp(struct wd_tokenizer *t, struct wd_str s)
{
	if (t->amp < s.p) {
		t->amp = memchr(s.p, '&', (size_t)(t->end - s.p));
		if (t->amp == NULL)
			t->amp = t->end;
	}
	return t->amp < s.p + s.n;
}

static struct wd_str decode_rest(
	struct wd_tokenizer *t, struct wd_str s, bool amp, bool in_attribute)
{
	if (t->has_cr || t->has_nul)
		s = normalise(t, s, in_attribute);
	if (!amp)
		return s;
	struct wd_str r = wd_html_unescape(t->a, s, in_attribute);
	if (r.p == NULL && s.n > 0)
		t->failed = true;
	return r;
}

static inline struct wd_str decode(struct wd_tokenizer *t, struct wd_str s, bool in_attribute)
{
	if (t->amp >= s.p + s.n && !t->has_cr && !t->has_nul) /* nearly always */
		return s;
	return decode_rest(t, s, holds_amp(t, s), in_attribute);
}

/* The value behind "=": quoted or not. */
static struct wd_str attr_value(struct wd_tokenizer *t)
{
	const char *p = t->p;
	while (p < t->end && (class_of(*p) & C_SPACE))
		p++;
	struct wd_str v = {p, 0};
	if (p < t->end && (*p == '"' || *p == '\'')) {
		bool *none = *p == '"' ? &t->no_dquote : &t->no_squote;
		const char *q = *none ? NULL : memchr(p + 1, *p, (size_t)(t->end - p - 1));
		v.p = p + 1;
		if (q != NULL) {
			v.n = (size_t)(q - p - 1);
			t->p = q + 1;
			return decode(t, v, true);
		}
		*none = true;
		p++;
	}
	while (p < t->end && !(class_of(*p) & C_SPACE) && *p != '>')
		p++;
	v.n = (size_t)(p - v.p);
	t->p = p;
	return decode(t, v, true);
}

static bool attr_known(const struct wd_token *k, struct wd_str name)
{
	for (uint32_t i = 0; i < k->attr_count; i++)
		if (k->attrs[i].name.n == name.n && k->attrs[i].name.p[0] == name.p[0] &&
			memcmp(k->attrs[i].name.p, name.p, name.n) == 0)
			return true;
	return false;
}

/* From behind the tag's name to behind its ">". */
static void attributes(struct wd_tokenizer *t, struct wd_token *k)
{
	k->attrs = t->attrs;
	for (;;) {
		const char *p = t->p;
		while (p < t->end && (class_of(*p) & C_SPACE))
			p++;
		t->p = p;
		if (p >= t->end) {
			t->cut = true;
			return;
		}
		if (*p == '>') {
			t->p = p + 1;
			return;
		}
		if (*p == '/') {
			k->self_closing = p + 1 < t->end && p[1] == '>';
			t->p = p + 1;
			continue;
		}
		uint8_t seen = 0;
		const char *start = p++; /* a "=" at the start is part of the name */
		seen |= class_of(*start);
		while (p < t->end && !(class_of(*p) & C_NAME_END))
			seen |= class_of(*p++);
		struct wd_str name = {start, (size_t)(p - start)}, value = WD_STR_NONE;
		while (p < t->end && (class_of(*p) & C_SPACE))
			p++;
		t->p = p;
		if (p < t->end && *p == '=') {
			t->p = p + 1;
			value = attr_value(t);
		}
		if (seen & C_UPPER)
			name = name_rewrite(t, name);
		if (k->kind == WD_TOK_START && k->attr_count < WD_MAX_ATTRS && !attr_known(k, name))
			t->attrs[k->attr_count++] = (struct wd_attr){name, value};
	}
}

/* "<name …>" or "</name …>" with t->p at the name. */
static void tag(struct wd_tokenizer *t, struct wd_token *k)
{
	const char *p = t->p;
	uint64_t key = 0;
	uint8_t seen = 0;
	while (p < t->end && !(class_of(*p) & C_TAG_END)) {
		seen |= class_of(*p);
		key = wd_tag_key(key, (unsigned char)wd_lower(*p));
		p++;
	}
	k->name = (struct wd_str){t->p, (size_t)(p - t->p)};
	if (seen & C_UPPER)
		k->name = name_rewrite(t, k->name);
	k->tag = (uint16_t)wd_tag_from_key(key, k->name);
	if (k->tag != WD_TAG_OTHER)
		k->name = wd_tag_name(k->tag);
	t->p = p;
	if (p < t->end && *p == '>')
		t->p++;
	else
		attributes(t, k);
}

/* "<!-- … -->" with t->p behind "<!--". */
static void comment(struct wd_tokenizer *t, struct wd_token *k)
{
	k->kind = WD_TOK_COMMENT;
	const char *p = t->p;
	if (p < t->end && *p == '>') { /* <!--> */
		t->p++;
		return;
	}
	if (t->end - p >= 2 && p[0] == '-' && p[1] == '>') { /* <!---> */
		t->p += 2;
		return;
	}
	struct wd_str rest = {p, (size_t)(t->end - p)};
	size_t n = SIZE_MAX, skip = 3;
	if (!t->no_comment_end) {
		for (const char *d = p; (d = memchr(d, '-', (size_t)(t->end - d))) != NULL; d++) {
			if (t->end - d < 3)
				break;
			if (d[1] != '-')
				continue;
			if (d[2] == '>' || (d[2] == '!' && t->end - d > 3 && d[3] == '>')) {
				n = (size_t)(d - p);
				skip = d[2] == '>' ? 3 : 4;
				break;
			}
		}
		t->no_comment_end = n == SIZE_MAX;
	}
	if (n == SIZE_MAX) {
		t->cut = true;
		n = wd_str_chr(rest, '>', 0);
		skip = 1;
	}
	if (n == SIZE_MAX) {
		n = rest.n;
		skip = 0;
	}
	k->text = wd_str_sub(rest, 0, n);
	t->p += n + skip;
}

static void bogus_comment(struct wd_tokenizer *t, struct wd_token *k, enum wd_token_kind kind)
{
	struct wd_str rest = {t->p, (size_t)(t->end - t->p)};
	size_t n = wd_str_chr(rest, '>', 0);
	k->kind = kind;
	k->text = wd_str_sub(rest, 0, n);
	t->p = n == SIZE_MAX ? t->end : t->p + n + 1;
}

static bool all_space(struct wd_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(class_of(s.p[i]) & C_SPACE))
			return false;
	return true;
}

/* "<![CDATA[ … ]]>": text, in HTML too, where the standard would make it a comment and lose it. */
static bool cdata(struct wd_tokenizer *t, struct wd_token *k)
{
	struct wd_str rest = {t->p, (size_t)(t->end - t->p)};
	if (!wd_str_starts(rest, WD_STR("[CDATA[")))
		return false;
	size_t n = wd_str_find(rest, WD_STR("]]>"), 7);
	k->kind = WD_TOK_TEXT;
	k->text = normalise(t, wd_str_sub(rest, 7, n), false);
	k->space = all_space(k->text);
	t->p = n == SIZE_MAX ? t->end : t->p + n + 3;
	return true;
}

/* What stands at t->p[0] == '<'. False: nothing but a character. */
static bool markup(struct wd_tokenizer *t, struct wd_token *k)
{
	const char *p = t->p;
	char c = t->end - p > 1 ? p[1] : '\0';
	if (wd_is_alpha(c)) {
		k->kind = WD_TOK_START;
		t->p = p + 1;
		tag(t, k);
		return true;
	}
	if (c == '/' && t->end - p > 2) {
		t->p = p + 2;
		if (wd_is_alpha(p[2])) {
			k->kind = WD_TOK_END;
			tag(t, k);
		} else {
			bogus_comment(t, k, WD_TOK_COMMENT);
		}
		return true;
	}
	if (c == '?') {
		t->p = p + 1;
		bogus_comment(t, k, WD_TOK_COMMENT);
		return true;
	}
	if (c != '!')
		return false;
	t->p = p + 2;
	struct wd_str rest = {t->p, (size_t)(t->end - t->p)};
	if (wd_str_starts(rest, WD_STR("--"))) {
		t->p += 2;
		comment(t, k);
	} else if (!cdata(t, k)) {
		bool doctype = wd_str_istarts(rest, WD_STR("doctype"));
		bogus_comment(t, k, doctype ? WD_TOK_DOCTYPE : WD_TOK_COMMENT);
	}
	return true;
}

/* '<' that begins markup. */
static inline bool begins_markup(const char *p, const char *end)
{
	if (end - p < 2)
		return false;
	char c = p[1];
	return wd_is_alpha(c) || c == '!' || c == '?' || (c == '/' && end - p > 2);
}

void wd_tokenizer_next(struct wd_tokenizer *t, struct wd_token *k)
{
	k->kind = WD_TOK_EOF;
	k->tag = WD_TAG_OTHER;
	k->self_closing = k->space = false;
	k->attr_count = 0;
	k->text = WD_STR_NONE;
	if (t->p >= t->end)
		return;
	if (*t->p == '<' && markup(t, k))
		return;
	const char *q = t->p;
	while (q < t->end) {
		q = *q == '<' ? q : memchr(q, '<', (size_t)(t->end - q));
		if (q == NULL || begins_markup(q, t->end))
			break;
		q++;
	}
	if (q == NULL)
		q = t->end;
	struct wd_str raw = {t->p, (size_t)(q - t->p)};
	t->p = q;
	k->kind = WD_TOK_TEXT;
	k->space = (class_of(raw.p[0]) & C_SPACE) && all_space(raw);
	k->text = decode(t, raw, false);
}

/* Offset of "</name" followed by what ends a name; SIZE_MAX when there is none. */
static size_t end_tag_find(struct wd_str s, struct wd_str name)
{
	for (size_t at = 0; (at = wd_str_chr(s, '<', at)) != SIZE_MAX; at++) {
		size_t behind = at + 2 + name.n;
		if (behind > s.n || s.p[at + 1] != '/' ||
			!wd_str_ieq(wd_str_sub(s, at + 2, behind), name))
			continue;
		if (behind == s.n || (class_of(s.p[behind]) & C_TAG_END))
			return at;
	}
	return SIZE_MAX;
}

/* Where an unclosed raw-text element ends: the next "<" that begins a tag. */
static size_t next_tag(struct wd_str s)
{
	for (size_t at = 0; (at = wd_str_chr(s, '<', at)) != SIZE_MAX; at++) {
		if (begins_markup(s.p + at, s.p + s.n))
			return at;
	}
	return s.n;
}

/* A <title> never holds the tags of a head: where it does, its end tag was lost (and the one found
 * may be that of an svg far down the page). */
static size_t title_end(struct wd_str s, size_t end)
{
	size_t at = next_tag(wd_str_sub(s, 0, end));
	if (at >= end)
		return end;
	size_t from = s.p[at + 1] == '/' ? at + 2 : at + 1, to = from;
	while (to < s.n && wd_is_alnum(s.p[to]))
		to++;
	enum wd_tag tag = wd_tag_find(wd_str_sub(s, from, to));
	bool head = tag != WD_TAG_TITLE && wd_tag_has(tag, WD_TC_HEAD);
	return head || tag == WD_TAG_HEAD || tag == WD_TAG_BODY ? at : end;
}

struct wd_str wd_tokenizer_raw(struct wd_tokenizer *t, enum wd_tag tag_id, bool decoded)
{
	struct wd_str rest = {t->p, (size_t)(t->end - t->p)};
	size_t n = t->no_end_tag[tag_id] ? SIZE_MAX : end_tag_find(rest, wd_tag_name(tag_id));
	size_t lost = n != SIZE_MAX && tag_id == WD_TAG_TITLE ? title_end(rest, n) : n;
	if (lost != n) {
		n = lost;
		t->p += n;
	} else if (n == SIZE_MAX) {
		t->no_end_tag[tag_id] = 1;
		t->cut = true;
		n = next_tag(rest);
		t->p += n;
	} else {
		struct wd_token end = {.kind = WD_TOK_END};
		const char *amp = t->amp; /* the end tag is read before the text */
		t->p += n + 2;
		tag(t, &end);
		t->amp = amp;
	}
	struct wd_str s = wd_str_sub(rest, 0, n);
	return decoded ? decode(t, s, false) : normalise(t, s, false);
}

struct wd_str wd_tokenizer_rest(struct wd_tokenizer *t)
{
	struct wd_str s = {t->p, (size_t)(t->end - t->p)};
	t->p = t->end;
	return normalise(t, s, false);
}
