/*
 * `wiredesk check`: loads what `run` would load, by the same functions, and tells every finding.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/file.h"
#include "daemon/cmd.h"
#include "daemon/config.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk check [-c FILE] [--dump] [--docs markdown|man]\n\n"
	"Checks the configuration and everything it names, and tells all findings at once.\n\n"
	"  -c, --config FILE   the file; default " WD_SYSCONFDIR
	"/wiredesk/wiredesk.yaml, else the\n"
	"                      built-in defaults\n"
	"      --dump          print the effective configuration (never a secret)\n"
	"      --docs FORMAT   print the reference of all keys: markdown or man\n"
	"  -h, --help          this text\n";

static int print_buf(struct wd_buf *b, FILE *to)
{
	bool ok = !wd_buf_failed(b) && fwrite(b->p, 1, b->n, to) == b->n && fflush(to) == 0;
	wd_buf_done(b);
	return ok ? WD_EXIT_OK : WD_EXIT_INPUT;
}

static int print_docs(const char *format)
{
	struct wd_buf b;
	wd_buf_init(&b, 4 * WD_MIB);
	if (wd_str_eqc(wd_str_c(format), "markdown")) {
		wd_config_doc_markdown(&b);
	} else if (wd_str_eqc(wd_str_c(format), "man")) {
		wd_config_doc_man(&b);
	} else {
		(void)fprintf(
			stderr, "wiredesk check: --docs takes markdown or man, not '%s'\n", format);
		return WD_EXIT_USAGE;
	}
	return print_buf(&b, stdout);
}

static void report(void *ctx, const char *file, unsigned line, const char *text)
{
	(void)fprintf(stderr, "%s/%s:%u: %s\n", (const char *)ctx, file, line, text);
}

/* A rule for a topic that no rule set has never holds: a misspelt id. */
static int check_route_topics(const struct wd_config *c, const struct wd_rules *rules)
{
	int rc = WD_OK;
	for (size_t i = 0; i < c->routes.n; i++) {
		const struct wd_route *r = &c->routes.v[i];
		for (size_t k = 0; k < r->topics.n; k++) {
			if (wd_rules_has_topic(rules, r->topics.v[k]))
				continue;
			(void)fprintf(stderr, "%.*s:%u:1: error: routes.topics: no topic '%.*s'\n",
				WD_STR_ARG(c->path), r->line, WD_STR_ARG(r->topics.v[k]));
			rc = WD_E_MALFORMED;
		}
	}
	return rc;
}

/* By the same call as run and reload make; then the topics' own examples. */
static int check_rules(const struct wd_config *c, bool say)
{
	wd_cleanup(wd_rules_unrefp) struct wd_rules *rules = NULL;
	struct wd_err err = {0};
	const char *dir = c->topics.path.n > 0 ? c->topics.path.p : wd_datadir();
	int rc = wd_rules_load(dir, &rules, &err);
	if (rc != WD_OK) {
		(void)fprintf(stderr, "dictionaries in '%s': error: %s\n", dir, err.text);
		return rc;
	}
	size_t examples = 0, wrong = wd_rules_check(rules, report, wd_unconst(dir), &examples);
	if (wrong > 0)
		(void)fprintf(stderr, "%zu of %zu topic examples go wrong\n", wrong, examples);
	else if (say)
		(void)printf("%s: good (rules %.*s, %zu topic examples)\n", dir,
			WD_STR_ARG(wd_rules_version(rules)), examples);
	rc = check_route_topics(c, rules);
	return wrong > 0 ? WD_E_MALFORMED : rc;
}

static int check(const char *path, bool dump)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *c = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	struct wd_findings f = {.mem = a};
	struct wd_buf b;
	if (a == NULL)
		return WD_EXIT_USAGE;
	int rc = wd_config_load(path, &c, &f);
	wd_buf_init(&b, 16 * WD_MIB);
	wd_findings_print(&f, &b);
	(void)print_buf(&b, stderr);
	if (rc != WD_OK) {
		(void)fprintf(stderr, "%zu error%s in %s\n", f.errors, f.errors == 1 ? "" : "s",
			path != NULL ? path : "the configuration");
		return WD_EXIT_USAGE;
	}
	if (check_rules(c, !dump) != WD_OK)
		return WD_EXIT_USAGE;
	if (dump) {
		wd_buf_init(&b, 256 * WD_MIB);
		wd_config_dump(c, &b);
		return print_buf(&b, stdout);
	}
	(void)printf("%s: good (%zu feed%s, %zu sink%s)\n",
		path != NULL ? path : "built-in defaults", c->feeds.n, c->feeds.n == 1 ? "" : "s",
		c->sinks.n, c->sinks.n == 1 ? "" : "s");
	return WD_EXIT_OK;
}

int wd_cmd_check(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"dump", no_argument, NULL, 'D'}, {"docs", required_argument, NULL, 'm'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *path = wd_config_default_path();
	bool dump = false;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			path = optarg;
			break;
		case 'D':
			dump = true;
			break;
		case 'm':
			return print_docs(optarg);
		case 'h':
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		default:
			(void)fputs(help, stderr);
			return WD_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(
			stderr, "wiredesk check: '%s' is too much; see --help\n", argv[optind]);
		return WD_EXIT_USAGE;
	}
	return check(path, dump);
}
