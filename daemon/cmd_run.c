/*
 * `wiredesk run`: the daemon in the foreground; systemd (or a shell) is what keeps it running.
 */
#include <getopt.h>
#include <stdio.h>

#include "daemon/app.h"
#include "daemon/cmd.h"
#include "daemon/config.h"

static const char help[] =
	"usage: wiredesk run [-c FILE]\n\n"
	"Polls and receives, and sends events to the sinks, until SIGTERM. SIGHUP reads the\n"
	"configuration again and applies it as a whole, or not at all.\n\n"
	"  -c, --config FILE   the file; default " WD_SYSCONFDIR
	"/wiredesk/wiredesk.yaml, else the\n"
	"                      built-in defaults\n"
	"  -h, --help          this text\n";

int wd_cmd_run(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	const char *path = wd_config_default_path();
	struct wd_app *app = NULL;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			path = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		default:
			(void)fputs(help, stderr);
			return WD_EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "wiredesk run: '%s' is too much; see --help\n", argv[optind]);
		return WD_EXIT_USAGE;
	}
	int rc = wd_app_new(path, &app);
	if (rc == WD_EXIT_OK)
		rc = wd_app_run(app);
	wd_app_free(app);
	return rc;
}
