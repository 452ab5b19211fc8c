/*
 * Facts files (data/README.md): who held which office when, which meetings there were, other
 * persons, places, organisations. Columns are found by their names in the header line, so files may
 * carry more. Each name becomes a phrase of the one automaton.
 *
 * Aliases of the kind "이 대통령" (surname and title) are left out here: whom a surname with a
 * title means depends on the date, which people.c decides.
 */
#include "base/clock.h"
#include "base/utf8.h"
#include "taggers/rules.h"

#define MAX_COLS 32

struct table {
	struct wd_str cols[MAX_COLS]; /* names */
	size_t n;
	struct wd_str cells[MAX_COLS];
	struct wd_str rest;
	unsigned line;
	const char *name;
};

static size_t split_cells(struct wd_str line, struct wd_str out[MAX_COLS])
{
	size_t n = 0;
	struct wd_str cell;
	while (n < MAX_COLS && wd_str_split(&line, '\t', &cell))
		out[n++] = wd_str_trim(cell);
	return n;
}

static bool table_line(struct table *t, struct wd_str *ret)
{
	while (wd_str_line(&t->rest, ret)) {
		t->line++;
		if (ret->n > 0 && ret->p[0] != '#')
			return true;
	}
	return false;
}

static int table_open(struct wd_rules *r, const char *name, struct table *t, struct wd_err *err)
{
	memset(t, 0, sizeof(*t));
	t->name = name;
	int rc = wd_rules_file(r, name, &t->rest, err);
	if (rc != WD_OK)
		return rc;
	struct wd_str head;
	if (!table_line(t, &head))
		return wd_err_set(err, WD_E_MALFORMED, "%s: no header line", name);
	t->n = split_cells(head, t->cols);
	return WD_OK;
}

static bool table_row(struct table *t)
{
	struct wd_str line;
	if (!table_line(t, &line))
		return false;
	memset(t->cells, 0, sizeof(t->cells));
	(void)split_cells(line, t->cells);
	return true;
}

static struct wd_str cell(const struct table *t, const char *col)
{
	for (size_t i = 0; i < t->n; i++) {
		if (wd_str_eqc(t->cols[i], col))
			return t->cells[i];
	}
	return WD_STR_NONE;
}

int64_t wd_facts_day(struct wd_str iso)
{
	uint64_t y = 0, m = 0, d = 0;
	if (iso.n != 10 || wd_str_to_u64(wd_str_sub(iso, 0, 4), 1, 9999, &y) != WD_OK ||
		wd_str_to_u64(wd_str_sub(iso, 5, 7), 1, 12, &m) != WD_OK ||
		wd_str_to_u64(wd_str_sub(iso, 8, 10), 1, 31, &d) != WD_OK)
		return WD_DAY_NONE;
	return wd_days_from_civil((int64_t)y, (unsigned)m, (unsigned)d);
}

struct wd_str wd_facts_day_text(struct wd_arena *a, int64_t day)
{
	int64_t y;
	unsigned m, d;
	wd_civil_from_days(day, &y, &m, &d);
	return wd_arena_printf(a, "%04d-%02u-%02u", (int)y, m, d);
}

static int bad_row(const struct table *t, const char *what, struct wd_err *err)
{
	return wd_err_set(err, WD_E_MALFORMED, "%s: line %u: %s", t->name, t->line, what);
}

static int figure_by_key(const struct wd_rules *r, struct wd_str key)
{
	for (size_t i = 0; i < r->figures.n; i++) {
		if (wd_str_eq(r->figures.v[i].key, key))
			return (int)i;
	}
	return WD_NO_INDEX;
}

/* ---- names ---- */

static int add_names(struct wd_rules *r, struct wd_str list, unsigned flags, struct wd_word word,
	struct wd_err *err)
{
	struct wd_str one;
	while (wd_str_split(&list, '|', &one)) {
		one = wd_str_trim(one);
		if (one.n == 0)
			continue;
		int rc = wd_rules_word(r, one, flags, word, err);
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}

/* An alias that is a surname and a title, or initials: not a name by itself. */
static bool is_titled_alias(struct wd_str alias)
{
	static const char *const titles[] = {
		"대통령", "권한대행", "大統領", "首相", "総理", "氏", "President"};
	for (size_t i = 0; i < WD_COUNTOF(titles); i++) {
		if (wd_str_find(alias, wd_str_c(titles[i]), 0) != SIZE_MAX)
			return true;
	}
	size_t at = 0;
	return wd_utf8_count(alias) < 3 && wd_utf8_next(alias, &at) < 0xac00;
}

static int add_aliases(struct wd_rules *r, struct wd_str list, struct wd_word word,
	const struct wd_figure *f, struct wd_err *err)
{
	struct wd_str one;
	while (wd_str_split(&list, '|', &one)) {
		one = wd_str_trim(one);
		bool is_family = wd_str_eq(one, f->family[WD_LANG_KO]) ||
				 (word.lang == WD_LANG_EN && wd_str_chr(one, ' ', 0) == SIZE_MAX);
		struct wd_str fams = f->family[word.lang], fam;
		while (wd_str_split(&fams, '|', &fam))
			is_family = is_family || wd_str_eq(fam, one);
		if (one.n == 0 || is_family || is_titled_alias(one))
			continue;
		int rc = wd_rules_word(r, one, 0, word, err);
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}

/* "Shigeru Ishiba" is "Ishiba Shigeru" as well. */
static int add_swapped(
	struct wd_rules *r, struct wd_str name, struct wd_word word, struct wd_err *err)
{
	size_t sp = wd_str_chr(name, ' ', 0);
	if (sp == SIZE_MAX || wd_str_chr(name, ' ', sp + 1) != SIZE_MAX)
		return WD_OK;
	struct wd_str swapped = wd_arena_printf(r->a, "%.*s %.*s",
		WD_STR_ARG(wd_str_from(name, sp + 1)), WD_STR_ARG(wd_str_sub(name, 0, sp)));
	return wd_rules_word(r, swapped, 0, word, err);
}

static int leader_names(struct wd_rules *r, const struct table *t, int index, struct wd_err *err)
{
	struct wd_figure *f = &r->figures.v[index];
	static const char *const names[] = {"name_en", "name_ko", "name_ja"};
	static const char *const aliases[] = {"aliases_en", "aliases_ko", "aliases_ja"};
	static const char *const family[] = {"family_en", "family_ko", "family_ja", "family_kana"};
	for (int i = 0; i < 4; i++)
		f->family[i] = cell(t, family[i]);
	for (int lang = 0; lang < WD_LANG_COUNT; lang++) {
		struct wd_word w = {WD_WORD_PERSON, index, (enum wd_lang)lang};
		f->full[lang] = cell(t, names[lang]);
		if (wd_rules_word(r, f->full[lang], 0, w, err) != WD_OK ||
			add_aliases(r, cell(t, aliases[lang]), w, f, err) != WD_OK)
			return err->code;
	}
	struct wd_word en = {WD_WORD_PERSON, index, WD_LANG_EN};
	struct wd_word ja = {WD_WORD_PERSON, index, WD_LANG_JA};
	if (add_swapped(r, f->full[WD_LANG_EN], en, err) != WD_OK ||
		wd_rules_word(r, cell(t, "kana"), 0, ja, err) != WD_OK)
		return err->code;
	struct wd_word fam = {WD_WORD_FAMILY, index, WD_LANG_EN};
	int rc = add_names(r, f->family[WD_LANG_EN], WD_PHRASE_CASE, fam, err);
	for (int lang = WD_LANG_KO; rc == WD_OK && lang < WD_LANG_COUNT; lang++) {
		/* One syllable or character alone is a name only beside a title, or as an isolated
		 * hanja in Korean; people.c looks for the first, the second is registered. */
		fam.lang = (enum wd_lang)lang;
		if (lang == WD_LANG_JA || wd_utf8_count(f->family[lang]) > 1)
			rc = add_names(r, f->family[lang], 0, fam, err);
	}
	return rc;
}

int wd_facts_leaders(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	while (rc == WD_OK && table_row(&t)) {
		int office = wd_rules_office(r, cell(&t, "office"));
		if (office == WD_NO_INDEX)
			return bad_row(&t, "an office that the vocabulary does not list", err);
		int index = figure_by_key(r, cell(&t, "key"));
		if (index == WD_NO_INDEX) {
			struct wd_figure *f = wd_vec_push(r->a, &r->figures);
			if (f == NULL)
				return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
			index = (int)r->figures.n - 1;
			f->key = cell(&t, "key");
			f->qid = cell(&t, "qid");
			f->name = cell(&t, "name_en");
			f->office = office;
			rc = leader_names(r, &t, index, err);
			if (rc != WD_OK)
				return wd_err_prefix(err, "%s: line %u", name, t.line);
		}
		struct wd_term *term = wd_vec_push(r->a, &r->figures.v[index].terms);
		if (term == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		struct wd_str end = cell(&t, "term_end");
		term->office = office;
		term->from = wd_facts_day(cell(&t, "term_start"));
		term->to = end.n > 0 ? wd_facts_day(end) : WD_DAY_OPEN;
		term->source = cell(&t, "source");
		term->verified = cell(&t, "verified");
		if (term->from == WD_DAY_NONE || term->to == WD_DAY_NONE || term->to < term->from)
			return bad_row(&t, "term_start and term_end must be days, in order", err);
	}
	return rc;
}

int wd_facts_people(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	static const char *const cols[] = {"names_en", "names_ko", "names_ja"};
	while (rc == WD_OK && table_row(&t)) {
		struct wd_figure *f = wd_vec_push(r->a, &r->figures);
		if (f == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		int index = (int)r->figures.n - 1;
		struct wd_str role = cell(&t, "role");
		f->key = cell(&t, "key");
		f->qid = cell(&t, "qid");
		f->name = cell(&t, "name_en");
		f->office = WD_NO_INDEX;
		if (wd_str_starts(role, WD_STR("leader:")))
			f->leads = wd_str_from(role, 7);
		for (int lang = 0; rc == WD_OK && lang < WD_LANG_COUNT; lang++)
			rc = add_names(r, cell(&t, cols[lang]), 0,
				(struct wd_word){WD_WORD_PERSON, index, (enum wd_lang)lang}, err);
	}
	return rc;
}

int wd_facts_places(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	static const char *const cols[] = {"names_en", "names_ko", "names_ja"};
	while (rc == WD_OK && table_row(&t)) {
		struct wd_str parent = cell(&t, "parent");
		int up = WD_NO_INDEX;
		for (size_t i = 0; i < r->places.n && parent.n > 0; i++) {
			if (wd_str_eq(r->places.v[i].key, parent))
				up = (int)i;
		}
		if (parent.n > 0 && up == WD_NO_INDEX)
			return bad_row(&t, "a parent must stand before its places", err);
		struct wd_place *p = wd_vec_push(r->a, &r->places);
		if (p == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		*p = (struct wd_place){cell(&t, "key"), cell(&t, "qid"), cell(&t, "name_en"),
			cell(&t, "country"), up, wd_str_eqc(cell(&t, "kind"), "country")};
		for (int lang = 0; rc == WD_OK && lang < WD_LANG_COUNT; lang++)
			rc = add_names(r, cell(&t, cols[lang]), 0,
				(struct wd_word){
					WD_WORD_PLACE, (int)r->places.n - 1, (enum wd_lang)lang},
				err);
	}
	return rc;
}

int wd_facts_orgs(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	static const char *const cols[] = {"names_en", "names_ko", "names_ja"};
	while (rc == WD_OK && table_row(&t)) {
		struct wd_org *o = wd_vec_push(r->a, &r->orgs);
		if (o == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		*o = (struct wd_org){cell(&t, "qid"), cell(&t, "name_en")};
		for (int lang = 0; rc == WD_OK && lang < WD_LANG_COUNT; lang++)
			rc = add_names(r, cell(&t, cols[lang]), 0,
				(struct wd_word){
					WD_WORD_ORG, (int)r->orgs.n - 1, (enum wd_lang)lang},
				err);
	}
	return rc;
}

int wd_facts_meetings(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	while (rc == WD_OK && table_row(&t)) {
		struct wd_meeting *m = wd_vec_push(r->a, &r->meetings);
		if (m == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		m->id = cell(&t, "summit_id");
		m->place_name = cell(&t, "place");
		m->country = cell(&t, "country");
		m->source = cell(&t, "source");
		m->verified = cell(&t, "verified");
		m->from = wd_facts_day(cell(&t, "date_start"));
		m->to = wd_facts_day(cell(&t, "date_end"));
		m->leader[0] = figure_by_key(r, cell(&t, "leader_kr"));
		m->leader[1] = figure_by_key(r, cell(&t, "leader_jp"));
		m->place = WD_NO_INDEX;
		for (size_t i = 0; i < r->places.n; i++) {
			if (wd_str_eq(r->places.v[i].name, m->place_name))
				m->place = (int)i;
		}
		if (m->id.n == 0 || m->from == WD_DAY_NONE || m->to < m->from)
			return bad_row(&t, "summit_id, date_start and date_end are needed", err);
		if (m->leader[0] == WD_NO_INDEX || m->leader[1] == WD_NO_INDEX)
			return bad_row(&t, "a leader that leaders.tsv does not list", err);
	}
	return rc;
}

int wd_facts_coverage(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	while (rc == WD_OK && table_row(&t)) {
		struct wd_coverage *c = wd_vec_push(r->a, &r->coverage);
		if (c == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		struct wd_str to = cell(&t, "to");
		c->from = wd_facts_day(cell(&t, "from"));
		c->to = to.n > 0 ? wd_facts_day(to) : WD_DAY_OPEN;
		c->is_complete = wd_str_eqc(cell(&t, "summits_complete"), "yes");
		if (c->from == WD_DAY_NONE || c->to == WD_DAY_NONE)
			return bad_row(&t, "from and to must be days", err);
	}
	return rc;
}

int wd_facts_subjects(struct wd_rules *r, const char *name, struct wd_err *err)
{
	struct table t;
	int rc = table_open(r, name, &t, err);
	while (rc == WD_OK && table_row(&t)) {
		struct wd_subject_name *s = wd_vec_push(r->a, &r->subjects);
		if (s == NULL)
			return wd_err_set(err, WD_E_NOMEM, "%s: out of memory", name);
		*s = (struct wd_subject_name){cell(&t, "code"), cell(&t, "uri"), cell(&t, "name")};
	}
	return rc;
}

/* ---- asking ---- */

static bool counts_as(const struct wd_rules *r, int office, int wanted)
{
	return office == wanted || r->offices.v[office].counts_as == wanted;
}

bool wd_facts_holds(const struct wd_rules *r, int figure, int office, int64_t day, int64_t slack)
{
	const struct wd_figure *f = &r->figures.v[figure];
	WD_VEC_EACH (const struct wd_term, t, &f->terms) {
		if (counts_as(r, t->office, office) && day >= t->from - slack &&
			(t->to == WD_DAY_OPEN || day <= t->to + slack))
			return true;
	}
	return false;
}

int wd_facts_holder(const struct wd_rules *r, int office, int64_t day)
{
	for (size_t i = 0; i < r->figures.n; i++) {
		WD_VEC_EACH (const struct wd_term, t, &r->figures.v[i].terms) {
			/* On the last day the successor is meant, as soon as there is one. */
			if (t->office == office && day >= t->from && day < t->to)
				return (int)i;
		}
	}
	return WD_NO_INDEX;
}

const struct wd_term *wd_facts_term(const struct wd_rules *r, int figure, int office, int64_t day)
{
	const struct wd_term *best = NULL;
	WD_VEC_EACH (const struct wd_term, t, &r->figures.v[figure].terms) {
		if (!counts_as(r, t->office, office))
			continue;
		if (best == NULL || (day != WD_DAY_NONE && t->from <= day))
			best = t;
	}
	return best;
}

bool wd_facts_complete(const struct wd_rules *r, int64_t from, int64_t to)
{
	WD_VEC_EACH (const struct wd_coverage, c, &r->coverage) {
		if (c->is_complete && from >= c->from && to <= c->to)
			return true;
	}
	return false;
}

bool wd_facts_in_place(const struct wd_rules *r, int x, int y)
{
	for (; x != WD_NO_INDEX; x = r->places.v[x].parent) {
		if (x == y)
			return true;
	}
	return false;
}
