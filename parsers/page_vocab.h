/**
 * The vocabulary of class and id names (data/boilerplate/page-vocabulary.txt). For parsers/page*.c.
 */
#pragma once
#include "parsers/html.h"

enum wd_vocab {
	WD_VOC_DROP = 1 << 0,
	WD_VOC_WEAK = 1 << 1,
	WD_VOC_BODY = 1 << 2,
	WD_VOC_TEXT = 1 << 3,
	WD_VOC_BYLINE = 1 << 4,
	WD_VOC_DATE = 1 << 5,
	WD_VOC_CAPTION = 1 << 6,
	WD_VOC_TAGS = 1 << 7,
	WD_VOC_LEAD = 1 << 8,
	WD_VOC_TITLE = 1 << 9,
	WD_VOC_HIDE = 1 << 10,
	WD_VOC_NOT = 1 << 11,
	WD_VOC_COMMENTS = 1 << 12,
	WD_VOC_FACT = 1 << 13, /* microdata: a fact beside the text */
};

struct wd_page_vocab;

/** Read once per process, immutable after; never NULL: without the file it knows no word. Any
 * thread. */
const struct wd_page_vocab *wd_page_vocab(void);
/** What the words of one class or id value say: WD_VOC_ bits. */
uint32_t wd_page_vocab_of(const struct wd_page_vocab *v, struct wd_str names);
/** Which sort of furniture the words name ("sharing", "consent"): the label of the file's line,
 * NULL when they name none. For explaining, not for deciding. */
const char *wd_page_vocab_sort(const struct wd_page_vocab *v, struct wd_str names);
