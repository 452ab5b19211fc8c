/*
 * Facts in the data of a page's own scripts: `"publishDate":"2020-05-06"` in the state that a
 * site's program starts from, in JSON, JavaScript or JSON inside of a string. Asked only where
 * nothing else says it: the same scripts hold other stories. A value counts when all of the key say
 * the same, or when it is the nearest to the headline.
 */
#include "base/str.h"
#include "parsers/metadata_impl.h"

#define MAX_HITS 64
#define MAX_VALUE 64
#define NEAR_BYTES 3000

struct hit {
	struct wd_str value;
	size_t far; /* from the headline, in the same script */
};

static size_t skip(struct wd_str s, size_t at, const char *set)
{
	while (at < s.n && s.p[at] != '\0' && strchr(set, s.p[at]) != NULL)
		at++;
	return at;
}

/* The value behind the key that ends at `at`: between quotation marks, or a number. */
static struct wd_str value_at(struct wd_str s, size_t at)
{
	size_t colon = skip(s, at, "\\\"' ");
	if (colon >= s.n || s.p[colon] != ':')
		return WD_STR_NONE;
	size_t from = skip(s, colon + 1, "\\\"' "), to = from;
	while (to < s.n && to - from < MAX_VALUE && strchr("\\\"',}<", s.p[to]) == NULL)
		to++;
	return to - from < MAX_VALUE ? wd_str_sub(s, from, to) : WD_STR_NONE;
}

static void hits_of(
	struct wd_str script, size_t headline, const char *key, struct hit *hits, size_t *count)
{
	size_t n = strlen(key);
	for (size_t at = 0;
		*count < MAX_HITS && (at = wd_str_find(script, wd_str_c(key), at)) != SIZE_MAX;
		at += n) {
		bool starts = at > 0 && !wd_is_alnum(script.p[at - 1]) && script.p[at - 1] != '_';
		bool ends = at + n < script.n && !wd_is_alnum(script.p[at + n]);
		struct wd_str v = starts && ends ? value_at(script, at + n) : WD_STR_NONE;
		if (v.n < 8)
			continue;
		size_t far = headline == SIZE_MAX ? SIZE_MAX
			     : at > headline      ? at - headline
						  : headline - at;
		hits[(*count)++] = (struct hit){v, far};
	}
}

struct wd_str wd_meta_script_value(struct wd_facts *f, const char *const *keys,
	struct wd_str headline, bool (*same)(struct wd_str a, struct wd_str b))
{
	struct hit hits[MAX_HITS];
	size_t n = 0, nearest = 0;
	struct wd_str sample = wd_str_sub(headline, 0, 40);
	struct wd_node *root = f->h->html;
	for (struct wd_node *node = root; node != NULL; node = wd_node_next(root, node, false)) {
		if (node->tag != WD_TAG_SCRIPT || node->first == NULL ||
			wd_str_ifind(wd_node_attr(node, "type"), WD_STR("ld+json"), 0) != SIZE_MAX)
			continue; /* JSON-LD says what it is about, and was asked */
		struct wd_str text = node->first->text;
		size_t at = sample.n >= 10 ? wd_str_find(text, sample, 0) : SIZE_MAX;
		for (size_t k = 0; keys[k] != NULL; k++)
			hits_of(text, at, keys[k], hits, &n);
	}
	bool one = true;
	for (size_t i = 1; i < n; i++) {
		one = one && same(hits[0].value, hits[i].value);
		nearest = hits[i].far < hits[nearest].far ? i : nearest;
	}
	if (n == 0 || (!one && hits[nearest].far > NEAR_BYTES))
		return WD_STR_NONE;
	return hits[one ? 0 : nearest].value;
}
