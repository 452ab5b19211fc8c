/*
 * JSON-LD: the objects that describe the article, among those that describe the site, the page, the
 * breadcrumbs and the pictures. Real ones are often not quite JSON (comments around, raw line ends
 * in strings, commas at the end): a second, mended try is made, and what cannot be read is as if it
 * were not there.
 */
#include <jansson.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/metadata_impl.h"

#define MAX_SCRIPT (4 * WD_MIB)
#define MAX_OBJECTS 2000 /* visited of one script */
#define MAX_PEOPLE 50

static const struct {
	const char *type;
	int rank;
} types[] = {{"NewsArticle", 10}, {"ReportageNewsArticle", 10}, {"OpinionNewsArticle", 10},
	{"AnalysisNewsArticle", 10}, {"BackgroundNewsArticle", 10}, {"ReviewNewsArticle", 10},
	{"AskPublicNewsArticle", 10}, {"LiveBlogPosting", 10}, {"Article", 9}, {"BlogPosting", 9},
	{"SatiricalArticle", 9}, {"AdvertiserContentArticle", 9}, {"TechArticle", 8},
	{"ScholarlyArticle", 8}, {"SocialMediaPosting", 7}, {"Report", 7}, {"Review", 6},
	{"Recipe", 6}, {"WebPage", 3}, {"ItemPage", 3}};

/* Control characters in strings become spaces, a comma before a bracket goes. */
static struct wd_str mend(struct wd_arena *a, struct wd_str s)
{
	char *out = wd_arena_bytes(a, s.n);
	size_t n = 0;
	bool string = false;
	for (size_t i = 0; out != NULL && i < s.n; i++) {
		char c = s.p[i];
		if (string && c == '\\' && i + 1 < s.n) {
			out[n++] = c;
			out[n++] = s.p[++i];
			continue;
		}
		if (c == '"')
			string = !string;
		if ((unsigned char)c < ' ')
			c = ' ';
		if (!string && (c == ']' || c == '}')) {
			size_t back = n;
			while (back > 0 && out[back - 1] == ' ')
				back--;
			if (back > 0 && out[back - 1] == ',')
				n = back - 1;
		}
		out[n++] = c;
	}
	return (struct wd_str){out, out != NULL ? n : 0};
}

/* Without comment and CDATA marks around, from the first bracket to the last. */
static struct wd_str inner(struct wd_str s)
{
	size_t from = 0, to = s.n;
	while (from < to && s.p[from] != '{' && s.p[from] != '[')
		from++;
	if (from < to && s.p[from] == '[' &&
		wd_str_starts(wd_str_from(s, from), WD_STR("[CDATA["))) {
		from += 7;
		while (from < to && s.p[from] != '{' && s.p[from] != '[')
			from++;
	}
	char close = from < to && s.p[from] == '[' ? ']' : '}';
	while (to > from && s.p[to - 1] != close)
		to--;
	return wd_str_sub(s, from, to);
}

static json_t *load(struct wd_arena *a, struct wd_str script)
{
	struct wd_str s = inner(script);
	if (s.n == 0 || s.n > MAX_SCRIPT)
		return NULL;
	json_error_t e;
	json_t *j = json_loadb(s.p, s.n, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &e);
	if (j != NULL)
		return j;
	s = mend(a, s);
	return s.n > 0 ? json_loadb(s.p, s.n, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &e) : NULL;
}

/* {"@id": "#ida"}: the object of that id elsewhere in the script. */
static const json_t *referred(const struct wd_facts *f, const json_t *o)
{
	const char *id = json_string_value(json_object_get(o, "@id"));
	if (id == NULL || json_object_get(o, "name") != NULL)
		return o;
	for (size_t i = 0; i < f->object_count; i++) {
		const char *other = json_string_value(json_object_get(f->objects[i], "@id"));
		if (other != NULL && strcmp(id, other) == 0 &&
			json_object_get(f->objects[i], "name") != NULL)
			return f->objects[i];
	}
	return o;
}

static struct wd_str text_of(struct wd_facts *f, const json_t *v)
{
	while (json_is_array(v) && json_array_size(v) > 0)
		v = json_array_get(v, 0);
	if (json_is_object(v)) {
		v = referred(f, v);
		const json_t *name = json_object_get(v, "name");
		v = name != NULL ? name : json_object_get(v, "@value");
	}
	if (!json_is_string(v))
		return WD_STR_NONE;
	struct wd_str s = {json_string_value(v), json_string_length(v)};
	return wd_utf8_trim(wd_html_unescape(f->a, wd_arena_str(f->a, s), false));
}

static struct wd_str member(struct wd_facts *f, const json_t *o, const char *key)
{
	return text_of(f, json_object_get(o, key));
}

static struct wd_str url_of(struct wd_facts *f, const json_t *v)
{
	while (json_is_array(v) && json_array_size(v) > 0)
		v = json_array_get(v, 0);
	if (json_is_object(v)) {
		const json_t *u = json_object_get(v, "url");
		v = u != NULL ? u : json_object_get(v, "@id");
	}
	return json_is_string(v) ? text_of(f, v) : WD_STR_NONE;
}

static void people(struct wd_facts *f, const json_t *v, wd_persons *ret)
{
	size_t n = json_is_array(v) ? json_array_size(v) : v != NULL ? 1 : 0;
	for (size_t i = 0; i < n && ret->n < MAX_PEOPLE; i++) {
		const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
		struct wd_str name = text_of(f, one);
		/* "name": ["A", "B"] */
		const json_t *names = json_is_object(one) ? json_object_get(one, "name") : NULL;
		size_t more = json_is_array(names) ? json_array_size(names) : 1;
		for (size_t k = 0; k < more && ret->n < MAX_PEOPLE; k++) {
			if (json_is_array(names))
				name = text_of(f, json_array_get(names, k));
			struct wd_person *p = name.n > 0 ? wd_vec_push(f->a, ret) : NULL;
			if (p != NULL)
				*p = (struct wd_person){.name = name,
					.url = json_is_object(one) ? url_of(f, one) : WD_STR_NONE};
		}
	}
}

static void strings(struct wd_facts *f, const json_t *v, wd_strs *ret)
{
	size_t n = json_is_array(v) ? json_array_size(v) : v != NULL ? 1 : 0;
	for (size_t i = 0; i < n && ret->n < WD_MAX_LIST; i++) {
		struct wd_str rest = text_of(f, json_is_array(v) ? json_array_get(v, i) : v), word;
		while (wd_str_split(&rest, ',', &word)) {
			word = wd_utf8_trim(word);
			struct wd_str *s =
				word.n > 0 && ret->n < WD_MAX_LIST ? wd_vec_push(f->a, ret) : NULL;
			if (s != NULL)
				*s = word;
		}
	}
}

static void images(struct wd_facts *f, const json_t *v, wd_images *ret)
{
	size_t n = json_is_array(v) ? json_array_size(v) : v != NULL ? 1 : 0;
	for (size_t i = 0; i < n && ret->n < MAX_PEOPLE; i++) {
		const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;
		struct wd_str url = url_of(f, one);
		struct wd_image *img = url.n > 0 ? wd_vec_push(f->a, ret) : NULL;
		if (img == NULL)
			continue;
		img->href = url;
		if (json_is_object(one)) {
			img->caption = member(f, one, "caption");
			img->credit = member(f, one, "creditText");
		}
	}
}

static bool is_false(const json_t *v)
{
	return json_is_false(v) ||
	       (json_is_string(v) && wd_str_ieqc(wd_str_c(json_string_value(v)), "false"));
}

static int rank_of(struct wd_facts *f, const json_t *o, struct wd_str *ret_type)
{
	const json_t *type = json_object_get(o, "@type");
	size_t n = json_is_array(type) ? json_array_size(type) : 1;
	int best = 0;
	for (size_t i = 0; i < n; i++) {
		struct wd_str t = text_of(f, json_is_array(type) ? json_array_get(type, i) : type);
		size_t slash = t.n;
		while (slash > 0 && t.p[slash - 1] != '/' && t.p[slash - 1] != ':')
			slash--;
		t = wd_str_from(t, slash);
		for (size_t k = 0; k < WD_COUNTOF(types); k++)
			if (wd_str_eqc(t, types[k].type) && types[k].rank > best) {
				best = types[k].rank;
				*ret_type = t;
			}
	}
	if (best == 0)
		return 0;
	best *= 4;
	best += json_object_get(o, "headline") != NULL ? 2 : 0;
	best += json_object_get(o, "datePublished") != NULL ? 1 : 0;
	return best;
}

static void take(struct wd_facts *f, const json_t *o, int rank, struct wd_str type)
{
	struct wd_jsonld ld = {.rank = rank};
	ld.type = rank >= 6 * 4 ? type : WD_STR_NONE;
	ld.headline = member(f, o, "headline");
	if (ld.headline.n == 0 && rank >= 6 * 4)
		ld.headline = member(f, o, "name");
	ld.description = member(f, o, "description");
	ld.body = member(f, o, "articleBody");
	ld.section = member(f, o, "articleSection");
	ld.language = member(f, o, "inLanguage");
	ld.published = member(f, o, "datePublished");
	if (ld.published.n == 0)
		ld.published = member(f, o, "dateCreated");
	ld.modified = member(f, o, "dateModified");
	ld.publisher = member(f, o, "publisher");
	ld.copyright = member(f, o, "copyrightHolder");
	ld.url = url_of(f, json_object_get(o, "mainEntityOfPage"));
	people(f, json_object_get(o, "author"), &ld.authors);
	if (ld.authors.n == 0)
		people(f, json_object_get(o, "creator"), &ld.authors);
	strings(f, json_object_get(o, "keywords"), &ld.keywords);
	images(f, json_object_get(o, "image"), &ld.images);
	ld.paywalled = is_false(json_object_get(o, "isAccessibleForFree"));
	ld.site = f->ld.site;
	f->ld = ld;
}

/* Every object of the script, breadth first, without recursion. */
static void walk(struct wd_facts *f, json_t *root)
{
	const json_t **queue = wd_arena_array(f->a, MAX_OBJECTS, sizeof(json_t *));
	size_t n = 0;
	if (queue == NULL)
		return;
	queue[n++] = root;
	f->objects = queue;
	for (size_t i = 0; i < n; i++) {
		const json_t *v = queue[i];
		for (size_t k = 0; json_is_array(v) && k < json_array_size(v) && n < MAX_OBJECTS;
			k++)
			queue[n++] = json_array_get(v, k);
		f->object_count = n;
		if (!json_is_object(v))
			continue;
		struct wd_str type = WD_STR_NONE;
		int rank = rank_of(f, v, &type);
		if (rank > f->ld.rank)
			take(f, v, rank, type);
		if (f->ld.site.n == 0 &&
			wd_str_eqc(text_of(f, json_object_get(v, "@type")), "WebSite"))
			f->ld.site = member(f, v, "name");
		static const char *const below[] = {"@graph", "mainEntity", "mainEntityOfPage"};
		for (size_t k = 0; k < WD_COUNTOF(below) && n < MAX_OBJECTS; k++) {
			const json_t *c = json_object_get(v, below[k]);
			if (json_is_array(c) || json_is_object(c))
				queue[n++] = c;
		}
	}
}

void wd_jsonld_read(struct wd_facts *f, struct wd_str script)
{
	json_t *j = load(f->a, script);
	if (j == NULL)
		return;
	walk(f, j);
	f->objects = NULL; /* borrowed from j */
	f->object_count = 0;
	json_decref(j);
}
