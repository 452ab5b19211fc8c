/**
 * JSON as feeds send it.
 *
 * A strict library refuses a whole feed for half a surrogate pair, a comma too many or a cut
 * connection, and holds all of a feed's tree at once. This reader takes what can be understood,
 * notes what was wrong, and builds one value at a time, so a feed of any length needs the memory
 * of its largest item and an item that is cut off loses nothing before it.
 *
 * Strings without escapes are slices of the text; decoded ones live in the arena. No recursion;
 * deeper than DEPTH_MAX is skipped. Linear in the text.
 */
#include "parsers/json_in.h"

#include "base/limits.h"
#include "base/utf8.h"

#define DEPTH_MAX 64

static bool at_end(const struct wd_jread *r)
{
	return r->at >= r->text.n;
}

static char peek(const struct wd_jread *r)
{
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static void skip_comment(struct wd_jread *r)
{
	bool block = r->text.p[r->at + 1] == '*';
	size_t end = block ? wd_str_find(r->text, WD_STR("*/"), r->at + 2)
			   : wd_str_chr(r->text, '\n', r->at);
	r->faults |= WD_JF_COMMENT;
	r->at = end == SIZE_MAX ? r->text.n : end + (block ? 2 : 1);
}

static void skip_space(struct wd_jread *r)
{
	while (!at_end(r)) {
		char c = r->text.p[r->at];
		if (c == '/' && r->at + 1 < r->text.n &&
			(r->text.p[r->at + 1] == '/' || r->text.p[r->at + 1] == '*')) {
			skip_comment(r);
			continue;
		}
		if (!wd_is_space(c) && c != '\0')
			break;
		r->at++;
	}
}

bool wd_jread_peek(struct wd_jread *r, enum wd_jtype *ret)
{
	skip_space(r);
	if (at_end(r))
		return false;
	char c = peek(r);
	if (c == '{')
		*ret = WD_J_OBJECT;
	else if (c == '[')
		*ret = WD_J_ARRAY;
	else if (c == '"')
		*ret = WD_J_STRING;
	else if (c == '-' || wd_is_digit(c))
		*ret = WD_J_NUMBER;
	else if (c == 't' || c == 'f' || c == 'T' || c == 'F')
		*ret = WD_J_BOOL;
	else if (wd_is_alpha(c))
		*ret = WD_J_NULL;
	else
		return false;
	return true;
}

/** End of the string whose opening quote is at r->at: the closing quote's offset, or the text's
 * end. */
static size_t string_end(struct wd_jread *r, bool *plain)
{
	static const bool special[256] = {
		[0 ... 0x1F] = true, ['"'] = true, ['\\'] = true, [0x7F] = true};
	const unsigned char *b = (const unsigned char *)r->text.p;
	size_t i = r->at + 1;
	*plain = true;
	for (; i < r->text.n; i++) {
		while (r->text.n - i > 4 && !(special[b[i]] | special[b[i + 1]] |
						    special[b[i + 2]] | special[b[i + 3]]))
			i += 4;
		unsigned char c = b[i];
		if (c == '"')
			break;
		if (c == '\\') {
			*plain = false;
			i++;
		} else if (c < 0x20 || c == 0x7F) {
			*plain = false;
			r->faults |= WD_JF_CONTROL;
		}
	}
	if (i >= r->text.n) {
		r->faults |= WD_JF_TRUNCATED;
		i = r->text.n;
	}
	return i;
}

static bool hex4(struct wd_str s, size_t at, uint32_t *ret)
{
	uint32_t v = 0;
	if (at + 4 > s.n)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = wd_lower(s.p[i]);
		if (!wd_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		v = v << 4 | (uint32_t)(wd_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return true;
}

/** \uXXXX at s.p[*at] (behind the u), with its second half when it has one. */
static uint32_t unicode_escape(struct wd_jread *r, struct wd_str s, size_t *at)
{
	uint32_t cp, low;
	if (!hex4(s, *at, &cp)) {
		r->faults |= WD_JF_ESCAPE;
		return WD_CP_BAD;
	}
	*at += 4;
	if (cp >= 0xD800 && cp <= 0xDBFF && *at + 6 <= s.n && s.p[*at] == '\\' &&
		s.p[*at + 1] == 'u' && hex4(s, *at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF) {
		*at += 6;
		return 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
	}
	if (cp >= 0xD800 && cp <= 0xDFFF) {
		r->faults |= WD_JF_ESCAPE;
		return WD_CP_BAD;
	}
	return cp;
}

static struct wd_str decode(struct wd_jread *r, struct wd_arena *a, struct wd_str s)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/  \n\n\t";
	char *out = wd_arena_bytes(a, s.n + s.n / 2 + 4); /* a broken \u of two bytes is U+FFFD */
	size_t n = 0, i = 0;
	if (out == NULL)
		return WD_STR_NONE;
	while (i < s.n) {
		char c = s.p[i++];
		if (c != '\\' || i == s.n) {
			bool control =
				((unsigned char)c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
			if (c != '\r')
				out[n++] = control ? ' ' : c;
			continue;
		}
		c = s.p[i++];
		const char *known = c != '\0' ? strchr(names, c) : NULL;
		if (known != NULL) {
			out[n++] = values[known - names];
		} else if (c == 'u') {
			uint32_t cp = unicode_escape(r, s, &i);
			if (cp >= 0x20 || cp == '\t' || cp == '\n')
				n += wd_utf8_put(cp, out + n);
		} else {
			r->faults |= WD_JF_ESCAPE;
			i--; /* the character itself, as it would stand without the backslash */
		}
	}
	return (struct wd_str){out, n};
}

/** The string at hand; `a` NULL: only past it. */
static struct wd_str take_string(struct wd_jread *r, struct wd_arena *a)
{
	bool plain;
	size_t start = r->at + 1, end = string_end(r, &plain);
	struct wd_str raw = wd_str_sub(r->text, start, end);
	r->at = WD_MIN(end + 1, r->text.n);
	if (a == NULL || plain)
		return raw;
	return decode(r, a, raw);
}

static struct wd_str take_bare(struct wd_jread *r)
{
	size_t start = r->at;
	while (!at_end(r) && (wd_is_alnum(peek(r)) || peek(r) == '-' || peek(r) == '+' ||
				     peek(r) == '.' || peek(r) == '_'))
		r->at++;
	return wd_str_sub(r->text, start, r->at);
}

static bool is_literal(struct wd_str s)
{
	return wd_str_eqc(s, "null") || wd_str_eqc(s, "true") || wd_str_eqc(s, "false");
}

/** A value that is neither object nor array. */
static void take_scalar(
	struct wd_jread *r, struct wd_arena *a, enum wd_jtype type, struct wd_jnode *n)
{
	n->type = type;
	if (type == WD_J_STRING) {
		n->text = take_string(r, a);
		return;
	}
	n->text = take_bare(r);
	if (type != WD_J_NUMBER && !is_literal(n->text))
		r->faults |= WD_JF_LITERAL;
}

bool wd_jread_open(struct wd_jread *r, char bracket)
{
	skip_space(r);
	if (peek(r) != bracket)
		return false;
	r->at++;
	return true;
}

/** To the next member or element; false when the bracket closes (and is taken) or nothing is
 * left. */
static bool next_in(struct wd_jread *r, char close)
{
	bool comma = false;
	for (;;) {
		skip_space(r);
		char c = peek(r);
		if (at_end(r)) {
			r->faults |= WD_JF_TRUNCATED;
			return false;
		}
		if (c == '}' || c == ']') {
			if (comma)
				r->faults |= WD_JF_COMMA;
			if (c != close)
				r->faults |= WD_JF_STRUCTURE;
			r->at++;
			return false;
		}
		if (c != ',')
			return true;
		if (comma)
			r->faults |= WD_JF_COMMA;
		comma = true;
		r->at++;
	}
}

bool wd_jread_element(struct wd_jread *r)
{
	enum wd_jtype type;
	while (next_in(r, ']')) {
		if (wd_jread_peek(r, &type))
			return true;
		r->faults |= WD_JF_STRUCTURE;
		r->at++;
	}
	return false;
}

bool wd_jread_member(struct wd_jread *r, struct wd_arena *a, struct wd_str *ret_key)
{
	enum wd_jtype type;
	while (next_in(r, '}')) {
		if (peek(r) == '"') {
			*ret_key = take_string(r, a);
		} else {
			r->faults |= WD_JF_STRUCTURE;
			*ret_key = take_bare(r);
			if (ret_key->n == 0) {
				r->at++;
				continue;
			}
		}
		skip_space(r);
		if (peek(r) == ':')
			r->at++;
		else
			r->faults |= WD_JF_STRUCTURE;
		if (wd_jread_peek(r, &type))
			return true;
		r->faults |= at_end(r) ? WD_JF_TRUNCATED : WD_JF_STRUCTURE;
	}
	return false;
}

void wd_jread_skip(struct wd_jread *r)
{
	size_t depth = 0;
	enum wd_jtype type;
	do {
		skip_space(r);
		if (at_end(r)) {
			r->faults |= depth > 0 ? WD_JF_TRUNCATED : 0u;
			return;
		}
		char c = peek(r);
		if (c == '"') {
			(void)take_string(r, NULL);
		} else if (c == '{' || c == '[') {
			depth++;
			r->at++;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return;
			depth--;
			r->at++;
		} else if (c == ',' || c == ':') {
			if (depth == 0)
				return;
			r->at++;
		} else if (wd_jread_peek(r, &type)) {
			(void)take_bare(r);
		} else {
			r->at++;
		}
	} while (depth > 0);
}

static struct wd_jnode *append(struct wd_arena *a, struct wd_jnode *parent)
{
	struct wd_jnode *n = wd_arena_new_of(a, struct wd_jnode);
	if (n == NULL || parent == NULL)
		return n;
	if (parent->last != NULL)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	parent->count++;
	return n;
}

struct wd_jnode *wd_jread_value(struct wd_jread *r, struct wd_arena *a)
{
	struct wd_jnode *stack[DEPTH_MAX], *root = NULL;
	size_t depth = 0;
	for (;;) {
		struct wd_jnode *parent = depth > 0 ? stack[depth - 1] : NULL;
		struct wd_str key = WD_STR_NONE;
		enum wd_jtype type;
		bool more = parent == NULL                ? wd_jread_peek(r, &type)
			    : parent->type == WD_J_OBJECT ? wd_jread_member(r, a, &key)
							  : wd_jread_element(r);
		if (!more) {
			if (depth <= 1)
				return root;
			depth--;
			continue;
		}
		(void)wd_jread_peek(r, &type);
		struct wd_jnode *n = append(a, parent);
		if (n == NULL)
			return NULL;
		n->key = key;
		if (parent == NULL)
			root = n;
		if (type != WD_J_OBJECT && type != WD_J_ARRAY) {
			take_scalar(r, a, type, n);
		} else if (depth == DEPTH_MAX) {
			r->faults |= WD_JF_DEPTH;
			wd_jread_skip(r);
		} else {
			n->type = type;
			r->at++;
			stack[depth++] = n;
		}
		if (depth == 0)
			return root;
	}
}

void wd_jread_faults(const struct wd_jread *r, struct wd_arena *a, wd_strs *list)
{
	static const char *const names[] = {"json-truncated", "json-comma",
		"json-control-character", "json-bad-escape", "json-comment", "json-bad-literal",
		"json-trailing-text", "json-too-deep", "json-structure"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		struct wd_str *s = r->faults & 1u << i ? wd_vec_push(a, list) : NULL;
		if (s != NULL)
			*s = wd_str_c(names[i]);
	}
}

const struct wd_jnode *wd_jnode_get(const struct wd_jnode *o, const char *key)
{
	if (o == NULL || o->type != WD_J_OBJECT)
		return NULL;
	for (const struct wd_jnode *n = o->first; n != NULL; n = n->next) {
		if (wd_str_ieqc(n->key, key))
			return n;
	}
	return NULL;
}

struct wd_str wd_jnode_str(const struct wd_jnode *n)
{
	if (n == NULL || (n->type != WD_J_STRING && n->type != WD_J_NUMBER))
		return WD_STR_NONE;
	return wd_utf8_trim(n->text);
}

struct wd_str wd_jnode_text(const struct wd_jnode *o, const char *key)
{
	return wd_jnode_str(wd_jnode_get(o, key));
}
