/**
 * Small steps that every feed format takes when it fills a wd_entry. All are tolerant of empty
 * input and quietly stop at their limits.
 */
#pragma once
#include "parsers/dates.h"
#include "parsers/parser.h"

/** What dates of this document are read with. `language` may be empty. */
struct wd_date_opts wd_field_date_opts(const struct wd_parse_ctx *ctx, struct wd_str language);
/** Reads a date; a text that is none leaves *ret as it is and answers false. */
bool wd_field_date(const struct wd_parse_ctx *ctx, struct wd_str language, struct wd_str text,
	struct wd_date *ret);
/** The publication date: remembers the field it came from, or why it was refused. */
void wd_field_published(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, struct wd_str text, const char *field);
/** Absolute form against `base`, else against the document's URL. */
struct wd_str wd_field_url(
	const struct wd_parse_ctx *ctx, struct wd_arena *a, struct wd_str base, struct wd_str ref);
/** Appends a copy of the trimmed text, once. */
void wd_field_add_str(struct wd_arena *a, wd_strs *list, struct wd_str s);
void wd_field_add_author(struct wd_arena *a, wd_persons *list, struct wd_str name,
	struct wd_str email, struct wd_str url);
/** The persons of a byline: "By Jane Roe and Kim Min-su in Seoul, Staff Writers" → two. */
void wd_field_add_named(struct wd_arena *a, wd_persons *list, struct wd_str names);
void wd_field_add_content(
	struct wd_arena *a, wd_contents *list, struct wd_str value, const char *type);
void wd_field_add_subject(struct wd_arena *a, wd_subjects *list, struct wd_str code,
	struct wd_str name, struct wd_str scheme);
/** usable, withheld, canceled from what agencies write ("stat:usable", "Canceled", "kill",
 * "embargoed" …); empty when it says nothing known. */
struct wd_str wd_field_pubstatus(struct wd_str s);
/** 1 … 9; 0 when it is none. */
int wd_field_urgency(struct wd_str s);
/** Behind the colon of a qcode ("ninat:text" → "text"); all of it without one. */
struct wd_str wd_field_qcode_value(struct wd_str qcode);
