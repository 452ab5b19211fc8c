/*
 * Lines that only look like rows: program text, commands, listings of folders. Their columns are
 * lined up by whoever wrote them ("p.y    // (*p).T1.y"), and reading them as a table would tear
 * them apart.
 *
 * Asked of what a recogniser has found, whichever it was. Each line is judged by signs that text
 * for readers does not have: one that nothing but code has, or two that text has now and then. Code
 * is what is so in half of its lines or more: comments and blank statements tell nothing.
 * Rejected: the names of languages and their words (each language has others, and news speaks of
 * "class", "return" and "import").
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

static char byte_at(struct wd_str s, size_t i)
{
	return i < s.n ? s.p[i] : 0;
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_name_byte(char c)
{
	return wd_is_alnum(c) || c == '_';
}

/* "// …", "# …", "#include", "--option", "-o file", "$ command", ">>> f", "\"key\": …" */
static bool begins_as_code(struct wd_str s)
{
	static const char *const heads[] = {"//", "/*", "*/", "* @", ">>> ", "[ ]", "* [ ]",
		"- [ ]", "#!", "#include", "#define", "#if", "#endif"};
	for (size_t i = 0; i < WD_COUNTOF(heads); i++) {
		if (wd_str_starts(s, wd_str_c(heads[i])))
			return true;
	}
	char second = byte_at(s, 1), third = byte_at(s, 2);
	switch (byte_at(s, 0)) {
	case '#':
		return second == ' ' && wd_is_alpha(third);
	case '[': { /* a list of addresses */
		size_t end = wd_str_chr(s, ']', 1);
		return end != SIZE_MAX && wd_is_digit(second) &&
		       wd_str_istarts(
			       wd_str_trim(wd_str_from(s, end + 1 + (byte_at(s, end + 1) == ':'))),
			       WD_STR("http"));
	}
	case '-':
		return wd_is_alpha(second == '-' ? third : second);
	case '$':
		return second == ' ' && wd_is_alpha(third);
	case '"': {
		size_t end = wd_str_chr(s, '"', 1);
		return end != SIZE_MAX && byte_at(s, end + 1) == ':';
	}
	default:
		return false;
	}
}

/* "…;", "… {", "}", "… \" (but "\\" ends a row of TeX) */
static bool ends_as_code(struct wd_str s)
{
	char last = byte_at(s, s.n - 1);
	return last == ';' || last == '{' || last == '}' ||
	       (last == '\\' && byte_at(s, s.n - 2) != '\\');
}

/* A sign at i that nothing but code has. */
static bool is_strong(struct wd_str s, size_t i)
{
	static const char *const signs[] = {
		":=", "!=", "{{", "}}", "{\"", "\"}", "{%", "%}", " // ", "\t// ", " /*", "*/ "};
	static const char branch[] = "─ "; /* of a tree of files; a rule has no name behind it */
	struct wd_str rest = wd_str_from(s, i);
	for (size_t k = 0; k < WD_COUNTOF(signs); k++) {
		if (wd_str_starts(rest, wd_str_c(signs[k])))
			return true;
	}
	if (wd_str_starts(rest, WD_STR(branch)) && wd_is_alnum(byte_at(rest, sizeof(branch) - 1)))
		return true;
	char before = i > 0 ? s.p[i - 1] : ' ', second = byte_at(s, i + 1);
	char third = byte_at(s, i + 2);
	switch (s.p[i]) {
	case '(': /* f() */
		return second == ')' && is_name_byte(before);
	case '[': /* a[], []byte */
		return second == ']' && (is_name_byte(before) || is_name_byte(third));
	case '=':
		return second == '=' && third != '=' && before != '=';
	case ':': /* a::b */
		return second == ':' && is_name_byte(before) && is_name_byte(third);
	case '$': /* $name, but US$bn */
		return second == '{' || (!is_name_byte(before) && is_lower(second) &&
						is_lower(third) && is_lower(byte_at(s, i + 3)));
	case '0': /* 0x7fff */
		return second == 'x' && wd_is_alnum(third) && wd_is_alnum(byte_at(s, i + 3)) &&
		       !wd_is_alnum(before);
	case '#': /* a comment behind a command */
		return i > 1 && wd_is_space(before) && wd_is_space(s.p[i - 2]) && second == ' ' &&
		       wd_is_alpha(third);
	default:
		return false;
	}
}

/* Signs that text has now and then, a bit each. */
static unsigned weak_at(struct wd_str s, size_t i)
{
	char before = i > 0 ? s.p[i - 1] : ' ', second = byte_at(s, i + 1);
	switch (s.p[i]) {
	case '_': /* a_name */
		return is_name_byte(before) && wd_is_alpha(second) ? 1u : 0u;
	case '.': /* fmt.Println, loader.py */
		return wd_is_alpha(before) && wd_is_alpha(second) ? 2u : 0u;
	case '(': /* f(x) */
		return wd_is_alpha(before) && (wd_is_alpha(second) || second == '"') ? 4u : 0u;
	case '*': /* *name */
		return wd_is_space(before) && wd_is_alpha(second) ? 8u : 0u;
	case '=':
		return wd_is_space(before) && wd_is_space(second) ? 16u : 0u;
	case '-':
		return second == '>' ? 32u : 0u;
	case '&':
		return second == '&' || (wd_is_space(before) && wd_is_alpha(second)) ? 64u : 0u;
	case '%':
		return wd_is_alpha(second) && !wd_is_digit(before) ? 128u : 0u;
	case '<':
		return wd_is_alpha(second) ? 256u : 0u;
	default: /* camelCase */
		return is_lower(before) && s.p[i] >= 'A' && s.p[i] <= 'Z' ? 512u : 0u;
	}
}

static bool line_is_code(struct wd_str s)
{
	unsigned weak = 0;
	s = wd_str_trim(s);
	if (s.n == 0)
		return false;
	if (begins_as_code(s) || ends_as_code(s))
		return true;
	weak |= s.p[s.n - 1] == ',' || s.p[s.n - 1] == '(' ? 1024u : 0u;
	for (size_t i = 0; i < s.n; i++) {
		if (is_strong(s, i))
			return true;
		weak |= weak_at(s, i);
	}
	return (weak & (weak - 1)) != 0; /* two kinds of them */
}

bool wd_tlines_are_code(const struct wd_tline *l, size_t n)
{
	size_t code = 0, lines = 0;
	for (size_t i = 0; i < n; i++) {
		if (l[i].table != NULL)
			continue;
		lines++;
		code += line_is_code(l[i].text);
	}
	return lines > 0 && code * 2 >= lines;
}
