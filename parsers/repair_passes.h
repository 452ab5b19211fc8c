/**
 * The passes of the repair layer, each text → text. Internal to parsers/repair*.c.
 *
 * Each returns `s` itself when it changed nothing, and adds to `repairs` what it did.
 */
#pragma once
#include "parsers/repair_lex.h"

struct wd_repair_log {
	struct wd_arena *a;
	const char *field;
	wd_repairs *list; /* NULL: nobody asks */
	bool *tables;     /* set when a table's own markup was mended */
};

void wd_repair_note(const struct wd_repair_log *log, const char *kind, int64_t count);
/** The end of a pass: the buffer's text in the arena; `s` when nothing `changed` or the buffer
 * failed. The buffer is released. */
struct wd_str wd_repair_done(struct wd_arena *a, struct wd_buf *b, struct wd_str s, bool changed);

/** Markup left in the form of a string of another language (JSON, URL encoding, quoted-printable):
 * <\/td>, \u003c, %3Ctd%3E → markup. */
struct wd_str wd_repair_strings(const struct wd_repair_log *log, struct wd_str s);
/** Tabs and line ends written as \t and \n between the cells and rows of a table. */
struct wd_str wd_repair_escapes(const struct wd_repair_log *log, struct wd_str s);
/** Tags between other signs than pointed brackets: (td), ?td?, |td| → markup. */
struct wd_str wd_repair_signs(const struct wd_repair_log *log, struct wd_str s);
/** &lt;td&gt; → <td> where it is used as markup, up to three times escaped; &amp;nbsp; → &nbsp;;
 * CDATA brackets off. */
struct wd_str wd_repair_escaped(const struct wd_repair_log *log, struct wd_str s);
/** Rows, cells and impossible names that a sentence speaks of → text (references). Notes nothing:
 * what a reader sees is what the source says. */
struct wd_str wd_repair_html_mentions(const struct wd_repair_log *log, struct wd_str s);
/** Tags broken by spaces, lost brackets, bare names, lost quotes → plain tags. */
struct wd_str wd_repair_tags(const struct wd_repair_log *log, struct wd_str s);
/** Rows and cells that are elements of another name, rows of text without cells. Plain tags in. */
struct wd_str wd_repair_cells(const struct wd_repair_log *log, struct wd_str s);
/** Lost slashes, cells and rows nested the wrong way, rows outside tables. Plain tags in. */
struct wd_str wd_repair_rows(const struct wd_repair_log *log, struct wd_str s);
