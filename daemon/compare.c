/*
 * Comparing events.
 *
 * The first set is read once for an index of (hash of subject and time, line), sorted; an event of
 * the second set takes the first line of its key that nobody took. Equal bytes end the comparison
 * at once, so a run without differences costs a hash and a memcmp an event.
 *
 * Two events are walked side by side and every leaf that differs becomes one `difference`. What
 * follows from other differences (the event's id and hashes) is told only when it is alone. Spans
 * of evidence are one field each: a word put into a text moves all offsets behind it, and nobody
 * wants a line for each of those.
 *
 * The walk is recursive, at most MAX_DEPTH deep: deeper values are compared as a whole.
 */
#include "daemon/compare.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"

#define MAX_DEPTH 24
#define MAX_DIFFERENCES 500 /* per event */
#define SHOWN_FIELDS 24
#define MAX_FIELDS 2000 /* names kept for the table */
#define SHOWN_TEXT 160

struct entry {
	uint64_t key;
	size_t number; /* of the line, from 1 */
	struct wd_str line;
	bool taken;
};

struct difference {
	struct wd_str path;
	const json_t *before, *after; /* NULL: absent */
};

struct field {
	struct wd_str name;
	size_t changed, gone, come;
	size_t seen_in; /* number of the last event counted: an article counts once */
};

struct wd_compare {
	struct wd_compare_opts o;
	const char *name;
	struct entry *v;
	size_t n, cap, shown;
	struct wd_arena *mem, *names; /* mem: reset for each event */
	WD_VEC(struct difference) list;
	WD_VEC(struct field) fields;
	struct wd_buf text;
	struct wd_compare_counts counts;
};

/* Who wrote it is no difference. */
static const char *const ignored[] = {
	"/data/wiredesk/provenance/software", "/data/wiredesk/provenance/rules"};
/* These follow from others. */
static const char *const derived[] = {"/id", "/traceparent",
	"/data/wiredesk/provenance/content_hash", "/data/wiredesk/lifecycle/previous"};

/* ---- index ---- */

static struct wd_str text_of(const json_t *v)
{
	return json_is_string(v) ? (struct wd_str){json_string_value(v), json_string_length(v)}
				 : WD_STR_NONE;
}

static uint64_t key_of(const json_t *event)
{
	uint64_t subject = wd_hash64(text_of(json_object_get(event, "subject")));
	uint64_t time = wd_hash64(text_of(json_object_get(event, "time")));
	return subject ^ (time << 1 | time >> 63);
}

static int by_key(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int add_line(struct wd_compare *c, struct wd_str line, size_t number, struct wd_err *err)
{
	json_error_t je;
	json_t *event = json_loadb(line.p, line.n, 0, &je);
	bool is_event = json_is_object(event);
	struct entry e = {.number = number, .line = line};
	if (is_event)
		e.key = key_of(event);
	json_decref(event);
	if (!is_event)
		return wd_err_set(err, WD_E_MALFORMED, "'%s': line %zu: %s", c->name, number,
			event == NULL ? je.text : "not an event");
	if (c->n == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 256;
		struct entry *v = reallocarray(c->v, cap, sizeof(*v));
		if (v == NULL)
			return wd_err_set(err, WD_E_NOMEM, "out of memory");
		c->v = v;
		c->cap = cap;
	}
	c->v[c->n++] = e;
	return WD_OK;
}

int wd_compare_new(struct wd_str before, const char *name, const struct wd_compare_opts *opts,
	struct wd_compare **ret, struct wd_err *err)
{
	wd_cleanup(wd_compare_freep) struct wd_compare *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	c->o = *opts;
	c->name = name;
	c->mem = wd_arena_new(16 * WD_MIB);
	c->names = wd_arena_new(16 * WD_MIB);
	wd_buf_init(&c->text, 4 * WD_MIB);
	if (c->mem == NULL || c->names == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	struct wd_str line;
	for (size_t number = 1; wd_str_line(&before, &line); number++) {
		line = wd_str_trim(line);
		int rc = line.n > 0 ? add_line(c, line, number, err) : WD_OK;
		if (rc != WD_OK)
			return rc;
	}
	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), by_key);
	c->counts.before = c->n;
	*ret = wd_take(c);
	return WD_OK;
}

void wd_compare_free(struct wd_compare *c)
{
	if (c == NULL)
		return;
	wd_arena_free(c->mem);
	wd_arena_free(c->names);
	wd_buf_done(&c->text);
	free(c->v);
	free(c);
}

static struct entry *take(struct wd_compare *c, uint64_t key)
{
	size_t low = 0, high = c->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (c->v[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->n && c->v[low].key == key; low++) {
		if (!c->v[low].taken) {
			c->v[low].taken = true;
			return &c->v[low];
		}
	}
	return NULL;
}

/* ---- walking two values ---- */

static bool is_one_of(struct wd_str path, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (wd_str_eqc(path, list[i]))
			return true;
	}
	return false;
}

static void note(
	struct wd_compare *c, struct wd_str path, const json_t *before, const json_t *after)
{
	if (c->list.n >= MAX_DIFFERENCES || is_one_of(path, ignored, WD_COUNTOF(ignored)))
		return;
	struct difference *d = wd_vec_push(c->mem, &c->list);
	if (d != NULL)
		*d = (struct difference){path, before, after};
}

/* The name of a thing in a list: two lists are compared by it. */
static struct wd_str name_of(const json_t *v)
{
	static const char *const keys[] = {
		"id", "qid", "code", "name", "uri", "href", "kind", "role", "term", "field"};
	for (size_t i = 0; i < WD_COUNTOF(keys); i++) {
		struct wd_str s = text_of(json_object_get(v, keys[i]));
		if (s.n > 0)
			return s;
	}
	return WD_STR_NONE;
}

static bool all_named(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (name_of(json_array_get(list, i)).n == 0)
			return false;
	}
	return true;
}

static bool are_spans(const json_t *list)
{
	const json_t *first = json_array_get(list, 0);
	return json_object_get(first, "start") != NULL && json_object_get(first, "end") != NULL;
}

/* The n-th element of that name; NULL: none. */
static const json_t *find_named(const json_t *list, struct wd_str name, size_t n)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		if (wd_str_eq(name_of(v), name) && n-- == 0)
			return v;
	}
	return NULL;
}

/* How many elements before `at` have its name. */
static size_t rank(const json_t *list, size_t at)
{
	struct wd_str name = name_of(json_array_get(list, at));
	size_t n = 0;
	for (size_t i = 0; i < at; i++)
		n += wd_str_eq(name_of(json_array_get(list, i)), name);
	return n;
}

static void walk(struct wd_compare *c, struct wd_str path, const json_t *before,
	const json_t *after, unsigned depth);

static void walk_objects(struct wd_compare *c, struct wd_str path, const json_t *before,
	const json_t *after, unsigned depth)
{
	const char *key;
	json_t *v;
	json_object_foreach(wd_unconst(before), key, v)
	{
		struct wd_str at = wd_arena_printf(c->mem, "%.*s/%s", WD_STR_ARG(path), key);
		walk(c, at, v, json_object_get(after, key), depth);
	}
	json_object_foreach(wd_unconst(after), key, v)
	{
		if (json_object_get(before, key) == NULL)
			walk(c, wd_arena_printf(c->mem, "%.*s/%s", WD_STR_ARG(path), key), NULL, v,
				depth);
	}
}

static void walk_named(struct wd_compare *c, struct wd_str path, const json_t *before,
	const json_t *after, unsigned depth)
{
	for (size_t i = 0; i < json_array_size(before); i++) {
		const json_t *v = json_array_get(before, i);
		struct wd_str name = name_of(v), at = wd_arena_printf(c->mem, "%.*s[%.*s]",
							 WD_STR_ARG(path), WD_STR_ARG(name));
		walk(c, at, v, find_named(after, name, rank(before, i)), depth);
	}
	for (size_t i = 0; i < json_array_size(after); i++) {
		const json_t *v = json_array_get(after, i);
		struct wd_str name = name_of(v);
		if (find_named(before, name, rank(after, i)) == NULL)
			note(c,
				wd_arena_printf(
					c->mem, "%.*s[%.*s]", WD_STR_ARG(path), WD_STR_ARG(name)),
				NULL, v);
	}
}

static void walk_lists(struct wd_compare *c, struct wd_str path, const json_t *before,
	const json_t *after, unsigned depth)
{
	size_t n = json_array_size(before), m = json_array_size(after);
	bool small = n <= 1000 && m <= 1000; /* names are looked up one by one */
	if (are_spans(before) || are_spans(after)) {
		if (json_equal(before, after) == 0)
			note(c, path, before, after);
	} else if (small && all_named(before) && all_named(after)) {
		walk_named(c, path, before, after, depth);
	} else {
		for (size_t i = 0; i < WD_MAX(n, m); i++)
			walk(c, wd_arena_printf(c->mem, "%.*s/%zu", WD_STR_ARG(path), i),
				json_array_get(before, i), json_array_get(after, i), depth);
	}
}

/* A list of named things, or none: what is on one side alone is told thing by thing. */
static bool is_list_of_named(const json_t *v)
{
	return json_is_array(v) && json_array_size(v) > 0 && !are_spans(v) && all_named(v);
}

static bool is_same_leaf(const json_t *before, const json_t *after)
{
	if (json_is_number(before) && json_is_number(after)) {
		double d = json_number_value(before) - json_number_value(after);
		return d < 1e-9 && d > -1e-9;
	}
	return json_equal(before, after) != 0;
}

static void walk(struct wd_compare *c, struct wd_str path, const json_t *before,
	const json_t *after, unsigned depth)
{
	bool is_deep = depth >= MAX_DEPTH;
	if (!is_deep && json_is_object(before) && json_is_object(after))
		walk_objects(c, path, before, after, depth + 1);
	else if (!is_deep && json_is_array(before) && json_is_array(after))
		walk_lists(c, path, before, after, depth + 1);
	else if (!is_deep && ((before == NULL && is_list_of_named(after)) ||
				     (after == NULL && is_list_of_named(before))))
		walk_named(c, path, before, after, depth + 1);
	else if (before == NULL || after == NULL || !is_same_leaf(before, after))
		note(c, path, before, after);
}

/* ---- telling ---- */

/* The part of a text around [from, to), in one line. */
static void put_text(struct wd_buf *b, struct wd_str s, size_t from, size_t to)
{
	size_t lead = SHOWN_TEXT / 4, begin = from > lead ? from - lead : 0;
	size_t end = WD_MIN(WD_MAX(to + lead, begin + SHOWN_TEXT / 2), begin + SHOWN_TEXT);
	while (begin > 0 && ((unsigned char)s.p[begin] & 0xC0) == 0x80)
		begin--;
	while (end < s.n && ((unsigned char)s.p[end] & 0xC0) == 0x80)
		end++;
	end = WD_MIN(end, s.n);
	wd_buf_addc(b, begin > 0 ? "\"…" : "\"");
	for (size_t i = begin; i < end; i++) {
		if (s.p[i] == '\n')
			wd_buf_addc(b, "\\n");
		else if ((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7F)
			wd_buf_putc(b, s.p[i]);
	}
	wd_buf_addc(b, end < s.n ? "…\"" : "\"");
}

/* Spans as their words; anything else as compact JSON, cut. */
static void put_value(struct wd_buf *b, const json_t *v)
{
	if (v == NULL) {
		wd_buf_addc(b, "(absent)");
	} else if (json_is_string(v)) {
		put_text(b, text_of(v), 0, SHOWN_TEXT);
	} else if (json_is_array(v) && are_spans(v)) {
		for (size_t i = 0; i < json_array_size(v) && i < 12; i++) {
			const json_t *o = json_array_get(v, i);
			wd_buf_printf(b, "%s%.*s %lld–%lld \"%.*s\"", i > 0 ? ", " : "",
				WD_STR_ARG(text_of(json_object_get(o, "field"))),
				(long long)json_integer_value(json_object_get(o, "start")),
				(long long)json_integer_value(json_object_get(o, "end")),
				WD_STR_ARG(text_of(json_object_get(o, "text"))));
		}
	} else {
		char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
		struct wd_str s = wd_str_c(text);
		size_t end = WD_MIN(s.n, (size_t)2 * SHOWN_TEXT);
		while (end < s.n && ((unsigned char)s.p[end] & 0xC0) == 0x80)
			end++;
		wd_buf_add(b, wd_str_sub(s, 0, end));
		if (end < s.n)
			wd_buf_addc(b, "…");
		free(text);
	}
}

static void put_sides(struct wd_compare *c, const struct difference *d)
{
	struct wd_buf *b = &c->text;
	const char *red = c->o.color ? "\x1b[31m" : "", *green = c->o.color ? "\x1b[32m" : "";
	const char *plain = c->o.color ? "\x1b[0m" : "";
	struct wd_str x = text_of(d->before), y = text_of(d->after);
	bool texts = json_is_string(d->before) && json_is_string(d->after);
	size_t from = 0, back = 0;
	if (texts) {
		while (from < x.n && from < y.n && x.p[from] == y.p[from])
			from++;
		while (back < x.n - from && back < y.n - from &&
			x.p[x.n - 1 - back] == y.p[y.n - 1 - back])
			back++;
	}
	wd_buf_printf(b, "      %sbefore  ", red);
	texts ? put_text(b, x, from, x.n - back) : put_value(b, d->before);
	wd_buf_printf(b, "%s\n      %safter   ", plain, green);
	texts ? put_text(b, y, from, y.n - back) : put_value(b, d->after);
	wd_buf_printf(b, "%s\n", plain);
}

/* "~ 2026-01-13T09:40:00Z updated v2 "Headline" (article, feed)" */
static void put_event(struct wd_compare *c, const char *sign, const json_t *e)
{
	const json_t *data = json_object_get(e, "data");
	const json_t *lines = json_object_get(data, "headlines");
	struct wd_str type = text_of(json_object_get(e, "type")),
		      headline = text_of(json_object_get(json_array_get(lines, 0), "value"));
	if (wd_str_starts(type, WD_STR("news.article.")))
		type = wd_str_from(type, sizeof("news.article.") - 1);
	wd_buf_printf(&c->text, "%s %.*s %.*s v%.*s ", sign,
		WD_STR_ARG(text_of(json_object_get(e, "time"))), WD_STR_ARG(type),
		WD_STR_ARG(text_of(json_object_get(data, "version"))));
	put_text(&c->text, headline, 0, SHOWN_TEXT);
	wd_buf_printf(&c->text, " (%.*s, %.*s)\n",
		WD_STR_ARG(text_of(json_object_get(e, "subject"))),
		WD_STR_ARG(text_of(json_object_get(e, "source"))));
}

static void print(struct wd_compare *c)
{
	(void)fwrite(c->text.p, 1, c->text.n, c->o.out);
	wd_buf_reset(&c->text);
}

static bool is_shown(struct wd_compare *c)
{
	return c->o.out != NULL && c->shown++ < c->o.examples;
}

/* Articles by field, for the table: places in lists are left out of the name, names are kept. */
static void count_field(struct wd_compare *c, const struct difference *d)
{
	struct wd_buf *b = &c->text;
	struct wd_str rest = d->path, part;
	wd_buf_reset(b);
	while (wd_str_split(&rest, '/', &part)) {
		if (part.n > 0 && !wd_is_digit(part.p[0]))
			wd_buf_printf(b, "/%.*s", WD_STR_ARG(part));
	}
	struct wd_str name = wd_buf_str(b);
	struct field *f = NULL;
	WD_VEC_EACH (struct field, x, &c->fields) {
		if (wd_str_eq(x->name, name))
			f = x;
	}
	if (f == NULL && c->fields.n < MAX_FIELDS &&
		(f = wd_vec_push(c->names, &c->fields)) != NULL)
		f->name = wd_arena_str(c->names, name);
	if (f != NULL && f->seen_in != c->counts.after)
		*(d->before == NULL ? &f->come : d->after == NULL ? &f->gone : &f->changed) += 1;
	if (f != NULL)
		f->seen_in = c->counts.after;
	wd_buf_reset(b);
}

/* What follows from other differences is dropped where there are others. */
static void drop_derived(struct wd_compare *c)
{
	size_t n = 0, own = 0;
	for (size_t i = 0; i < c->list.n; i++)
		own += !is_one_of(c->list.v[i].path, derived, WD_COUNTOF(derived));
	for (size_t i = 0; i < c->list.n && own > 0; i++) {
		if (!is_one_of(c->list.v[i].path, derived, WD_COUNTOF(derived)))
			c->list.v[n++] = c->list.v[i];
	}
	c->list.n = own > 0 ? n : c->list.n;
}

static void compare(struct wd_compare *c, const json_t *before, const json_t *after)
{
	c->list.v = NULL;
	c->list.n = c->list.cap = 0;
	walk(c, WD_STR_NONE, before, after, 0);
	drop_derived(c);
	if (c->list.n == 0) {
		c->counts.same++;
		return;
	}
	c->counts.changed++;
	WD_VEC_EACH (const struct difference, d, &c->list)
		count_field(c, d);
	if (!is_shown(c))
		return;
	put_event(c, "~", after);
	for (size_t i = 0; i < c->list.n && i < SHOWN_FIELDS; i++) {
		wd_buf_printf(&c->text, "    %.*s\n", WD_STR_ARG(c->list.v[i].path));
		put_sides(c, &c->list.v[i]);
	}
	if (c->list.n > SHOWN_FIELDS)
		wd_buf_printf(&c->text, "    … and %zu more fields\n", c->list.n - SHOWN_FIELDS);
	print(c);
}

void wd_compare_event(struct wd_compare *c, struct wd_str line)
{
	line = wd_str_trim(line);
	if (line.n == 0)
		return;
	json_t *after = json_loadb(line.p, line.n, 0, NULL);
	struct entry *e = take(c, key_of(after));
	c->counts.after++;
	if (e != NULL && wd_str_eq(e->line, line)) {
		c->counts.same++;
	} else if (e != NULL) {
		json_t *before = json_loadb(e->line.p, e->line.n, 0, NULL);
		wd_arena_reset(c->mem);
		compare(c, before, after);
		json_decref(before);
	} else {
		c->counts.added++;
		if (is_shown(c)) {
			put_event(c, "+", after);
			print(c);
		}
	}
	json_decref(after);
}

static int by_number(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	return a->number < b->number ? -1 : a->number > b->number;
}

void wd_compare_end(struct wd_compare *c, struct wd_compare_counts *ret)
{
	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), by_number);
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].taken)
			continue;
		c->counts.missing++;
		if (!is_shown(c))
			continue;
		json_t *before = json_loadb(c->v[i].line.p, c->v[i].line.n, 0, NULL);
		put_event(c, "-", before);
		print(c);
		json_decref(before);
	}
	*ret = c->counts;
}

static size_t field_sum(const struct field *f)
{
	return f->changed + f->gone + f->come;
}

static int by_count(const void *x, const void *y)
{
	const struct field *a = x, *b = y;
	if (field_sum(a) != field_sum(b))
		return field_sum(a) > field_sum(b) ? -1 : 1;
	return wd_str_cmp(a->name, b->name);
}

void wd_compare_fields(const struct wd_compare *c, FILE *to)
{
	if (c->fields.n > 0)
		qsort(c->fields.v, c->fields.n, sizeof(*c->fields.v), by_count);
	WD_VEC_EACH (const struct field, f, &c->fields)
		(void)fprintf(to, "  %6zu changed  %6zu gone  %6zu new  %.*s\n", f->changed,
			f->gone, f->come, WD_STR_ARG(f->name));
}
