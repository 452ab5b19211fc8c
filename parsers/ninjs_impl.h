/**
 * What the JSON item reader's files share. Not for anybody else.
 *   ninjs.c       detection, the items, their own members
 *   ninjs_parts.c files, pictures, components
 */
#pragma once
#include "base/limits.h"
#include "parsers/json_in.h"
#include "parsers/parsers.h"

/** "x" or [{"role": "main", "value": "x"}]: the main value, else the first. */
struct wd_str ninjs_main_value(const struct wd_jnode *list);
/** Of the first member named (the list ends with NULL) that says something. */
struct wd_str ninjs_first_text(const struct wd_jnode *o, const char *const *names);
#define NINJS_FIRST(o, ...) ninjs_first_text((o), (const char *const[]){__VA_ARGS__, NULL})

void ninjs_read_files(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, const struct wd_jnode *item);
/** After the item's own members: fills what they left empty. */
void ninjs_read_components(struct wd_arena *a, struct wd_entry *e, const struct wd_jnode *item);
