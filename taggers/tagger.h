/**
 * Taggers: a cleaned article gets language, entities, topics, themes, summits, flags and subjects,
 * each with its evidence. Rules are immutable, shared and reference-counted; a reload swaps them
 * whole. Scratch is per worker. Pure: (article, rules) → tags.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

struct wd_rules;
struct wd_tag_scratch;

/** Loads dictionaries and topics from the folder (wd_datadir()). The error names file and line. */
WD_MUST_USE int wd_rules_load(const char *dir, struct wd_rules **ret, struct wd_err *err);
struct wd_rules *wd_rules_ref(struct wd_rules *r);
void wd_rules_unref(struct wd_rules *r); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_rules *, wd_rules_unref)
/** Version of the rule set: a hash of its files, "…". */
struct wd_str wd_rules_version(const struct wd_rules *r);
/** Whether a topic (no theme) has this id. */
bool wd_rules_has_topic(const struct wd_rules *r, struct wd_str id);

struct wd_tag_scratch *wd_tag_scratch_new(const struct wd_rules *r);
void wd_tag_scratch_free(struct wd_tag_scratch *s);

/** What each rule added or took away: for `wiredesk explain`. NULL callback: none wanted. */
struct wd_tag_trace {
	void (*note)(void *ctx, const char *rule, double weight, const struct wd_span *span,
		const char *text);
	void *ctx;
};

/** Appends tags to the article, all memory from `a` (the article's arena). */
WD_MUST_USE int wd_tag_article(const struct wd_rules *r, struct wd_tag_scratch *s,
	struct wd_arena *a, struct wd_article *article, const struct wd_tag_trace *trace,
	struct wd_err *err);

/** Runs the examples that topic files bring along; each one that goes wrong is told to `report`.
 * Returns how many did. */
size_t wd_rules_check(const struct wd_rules *r,
	void (*report)(void *ctx, const char *file, unsigned line, const char *text), void *ctx,
	size_t *ret_examples);
