/**
 * People, inside taggers/: neighbours of names, shared by people.c and garbled.c.
 */
#pragma once
#include "taggers/scan.h"

#define WD_IN_OFFICE_SLACK 400 /* days: a bare surname still means the one who just left */

/** Longest unhidden hit of one of the kinds (bits of enum wd_word_kind) that ends, or begins, at
 * the item; NULL: none. */
const struct wd_hit *wd_people_ending(
	const struct wd_scan *s, int field, uint32_t end, unsigned kinds);
const struct wd_hit *wd_people_starting(
	const struct wd_scan *s, int field, uint32_t start, unsigned kinds);
/** Before p without spaces, "'s", quotes and の. */
uint32_t wd_people_left_edge(const struct wd_folded *d, uint32_t p);
/** After p without spaces and one bracketed reading. */
uint32_t wd_people_right_edge(const struct wd_folded *d, uint32_t p);

/** What stands beside a name. */
struct wd_beside {
	uint32_t start, end; /* name and title together */
	int titled, country; /* offices; WD_NO_INDEX */
	bool has_post, is_former, is_foreign;
};
struct wd_beside wd_people_beside(const struct wd_scan *s, int field, uint32_t start, uint32_t end);
/** A new mention of the items; NULL: the arena is used up. */
struct wd_mention *wd_people_add(
	struct wd_scan *s, int field, uint32_t start, uint32_t end, const struct wd_beside *b);
void wd_people_set(struct wd_scan *s, struct wd_mention *m, int figure);
/** How likely this bearer of a name is meant as holder of the office; below zero: not at all. */
int wd_people_score(const struct wd_scan *s, int figure, int office, bool is_former);
/** The original's character at an item is upper case. */
bool wd_people_is_upper(const struct wd_folded *d, uint32_t i);

/** Names that are almost a holder's, beside the office's title: mentions with is_garbled. */
WD_MUST_USE int wd_people_garbled(struct wd_scan *s, int field);
/** The sentence an item lies in; WD_NO_INDEX: none. */
int wd_people_sentence_at(const struct wd_scan *s, int field, uint32_t item);
bool wd_people_is_taken(const struct wd_scan *s, int field, uint32_t start, uint32_t end);
bool wd_people_is_introduced(const struct wd_scan *s, int figure);
/** The best of the figures whose surname stands at hit i; all of them follow each other. */
int wd_people_best_bearer(const struct wd_scan *s, int field, size_t i, int office, bool is_former);
/** A capitalised word goes on after p: "Lee Jun-seok" (people_alone.c). */
bool wd_people_name_goes_on(const struct wd_scan *s, int field, uint32_t p);
/** Mentions by a surname alone, and by a title alone (people_alone.c). */
WD_MUST_USE int wd_people_bare(struct wd_scan *s, int field);
WD_MUST_USE int wd_people_titles(struct wd_scan *s, int field);
