/**
 * YAML as a tree, through libyaml (the only file that includes it): for the configuration and the
 * topic files. One document of mappings, sequences and scalars; refused are anchors and aliases
 * (expansion bombs), tags, merge keys, a key twice, deep nesting. Every node knows its line and
 * column (from 1), so that findings can name them.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum wd_yaml_kind { WD_YAML_SCALAR, WD_YAML_LIST, WD_YAML_MAP };

struct wd_yaml {
	enum wd_yaml_kind kind;
	bool is_quoted;     /* scalars: written with quotes, so never a number or null */
	struct wd_str text; /* scalars */
	struct wd_str key;  /* members of a map: their key */
	unsigned line, column;
	unsigned key_line, key_column; /* of the key, for members of a map */
	struct wd_yaml *first, *next;  /* children of lists and maps, in order */
	size_t count;
};

#define WD_YAML_DEPTH 16
#define WD_YAML_KEYS 10000 /* of one mapping */

/** One document; an empty one gives an empty map. Memory from `a`; the error tells line and
 * column. */
WD_MUST_USE int wd_yaml_parse(
	struct wd_arena *a, struct wd_str text, struct wd_yaml **ret, struct wd_err *err);
/** The same for who wants to know more than the first fault: each is told with its place. A key
 * that stands twice gives WD_E_MALFORMED and the tree all the same; else *ret is NULL on errors. */
WD_MUST_USE int wd_yaml_read(struct wd_arena *a, struct wd_str text,
	void (*fault)(unsigned line, unsigned column, const char *what, void *ctx), void *ctx,
	struct wd_yaml **ret);
/** Absent value: an empty scalar without quotes, "~" or "null". */
bool wd_yaml_is_null(const struct wd_yaml *n);
/** Member of a map by key; NULL when absent or `map` is no map or NULL. */
const struct wd_yaml *wd_yaml_get(const struct wd_yaml *map, const char *key);
/** `for` over children: WD_YAML_EACH(n, list) { … } */
#define WD_YAML_EACH(var, parent)                                                                  \
	for (const struct wd_yaml *var = (parent) != NULL ? (parent)->first : NULL; var != NULL;   \
		var = var->next)
