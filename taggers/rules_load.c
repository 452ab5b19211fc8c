/*
 * The rule set: read whole or not at all. Vocabularies come first, then topics, each in the order
 * of their file names, so that the version (a hash over all files' names and bytes) and the
 * numbering are the same on every machine.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "taggers/rules.h"
#include "taggers/tagger.h"

#define RULES_ARENA (512 * WD_MIB)
#define RULES_FILE (32 * WD_MIB)
#define MAX_FILES 1000

int wd_rules_file(struct wd_rules *r, const char *name, struct wd_str *ret, struct wd_err *err)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/%s", r->dir, name) >= (int)sizeof(path))
		return wd_err_set(err, WD_E_LIMIT, "path too long: '%s'", name);
	struct wd_str read;
	int rc = wd_file_read(path, RULES_FILE, &read, err);
	if (rc != WD_OK)
		return rc;
	wd_hasher_add(r->hasher, wd_str_c(name));
	wd_hasher_add(r->hasher, read);
	rc = wd_arena_dup(r->a, read, ret);
	free(wd_unconst(read.p));
	return rc == WD_OK ? WD_OK : wd_err_set(err, WD_E_LIMIT, "%s: out of memory", name);
}

int wd_rules_word(struct wd_rules *r, struct wd_str phrase, unsigned flags, struct wd_word word,
	struct wd_err *err)
{
	if (phrase.n == 0)
		return WD_OK;
	struct wd_word *w = wd_vec_push(r->a, &r->words);
	if (w == NULL)
		return wd_err_set(err, WD_E_NOMEM, "rules: out of memory");
	*w = word;
	/* "AI*" in a Korean list asks for particles, not for "aides": Latin letters next to Hangul
	 * are a boundary anyway. */
	if (word.lang != WD_LANG_EN && phrase.n > 1 && phrase.p[phrase.n - 1] == '*' &&
		(wd_is_alnum(phrase.p[phrase.n - 2]) || phrase.p[phrase.n - 2] == '+'))
		phrase.n--;
	return wd_phrases_add(r->phrases, phrase, flags, (uint32_t)(r->words.n - 1), err);
}

int wd_rules_concept(struct wd_rules *r, struct wd_str name)
{
	for (size_t i = 0; i < r->concepts.n; i++) {
		if (wd_str_eq(r->concepts.v[i].name, name))
			return (int)i;
	}
	struct wd_concept *c = wd_vec_push(r->a, &r->concepts);
	if (c == NULL)
		return -1;
	c->name = name;
	return (int)r->concepts.n - 1;
}

int wd_rules_office(const struct wd_rules *r, struct wd_str id)
{
	for (size_t i = 0; i < r->offices.n; i++) {
		if (wd_str_eq(r->offices.v[i].id, id))
			return (int)i;
	}
	return WD_NO_INDEX;
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_dirp(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

/* Names of topics/ *.yaml, sorted. */
static int list_topics(struct wd_rules *r, char **names, size_t *ret_n, struct wd_err *err)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof(path), "%s/topics", r->dir);
	wd_cleanup(close_dirp) DIR *d = opendir(path);
	if (d == NULL)
		return wd_err_set(err, WD_E_SYS,
			"open folder '%s': %s (is $WIREDESK_DATA the data folder?)", path,
			strerror(errno));
	size_t n = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct wd_str name = wd_str_c(e->d_name);
		if (!wd_str_ends(name, WD_STR(".yaml")) || name.p[0] == '.')
			continue;
		if (n == MAX_FILES)
			return wd_err_set(
				err, WD_E_LIMIT, "'%s': more than %d topic files", path, MAX_FILES);
		struct wd_str full = wd_arena_printf(r->a, "topics/%s", e->d_name);
		names[n] = wd_arena_cstr(r->a, full);
		if (names[n++] == NULL)
			return wd_err_set(err, WD_E_NOMEM, "rules: out of memory");
	}
	qsort(names, n, sizeof(*names), name_cmp);
	*ret_n = n;
	return WD_OK;
}

static int load_topics(struct wd_rules *r, struct wd_err *err)
{
	char **names = wd_arena_array(r->a, MAX_FILES, sizeof(*names));
	struct wd_yaml **trees = wd_arena_array(r->a, MAX_FILES, sizeof(struct wd_yaml *));
	size_t n = 0;
	if (names == NULL || trees == NULL)
		return wd_err_set(err, WD_E_NOMEM, "rules: out of memory");
	int rc = list_topics(r, names, &n, err);
	for (size_t i = 0; rc == WD_OK && i < n; i++) {
		struct wd_str text;
		rc = wd_rules_file(r, names[i], &text, err);
		if (rc == WD_OK && wd_yaml_parse(r->a, text, &trees[i], err) != WD_OK)
			rc = wd_err_prefix(err, "%s", names[i]);
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == WD_OK && i < n; i++) {
			bool is_vocabulary = wd_yaml_get(trees[i], "vocabulary") != NULL;
			if (is_vocabulary == (pass == 0))
				rc = wd_topics_file(r, names[i], trees[i], err);
		}
	}
	return rc;
}

static int load_all(struct wd_rules *r, struct wd_err *err)
{
	struct wd_str variants;
	int rc = wd_rules_file(r, "fold/variants.tsv", &variants, err);
	if (rc == WD_OK && wd_fold_new(r->a, variants, &r->fold, err) != WD_OK)
		rc = wd_err_prefix(err, "fold/variants.tsv");
	if (rc != WD_OK)
		return rc;
	r->phrases = wd_phrases_new(r->a, r->fold);
	if (r->phrases == NULL)
		return wd_err_set(err, WD_E_NOMEM, "rules: out of memory");
	rc = wd_facts_subjects(r, "iptc/mediatopics.tsv", err);
	if (rc == WD_OK)
		rc = load_topics(r, err);
	return rc == WD_OK ? wd_phrases_build(r->phrases, err) : rc;
}

static void free_hasherp(struct wd_hasher **h)
{
	wd_hasher_free(*h);
}

int wd_rules_load(const char *dir, struct wd_rules **ret, struct wd_err *err)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(RULES_ARENA);
	wd_cleanup(free_hasherp) struct wd_hasher *h = wd_hasher_new();
	struct wd_rules *r = a != NULL && h != NULL ? wd_arena_new_of(a, struct wd_rules) : NULL;
	if (r == NULL)
		return wd_err_set(err, WD_E_NOMEM, "rules: out of memory");
	r->a = a;
	r->refs = 1;
	r->hasher = h;
	r->dir = dir;
	r->side[0] = r->side[1] = WD_NO_INDEX;
	struct wd_fact_words *w = &r->fact_words;
	w->meet = w->announce = w->background = w->first = w->first_not = w->summit = WD_NO_INDEX;
	int rc = load_all(r, err);
	if (rc != WD_OK)
		return rc;
	char hex[WD_HASH_TEXT];
	struct wd_str v = wd_hash_hex(wd_hasher_end(h), hex);
	(void)snprintf(r->version, sizeof(r->version), "%.16s", v.p);
	r->hasher = NULL;
	r->dir = NULL;
	(void)wd_take(a);
	*ret = r;
	return WD_OK;
}

struct wd_rules *wd_rules_ref(struct wd_rules *r)
{
	(void)__atomic_add_fetch(&r->refs, 1, __ATOMIC_RELAXED);
	return r;
}

void wd_rules_unref(struct wd_rules *r)
{
	if (r != NULL && __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL) == 0)
		wd_arena_free(r->a);
}

bool wd_rules_has_topic(const struct wd_rules *r, struct wd_str id)
{
	for (size_t i = 0; i < r->topics.n; i++) {
		if (r->topics.v[i].kind == WD_TOPIC && wd_str_eq(r->topics.v[i].id, id))
			return true;
	}
	return false;
}

struct wd_str wd_rules_version(const struct wd_rules *r)
{
	return wd_str_c(r->version);
}
