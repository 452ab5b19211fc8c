/**
 * What the HTML standard says about element names, as bits. For parsers/html*.c only; others use
 * html.h.
 */
#pragma once
#include "parsers/html.h"

enum wd_tag_class {
	WD_TC_VOID = 1 << 0,     /* has no content, no end tag */
	WD_TC_SPECIAL = 1 << 1,  /* "special" category: a stray end tag stops here */
	WD_TC_SCOPE = 1 << 2,    /* bounds "has an element in scope" */
	WD_TC_FORMAT = 1 << 3,   /* formatting element */
	WD_TC_IMPLIED = 1 << 4,  /* end tag may be implied (li, p, dd, …) */
	WD_TC_THOROUGH = 1 << 5, /* … also table parts, when closing a template */
	WD_TC_CLOSES_P = 1 << 6, /* its start tag closes an open p */
	WD_TC_HEADING = 1 << 7,
	WD_TC_HEAD = 1 << 8,        /* belongs into head: handled "using the rules for in head" */
	WD_TC_RAW = 1 << 9,         /* content is text up to the end tag */
	WD_TC_RCDATA = 1 << 10,     /* … with character references */
	WD_TC_DROP_TEXT = 1 << 11,  /* raw content that is never shown: not kept */
	WD_TC_MARKER = 1 << 12,     /* applet, marquee, object: bounds formatting */
	WD_TC_TABLE_PART = 1 << 13, /* caption, col, …, tr: only inside a table */
	WD_TC_TABLE_CTX = 1 << 14,  /* table, tbody, tfoot, thead, tr: text in them is fostered */
	WD_TC_BREAKOUT = 1 << 15,   /* ends foreign content (svg, math) */
	WD_TC_BLOCK = 1 << 16,      /* rendered as a block: a word boundary */
	WD_TC_BLOCK_END = 1 << 17,  /* its end tag closes it by the common rule of blocks */
};

extern const uint32_t wd_tag_classes[WD_TAG_COUNT];

static inline bool wd_tag_has(unsigned tag, uint32_t classes)
{
	return (wd_tag_classes[tag] & classes) != 0;
}

/** Key of a name for wd_tag_from_key: its last eight lower-case bytes, packed as they are read. */
static inline uint64_t wd_tag_key(uint64_t key, unsigned char lower)
{
	return key << 8 | lower;
}
/** Tag of a lower-case name of n bytes with this key. */
enum wd_tag wd_tag_from_key(uint64_t key, struct wd_str lower_name);
