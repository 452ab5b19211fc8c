#include "parsers/fields.h"

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"

struct wd_date_opts wd_field_date_opts(const struct wd_parse_ctx *ctx, struct wd_str language)
{
	if (language.n == 0)
		language = ctx->feed->language;
	if (language.n == 0 && ctx->doc != NULL)
		language = ctx->doc->hints.language;
	return (struct wd_date_opts){
		.now_us = ctx->now_us,
		.timezone = ctx->doc != NULL ? ctx->doc->hints.timezone : WD_STR_NONE,
		.language = language,
	};
}

bool wd_field_date(const struct wd_parse_ctx *ctx, struct wd_str language, struct wd_str text,
	struct wd_date *ret)
{
	struct wd_date_opts opts = wd_field_date_opts(ctx, language);
	return wd_date_parse(text, &opts, ret, NULL) == WD_OK;
}

void wd_field_published(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, struct wd_str text, const char *field)
{
	struct wd_date_opts opts = wd_field_date_opts(ctx, e->language);
	struct wd_err err = {0};
	if (e->published.precision != WD_DATE_NONE || wd_utf8_trim(text).n == 0)
		return;
	if (wd_date_parse(text, &opts, &e->published, &err) == WD_OK) {
		e->date_field = wd_str_c(field);
		e->date_reason = WD_STR_NONE;
	} else {
		e->date_reason = wd_arena_printf(ctx->entry_arena, "%s: %s", field, err.text);
	}
}

struct wd_str wd_field_url(
	const struct wd_parse_ctx *ctx, struct wd_arena *a, struct wd_str base, struct wd_str ref)
{
	ref = wd_utf8_trim(ref);
	if (ref.n == 0 || ref.n > WD_MAX_URL_BYTES)
		return WD_STR_NONE;
	if (base.n == 0 && ctx->doc != NULL)
		base = ctx->doc->url;
	return wd_url_resolve(a, base, ref);
}

void wd_field_add_str(struct wd_arena *a, wd_strs *list, struct wd_str s)
{
	s = wd_utf8_trim(s);
	if (s.n == 0 || list->n >= WD_MAX_LIST)
		return;
	WD_VEC_EACH (const struct wd_str, old, list) {
		if (wd_str_eq(*old, s))
			return;
	}
	struct wd_str *n = wd_vec_push(a, list);
	if (n != NULL)
		*n = wd_arena_str(a, s);
}

void wd_field_add_author(struct wd_arena *a, wd_persons *list, struct wd_str name,
	struct wd_str email, struct wd_str url)
{
	name = wd_utf8_squeeze(a, wd_utf8_trim(name));
	if ((name.n == 0 && email.n == 0 && url.n == 0) || list->n >= WD_MAX_LIST)
		return;
	struct wd_person *p = wd_vec_push(a, list);
	if (p != NULL)
		*p = (struct wd_person){
			wd_arena_str(a, name), wd_arena_str(a, email), wd_arena_str(a, url)};
}

/** Two words at least, the first with a capital letter: a person's name, as far as one can see. */
static bool is_full_name(struct wd_str name)
{
	size_t at = 0;
	name = wd_utf8_trim(name);
	return name.n > 0 && wd_str_chr(name, ' ', 0) != SIZE_MAX &&
	       wd_cp_is_upper(wd_utf8_next(name, &at));
}

/** "Jane Roe in Seoul" → "Jane Roe". */
static struct wd_str without_place(struct wd_str names)
{
	static const char *const words[] = {" in ", " en ", " à ", " em "};
	for (size_t i = 0; i < WD_COUNTOF(words); i++) {
		size_t at = wd_str_find(names, wd_str_c(words[i]), 0), next;
		if (at == SIZE_MAX || !is_full_name(wd_str_sub(names, 0, at)))
			continue;
		next = at + strlen(words[i]);
		if (next < names.n && wd_cp_is_upper(wd_utf8_next(names, &next)))
			return wd_str_sub(names, 0, at);
	}
	return names;
}

void wd_field_add_named(struct wd_arena *a, wd_persons *list, struct wd_str names)
{
	static const char *const ands[] = {" and ", " und ", " et ", " y ", " e ", " & "};
	if (wd_str_istarts(names, WD_STR("by ")))
		names = wd_str_from(names, 3);
	names = wd_str_sub(names, 0, wd_str_chr(names, ',', 0)); /* behind it: their posts */
	names = without_place(names);
	for (size_t i = 0; i < WD_COUNTOF(ands); i++) {
		size_t at = wd_str_find(names, wd_str_c(ands[i]), 0);
		if (at == SIZE_MAX)
			continue;
		struct wd_str one = wd_str_sub(names, 0, at),
			      other = wd_str_from(names, at + strlen(ands[i]));
		if (!is_full_name(one) || !is_full_name(other))
			continue;
		wd_field_add_author(a, list, one, WD_STR_NONE, WD_STR_NONE);
		names = other;
		break;
	}
	wd_field_add_author(a, list, names, WD_STR_NONE, WD_STR_NONE);
}

void wd_field_add_content(
	struct wd_arena *a, wd_contents *list, struct wd_str value, const char *type)
{
	if (wd_utf8_trim(value).n == 0 || list->n >= WD_MAX_LIST)
		return;
	struct wd_content *c = wd_vec_push(a, list);
	if (c != NULL)
		*c = (struct wd_content){.value = wd_arena_str(a, value), .type = wd_str_c(type)};
}

void wd_field_add_subject(struct wd_arena *a, wd_subjects *list, struct wd_str code,
	struct wd_str name, struct wd_str scheme)
{
	if ((code.n == 0 && name.n == 0) || list->n >= WD_MAX_LIST)
		return;
	WD_VEC_EACH (struct wd_subject, old, list) {
		if (wd_str_eq(old->code, code) && wd_str_eq(old->scheme, scheme) && code.n > 0) {
			if (old->name.n == 0)
				old->name = wd_arena_str(a, name);
			return;
		}
	}
	struct wd_subject *s = wd_vec_push(a, list);
	if (s != NULL)
		*s = (struct wd_subject){
			wd_arena_str(a, code), wd_arena_str(a, name), wd_arena_str(a, scheme)};
}

struct wd_str wd_field_qcode_value(struct wd_str qcode)
{
	qcode = wd_utf8_trim(qcode);
	size_t colon = wd_str_chr(qcode, ':', 0);
	return colon == SIZE_MAX ? qcode : wd_str_from(qcode, colon + 1);
}

struct wd_str wd_field_pubstatus(struct wd_str s)
{
	static const struct {
		const char *word, *status;
	} words[] = {{"usable", "usable"}, {"withheld", "withheld"}, {"embargoed", "withheld"},
		{"hold", "withheld"}, {"canceled", "canceled"}, {"cancelled", "canceled"},
		{"kill", "canceled"}, {"killed", "canceled"}, {"retracted", "canceled"},
		{"withdrawn", "canceled"}};
	size_t colon = SIZE_MAX;
	s = wd_utf8_trim(s);
	for (size_t i = 0; i < s.n; i++) { /* a qcode, or a URI's last part */
		if (s.p[i] == ':' || s.p[i] == '/')
			colon = i;
	}
	if (colon != SIZE_MAX)
		s = wd_str_from(s, colon + 1);
	for (size_t i = 0; i < WD_COUNTOF(words); i++) {
		if (wd_str_ieqc(s, words[i].word))
			return wd_str_c(words[i].status);
	}
	return WD_STR_NONE;
}

int wd_field_urgency(struct wd_str s)
{
	uint64_t v;
	return wd_str_to_u64(wd_utf8_trim(s), 1, 9, &v) == WD_OK ? (int)v : 0;
}
