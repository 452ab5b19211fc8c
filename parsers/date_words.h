/**
 * The words dates are written with, in the languages feeds come in, and the tokens of a date.
 * Internal to parsers/dates*.c.
 */
#pragma once
#include "base/str.h"

enum wd_dword {
	WD_DW_MONTH,      /* val: 1–12 */
	WD_DW_MONTH_HR,   /* Croatian names that other languages give to another month */
	WD_DW_WEEKDAY,    /* val: 0 = Sunday */
	WD_DW_AM,         /* hours 12 → 0 */
	WD_DW_PM,         /* hours 1–11 → 13–23 */
	WD_DW_NIGHT,      /* as PM, but 12 is the end of the day */
	WD_DW_MIDDAY,     /* around noon: 11, 12 stay, 1–3 are afternoon */
	WD_DW_NOON,       /* a time by itself; val: hour */
	WD_DW_YEAR_MARK,  /* 年 */
	WD_DW_MONTH_MARK, /* 月 */
	WD_DW_DAY_MARK,   /* 日 */
	WD_DW_HOUR_MARK,  /* 時, h, Uhr */
	WD_DW_MIN_MARK,
	WD_DW_SEC_MARK,
	WD_DW_HALF,     /* 半 */
	WD_DW_ERA,      /* val: year before its first */
	WD_DW_FIRST,    /* 元: year one */
	WD_DW_ZONE,     /* val: minutes east */
	WD_DW_ZREGION,  /* val: index into the regions of date_zone.c */
	WD_DW_ZSEASON,  /* "standard", "daylight", "summer"; val: 0 standard, 1 daylight */
	WD_DW_TIME,     /* the word "time" */
	WD_DW_NOISE,    /* prepositions and the like */
	WD_DW_TIMELEAD, /* "kl.", "um": a time follows, even with a dot in it */
	WD_DW_LABEL,    /* "입력", "Published": a date follows or went before */
	WD_DW_ORD,      /* st nd rd th */
	WD_DW_T,
	WD_DW_WEEK, /* ISO week: W34 */
	WD_DW_AGO,
	WD_DW_UNIT,   /* val: enum wd_dunit */
	WD_DW_RELDAY, /* val: days before today */
	WD_DW_ONE,    /* "an hour ago" */
};

enum wd_dunit {
	WD_DU_SECOND,
	WD_DU_MINUTE,
	WD_DU_HOUR,
	WD_DU_DAY,
	WD_DU_WEEK,
	WD_DU_MONTH,
	WD_DU_YEAR,
};

enum wd_dlang { WD_DL_ANY, WD_DL_KO, WD_DL_JA, WD_DL_ZH };

/** One meaning of a word; a word's meanings stand next to each other. */
struct wd_dword_entry {
	struct wd_str text;
	enum wd_dword kind;
	enum wd_dlang lang; /* evidence of a language */
	int val;
};

/** All meanings of exactly this (folded) word; 0 when unknown. Thread-safe. */
size_t wd_date_word_find(struct wd_str folded, const struct wd_dword_entry **ret);

enum wd_dtok_type { WD_DT_NUM, WD_DT_WORD, WD_DT_PUNCT };

struct wd_dtok {
	enum wd_dtok_type type;
	bool space; /* white space stands before it */
	bool used;
	bool is_hanzi;   /* a number in Chinese numerals */
	unsigned digits; /* NUM */
	int64_t num;
	char c; /* PUNCT: its ASCII form, '?' when there is none */
	const struct wd_dword_entry *words;
	size_t word_count; /* 0: unknown word */
	size_t start, end; /* bytes of the text */
};

#define WD_DATE_TOKENS 64

/**
 * The next token at *at (folded: full-width forms, case, Latin and Greek accents); false at the
 * end. Numbers over 18 digits are unknown words.
 */
bool wd_date_token(struct wd_str s, size_t *at, struct wd_dtok *ret);
/** The token's meaning of that kind, NULL when it has none. */
const struct wd_dword_entry *wd_dtok_word(const struct wd_dtok *t, enum wd_dword kind);
