/* What makes a version: its content hash, and the deterministic id of its event. */
#include "parsers/version.h"

static const char *const type_names[] = {
	[WD_EVENT_PUBLISHED] = "news.article.published",
	[WD_EVENT_UPDATED] = "news.article.updated",
	[WD_EVENT_CORRECTED] = "news.article.corrected",
	[WD_EVENT_WITHDRAWN] = "news.article.withdrawn",
};

const char *wd_event_type_name(enum wd_event_type type)
{
	return type_names[type];
}

struct wd_hash wd_event_id(struct wd_str article_id, unsigned number, enum wd_event_type type,
	struct wd_hash content, struct wd_str rules)
{
	struct wd_hash none = {0, 0};
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	wd_hasher_add(h, WD_STR("wiredesk-event-1"));
	wd_hasher_add(h, article_id);
	wd_hasher_add_u64(h, number);
	wd_hasher_add(h, wd_str_c(type_names[type]));
	wd_hasher_add_u64(h, content.hi);
	wd_hasher_add_u64(h, content.lo);
	wd_hasher_add(h, rules);
	return wd_hasher_end(h);
}

static void hash_rows(struct wd_hasher *h, const struct wd_table_row *rows, size_t n)
{
	wd_hasher_add_u64(h, n);
	for (size_t i = 0; i < n; i++) {
		wd_hasher_add_u64(h, rows[i].n);
		for (size_t k = 0; k < rows[i].n; k++)
			wd_hasher_add(h, rows[i].cells[k]);
	}
}

static void hash_date(struct wd_hasher *h, const struct wd_date *d)
{
	wd_hasher_add_u64(h, (uint64_t)d->precision);
	wd_hasher_add_u64(h, d->precision == WD_DATE_NONE ? 0 : (uint64_t)d->us);
	wd_hasher_add_u64(h, d->has_zone);
}

/* `updated` is left out: feeds that stamp every entry anew at each fetch would make a version of
 * each, although no word changed. */
struct wd_hash wd_content_hash(const struct wd_article *art)
{
	struct wd_hash none = {0, 0};
	wd_cleanup(wd_hasher_freep) struct wd_hasher *h = wd_hasher_new();
	if (h == NULL)
		return none;
	wd_hasher_add(h, art->headline);
	WD_VEC_EACH (const struct wd_str, s, &art->alt_headlines)
		wd_hasher_add(h, *s);
	wd_hasher_add(h, art->summary);
	wd_hasher_add(h, art->text);
	wd_hasher_add(h, art->by);
	wd_hasher_add(h, art->located);
	wd_hasher_add_u64(h, art->tables.n);
	WD_VEC_EACH (const struct wd_table, t, &art->tables) {
		wd_hasher_add(h, t->caption);
		hash_rows(h, t->header.v, t->header.n);
		hash_rows(h, t->rows.v, t->rows.n);
		WD_VEC_EACH (const struct wd_str, s, &t->footnotes)
			wd_hasher_add(h, *s);
	}
	hash_date(h, &art->published);
	hash_date(h, &art->embargoed);
	wd_hasher_add_u64(h, (uint64_t)art->pubstatus);
	wd_hasher_add_u64(h, art->is_retraction);
	return wd_hasher_end(h);
}
