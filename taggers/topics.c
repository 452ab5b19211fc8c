/*
 * Topic and vocabulary files (docs/TOPICS.md) → the rule set.
 *
 * A vocabulary brings facts, offices with their titles, and concepts (named lists of phrases); a
 * topic brings rules over them. Concepts of a topic are its own ("topic/name" inside), those of a
 * vocabulary are everybody's. Every key is checked, so that a typing mistake is found with its line
 * and not by missing tags.
 */
#include <errno.h>

#include "base/yaml.h"
#include "taggers/rules.h"

struct file {
	struct wd_rules *r;
	const char *name;
	struct wd_str topic; /* for own concepts; empty in a vocabulary */
	struct wd_err *err;
};

static int fail(const struct file *f, const struct wd_yaml *at, const char *what)
{
	return wd_err_set(f->err, WD_E_MALFORMED, "%s: line %u: %s%s%.*s", f->name,
		at->key_line > 0 ? at->key_line : at->line, what, at->key.n > 0 ? ": " : "",
		WD_STR_ARG(at->key));
}

static int check_keys(const struct file *f, const struct wd_yaml *map, const char *const *allowed)
{
	if (map->kind != WD_YAML_MAP)
		return fail(f, map, "keys and values expected");
	WD_YAML_EACH(n, map)
	{
		size_t i = 0;
		while (allowed[i] != NULL && !wd_str_eqc(n->key, allowed[i]))
			i++;
		if (allowed[i] == NULL)
			return fail(f, n, "unknown key");
	}
	return WD_OK;
}

static struct wd_str text_of(const struct wd_yaml *map, const char *key)
{
	const struct wd_yaml *n = wd_yaml_get(map, key);
	return n != NULL && n->kind == WD_YAML_SCALAR ? n->text : WD_STR_NONE;
}

static int number_of(const struct file *f, const struct wd_yaml *n, double fallback, double *ret)
{
	*ret = fallback;
	if (n == NULL)
		return WD_OK;
	char *end = NULL;
	errno = 0;
	double v = n->kind == WD_YAML_SCALAR && n->text.n > 0 ? strtod(n->text.p, &end) : 0;
	if (end == NULL || *end != '\0' || errno != 0 || !(v >= -1000 && v <= 1000))
		return fail(f, n, "a number is expected");
	*ret = v;
	return WD_OK;
}

/* ---- phrases ---- */

/* "!word" agrees in case; "*" at an end is wd_phrases_add's. */
static int add_phrase(const struct file *f, const struct wd_yaml *n, struct wd_word w)
{
	if (n->kind != WD_YAML_SCALAR)
		return fail(f, n, "a phrase is expected");
	struct wd_str s = n->text;
	unsigned flags = 0;
	if (s.n > 1 && s.p[0] == '!') {
		flags = WD_PHRASE_CASE;
		s = wd_str_from(s, 1);
	}
	int rc = wd_rules_word(f->r, s, flags, w, f->err);
	return rc == WD_OK ? WD_OK : wd_err_prefix(f->err, "%s: line %u", f->name, n->line);
}

static int lang_of(struct wd_str key)
{
	static const char *const codes[] = {"en", "ko", "ja"};
	for (int i = 0; i < WD_LANG_COUNT; i++) {
		if (wd_str_eqc(key, codes[i]))
			return i;
	}
	return wd_str_eqc(key, "any") ? WD_LANG_EN : -1;
}

/* {en: [...], ko: [...]} or a plain list. */
static int add_phrases(const struct file *f, const struct wd_yaml *n, struct wd_word w)
{
	if (n == NULL)
		return WD_OK;
	if (n->kind == WD_YAML_LIST) {
		WD_YAML_EACH(one, n)
		{
			int rc = add_phrase(f, one, w);
			if (rc != WD_OK)
				return rc;
		}
		return WD_OK;
	}
	if (n->kind != WD_YAML_MAP)
		return fail(f, n, "a list of phrases is expected");
	WD_YAML_EACH(list, n)
	{
		int lang = lang_of(list->key);
		if (lang < 0)
			return fail(f, list, "unknown language (en, ko, ja, any)");
		w.lang = (enum wd_lang)lang;
		if (list->kind != WD_YAML_LIST)
			return fail(f, list, "a list of phrases is expected");
		int rc = add_phrases(f, list, w);
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}

static struct wd_str own_name(const struct file *f, struct wd_str name)
{
	return wd_arena_printf(f->r->a, "%.*s/%.*s", WD_STR_ARG(f->topic), WD_STR_ARG(name));
}

static int add_concepts(const struct file *f, const struct wd_yaml *map, bool is_mask)
{
	if (map == NULL)
		return WD_OK;
	if (map->kind != WD_YAML_MAP)
		return fail(f, map, "names with phrases are expected");
	WD_YAML_EACH(n, map)
	{
		int c = wd_rules_concept(f->r, f->topic.n > 0 ? own_name(f, n->key) : n->key);
		if (c < 0)
			return fail(f, n, "out of memory");
		f->r->concepts.v[c].is_mask = is_mask;
		f->r->concepts.v[c].is_known = true;
		int rc = add_phrases(f, n, (struct wd_word){WD_WORD_CONCEPT, c, WD_LANG_EN});
		if (rc != WD_OK)
			return rc;
	}
	return WD_OK;
}

/* ---- vocabulary ---- */

static int add_office(const struct file *f, const struct wd_yaml *n)
{
	static const char *const keys[] = {"id", "label", "country", "country_name", "titles",
		"holders", "countries", "home", "counts_as", NULL};
	int rc = check_keys(f, n, keys);
	if (rc != WD_OK)
		return rc;
	struct wd_office *o = wd_vec_push(f->r->a, &f->r->offices);
	if (o == NULL)
		return fail(f, n, "out of memory");
	int ref = (int)f->r->offices.n - 1;
	o->id = text_of(n, "id");
	o->label = text_of(n, "label");
	o->country = text_of(n, "country");
	o->country_name = text_of(n, "country_name");
	o->side = WD_NO_INDEX;
	o->counts_as = wd_rules_office(f->r, text_of(n, "counts_as"));
	WD_YAML_EACH(lang, wd_yaml_get(n, "home"))
	{
		if (lang_of(lang->text) >= 0)
			o->is_home[lang_of(lang->text)] = true;
	}
	WD_YAML_EACH(list, wd_yaml_get(n, "titles"))
	{
		if (lang_of(list->key) >= 0 && list->first != NULL)
			o->title[lang_of(list->key)] = list->first->text;
	}
	if (o->id.n == 0 || o->country.n == 0)
		return fail(f, n, "an office needs an id and a country");
	static const struct {
		const char *key;
		enum wd_word_kind kind;
	} lists[] = {{"titles", WD_WORD_TITLE}, {"holders", WD_WORD_HOLDER},
		{"countries", WD_WORD_COUNTRY}};
	for (size_t i = 0; rc == WD_OK && i < WD_COUNTOF(lists); i++)
		rc = add_phrases(f, wd_yaml_get(n, lists[i].key),
			(struct wd_word){lists[i].kind, ref, WD_LANG_EN});
	return rc;
}

static int add_facts(const struct file *f, const struct wd_yaml *map)
{
	static const struct {
		const char *key;
		int (*load)(struct wd_rules *r, const char *name, struct wd_err *err);
	} kinds[] = {/* in the order they need each other */
		{"places", wd_facts_places}, {"leaders", wd_facts_leaders},
		{"people", wd_facts_people}, {"organisations", wd_facts_orgs},
		{"meetings", wd_facts_meetings}, {"coverage", wd_facts_coverage}};
	static const char *const keys[] = {
		"places", "leaders", "people", "organisations", "meetings", "coverage", NULL};
	int rc = map != NULL ? check_keys(f, map, keys) : WD_OK;
	for (size_t i = 0; rc == WD_OK && i < WD_COUNTOF(kinds); i++) {
		struct wd_str name = text_of(map, kinds[i].key);
		if (name.n > 0)
			rc = kinds[i].load(f->r, name.p, f->err);
	}
	return rc;
}

static int set_sides(const struct file *f, const struct wd_yaml *list)
{
	int side = 0;
	WD_YAML_EACH(n, list)
	{
		int office = wd_rules_office(f->r, n->text);
		if (office == WD_NO_INDEX || side == 2)
			return fail(f, n, "`between` names two offices of the vocabulary");
		f->r->side[side] = office;
		f->r->offices.v[office].side = side++;
	}
	return WD_OK;
}

static int set_fact_words(const struct file *f, const struct wd_yaml *map)
{
	struct wd_fact_words *w = &f->r->fact_words;
	static const char *const keys[] = {
		"meet", "announce", "background", "first", "first_not", "summit", NULL};
	int *const to[] = {
		&w->meet, &w->announce, &w->background, &w->first, &w->first_not, &w->summit};
	if (map == NULL)
		return WD_OK;
	int rc = check_keys(f, map, keys);
	for (size_t i = 0; rc == WD_OK && keys[i] != NULL; i++) {
		struct wd_str name = text_of(map, keys[i]);
		if (name.n > 0)
			*to[i] = wd_rules_concept(f->r, name);
	}
	return rc;
}

static int load_vocabulary(struct file *f, const struct wd_yaml *root)
{
	static const char *const keys[] = {"vocabulary", "note", "facts", "offices", "between",
		"former", "posts", "foreign", "relatives", "fact_words", "concepts", "masks", NULL};
	int rc = check_keys(f, root, keys);
	WD_YAML_EACH(n, wd_yaml_get(root, "offices"))
	{
		if (rc == WD_OK)
			rc = add_office(f, n);
	}
	if (rc == WD_OK)
		rc = set_sides(f, wd_yaml_get(root, "between"));
	if (rc == WD_OK)
		rc = add_facts(f, wd_yaml_get(root, "facts"));
	static const struct {
		const char *key;
		enum wd_word_kind kind;
	} lists[] = {{"former", WD_WORD_FORMER}, {"posts", WD_WORD_POST},
		{"foreign", WD_WORD_FOREIGN}, {"relatives", WD_WORD_RELATIVE}};
	for (size_t i = 0; rc == WD_OK && i < WD_COUNTOF(lists); i++)
		rc = add_phrases(f, wd_yaml_get(root, lists[i].key),
			(struct wd_word){lists[i].kind, 0, WD_LANG_EN});
	if (rc == WD_OK)
		rc = add_concepts(f, wd_yaml_get(root, "concepts"), false);
	if (rc == WD_OK)
		rc = add_concepts(f, wd_yaml_get(root, "masks"), true);
	return rc == WD_OK ? set_fact_words(f, wd_yaml_get(root, "fact_words")) : rc;
}

/* ---- rules ---- */

static int find_concept(const struct wd_rules *r, struct wd_str name)
{
	for (size_t i = 0; i < r->concepts.n; i++) {
		if (r->concepts.v[i].is_known && wd_str_eq(r->concepts.v[i].name, name))
			return (int)i;
	}
	return WD_NO_INDEX;
}

static int parse_term(
	const struct file *f, const struct wd_yaml *at, struct wd_str s, struct wd_cond_term *ret)
{
	struct wd_cond_term t = {0};
	if (wd_str_starts(s, WD_STR("office:")) || wd_str_starts(s, WD_STR("former:"))) {
		t.kind = s.p[0] == 'o' ? WD_TERM_OFFICE : WD_TERM_FORMER;
		t.ref = wd_rules_office(f->r, wd_str_from(s, 7));
		if (t.ref == WD_NO_INDEX)
			return fail(f, at, "no such office in the vocabularies");
	} else if (wd_str_starts(s, WD_STR("leader:"))) {
		t.kind = WD_TERM_LEADER;
		t.text = wd_str_from(s, 7);
	} else if (wd_str_starts(s, WD_STR("place:"))) {
		t.kind = WD_TERM_PLACE;
		t.text = wd_str_from(s, 6);
	} else {
		t.ref = find_concept(f->r, own_name(f, s));
		if (t.ref == WD_NO_INDEX)
			t.ref = find_concept(f->r, s);
		if (t.ref == WD_NO_INDEX)
			return wd_err_set(f->err, WD_E_MALFORMED,
				"%s: line %u: no concept '%.*s' here or in a vocabulary", f->name,
				at->line, WD_STR_ARG(s));
	}
	*ret = t;
	return WD_OK;
}

static int parse_conds(const struct file *f, const struct wd_yaml *list, wd_conds *ret)
{
	if (list == NULL)
		return WD_OK;
	if (list->kind != WD_YAML_LIST)
		return fail(f, list, "a list is expected");
	WD_YAML_EACH(n, list)
	{
		wd_cond *c = wd_vec_push(f->r->a, ret);
		if (c == NULL)
			return fail(f, n, "out of memory");
		struct wd_str rest = n->text, one;
		while (wd_str_split(&rest, '|', &one)) {
			struct wd_cond_term *t = wd_vec_push(f->r->a, c);
			if (t == NULL)
				return fail(f, n, "out of memory");
			int rc = parse_term(f, n, wd_str_trim(one), t);
			if (rc != WD_OK)
				return rc;
		}
	}
	return WD_OK;
}

static int parse_zones(const struct file *f, const struct wd_yaml *list, struct wd_rule *rule)
{
	static const char *const names[] = {"headline", "lead", "body"};
	for (int z = 0; z < WD_ZONE_COUNT; z++)
		rule->zones[z] = list == NULL;
	WD_YAML_EACH(n, list)
	{
		int z = 0;
		while (z < WD_ZONE_COUNT && !wd_str_eqc(n->text, names[z]))
			z++;
		if (z == WD_ZONE_COUNT)
			return fail(f, n, "headline, lead or body expected");
		rule->zones[z] = true;
	}
	return WD_OK;
}

static int parse_window(const struct file *f, const struct wd_yaml *n, struct wd_rule *rule)
{
	double near = 0;
	if (n == NULL || wd_str_eqc(n->text, "sentence"))
		rule->window = WD_WINDOW_SENTENCE;
	else if (wd_str_eqc(n->text, "field"))
		rule->window = WD_WINDOW_FIELD;
	else if (wd_str_eqc(n->text, "article"))
		rule->window = WD_WINDOW_ARTICLE;
	else {
		int rc = number_of(f, n, 0, &near);
		if (rc != WD_OK)
			return rc;
		if (near < 1)
			return fail(f, n,
				"sentence, field, article or a number of characters expected");
		rule->near = (size_t)near;
	}
	return WD_OK;
}

static int add_rule(const struct file *f, const struct wd_yaml *n, struct wd_topic_def *t)
{
	static const char *const keys[] = {
		"id", "text", "add", "all", "none", "within", "in", "ordered", NULL};
	int rc = check_keys(f, n, keys);
	if (rc != WD_OK)
		return rc;
	struct wd_rule *rule = wd_vec_push(f->r->a, &t->rules);
	if (rule == NULL)
		return fail(f, n, "out of memory");
	rule->id = text_of(n, "id");
	rule->text = text_of(n, "text");
	rule->is_ordered = wd_str_eqc(text_of(n, "ordered"), "true");
	rc = number_of(f, wd_yaml_get(n, "add"), 1.0, &rule->add);
	if (rc == WD_OK)
		rc = parse_conds(f, wd_yaml_get(n, "all"), &rule->all);
	if (rc == WD_OK)
		rc = parse_conds(f, wd_yaml_get(n, "none"), &rule->none);
	if (rc == WD_OK)
		rc = parse_zones(f, wd_yaml_get(n, "in"), rule);
	if (rc == WD_OK)
		rc = parse_window(f, wd_yaml_get(n, "within"), rule);
	if (rc == WD_OK && (rule->all.n == 0 || rule->id.n == 0))
		rc = fail(f, n, "a rule needs an id and `all`");
	return rc;
}

static int add_strings(const struct file *f, const struct wd_yaml *list, void *vec)
{
	WD_VEC(struct wd_str) *to = vec;
	WD_YAML_EACH(n, list)
	{
		struct wd_str *s = wd_vec_push(f->r->a, to);
		if (s == NULL)
			return fail(f, n, "out of memory");
		*s = n->text;
	}
	return WD_OK;
}

static int add_examples(
	const struct file *f, const struct wd_yaml *list, bool want, struct wd_topic_def *t)
{
	static const char *const keys[] = {"headline", "text", "date", NULL};
	WD_YAML_EACH(n, list)
	{
		struct wd_example *e = wd_vec_push(f->r->a, &t->examples);
		if (e == NULL)
			return fail(f, n, "out of memory");
		e->want = want;
		e->line = n->line;
		e->day = WD_DAY_NONE;
		if (n->kind == WD_YAML_SCALAR) {
			e->headline = n->text;
			continue;
		}
		int rc = check_keys(f, n, keys);
		if (rc != WD_OK)
			return rc;
		e->headline = text_of(n, "headline");
		e->text = text_of(n, "text");
		e->day = wd_facts_day(text_of(n, "date"));
	}
	return WD_OK;
}

static int load_weights(const struct file *f, const struct wd_yaml *root, struct wd_topic_def *t)
{
	static const char *const keys[] = {"headline", "lead", "body", NULL};
	static const double usual[] = {1.0, 1.0, 0.3};
	const struct wd_yaml *map = wd_yaml_get(root, "weights");
	int rc = map != NULL ? check_keys(f, map, keys) : WD_OK;
	for (int z = 0; rc == WD_OK && z < WD_ZONE_COUNT; z++)
		rc = number_of(f, wd_yaml_get(map, keys[z]), usual[z], &t->weight[z]);
	return rc == WD_OK ? number_of(f, wd_yaml_get(root, "threshold"), 1.0, &t->threshold) : rc;
}

/* One topic or theme out of a map; a file holds one, or a list under `topics`. */
static int load_topic(struct file *f, const struct wd_yaml *root)
{
	static const char *const keys[] = {"topic", "theme", "label", "note", "subjects", "with",
		"threshold", "weights", "facts", "concepts", "masks", "rules", "examples", NULL};
	int rc = check_keys(f, root, keys);
	if (rc != WD_OK)
		return rc;
	struct wd_topic_def *t = wd_vec_push(f->r->a, &f->r->topics);
	if (t == NULL)
		return fail(f, root, "out of memory");
	t->kind = wd_yaml_get(root, "theme") != NULL ? WD_THEME : WD_TOPIC;
	t->id = text_of(root, t->kind == WD_THEME ? "theme" : "topic");
	t->label = text_of(root, "label");
	t->file = wd_str_c(f->name);
	t->checks_facts = wd_str_eqc(text_of(root, "facts"), "check");
	f->topic = t->id;
	if (t->id.n == 0)
		return fail(f, root, "`topic` or `theme` is needed");
	rc = load_weights(f, root, t);
	if (rc == WD_OK)
		rc = add_strings(f, wd_yaml_get(root, "subjects"), &t->subjects);
	if (rc == WD_OK)
		rc = add_strings(f, wd_yaml_get(root, "with"), &t->with_topics);
	if (rc == WD_OK)
		rc = add_concepts(f, wd_yaml_get(root, "concepts"), false);
	if (rc == WD_OK)
		rc = add_concepts(f, wd_yaml_get(root, "masks"), true);
	WD_YAML_EACH(n, wd_yaml_get(root, "rules"))
	{
		if (rc == WD_OK)
			rc = add_rule(f, n, t);
	}
	const struct wd_yaml *ex = wd_yaml_get(root, "examples");
	if (rc == WD_OK)
		rc = add_examples(f, wd_yaml_get(ex, "yes"), true, t);
	return rc == WD_OK ? add_examples(f, wd_yaml_get(ex, "no"), false, t) : rc;
}

int wd_topics_file(
	struct wd_rules *r, const char *name, const struct wd_yaml *root, struct wd_err *err)
{
	struct file f = {.r = r, .name = name, .err = err};
	if (wd_yaml_get(root, "vocabulary") != NULL)
		return load_vocabulary(&f, root);
	const struct wd_yaml *many = wd_yaml_get(root, "topics");
	if (many == NULL)
		return load_topic(&f, root);
	int rc = WD_OK;
	WD_YAML_EACH(n, many)
	{
		if (rc == WD_OK)
			rc = load_topic(&f, n);
	}
	return rc;
}
