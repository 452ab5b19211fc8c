#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 50000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KIB = 1024, GROUPS = 16 };

struct wd_regex {
	pcre2_code *code;
};

struct wd_matcher {
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

int wd_regex_new(struct wd_str pattern, unsigned flags, struct wd_regex **ret, struct wd_err *err)
{
	/* Anchors are said here and not at the match: only so the compiled code is used. */
	uint32_t anchors = (flags & WD_REGEX_AT_START ? PCRE2_ANCHORED : 0) |
			   (flags & WD_REGEX_AT_END ? PCRE2_ENDANCHORED : 0);
	int code;
	PCRE2_SIZE at;
	struct wd_regex *re = malloc(sizeof(*re));
	if (re == NULL)
		return wd_err_set(err, WD_E_NOMEM, "regular expression");
	re->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
		PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_DUPNAMES |
			PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK | anchors,
		&code, &at, NULL);
	if (re->code == NULL) {
		PCRE2_UCHAR text[128] = {0};
		free(re);
		(void)pcre2_get_error_message(code, text, sizeof(text));
		return wd_err_set(err, WD_E_MALFORMED, "regular expression, at character %zu: %s",
			(size_t)at, (const char *)text);
	}
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE); /* without it, it is interpreted */
	*ret = re;
	return WD_OK;
}

void wd_regex_free(struct wd_regex *re)
{
	if (re == NULL)
		return;
	pcre2_code_free(re->code);
	free(re);
}

bool wd_regex_first_bytes(const struct wd_regex *re, uint8_t ret_bits[32])
{
	uint32_t min = 0;
	const uint8_t *bits = NULL;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_MINLENGTH, &min);
	if (min == 0)
		return false;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_FIRSTBITMAP, &bits);
	if (bits != NULL) {
		memcpy(ret_bits, bits, 32);
		return true;
	}
	uint32_t type = 0, unit = 0;
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_FIRSTCODETYPE, &type);
	(void)pcre2_pattern_info(re->code, PCRE2_INFO_FIRSTCODEUNIT, &unit);
	if (type != 1 || unit > 0xFF)
		return false;
	memset(ret_bits, 0, 32);
	unsigned other = wd_is_alpha((char)unit) ? unit ^ 0x20u : unit; /* the other case */
	ret_bits[unit / 8] |= (uint8_t)(1u << (unit % 8));
	ret_bits[other / 8] |= (uint8_t)(1u << (other % 8));
	return true;
}

unsigned wd_regex_group(const struct wd_regex *re, const char *name)
{
	PCRE2_SPTR first, last;
	int size = pcre2_substring_nametable_scan(re->code, (PCRE2_SPTR)name, &first, &last);
	return size > 0 ? (unsigned)(first[0] << 8 | first[1]) : 0;
}

struct wd_matcher *wd_matcher_new(void)
{
	struct wd_matcher *m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	m->data = pcre2_match_data_create(GROUPS, NULL);
	m->limits = pcre2_match_context_create(NULL);
	if (m->data == NULL || m->limits == NULL) {
		wd_matcher_free(m);
		return NULL;
	}
	(void)pcre2_set_match_limit(m->limits, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(m->limits, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(m->limits, HEAP_LIMIT_KIB);
	return m;
}

void wd_matcher_free(struct wd_matcher *m)
{
	if (m == NULL)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->limits);
	free(m);
}

bool wd_regex_match(const struct wd_regex *re, struct wd_matcher *m, struct wd_str s)
{
	return pcre2_match(re->code, (PCRE2_SPTR)s.p, s.n, 0, PCRE2_NO_UTF_CHECK, m->data,
		       m->limits) >= 0;
}

struct wd_str wd_matcher_group(const struct wd_matcher *m, struct wd_str s, unsigned group)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m->data);
	if (group >= GROUPS || at[2 * group] == PCRE2_UNSET || at[2 * group] > at[2 * group + 1])
		return WD_STR_NONE;
	return wd_str_sub(s, at[2 * group], at[2 * group + 1]);
}
