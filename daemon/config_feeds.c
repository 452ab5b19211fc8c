/*
 * The list of feeds: feeds_file (URLs or OPML), ids, duplicates, credentials. Thousands of feeds
 * are normal, so duplicates are found by sorting, not by comparing each with each.
 */
#include <libxml/xmlreader.h>

#include "base/file.h"
#include "base/url.h"
#include "daemon/config_schema.h"

#define FEEDS_FILE_MAX_BYTES (64 * WD_MIB)
#define MAX_FEEDS 1000000

static void add_feed(struct wd_conf_load *ld, struct wd_str file, unsigned line, struct wd_str url,
	struct wd_str name)
{
	struct wd_feed_conf probe = {0};
	struct wd_err err;
	if (ld->c->feeds.n >= MAX_FEEDS)
		return;
	if (wd_conf_value_set(&wd_conf_feed.rows[0], url, &probe.url, ld->c->mem, &err) != WD_OK) {
		wd_finding_add(ld->f, false, file, line, 1, "feed '%.*s': %s",
			WD_STR_ARG(wd_str_sub(url, 0, 200)), err.text);
		return;
	}
	if (wd_conf_value_set(&wd_conf_feed.rows[1], name, &probe.name, ld->c->mem, &err) !=
		WD_OK) {
		wd_finding_add(ld->f, false, file, line, 1, "name of feed '%.*s': %s",
			WD_STR_ARG(wd_str_sub(url, 0, 200)), err.text);
		return;
	}
	struct wd_feed_conf *to = wd_vec_push(ld->c->mem, &ld->c->feeds);
	if (to == NULL)
		return;
	*to = ld->c->feed_defaults;
	to->url = probe.url;
	to->name = probe.name;
}

static void read_list(struct wd_conf_load *ld, struct wd_str file, struct wd_str text)
{
	struct wd_str line;
	unsigned number = 0;
	if (wd_str_starts(text, WD_STR("\xEF\xBB\xBF")))
		text = wd_str_from(text, 3);
	while (wd_str_line(&text, &line)) {
		number++;
		line = wd_str_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		size_t end = 0;
		while (end < line.n && !wd_is_space(line.p[end]))
			end++;
		add_feed(ld, file, number, wd_str_sub(line, 0, end),
			wd_str_trim(wd_str_from(line, end)));
	}
}

static void read_outline(struct wd_conf_load *ld, struct wd_str file, xmlTextReaderPtr r)
{
	xmlChar *url = xmlTextReaderGetAttribute(r, (const xmlChar *)"xmlUrl");
	int line = xmlTextReaderGetParserLineNumber(r);
	/* An OPML title is no id: two feeds may share one, and people edit it. */
	if (url != NULL)
		add_feed(ld, file, (unsigned)WD_MAX(line, 0),
			wd_str_trim(wd_str_c((const char *)url)), WD_STR_NONE);
	xmlFree(url);
}

static void read_opml(struct wd_conf_load *ld, struct wd_str file, struct wd_str text)
{
	xmlTextReaderPtr r = xmlReaderForMemory(text.p, (int)text.n, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int got = r != NULL ? xmlTextReaderRead(r) : -1;
	for (; got == 1; got = xmlTextReaderRead(r)) {
		if (xmlTextReaderNodeType(r) == XML_READER_TYPE_ELEMENT &&
			xmlStrEqual(xmlTextReaderConstLocalName(r), (const xmlChar *)"outline"))
			read_outline(ld, file, r);
	}
	if (got != 0)
		wd_finding_add(ld->f, false, file,
			(unsigned)WD_MAX(r != NULL ? xmlTextReaderGetParserLineNumber(r) : 0, 0), 1,
			"not well-formed OPML");
	xmlFreeTextReader(r);
}

void wd_conf_feeds_file(struct wd_conf_load *ld, unsigned line, unsigned col)
{
	struct wd_str text;
	struct wd_err err;
	const char *path = wd_arena_cstr(ld->c->mem, ld->c->feeds_file);
	size_t before = ld->c->feeds.n, errors = ld->f->errors;
	if (path == NULL || wd_file_read(path, FEEDS_FILE_MAX_BYTES, &text, &err) != WD_OK) {
		wd_finding_add(ld->f, false, ld->file, line, col, "feeds_file: %s",
			path != NULL ? err.text : "out of memory");
		return;
	}
	struct wd_str head = wd_str_trim(text);
	if (head.n > 0 && (head.p[0] == '<' || wd_str_istarts(head, WD_STR("\xEF\xBB\xBF<"))))
		read_opml(ld, ld->c->feeds_file, text);
	else
		read_list(ld, ld->c->feeds_file, text);
	free(wd_unconst(text.p));
	if (ld->c->feeds.n == before && ld->f->errors == errors)
		wd_finding_add(
			ld->f, true, ld->file, line, col, "feeds_file: '%s' names no feed", path);
}

static int by_id(const void *a, const void *b)
{
	const struct wd_feed_conf *const *x = a, *const *y = b;
	int d = wd_str_cmp((*x)->id, (*y)->id);
	if (d != 0)
		return d;
	return *x < *y ? -1 : 1; /* the first in the file stays first */
}

/* Two feeds of one id would share a cursor: the second one's items would be taken for known. */
static void find_duplicates(struct wd_conf_load *ld)
{
	size_t n = ld->c->feeds.n, kept = 0;
	const struct wd_feed_conf **sorted = calloc(WD_MAX(n, (size_t)1), sizeof(const void *));
	bool *drop = calloc(WD_MAX(n, (size_t)1), sizeof(bool));
	for (size_t i = 0; i < n && sorted != NULL; i++)
		sorted[i] = &ld->c->feeds.v[i];
	if (sorted != NULL && drop != NULL)
		qsort(sorted, n, sizeof(const void *), by_id);
	for (size_t i = 1; i < n && sorted != NULL && drop != NULL; i++) {
		if (!wd_str_eq(sorted[i]->id, sorted[i - 1]->id))
			continue;
		bool listed = sorted[i]->line > 0;
		drop[sorted[i] - ld->c->feeds.v] = true;
		/* Lists gathered from many places repeat addresses; that is no reason to refuse. */
		const struct wd_conf_place at = wd_conf_place_of(ld, sorted[i]->id);
		wd_finding_add(ld->f, !listed, listed ? ld->file : ld->c->feeds_file,
			listed ? at.line : 0, listed ? at.col : 0, "feed '%.*s' is listed twice%s",
			WD_STR_ARG(sorted[i]->id),
			listed ? ": give each its own name" : "; taken once");
	}
	for (size_t i = 0; i < n && drop != NULL; i++) {
		if (!drop[i])
			ld->c->feeds.v[kept++] = ld->c->feeds.v[i];
	}
	if (drop != NULL)
		ld->c->feeds.n = kept;
	free(sorted);
	free(drop);
}

static void finish_feed(struct wd_conf_load *ld, struct wd_feed_conf *f)
{
	const struct wd_conf_place user = wd_conf_place_of(ld, f->auth.user);
	f->id = f->name.n > 0 ? f->name : f->url;
	if (f->max_bytes == 0 || f->max_bytes > ld->c->limits.document_bytes)
		f->max_bytes = ld->c->limits.document_bytes;
	f->interval_min_us = WD_MIN(f->interval_min_us, f->interval_us);
	f->interval_max_us = WD_MAX(f->interval_max_us, f->interval_us);
	for (size_t i = 0; i < f->headers.n; i++) {
		const struct wd_conf_pair *h = &f->headers.v[i];
		if (wd_str_ieqc(h->key, "authorization") ||
			wd_str_ieqc(h->key, "proxy-authorization"))
			wd_finding_add(ld->f, false, ld->file, h->line, 1,
				"header %.*s: a secret does not stand in the configuration; use auth with "
				"password_file or token_file",
				WD_STR_ARG(h->key));
		if (wd_str_chr(h->value, '\n', 0) != SIZE_MAX ||
			wd_str_chr(h->value, '\r', 0) != SIZE_MAX ||
			wd_str_chr(h->key, ':', 0) != SIZE_MAX ||
			wd_str_chr(h->key, '\n', 0) != SIZE_MAX)
			wd_finding_add(ld->f, false, ld->file, h->line, 1,
				"header %.*s: holds a line end or colon", WD_STR_ARG(h->key));
	}
	f->auth.password = wd_conf_secret(ld, f->auth.password_file, "auth.password_file");
	f->auth.token = wd_conf_secret(ld, f->auth.token_file, "auth.token_file");
	if (f->auth.user.n > 0 && f->auth.token_file.n > 0)
		wd_finding_add(ld->f, false, ld->file, user.line, user.col,
			"auth: user and token_file exclude each other");
}

void wd_conf_feeds_finish(struct wd_conf_load *ld)
{
	for (size_t i = 0; i < ld->c->feeds.n; i++)
		finish_feed(ld, &ld->c->feeds.v[i]);
	find_duplicates(ld);
}
