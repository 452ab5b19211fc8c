/*
 * `wiredesk archive`: look into WARC archives, ours and others'. Damage is reported with its
 * offset, the good records before and behind it are used, and the exit status is 1 then.
 *
 * Without an ARCHIVE the daemon's own is meant: `cat` then asks the store's index, which leads from
 * an event or an article to its records; the other verbs read the folder's files.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/recall.h"
#include "sources/replay.h"
#include "sources/warc.h"

#define MAX_BLOCK (WD_MAX_DOC_BYTES + WD_MIB)

/* What a subcommand does with each record; negative: stop with this code. */
struct visitor {
	int (*record)(struct visitor *v, const char *path, const struct wd_warc_record *rec);
	struct wd_arena *mem; /* reset before each record */
	struct wd_str wanted; /* cat: the record's id */
	const char *dir;      /* extract */
	bool as_warc;         /* cat: the record itself */
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
	uint64_t before = v->records + v->bad;
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
	if (v->records + v->bad == before) {
		v->bad++;
		(void)wd_err_set(&err, WD_E_MALFORMED, "no WARC record in it");
		wd_batch_error(path, &err);
	}
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
	struct wd_doc *doc = NULL;
	if (!wd_str_eq(rec->id, v->wanted))
		return WD_OK;
	v->found = true;
	int rc = v->as_warc ? WD_E_NOTFOUND
			    : wd_replay_doc_from_warc(rec, WD_MAX_DOC_BYTES, &doc, &err);
	if (rc != WD_OK && rc != WD_E_NOTFOUND) {
		v->bad++;
		wd_batch_error(path, &err);
	}
	rc = v->as_warc ? wd_warc_put_record(STDOUT_FILENO, rec, &err)
			: wd_fd_write(STDOUT_FILENO, doc != NULL ? doc->body : rec->block, &err);
	wd_doc_free(doc);
	if (rc != WD_OK) {
		v->bad++;
		wd_batch_error(path, &err);
	}
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
	if (wd_str_eqc(rec->type, "revisit") || rec->payload_digest.n == 0)
		return WD_OK;
	struct wd_str payload = rec->block;
	bool is_http = wd_str_ifind(rec->content_type, WD_STR("application/http"), 0) != SIZE_MAX;
	size_t head = is_http ? wd_str_find(rec->block, WD_STR("\r\n\r\n"), 0) : SIZE_MAX;
	if (head != SIZE_MAX)
		payload = wd_str_from(rec->block, head + 4);
	/* As transferred, the standard says; some archivers undo the chunks first. */
	if (http_status(v, rec, &http) != 0 &&
		wd_warc_digest_check(rec->payload_digest, payload) != 1)
		payload = http.payload;
	check_digest(v, path, rec, "payload", rec->payload_digest, payload);
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

static const char help[] =
	"usage: wiredesk archive ls|verify|stats [-c FILE] [ARCHIVE…]\n"
	"       wiredesk archive cat [-c FILE] [--warc] ID [ARCHIVE…]\n"
	"       wiredesk archive extract [-c FILE] DIR [ARCHIVE…]\n\n"
	"  ls       file, offset, date, type, HTTP status, bytes, record id, URI of each record, tabs between\n"
	"  cat      the document of one record, decoded. ID is a record's (an event's provenance.record);\n"
	"           without ARCHIVE also an event's id or an article's (its subject; the newest record)\n"
	"  extract  every document into a file of its own\n"
	"  verify   reads everything and checks the digests\n"
	"  stats    numbers by record type, the time they span\n\n"
	"ARCHIVE is a WARC file, compressed or not, or a folder of them; without one the daemon's own\n"
	"archive is read (archive.path of the configuration), also while the daemon writes it.\n\n"
	"      --warc          cat: the record itself as a WARC file, of an article all its records\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n\n"
	"Exit status 1: something was damaged, or the record is not there.\n";

static int report(const char *verb, const struct visitor *v)
{
	if (strcmp(verb, "stats") == 0)
		print_stats(v);
	if (strcmp(verb, "verify") == 0)
		(void)printf(
			"%llu records, %llu damaged, %llu with a digest that cannot be checked here\n",
			(unsigned long long)v->records, (unsigned long long)v->bad,
			(unsigned long long)v->unchecked);
	if (strcmp(verb, "cat") == 0 && !v->found && v->bad == 0)
		(void)fprintf(stderr, "wiredesk: no record '%.*s' in these archives\n",
			WD_STR_ARG(v->wanted));
	return v->bad > 0 || (strcmp(verb, "cat") == 0 && !v->found) ? WD_EXIT_INPUT : WD_EXIT_OK;
}

/* ---- which archives ---- */

static int is_warc(const struct dirent *e)
{
	static const char *const ends[] = {".warc.gz", ".warc", ".warc.gz.open"};
	for (size_t i = 0; i < WD_COUNTOF(ends); i++) {
		if (wd_str_ends(wd_str_c(e->d_name), wd_str_c(ends[i])))
			return 1;
	}
	return 0;
}

/* A file, or the WARC files of a folder in the order of their names. */
static int visit_path(struct visitor *v, const char *path)
{
	struct stat st;
	struct dirent **list;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return visit_file(v, path);
	int n = scandir(path, &list, is_warc, alphasort), rc = WD_OK;
	for (int i = 0; i < n; i++) {
		char file[PATH_MAX];
		(void)snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		if (rc == WD_OK)
			rc = visit_file(v, file);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return rc;
}

/* ---- by the store's index ---- */

struct found {
	struct wd_arena *mem;
	WD_VEC(struct wd_store_record) list;
};

static int keep(const struct wd_store_record *rec, void *ctx)
{
	struct found *f = ctx;
	struct wd_store_record *copy = wd_vec_push(f->mem, &f->list);
	if (copy == NULL)
		return WD_E_NOMEM;
	*copy = *rec;
	return WD_OK;
}

static void cat_found(const char *path, const struct wd_warc_record *rec, void *ctx)
{
	struct visitor *v = ctx;
	v->wanted = rec->id;
	(void)cat_record(v, path, rec);
}

static int cat_indexed(
	struct visitor *v, const struct wd_config *cf, const char *dir, struct wd_err *err)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 * WD_MIB);
	struct found f = {.mem = a};
	int rc = a != NULL ? wd_cmd_store_open(cf, true, &s, err)
			   : wd_err_set(err, WD_E_NOMEM, "out of memory");
	if (rc == WD_OK)
		rc = wd_store_record_find(s, v->wanted, keep, &f, a, err);
	if (rc == WD_E_NOTFOUND && s != NULL)
		rc = wd_recall_none(s, v->wanted, err);
	/* Of an article's records the newest is its document; as WARC all of them are its story. */
	for (size_t i = v->as_warc || f.list.n == 0 ? 0 : f.list.n - 1; i < f.list.n && rc == WD_OK;
		i++)
		rc = wd_recall_record(dir, &f.list.v[i], cat_found, v, err);
	return rc;
}

/* ---- command line ---- */

struct verb {
	const char *name;
	int words; /* before the archives */
	int (*record)(struct visitor *, const char *, const struct wd_warc_record *);
};

static const struct verb verbs[] = {{"ls", 0, ls_record}, {"verify", 0, verify_record},
	{"stats", 0, count_record}, {"cat", 1, cat_record}, {"extract", 1, extract_record}};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; name != NULL && i < WD_COUNTOF(verbs); i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	}
	return NULL;
}

/* The daemon's own archive. */
static int visit_own(struct visitor *v, const struct verb *verb, const char *config)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0, ""};
	char dir[4096] = "";
	int rc = wd_cmd_config(config, &cf, &err);
	if (rc == WD_OK) {
		(void)snprintf(dir, sizeof(dir), "%.*s", WD_STR_ARG(cf->archive.path));
		if (dir[0] == '\0')
			rc = wd_err_set(&err, WD_E_MALFORMED,
				"the configuration names no archive.path; name the archives");
	}
	if (rc != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	if (verb->record != cat_record) {
		(void)visit_path(v, dir);
	} else if (cat_indexed(v, cf, dir, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		v->bad++;
	}
	return WD_EXIT_OK;
}

static int act(
	struct visitor *v, const struct verb *verb, const char *config, char **args, int count)
{
	struct wd_err err;
	int status = WD_EXIT_OK;
	if (verb->words > 0) {
		v->wanted = wd_recall_bare_id(wd_str_c(args[0]));
		v->dir = args[0];
		args++, count--;
	}
	if (verb->record == extract_record && wd_dir_make(v->dir, 0755, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_INPUT;
	}
	v->record = verb->record;
	v->mem = wd_arena_new(2 * MAX_BLOCK);
	if (v->mem == NULL)
		return WD_EXIT_INPUT;
	if (count == 0)
		status = visit_own(v, verb, config);
	for (int i = 0, rc = WD_OK; i < count && rc == WD_OK; i++)
		rc = visit_path(v, args[i]);
	wd_arena_free(v->mem);
	return status != WD_EXIT_OK ? status : report(verb->name, v);
}

int wd_cmd_archive(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"warc", no_argument, NULL, 'w'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	struct visitor v = {.first_us = -1};
	const char *config = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else if (opt == 'w') {
			v.as_warc = true;
		} else {
			(void)fputs(help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	const struct verb *verb = find_verb(argv[optind]);
	int count = argc - optind - 1;
	if (verb == NULL || count < verb->words || (v.as_warc && verb->record != cat_record)) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	return act(&v, verb, config, argv + optind + 1, count);
}
