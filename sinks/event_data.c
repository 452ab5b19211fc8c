/*
 * The `data` member: an IPTC ninjs 3.1 object plus the member `wiredesk`.
 *
 * Invariants: absent means absent (no empty strings, no nulls; table cells excepted); no text
 * stands twice (a summary that the body holds already is left out, and evidence in it is found
 * again in the body); every uri member is a URI; the event stays under 64 KiB where the article
 * does: when it would not, evidence is thinned out first, text never.
 */
#include "sinks/event_data.h"

#include "base/clock.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/dates.h"

/* CloudEvents intermediaries must forward 64 KiB; attributes and headers take their share. */
#define PORTABLE_BYTES 63000
/* Strings shorter than this may repeat: names, short captions. */
#define ONCE_BYTES 200

bool wd_event_once(struct wd_event_enc *e, struct wd_str s)
{
	if (s.n < ONCE_BYTES)
		return true;
	WD_VEC_EACH (const struct wd_str, x, &e->seen) {
		if (wd_str_eq(*x, s))
			return false;
	}
	struct wd_str *slot = wd_vec_push(e->a, &e->seen);
	if (slot != NULL)
		*slot = s;
	return true;
}

static void kv_time(struct wd_event_enc *e, const char *key, int64_t us)
{
	char text[WD_TIME_TEXT];
	wd_json_kv(&e->j, key, wd_time_format(us, true, text));
}

/* ---- does the summary repeat the body? ---- */

/* How many of eight bytes, from the first in memory on, are ASCII above a space. */
static size_t printable_run(uint64_t w)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t stop = (w | ((w - each * 0x21) & ~w)) & each * 0x80;
	if (stop == 0)
		return sizeof(w);
	/* A borrow marks bytes only behind one that is marked rightly. */
	return (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(stop) / 8 : 0);
}

static struct wd_str without_space(struct wd_arena *a, struct wd_str s)
{
	char *p = wd_arena_bytes(a, s.n + 1);
	size_t n = 0, at = 0;
	if (p == NULL)
		return WD_STR_NONE;
	while (at < s.n) {
		for (uint64_t w; s.n - at >= sizeof(w);) { /* n is never ahead of at */
			memcpy(&w, s.p + at, sizeof(w));
			memcpy(p + n, &w, sizeof(w));
			size_t run = printable_run(w);
			n += run;
			at += run;
			if (run < sizeof(w))
				break;
		}
		if (at == s.n)
			break;
		size_t from = at;
		if ((unsigned char)s.p[at] < 0x80) {
			p[n] = s.p[at++];
			n += p[n] > 0x20;
			continue;
		}
		if (wd_cp_is_space(wd_utf8_next(s, &at)))
			continue;
		while (from < at)
			p[n++] = s.p[from++];
	}
	return (struct wd_str){p, n};
}

/* A short teaser is a summary in its own right even when the body opens with the same words. A long
 * one that the body holds, or that holds most of the body, is a second copy. */
static bool summary_repeats(struct wd_arena *a, const struct wd_article *art)
{
	if (art->summary.n < ONCE_BYTES || art->text.n < ONCE_BYTES)
		return false;
	struct wd_str sum = without_space(a, art->summary), body = without_space(a, art->text);
	if (wd_str_find(body, sum, 0) != SIZE_MAX)
		return true;
	size_t same = 0;
	struct wd_str rest = art->text, line;
	while (wd_str_line(&rest, &line)) {
		struct wd_str tight = without_space(a, line);
		if (tight.n >= 40 && wd_str_find(sum, tight, 0) != SIZE_MAX)
			same += tight.n;
	}
	return same * 2 > body.n;
}

/* ---- ninjs members ---- */

static void put_value(struct wd_event_enc *e, const char *role, const char *type, struct wd_str s)
{
	wd_json_obj(&e->j);
	wd_json_kv(&e->j, "role", wd_str_c(role));
	wd_json_kv(&e->j, "contentType", wd_str_c(type));
	wd_json_kv(&e->j, "value", s);
	wd_json_obj_end(&e->j);
}

static void put_texts(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->headline.n > 0) {
		wd_json_kv_arr(&e->j, "headlines");
		put_value(e, NULL, NULL, art->headline);
		WD_VEC_EACH (const struct wd_str, s, &art->alt_headlines) {
			if (s->n > 0)
				put_value(e, "alternative", NULL, *s);
		}
		wd_json_arr_end(&e->j);
	}
	if (art->summary.n > 0 && !e->drop_summary) {
		wd_json_kv_arr(&e->j, "descriptions");
		put_value(e, "summary", "text/plain", art->summary);
		wd_json_arr_end(&e->j);
	}
	if (art->html.n > 0 && art->text.n > 0) {
		wd_json_kv_arr(&e->j, "bodies");
		put_value(e, "main", "text/html", art->html);
		put_value(e, "text", "text/plain", art->text);
		wd_json_arr_end(&e->j);
	}
}

static struct wd_str byline(struct wd_event_enc *e)
{
	struct wd_str by = e->art->by;
	if (by.n > 0)
		return by;
	WD_VEC_EACH (const struct wd_person, p, &e->art->authors) {
		if (p->name.n == 0)
			continue;
		if (by.n > 0)
			by = wd_arena_cat(e->a, by, WD_STR(", "));
		by = wd_arena_cat(e->a, by, p->name);
	}
	return by;
}

static void put_status(struct wd_event_enc *e)
{
	static const char *const names[] = {
		[WD_USABLE] = "usable", [WD_WITHHELD] = "withheld", [WD_CANCELED] = "canceled"};
	const struct wd_article *art = e->art;
	enum wd_pubstatus st = e->v->type == WD_EVENT_WITHDRAWN ? WD_CANCELED : art->pubstatus;
	wd_json_kv(&e->j, "pubStatus", wd_str_c(names[st]));
	if (art->urgency >= 1 && art->urgency <= 9)
		wd_json_kv_int(&e->j, "urgency", art->urgency);
	wd_json_kv(&e->j, "embargoedUntil", wd_date_utc(e->a, art->embargoed));
	if (art->entry != NULL && art->entry->expired.precision != WD_DATE_NONE)
		wd_json_kv(&e->j, "expires", wd_date_utc(e->a, art->entry->expired));
}

/* Where the words of a notice that come after its holder begin. */
static size_t holder_end(struct wd_str s)
{
	static const char *const tails[] = {"all rights", "all right", "reserved", "reproduction",
		"unauthori", "may not", "no part", "any unauth", "licensed", "under ", "무단",
		"재배포", "저작권", "AI ", "無断", "禁", "転載", "|", ">", "]", ")", "。", "~",
		"www.", "http"};
	size_t end = s.n;
	for (size_t i = 0; i < WD_COUNTOF(tails); i++) {
		size_t at = wd_str_ifind(s, wd_str_c(tails[i]), 0);
		end = WD_MIN(end, at);
	}
	/* a full stop behind a word, not behind an initial or "Co." before a comma */
	for (size_t i = 3; i + 1 < end; i++) {
		if (s.p[i] == '.' && s.p[i + 1] == ' ' && wd_is_alpha(s.p[i - 1]) &&
			wd_is_alpha(s.p[i - 2]) && wd_is_alpha(s.p[i - 3]))
			end = i;
	}
	return end;
}

/* "© 2024-2025 Northern Gazette Ltd. All rights reserved." → "Northern Gazette Ltd" */
static struct wd_str holder_of(struct wd_str notice)
{
	enum { HOLDER_BYTES = 120 };
	static const char *const marks[] = {"copyright", "copyrights", "(c)", "（c）", "©", "ⓒ",
		"℗", "저작권자", "<", "[", "(", "【", "（", ":", "：", "by ", "-", "–", "~", ",",
		"/"};
	struct wd_str s = notice;
	bool marked = false;
	for (size_t i = 0; i < WD_COUNTOF(marks); i++) {
		struct wd_str mark = wd_str_c(marks[i]);
		s = wd_utf8_trim(s);
		while (s.n > 0 && wd_is_digit(s.p[0])) /* years */
			s = wd_utf8_trim(wd_str_from(s, 1));
		if (!wd_str_istarts(s, mark))
			continue;
		marked |= i < 8;
		s = wd_str_from(s, mark.n);
		i = SIZE_MAX; /* from the first again */
	}
	s = wd_utf8_trim(wd_str_sub(s, 0, holder_end(s)));
	while (s.n > 0 && (strchr(".,;:-/ ", s.p[s.n - 1]) != NULL))
		s.n--;
	if (s.n > HOLDER_BYTES || (!marked && s.n != notice.n))
		return WD_STR_NONE;
	return s;
}

static void put_rights(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	struct wd_str holder = art->entry != NULL ? art->entry->rights_holder : WD_STR_NONE;
	if (holder.n == 0)
		holder = holder_of(art->copyright);
	wd_json_kv(&e->j, "copyrightHolder", holder);
	if (!wd_str_eq(holder, art->copyright))
		wd_json_kv(&e->j, "copyrightNotice", art->copyright);
	wd_json_kv(&e->j, "usageTerms", art->usage_terms);
	if (art->entry != NULL)
		wd_json_kv(&e->j, "edNote", art->entry->ednote);
}

static struct wd_str wikidata(struct wd_arena *a, struct wd_str qid)
{
	return qid.n > 0 ? wd_arena_cat(a, WD_STR("http://www.wikidata.org/entity/"), qid)
			 : WD_STR_NONE;
}

static void put_entities(struct wd_event_enc *e, const char *member, const char *kind)
{
	bool open = false;
	for (size_t i = 0; i < e->art->entities.n; i++) {
		const struct wd_entity *x = &e->art->entities.v[i];
		if (!wd_str_eqc(x->kind, kind) || x->name.n == 0)
			continue;
		if (!open)
			wd_json_kv_arr(&e->j, member);
		open = true;
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "name", x->name);
		wd_json_kv(&e->j, "rel", x->rel);
		wd_json_kv(&e->j, "uri", wikidata(e->a, x->qid));
		wd_json_obj_end(&e->j);
	}
	if (open)
		wd_json_arr_end(&e->j);
}

static void put_subjects(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	if (art->subjects.n + art->subjects_in.n == 0)
		return;
	wd_json_kv_arr(&e->j, "subjects");
	for (size_t i = 0; i < art->subjects.n; i++) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "name", art->subjects.v[i].name);
		wd_json_kv(&e->j, "rel", art->subjects.v[i].rel);
		if (wd_url_is_uri(art->subjects.v[i].uri))
			wd_json_kv(&e->j, "uri", art->subjects.v[i].uri);
		wd_json_obj_end(&e->j);
	}
	WD_VEC_EACH (const struct wd_subject, s, &art->subjects_in) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "name", s->name);
		wd_json_kv(&e->j, "literal", s->code);
		wd_json_kv(&e->j, "creator", s->scheme);
		wd_json_obj_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_info_source(
	struct wd_event_enc *e, const char *role, struct wd_str name, struct wd_str uri)
{
	wd_json_obj(&e->j);
	wd_json_kv(&e->j, "name", name);
	wd_json_kv(&e->j, "role", wd_str_c(role));
	if (wd_url_is_uri(uri))
		wd_json_kv(&e->j, "uri", wd_url_redact(e->a, uri));
	wd_json_obj_end(&e->j);
}

static void put_info_sources(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	struct wd_str feed = art->feed != NULL ? art->feed->title : WD_STR_NONE;
	bool has_feed = feed.n > 0 || wd_url_is_uri(art->doc->feed_url);
	if (art->info_sources.n == 0 && !has_feed && e->v->sources.n == 0)
		return;
	wd_json_kv_arr(&e->j, "infoSources");
	for (size_t i = 0; i < art->info_sources.n; i++)
		put_info_source(
			e, "agency", art->info_sources.v[i].name, art->info_sources.v[i].uri);
	if (has_feed)
		put_info_source(e, "feed", feed, art->doc->feed_url);
	for (size_t i = 0; i < e->v->sources.n; i++)
		put_info_source(e, "feed", WD_STR_NONE, e->v->sources.v[i]);
	wd_json_arr_end(&e->j);
}

static void put_rendition(
	struct wd_event_enc *e, const char *name, struct wd_str href, struct wd_str title)
{
	if (!wd_url_is_uri(href) || !wd_event_once(e, href))
		return;
	wd_json_obj(&e->j);
	wd_json_kv(&e->j, "name", wd_str_c(name));
	wd_json_kv(&e->j, "href", href);
	if (wd_event_once(e, title))
		wd_json_kv(&e->j, "title", title);
	wd_json_obj_end(&e->j);
}

static void put_renditions(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	struct wd_str link = art->canonical.n > 0 ? art->canonical : art->link;
	bool any = wd_url_is_uri(link);
	WD_VEC_EACH (const struct wd_image, m, &art->images)
		any = any || wd_url_is_uri(m->href);
	if (!any)
		return;
	wd_json_kv_arr(&e->j, "renditions");
	put_rendition(e, "canonical", link, WD_STR_NONE);
	WD_VEC_EACH (const struct wd_image, m, &art->images)
		put_rendition(e, "image", m->href, m->caption.n > 0 ? m->caption : m->title);
	wd_json_arr_end(&e->j);
}

static void put_alt_ids(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	struct wd_str slug = art->entry != NULL ? art->entry->version : WD_STR_NONE;
	bool guid = art->guid.n > 0 && wd_event_once(e, art->guid);
	if (!guid && slug.n == 0)
		return;
	wd_json_kv_arr(&e->j, "altIds");
	const struct {
		const char *role;
		struct wd_str value;
	} ids[] = {{"guid", guid ? art->guid : WD_STR_NONE}, {"source-version", slug}};
	for (size_t i = 0; i < WD_COUNTOF(ids); i++) {
		if (ids[i].value.n == 0)
			continue;
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "role", wd_str_c(ids[i].role));
		wd_json_kv(&e->j, "value", ids[i].value);
		wd_json_obj_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_genres(struct wd_event_enc *e)
{
	if (e->art->entry == NULL || e->art->entry->genres.n == 0)
		return;
	wd_json_kv_arr(&e->j, "genres");
	WD_VEC_EACH (const struct wd_str, g, &e->art->entry->genres) {
		wd_json_obj(&e->j);
		wd_json_kv(&e->j, "name", *g);
		wd_json_obj_end(&e->j);
	}
	wd_json_arr_end(&e->j);
}

static void put_standard(struct wd_event_enc *e)
{
	wd_json_kv_obj(&e->j, "standard");
	wd_json_kv(&e->j, "name", WD_STR("ninjs"));
	wd_json_kv(&e->j, "version", WD_STR("3.1"));
	wd_json_kv(&e->j, "schema", WD_STR("http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"));
	wd_json_obj_end(&e->j);
}

static void encode(struct wd_event_enc *e)
{
	const struct wd_article *art = e->art;
	char number[24];
	(void)snprintf(number, sizeof(number), "%u", e->v->number);

	wd_json_obj(&e->j);
	wd_json_kv(&e->j, "uri", wd_arena_cat(e->a, WD_STR("urn:wiredesk:"), e->v->article_id));
	put_standard(e);
	wd_json_kv(&e->j, "type", WD_STR("text"));
	wd_json_kv(&e->j, "representationType", wd_str_c(art->truncated ? "partial" : "full"));
	wd_json_kv(&e->j, "version", wd_str_c(number));
	kv_time(e, "firstCreated", e->v->first_seen_us);
	kv_time(e, "versionCreated", e->v->seen_us);
	wd_json_kv(&e->j, "contentCreated", wd_date_utc(e->a, art->published));
	wd_json_kv(&e->j, "language", art->language);
	put_status(e);
	put_rights(e);
	wd_json_kv(&e->j, "by", byline(e));
	wd_json_kv(&e->j, "located", art->located);
	wd_json_kv(&e->j, "slugline", art->slugline);
	put_texts(e);
	put_entities(e, "people", "person");
	put_entities(e, "organisations", "organisation");
	put_entities(e, "places", "place");
	put_entities(e, "events", "event");
	put_subjects(e);
	put_genres(e);
	put_info_sources(e);
	put_renditions(e);
	put_alt_ids(e);
	wd_event_put_wiredesk(e);
	wd_json_obj_end(&e->j);
}

void wd_event_data(struct wd_buf *out, struct wd_arena *a, const struct wd_article *art,
	const struct wd_version *v)
{
	static const size_t spans[] = {SIZE_MAX, 5, 1};
	const size_t from = out->n;
	struct wd_event_enc e = {.a = a, .art = art, .v = v};
	e.drop_summary = summary_repeats(a, art);
	for (size_t i = 0; i < WD_COUNTOF(spans); i++) {
		out->n = from;
		e.max_spans = spans[i];
		e.seen.n = 0;
		wd_json_init(&e.j, out);
		encode(&e);
		if (wd_buf_failed(out) || out->n - from <= PORTABLE_BYTES)
			return;
	}
}
