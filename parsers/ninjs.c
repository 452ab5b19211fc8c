/**
 * IPTC ninjs as input: 1.x (lower-case names, body_html), 2.x and 3.x (camelCase, lists with
 * roles). One reader for all: names are compared without case, and each property is looked for
 * in the shapes it has had.
 *
 * A document holds one item, an array of them, one item a line, or an API's wrapping: items are
 * then looked for inside it, a few levels deep. An item is an object that has a headline, title or
 * body and one of ninjs' administrative members, or the few that agencies' own JSON shares with it
 * (the format is then called json), or just a title and a text, as content systems write articles.
 */
#include "parsers/fields.h"
#include "parsers/ninjs_impl.h"

#define WRAP_DEPTH 4 /* how deep an API may wrap its items */

static bool any_of(const struct wd_jnode *o, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (wd_jnode_get(o, names[i]) != NULL)
			return true;
	}
	return false;
}

static const char *const titles[] = {"headline", "title"};
static const char *const texts[] = {"articlebody", "body", "content", "text", "fulltext"};

/* A string, or content systems' {"rendered": "…"}. */
static struct wd_str plain_text(const struct wd_jnode *o, const char *name)
{
	const struct wd_jnode *n = wd_jnode_get(o, name);
	if (n != NULL && n->type == WD_J_OBJECT)
		n = wd_jnode_get(n, "rendered");
	return n != NULL && n->type == WD_J_STRING ? n->text : WD_STR_NONE;
}

static struct wd_str first_plain(const struct wd_jnode *o, const char *const *names, size_t n)
{
	struct wd_str s = WD_STR_NONE;
	for (size_t i = 0; i < n && s.n == 0; i++)
		s = plain_text(o, names[i]);
	return s;
}

static bool is_plain_item(const struct wd_jnode *o)
{
	return o->type == WD_J_OBJECT && first_plain(o, titles, WD_COUNTOF(titles)).n > 0 &&
	       first_plain(o, texts, WD_COUNTOF(texts)).n > 0;
}

static bool is_item(const struct wd_jnode *o)
{
	static const char *const text[] = {"headline", "headlines", "title", "body_text",
		"body_html", "body_xhtml", "body_nitf", "bodies", "description_text",
		"description_html", "description_caption", "descriptions"};
	static const char *const admin[] = {"versioncreated", "firstcreated", "contentcreated",
		"pubstatus", "usageterms", "copyrightholder", "copyrightnotice", "infosource",
		"infosources", "ednote", "embargoed", "embargoeduntil", "located", "urgency",
		"slugline", "renditions", "altids", "bodies", "headlines", "body_text", "body_html",
		"body_xhtml", "credit", "createdate", "publishdate"};
	return o->type == WD_J_OBJECT && any_of(o, text, WD_COUNTOF(text)) &&
	       any_of(o, admin, WD_COUNTOF(admin));
}

/** How many of the names that only ninjs has stand in the text. */
static int count_names(struct wd_str text)
{
	static const char *const names[] = {"\"pubstatus\"", "\"versioncreated\"", "\"headlines\"",
		"\"bodies\"", "\"body_text\"", "\"body_html\"", "\"body_xhtml\"", "\"usageterms\"",
		"\"copyrightholder\"", "\"infosources\"", "\"firstcreated\"", "\"slugline\"",
		"\"contentcreated\"", "\"description_text\"", "\"altids\"",
		"\"representationtype\""};
	struct wd_str head = wd_str_sub(text, 0, 256 * WD_KIB);
	int found = 0;
	for (size_t i = 0; i < WD_COUNTOF(names); i++)
		found += wd_str_ifind(head, wd_str_c(names[i]), 0) != SIZE_MAX;
	return found;
}

static bool has_name(struct wd_str head, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char quoted[32];
		int len = snprintf(quoted, sizeof(quoted), "\"%s\"", names[i]);
		if (wd_str_ifind(head, (struct wd_str){quoted, (size_t)len}, 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static int ninjs_sniff(struct wd_str text, const struct wd_doc *doc)
{
	struct wd_jread r = {.text = text};
	enum wd_jtype type;
	(void)doc;
	if (!wd_jread_peek(&r, &type) || (type != WD_J_OBJECT && type != WD_J_ARRAY))
		return 0;
	int found = count_names(text);
	struct wd_str head = wd_str_sub(text, 0, 256 * WD_KIB);
	if (found > 0)
		return found >= 2 ? 60 : 30;
	/* an agency's own JSON: a headline and where it is from */
	if (wd_str_ifind(head, WD_STR("\"headline\""), 0) != SIZE_MAX &&
		(wd_str_ifind(head, WD_STR("\"credit\""), 0) != SIZE_MAX ||
			wd_str_ifind(head, WD_STR("date\""), 0) != SIZE_MAX))
		return 15;
	return has_name(head, titles, WD_COUNTOF(titles)) &&
			       has_name(head, texts, WD_COUNTOF(texts))
		       ? 10
		       : 0;
}

/* ---- shapes of properties ---- */

struct wd_str ninjs_main_value(const struct wd_jnode *list)
{
	struct wd_str first = WD_STR_NONE;
	if (list == NULL || list->type != WD_J_ARRAY)
		return wd_jnode_str(list);
	for (const struct wd_jnode *n = list->first; n != NULL; n = n->next) {
		struct wd_str v =
			n->type == WD_J_OBJECT ? wd_jnode_text(n, "value") : wd_jnode_str(n);
		if (wd_str_ieqc(wd_jnode_text(n, "role"), "main") && v.n > 0)
			return v;
		if (first.n == 0)
			first = v;
	}
	return first;
}

static const struct wd_jnode *first_node(const struct wd_jnode *o, const char *x, const char *y)
{
	const struct wd_jnode *n = wd_jnode_get(o, x);
	return n != NULL ? n : wd_jnode_get(o, y);
}

/** Whether a body or description of 2.x is HTML: its content type, else its look. */
static bool is_html(const struct wd_jnode *n, struct wd_str value)
{
	struct wd_str type = wd_jnode_text(n, "contenttype");
	if (type.n > 0)
		return wd_str_ifind(type, WD_STR("html"), 0) != SIZE_MAX;
	return wd_str_find(value, WD_STR("</"), 0) != SIZE_MAX;
}

static void read_bodies(struct wd_arena *a, const struct wd_jnode *item, struct wd_entry *e)
{
	const struct wd_jnode *bodies = wd_jnode_get(item, "bodies");
	if (bodies != NULL && bodies->type == WD_J_ARRAY) {
		for (const struct wd_jnode *n = bodies->first; n != NULL; n = n->next) {
			struct wd_str v = wd_jnode_text(n, "value");
			wd_field_add_content(
				a, &e->content, v, is_html(n, v) ? "text/html" : "text/plain");
		}
	}
	wd_field_add_content(a, &e->content, wd_jnode_text(item, "body_html"), "text/html");
	wd_field_add_content(a, &e->content, wd_jnode_text(item, "body_xhtml"), "text/html");
	wd_field_add_content(a, &e->content, wd_jnode_text(item, "body_text"), "text/plain");
	for (const struct wd_jnode *n = item->first; n != NULL && e->content.n == 0; n = n->next) {
		if (wd_str_istarts(n->key, WD_STR("body_"))) /* body_nitf, an agency's own */
			wd_field_add_content(a, &e->content, wd_jnode_str(n), "text/html");
	}
	if (e->content.n == 0) {
		struct wd_str v = first_plain(item, texts, WD_COUNTOF(texts));
		wd_field_add_content(a, &e->content, v,
			wd_str_find(v, WD_STR("</"), 0) != SIZE_MAX ? "text/html" : "text/plain");
	}
	const struct wd_jnode *words = first_node(item, "wordcount", "word_count");
	uint64_t v;
	if (words != NULL && wd_str_to_u64(wd_jnode_str(words), 1, UINT32_MAX, &v) == WD_OK)
		e->word_count = (int64_t)v;
}

static void read_summary(const struct wd_jnode *item, struct wd_entry *e)
{
	const struct wd_jnode *list = wd_jnode_get(item, "descriptions");
	e->summary_type = WD_STR("text/plain");
	if (list != NULL && list->type == WD_J_ARRAY && list->first != NULL) {
		e->summary = ninjs_main_value(list);
		if (is_html(list->first, e->summary))
			e->summary_type = WD_STR("text/html");
		return;
	}
	e->summary = NINJS_FIRST(item, "description_text", "description_summary", "description",
		"description_caption");
	if (e->summary.n == 0) {
		e->summary = wd_jnode_text(item, "description_html");
		e->summary_type = WD_STR("text/html");
	}
}

static void add_concepts(struct wd_arena *a, struct wd_entry *e, const struct wd_jnode *list)
{
	if (list == NULL || list->type != WD_J_ARRAY)
		return;
	for (const struct wd_jnode *n = list->first; n != NULL; n = n->next) {
		struct wd_str code =
			wd_field_qcode_value(NINJS_FIRST(n, "code", "qcode", "uri", "literal"));
		if (n->type == WD_J_STRING)
			wd_field_add_subject(a, &e->subjects, WD_STR_NONE, n->text, WD_STR_NONE);
		else if (wd_jnode_get(n, "uri") != NULL)
			wd_field_add_subject(a, &e->subjects, wd_jnode_text(n, "uri"),
				wd_jnode_text(n, "name"), wd_jnode_text(n, "scheme"));
		else
			wd_field_add_subject(a, &e->subjects, code, wd_jnode_text(n, "name"),
				wd_jnode_text(n, "scheme"));
	}
}

static void add_strings(
	struct wd_arena *a, wd_strs *to, const struct wd_jnode *list, const char *member)
{
	if (list != NULL && list->type != WD_J_ARRAY) {
		wd_field_add_str(a, to, wd_jnode_str(list));
		return;
	}
	for (const struct wd_jnode *n = list != NULL ? list->first : NULL; n != NULL; n = n->next) {
		struct wd_str s =
			n->type == WD_J_OBJECT ? wd_jnode_text(n, member) : wd_jnode_str(n);
		wd_field_add_str(
			a, to, s.n == 0 && n->type == WD_J_OBJECT ? wd_jnode_text(n, "code") : s);
	}
}

static void read_people(
	const struct wd_parse_ctx *ctx, struct wd_entry *e, const struct wd_jnode *item)
{
	struct wd_arena *a = ctx->entry_arena;
	const struct wd_jnode *authors = first_node(item, "authors", "author");
	const struct wd_jnode *lines = wd_jnode_get(item, "bylines");
	e->byline = NINJS_FIRST(item, "by", "byline");
	for (const struct wd_jnode *n = lines != NULL ? lines->first : NULL; n != NULL;
		n = n->next) {
		struct wd_str by = NINJS_FIRST(n, "by", "name");
		if (e->byline.n == 0)
			e->byline = by;
		if (authors == NULL)
			wd_field_add_named(a, &e->authors, by);
	}
	for (const struct wd_jnode *n = authors != NULL ? authors->first : NULL; n != NULL;
		n = n->next)
		wd_field_add_author(a, &e->authors, wd_jnode_text(n, "name"),
			wd_jnode_text(n, "email"), wd_jnode_text(n, "url"));
	if (e->authors.n == 0 && authors != NULL && authors->type == WD_J_STRING)
		wd_field_add_author(a, &e->authors, authors->text, WD_STR_NONE, WD_STR_NONE);
	if (e->authors.n == 0)
		wd_field_add_named(a, &e->authors, e->byline);
}

static void read_place(const struct wd_jnode *item, struct wd_entry *e)
{
	const struct wd_jnode *where = wd_jnode_get(item, "datelinelocation");
	e->dateline_text = NINJS_FIRST(item, "dateline", "dateline_text");
	e->dateline_city = wd_jnode_text(where, "city");
	if (e->dateline_city.n == 0)
		e->dateline_city = wd_jnode_text(wd_jnode_get(item, "dateline"), "located");
	if (e->dateline_city.n == 0)
		e->dateline_city = NINJS_FIRST(item, "located", "city");
	if (e->dateline_text.n == 0)
		e->dateline_text = wd_jnode_text(wd_jnode_get(item, "dateline"), "text");
}

static void read_rights(const struct wd_jnode *item, struct wd_entry *e)
{
	const struct wd_jnode *info = wd_jnode_get(item, "rightsinfo");
	e->rights_holder = NINJS_FIRST(item, "copyrightholder");
	e->rights = NINJS_FIRST(item, "copyrightnotice", "usageterms");
	if (e->rights_holder.n == 0)
		e->rights_holder = wd_jnode_text(info, "copyrightholder");
	if (e->rights.n == 0)
		e->rights = NINJS_FIRST(info, "copyrightnotice", "usageterms", "linkedrights");
}

static void read_source(
	const struct wd_parse_ctx *ctx, const struct wd_jnode *item, struct wd_entry *e)
{
	const struct wd_jnode *list = first_node(item, "infosources", "infosource");
	struct wd_str name = list != NULL && list->first != NULL
				     ? wd_jnode_text(list->first, "name")
				     : WD_STR_NONE;
	if (name.n == 0)
		name = NINJS_FIRST(item, "source", "provider");
	e->credit = NINJS_FIRST(item, "creditline", "credit", "description_creditline");
	if (name.n == 0)
		return;
	if (e->credit.n == 0)
		e->credit = name;
	e->source = wd_arena_new_of(ctx->entry_arena, struct wd_feed);
	if (e->source != NULL)
		e->source->title = name;
}

static void read_dates(
	const struct wd_parse_ctx *ctx, const struct wd_jnode *item, struct wd_entry *e)
{
	static const char *const published[] = {"contentcreated", "firstpublished", "published",
		"firstcreated", "versioncreated", "publishdate", "createdate", "datepublished",
		"published_at", "publishedat", "pubdate", "date_gmt", "date"};
	for (size_t i = 0; i < WD_COUNTOF(published); i++)
		wd_field_published(ctx, e, wd_jnode_text(item, published[i]), published[i]);
	(void)wd_field_date(ctx, e->language, NINJS_FIRST(item, "firstcreated"), &e->created);
	(void)wd_field_date(ctx, e->language,
		NINJS_FIRST(item, "versioncreated", "contentmodified", "updated", "validatedate",
			"modified", "datemodified"),
		&e->updated);
	(void)wd_field_date(
		ctx, e->language, NINJS_FIRST(item, "embargoeduntil", "embargoed"), &e->embargoed);
	(void)wd_field_date(ctx, e->language, NINJS_FIRST(item, "expires", "expiry"), &e->expired);
}

/** One of its signals, by name or by the IPTC's code ("sig:correction"). */
static bool is_correction(const struct wd_jnode *signals)
{
	const struct wd_jnode *n = signals;
	if (n != NULL && n->type == WD_J_ARRAY)
		n = n->first;
	for (; n != NULL; n = n == signals ? NULL : n->next) {
		struct wd_str code =
			n->type == WD_J_STRING ? n->text : NINJS_FIRST(n, "code", "qcode", "uri");
		if (wd_str_ieqc(wd_jnode_text(n, "name"), "correction") ||
			wd_str_ieqc(wd_field_qcode_value(code), "correction"))
			return true;
	}
	return false;
}

static void read_item(
	const struct wd_parse_ctx *ctx, const struct wd_jnode *item, struct wd_entry *e)
{
	static const char *const concepts[] = {"subject", "subjects"};
	struct wd_arena *a = ctx->entry_arena;
	e->guid = NINJS_FIRST(item, "uri", "guid", "id", "newsobjectid", "newsitemid");
	e->language = NINJS_FIRST(item, "language");
	e->title = NINJS_FIRST(item, "headlines", "headline", "title", "name", "slugline");
	if (e->title.n == 0)
		e->title = first_plain(item, titles, WD_COUNTOF(titles));
	e->title_type = wd_str_find(e->title, WD_STR("</"), 0) == SIZE_MAX ? WD_STR("text/plain")
									   : WD_STR("text/html");
	e->slugline = NINJS_FIRST(item, "slugline");
	e->version = NINJS_FIRST(item, "version");
	e->pubstatus = wd_field_pubstatus(NINJS_FIRST(item, "pubstatus"));
	e->item_type = NINJS_FIRST(item, "type");
	e->ednote = NINJS_FIRST(item, "ednote", "editorialnote", "editorialinfo");
	e->is_correction = is_correction(wd_jnode_get(item, "signal"));
	e->urgency = wd_field_urgency(NINJS_FIRST(item, "urgency"));
	e->priority = wd_field_urgency(NINJS_FIRST(item, "priority", "editorialpriority"));
	e->link = wd_field_url(ctx, a, WD_STR_NONE, NINJS_FIRST(item, "url", "link", "canonical"));
	read_dates(ctx, item, e);
	read_bodies(a, item, e);
	read_summary(item, e);
	read_people(ctx, e, item);
	read_place(item, e);
	read_rights(item, e);
	read_source(ctx, item, e);
	ninjs_read_files(ctx, e, item);
	for (size_t i = 0; i < WD_COUNTOF(concepts); i++)
		add_concepts(a, e, wd_jnode_get(item, concepts[i]));
	add_strings(a, &e->keywords, first_node(item, "keywords", "keyword"), "name");
	add_strings(a, &e->genres, first_node(item, "genres", "genre"), "name");
	ninjs_read_components(a, e, item);
	if (e->link.n == 0 && wd_str_istarts(e->guid, WD_STR("http")))
		e->link = e->guid;
}

/* ---- finding the items ---- */

struct walk {
	struct wd_parse_ctx *ctx;
	struct wd_err *err;
	size_t count;
	bool is_plain; /* a title and a text make an item */
};

static int emit_item(struct walk *w, const struct wd_jnode *item)
{
	struct wd_entry e = {0};
	if (++w->count > WD_MAX_ENTRIES)
		return wd_err_set(w->err, WD_E_LIMIT, "more than %d items", WD_MAX_ENTRIES);
	read_item(w->ctx, item, &e);
	return w->ctx->emit(&e, w->ctx->feed, w->ctx->emit_ctx);
}

/** Items at or below `root`, in document order; an item's own members are not looked into. */
static int emit_tree(struct walk *w, const struct wd_jnode *root)
{
	const struct wd_jnode *at[WRAP_DEPTH];
	size_t depth = 0;
	if (is_item(root) || (w->is_plain && is_plain_item(root)))
		return emit_item(w, root);
	at[0] = root->first;
	for (;;) {
		const struct wd_jnode *n = at[depth];
		if (n == NULL) {
			if (depth == 0)
				return WD_OK;
			depth--;
			continue;
		}
		at[depth] = n->next;
		if (is_item(n) || (w->is_plain && is_plain_item(n))) {
			int rc = emit_item(w, n);
			if (rc < 0)
				return rc;
		} else if (n->first != NULL && depth + 1 < WRAP_DEPTH) {
			at[++depth] = n->first;
		}
	}
}

static int take_value(struct walk *w, struct wd_jread *r)
{
	struct wd_jnode *n = wd_jread_value(r, w->ctx->entry_arena);
	if (n == NULL)
		return wd_err_set(w->err, WD_E_LIMIT, "an item is too large");
	int rc = emit_tree(w, n);
	wd_arena_reset(w->ctx->entry_arena);
	return rc;
}

static int ninjs_parse(struct wd_parse_ctx *ctx, struct wd_err *err)
{
	struct wd_jread r = {.text = ctx->text};
	struct walk w = {.ctx = ctx, .err = err};
	enum wd_jtype type;
	int rc = WD_OK;
	w.is_plain = count_names(ctx->text) == 0;
	ctx->feed->format = w.is_plain ? WD_STR("json") : WD_STR("ninjs");
	while (rc == WD_OK && wd_jread_peek(&r, &type)) {
		if (type == WD_J_ARRAY && wd_jread_open(&r, '[')) {
			while (rc == WD_OK && wd_jread_element(&r))
				rc = take_value(&w, &r);
		} else {
			rc = take_value(&w, &r);
		}
	}
	if (r.at < r.text.n)
		r.faults |= WD_JF_TRAILING;
	ctx->feed->wellformed = r.faults == 0;
	wd_jread_faults(&r, ctx->arena, &ctx->feed->faults);
	return rc;
}

const struct wd_parser_ops wd_ninjs_parser = {
	.name = "ninjs", .sniff = ninjs_sniff, .parse = ninjs_parse};
