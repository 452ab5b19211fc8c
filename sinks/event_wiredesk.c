/* The member `wiredesk` of an event's data: what ninjs has no place for, and flat copies for people
 * who do not read ninjs. Pointers are the contract of docs/EVENTS.md. */
#include "base/clock.h"
#include "base/utf8.h"
#include "parsers/dates.h"
#include "sinks/event_data.h"

#define SHORT_DIFF_BYTES 1000 /* of one paragraph quoted in a diff */

static void put_strs(struct wd_event_enc *e, const char *key, const struct wd_str *v, size_t n)
{
	bool open = false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].n == 0)
			continue;
		if (!open)
			wd_json_kv_arr(&e->j, key);
		open = true;
		wd_json_str(&e->j, v[i]);
	}
	if (open)
		wd_json_arr_end(&e->j);
}

static void put_span(
	struct wd_event_enc *e, struct wd_str field, size_t start, size_t end, struct wd_str text)
{
	wd_json_obj(&e->j);
	wd_json_kv(&e->j, "field", field);
	wd_json_kv_int(&e->j, "start", (int64_t)start);
	wd_json_kv_int(&e->j, "end", (int64_t)end);
	wd_json_kv(&e->j, "text", text);
	wd_json_obj_end(&e->j);
}

/* Where the summary was left out because the body says the same, evidence in it is shown in the
 * body. */
static void put_moved_span(struct wd_event_enc *e, const struct wd_span *s)
{
	size_t at = wd_str_find(e->art->text, s->text, 0);
	if (at == SIZE_MAX || s->text.n == 0)
		return;
	size_t start = wd_utf8_count(wd_str_sub(e->art->text, 0, at));
	put_span(e, WD_STR("text"), start, start + wd_utf8_count(s->text), s->text);
}

static void put_spans(struct wd_event_enc *e, const char *key, const wd_spans *spans)
{
	if (spans->n == 0)
		return;
	wd_json_kv_arr(&e->j, key);
	for (size_t i = 0; i < spans->n && i < e->max_spans; i++) {
		const struct wd_span *s = &spans->v[i];
		if (e->drop_summary && wd_str_eqc(s->field, "summary"))
			put_moved_span(e, s);
		else
			put_span(e, s->field, s->start, s->end, s->text);
	}
	wd_json_arr_end(&e->j);
}

static void put_people(struct wd_event_enc *e, const char *key, const wd_persons *list)
{
	bool open = false;
	WD_VEC_EACH (const struct wd_person, p, list) {
		if (p->name.n + p->email.n + p->url.n == 0)
			continue;
		if (!open)
			wd_json_kv_arr(&e->j, key);
		open = true;
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "name", p->name);
		wd_json_kv(&e->j, "email", p->email);
		wd_json_kv(&e->j, "url", p->url);
		wd_json_obj_end(&e->j);
	}
	if (open)
		wd_json_arr_end(&e->j);
}

static void put_flat_lists(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	put_people(e, "authors", &art->authors);
	if (art->categories.n > 0) {
		wd_json_kv_arr(&e->j, "categories");
		WD_VEC_EACH (const struct wd_category, c, &art->categories) {
			wd_json_obj(&e->j);
			wd_json_kv(&e->j, "term", c->term);
			wd_json_kv(&e->j, "scheme", c->scheme);
			wd_json_kv(&e->j, "label", c->label);
			wd_json_obj_end(&e->j);
		}
		wd_json_arr_end(&e->j);
	}
	if (art->enclosures.n > 0) {
		wd_json_kv_arr(&e->j, "enclosures");
		WD_VEC_EACH (const struct wd_enclosure, c, &art->enclosures) {
			if (!wd_event_once(e, c->href))
				continue; /* an image that /renditions names already */
			wd_json_obj(&e->j);
			wd_json_kv(&e->j, "href", c->href);
			wd_json_kv(&e->j, "type", c->type);
			wd_json_kv(&e->j, "length", c->length);
			wd_json_obj_end(&e->j);
		}
		wd_json_arr_end(&e->j);
	}
	put_strs(e, "keywords", art->keywords.v, art->keywords.n);
}

static void put_source(struct wd_event_enc *e)
{
	const struct wd_feed *s = e->art->entry != NULL ? e->art->entry->source : NULL;
	struct wd_str title = s != NULL ? s->title : e->art->site_name;
	if (s == NULL && title.n == 0)
		return;
	if (s != NULL && s->title.n + s->link.n + s->id.n == 0)
		return;
	wd_json_kv_obj(&e->j, "source");
	wd_json_kv(&e->j, "title", title);
	if (s != NULL) {
		wd_json_kv(&e->j, "link", s->link);
		wd_json_kv(&e->j, "id", s->id);
		wd_json_kv(&e->j, "rights", s->rights);
		wd_json_kv(&e->j, "updated", wd_date_format(e->a, s->updated));
		put_people(e, "authors", &s->authors);
	}
	wd_json_obj_end(&e->j);
}

static void put_flat(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	wd_json_kv(&e->j, "title", art->title_raw.n > 0 ? art->title_raw : art->headline);
	wd_json_kv(&e->j, "link", art->link.n > 0 ? art->link : art->canonical);
	wd_json_kv(&e->j, "guid", art->guid);
	if (art->published.precision != WD_DATE_NONE) {
		wd_json_kv(&e->j, "published", wd_date_format(e->a, art->published));
		wd_json_kv(&e->j, "date_source",
			art->date_source.n > 0 ? art->date_source : WD_STR("feed"));
	}
	if (art->updated.precision != WD_DATE_NONE)
		wd_json_kv(&e->j, "updated", wd_date_format(e->a, art->updated));
	wd_json_kv(&e->j, "section", art->section);
	wd_json_kv(&e->j, "item_type", art->item_type);
	put_flat_lists(e);
	put_source(e);
	if (art->paywalled)
		wd_json_kv_bool(&e->j, "paywalled", true);
}

static void put_confidence(struct wd_event_enc *e, double c)
{
	wd_json_key(&e->j, "confidence");
	wd_json_real(&e->j, c);
}

/* Where the metadata comes from. */
static void put_metadata(struct wd_event_enc *e)
{
	if (e->art->facts.n == 0)
		return;
	wd_json_kv_arr(&e->j, "metadata");
	WD_VEC_EACH (const struct wd_fact, f, &e->art->facts) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "field", f->field);
		wd_json_kv(&e->j, "source", f->source);
		put_confidence(e, f->confidence);
		if (f->other.n > 0) {
			wd_json_kv_obj(&e->j, "other");
			wd_json_kv(&e->j, "source", f->other_source);
			wd_json_kv(&e->j, "value", f->other);
			wd_json_obj_end(&e->j);
		}
		wd_json_obj_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_rows(
	struct wd_event_enc *e, const char *key, const struct wd_table_row *rows, size_t n)
{
	wd_json_kv_arr(&e->j, key);
	for (size_t r = 0; r < n; r++) {
		wd_json_arr(&e->j);
		for (size_t c = 0; c < rows[r].n; c++)
			wd_json_str(&e->j, rows[r].cells[c]);
		wd_json_arr_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_tables(struct wd_event_enc *e)
{
	if (e->art->tables.n == 0)
		return;
	wd_json_kv_arr(&e->j, "tables");
	WD_VEC_EACH (const struct wd_table, t, &e->art->tables) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "caption", t->caption);
		put_rows(e, "header", t->header.v, t->header.n);
		put_rows(e, "rows", t->rows.v, t->rows.n);
		put_strs(e, "footnotes", t->footnotes.v, t->footnotes.n);
		wd_json_key(&e->j, "confidence");
		wd_json_real(&e->j, t->confidence);
		wd_json_kv_bool(&e->j, "repaired", t->repaired);
		wd_json_obj_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_topics(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->topics.n > 0)
		wd_json_kv_arr(&e->j, "topics");
	for (size_t i = 0; i < art->topics.n; i++) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "id", art->topics.v[i].id);
		wd_json_kv(&e->j, "label", art->topics.v[i].label);
		put_confidence(e, art->topics.v[i].confidence);
		wd_json_kv(&e->j, "rule", art->topics.v[i].rule);
		put_spans(e, "evidence", &art->topics.v[i].evidence);
		wd_json_obj_end(&e->j);
	}
	if (art->topics.n > 0)
		wd_json_arr_end(&e->j);
}

static void put_entities(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->entities.n > 0)
		wd_json_kv_arr(&e->j, "entities");
	for (size_t i = 0; i < art->entities.n; i++) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "qid", art->entities.v[i].qid);
		wd_json_kv(&e->j, "name", art->entities.v[i].name);
		wd_json_kv(&e->j, "kind", art->entities.v[i].kind);
		put_spans(e, "mentions", &art->entities.v[i].mentions);
		wd_json_obj_end(&e->j);
	}
	if (art->entities.n > 0)
		wd_json_arr_end(&e->j);
}

static void put_themes(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->themes.n > 0)
		wd_json_kv_arr(&e->j, "themes");
	for (size_t i = 0; i < art->themes.n; i++) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "id", art->themes.v[i].id);
		wd_json_kv(&e->j, "label", art->themes.v[i].label);
		wd_json_kv(&e->j, "medtop", art->themes.v[i].medtop);
		put_confidence(e, art->themes.v[i].confidence);
		put_spans(e, "evidence", &art->themes.v[i].evidence);
		wd_json_obj_end(&e->j);
	}
	if (art->themes.n > 0)
		wd_json_arr_end(&e->j);
}

static void put_summits(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->summits.n > 0)
		wd_json_kv_arr(&e->j, "summits");
	for (size_t i = 0; i < art->summits.n; i++) {
		const struct wd_summit *s = &art->summits.v[i];
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "id", s->id);
		wd_json_kv(&e->j, "date", s->date);
		wd_json_kv(&e->j, "place", s->place);
		put_strs(e, "leaders", s->leaders.v, s->leaders.n);
		put_confidence(e, s->confidence);
		wd_json_obj_end(&e->j);
	}
	if (art->summits.n > 0)
		wd_json_arr_end(&e->j);
}

/* Two findings may rest on one long sentence: it stands with the first. */
static void put_facts(struct wd_event_enc *e, const wd_strs *facts)
{
	wd_strs kept = {0};
	WD_VEC_EACH (const struct wd_str, f, facts) {
		struct wd_str *slot = wd_event_once(e, *f) ? wd_vec_push(e->a, &kept) : NULL;
		if (slot != NULL)
			*slot = *f;
	}
	put_strs(e, "facts", kept.v, kept.n);
}

static void put_flags(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->flags.n > 0)
		wd_json_kv_arr(&e->j, "flags");
	for (size_t i = 0; i < art->flags.n; i++) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "code", art->flags.v[i].code);
		wd_json_kv(&e->j, "severity", art->flags.v[i].severity);
		wd_json_kv(&e->j, "message", art->flags.v[i].message);
		put_spans(e, "evidence", &art->flags.v[i].evidence);
		put_facts(e, &art->flags.v[i].facts);
		wd_json_obj_end(&e->j);
	}
	if (art->flags.n > 0)
		wd_json_arr_end(&e->j);
}

static void put_cleaning(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->repairs.n > 0) {
		wd_json_kv_arr(&e->j, "repairs");
		WD_VEC_EACH (const struct wd_repair, r, &art->repairs) {
			wd_json_obj(&e->j);
			wd_json_kv(&e->j, "kind", r->kind);
			wd_json_kv(&e->j, "field", r->field);
			wd_json_kv_int(&e->j, "count", r->count);
			wd_json_kv(&e->j, "note", r->note);
			wd_json_obj_end(&e->j);
		}
		wd_json_arr_end(&e->j);
	}
	if (art->removed.n > 0) {
		wd_json_kv_arr(&e->j, "removed");
		WD_VEC_EACH (const struct wd_removed, r, &art->removed) {
			if (r->text.n == 0 || !wd_event_once(e, r->text))
				continue;
			wd_json_obj(&e->j);
			wd_json_kv(&e->j, "kind", r->kind);
			wd_json_kv(&e->j, "text", r->text);
			wd_json_obj_end(&e->j);
		}
		wd_json_arr_end(&e->j);
	}
}

static void put_provenance(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	const struct wd_doc *doc = art->doc;
	char time[WD_TIME_TEXT], hash[WD_HASH_TEXT];
	int64_t fetched = doc->fetched_at_us > 0 ? doc->fetched_at_us : e->v->seen_us;
	wd_json_kv_obj(&e->j, "provenance");
	wd_json_kv(&e->j, "feed", doc->feed);
	struct wd_str input = doc->input.n > 0 ? doc->input : doc->url;
	wd_json_kv(&e->j, "input", input.n > 0 ? input : WD_STR("-"));
	wd_json_kv(&e->j, "fetched_at", wd_time_format(fetched, true, time));
	if (doc->status > 0)
		wd_json_kv_int(&e->j, "status", doc->status);
	wd_json_kv(&e->j, "content_hash", wd_hash_hex(e->v->content_hash, hash));
	wd_json_kv(&e->j, "parser", art->parser.n > 0 ? art->parser : WD_STR("unknown"));
	wd_json_kv(&e->j, "charset", art->charset);
	wd_json_kv(&e->j, "charset_source", art->charset_source);
	wd_json_kv(&e->j, "record", doc->record);
	wd_json_kv(&e->j, "page", art->page_url);
	wd_json_kv(&e->j, "page_record", art->page_record);
	wd_json_kv(&e->j, "authors_source", art->authors_source);
	wd_json_kv(&e->j, "rules", art->rules_version);
	wd_json_kv(&e->j, "software", WD_STR("wiredesk/" PACKAGE_VERSION));
	wd_json_obj_end(&e->j);
}

static void put_diff(struct wd_event_enc *e)
{
	wd_json_kv_obj(&e->j, "diff");
	for (size_t i = 0; i < e->v->diff.n; i++) {
		const struct wd_diff *d = &e->v->diff.v[i];
		wd_json_key(&e->j, wd_arena_cstr(e->a, d->field));
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "before", wd_utf8_cut(d->before, SHORT_DIFF_BYTES));
		wd_json_kv(&e->j, "after", wd_utf8_cut(d->after, SHORT_DIFF_BYTES));
		put_strs(e, "added", d->added.v, d->added.n);
		put_strs(e, "removed", d->removed.v, d->removed.n);
		wd_json_obj_end(&e->j);
	}
	wd_json_obj_end(&e->j);
}

static void put_lifecycle(struct wd_event_enc *e)
{
	const struct wd_version *v = e->v;
	wd_json_kv_obj(&e->j, "lifecycle");
	wd_json_kv_int(&e->j, "version", v->number);
	wd_json_kv(&e->j, "previous", v->previous);
	if (v->diff.n > 0)
		put_diff(e);
	wd_json_kv(&e->j, "significance", v->significance);
	wd_json_kv(&e->j, "reason", v->reason);
	if (v->is_backfill)
		wd_json_kv_bool(&e->j, "backfill", true);
	wd_json_obj_end(&e->j);
	if (v->story_id.n == 0)
		return;
	char time[WD_TIME_TEXT];
	wd_json_kv_obj(&e->j, "story");
	wd_json_kv(&e->j, "id", v->story_id);
	wd_json_key(&e->j, "similarity");
	wd_json_real(&e->j, v->story_similarity);
	wd_json_kv(&e->j, "first_seen", wd_time_format(v->story_first_seen_us, true, time));
	wd_json_obj_end(&e->j);
}

void wd_event_put_wiredesk(struct wd_event_enc *e)
{
	wd_json_kv_obj(&e->j, "wiredesk");
	put_flat(e);
	put_metadata(e);
	put_tables(e);
	put_topics(e);
	put_entities(e);
	put_themes(e);
	put_summits(e);
	put_flags(e);
	put_cleaning(e);
	put_provenance(e);
	put_lifecycle(e);
	wd_json_obj_end(&e->j);
}
