/**
 * Inside sinks/event*.c only: the parts of the `data` member.
 */
#pragma once
#include "base/json.h"
#include "sinks/event.h"

/** State of one encoding. */
struct wd_event_enc {
	struct wd_json j;
	struct wd_arena *a;
	const struct wd_article *art;
	const struct wd_version *v;
	bool drop_summary; /* it stands in the body already */
	size_t max_spans;  /* evidence kept per tag */
	wd_strs seen;      /* long strings that stand somewhere: no text twice */
};

/** False when a string long enough to matter was written before; remembers it otherwise. */
bool wd_event_once(struct wd_event_enc *e, struct wd_str s);
/** The member `wiredesk`. sinks/event_wiredesk.c */
void wd_event_put_wiredesk(struct wd_event_enc *e);
