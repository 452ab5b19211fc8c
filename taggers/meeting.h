/**
 * The meeting an article is about, inside taggers/: who takes part, when, where, and which line of
 * the meetings table that is. meeting.c finds it, consistency.c compares it with the facts.
 */
#pragma once
#include "taggers/scan.h"

#define WD_MAX_ACTORS 8

/** Somebody who takes part as holder of one side's office. */
struct wd_actor {
	int figure;
	const struct wd_mention *first; /* where first, headline before lead before body */
	int strength;                   /* 3 headline, 2 lead, 1 body */
	unsigned mentions;
	bool is_titled; /* with the office's title or country at least once */
};

struct wd_side {
	int office; /* WD_NO_INDEX: the vocabulary has no sides */
	struct wd_actor actors[WD_MAX_ACTORS];
	size_t n;
};

struct wd_event {
	struct wd_side side[2];
	const struct wd_meeting *meeting; /* NULL: none of the table */
	double confidence;
	bool by_date;   /* a date of the text lies in the meeting's days */
	bool near_date; /* a date written for the meeting lies near them, and in no other's */
	/* Dates written for the meeting itself: in sentences that meet, tell no announcement and do
	 * not look back. */
	WD_VEC(const struct wd_text_date *) dates;
};

/** Memory from the scan's arena. */
WD_MUST_USE int wd_event_find(struct wd_scan *s, struct wd_event *ret);

/** The sentence looks back on something else. */
bool wd_event_is_background(const struct wd_scan *s, int sentence);
/** The sentence is about the two sides' meeting. */
bool wd_event_is_meeting(const struct wd_scan *s, int sentence);
/** The one actor of the side; WD_NO_INDEX when there is none or more than one. */
int wd_event_sole(const struct wd_side *side);
