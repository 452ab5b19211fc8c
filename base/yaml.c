/*
 * YAML tree. libyaml's events are turned into nodes with a stack of open collections, no
 * recursion, so hostile nesting meets WD_YAML_DEPTH and not the thread's stack. The tree is small
 * (configuration, topic files), so a sibling list per map is searched linearly.
 */
#include "base/yaml.h"

#include <yaml.h>

struct builder {
	struct wd_arena *a;
	struct wd_yaml *open[WD_YAML_DEPTH]; /* collections not yet ended */
	struct wd_yaml *last[WD_YAML_DEPTH]; /* last child of each */
	size_t depth;
	struct wd_str key; /* key read, value still to come; p == NULL: none */
	unsigned key_line, key_column;
	struct wd_yaml *root;
};

static void parser_donep(yaml_parser_t *p)
{
	yaml_parser_delete(p);
}

static bool map_has(const struct wd_yaml *map, struct wd_str key)
{
	WD_YAML_EACH(n, map)
	{
		if (wd_str_eq(n->key, key))
			return true;
	}
	return false;
}

static int node_add(struct builder *b, struct wd_yaml *n, struct wd_err *err)
{
	if (b->depth == 0) {
		if (b->root != NULL)
			return wd_err_set(err, WD_E_MALFORMED,
				"line %u: more than one document in the file", n->line);
		b->root = n;
		return WD_OK;
	}
	struct wd_yaml *up = b->open[b->depth - 1];
	if (up->kind == WD_YAML_MAP) {
		if (map_has(up, b->key))
			return wd_err_set(err, WD_E_MALFORMED,
				"line %u, column %u: key '%.*s' stands twice", b->key_line,
				b->key_column, WD_STR_ARG(b->key));
		n->key = b->key;
		n->key_line = b->key_line;
		n->key_column = b->key_column;
		b->key = WD_STR_NONE;
	}
	if (b->last[b->depth - 1] != NULL)
		b->last[b->depth - 1]->next = n;
	else
		up->first = n;
	b->last[b->depth - 1] = n;
	up->count++;
	return WD_OK;
}

static struct wd_yaml *node_new(struct builder *b, enum wd_yaml_kind kind, yaml_mark_t at)
{
	struct wd_yaml *n = wd_arena_new_of(b->a, struct wd_yaml);
	if (n != NULL) {
		n->kind = kind;
		n->line = (unsigned)at.line + 1;
		n->column = (unsigned)at.column + 1;
	}
	return n;
}

static bool wants_key(const struct builder *b)
{
	return b->depth > 0 && b->open[b->depth - 1]->kind == WD_YAML_MAP && b->key.p == NULL;
}

static int on_scalar(struct builder *b, const yaml_event_t *ev, struct wd_err *err)
{
	struct wd_str text = {(const char *)ev->data.scalar.value, (size_t)ev->data.scalar.length};
	char *copy = wd_arena_cstr(b->a, text);
	if (copy == NULL)
		return wd_err_set(err, WD_E_LIMIT, "YAML: out of memory");
	if (wants_key(b)) {
		b->key = (struct wd_str){copy, text.n};
		b->key_line = (unsigned)ev->start_mark.line + 1;
		b->key_column = (unsigned)ev->start_mark.column + 1;
		return WD_OK;
	}
	struct wd_yaml *n = node_new(b, WD_YAML_SCALAR, ev->start_mark);
	if (n == NULL)
		return wd_err_set(err, WD_E_LIMIT, "YAML: out of memory");
	n->text = (struct wd_str){copy, text.n};
	n->is_quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node_add(b, n, err);
}

static int on_start(
	struct builder *b, const yaml_event_t *ev, enum wd_yaml_kind kind, struct wd_err *err)
{
	unsigned line = (unsigned)ev->start_mark.line + 1;
	if (wants_key(b))
		return wd_err_set(err, WD_E_MALFORMED, "line %u: a key must be a plain word", line);
	if (b->depth == WD_YAML_DEPTH)
		return wd_err_set(
			err, WD_E_LIMIT, "line %u: nested deeper than %d", line, WD_YAML_DEPTH);
	struct wd_yaml *n = node_new(b, kind, ev->start_mark);
	if (n == NULL)
		return wd_err_set(err, WD_E_LIMIT, "YAML: out of memory");
	int rc = node_add(b, n, err);
	if (rc != WD_OK)
		return rc;
	b->last[b->depth] = NULL;
	b->open[b->depth++] = n;
	return WD_OK;
}

static bool has_anchor(const yaml_event_t *ev)
{
	return (ev->type == YAML_SCALAR_EVENT && ev->data.scalar.anchor != NULL) ||
	       (ev->type == YAML_SEQUENCE_START_EVENT && ev->data.sequence_start.anchor != NULL) ||
	       (ev->type == YAML_MAPPING_START_EVENT && ev->data.mapping_start.anchor != NULL) ||
	       ev->type == YAML_ALIAS_EVENT;
}

static int on_event(struct builder *b, const yaml_event_t *ev, struct wd_err *err)
{
	if (has_anchor(ev))
		return wd_err_set(err, WD_E_UNSUPPORTED,
			"line %u: anchors and aliases are not allowed; write the value out",
			(unsigned)ev->start_mark.line + 1);
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev, err);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, ev, WD_YAML_LIST, err);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, ev, WD_YAML_MAP, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return WD_OK;
	default:
		return WD_OK;
	}
}

int wd_yaml_parse(struct wd_arena *a, struct wd_str text, struct wd_yaml **ret, struct wd_err *err)
{
	wd_cleanup(parser_donep) yaml_parser_t p;
	if (yaml_parser_initialize(&p) == 0)
		return wd_err_set(err, WD_E_NOMEM, "YAML: out of memory");
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	struct builder b = {.a = a};
	for (bool more = true; more;) {
		yaml_event_t ev;
		if (yaml_parser_parse(&p, &ev) == 0)
			return wd_err_set(err, WD_E_MALFORMED, "line %u, column %u: %s",
				(unsigned)p.problem_mark.line + 1,
				(unsigned)p.problem_mark.column + 1,
				p.problem != NULL ? p.problem : "not YAML");
		int rc = on_event(&b, &ev, err);
		more = ev.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
		if (rc != WD_OK)
			return rc;
	}
	if (b.root == NULL || (b.root->kind == WD_YAML_SCALAR && b.root->text.n == 0)) {
		b.root = wd_arena_new_of(a, struct wd_yaml);
		if (b.root == NULL)
			return wd_err_set(err, WD_E_LIMIT, "YAML: out of memory");
		b.root->kind = WD_YAML_MAP;
		b.root->line = b.root->column = 1;
	}
	*ret = b.root;
	return WD_OK;
}

const struct wd_yaml *wd_yaml_get(const struct wd_yaml *map, const char *key)
{
	if (map == NULL || map->kind != WD_YAML_MAP)
		return NULL;
	WD_YAML_EACH(n, map)
	{
		if (wd_str_eqc(n->key, key))
			return n;
	}
	return NULL;
}
