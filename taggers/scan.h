/**
 * Scan: one article as the taggers see it. Fields, sentences, what was found where. Built anew for
 * each article in its arena.
 */
#pragma once
#include "parsers/article.h"
#include "taggers/rules.h"
#include "taggers/tagger.h"

#define WD_MAX_HITS 200000 /* of one article: beyond, the rest of the text is not looked at */
#define WD_LEAD_SENTENCES 3
#define WD_MAX_SENTENCES 20000
#define WD_MAX_FIELDS 5 /* headline, two more headline lines, summary, text */

struct wd_hit {
	uint32_t start, end; /* items of the field's folded text */
	const struct wd_word *word;
	int sentence;   /* index into wd_scan.sentences */
	bool is_hidden; /* under a mask */
};

struct wd_field {
	const char *name; /* headline, summary, text; a further headline line: a JSON pointer */
	struct wd_folded folded;
	WD_VEC(struct wd_hit) hits; /* by start, longer first */
};

struct wd_sentence {
	int field;
	uint32_t start, end;
	size_t hit_from, hit_to; /* of the field's hits */
	enum wd_zone zone;
	size_t mention_from, mention_to;
	size_t date_from, date_to;
	uint64_t offices; /* mentioned in it, former holders left out: a bit each */
};

/** Somebody mentioned, by name or by office. */
struct wd_mention {
	int field, sentence;
	uint32_t start, end;           /* name with its title */
	uint32_t name_start, name_end; /* the name alone; equal when only the title stands there */
	int figure;                    /* WD_NO_INDEX: a title only, or nobody known */
	int office;                    /* whose holder is meant: the figure's, or the title's */
	int country;         /* office whose country stands beside the name; WD_NO_INDEX */
	int titled;          /* office whose title stands beside the name; WD_NO_INDEX */
	bool has_post;       /* another post stands beside the name */
	bool is_former;      /* former, ex-, 前 of the office itself */
	bool is_former_post; /* former of the other post */
	bool is_bare;        /* surname alone */
	bool is_garbled;     /* not quite the name of `figure` */
};

enum wd_date_form { WD_DATED_DAY, WD_DATED_MONTH, WD_DATED_YEAR };

/** A date in running text. */
struct wd_text_date {
	int field, sentence;
	uint32_t start, end;
	enum wd_date_form form;
	int64_t from, to;         /* days; WD_DAY_NONE when it cannot be resolved */
	bool has_year, has_month; /* written out */
	bool is_relative;         /* needs the publication date: 지난 23일, on Saturday */
};

/** Bits of wd_scan.introduced. */
enum {
	WD_INTRODUCED = 1,
	WD_INTRODUCED_FORMER = 2,
	WD_INTRODUCED_TITLED = 4,
	WD_INTRODUCED_PAST = 8
};

struct wd_scan {
	const struct wd_rules *r;
	struct wd_arena *a;
	struct wd_article *art;
	const struct wd_tag_trace *trace;
	struct wd_field fields[WD_MAX_FIELDS];
	int n_fields;
	WD_VEC(struct wd_sentence) sentences;
	WD_VEC(struct wd_mention) mentions;
	WD_VEC(struct wd_text_date) dates;
	uint8_t *taken[WD_MAX_FIELDS]; /* by item: part of a mention */
	uint8_t *introduced;           /* by figure: WD_INTRODUCED… */
	int64_t pub_day;               /* WD_DAY_NONE: unknown */
	bool is_korean, is_japanese;
};

/** Folds, splits, matches. WD_E_LIMIT: the arena is used up. */
WD_MUST_USE int wd_scan_article(struct wd_scan *s);
/** people.c: fills `mentions`. */
WD_MUST_USE int wd_scan_people(struct wd_scan *s);
/** textdates.c: fills `dates`. */
WD_MUST_USE int wd_scan_dates(struct wd_scan *s);

struct wd_span wd_scan_span(const struct wd_scan *s, int field, uint32_t start, uint32_t end);
/** Says to `explain` what happened; nothing without a trace. */
void wd_scan_note(const struct wd_scan *s, const char *rule, double weight,
	const struct wd_span *span, const char *fmt, ...) WD_PRINTF(5, 6);
/** Whether an unhidden hit of the concept lies in the sentence; *ret (may be NULL) is it. */
bool wd_scan_has(const struct wd_scan *s, int sentence, int concept, const struct wd_hit **ret);

/* score.c */
/** Scores all topics, then all themes; appends to the article. */
WD_MUST_USE int wd_score_article(struct wd_scan *s);
/* consistency.c */
/** Summits and flags, when a topic with `facts: check` was given. */
WD_MUST_USE int wd_consistency(struct wd_scan *s);
