/*
 * `wiredesk clean`: the cleaner alone. HTML fragments in, cleaned HTML out; or JSON lines in and
 * out, for programs that ask about thousands of fragments.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/doc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "parsers/charset.h"
#include "parsers/clean.h"
#include "parsers/inflate.h"

static const char help[] =
	"usage: wiredesk clean [--url URL] [--sanitise-only] [FILE…]\n"
	"       wiredesk clean [--url URL] [--sanitise-only] --json-lines < LINES\n\n"
	"Cleans HTML fragments (standard input without a FILE).\n\n"
	"  -l, --json-lines      {\"id\", \"html\"} a line in, {\"id\", \"html\", \"text\", \"tables\",\n"
	"                        \"repairs\", \"removed\"} a line out, in order\n"
	"  -u, --url URL         base of relative links\n"
	"  -s, --sanitise-only   allow-list only: no repairs, tables, lists, furniture\n"
	"  -h, --help            this text\n";

static void write_rows(
	struct wd_json *j, const char *key, const struct wd_table_row *rows, size_t n)
{
	wd_json_kv_arr(j, key);
	for (size_t i = 0; i < n; i++) {
		wd_json_arr(j);
		for (size_t k = 0; k < rows[i].n; k++)
			wd_json_str(j, rows[i].cells[k]);
		wd_json_arr_end(j);
	}
	wd_json_arr_end(j);
}

static void write_tables(struct wd_json *j, const wd_tables *tables)
{
	wd_json_kv_arr(j, "tables");
	WD_VEC_EACH (const struct wd_table, t, tables) {
		wd_json_obj(j);
		wd_json_kv(j, "caption", t->caption);
		write_rows(j, "header", t->header.v, t->header.n);
		write_rows(j, "rows", t->rows.v, t->rows.n);
		wd_json_kv_arr(j, "footnotes");
		WD_VEC_EACH (const struct wd_str, s, &t->footnotes)
			wd_json_str(j, *s);
		wd_json_arr_end(j);
		wd_json_key(j, "confidence");
		wd_json_real(j, t->confidence);
		wd_json_kv_bool(j, "repaired", t->repaired);
		wd_json_obj_end(j);
	}
	wd_json_arr_end(j);
}

static void write_result(struct wd_json *j, const struct wd_clean *c)
{
	wd_json_key(j, "html");
	wd_json_str(j, c->html);
	wd_json_key(j, "text");
	wd_json_str(j, c->text);
	write_tables(j, &c->tables);
	wd_json_kv_arr(j, "repairs");
	WD_VEC_EACH (const struct wd_repair, r, &c->repairs) {
		wd_json_obj(j);
		wd_json_kv(j, "kind", r->kind);
		wd_json_kv(j, "field", r->field);
		wd_json_kv_int(j, "count", r->count);
		wd_json_kv(j, "note", r->note);
		wd_json_obj_end(j);
	}
	wd_json_arr_end(j);
	wd_json_kv_arr(j, "removed");
	WD_VEC_EACH (const struct wd_removed, r, &c->removed) {
		wd_json_obj(j);
		wd_json_kv(j, "kind", r->kind);
		wd_json_kv(j, "text", r->text);
		wd_json_obj_end(j);
	}
	wd_json_arr_end(j);
}

/* One line of input; the error's subject is the caller's. */
static int clean_line(struct wd_arena *a, const struct wd_clean_opts *opts, const char *line,
	size_t n, struct wd_buf *out, struct wd_err *err)
{
	json_error_t where;
	json_t *in = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
	json_t *html = json_object_get(in, "html"), *id = json_object_get(in, "id");
	struct wd_clean c;
	int r;
	if (!json_is_string(html)) {
		r = wd_err_set(err, WD_E_MALFORMED, "a line is {\"id\": …, \"html\": \"…\"}%s%s",
			in == NULL ? ": " : "", in == NULL ? where.text : "");
		json_decref(in);
		return r;
	}
	r = wd_clean_fragment(a, (struct wd_str){json_string_value(html), json_string_length(html)},
		opts, &c, err);
	if (r == WD_OK) {
		struct wd_json j;
		wd_json_init(&j, out);
		wd_json_obj(&j);
		char *id_text = id != NULL ? json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		if (id_text != NULL) {
			wd_json_key(&j, "id");
			wd_json_raw(&j, wd_str_c(id_text));
			free(id_text);
		}
		write_result(&j, &c);
		wd_json_obj_end(&j);
		wd_buf_putc(out, '\n');
		if (wd_buf_failed(out))
			r = wd_err_set(err, WD_E_LIMIT, "result too large");
	}
	json_decref(in);
	return r;
}

static bool put_out(struct wd_buf *out)
{
	bool ok = fwrite(out->p, 1, out->n, stdout) == out->n;
	wd_buf_reset(out);
	return ok;
}

static int clean_lines(struct wd_arena *a, const struct wd_clean_opts *opts, struct wd_buf *out)
{
	wd_cleanup(wd_free_charp) char *line = NULL;
	size_t cap = 0;
	int status = WD_EXIT_OK;
	ssize_t n;
	for (size_t number = 1; (n = getline(&line, &cap, stdin)) > 0; number++) {
		struct wd_err err = {0};
		wd_arena_reset(a);
		if (clean_line(a, opts, line, (size_t)n, out, &err) < 0) {
			char name[40];
			(void)snprintf(name, sizeof(name), "line %zu", number);
			wd_batch_error(name, &err);
			wd_buf_reset(out);
			status = WD_EXIT_INPUT;
		} else if (!put_out(out)) {
			return WD_EXIT_INPUT;
		}
	}
	return fflush(stdout) == 0 ? status : WD_EXIT_INPUT;
}

static int clean_file(struct wd_arena *a, const struct wd_clean_opts *opts, const char *path)
{
	struct wd_err err = {0};
	struct wd_str bytes = WD_STR_NONE;
	struct wd_charset_result text;
	struct wd_clean c;
	wd_arena_reset(a);
	int r = wd_file_read(path, WD_MAX_BODY_BYTES, &bytes, &err);
	wd_cleanup(wd_free_charp) char *owned = wd_unconst(bytes.p);
	if (r == WD_OK)
		r = wd_inflate(a, bytes, &bytes, &err);
	if (r == WD_OK && wd_str_trim(bytes).n == 0)
		r = wd_err_set(&err, WD_E_MALFORMED, "the document is empty");
	if (r == WD_OK && wd_doc_is_binary(bytes))
		r = wd_err_set(&err, WD_E_UNSUPPORTED, "no text in any character set");
	if (r == WD_OK)
		r = wd_charset_decode(
			a, bytes, WD_CHARSET_HTML, WD_STR_NONE, WD_STR_NONE, &text, &err);
	if (r == WD_OK)
		r = wd_clean_fragment(a, text.text, opts, &c, &err);
	if (r < 0) {
		wd_batch_error(path, &err);
		return WD_EXIT_INPUT;
	}
	bool ok = fwrite(c.html.p, 1, c.html.n, stdout) == c.html.n &&
		  (c.html.n == 0 || fputc('\n', stdout) != EOF) && fflush(stdout) == 0;
	return ok ? WD_EXIT_OK : WD_EXIT_INPUT;
}

int wd_cmd_clean(int argc, char **argv)
{
	static const struct option longs[] = {{"json-lines", no_argument, NULL, 'l'},
		{"url", required_argument, NULL, 'u'}, {"sanitise-only", no_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct wd_clean_opts opts = {.field = "text"};
	bool lines = false;
	int opt;
	while ((opt = getopt_long(argc, argv, "lu:sh", longs, NULL)) != -1) {
		switch (opt) {
		case 'l':
			lines = true;
			break;
		case 'u':
			opts.base = wd_str_c(optarg);
			break;
		case 's':
			opts.sanitise_only = true;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		default:
			(void)fputs(help, stderr);
			return WD_EXIT_USAGE;
		}
	}
	if (lines && optind < argc) {
		(void)fputs(
			"wiredesk clean: --json-lines reads standard input, no files\n", stderr);
		return WD_EXIT_USAGE;
	}
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	struct wd_buf out;
	if (a == NULL)
		return WD_EXIT_INPUT;
	wd_buf_init(&out, WD_EVENT_MAX_BYTES * 4);
	int status = WD_EXIT_OK;
	if (lines)
		status = clean_lines(a, &opts, &out);
	else if (optind == argc)
		status = clean_file(a, &opts, "-");
	for (int i = optind; i < argc; i++) {
		if (clean_file(a, &opts, argv[i]) != WD_EXIT_OK)
			status = WD_EXIT_INPUT;
	}
	wd_buf_done(&out);
	return status;
}
