/**
 * HTML tokens: start tags, end tags, text, comments, doctypes. For parsers/html*.c only.
 */
#pragma once
#include "base/limits.h"
#include "parsers/html_tags.h"

enum wd_token_kind {
	WD_TOK_EOF,
	WD_TOK_TEXT,
	WD_TOK_START,
	WD_TOK_END,
	WD_TOK_COMMENT,
	WD_TOK_DOCTYPE
};

struct wd_token {
	enum wd_token_kind kind;
	uint16_t tag;
	bool self_closing;
	bool space;            /* text: nothing but ASCII white space */
	struct wd_str name;    /* tags: lower-case */
	struct wd_str text;    /* text, decoded; comments */
	struct wd_attr *attrs; /* in the tokeniser: copied by whoever keeps them */
	uint32_t attr_count;
};

struct wd_tokenizer {
	struct wd_arena *a;
	const char *p, *end;
	const char *amp;      /* the first '&' at or behind the last place asked about */
	bool has_cr, has_nul; /* anywhere in the input: text needs a second look */
	bool foreign; /* set by the tree builder: inside svg or math (CDATA is text there) */
	bool cut;     /* the input ended inside a tag or comment */
	/* What is known to be absent from here to the end, so that no search is done twice. */
	bool no_dquote, no_squote, no_comment_end;
	uint8_t no_end_tag[WD_TAG_COUNT];
	bool failed; /* the arena's limit was reached */
	struct wd_attr attrs[WD_MAX_ATTRS];
};

void wd_tokenizer_init(struct wd_tokenizer *t, struct wd_arena *a, struct wd_str html);
/** Next token; WD_TOK_EOF at the end. */
void wd_tokenizer_next(struct wd_tokenizer *t, struct wd_token *ret);
/**
 * The text of a raw-text element whose start tag was the last token, and its end tag passed over.
 * An element that is never closed ends at the next tag that can only be markup, so that a page is
 * not lost in its own <title>.
 */
struct wd_str wd_tokenizer_raw(struct wd_tokenizer *t, enum wd_tag tag, bool decode);
/** All that is left, as text (<plaintext>). */
struct wd_str wd_tokenizer_rest(struct wd_tokenizer *t);

/**
 * Character reference at s.p[at] == '&': its code points (the second 0 mostly) and its length; 0
 * when it is none.
 */
size_t wd_html_reference(struct wd_str s, size_t at, bool in_attribute, uint32_t ret_cp[2]);
