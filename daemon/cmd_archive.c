/*
 * `wiredesk archive`: look into WARC archives, ours and others'. Damage is reported with its
 * offset, the good records before and behind it are used, and the exit status is 1 then.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "sources/replay.h"
#include "sources/warc.h"

#define MAX_BLOCK (WD_MAX_DOC_BYTES + WD_MIB)

/* What a subcommand does with each record; negative: stop with this code. */
struct visitor {
	int (*record)(struct visitor *v, const char *path, const struct wd_warc_record *rec);
	struct wd_arena *mem; /* reset before each record */
	struct wd_str wanted; /* cat: the record's id */
	const char *dir;      /* extract */
	uint64_t records, documents, bad, bytes, unchecked;
	int64_t first_us, last_us;
	struct {
		char type[24];
		uint64_t n;
	} types[16];
	bool found;
};

static int visit_file(struct visitor *v, const char *path)
{
	struct wd_warc_reader *r;
	struct wd_warc_record rec;
	struct wd_err err = {0, ""};
	int rc = wd_warc_open(path, MAX_BLOCK, &r, &err), result = WD_OK;
	if (rc != WD_OK) {
		v->bad++;
		wd_batch_error(path, &err);
		return WD_OK;
	}
	while (result == WD_OK && (rc = wd_warc_next(r, &rec, &err)) != 0) {
		wd_arena_reset(v->mem);
		if (rc < 0) {
			v->bad++;
			wd_batch_error(path, &err);
			continue;
		}
		v->records++;
		result = v->record(v, path, &rec);
	}
	wd_warc_close(r);
	return result;
}

static int http_status(
	struct visitor *v, const struct wd_warc_record *rec, struct wd_warc_http *http)
{
	struct wd_err err;
	*http = (struct wd_warc_http){0};
	if (wd_str_ifind(rec->content_type, WD_STR("application/http"), 0) == SIZE_MAX ||
		wd_warc_http(v->mem, rec->block, http, &err) != WD_OK)
		return 0;
	return http->status;
}

static int ls_record(struct visitor *v, const char *path, const struct wd_warc_record *rec)
{
	struct wd_warc_http http;
	int status = wd_str_eqc(rec->type, "request") ? 0 : http_status(v, rec, &http);
	(void)printf("%s\t%llu\t%.*s\t%.*s\t%d\t%zu\t%.*s\t%.*s\n", path,
		(unsigned long long)rec->offset, WD_STR_ARG(rec->date), WD_STR_ARG(rec->type),
		status, rec->block.n, WD_STR_ARG(rec->id), WD_STR_ARG(rec->uri));
	return WD_OK;
}

static int cat_record(struct visitor *v, const char *path, const struct wd_warc_record *rec)
{
	struct wd_err err = {0, ""};
	struct wd_doc *doc;
	if (!wd_str_eq(rec->id, v->wanted))
		return WD_OK;
	v->found = true;
	int rc = wd_replay_doc_from_warc(rec, WD_MAX_DOC_BYTES, &doc, &err);
	struct wd_str out = rc == WD_OK ? doc->body : rec->block;
	if (rc != WD_OK && rc != WD_E_NOTFOUND) {
		v->bad++;
		wd_batch_error(path, &err);
	}
	if (wd_fd_write(STDOUT_FILENO, out, &err) != WD_OK)
		v->bad++;
	if (rc == WD_OK)
		wd_doc_free(doc);
	return WD_E_DENIED; /* found: no further */
}

static int extract_record(struct visitor *v, const char *path, const struct wd_warc_record *rec)
{
	struct wd_err err = {0, ""};
	struct wd_doc *doc;
	int rc = wd_replay_doc_from_warc(rec, WD_MAX_DOC_BYTES, &doc, &err);
	if (rc == WD_E_NOTFOUND)
		return WD_OK;
	if (rc == WD_OK) {
		/* The id names the file: the URL is the outsider's text. */
		char name[4096], t[WD_TIME_TEXT];
		struct wd_str id = rec->id;
		for (size_t i = id.n; i > 0; i--) {
			if (id.p[i - 1] == ':') {
				id = wd_str_from(id, i);
				break;
			}
		}
		char *safe = wd_arena_cstr(v->mem, id);
		for (char *c = safe; c != NULL && *c != '\0'; c++) {
			if (!wd_is_alnum(*c) && *c != '-')
				*c = '_';
		}
		(void)snprintf(name, sizeof(name), "%s/%s", v->dir, safe != NULL ? safe : "record");
		rc = wd_file_write(name, doc->body, &err);
		if (rc == WD_OK)
			(void)printf("%s\t%.*s\t%.*s\n", name,
				WD_STR_ARG(wd_time_format(doc->fetched_at_us, false, t)),
				WD_STR_ARG(doc->url));
		v->documents++;
		wd_doc_free(doc);
	}
	if (rc != WD_OK) {
		v->bad++;
		wd_batch_error(path, &err);
	}
	return WD_OK;
}

static void check_digest(struct visitor *v, const char *path, const struct wd_warc_record *rec,
	const char *what, struct wd_str digest, struct wd_str bytes)
{
	struct wd_err err;
	if (digest.n == 0)
		return;
	int ok = wd_warc_digest_check(digest, bytes);
	if (ok < 0) {
		v->unchecked++;
	} else if (ok == 0) {
		v->bad++;
		(void)wd_err_set(&err, WD_E_MALFORMED,
			"offset %llu: record %.*s: the %s is not %.*s",
			(unsigned long long)rec->offset, WD_STR_ARG(rec->id), what,
			WD_STR_ARG(digest));
		wd_batch_error(path, &err);
	}
}

static int verify_record(struct visitor *v, const char *path, const struct wd_warc_record *rec)
{
	struct wd_warc_http http;
	check_digest(v, path, rec, "block", rec->block_digest, rec->block);
	/* A revisit's payload digest is that of the record it refers to. */
	if (!wd_str_eqc(rec->type, "revisit") && rec->payload_digest.n > 0) {
		bool is_http = http_status(v, rec, &http) != 0;
		struct wd_str payload = is_http ? http.payload : rec->block;
		size_t head = is_http ? wd_str_find(rec->block, WD_STR("\r\n\r\n"), 0) : SIZE_MAX;
		struct wd_str raw = head == SIZE_MAX ? payload : wd_str_from(rec->block, head + 4);
		/* Some archivers digest the bytes as transferred (chunked). */
		if (wd_warc_digest_check(rec->payload_digest, raw) != 1)
			check_digest(v, path, rec, "payload", rec->payload_digest, payload);
	}
	return WD_OK;
}

static int count_record(struct visitor *v, const char *path, const struct wd_warc_record *rec)
{
	(void)path;
	v->bytes += rec->block.n;
	if (rec->date_us >= 0) {
		v->first_us = v->first_us < 0 ? rec->date_us : WD_MIN(v->first_us, rec->date_us);
		v->last_us = WD_MAX(v->last_us, rec->date_us);
	}
	struct wd_str type = wd_str_sub(rec->type, 0, sizeof(v->types[0].type) - 1);
	for (size_t i = 0; i < WD_COUNTOF(v->types); i++) {
		if (v->types[i].type[0] == '\0')
			(void)snprintf(v->types[i].type, sizeof(v->types[i].type), "%.*s",
				WD_STR_ARG(type));
		if (wd_str_eqc(type, v->types[i].type)) {
			v->types[i].n++;
			break;
		}
	}
	return WD_OK;
}

static void print_stats(const struct visitor *v)
{
	char from[WD_TIME_TEXT] = "-", to[WD_TIME_TEXT] = "-";
	if (v->first_us >= 0) {
		(void)wd_time_format(v->first_us, false, from);
		(void)wd_time_format(v->last_us, false, to);
	}
	(void)printf("records  %llu\nbytes    %llu\nfrom     %s\nto       %s\ndamaged  %llu\n",
		(unsigned long long)v->records, (unsigned long long)v->bytes, from, to,
		(unsigned long long)v->bad);
	for (size_t i = 0; i < WD_COUNTOF(v->types) && v->types[i].type[0] != '\0'; i++)
		(void)printf("%-12s %llu\n", v->types[i].type, (unsigned long long)v->types[i].n);
}

static void usage(FILE *to)
{
	(void)fprintf(to,
		"usage: wiredesk archive ls|verify|stats ARCHIVE…\n"
		"       wiredesk archive cat RECORD-ID ARCHIVE…\n"
		"       wiredesk archive extract DIR ARCHIVE…\n\n"
		"  ls       file, offset, date, type, HTTP status, bytes, record id, URI of each record, tabs between\n"
		"  cat      the document of one record (an event's provenance.record names it), decoded\n"
		"  extract  every document into a file of its own\n"
		"  verify   reads everything and checks the digests\n"
		"  stats    numbers by record type, the time they span\n\n"
		"ARCHIVE is a WARC file, compressed or not. Exit status 1: something was damaged, or the record is not there.\n");
}

static int report(const char *verb, const struct visitor *v)
{
	if (strcmp(verb, "stats") == 0)
		print_stats(v);
	if (strcmp(verb, "verify") == 0)
		(void)printf(
			"%llu records, %llu damaged, %llu with a digest that cannot be checked here\n",
			(unsigned long long)v->records, (unsigned long long)v->bad,
			(unsigned long long)v->unchecked);
	if (strcmp(verb, "cat") == 0 && !v->found) {
		(void)fprintf(stderr, "wiredesk: no record '%.*s' in these archives\n",
			WD_STR_ARG(v->wanted));
		return WD_EXIT_INPUT;
	}
	return v->bad > 0 ? WD_EXIT_INPUT : WD_EXIT_OK;
}

int wd_cmd_archive(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int words; /* before the archives */
		int (*record)(struct visitor *, const char *, const struct wd_warc_record *);
	} verbs[] = {{"ls", 0, ls_record}, {"verify", 0, verify_record}, {"stats", 0, count_record},
		{"cat", 1, cat_record}, {"extract", 1, extract_record}};
	struct visitor v = {.first_us = -1};
	struct wd_err err;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return WD_EXIT_OK;
	}
	size_t i = 0;
	while (argc > 1 && i < WD_COUNTOF(verbs) && strcmp(argv[1], verbs[i].verb) != 0)
		i++;
	if (argc < 2 || i == WD_COUNTOF(verbs) || argc < 3 + verbs[i].words) {
		usage(stderr);
		return WD_EXIT_USAGE;
	}
	v.record = verbs[i].record;
	v.wanted = wd_str_c(argv[2]);
	v.dir = argv[2];
	if (v.record == extract_record && wd_dir_make(v.dir, 0755, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_INPUT;
	}
	v.mem = wd_arena_new(2 * MAX_BLOCK);
	int rc = v.mem != NULL ? WD_OK : WD_E_NOMEM;
	for (int k = 2 + verbs[i].words; k < argc && rc == WD_OK; k++)
		rc = visit_file(&v, argv[k]);
	wd_arena_free(v.mem);
	return report(argv[1], &v);
}
