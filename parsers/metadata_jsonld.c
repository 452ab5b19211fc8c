/*
 * JSON-LD: the objects that describe the article, among those that describe the site, the page, the
 * breadcrumbs and the pictures. Real ones are often not quite JSON (comments around, raw line ends
 * in strings, commas at the end, quotation marks inside of strings), so they are read by the reader
 * of feeds, which takes what can be understood. Of a script whose structure is torn only dates,
 * people and addresses are believed (a headline may be cut off there), and rather what a sound
 * script says, of whatever type.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/json_in.h"
#include "parsers/metadata_impl.h"

#define MAX_SCRIPT (4 * WD_MIB)
#define MAX_TREE (12 * WD_MIB)
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

static size_t skip_space(struct wd_str s, size_t at)
{
	while (at < s.n && wd_is_space(s.p[at]))
		at++;
	return at;
}

/* The quotation mark at `at` ends its string: what follows goes on with the structure. */
static bool is_closing(struct wd_str s, size_t at)
{
	at = skip_space(s, at + 1);
	if (at == s.n || s.p[at] == ':' || s.p[at] == '}' || s.p[at] == ']')
		return true;
	if (s.p[at] != ',')
		return false;
	at = skip_space(s, at + 1);
	return at == s.n || strchr("\"{[]}-", s.p[at]) != NULL || wd_is_digit(s.p[at]);
}

/* Quotation marks inside of strings get their backslash. */
static struct wd_str mend_quotes(struct wd_arena *a, struct wd_str s)
{
	char *out = wd_arena_bytes(a, s.n * 2);
	size_t n = 0;
	bool string = false;
	for (size_t i = 0; out != NULL && i < s.n; i++) {
		char c = s.p[i];
		if (string && c == '\\' && i + 1 < s.n) {
			out[n++] = c;
			c = s.p[++i];
		} else if (c == '"' && (!string || is_closing(s, i))) {
			string = !string;
		} else if (c == '"') {
			out[n++] = '\\';
		}
		out[n++] = c;
	}
	return (struct wd_str){out, out != NULL ? n : 0};
}

static const struct wd_jnode *get(const struct wd_jnode *o, const char *key)
{
	return wd_jnode_get(o, key);
}

static bool is_array(const struct wd_jnode *v)
{
	return v != NULL && v->type == WD_J_ARRAY;
}

static bool is_object(const struct wd_jnode *v)
{
	return v != NULL && v->type == WD_J_OBJECT;
}

/* The value, or the first that is none of nested arrays. */
static const struct wd_jnode *first_of(const struct wd_jnode *v)
{
	while (is_array(v) && v->first != NULL)
		v = v->first;
	return v;
}

/* Of a list its first element, else the value itself; `next` of it leads on in a list only. */
static const struct wd_jnode *list_of(const struct wd_jnode *v)
{
	return is_array(v) ? v->first : v;
}

static const struct wd_jnode *list_next(const struct wd_jnode *list, const struct wd_jnode *one)
{
	return is_array(list) ? one->next : NULL;
}

/* {"@id": "#ida"}: the object of that id elsewhere in the script. */
static const struct wd_jnode *referred(const struct wd_facts *f, const struct wd_jnode *o)
{
	struct wd_str id = wd_jnode_text(o, "@id");
	if (id.n == 0 || get(o, "name") != NULL)
		return o;
	for (size_t i = 0; i < f->object_count; i++)
		if (f->objects[i].named && wd_str_eq(f->objects[i].id, id))
			return f->objects[i].o;
	return o;
}

static struct wd_str text_of(struct wd_facts *f, const struct wd_jnode *v)
{
	v = first_of(v);
	if (is_object(v)) {
		v = referred(f, v);
		const struct wd_jnode *name = get(v, "name");
		v = name != NULL ? name : get(v, "@value");
	}
	if (v == NULL || v->type != WD_J_STRING)
		return WD_STR_NONE;
	return wd_utf8_trim(wd_html_unescape(f->a, wd_arena_str(f->a, v->text), false));
}

static struct wd_str member(struct wd_facts *f, const struct wd_jnode *o, const char *key)
{
	return text_of(f, get(o, key));
}

static struct wd_str url_of(struct wd_facts *f, const struct wd_jnode *v)
{
	v = first_of(v);
	if (is_object(v)) {
		const struct wd_jnode *u = get(v, "url");
		v = u != NULL ? u : get(v, "@id");
	}
	return v != NULL && v->type == WD_J_STRING ? text_of(f, v) : WD_STR_NONE;
}

static void add_person(
	struct wd_facts *f, const struct wd_jnode *one, struct wd_str name, wd_persons *ret)
{
	struct wd_person *p = name.n > 0 && ret->n < MAX_PEOPLE ? wd_vec_push(f->a, ret) : NULL;
	if (p != NULL)
		*p = (struct wd_person){
			.name = name, .url = is_object(one) ? url_of(f, one) : WD_STR_NONE};
}

static void people(struct wd_facts *f, const struct wd_jnode *v, wd_persons *ret)
{
	for (const struct wd_jnode *one = list_of(v); one != NULL && ret->n < MAX_PEOPLE;
		one = list_next(v, one)) {
		const struct wd_jnode *names = is_object(one) ? get(one, "name") : NULL;
		if (!is_array(names)) {
			add_person(f, one, text_of(f, one), ret);
			continue;
		}
		for (const struct wd_jnode *n = names->first; n != NULL && ret->n < MAX_PEOPLE;
			n = n->next) /* "name": ["A", "B"] */
			add_person(f, one, text_of(f, n), ret);
	}
}

static void strings(struct wd_facts *f, const struct wd_jnode *v, wd_strs *ret)
{
	for (const struct wd_jnode *one = list_of(v); one != NULL && ret->n < WD_MAX_LIST;
		one = list_next(v, one)) {
		struct wd_str rest = text_of(f, one), word;
		while (wd_str_split(&rest, ',', &word)) {
			word = wd_utf8_trim(word);
			struct wd_str *s =
				word.n > 0 && ret->n < WD_MAX_LIST ? wd_vec_push(f->a, ret) : NULL;
			if (s != NULL)
				*s = word;
		}
	}
}

static void images(struct wd_facts *f, const struct wd_jnode *v, wd_images *ret)
{
	for (const struct wd_jnode *one = list_of(v); one != NULL && ret->n < MAX_PEOPLE;
		one = list_next(v, one)) {
		struct wd_str url = url_of(f, one);
		struct wd_image *img = url.n > 0 ? wd_vec_push(f->a, ret) : NULL;
		if (img == NULL)
			continue;
		img->href = url;
		if (is_object(one)) {
			img->caption = member(f, one, "caption");
			img->credit = member(f, one, "creditText");
		}
	}
}

static bool is_false(const struct wd_jnode *v)
{
	return v != NULL && (v->type == WD_J_BOOL || v->type == WD_J_STRING) &&
	       wd_str_ieqc(v->text, "false");
}

static int rank_of(struct wd_facts *f, const struct wd_jnode *o, struct wd_str *ret_type)
{
	const struct wd_jnode *list = get(o, "@type");
	int best = 0;
	for (const struct wd_jnode *one = list_of(list); one != NULL; one = list_next(list, one)) {
		struct wd_str t = text_of(f, one);
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
	if (best == 0 || f->ld_torn)
		return best;
	best *= 4;
	best += get(o, "headline") != NULL ? 2 : 0;
	best += get(o, "datePublished") != NULL ? 1 : 0;
	return best;
}

/* What runs over several words, which a quotation mark inside would have cut off. */
static void take_words(
	struct wd_facts *f, const struct wd_jnode *o, int rank, struct wd_jsonld *ret)
{
	ret->headline = member(f, o, "headline");
	if (ret->headline.n == 0 && rank >= 6 * 4)
		ret->headline = member(f, o, "name");
	ret->description = member(f, o, "description");
	ret->body = member(f, o, "articleBody");
	ret->section = member(f, o, "articleSection");
	strings(f, get(o, "keywords"), &ret->keywords);
}

static void take(struct wd_facts *f, const struct wd_jnode *o, int rank, struct wd_str type)
{
	struct wd_jsonld ld = {.rank = rank};
	ld.type = rank >= 6 * 4 ? type : WD_STR_NONE;
	if (!f->ld_torn)
		take_words(f, o, rank, &ld);
	ld.language = member(f, o, "inLanguage");
	ld.published = member(f, o, "datePublished");
	if (ld.published.n == 0)
		ld.published = member(f, o, "dateCreated");
	ld.modified = member(f, o, "dateModified");
	ld.publisher = member(f, o, "publisher");
	ld.copyright = member(f, o, "copyrightHolder");
	ld.url = url_of(f, get(o, "mainEntityOfPage"));
	people(f, get(o, "author"), &ld.authors);
	if (ld.authors.n == 0)
		people(f, get(o, "creator"), &ld.authors);
	images(f, get(o, "image"), &ld.images);
	ld.paywalled = is_false(get(o, "isAccessibleForFree"));
	ld.site = f->ld.site;
	f->ld = ld;
}

static void queue_up(struct wd_facts *f, const struct wd_jnode *v)
{
	if (f->object_count == MAX_OBJECTS || (!is_array(v) && !is_object(v)))
		return;
	f->objects[f->object_count++] = (struct wd_ld_object){
		v, wd_jnode_text(v, "@id"), is_object(v) && get(v, "name") != NULL};
}

/* Every object of the script, breadth first, without recursion. */
static void walk(struct wd_facts *f, struct wd_arena *scratch, const struct wd_jnode *root)
{
	static const char *const below[] = {"@graph", "mainEntity", "mainEntityOfPage"};
	f->objects = wd_arena_raw(scratch, MAX_OBJECTS * sizeof(*f->objects));
	f->object_count = 0;
	if (f->objects != NULL)
		queue_up(f, root);
	for (size_t i = 0; i < f->object_count; i++) {
		const struct wd_jnode *v = f->objects[i].o;
		for (const struct wd_jnode *c = is_array(v) ? v->first : NULL; c != NULL;
			c = c->next)
			queue_up(f, c);
		if (!is_object(v))
			continue;
		struct wd_str type = WD_STR_NONE;
		int rank = rank_of(f, v, &type);
		if (rank > f->ld.rank)
			take(f, v, rank, type);
		if (f->ld.site.n == 0 && wd_str_eqc(text_of(f, get(v, "@type")), "WebSite"))
			f->ld.site = member(f, v, "name");
		for (size_t k = 0; k < WD_COUNTOF(below); k++)
			queue_up(f, get(v, below[k]));
	}
	f->objects = NULL;
	f->object_count = 0;
}

void wd_jsonld_read(struct wd_facts *f, struct wd_str script)
{
	const unsigned torn = WD_JF_STRUCTURE | WD_JF_TRUNCATED;
	struct wd_jread r = {.text = inner(script)};
	wd_cleanup(wd_arena_freep) struct wd_arena *scratch = wd_arena_new(MAX_TREE);
	if (r.text.n == 0 || r.text.n > MAX_SCRIPT || scratch == NULL)
		return;
	const struct wd_jnode *root = wd_jread_value(&r, scratch);
	if (r.faults & torn) {
		r = (struct wd_jread){.text = mend_quotes(scratch, r.text)};
		root = wd_jread_value(&r, scratch);
	}
	f->ld_torn = (r.faults & torn) != 0;
	if (root != NULL)
		walk(f, scratch, root);
}
