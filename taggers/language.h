/**
 * Language of an article: what is declared, unless the script contradicts it; else detected from
 * script, function words and (for what is left) letter statistics.
 */
#pragma once
#include "base/str.h"

struct wd_language;

/** One per worker: not thread-safe, because the statistics library is not. NULL: out of memory. */
struct wd_language *wd_language_new(void);
void wd_language_free(struct wd_language *l);

/** BCP 47 primary code ("ko", "zh") of the text; empty when it cannot be told. Static memory. */
struct wd_str wd_language_detect(struct wd_language *l, struct wd_str text);
/** Whether text in the declared language (BCP 47, any case) can look like this: false when the
 * script forbids it. */
bool wd_language_plausible(struct wd_str declared, struct wd_str text);
