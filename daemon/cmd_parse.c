/*
 * `wiredesk parse`: the parser stage alone.
 *
 * The feed's line goes first, but a feed is known in full only at its end. So the entries' lines
 * wait in a buffer; a feed whose entries do not fit into it is read a second time, now with the
 * feed's line out already, and its entries go straight through. Memory stays bounded that way, and
 * only feeds of many megabytes pay for it.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/limits.h"
#include "daemon/batch.h"
#include "daemon/cmd.h"
#include "parsers/parser.h"
#include "sinks/flat.h"

enum { HELD_BYTES = 4 * 1024 * 1024 };

struct parse_opts {
	bool raw;
	const char *format;
};

struct parse_job {
	struct wd_arena *feed_arena, *entry_arena;
	struct wd_batch_out *out;
	struct wd_buf *to;
	struct wd_flat_opts flat;
	bool through; /* second reading: lines go straight out */
};

static int on_entry(const struct wd_entry *entry, const struct wd_feed *feed, void *ctx)
{
	struct parse_job *job = ctx;
	struct wd_json j;
	(void)feed;
	if (!job->through && job->to->failed)
		return WD_OK; /* too much to hold: counted on the second reading */
	wd_json_init(&j, job->to);
	wd_flat_entry(&j, job->entry_arena, entry, &job->flat);
	wd_buf_putc(job->to, '\n');
	if (job->through)
		wd_batch_line(job->out);
	return WD_OK;
}

static int read_feed(
	struct parse_job *job, const struct wd_doc *doc, struct wd_feed *feed, struct wd_err *err)
{
	wd_arena_reset(job->feed_arena);
	wd_arena_reset(job->entry_arena);
	*feed = (struct wd_feed){0};
	struct wd_parse_ctx ctx = {.doc = doc,
		.arena = job->feed_arena,
		.feed = feed,
		.now_us = doc->fetched_at_us,
		.emit = on_entry,
		.emit_ctx = job,
		.entry_arena = job->entry_arena};
	return wd_parse_feed(&ctx, err);
}

static int parse_one(void *worker, struct wd_doc *doc, struct wd_batch_out *out, struct wd_err *err)
{
	const struct parse_opts *opts = worker;
	wd_cleanup(wd_arena_freep) struct wd_arena *fa = wd_arena_new(4 * WD_MAX_DOC_BYTES);
	wd_cleanup(wd_arena_freep) struct wd_arena *ea = wd_arena_new(WD_MAX_ARTICLE_ARENA);
	struct wd_buf held;
	struct wd_feed feed;
	struct wd_json j;
	wd_buf_init(&held, HELD_BYTES);
	struct parse_job job = {fa, ea, out, &held, {opts->raw, doc->url}, false};

	if (fa == NULL || ea == NULL)
		return wd_err_set(err, WD_E_NOMEM, "out of memory");
	doc->hints.format = wd_str_c(opts->format);
	int rc = read_feed(&job, doc, &feed, err);
	if (rc == WD_OK) {
		struct wd_buf *b = wd_batch_buf(out);
		wd_json_init(&j, b);
		wd_flat_feed(&j, fa, &feed, &job.flat);
		wd_buf_putc(b, '\n');
		wd_batch_line(out);
		if (!wd_buf_failed(&held)) {
			wd_buf_add(b, wd_buf_str(&held));
			wd_batch_line(out);
		} else {
			job.to = b;
			job.through = true;
			rc = read_feed(&job, doc, &feed, err);
		}
	}
	wd_buf_done(&held);
	return rc;
}

static bool known_format(const char *name)
{
	const char *f;
	if (wd_parser_is_format(wd_str_c(name)))
		return true;
	(void)fprintf(stderr, "wiredesk parse: no format '%s'; --as takes", name);
	for (size_t i = 0; (f = wd_parser_format(i)) != NULL; i++)
		(void)fprintf(stderr, " %s", f);
	(void)fputc('\n', stderr);
	return false;
}

static void help(FILE *to)
{
	(void)fprintf(to,
		"usage: wiredesk parse [OPTION…] [FILE… | --files-from FILE]\n\n"
		"Reads feeds (stdin without a FILE) and prints, one JSON object a line, the feed and\n"
		"then its entries in input order, with flat fields.\n\n"
		"  --base URL           the document's URL: relative links are resolved against it\n"
		"  --content-type TYPE  stands for the HTTP header\n"
		"  --as FORMAT          do not detect: rss20, atom10, jsonfeed11, sitemap, nitf, …\n"
		"  --raw                HTML as it came; otherwise it is sanitised\n"
		"  --files-from FILE    one path a line, - is stdin\n"
		"  --jobs N             so many files at once; the output stays in order\n"
		"  --at TIME            the clock (RFC 3339), for relative dates\n");
}

int wd_cmd_parse(int argc, char **argv)
{
	static const struct option longopts[] = {{"base", required_argument, NULL, 'b'},
		{"content-type", required_argument, NULL, 't'},
		{"as", required_argument, NULL, 'A'}, {"raw", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'}, WD_BATCH_LONGOPTS, {NULL, 0, NULL, 0}};
	struct parse_opts opts = {0};
	struct wd_batch b;
	int opt, rc = WD_EXIT_OK;

	wd_batch_init(&b);
	b.ctx = &opts;
	b.one = parse_one;
	while (rc == WD_EXIT_OK && (opt = getopt_long(argc, argv, "h", longopts, NULL)) != -1) {
		switch (opt) {
		case 'b':
			b.url = optarg;
			break;
		case 't':
			b.content_type = optarg;
			break;
		case 'A':
			opts.format = optarg;
			rc = known_format(optarg) ? WD_EXIT_OK : WD_EXIT_USAGE;
			break;
		case 'r':
			opts.raw = true;
			break;
		case 'h':
			help(stdout);
			wd_batch_done(&b);
			return WD_EXIT_OK;
		case '?':
			help(stderr);
			rc = WD_EXIT_USAGE;
			break;
		default:
			rc = wd_batch_option(&b, opt, optarg) > 0 ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	for (int i = optind; rc == WD_EXIT_OK && i < argc; i++) {
		if (wd_batch_add(&b, argv[i]) != WD_OK)
			rc = WD_EXIT_INPUT;
	}
	if (rc == WD_EXIT_OK)
		rc = wd_batch_run(&b);
	wd_batch_done(&b);
	return rc;
}
