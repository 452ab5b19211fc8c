/* `wiredesk stories`: clusters of near-duplicates, from the store (also beside a running daemon).
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "desk/lifecycle.h"

static const char help[] =
	"usage: wiredesk stories [-c FILE] [--json] [--min N] [--since TIME]\n\n"
	"Lists stories: articles that are copies of one another (wire copy in several feeds),\n"
	"newest first. Events name the story under /wiredesk/story.\n\n"
	"      --json          one JSON object a story\n"
	"      --min N         only stories with at least N articles (usual: 2)\n"
	"      --since TIME    only stories with an article seen since then (ISO 8601)\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

enum { OPT_MIN = 256, OPT_SINCE, OPT_JSON };

static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'}, {"json", no_argument, NULL, OPT_JSON},
	{"min", required_argument, NULL, OPT_MIN}, {"since", required_argument, NULL, OPT_SINCE},
	{NULL, 0, NULL, 0}};

/* One story at a time is gathered in `members` and printed when the next begins. */
struct listing {
	bool json;
	uint64_t story;
	size_t n;
	int64_t first_us, last_us;
	struct wd_buf members;
};

static void flush(struct listing *l)
{
	char first[WD_TIME_TEXT], last[WD_TIME_TEXT];
	struct wd_str from = wd_time_format(l->first_us, false, first);
	struct wd_str to = wd_time_format(l->last_us, false, last);
	unsigned long long id = l->story;
	if (l->n == 0)
		return;
	if (l->json)
		(void)printf("{\"id\":\"%016llx\",\"first_seen\":\"%.*s\",\"last_seen\":\"%.*s\","
			     "\"articles\":[%.*s]}\n",
			id, WD_STR_ARG(from), WD_STR_ARG(to), WD_STR_ARG(wd_buf_str(&l->members)));
	else
		(void)printf("%016llx  %zu articles, first seen %.*s\n%.*s\n", id, l->n,
			WD_STR_ARG(from), WD_STR_ARG(wd_buf_str(&l->members)));
	l->n = 0;
	wd_buf_reset(&l->members);
}

static void add_json(struct listing *l, const struct wd_store_member *m, struct wd_str id)
{
	struct wd_json j;
	char time[WD_TIME_TEXT];
	if (l->n > 0)
		wd_buf_putc(&l->members, ',');
	wd_json_init(&j, &l->members);
	wd_json_obj(&j);
	wd_json_kv(&j, "id", id);
	wd_json_kv(&j, "headline", wd_lifecycle_headline(m->record));
	wd_json_kv(&j, "source", m->source);
	wd_json_kv(&j, "seen", wd_time_format(m->seen_us, false, time));
	wd_json_key(&j, "similarity");
	wd_json_real(&j, m->similarity);
	wd_json_obj_end(&j);
}

static int add(const struct wd_store_member *m, void *ctx)
{
	struct listing *l = ctx;
	char hex[WD_HASH_TEXT], time[WD_TIME_TEXT];
	struct wd_str id = wd_hash_hex(m->article, hex);
	if (l->n > 0 && l->story != m->story)
		flush(l);
	l->story = m->story;
	l->first_us = m->first_seen_us;
	l->last_us = l->n == 0 ? m->seen_us : WD_MAX(l->last_us, m->seen_us);
	if (l->json)
		add_json(l, m, id);
	else
		wd_buf_printf(&l->members, "  %.*s  %.2f  %.*s  %.*s  %.*s\n",
			WD_STR_ARG(wd_time_format(m->seen_us, false, time)), m->similarity,
			WD_STR_ARG(id), WD_STR_ARG(wd_lifecycle_headline(m->record)),
			WD_STR_ARG(m->source));
	l->n++;
	return WD_OK;
}

static int list(const struct wd_config *cf, bool json, unsigned least, int64_t since_us)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(16 * WD_MIB);
	struct listing l = {.json = json};
	struct wd_err err = {0};
	wd_buf_init(&l.members, 256 * WD_MIB);
	int rc = a != NULL ? wd_cmd_store_open(cf, true, &s, &err)
			   : wd_err_set(&err, WD_E_NOMEM, "out of memory");
	if (rc == WD_OK)
		rc = wd_store_clusters(s, since_us, least, a, add, &l, &err);
	if (rc == WD_OK)
		flush(&l);
	else
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	wd_buf_done(&l.members);
	return rc == WD_OK ? WD_EXIT_OK : WD_EXIT_INPUT;
}

static int usage(const char *why, const char *what)
{
	(void)fprintf(stderr, "wiredesk stories: '%s' is no %s\n", what, why);
	return WD_EXIT_USAGE;
}

int wd_cmd_stories(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	bool json = false;
	int64_t least = 2, since = INT64_MIN;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			config = optarg;
			break;
		case OPT_JSON:
			json = true;
			break;
		case OPT_MIN:
			if (wd_str_to_i64(wd_str_c(optarg), 1, INT32_MAX, &least) != WD_OK)
				return usage("number", optarg);
			break;
		case OPT_SINCE:
			if (wd_time_parse(wd_str_c(optarg), &since) != WD_OK)
				return usage("time", optarg);
			break;
		default:
			(void)fputs(help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	return list(cf, json, (unsigned)least, since);
}
