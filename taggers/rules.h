/**
 * The rule set as loaded: vocabularies (facts, titles, concepts) and topics with their rules.
 *
 * Inside taggers/ only. Everything lives in the rule set's arena and is immutable once loaded, so
 * all workers share it.
 */
#pragma once
#include "base/err.h"
#include "base/vec.h"
#include "taggers/phrases.h"

struct wd_yaml;

#define WD_NO_INDEX (-1)
#define WD_DAY_OPEN INT64_MAX /* a term that has not ended */
#define WD_DAY_NONE INT64_MIN /* no date known */

enum wd_lang { WD_LANG_EN, WD_LANG_KO, WD_LANG_JA, WD_LANG_COUNT };

/* ---- facts ---- */

struct wd_term {
	int office; /* index into offices */
	int64_t from, to;
	struct wd_str source, verified;
};

/** A person, whether holder of one of the offices or somebody who must not be taken for one. */
struct wd_figure {
	struct wd_str key, qid, name;
	struct wd_str full[WD_LANG_COUNT];       /* "Lee Jae-myung", 이재명, 李在明 */
	struct wd_str family[WD_LANG_COUNT + 1]; /* several separated by '|'; the last is kana */
	struct wd_str leads; /* country whose leader this is, of people.tsv; empty: none */
	WD_VEC(struct wd_term) terms;
	int office; /* of the first term; WD_NO_INDEX for others */
};

struct wd_place {
	struct wd_str key, qid, name, country;
	int parent;
	bool is_country;
};

struct wd_org {
	struct wd_str qid, name;
};

struct wd_meeting {
	struct wd_str id, place_name, country, source, verified;
	int64_t from, to;
	int place;     /* index into places, WD_NO_INDEX when not listed there */
	int leader[2]; /* figures, in the order of `meetings.between` */
};

struct wd_coverage {
	int64_t from, to;
	bool is_complete;
};

struct wd_office {
	struct wd_str id, label, country, country_name;
	int side;      /* 0 or 1 in `meetings.between`; WD_NO_INDEX: not one of them */
	int counts_as; /* acting holders count as holders of this office for topics */
	bool is_home[WD_LANG_COUNT];        /* the bare title means this office in that language */
	struct wd_str title[WD_LANG_COUNT]; /* the first form, for messages */
};

/* ---- what a phrase means ---- */

enum wd_word_kind {
	WD_WORD_CONCEPT,  /* ref: concept */
	WD_WORD_PERSON,   /* ref: figure, full name */
	WD_WORD_FAMILY,   /* ref: figure, surname alone (one word per figure) */
	WD_WORD_TITLE,    /* ref: office whose title this is ("President", 총리) */
	WD_WORD_HOLDER,   /* ref: office named with its country ("Japanese prime minister") */
	WD_WORD_COUNTRY,  /* ref: office whose country this is ("South Korean", 日) */
	WD_WORD_FOREIGN,  /* another country before a title (중국 총리) */
	WD_WORD_RELATIVE, /* behind a name: somebody of the family (여사, 夫人) */
	WD_WORD_POST,     /* another post ("foreign minister", 外相) */
	WD_WORD_FORMER,   /* former, 전, 元 */
	WD_WORD_PLACE,    /* ref: place */
	WD_WORD_ORG,      /* ref: organisation */
};

struct wd_word {
	enum wd_word_kind kind;
	int ref;
	enum wd_lang lang;
};

struct wd_concept {
	struct wd_str name;
	bool is_mask;  /* hides shorter hits under it */
	bool is_known; /* has phrases: named in a `concepts` or `masks` */
};

/* ---- topics ---- */

enum wd_zone { WD_ZONE_HEADLINE, WD_ZONE_LEAD, WD_ZONE_BODY, WD_ZONE_COUNT };
enum wd_window { WD_WINDOW_SENTENCE, WD_WINDOW_FIELD, WD_WINDOW_ARTICLE };

/** What a condition asks for: a concept, or what the entity tagger found. */
enum wd_term_kind {
	WD_TERM_CONCEPT, /* ref: concept */
	WD_TERM_OFFICE,  /* ref: office; its holder named or titled, not a former one */
	WD_TERM_FORMER,  /* ref: office; somebody who held it */
	WD_TERM_LEADER,  /* text: country; another country's leader ("*": any) */
	WD_TERM_PLACE,   /* text: country code; a place in it or its name */
};
struct wd_cond_term {
	enum wd_term_kind kind;
	int ref;
	struct wd_str text;
};
/** Alternatives: one of them is enough. */
typedef WD_VEC(struct wd_cond_term) wd_cond;
typedef WD_VEC(wd_cond) wd_conds;

struct wd_rule {
	struct wd_str id, text; /* text: what `explain` says */
	double add;
	wd_conds all, none;
	enum wd_window window;
	size_t near;     /* characters that all terms must lie within; 0: no limit */
	bool is_ordered; /* terms in the order written */
	bool zones[WD_ZONE_COUNT];
};

struct wd_example {
	struct wd_str headline, text;
	int64_t day;
	bool want;
	unsigned line;
};

enum wd_topic_kind { WD_TOPIC, WD_THEME };

struct wd_topic_def {
	enum wd_topic_kind kind;
	struct wd_str id, label, file;
	double threshold;
	double weight[WD_ZONE_COUNT];
	WD_VEC(struct wd_rule) rules;
	WD_VEC(struct wd_str) subjects;    /* medtop codes */
	WD_VEC(struct wd_str) with_topics; /* themes: only beside one of these; empty: always */
	WD_VEC(struct wd_example) examples;
	bool checks_facts; /* consistency: flags and summits are looked for under this topic */
};

struct wd_subject_name {
	struct wd_str code, uri, name;
};

/** Words that consistency needs: concept indices, WD_NO_INDEX when the vocabulary has none. */
struct wd_fact_words {
	int meet, announce, background, first, first_not, summit;
};

struct wd_rules {
	struct wd_arena *a;
	int refs; /* atomic */
	char version[40];
	struct wd_fold *fold;
	struct wd_phrases *phrases;
	WD_VEC(struct wd_word) words;
	WD_VEC(struct wd_concept) concepts;
	WD_VEC(struct wd_figure) figures;
	WD_VEC(struct wd_place) places;
	WD_VEC(struct wd_org) orgs;
	WD_VEC(struct wd_office) offices;
	WD_VEC(struct wd_meeting) meetings;
	WD_VEC(struct wd_coverage) coverage;
	WD_VEC(struct wd_topic_def) topics;
	WD_VEC(struct wd_subject_name) subjects;
	int side[2]; /* offices of meetings.between; WD_NO_INDEX: none */
	struct wd_fact_words fact_words;
	struct wd_hasher *hasher; /* while loading */
	const char *dir;          /* while loading */
};

/* ---- loading (rules_load.c, facts.c, topics.c) ---- */

/** Reads dir/name (capped), adds it to the version's hash. Memory from r->a. */
WD_MUST_USE int wd_rules_file(
	struct wd_rules *r, const char *name, struct wd_str *ret, struct wd_err *err);
/** Adds a phrase with a meaning. `flags` as wd_phrases_add. */
WD_MUST_USE int wd_rules_word(struct wd_rules *r, struct wd_str phrase, unsigned flags,
	struct wd_word word, struct wd_err *err);
/** Concept by name, made when new. Negative: out of memory. */
int wd_rules_concept(struct wd_rules *r, struct wd_str name);
/** Office by id; WD_NO_INDEX. */
int wd_rules_office(const struct wd_rules *r, struct wd_str id);

WD_MUST_USE int wd_facts_leaders(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_people(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_places(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_orgs(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_meetings(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_coverage(struct wd_rules *r, const char *name, struct wd_err *err);
WD_MUST_USE int wd_facts_subjects(struct wd_rules *r, const char *name, struct wd_err *err);
/** A vocabulary or topic file of topics/. */
WD_MUST_USE int wd_topics_file(
	struct wd_rules *r, const char *name, const struct wd_yaml *root, struct wd_err *err);

/* ---- asking facts (facts.c) ---- */

/** Whether the figure holds the office (or one that counts as it) on the day, with `slack` days at
 * both ends. */
bool wd_facts_holds(const struct wd_rules *r, int figure, int office, int64_t day, int64_t slack);
/** Who holds the office on the day; WD_NO_INDEX. */
int wd_facts_holder(const struct wd_rules *r, int office, int64_t day);
/** The figure's term of the office that matters for the day: the one it lies in, else the last
 * begun before it, else the first. NULL: never held it. */
const struct wd_term *wd_facts_term(const struct wd_rules *r, int figure, int office, int64_t day);
bool wd_facts_complete(const struct wd_rules *r, int64_t from, int64_t to);
/** Whether place x is y or lies in it. */
bool wd_facts_in_place(const struct wd_rules *r, int x, int y);
/** "2025-08-23" → day; WD_DAY_NONE for an empty or wrong one. */
int64_t wd_facts_day(struct wd_str iso);
struct wd_str wd_facts_day_text(struct wd_arena *a, int64_t day);
