/**
 * Links: tracking parameters off. The list is data (data/url/tracking.txt), loaded once at start,
 * immutable after, so any thread may call wd_link_untrack().
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

/** Reads DIR/url/tracking.txt and makes it the list in use. Once, before threads start; the error
 * names file and line. */
WD_MUST_USE int wd_links_load(const char *dir, struct wd_err *err);
void wd_links_unload(void);
/** The URL without its tracking parameters; `url` itself when it has none (or no list is loaded).
 */
struct wd_str wd_link_untrack(struct wd_arena *a, struct wd_str url);
