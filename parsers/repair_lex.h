/**
 * What the repair passes share: reading tags that may be broken. Internal to parsers/repair*.c.
 */
#pragma once
#include "base/buf.h"
#include "parsers/html.h"
#include "parsers/repair.h"

/** How a tag was written. Everything but WD_RF_PLAIN needs evidence around it to count as a tag. */
enum wd_rform {
	WD_RF_NONE,
	WD_RF_PLAIN,   /* <td class=x>: what a tokeniser reads anyway */
	WD_RF_SPACED,  /* < td >, < / td >, <t<zero-width>d>, ＜td＞ */
	WD_RF_LOST_GT, /* <td text</td <td> */
	WD_RF_LOST_LT, /* td>, / td >, tr > */
	WD_RF_BARE,    /* td text /td */
	WD_RF_QUOTE,   /* <td width='50%>: the quote never ends where it should */
};

struct wd_rtag {
	enum wd_rform form;
	enum wd_tag tag;
	bool end;
	struct wd_str attrs; /* trimmed, quotes mended by the writer */
	size_t at, next;     /* bytes of the source it takes */
	bool escaped;        /* its first bracket is a reference */
	bool open_quote;     /* attrs lack their closing quote */
	char quote;
};

/** What is known to have no end in the rest of the input, so that nobody looks for it twice. */
struct wd_rlex_dead {
	bool comment;
	bool tag[WD_TAG_COUNT];
};

/** Could what stands for an angle bracket begin at `i` (or end there)? Square and curly ones,
 * pointed quotes, full-width ones; "<" and ">" themselves are not asked about. */
bool wd_rlex_may_be_bracket(struct wd_str s, size_t i);
/** Bytes of the white space or invisible character at `i`, 0: none. */
size_t wd_rlex_blank(struct wd_str s, size_t i);
/** Signs that are no part of a tag between its name, which ends at `i`, and its '>' ("<td.>"):
 * their bytes, 0: none, or more stands there. */
size_t wd_rlex_litter(struct wd_str s, size_t i);
/** First offset at or after `i` that is no blank. */
size_t wd_rlex_skip(struct wd_str s, size_t i);
/** table, caption, colgroup, col, thead, tbody, tfoot, tr, td, th. */
bool wd_rlex_is_table(enum wd_tag tag);
static inline bool wd_rlex_is_cell(enum wd_tag tag)
{
	return tag == WD_TAG_TD || tag == WD_TAG_TH;
}
/** Reads the tag that begins with the bracket at `i` (< or ＜). False: no tag at all. */
bool wd_rlex_tag(struct wd_str s, size_t i, struct wd_rtag *ret);
/** Reads a table tag that lost its `<` (or both brackets) at `i`, which is no blank. */
bool wd_rlex_bare(struct wd_str s, size_t i, struct wd_rtag *ret);
/**
 * At a '<': the end of what no repair may touch (a comment, or an element whose content is code or
 * raw text: script, style, pre, code, textarea, …), 0 when this is no such thing.
 */
size_t wd_rlex_protected(struct wd_str s, size_t i, struct wd_rlex_dead *dead);
/** Writes the tag as it should have been. */
void wd_rlex_put(struct wd_buf *out, const struct wd_rtag *t);
