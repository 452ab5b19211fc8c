/**
 * Lifecycle: what became of an article between two versions: the difference, and how much it
 * matters. Pure; the record of the older version comes from the store.
 */
#pragma once
#include "base/err.h"
#include "parsers/version.h"

/** An article's texts as one record for the store, at most WD_LIFECYCLE_RECORD bytes. */
#define WD_LIFECYCLE_RECORD ((size_t)64 << 10)
struct wd_str wd_lifecycle_record(struct wd_arena *a, const struct wd_article *art);
/** The same with a note in the text's place that it is elsewhere. */
struct wd_str wd_lifecycle_record_but_text(struct wd_arena *a, const struct wd_article *art);
bool wd_lifecycle_lacks_text(struct wd_str record);
/** A record that lacks its text, and the text: as wd_lifecycle_record would have made it, in `a`.
 */
struct wd_str wd_lifecycle_with_text(struct wd_arena *a, struct wd_str record, struct wd_str text);
/** Fills diff and significance of `v` from the older version's record. An unreadable or empty
 * record gives "rewrite" without a diff. */
void wd_lifecycle_compare(struct wd_arena *a, struct wd_str record, const struct wd_article *art,
	struct wd_version *v);
/** The headline in a record; empty when there is none. */
struct wd_str wd_lifecycle_headline(struct wd_str record);
/** 0 … 1: words that the record's and the article's headline and text share. */
double wd_lifecycle_similarity(
	struct wd_arena *a, struct wd_str record, const struct wd_article *art);
