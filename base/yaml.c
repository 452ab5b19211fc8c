/*
 * YAML tree. libyaml's events are turned into nodes with a stack of open collections, no
 * recursion, so hostile nesting meets WD_YAML_DEPTH and not the thread's stack. The tree is small
 * (configuration, topic files), so a sibling list per map is searched linearly.
 */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

struct builder {
	struct wd_arena *a;
	void (*fault)(unsigned line, unsigned column, const char *what, void *ctx);
	void *ctx;
	struct wd_yaml *open[WD_YAML_DEPTH]; /* collections not yet ended */
	struct wd_yaml *last[WD_YAML_DEPTH]; /* last child of each */
	size_t depth;
	struct wd_str key; /* key read, value still to come; p == NULL: none */
	unsigned key_line, key_column;
	bool failed; /* something was told; reading may have gone on */
	struct wd_yaml *root;
};

static unsigned line_of(const yaml_mark_t *m)
{
	return (unsigned)WD_MIN(m->line + 1, (size_t)UINT32_MAX);
}

static unsigned column_of(const yaml_mark_t *m)
{
	return (unsigned)WD_MIN(m->column + 1, (size_t)UINT32_MAX);
}

WD_PRINTF(3, 4)
static bool refuse(struct builder *b, const yaml_mark_t *at, const char *fmt, ...)
{
	char text[400];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	b->failed = true;
	b->fault(line_of(at), column_of(at), text, b->ctx);
	return false;
}

static bool take_key(struct builder *b, const yaml_event_t *ev, struct wd_str s)
{
	const struct wd_yaml *map = b->open[b->depth - 1];
	if (wd_str_eqc(s, "<<"))
		return refuse(b, &ev->start_mark, "merge keys are refused: write the values out");
	if (s.n == 0 || s.n > 256)
		return refuse(b, &ev->start_mark, "a key must have 1 to 256 characters");
	if (map->count >= WD_YAML_KEYS)
		return refuse(b, &ev->start_mark, "more than %d keys in one mapping", WD_YAML_KEYS);
	WD_YAML_EACH(n, map)
	{
		if (!wd_str_eq(n->key, s))
			continue;
		(void)refuse(b, &ev->start_mark,
			"key '%.*s' stands here a second time (first in line %u)", WD_STR_ARG(s),
			n->key_line);
		break; /* go on: the other findings count too */
	}
	b->key = wd_arena_str(b->a, s);
	b->key_line = line_of(&ev->start_mark);
	b->key_column = column_of(&ev->start_mark);
	return b->key.p != NULL || refuse(b, &ev->start_mark, "too large");
}

static struct wd_yaml *add_node(struct builder *b, const yaml_event_t *ev, enum wd_yaml_kind kind)
{
	struct wd_yaml *n = wd_arena_new_of(b->a, struct wd_yaml);
	if (n == NULL) {
		(void)refuse(b, &ev->start_mark, "too large");
		return NULL;
	}
	n->kind = kind;
	n->line = line_of(&ev->start_mark);
	n->column = column_of(&ev->start_mark);
	if (b->depth == 0) {
		b->root = n;
		return n;
	}
	struct wd_yaml *up = b->open[b->depth - 1];
	if (up->kind == WD_YAML_MAP) {
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
	return n;
}

static bool wants_key(const struct builder *b)
{
	return b->depth > 0 && b->open[b->depth - 1]->kind == WD_YAML_MAP && b->key.p == NULL;
}

static bool has_extras(struct builder *b, const yaml_event_t *ev, const yaml_char_t *anchor,
	const yaml_char_t *tag)
{
	if (anchor != NULL)
		(void)refuse(b, &ev->start_mark,
			"anchors are refused: write the value out where it is needed");
	else if (tag != NULL)
		(void)refuse(b, &ev->start_mark, "tags (!…) are refused");
	return anchor != NULL || tag != NULL;
}

static bool on_scalar(struct builder *b, const yaml_event_t *ev)
{
	struct wd_str s = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
	if (has_extras(b, ev, ev->data.scalar.anchor, ev->data.scalar.tag))
		return false;
	if (wants_key(b))
		return take_key(b, ev, s);
	struct wd_yaml *n = add_node(b, ev, WD_YAML_SCALAR);
	if (n == NULL)
		return false;
	const char *copy = wd_arena_cstr(b->a, s);
	if (copy == NULL)
		return refuse(b, &ev->start_mark, "too large");
	n->text = (struct wd_str){copy, s.n};
	n->is_quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return true;
}

static bool on_start(struct builder *b, const yaml_event_t *ev, enum wd_yaml_kind kind)
{
	bool is_map = kind == WD_YAML_MAP;
	if (has_extras(b, ev,
		    is_map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor,
		    is_map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag))
		return false;
	if (wants_key(b))
		return refuse(b, &ev->start_mark, "a key must be a plain word");
	if (b->depth == WD_YAML_DEPTH)
		return refuse(b, &ev->start_mark, "nested more than %d levels deep", WD_YAML_DEPTH);
	struct wd_yaml *n = add_node(b, ev, kind);
	if (n == NULL)
		return false;
	b->last[b->depth] = NULL;
	b->open[b->depth++] = n;
	return true;
}

static bool on_event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, ev, WD_YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, ev, WD_YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return refuse(b, &ev->start_mark, "aliases are refused: write the value out");
	case YAML_DOCUMENT_START_EVENT:
		return b->root == NULL ||
		       refuse(b, &ev->start_mark, "a second document begins here; one is allowed");
	default:
		return true;
	}
}

int wd_yaml_read(struct wd_arena *a, struct wd_str text,
	void (*fault)(unsigned line, unsigned column, const char *what, void *ctx), void *ctx,
	struct wd_yaml **ret)
{
	struct builder b = {.a = a, .fault = fault, .ctx = ctx};
	yaml_parser_t p;
	if (yaml_parser_initialize(&p) == 0)
		return WD_E_NOMEM;
	yaml_parser_set_input_string(&p, (const unsigned char *)(text.n > 0 ? text.p : ""), text.n);
	bool ok = true, end = false;
	while (ok && !end) {
		yaml_event_t ev;
		if (yaml_parser_parse(&p, &ev) == 0) {
			ok = refuse(&b, &p.problem_mark, "not valid YAML: %s%s%s",
				p.problem != NULL ? p.problem : "unreadable bytes",
				p.context != NULL ? ", " : "", p.context != NULL ? p.context : "");
			break;
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		ok = on_event(&b, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
	*ret = NULL;
	if (!ok)
		return WD_E_MALFORMED;
	if (b.root == NULL || wd_yaml_is_null(b.root)) {
		b.root = wd_arena_new_of(a, struct wd_yaml);
		if (b.root == NULL)
			return WD_E_NOMEM;
		b.root->kind = WD_YAML_MAP;
		b.root->line = b.root->column = 1;
	}
	*ret = b.root;
	return b.failed ? WD_E_MALFORMED : WD_OK;
}

static void first_fault(unsigned line, unsigned column, const char *what, void *ctx)
{
	struct wd_err *err = ctx;
	if (err->code == WD_OK)
		(void)wd_err_set(err, WD_E_MALFORMED, "line %u, column %u: %s", line, column, what);
}

int wd_yaml_parse(struct wd_arena *a, struct wd_str text, struct wd_yaml **ret, struct wd_err *err)
{
	struct wd_err first = {0};
	int rc = wd_yaml_read(a, text, first_fault, &first, ret);
	return rc == WD_OK ? WD_OK
			   : wd_err_set(err, rc, "%s",
				     first.code != WD_OK ? first.text : "YAML: out of memory");
}

bool wd_yaml_is_null(const struct wd_yaml *n)
{
	return n->kind == WD_YAML_SCALAR && !n->is_quoted &&
	       (n->text.n == 0 || wd_str_eqc(n->text, "~") || wd_str_eqc(n->text, "null"));
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
