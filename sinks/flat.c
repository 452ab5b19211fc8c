#include "sinks/flat.h"

#include "parsers/clean.h"
#include "parsers/dates.h"
#include "parsers/repair.h"

struct flat {
	struct wd_json *j;
	struct wd_arena *a;
	const struct wd_flat_opts *opts;
};

/* ---- HTML ---- */

/* A '<' that a browser would take for markup. Text without one has nothing to sanitise. */
static bool has_markup(struct wd_str s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		char c = s.p[i] == '<' ? s.p[i + 1] : '\0';
		if (wd_is_alpha(c) || c == '/' || c == '!' || c == '?')
			return true;
	}
	return false;
}

/* "<!" that opens neither comment, CDATA nor document type is text to whoever wrote it; HTML would
 * swallow it up to the next '>'. */
static bool is_bogus(struct wd_str v, size_t at)
{
	struct wd_str rest = wd_str_from(v, at);
	return wd_str_starts(rest, WD_STR("<!")) && !wd_str_starts(rest, WD_STR("<!--")) &&
	       !wd_str_starts(rest, WD_STR("<![")) && !wd_str_istarts(rest, WD_STR("<!DOCTYPE"));
}

static struct wd_str keep_bogus(struct wd_arena *a, struct wd_str v)
{
	size_t count = 0, n = 0;
	for (size_t i = 0; i < v.n; i++)
		count += v.p[i] == '<' && is_bogus(v, i);
	char *p = count > 0 ? wd_arena_bytes(a, v.n + count * 3) : NULL;
	if (p == NULL)
		return v;
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '<' && is_bogus(v, i)) {
			memcpy(p + n, "&lt;", 4);
			n += 4;
		} else {
			p[n++] = v.p[i];
		}
	}
	return (struct wd_str){p, n};
}

static void html(struct flat *f, const char *key, struct wd_str v, struct wd_str base)
{
	struct wd_clean clean;
	const struct wd_clean_opts opts = {.base = base.n > 0 ? base : f->opts->base,
		.field = key,
		.keep_furniture = true,
		.sanitise_only = true};
	struct wd_arena_mark mark = wd_arena_mark(f->a);
	if (!f->opts->raw)
		v = wd_repair_mojibake(f->a, v, key, &(wd_repairs){0});
	if (!f->opts->raw && has_markup(v)) {
		v = keep_bogus(f->a, v);
		int rc = wd_clean_fragment(f->a, v, &opts, &clean, NULL);
		v = rc == WD_OK ? clean.html : WD_STR_NONE; /* never out unsanitised */
		/* Markup without a word is not the same as no such field. */
		if (rc == WD_OK && v.n == 0 && strcmp(key, "title") != 0)
			v = WD_STR("<span></span>");
	}
	wd_json_kv(f->j, key, v);
	wd_arena_rewind(f->a, mark);
}

static void text_or_html(
	struct flat *f, const char *key, struct wd_str v, struct wd_str type, struct wd_str base)
{
	if (wd_str_eqc(type, "text") || wd_str_eqc(type, "text/plain"))
		wd_json_kv(f->j, key, v);
	else
		html(f, key, v, base);
}

/* ---- parts ---- */

static void date(struct flat *f, const char *key, struct wd_date d)
{
	struct wd_arena_mark mark = wd_arena_mark(f->a);
	if (d.precision != WD_DATE_NONE)
		wd_json_kv(f->j, key, wd_date_format(f->a, d));
	wd_arena_rewind(f->a, mark);
}

static void person_members(struct flat *f, const struct wd_person *p)
{
	wd_json_kv(f->j, "name", p->name);
	wd_json_kv(f->j, "email", p->email);
	wd_json_kv(f->j, "url", p->url);
}

static void persons(struct flat *f, const char *key, const wd_persons *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, key);
	WD_VEC_EACH (const struct wd_person, p, list) {
		wd_json_obj(f->j);
		person_members(f, p);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void publisher(struct flat *f, const struct wd_person *p)
{
	if (p->name.n + p->email.n + p->url.n == 0)
		return;
	wd_json_kv_obj(f->j, "publisher");
	person_members(f, p);
	wd_json_obj_end(f->j);
}

static void categories(struct flat *f, const wd_categories *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, "categories");
	WD_VEC_EACH (const struct wd_category, c, list) {
		wd_json_obj(f->j);
		wd_json_kv(f->j, "term", c->term);
		wd_json_kv(f->j, "scheme", c->scheme);
		wd_json_kv(f->j, "label", c->label);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void links(struct flat *f, const wd_links *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, "links");
	WD_VEC_EACH (const struct wd_link, l, list) {
		wd_json_obj(f->j);
		wd_json_kv(f->j, "href", l->href);
		wd_json_kv(f->j, "rel", l->rel);
		wd_json_kv(f->j, "type", l->type);
		wd_json_kv(f->j, "title", l->title);
		wd_json_kv(f->j, "hreflang", l->hreflang);
		wd_json_kv(f->j, "length", l->length);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void enclosures(struct flat *f, const wd_enclosures *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, "enclosures");
	WD_VEC_EACH (const struct wd_enclosure, e, list) {
		wd_json_obj(f->j);
		wd_json_kv(f->j, "href", e->href);
		wd_json_kv(f->j, "type", e->type);
		wd_json_kv(f->j, "length", e->length);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void image(struct flat *f, const struct wd_image *img)
{
	if (img->href.n + img->link.n + img->title.n == 0)
		return;
	wd_json_kv_obj(f->j, "image");
	wd_json_kv(f->j, "href", img->href);
	wd_json_kv(f->j, "link", img->link);
	html(f, "title", img->title, WD_STR_NONE);
	wd_json_kv(f->j, "caption", img->caption);
	wd_json_kv(f->j, "credit", img->credit);
	wd_json_obj_end(f->j);
}

static void strings(struct flat *f, const char *key, const wd_strs *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, key);
	WD_VEC_EACH (const struct wd_str, s, list) {
		wd_json_str(f->j, *s);
	}
	wd_json_arr_end(f->j);
}

/* What a feed and an entry's source have in common. */
static void feed_members(struct flat *f, const struct wd_feed *feed)
{
	html(f, "title", feed->title, feed->title_base);
	wd_json_kv(f->j, "title_lang", feed->title_lang);
	html(f, "description", feed->description, feed->description_base);
	wd_json_kv(f->j, "description_lang", feed->description_lang);
	wd_json_kv(f->j, "link", feed->link);
	wd_json_kv(f->j, "id", feed->id);
	wd_json_kv(f->j, "language", feed->language);
	html(f, "rights", feed->rights, feed->rights_base);
	wd_json_kv(f->j, "rights_lang", feed->rights_lang);
	wd_json_kv(f->j, "generator", feed->generator);
	date(f, "published", feed->published);
	date(f, "updated", feed->updated);
	date(f, "created", feed->created);
	image(f, &feed->image);
	persons(f, "authors", &feed->authors);
	persons(f, "contributors", &feed->contributors);
	categories(f, &feed->categories);
	links(f, &feed->links);
	publisher(f, &feed->publisher);
}

static void schedule(struct flat *f, const struct wd_feed *feed)
{
	wd_json_kv(f->j, "hub", feed->hub);
	wd_json_kv(f->j, "self", feed->self);
	wd_json_kv(f->j, "next", feed->next);
	wd_json_kv(f->j, "prev", feed->prev);
	wd_json_kv(f->j, "next_archive", feed->next_archive);
	wd_json_kv(f->j, "prev_archive", feed->prev_archive);
	if (feed->complete)
		wd_json_kv_bool(f->j, "complete", true);
	if (feed->ttl_s > 0)
		wd_json_kv_int(f->j, "ttl", feed->ttl_s);
	if (feed->skip_hours != 0)
		wd_json_kv_int(f->j, "skip_hours", feed->skip_hours);
	if (feed->skip_days != 0)
		wd_json_kv_int(f->j, "skip_days", feed->skip_days);
}

void wd_flat_feed(struct wd_json *j, struct wd_arena *a, const struct wd_feed *feed,
	const struct wd_flat_opts *opts)
{
	struct flat f = {j, a, opts};
	wd_json_obj(j);
	wd_json_kv(j, "type", WD_STR("feed"));
	feed_members(&f, feed);
	schedule(&f, feed);
	wd_json_kv(j, "format", feed->format);
	wd_json_kv(j, "charset", feed->charset);
	wd_json_kv(j, "charset_source", feed->charset_source);
	wd_json_kv_bool(j, "wellformed", feed->wellformed);
	strings(&f, "faults", &feed->faults);
	wd_json_obj_end(j);
}

/* ---- entries ---- */

static void contents(struct flat *f, const wd_contents *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, "content");
	WD_VEC_EACH (const struct wd_content, c, list) {
		wd_json_obj(f->j);
		text_or_html(f, "value", c->value, c->type, c->base);
		wd_json_kv(f->j, "type", c->type);
		wd_json_kv(f->j, "lang", c->lang);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void thumbnails(struct flat *f, const wd_images *list)
{
	if (list->n == 0)
		return;
	wd_json_kv_arr(f->j, "media_thumbnail");
	WD_VEC_EACH (const struct wd_image, i, list) {
		wd_json_obj(f->j);
		wd_json_kv(f->j, "href", i->href);
		wd_json_obj_end(f->j);
	}
	wd_json_arr_end(f->j);
}

static void agency(struct flat *f, const struct wd_entry *e)
{
	wd_json_kv(f->j, "byline", e->byline);
	if (e->dateline_text.n + e->dateline_city.n > 0) {
		wd_json_kv_obj(f->j, "dateline");
		wd_json_kv(f->j, "text", e->dateline_text);
		wd_json_kv(f->j, "city", e->dateline_city);
		wd_json_obj_end(f->j);
	}
	wd_json_kv(f->j, "slugline", e->slugline);
	if (e->urgency > 0)
		wd_json_kv_int(f->j, "urgency", e->urgency);
	if (e->priority > 0)
		wd_json_kv_int(f->j, "priority", e->priority);
	wd_json_kv(f->j, "version", e->version);
	wd_json_kv(f->j, "pubstatus", e->pubstatus);
	wd_json_kv(f->j, "item_type", e->item_type);
	wd_json_kv(f->j, "ednote", e->ednote);
	date(f, "embargoed", e->embargoed);
	if (e->subjects.n > 0) {
		wd_json_kv_arr(f->j, "subjects");
		WD_VEC_EACH (const struct wd_subject, s, &e->subjects) {
			wd_json_obj(f->j);
			wd_json_kv(f->j, "code", s->code);
			wd_json_kv(f->j, "name", s->name);
			wd_json_kv(f->j, "scheme", s->scheme);
			wd_json_obj_end(f->j);
		}
		wd_json_arr_end(f->j);
	}
	strings(f, "keywords", &e->keywords);
	strings(f, "genre", &e->genres);
	if (e->word_count > 0)
		wd_json_kv_int(f->j, "word_count", e->word_count);
	wd_json_kv(f->j, "rights_holder", e->rights_holder);
	wd_json_kv(f->j, "credit", e->credit);
}

void wd_flat_entry(struct wd_json *j, struct wd_arena *a, const struct wd_entry *e,
	const struct wd_flat_opts *opts)
{
	struct flat f = {j, a, opts};
	wd_json_obj(j);
	wd_json_kv(j, "type", WD_STR("entry"));
	text_or_html(&f, "title", e->title, e->title_type, e->title_base);
	wd_json_kv(j, "title_lang", e->title_lang);
	wd_json_kv(j, "link", e->link);
	wd_json_kv(j, "guid", e->guid);
	text_or_html(&f, "summary", e->summary, e->summary_type, e->summary_base);
	wd_json_kv(j, "summary_lang", e->summary_lang);
	contents(&f, &e->content);
	persons(&f, "authors", &e->authors);
	persons(&f, "contributors", &e->contributors);
	date(&f, "published", e->published);
	date(&f, "updated", e->updated);
	date(&f, "created", e->created);
	date(&f, "expired", e->expired);
	wd_json_kv(j, "date_reason", e->date_reason);
	wd_json_kv(j, "language", e->language);
	categories(&f, &e->categories);
	enclosures(&f, &e->enclosures);
	links(&f, &e->links);
	image(&f, &e->image);
	thumbnails(&f, &e->media_thumbnails);
	html(&f, "rights", e->rights, WD_STR_NONE);
	wd_json_kv(j, "comments", e->comments);
	publisher(&f, &e->publisher);
	if (e->source != NULL) {
		wd_json_kv_obj(j, "source");
		feed_members(&f, e->source);
		wd_json_obj_end(j);
	}
	agency(&f, e);
	strings(&f, "faults", &e->faults);
	wd_json_obj_end(j);
}
