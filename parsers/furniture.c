/*
 * Rules for furniture, loaded from data.
 *
 * A rule is a kind, the zones it holds in, its form and a regular expression; named groups in the
 * expression carry meaning out (by, located, agency, date, notice). Words in braces are other
 * expressions by name: defined in macros.txt, or made from a list (agencies.txt, places.txt).
 *
 * Most text is no furniture, so the question must be cheap: each rule knows the bytes it can begin
 * with and words that must be there for it (read out of its expression), rules are kept per first
 * byte, one pass over the text tells whose words it has, lines above LINE_MAX bytes are not asked
 * about line rules, and rules for the end of a block see only its last TAIL_BYTES.
 *
 * Rejected: one large expression for all rules: it cannot say which rule it was, and one rule's
 * mistake would break all.
 * Concurrency: written by wd_furniture_load() before threads start, only read after.
 */
#include "parsers/furniture.h"

#include "base/file.h"
#include "base/needles.h"
#include "base/regex_needs.h"
#include "base/utf8.h"

enum {
	MAX_FILE_BYTES = 1 << 20,
	ARENA_BYTES = 16 << 20,
	MAX_PATTERN_BYTES = 64 << 10,
	MAX_EXPANSIONS = 200,
	LINE_MAX_BYTES = 320,
	TAIL_BYTES = 240,
	GROUP_COUNT = 5
};

static const char *const group_names[GROUP_COUNT] = {"by", "located", "agency", "date", "notice"};

struct rule {
	char *kind;
	unsigned zones;
	enum wd_furniture_form form;
	struct wd_regex *re;
	unsigned groups[GROUP_COUNT];
	uint8_t first[32];
	bool first_known;
	struct wd_regex_needs needs; /* while they are loaded */
};

struct macro {
	struct wd_str name, pattern;
};

typedef WD_VEC(uint16_t) indexes;

static struct {
	struct wd_arena *mem, *loading; /* `loading`: until the rules are indexed */
	WD_VEC(struct rule) rules;
	WD_VEC(struct macro) macros;
	wd_strs agencies, places, no_names; /* case-folded, sorted */
	indexes by_byte[256];               /* all forms but END: rules that can begin so */
	indexes at_end;
	struct wd_needles *needles;   /* owner: the rule's index */
	struct wd_needle_set no_need; /* rules that may match without any of them */
} set;

/* ---- lists ---- */

static struct wd_str fold(struct wd_arena *a, struct wd_str s)
{
	return wd_utf8_fold(a, wd_utf8_trim(s));
}

static int cmp_str(const void *x, const void *y)
{
	return wd_str_cmp(*(const struct wd_str *)x, *(const struct wd_str *)y);
}

static bool list_has(const wd_strs *list, struct wd_str word)
{
	if (list->n == 0 || word.n == 0 || word.n > 120)
		return false;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 10);
	if (a == NULL)
		return false;
	struct wd_str key = fold(a, word);
	return bsearch(&key, list->v, list->n, sizeof(*list->v), cmp_str) != NULL;
}

static int cmp_longest_first(const void *x, const void *y)
{
	const struct wd_str *p = x, *q = y;
	return p->n != q->n ? (p->n < q->n ? 1 : -1) : wd_str_cmp(*p, *q);
}

static void add_macro(struct wd_str name, struct wd_str pattern)
{
	struct macro *m = wd_vec_push(set.mem, &set.macros);
	if (m != NULL)
		*m = (struct macro){wd_arena_str(set.mem, name), wd_arena_str(set.mem, pattern)};
}

/* A list's file: one name a line. It becomes a sorted list and, when named, a macro. */
static void load_list(struct wd_str text, wd_strs *list, const char *macro)
{
	wd_strs raw = {0};
	struct wd_str line;
	while (wd_str_line(&text, &line)) {
		size_t hash = wd_str_chr(line, '#', 0);
		line = wd_str_trim(hash == SIZE_MAX ? line : wd_str_sub(line, 0, hash));
		struct wd_str *s = line.n > 0 ? wd_vec_push(set.mem, &raw) : NULL;
		struct wd_str *f = line.n > 0 ? wd_vec_push(set.mem, list) : NULL;
		if (s == NULL || f == NULL)
			continue;
		*s = wd_arena_str(set.mem, line);
		*f = fold(set.mem, line);
	}
	if (raw.n == 0)
		return;
	qsort(list->v, list->n, sizeof(*list->v), cmp_str);
	if (macro == NULL)
		return;
	qsort(raw.v, raw.n, sizeof(*raw.v), cmp_longest_first);
	struct wd_buf b;
	wd_buf_init(&b, MAX_PATTERN_BYTES);
	wd_buf_addc(&b, "(?:");
	WD_VEC_EACH (const struct wd_str, s, &raw) {
		if (s != raw.v)
			wd_buf_putc(&b, '|');
		wd_buf_addc(&b, "\\Q");
		wd_buf_add(&b, *s);
		wd_buf_addc(&b, "\\E");
	}
	wd_buf_putc(&b, ')');
	add_macro(wd_str_c(macro), wd_buf_str(&b));
	wd_buf_done(&b);
}

/* ---- rules ---- */

static const struct macro *find_macro(struct wd_str name)
{
	WD_VEC_EACH (const struct macro, m, &set.macros) {
		if (wd_str_eq(m->name, name))
			return m;
	}
	return NULL;
}

/* {NAME} → its pattern. Names are capitals, so quantifiers ("{2,4}") stay what they are. */
static int expand(struct wd_buf *out, struct wd_str s, struct wd_err *err)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t end = s.p[i] == '{' ? wd_str_chr(s, '}', i) : SIZE_MAX;
		if (end == SIZE_MAX || i + 1 >= s.n || s.p[i + 1] < 'A' || s.p[i + 1] > 'Z' ||
			(i > 0 && (s.p[i - 1] == 'p' || s.p[i - 1] == 'P'))) { /* \p{Lu} */
			wd_buf_putc(out, s.p[i]);
			continue;
		}
		struct wd_str name = wd_str_sub(s, i + 1, end);
		const struct macro *m = find_macro(name);
		if (m == NULL)
			return wd_err_set(err, WD_E_MALFORMED, "no macro {%.*s}", WD_STR_ARG(name));
		wd_buf_add(out, m->pattern);
		i = end;
	}
	return WD_OK;
}

struct word {
	const char *name;
	unsigned bit;
};
static const struct word zone_words[] = {{"head", WD_ZONE_HEAD}, {"tail", WD_ZONE_TAIL},
	{"any", WD_ZONE_HEAD | WD_ZONE_TAIL | WD_ZONE_BODY}, {"title", WD_ZONE_TITLE},
	{"caption", WD_ZONE_CAPTION}, {"last", WD_ZONE_LAST}, {NULL, 0}};
static const struct word form_words[] = {{"line", WD_FORM_LINE}, {"block", WD_FORM_BLOCK},
	{"section", WD_FORM_SECTION}, {"start", WD_FORM_START}, {"end", WD_FORM_END}, {NULL, 0}};

static unsigned find_word(const struct word *words, struct wd_str s)
{
	for (; words->name != NULL; words++) {
		if (wd_str_eqc(s, words->name))
			return words->bit;
	}
	return 0;
}

static struct wd_str next_word(struct wd_str *rest)
{
	*rest = wd_str_trim(*rest);
	size_t n = 0;
	while (n < rest->n && !wd_is_space(rest->p[n]))
		n++;
	struct wd_str word = wd_str_sub(*rest, 0, n);
	*rest = wd_str_trim(wd_str_from(*rest, n));
	return word;
}

static int compile(struct rule *r, struct wd_str pattern, struct wd_err *err)
{
	unsigned flags = r->form == WD_FORM_END ? WD_REGEX_AT_END
			 : r->form == WD_FORM_START || r->form == WD_FORM_BLOCK
				 ? WD_REGEX_AT_START
				 : WD_REGEX_AT_START | WD_REGEX_AT_END;
	struct wd_buf b;
	wd_buf_init(&b, MAX_PATTERN_BYTES);
	int rc = expand(&b, pattern, err);
	if (rc == WD_OK && wd_buf_failed(&b))
		rc = wd_err_set(err, WD_E_LIMIT, "expression too long");
	if (rc == WD_OK)
		rc = wd_regex_new(wd_buf_str(&b), flags, &r->re, err);
	if (rc == WD_OK)
		r->needs = wd_regex_needs(set.loading, wd_buf_str(&b));
	wd_buf_done(&b);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < GROUP_COUNT; i++)
		r->groups[i] = wd_regex_group(r->re, group_names[i]);
	r->first_known = wd_regex_first_bytes(r->re, r->first);
	return WD_OK;
}

/* "kind zones form expression", or "define NAME expression". */
static int add_rule(struct wd_str line, struct wd_err *err)
{
	struct wd_str kind = next_word(&line), zones = next_word(&line), zone;
	if (wd_str_eqc(kind, "define")) {
		struct wd_buf b;
		wd_buf_init(&b, MAX_PATTERN_BYTES);
		wd_buf_addc(&b, "(?:");
		int rc = expand(&b, line, err);
		wd_buf_putc(&b, ')');
		if (rc == WD_OK)
			add_macro(zones, wd_buf_str(&b));
		wd_buf_done(&b);
		return rc;
	}
	struct wd_str form = next_word(&line);
	struct rule *r = set.rules.n < UINT16_MAX ? wd_vec_push(set.mem, &set.rules) : NULL;
	if (r == NULL)
		return wd_err_set(err, WD_E_LIMIT, "too many rules");
	r->kind = wd_arena_cstr(set.mem, kind);
	r->form = (enum wd_furniture_form)find_word(form_words, form);
	while (wd_str_split(&zones, ',', &zone))
		r->zones |= find_word(zone_words, zone);
	if (r->kind == NULL || r->form == 0 || r->zones == 0 || line.n == 0) {
		set.rules.n--;
		return wd_err_set(err, WD_E_MALFORMED,
			"a rule is 'kind zones form expression'; zones: head tail any title caption; "
			"forms: line block section start end");
	}
	int rc = compile(r, line, err);
	if (rc < 0)
		set.rules.n--;
	return rc;
}

static int load_rules(const char *path, struct wd_str text, struct wd_err *err)
{
	struct wd_str line;
	for (size_t number = 1; wd_str_line(&text, &line); number++) {
		struct wd_str t = wd_str_trim(line);
		/* indented lines are examples, checked by the tests */
		if (t.n == 0 || t.p[0] == '#' || wd_is_space(line.p[0]))
			continue;
		int rc = add_rule(t, err);
		if (rc < 0)
			return wd_err_prefix(err, "%s:%zu", path, number);
	}
	return WD_OK;
}

/* Rules beyond WD_NEEDLE_OWNERS and those that need no word are always tried. */
static void index_needs(void)
{
	set.needles = wd_needles_new(set.mem);
	for (unsigned i = 0; i < WD_MIN(set.rules.n, (size_t)WD_NEEDLE_OWNERS); i++) {
		const struct wd_regex_needs *needs = &set.rules.v[i].needs;
		bool all = set.needles != NULL && needs->any.n > 0;
		WD_VEC_EACH (const struct wd_str, s, &needs->any)
			all = all && wd_needles_add(set.needles, *s, i);
		if (!all)
			wd_needle_set_add(&set.no_need, i);
	}
	if (set.needles != NULL)
		wd_needles_build(set.needles);
}

static void index_rules(void)
{
	index_needs();
	for (size_t i = 0; i < set.rules.n; i++) {
		const struct rule *r = &set.rules.v[i];
		if (r->form == WD_FORM_END) {
			uint16_t *to = wd_vec_push(set.mem, &set.at_end);
			if (to != NULL)
				*to = (uint16_t)i;
			continue;
		}
		for (unsigned c = 0; c < 256; c++) {
			if (r->first_known && !(r->first[c / 8] & (1u << (c % 8))))
				continue;
			uint16_t *to = wd_vec_push(set.mem, &set.by_byte[c]);
			if (to != NULL)
				*to = (uint16_t)i;
		}
	}
}

static const struct {
	const char *name, *macro;
	wd_strs *list; /* NULL: a file of rules */
} files[] = {
	{"agencies.txt", "AGENCY", &set.agencies},
	{"places.txt", "PLACE", &set.places},
	{"notnames.txt", NULL, &set.no_names},
	{"macros.txt", NULL, NULL},
	{"bylines.txt", NULL, NULL},
	{"datelines.txt", NULL, NULL},
	{"credits.txt", NULL, NULL},
	{"promo.txt", NULL, NULL},
	{"legal.txt", NULL, NULL},
};

int wd_furniture_load(const char *dir, struct wd_err *err)
{
	int rc = WD_OK;
	wd_furniture_unload();
	set.mem = wd_arena_new(ARENA_BYTES);
	set.loading = wd_arena_new(ARENA_BYTES);
	if (set.mem == NULL || set.loading == NULL)
		return wd_err_set(err, WD_E_NOMEM, "%s/boilerplate", dir);
	for (size_t i = 0; i < WD_COUNTOF(files) && rc == WD_OK; i++) {
		char path[1024];
		struct wd_str text;
		(void)snprintf(path, sizeof(path), "%s/boilerplate/%s", dir, files[i].name);
		rc = wd_file_read(path, MAX_FILE_BYTES, &text, err);
		if (rc < 0)
			break;
		wd_cleanup(wd_free_charp) char *owned = wd_unconst(text.p);
		if (files[i].list != NULL)
			load_list(text, files[i].list, files[i].macro);
		else
			rc = load_rules(path, text, err);
	}
	if (rc < 0) {
		wd_furniture_unload();
		return rc;
	}
	index_rules();
	WD_VEC_EACH (struct rule, r, &set.rules)
		r->needs = (struct wd_regex_needs){0};
	wd_arena_free(set.loading);
	set.loading = NULL;
	return WD_OK;
}

void wd_furniture_unload(void)
{
	WD_VEC_EACH (const struct rule, r, &set.rules)
		wd_regex_free(r->re);
	wd_arena_free(set.mem);
	wd_arena_free(set.loading);
	memset(&set, 0, sizeof(set));
}

/* ---- asking ---- */

static bool try_rule(const struct rule *r, struct wd_matcher *m, struct wd_str text,
	struct wd_furniture_hit *ret)
{
	struct wd_str seen = text;
	if (r->form == WD_FORM_END && seen.n > TAIL_BYTES) {
		size_t from = seen.n - TAIL_BYTES;
		while (from < seen.n && ((unsigned char)seen.p[from] & 0xC0) == 0x80)
			from++;
		seen = wd_str_from(seen, from);
	}
	if (!wd_regex_match(r->re, m, seen))
		return false;
	struct wd_str whole = wd_matcher_group(m, seen, 0);
	if (whole.n == 0)
		return false;
	*ret = (struct wd_furniture_hit){.kind = r->kind, .form = r->form};
	ret->start = r->form == WD_FORM_END ? (size_t)(whole.p - text.p) : 0;
	ret->end = r->form == WD_FORM_START ? whole.n : text.n;
	struct wd_str *const groups[GROUP_COUNT] = {
		&ret->by, &ret->located, &ret->agency, &ret->date, &ret->notice};
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		if (r->groups[i] > 0)
			*groups[i] = wd_utf8_trim(wd_matcher_group(m, seen, r->groups[i]));
	}
	return true;
}

/* What is asked: a text, where it stands, and which rules' words it has. */
struct question {
	struct wd_str text;
	unsigned zones, forms;
	struct wd_needle_set has;
};

static bool try_all(const indexes *list, struct wd_matcher *m, const struct question *q,
	struct wd_furniture_hit *ret)
{
	WD_VEC_EACH (const uint16_t, i, list) {
		const struct rule *r = &set.rules.v[*i];
		if ((r->zones & q->zones) && (r->form & q->forms) &&
			(*i >= WD_NEEDLE_OWNERS || wd_needle_set_has(&q->has, *i)) &&
			try_rule(r, m, q->text, ret))
			return true;
	}
	return false;
}

/* Credits at the end of a block are set off by a sign, or say that they are a repetition: without
 * one of these in the last bytes no rule for the end needs to be tried. */
static bool may_end_in_credit(struct wd_str text)
{
	enum { LAST = 60 };
	struct wd_str tail = text.n > LAST ? wd_str_from(text, text.n - LAST) : text;
	for (size_t i = 0; i < tail.n; i++) {
		if ((unsigned char)tail.p[i] >= 0x80 || strchr("-|/([<@)>]:=", tail.p[i]) != NULL)
			return true;
	}
	return wd_str_ends(tail, WD_STR("...")) ||
	       wd_str_find(text, WD_STR("appeared first"), 0) != SIZE_MAX;
}

bool wd_furniture_find(struct wd_matcher *m, struct wd_str text, unsigned zones, unsigned forms,
	struct wd_furniture_hit *ret)
{
	if (text.n == 0 || set.rules.n == 0 || m == NULL)
		return false;
	if (text.n > LINE_MAX_BYTES)
		forms &= ~(unsigned)(WD_FORM_LINE | WD_FORM_SECTION);
	struct question q = {text, zones, forms, set.no_need};
	if (set.needles != NULL)
		wd_needles_scan(set.needles, text, &q.has);
	if (try_all(&set.by_byte[(unsigned char)text.p[0]], m, &q, ret))
		return true;
	return (forms & WD_FORM_END) && may_end_in_credit(text) && try_all(&set.at_end, m, &q, ret);
}

bool wd_furniture_is_agency(struct wd_str name)
{
	return list_has(&set.agencies, name);
}

bool wd_furniture_is_no_name(struct wd_str word)
{
	return list_has(&set.no_names, word) || list_has(&set.places, word);
}

void wd_furniture_each_agency(
	struct wd_str names, void (*each)(struct wd_str name, void *ctx), void *ctx)
{
	static const char *const joints[] = {
		"/", ", and ", ", ", " and ", " & ", "・", "·", "、", "=", "＝", NULL};
	while (names.n > 0) {
		size_t cut = names.n, skip = 0;
		for (size_t i = 0; joints[i] != NULL; i++) {
			size_t at = wd_str_find(names, wd_str_c(joints[i]), 0);
			if (at != SIZE_MAX && at < cut) {
				cut = at;
				skip = strlen(joints[i]);
			}
		}
		struct wd_str one = wd_utf8_trim(wd_str_sub(names, 0, cut));
		if (one.n > 0)
			each(one, ctx);
		names = wd_str_from(names, cut + skip);
	}
}
