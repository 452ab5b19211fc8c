/*
 * Loading: YAML tree + schema table → snapshot. All findings are collected, none stops the load, so
 * one run of `wiredesk check` tells everything; with an error the snapshot is thrown away, so a
 * reload applies a configuration as a whole or not at all.
 *
 * The walk recurses over the schema, whose depth is fixed, not over the input.
 *
 * Paths: what is read (feeds_file, certificates, secrets) starts at the configuration file's
 * folder. What is written starts there too, unless systemd gives a $STATE_DIRECTORY: /etc is not
 * writable for a service.
 */
#include "daemon/config.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/config_schema.h"

#define CONFIG_ARENA_BYTES (256 * WD_MIB)
#define MAX_BYTES (16 * WD_MIB)

void wd_finding_add(struct wd_findings *f, bool is_warning, struct wd_str file, unsigned line,
	unsigned col, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	if (!is_warning)
		f->errors++;
	if (f->list.n >= 1000)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	struct wd_finding *to = wd_vec_push(f->mem, &f->list);
	if (to == NULL)
		return;
	*to = (struct wd_finding){.file = wd_arena_str(f->mem, file),
		.text = wd_arena_str(f->mem, wd_str_c(text)),
		.line = line,
		.col = col,
		.is_warning = is_warning};
}

void wd_findings_print(const struct wd_findings *f, struct wd_buf *out)
{
	WD_VEC_EACH (const struct wd_finding, x, &f->list) {
		wd_buf_add(out, x->file);
		if (x->line > 0)
			wd_buf_printf(out, ":%u:%u", x->line, x->col);
		wd_buf_printf(out, ": %s: ", x->is_warning ? "warning" : "error");
		wd_buf_add(out, x->text);
		wd_buf_putc(out, '\n');
	}
}

/* ---- nearest known key ---- */

/* Edit distance with a swap of neighbours as one step, so that "interavl" is near. */
static unsigned distance(struct wd_str a, struct wd_str b)
{
	enum { MAX = 48 };
	unsigned d[3][MAX + 1];
	if (a.n > MAX || b.n > MAX)
		return MAX;
	for (unsigned j = 0; j <= b.n; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *cur = d[i % 3], *prev = d[(i - 1) % 3], *before = d[(i + 1) % 3];
		cur[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];
			unsigned best = prev[j - 1] + (same ? 0 : 1);
			best = WD_MIN(best, WD_MIN(prev[j], cur[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				best = WD_MIN(best, before[j - 2] + 1);
			cur[j] = best;
		}
	}
	return d[a.n % 3][b.n];
}

static const char *nearest(const struct wd_conf_section *s, struct wd_str key)
{
	const char *best = NULL;
	unsigned best_d = (unsigned)WD_MAX(key.n / 3, (size_t)1) + 1;
	for (size_t i = 0; i < s->row_count; i++) {
		unsigned d = distance(key, wd_str_c(s->rows[i].key));
		if (d < best_d) {
			best_d = d;
			best = s->rows[i].key;
		}
	}
	return best;
}

/* A key that exists, but in another section: "workers" at the top. */
static const char *elsewhere(struct wd_str key)
{
	for (size_t i = 0; i < wd_conf_top.row_count; i++) {
		const struct wd_conf_section *sub = wd_conf_top.rows[i].sub;
		for (size_t j = 0; sub != NULL && j < sub->row_count; j++) {
			if (wd_str_eqc(key, sub->rows[j].key))
				return wd_conf_top.rows[i].key;
		}
	}
	return NULL;
}

static void unknown_key(
	struct wd_conf_load *ld, const struct wd_conf_section *s, const struct wd_yaml *n)
{
	const char *near = nearest(s, n->key);
	const char *where = s->title[0] != '\0' ? s->title : "the top level";
	const char *other = near == NULL ? elsewhere(n->key) : NULL;
	if (near != NULL)
		wd_finding_add(ld->f, false, ld->file, n->key_line, n->key_column,
			"unknown key '%.*s' in %s: did you mean '%s'?", WD_STR_ARG(n->key), where,
			near);
	else if (other != NULL)
		wd_finding_add(ld->f, false, ld->file, n->key_line, n->key_column,
			"unknown key '%.*s' in %s: it belongs into section '%s'",
			WD_STR_ARG(n->key), where, other);
	else
		wd_finding_add(ld->f, false, ld->file, n->key_line, n->key_column,
			"unknown key '%.*s' in %s: docs/CONFIG.md lists the known ones",
			WD_STR_ARG(n->key), where);
}

/* ---- places ---- */

struct wd_conf_place wd_conf_place_of(const struct wd_conf_load *ld, struct wd_str value)
{
	WD_VEC_EACH (const struct wd_conf_place, x, &ld->places) {
		if (x->p == value.p && value.p != NULL)
			return *x;
	}
	return (struct wd_conf_place){0};
}

/* Texts are copied one by one, so a copy's address names its place in the file. */
static void note_place(struct wd_conf_load *ld, const struct wd_str *s, const struct wd_yaml *n)
{
	struct wd_conf_place *x = s->n > 0 ? wd_vec_push(ld->f->mem, &ld->places) : NULL;
	if (x != NULL)
		*x = (struct wd_conf_place){s->p, n->line, n->column};
}

/* ---- values ---- */

static void apply_defaults(struct wd_conf_load *ld, const struct wd_conf_section *s, char *base)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct wd_conf_row *row = &s->rows[i];
		if (row->type == WD_CONF_OBJECT)
			apply_defaults(ld, row->sub, base + row->offset);
		else if (row->def != NULL)
			WD_ASSERT(wd_conf_value_set(row, wd_str_c(row->def), base + row->offset,
					  ld->c->mem, NULL) == WD_OK);
	}
}

static void bad_value(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, const struct wd_yaml *n, const char *what)
{
	wd_finding_add(ld->f, false, ld->file, n->line, n->column, "%s%s%s: %s%.*s%s%s", s->title,
		s->title[0] != '\0' ? "." : "", row->key, n->kind == WD_YAML_SCALAR ? "'" : "",
		WD_STR_ARG(wd_str_sub(n->text, 0, 100)), n->kind == WD_YAML_SCALAR ? "' " : "",
		what);
}

static void load_list(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, const struct wd_yaml *n, char *at)
{
	memset(at, 0, sizeof(wd_conf_strs)); /* replaces what the defaults gave */
	if (n->kind == WD_YAML_MAP) {
		bad_value(ld, s, row, n, "must be a list: [a, b]");
		return;
	}
	/* one value alone is a list of one */
	for (const struct wd_yaml *e = n->kind == WD_YAML_LIST ? n->first : n; e != NULL;
		e = n->kind == WD_YAML_LIST ? e->next : NULL) {
		struct wd_err err;
		if (e->kind != WD_YAML_SCALAR)
			bad_value(ld, s, row, e, "must be text");
		else if (wd_conf_value_set(row, e->text, at, ld->c->mem, &err) != WD_OK)
			bad_value(ld, s, row, e, err.text);
	}
}

static void load_pairs(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, const struct wd_yaml *n, wd_conf_pairs *at)
{
	if (n->kind != WD_YAML_MAP) {
		bad_value(ld, s, row, n, "must be a mapping of names to values");
		return;
	}
	wd_conf_pairs made = {0}; /* a copy of the defaults' must not be written to */
	for (const struct wd_yaml *e = n->first; e != NULL; e = e->next) {
		if (e->kind != WD_YAML_SCALAR) {
			bad_value(ld, s, row, e, "holds a value that is not text or a number");
			continue;
		}
		if (wd_conf_has_control(e->text) || wd_conf_has_control(e->key)) {
			bad_value(ld, s, row, e, "holds a control character");
			continue;
		}
		struct wd_conf_pair *to = wd_vec_push(ld->c->mem, &made);
		if (to != NULL)
			*to = (struct wd_conf_pair){wd_arena_str(ld->c->mem, e->key),
				wd_arena_str(ld->c->mem, e->text), e->key_line};
		if (to != NULL)
			note_place(ld, &to->value, e);
	}
	*at = made;
}

static void load_object(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_yaml *n, char *base);

struct any_vec {
	void *v;
	size_t n, cap;
};

static void load_objects(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, const struct wd_yaml *n, struct any_vec *at)
{
	if (n->kind != WD_YAML_LIST) {
		bad_value(ld, s, row, n, "must be a list of mappings: [{…}, {…}]");
		return;
	}
	for (const struct wd_yaml *e = n->first; e != NULL; e = e->next) {
		if (e->kind != WD_YAML_MAP) {
			bad_value(ld, s, row, e, "must be a mapping: {key: value}");
			continue;
		}
		if (at->n == at->cap &&
			!wd_vec_grow(ld->c->mem, &at->v, &at->cap, at->n, row->sub->size))
			return;
		char *item = (char *)at->v + at->n++ * row->sub->size;
		memset(item, 0, row->sub->size);
		if (row->sub == &wd_conf_feed)
			memcpy(item, &ld->c->feed_defaults, sizeof(ld->c->feed_defaults));
		else
			apply_defaults(ld, row->sub, item);
		if (row->sub->line_offset > 0)
			memcpy(item + row->sub->line_offset, &e->line, sizeof(e->line));
		load_object(ld, row->sub, e, item);
	}
}

static bool is_text(enum wd_conf_type type)
{
	switch (type) {
	case WD_CONF_STRING:
	case WD_CONF_URL:
	case WD_CONF_LISTEN:
	case WD_CONF_READ:
	case WD_CONF_WRITE:
	case WD_CONF_SECRET:
		return true;
	default:
		return false;
	}
}

static void resolve_path(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, struct wd_str *at)
{
	const char *state = getenv("STATE_DIRECTORY");
	struct wd_conf_place place = wd_conf_place_of(ld, *at);
	if (at->n == 0)
		return;
	bool is_relative = at->p[0] != '/';
	if (is_relative && row->type == WD_CONF_WRITE && state != NULL && state[0] == '/')
		*at = wd_arena_printf(ld->c->mem, "%s/%.*s", state, WD_STR_ARG(*at));
	else if (is_relative && ld->dir.n > 0)
		*at = wd_arena_cat(ld->c->mem, ld->dir, *at);
	if (is_relative && place.line > 0) {
		struct wd_conf_place *moved = wd_vec_push(ld->f->mem, &ld->places);
		if (moved != NULL)
			*moved = (struct wd_conf_place){at->p, place.line, place.col};
	}
	const char *z = row->must_exist ? wd_arena_cstr(ld->c->mem, *at) : NULL;
	if (z != NULL && access(z, R_OK) != 0)
		wd_finding_add(ld->f, false, ld->file, place.line, place.col,
			"%s.%s: open '%s': %s", s->title, row->key, z, strerror(errno));
}

static void load_row(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_conf_row *row, const struct wd_yaml *n, char *at)
{
	struct wd_err err;
	if (wd_yaml_is_null(n))
		return;
	switch (row->type) {
	case WD_CONF_OBJECT:
		load_object(ld, row->sub, n, at);
		return;
	case WD_CONF_OBJECTS:
		load_objects(ld, s, row, n, (void *)at);
		return;
	case WD_CONF_PAIRS:
		load_pairs(ld, s, row, n, (void *)at);
		return;
	case WD_CONF_STRINGS:
	case WD_CONF_CIDRS:
		load_list(ld, s, row, n, at);
		return;
	default:
		break;
	}
	if (n->kind != WD_YAML_SCALAR)
		bad_value(ld, s, row, n, "must be one value, not a list or mapping");
	else if (wd_conf_value_set(row, n->text, at, ld->c->mem, &err) != WD_OK)
		bad_value(ld, s, row, n, err.text);
	else if (is_text(row->type))
		note_place(ld, (const void *)at, n);
}

static void load_object(struct wd_conf_load *ld, const struct wd_conf_section *s,
	const struct wd_yaml *n, char *base)
{
	if (n->kind != WD_YAML_MAP) {
		wd_finding_add(ld->f, false, ld->file, n->line, n->column,
			"%s must be a mapping: {key: value}",
			s->title[0] != '\0' ? s->title : "the configuration");
		return;
	}
	for (size_t i = 0; i < s->row_count; i++) {
		const struct wd_conf_row *row = &s->rows[i];
		const struct wd_yaml *v = wd_yaml_get(n, row->key);
		if (v != NULL)
			load_row(ld, s, row, v, base + row->offset);
		else if (row->is_required)
			wd_finding_add(ld->f, false, ld->file, n->line, n->column,
				"%s: '%s' is missing", s->title, row->key);
	}
	for (const struct wd_yaml *e = n->first; e != NULL; e = e->next) {
		bool known = false;
		for (size_t i = 0; i < s->row_count && !known; i++)
			known = wd_str_eqc(e->key, s->rows[i].key);
		if (!known)
			unknown_key(ld, s, e);
	}
	if (s->check != NULL)
		s->check(ld, n, base);
}

/* Paths once everything is set, defaults included. */
static void resolve_paths(struct wd_conf_load *ld, const struct wd_conf_section *s, char *base)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct wd_conf_row *row = &s->rows[i];
		char *at = base + row->offset;
		if (row->type == WD_CONF_READ || row->type == WD_CONF_WRITE)
			resolve_path(ld, s, row, (void *)at);
		else if (row->type == WD_CONF_OBJECT)
			resolve_paths(ld, row->sub, at);
		for (size_t k = 0;
			row->type == WD_CONF_OBJECTS && k < ((struct any_vec *)(void *)at)->n; k++)
			resolve_paths(ld, row->sub,
				(char *)((struct any_vec *)(void *)at)->v + k * row->sub->size);
	}
}

/* ---- secrets and what one row cannot know ---- */

struct wd_str wd_conf_secret(struct wd_conf_load *ld, struct wd_str path, const char *key)
{
	const struct wd_conf_place at = wd_conf_place_of(ld, path);
	const char *creds = getenv("CREDENTIALS_DIRECTORY");
	struct wd_str full = path, got;
	struct wd_err err;
	if (path.n == 0)
		return WD_STR_NONE;
	if (path.p[0] != '/' && creds != NULL) {
		struct wd_str c = wd_arena_printf(ld->c->mem, "%s/%.*s", creds, WD_STR_ARG(path));
		if (c.n > 0 && access(c.p, R_OK) == 0)
			full = c;
	}
	if (full.p == path.p && path.p[0] != '/')
		full = wd_arena_cat(ld->c->mem, ld->dir, path);
	const char *z = wd_arena_cstr(ld->c->mem, full);
	if (z == NULL || wd_file_read(z, 64 * WD_KIB, &got, &err) != WD_OK) {
		wd_finding_add(ld->f, false, ld->file, at.line, at.col, "%s: %s", key,
			z != NULL ? err.text : "out of memory");
		return WD_STR_NONE;
	}
	struct wd_str kept = wd_arena_str(ld->c->mem, wd_str_trim(got));
	free(wd_unconst(got.p));
	if (kept.n == 0)
		wd_finding_add(
			ld->f, false, ld->file, at.line, at.col, "%s: '%s' is empty", key, z);
	return kept;
}

static void split_lines(struct wd_conf_load *ld, struct wd_str text, wd_conf_strs *to)
{
	struct wd_str line;
	while (wd_str_line(&text, &line)) {
		line = wd_str_trim(line);
		struct wd_str *s = line.n > 0 ? wd_vec_push(ld->c->mem, to) : NULL;
		if (s != NULL)
			*s = line;
	}
}

static bool is_source_name(struct wd_str s)
{
	if (s.n == 0 || s.n > 64 || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!wd_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
			return false;
	}
	return true;
}

static void finish_receive(struct wd_conf_load *ld)
{
	struct wd_config *c = ld->c;
	for (size_t i = 0; i < c->receive.sources.n; i++) {
		struct wd_push_conf *s = &c->receive.sources.v[i];
		const struct wd_conf_place at = wd_conf_place_of(ld, s->name);
		if (s->name.n > 0 && (!is_source_name(s->name) || wd_str_eqc(s->name, "done") ||
					     wd_str_eqc(s->name, "failed")))
			wd_finding_add(ld->f, false, ld->file, at.line, at.col,
				"receive.sources: name '%.*s' must be 1 to 64 of A-Z a-z 0-9 - _ . "
				"(not done or failed)",
				WD_STR_ARG(s->name));
		for (size_t j = 0; j < i; j++) {
			if (wd_str_eq(s->name, c->receive.sources.v[j].name))
				wd_finding_add(ld->f, false, ld->file, at.line, at.col,
					"receive.sources: two are named '%.*s'",
					WD_STR_ARG(s->name));
		}
		split_lines(ld, wd_conf_secret(ld, s->token_file, "receive.sources.token_file"),
			&s->tokens);
		split_lines(ld, wd_conf_secret(ld, s->hmac_file, "receive.sources.hmac_file"),
			&s->hmac_keys);
	}
	const struct wd_conf_place in = wd_conf_place_of(ld, c->receive.stdin_source);
	bool is_known = c->receive.stdin_source.n == 0;
	WD_VEC_EACH (const struct wd_push_conf, s, &c->receive.sources)
		is_known = is_known || wd_str_eq(s->name, c->receive.stdin_source);
	if (!is_known)
		wd_finding_add(ld->f, false, ld->file, in.line, in.col,
			"receive.stdin: receive.sources has no '%.*s'",
			WD_STR_ARG(c->receive.stdin_source));
	const struct wd_conf_place tls = wd_conf_place_of(
		ld, c->receive.tls_cert.n > 0 ? c->receive.tls_cert : c->receive.tls_key_file);
	if ((c->receive.tls_cert.n > 0) != (c->receive.tls_key_file.n > 0))
		wd_finding_add(ld->f, false, ld->file, tls.line, tls.col,
			"receive: tls_cert and tls_key_file belong together");
	c->receive.tls_cert_text = wd_conf_secret(ld, c->receive.tls_cert, "receive.tls_cert");
	c->receive.tls_key_text =
		wd_conf_secret(ld, c->receive.tls_key_file, "receive.tls_key_file");
}

static void default_sink(struct wd_conf_load *ld)
{
	struct wd_config_sink *s =
		ld->c->sinks.n == 0 ? wd_vec_push(ld->c->mem, &ld->c->sinks) : NULL;
	if (s != NULL)
		apply_defaults(ld, &wd_conf_sink, (char *)s);
}

static void finish_sinks(struct wd_conf_load *ld)
{
	struct wd_config *c = ld->c;
	bool has_broker = wd_conf_has_broker(c);
	for (size_t i = 0; i < c->sinks.n; i++) {
		const struct wd_config_sink *s = &c->sinks.v[i];
		if (s->type == WD_SINK_KAFKA && !has_broker)
			wd_finding_add(ld->f, false, ld->file, s->line, 1,
				"sinks: a kafka sink needs kafka: {bootstrap.servers: \"HOST:PORT\"}");
		for (size_t j = 0; j < i; j++) {
			const struct wd_config_sink *o = &c->sinks.v[j];
			if (s->type == o->type &&
				wd_str_eq(s->type == WD_SINK_KAFKA ? s->topic : s->path,
					s->type == WD_SINK_KAFKA ? o->topic : o->path))
				wd_finding_add(ld->f, false, ld->file, s->line, 1,
					"sinks: this one writes to the same place as the one in line %u",
					o->line);
		}
	}
}

static bool is_known_feed(const struct wd_config *c, struct wd_str name)
{
	for (size_t i = 0; i < c->feeds.n; i++) {
		if (wd_str_eq(c->feeds.v[i].id, name) || wd_str_eq(c->feeds.v[i].url, name))
			return true;
	}
	for (size_t i = 0; i < c->receive.sources.n; i++) {
		if (wd_str_eq(c->receive.sources.v[i].name, name))
			return true;
	}
	return false;
}

static void finish_route(struct wd_conf_load *ld, const struct wd_route *r)
{
	struct wd_config *c = ld->c;
	struct wd_str topic = wd_route_topic(r);
	if (topic.n > 0 && !wd_route_is_topic(topic))
		wd_finding_add(ld->f, false, ld->file, r->line, 1,
			"routes.to: '%.*s' is no Kafka topic: 1 to 249 of A-Z a-z 0-9 . _ -",
			WD_STR_ARG(topic));
	for (size_t i = 0; i < r->types.n; i++) {
		if (!wd_route_is_type(r->types.v[i]))
			wd_finding_add(ld->f, false, ld->file, r->line, 1,
				"routes.types: '%.*s' is no type: published, updated, corrected, withdrawn",
				WD_STR_ARG(r->types.v[i]));
	}
	for (size_t i = 0; i < r->feeds.n; i++) {
		if (!is_known_feed(c, r->feeds.v[i]))
			wd_finding_add(ld->f, true, ld->file, r->line, 1,
				"routes.feeds: no feed or source is named '%.*s'",
				WD_STR_ARG(r->feeds.v[i]));
	}
}

static void finish_routes(struct wd_conf_load *ld)
{
	const struct wd_config *c = ld->c;
	bool has_kafka = false;
	for (size_t i = 0; i < c->sinks.n; i++)
		has_kafka |= c->sinks.v[i].type == WD_SINK_KAFKA;
	for (size_t i = 0; i < c->routes.n; i++) {
		const struct wd_route *r = &c->routes.v[i];
		finish_route(ld, r);
		if (i + 1 < c->routes.n && wd_route_is_catch_all(r))
			wd_finding_add(ld->f, true, ld->file, r->line, 1,
				"routes: this rule holds for everything; those behind it never do");
	}
	if (c->routes.n > 0 && !has_kafka)
		wd_finding_add(ld->f, true, ld->file, c->routes.v[0].line, 1,
			"routes: they choose Kafka topics, and no sink is of type kafka");
}

/* ---- the snapshot ---- */

static struct wd_config *config_new(void)
{
	struct wd_arena *a = wd_arena_new(CONFIG_ARENA_BYTES);
	struct wd_config *c = a != NULL ? wd_arena_new_of(a, struct wd_config) : NULL;
	if (c == NULL) {
		wd_arena_free(a);
		return NULL;
	}
	c->mem = a;
	c->refs = 1;
	return c;
}

static void on_fault(unsigned line, unsigned column, const char *what, void *ctx)
{
	const struct wd_conf_load *ld = ctx;
	wd_finding_add(ld->f, false, ld->file, line, column, "%s", what);
}

int wd_config_parse(struct wd_str text, struct wd_str name, const char *dir, struct wd_config **ret,
	struct wd_findings *f)
{
	struct wd_config *c = config_new();
	if (c == NULL)
		return WD_E_NOMEM;
	struct wd_conf_load ld = {.c = c, .f = f, .file = name};
	size_t before = f->errors;
	c->path = wd_arena_str(c->mem, name);
	if (dir != NULL && dir[0] != '\0')
		ld.dir = wd_arena_printf(
			c->mem, "%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/");
	apply_defaults(&ld, &wd_conf_top, (char *)c);
	struct wd_yaml *root = NULL;
	int rc = WD_OK;
	if (text.n > MAX_BYTES)
		wd_finding_add(
			f, false, name, 0, 0, "larger than 16 MiB; put feeds into feeds_file");
	else
		rc = wd_yaml_read(c->mem, text, on_fault, &ld, &root);
	if (rc != WD_OK && f->errors == before)
		wd_finding_add(f, false, name, 0, 0, "out of memory");
	if (root != NULL) {
		load_object(&ld, &wd_conf_top, root, (char *)c);
		default_sink(&ld);
		resolve_paths(&ld, &wd_conf_top, (char *)c);
		const struct wd_yaml *ff = wd_yaml_get(root, "feeds_file");
		if (c->feeds_file.n > 0 && ff != NULL)
			wd_conf_feeds_file(&ld, ff->line, ff->column);
		wd_conf_feeds_finish(&ld);
		wd_conf_kafka_finish(&ld);
		finish_receive(&ld);
		wd_conf_topics_finish(&ld);
		finish_sinks(&ld);
		finish_routes(&ld);
	}
	if (f->errors > before || root == NULL) {
		wd_config_unref(c);
		return WD_E_MALFORMED;
	}
	*ret = c;
	return WD_OK;
}

int wd_config_load(const char *path, struct wd_config **ret, struct wd_findings *f)
{
	struct wd_str text;
	struct wd_err err;
	if (path == NULL)
		return wd_config_parse(WD_STR(""), WD_STR_NONE, NULL, ret, f);
	if (wd_file_read(path, MAX_BYTES, &text, &err) != WD_OK) {
		wd_finding_add(f, false, wd_str_c(path), 0, 0,
			"%s; give an existing file with -c, or leave -c out for the defaults",
			err.text);
		return WD_E_SYS;
	}
	struct wd_str dir = wd_str_c(path);
	while (dir.n > 0 && dir.p[dir.n - 1] != '/')
		dir.n--;
	char *d = wd_arena_cstr(f->mem, dir);
	int rc = wd_config_parse(text, wd_str_c(path), d, ret, f);
	free(wd_unconst(text.p));
	return rc;
}

struct wd_config *wd_config_ref(struct wd_config *c)
{
	(void)__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
	return c;
}

void wd_config_unref(struct wd_config *c)
{
	if (c != NULL && __atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL) == 0)
		wd_arena_free(c->mem);
}

const char *wd_config_default_path(void)
{
	static const char path[] = WD_SYSCONFDIR "/wiredesk/wiredesk.yaml";
	return access(path, F_OK) == 0 ? path : NULL;
}
