/*
 * `wiredesk store backup|check|renew` and `wiredesk withdraw`: the store from outside. What reads
 * is done beside a running daemon, what writes by it (daemon/operate.c).
 */
#include <getopt.h>
#include <stdio.h>

#include "daemon/cmd.h"
#include "daemon/cmdconf.h"

static const char help[] =
	"usage: wiredesk store [-c FILE] backup TO | check | renew\n\n"
	"  backup TO   a consistent copy of the store as file TO, also while the daemon runs\n"
	"  check       read the whole store and say whether it is sound\n"
	"  renew       give a restored or copied store an identity of its own: what was\n"
	"              delivered from it elsewhere counts no more; sinks start anew\n\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

static const char withdraw_help[] =
	"usage: wiredesk withdraw [-c FILE] [--erase] [--tombstone] [--reason TEXT] ARTICLE…\n\n"
	"Withdraws articles: each gets an event news.article.withdrawn, from a running daemon at once,\n"
	"else when it runs again. ARTICLE is an event's subject.\n\n"
	"      --erase         take the article's texts out of store and outbox, too\n"
	"      --tombstone     follow the event with a record without value: a compacted topic\n"
	"                      forgets the article\n"
	"      --reason TEXT   stands in the event\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

static int fail(const struct wd_err *err)
{
	(void)fprintf(stderr, "wiredesk: %s\n", err->text);
	return WD_EXIT_INPUT;
}

/* Reading needs no lock. */
static int look(const struct wd_config *cf, const char *backup_to)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	struct wd_err err = {0};
	int rc = wd_cmd_store_open(cf, true, &s, &err);
	if (rc == WD_OK)
		rc = backup_to != NULL ? wd_store_backup(s, backup_to, &err)
				       : wd_store_check(s, &err);
	if (rc == WD_OK && backup_to == NULL)
		(void)puts("the store is sound");
	return rc == WD_OK ? WD_EXIT_OK : fail(&err);
}

int wd_cmd_store(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	int status = wd_cmd_options(argc, argv, help, &config);
	if (status >= 0)
		return status;
	const char *verb = optind < argc ? argv[optind] : "";
	bool backup = strcmp(verb, "backup") == 0, renew = strcmp(verb, "renew") == 0;
	if ((!backup && !renew && strcmp(verb, "check") != 0) ||
		argc - optind != (backup ? 2 : 1)) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fail(&err);
		return WD_EXIT_USAGE;
	}
	struct wd_operate_request q = {.verb = "renew"};
	return renew ? wd_cmd_operate(cf, &q) : look(cf, backup ? argv[optind + 1] : NULL);
}

int wd_cmd_withdraw(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {"erase", no_argument, NULL, 'e'},
		{"tombstone", no_argument, NULL, 't'}, {"reason", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0}};
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_operate_request q = {.verb = "withdraw"};
	struct wd_err err = {0};
	const char *config = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:er:th", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else if (opt == 'e') {
			q.erase = true;
		} else if (opt == 't') {
			q.tombstones = true;
		} else if (opt == 'r') {
			q.reason = optarg;
		} else {
			(void)fputs(withdraw_help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	if (optind >= argc) {
		(void)fputs(withdraw_help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fail(&err);
		return WD_EXIT_USAGE;
	}
	q.ids = (const char *const *)argv + optind;
	q.n = (size_t)(argc - optind);
	return wd_cmd_operate(cf, &q);
}
