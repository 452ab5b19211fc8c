/**
 * The repair layer: broken markup text → markup text a parser understands, before tokenising.
 * Linear time. No false repair outranks every other goal: text about markup, code, `a < b` stay.
 */
#pragma once
#include "base/err.h"
#include "parsers/article.h"

/**
 * Mends tags broken by spaces, lost brackets, full-width brackets, escaped markup, bare tag words
 * between cells, … Appends to `repairs` what it did (field as given). Returns `html` itself when
 * nothing was to do (the usual case, cheap to see).
 */
struct wd_str wd_repair_markup(
	struct wd_arena *a, struct wd_str html, const char *field, wd_repairs *repairs);
/** The same; sets *ret_tables (never clears it) when the markup of a table was among what it
 * mended. */
struct wd_str wd_repair_tables(struct wd_arena *a, struct wd_str html, const char *field,
	wd_repairs *repairs, bool *ret_tables);
/** Undoes UTF-8 read as windows-1252 / latin-1 / cp949 (once or twice) where the evidence is plain;
 * `s` itself otherwise. */
struct wd_str wd_repair_mojibake(
	struct wd_arena *a, struct wd_str s, const char *field, wd_repairs *repairs);
/** Plain text with debris: tags that its sentences speak of are written as references, so that no
 * later step takes them for markup; `s` itself when there are none. */
struct wd_str wd_repair_mentions(struct wd_arena *a, struct wd_str s);
