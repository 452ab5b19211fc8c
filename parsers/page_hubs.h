/**
 * Hubs that a page names in its head (WebSub, section 4: discovery in HTML).
 */
#pragma once
#include "base/arena.h"

/** <link rel=hub> (all, separated by spaces) and <link rel=self> (the first), resolved; empty when
 * there is none. Strings from `a`. */
void wd_page_hubs(struct wd_arena *a, struct wd_str html, struct wd_str base,
	struct wd_str *ret_hubs, struct wd_str *ret_self);
