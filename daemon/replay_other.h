/**
 * The other side of `wiredesk replay --against`: another rule set, configuration or program
 * replays the same archives in a process of its own; a file of events is taken as it is.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

/** Options that both sides share, for the other's command line. */
struct wd_replay_other {
	const char *const *paths;
	size_t count;
	const char *at, *from, *to, *feed, *config, *rules; /* as given; NULL: not given */
	bool fulltext;
};

/** What the other side says, as JSON Lines (fclose it). `against`: a folder of rules, a
 * configuration (.yaml), a program or a file of events. */
WD_MUST_USE int wd_replay_other(
	const struct wd_replay_other *o, const char *against, FILE **ret, struct wd_err *err);
