#include "daemon/config_yaml.h"

#include <yaml.h>

struct reader {
	struct wd_arena *a;
	struct wd_str file;
	struct wd_findings *f;
	struct wd_node *stack[WD_YAML_MAX_DEPTH];
	struct wd_str key; /* read, waiting for its value */
	unsigned key_line, key_col;
	bool has_key;
	size_t depth;
	struct wd_node *root;
};

static unsigned line_of(const yaml_mark_t *m)
{
	return (unsigned)WD_MIN(m->line + 1, (size_t)UINT32_MAX);
}

static unsigned col_of(const yaml_mark_t *m)
{
	return (unsigned)WD_MIN(m->column + 1, (size_t)UINT32_MAX);
}

static bool refuse(struct reader *r, const yaml_event_t *ev, const char *text)
{
	wd_finding_add(r->f, false, r->file, line_of(&ev->start_mark), col_of(&ev->start_mark),
		"%s", text);
	return false;
}

/* A scalar in key position of a mapping. */
static bool take_key(struct reader *r, struct wd_node *map, const yaml_event_t *ev, struct wd_str s)
{
	if (wd_str_eqc(s, "<<"))
		return refuse(r, ev, "merge keys are refused: write the values out");
	if (s.n == 0 || s.n > 256)
		return refuse(r, ev, "a key must have 1 to 256 characters");
	if (map->count >= 1000)
		return refuse(r, ev, "more than 1000 keys in one mapping");
	for (const struct wd_node *n = map->first; n != NULL; n = n->next) {
		if (wd_str_eq(n->key, s)) {
			wd_finding_add(r->f, false, r->file, line_of(&ev->start_mark),
				col_of(&ev->start_mark),
				"key '%.*s' stands here a second time (first in line %u)",
				WD_STR_ARG(s), n->key_line);
			break; /* go on: the other findings count too */
		}
	}
	r->key = wd_arena_str(r->a, s);
	r->key_line = line_of(&ev->start_mark);
	r->key_col = col_of(&ev->start_mark);
	r->has_key = true;
	return true;
}

static struct wd_node *add_node(struct reader *r, const yaml_event_t *ev, enum wd_node_kind kind)
{
	struct wd_node *n = wd_arena_new_of(r->a, struct wd_node);
	if (n == NULL) {
		(void)refuse(r, ev, "the configuration is too large");
		return NULL;
	}
	n->kind = kind;
	n->line = line_of(&ev->start_mark);
	n->col = col_of(&ev->start_mark);
	if (r->depth == 0) {
		r->root = n;
		return n;
	}
	struct wd_node *parent = r->stack[r->depth - 1];
	if (parent->kind == WD_NODE_MAP) {
		n->key = r->key;
		n->key_line = r->key_line;
		n->key_col = r->key_col;
		r->has_key = false;
	}
	if (parent->last != NULL)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	parent->count++;
	return n;
}

static bool wants_key(const struct reader *r)
{
	return r->depth > 0 && r->stack[r->depth - 1]->kind == WD_NODE_MAP && !r->has_key;
}

static bool on_scalar(struct reader *r, const yaml_event_t *ev)
{
	struct wd_str s = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
	if (ev->data.scalar.anchor != NULL)
		return refuse(r, ev, "anchors are refused: write the value out where it is needed");
	if (ev->data.scalar.tag != NULL)
		return refuse(r, ev, "tags (!…) are refused");
	if (wants_key(r))
		return take_key(r, r->stack[r->depth - 1], ev, s);
	struct wd_node *n = add_node(r, ev, WD_NODE_SCALAR);
	if (n == NULL)
		return false;
	n->text = wd_arena_str(r->a, s);
	n->is_plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return true;
}

static bool on_start(struct reader *r, const yaml_event_t *ev, enum wd_node_kind kind)
{
	bool is_map = kind == WD_NODE_MAP;
	if ((is_map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor) != NULL)
		return refuse(r, ev, "anchors are refused: write the value out where it is needed");
	if ((is_map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag) != NULL)
		return refuse(r, ev, "tags (!…) are refused");
	if (wants_key(r))
		return refuse(r, ev, "a key must be a plain word");
	if (r->depth == WD_YAML_MAX_DEPTH)
		return refuse(r, ev, "nested more than 16 levels deep");
	struct wd_node *n = add_node(r, ev, kind);
	if (n == NULL)
		return false;
	r->stack[r->depth++] = n;
	return true;
}

static bool on_event(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, ev);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, ev, WD_NODE_MAP);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, ev, WD_NODE_LIST);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return refuse(r, ev, "aliases are refused: write the value out");
	case YAML_DOCUMENT_START_EVENT:
		if (r->root != NULL)
			return refuse(r, ev, "a second document begins here; one is allowed");
		return true;
	default:
		return true;
	}
}

static void parser_error(struct reader *r, const yaml_parser_t *p)
{
	wd_finding_add(r->f, false, r->file, line_of(&p->problem_mark), col_of(&p->problem_mark),
		"not valid YAML: %s%s%s", p->problem != NULL ? p->problem : "unreadable bytes",
		p->context != NULL ? ", " : "", p->context != NULL ? p->context : "");
}

struct wd_node *wd_yaml_read(
	struct wd_arena *a, struct wd_str text, struct wd_str file, struct wd_findings *f)
{
	struct reader r = {.a = a, .file = file, .f = f};
	yaml_parser_t p;
	bool ok = true, end = false;

	if (text.n > WD_YAML_MAX_BYTES) {
		wd_finding_add(
			f, false, file, 0, 0, "larger than 16 MiB; put feeds into feeds_file");
		return NULL;
	}
	if (yaml_parser_initialize(&p) == 0)
		return NULL;
	yaml_parser_set_input_string(&p, (const unsigned char *)(text.n > 0 ? text.p : ""), text.n);
	while (ok && !end) {
		yaml_event_t ev;
		if (yaml_parser_parse(&p, &ev) == 0) {
			parser_error(&r, &p);
			ok = false;
			break;
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		ok = on_event(&r, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
	if (!ok)
		return NULL;
	if (r.root == NULL || wd_node_is_null(r.root)) {
		struct wd_node *empty = wd_arena_new_of(a, struct wd_node);
		if (empty != NULL)
			empty->kind = WD_NODE_MAP;
		return empty;
	}
	return r.root;
}

struct wd_node *wd_node_get(const struct wd_node *map, const char *key)
{
	if (map->kind != WD_NODE_MAP)
		return NULL;
	for (struct wd_node *n = map->first; n != NULL; n = n->next) {
		if (wd_str_eqc(n->key, key))
			return n;
	}
	return NULL;
}

bool wd_node_is_null(const struct wd_node *n)
{
	return n->kind == WD_NODE_SCALAR && n->is_plain &&
	       (n->text.n == 0 || wd_str_eqc(n->text, "~") || wd_str_eqc(n->text, "null"));
}
