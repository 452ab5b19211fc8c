/* Only the head counts: what stands in the body may be anybody's (WebSub, section 4). */
#include "parsers/page_hubs.h"

#include "base/limits.h"
#include "base/url.h"
#include "parsers/html_token.h"

#define HEAD_BYTES (256 * WD_KIB)
#define MAX_HUBS 16

static struct wd_str attr(const struct wd_token *t, const char *name)
{
	for (uint32_t i = 0; i < t->attr_count; i++) {
		if (wd_str_eqc(t->attrs[i].name, name))
			return wd_str_trim(t->attrs[i].value);
	}
	return WD_STR_NONE;
}

static bool is_raw(struct wd_str name)
{
	return wd_str_eqc(name, "script") || wd_str_eqc(name, "style") ||
	       wd_str_eqc(name, "title") || wd_str_eqc(name, "noscript") ||
	       wd_str_eqc(name, "template");
}

void wd_page_hubs(struct wd_arena *a, struct wd_str html, struct wd_str base,
	struct wd_str *ret_hubs, struct wd_str *ret_self)
{
	struct wd_tokenizer *t = wd_arena_new_of(a, struct wd_tokenizer);
	struct wd_token tok;
	size_t hubs = 0;
	*ret_hubs = *ret_self = WD_STR_NONE;
	if (t == NULL)
		return;
	wd_tokenizer_init(t, a, wd_str_sub(html, 0, HEAD_BYTES));
	for (;;) {
		wd_tokenizer_next(t, &tok);
		bool is_start = tok.kind == WD_TOK_START;
		if (tok.kind == WD_TOK_EOF || (is_start && wd_str_eqc(tok.name, "body")) ||
			(tok.kind == WD_TOK_END && wd_str_eqc(tok.name, "head")))
			return;
		if (is_start && is_raw(tok.name))
			(void)wd_tokenizer_raw(t, (enum wd_tag)tok.tag, false);
		if (!is_start || !wd_str_eqc(tok.name, "link"))
			continue;
		struct wd_str url = wd_url_resolve(a, base, attr(&tok, "href"));
		if (attr(&tok, "href").n == 0 || !wd_url_is_http(url))
			continue;
		if (wd_str_has_word(attr(&tok, "rel"), "hub") && hubs++ < MAX_HUBS)
			*ret_hubs = ret_hubs->n == 0
					    ? url
					    : wd_arena_cat(a,
						      wd_arena_cat(a, *ret_hubs, WD_STR(" ")), url);
		if (ret_self->n == 0 && wd_str_has_word(attr(&tok, "rel"), "self"))
			*ret_self = url;
	}
}
