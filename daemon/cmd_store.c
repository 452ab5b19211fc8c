/*
 * `wiredesk store backup|check|renew` and `wiredesk withdraw`: the store from outside.
 * backup and check work beside a running daemon; renew and withdraw need its lock.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "desk/desk.h"

static const char help[] =
	"usage: wiredesk store [-c FILE] backup TO | check | renew\n\n"
	"  backup TO   a consistent copy of the store as file TO, also while the daemon runs\n"
	"  check       read the whole store and say whether it is sound\n"
	"  renew       give a restored or copied store an identity of its own: what was\n"
	"              delivered from it elsewhere counts no more (the daemon must be stopped)\n\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

static const char withdraw_help[] =
	"usage: wiredesk withdraw [-c FILE] [--erase] [--reason TEXT] ARTICLE…\n\n"
	"Withdraws articles: each gets an event news.article.withdrawn, delivered when the daemon\n"
	"runs again (it must be stopped for this). ARTICLE is an event's subject.\n\n"
	"      --erase         take the article's texts out of store and outbox too\n"
	"      --reason TEXT   stands in the event\n"
	"  -c, --config FILE   the daemon's configuration\n"
	"  -h, --help          this text\n";

static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'}, {"erase", no_argument, NULL, 'e'},
	{"reason", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};

static int fail(const struct wd_err *err)
{
	(void)fprintf(stderr, "wiredesk: %s\n", err->text);
	return WD_EXIT_INPUT;
}

static int act(const struct wd_config *cf, const char *verb, const char *to, struct wd_err *err)
{
	wd_cleanup(wd_store_closep) struct wd_store *s = NULL;
	bool renew = strcmp(verb, "renew") == 0;
	int rc = wd_cmd_store_open(cf, !renew, &s, err);
	if (rc != WD_OK)
		return rc;
	if (renew)
		return wd_store_renew(s, err);
	if (strcmp(verb, "backup") == 0)
		return wd_store_backup(s, to, err);
	rc = wd_store_check(s, err);
	if (rc == WD_OK)
		(void)puts("the store is sound");
	return rc;
}

int wd_cmd_store(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_err err = {0};
	const char *config = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else {
			(void)fputs(help, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? WD_EXIT_OK : WD_EXIT_USAGE;
		}
	}
	const char *verb = optind < argc ? argv[optind] : "";
	bool backup = strcmp(verb, "backup") == 0;
	bool known = backup || strcmp(verb, "check") == 0 || strcmp(verb, "renew") == 0;
	if (!known || argc - optind != (backup ? 2 : 1)) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fail(&err);
		return WD_EXIT_USAGE;
	}
	return act(cf, verb, backup ? argv[optind + 1] : NULL, &err) == WD_OK ? WD_EXIT_OK
									      : fail(&err);
}

/* ---- withdraw ---- */

struct withdrawal {
	struct wd_store *store;
	struct wd_desk *desk;
	struct wd_arena *mem;
	const char *reason;
	bool erase;
};

static int emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	struct withdrawal *w = ctx;
	return wd_cmd_emit(w->store, art, v, a, err);
}

static int withdraw_all(struct withdrawal *w, char **ids, size_t n, struct wd_err *err)
{
	int rc = wd_store_begin(w->store, err);
	for (size_t i = 0; i < n && rc == WD_OK; i++) {
		struct wd_hash id;
		rc = wd_hash_from_hex(wd_str_c(ids[i]), &id);
		if (rc != WD_OK)
			return wd_err_set(err, WD_E_MALFORMED,
				"'%s' is no article id: 32 hex digits, an event's subject", ids[i]);
		rc = wd_desk_withdraw(
			w->desk, id, w->reason, w->erase, wd_clock_now_us(), w->mem, err);
		if (rc == WD_E_NOTFOUND)
			(void)wd_err_set(err, rc, "no article %s in the store", ids[i]);
	}
	return rc == WD_OK ? wd_store_commit(w->store, err) : rc;
}

static int withdraw(
	struct withdrawal *w, const struct wd_config *cf, char **ids, size_t n, struct wd_err *err)
{
	int rc = wd_cmd_store_open(cf, false, &w->store, err);
	struct wd_desk_opts opts = {.store = w->store, .emit = emit, .ctx = w};
	if (rc == WD_OK) {
		w->desk = wd_desk_new(&opts);
		w->mem = wd_arena_new(16 * WD_MIB);
		rc = w->desk != NULL && w->mem != NULL
			     ? withdraw_all(w, ids, n, err)
			     : wd_err_set(err, WD_E_NOMEM, "out of memory");
	}
	wd_desk_free(w->desk);
	wd_store_close(w->store);
	wd_arena_free(w->mem);
	return rc;
}

int wd_cmd_withdraw(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct withdrawal w = {.reason = "withdrawn by the operator"};
	struct wd_err err = {0};
	const char *config = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:er:h", longs, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
		} else if (opt == 'e') {
			w.erase = true;
		} else if (opt == 'r') {
			w.reason = optarg;
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
	return withdraw(&w, cf, argv + optind, (size_t)(argc - optind), &err) == WD_OK ? WD_EXIT_OK
										       : fail(&err);
}
