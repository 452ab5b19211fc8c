#include "base/str.h"

#include "base/err.h"

int wd_str_cmp(struct wd_str a, struct wd_str b)
{
	size_t n = WD_MIN(a.n, b.n);
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;
	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

static bool ieq_n(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (wd_lower(a[i]) != wd_lower(b[i]))
			return false;
	}
	return true;
}

bool wd_str_ieq(struct wd_str a, struct wd_str b)
{
	return a.n == b.n && ieq_n(a.p, b.p, a.n);
}

bool wd_str_istarts(struct wd_str s, struct wd_str prefix)
{
	return s.n >= prefix.n && ieq_n(s.p, prefix.p, prefix.n);
}

size_t wd_str_find(struct wd_str s, struct wd_str needle, size_t from)
{
	if (from > s.n || needle.n > s.n - from)
		return SIZE_MAX;
	if (needle.n == 0)
		return from;
	const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit != NULL ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t wd_str_ifind(struct wd_str s, struct wd_str needle, size_t from)
{
	if (needle.n == 0)
		return from <= s.n ? from : SIZE_MAX;
	bool caseless = !wd_is_alpha(needle.p[0]); /* "<img": memchr finds the candidates */
	for (size_t i = from; i < s.n && s.n - i >= needle.n; i++) {
		if (caseless && (i = wd_str_chr(s, needle.p[0], i)) > s.n - needle.n)
			return SIZE_MAX;
		if (wd_lower(s.p[i]) == wd_lower(needle.p[0]) && ieq_n(s.p + i, needle.p, needle.n))
			return i;
	}
	return SIZE_MAX;
}

struct wd_str wd_str_trim(struct wd_str s)
{
	while (s.n > 0 && wd_is_space(s.p[0]))
		s.p++, s.n--;
	while (s.n > 0 && wd_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool wd_str_line(struct wd_str *rest, struct wd_str *ret_line)
{
	if (rest->n == 0)
		return false;
	size_t end = wd_str_chr(*rest, '\n', 0);
	size_t next = end == SIZE_MAX ? rest->n : end + 1;
	struct wd_str line = wd_str_sub(*rest, 0, end);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	*ret_line = line;
	*rest = wd_str_from(*rest, next);
	return true;
}

bool wd_str_has_word(struct wd_str list, const char *word)
{
	for (size_t i = 0; i < list.n;) {
		size_t from = i;
		while (i < list.n && !wd_is_space(list.p[i]))
			i++;
		if (i > from && wd_str_ieqc(wd_str_sub(list, from, i), word))
			return true;
		i++;
	}
	return false;
}

bool wd_str_split(struct wd_str *rest, char sep, struct wd_str *ret_piece)
{
	if (rest->p == NULL)
		return false;
	size_t at = wd_str_chr(*rest, sep, 0);
	*ret_piece = wd_str_sub(*rest, 0, at);
	*rest = at == SIZE_MAX ? WD_STR_NONE : wd_str_from(*rest, at + 1);
	return true;
}

int wd_str_to_u64(struct wd_str s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	if (s.n == 0)
		return WD_E_MALFORMED;
	for (size_t i = 0; i < s.n; i++) {
		if (!wd_is_digit(s.p[i]))
			return WD_E_MALFORMED;
		if (__builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return WD_E_LIMIT;
	}
	if (v < min || v > max)
		return WD_E_LIMIT;
	*ret = v;
	return WD_OK;
}

int wd_str_to_i64(struct wd_str s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t u;
	int rc = wd_str_to_u64(wd_str_from(s, negative ? 1 : 0), 0, (uint64_t)INT64_MAX, &u);
	if (rc != WD_OK)
		return rc;
	int64_t v = negative ? -(int64_t)u : (int64_t)u;
	if (v < min || v > max)
		return WD_E_LIMIT;
	*ret = v;
	return WD_OK;
}
