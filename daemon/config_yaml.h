/**
 * YAML → a small tree with the place of everything. The only part that knows libyaml.
 *
 * Taken: one document of mappings, sequences and scalars. Refused with line and column: anchors,
 * aliases, tags, merge keys, several documents, a key twice, more than 16 levels.
 */
#pragma once
#include "daemon/config.h"

enum wd_node_kind { WD_NODE_SCALAR, WD_NODE_LIST, WD_NODE_MAP };

struct wd_node {
	enum wd_node_kind kind;
	unsigned line, col; /* from 1 */
	struct wd_str text; /* scalars */
	bool is_plain;      /* scalar without quotes */
	struct wd_str key;  /* when inside a mapping */
	unsigned key_line, key_col;
	struct wd_node *first, *last, *next;
	size_t count;
};

#define WD_YAML_MAX_DEPTH 16
#define WD_YAML_MAX_BYTES (16 * WD_MIB)

/** NULL with findings when it is not such YAML; an empty document gives an empty mapping. */
struct wd_node *wd_yaml_read(
	struct wd_arena *a, struct wd_str text, struct wd_str file, struct wd_findings *f);
/** Member of a mapping, NULL when absent. */
struct wd_node *wd_node_get(const struct wd_node *map, const char *key);
/** Absent value: empty plain scalar, "~" or "null". */
bool wd_node_is_null(const struct wd_node *n);
