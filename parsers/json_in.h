/**
 * JSON as feeds send it, value by value: an item at a time becomes a small tree in an arena, what
 * nobody asked for is skipped without memory. Tolerant, and it says what it tolerated.
 */
#pragma once
#include "parsers/article.h"

enum wd_jtype {
	WD_J_NULL,
	WD_J_BOOL,
	WD_J_NUMBER,
	WD_J_STRING,
	WD_J_ARRAY,
	WD_J_OBJECT,
};

struct wd_jnode {
	enum wd_jtype type;
	struct wd_str key;  /* of an object's member */
	struct wd_str text; /* STRING: decoded; NUMBER, BOOL: as written */
	struct wd_jnode *first, *last, *next;
	size_t count; /* members or elements */
};

enum wd_jfault {
	WD_JF_TRUNCATED = 1 << 0,
	WD_JF_COMMA = 1 << 1,     /* one too many or one missing */
	WD_JF_CONTROL = 1 << 2,   /* a raw control character in a string */
	WD_JF_ESCAPE = 1 << 3,    /* an unknown escape, or half a surrogate pair */
	WD_JF_COMMENT = 1 << 4,   /* comments */
	WD_JF_LITERAL = 1 << 5,   /* NaN, undefined, True … */
	WD_JF_TRAILING = 1 << 6,  /* something behind the document */
	WD_JF_DEPTH = 1 << 7,     /* nested too deep: cut */
	WD_JF_STRUCTURE = 1 << 8, /* something that is no value where one belongs */
};

struct wd_jread {
	struct wd_str text;
	size_t at;
	unsigned faults; /* enum wd_jfault */
};

/** What the next value is, without taking it; false: none is there (end, or no JSON). */
bool wd_jread_peek(struct wd_jread *r, enum wd_jtype *ret);
/** The value at hand as a tree; NULL: none, or the arena's limit. */
struct wd_jnode *wd_jread_value(struct wd_jread *r, struct wd_arena *a);
/** Goes past the value at hand. Strings decoded before stay valid. */
void wd_jread_skip(struct wd_jread *r);
/** Walking an object or array: open it, ask for one member (its key decoded into `a`) or element
 * after the other, taking or skipping each value; false: closed. */
bool wd_jread_open(struct wd_jread *r, char bracket);
bool wd_jread_member(struct wd_jread *r, struct wd_arena *a, struct wd_str *ret_key);
bool wd_jread_element(struct wd_jread *r);
/** Names of the faults for a feed's list: "json-truncated", … */
void wd_jread_faults(const struct wd_jread *r, struct wd_arena *a, wd_strs *list);

/** Member of an object, ASCII case ignored; NULL: none (or `o` is no object). */
const struct wd_jnode *wd_jnode_get(const struct wd_jnode *o, const char *key);
/** Text of a string or number member, trimmed; empty without. */
struct wd_str wd_jnode_text(const struct wd_jnode *o, const char *key);
/** A node's own text when it is a string or number. */
struct wd_str wd_jnode_str(const struct wd_jnode *n);
