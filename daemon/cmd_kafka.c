/* `wiredesk kafka init`: makes the topics of the configured Kafka sinks. */
#include <getopt.h>
#include <stdio.h>

#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/sinkconf.h"
#include "sinks/kafka_init.h"

static const char help[] =
	"usage: wiredesk kafka [-c FILE] [--partitions N] [--replication N] init\n\n"
	"Creates the topics of the configured Kafka sinks that are not there yet, and says what about\n"
	"the others would endanger delivery.\n\n"
	"      --partitions N    (default: the broker's)\n"
	"      --replication N   copies of each partition (default: the broker's)\n"
	"  -c, --config FILE     the daemon's configuration\n"
	"  -h, --help            this text\n";

static void say(const char *topic, bool is_problem, const char *text, void *ctx)
{
	(void)ctx;
	(void)printf("%s: %s%s\n", topic, is_problem ? "advice: " : "", text);
}

static bool parse_count(const char *arg, int *ret)
{
	uint64_t n;
	if (wd_str_to_u64(wd_str_c(arg), 1, 10000, &n) != WD_OK)
		return false;
	*ret = (int)n;
	return true;
}

static int init_all(const struct wd_config *cf, const struct wd_kafka_init *init)
{
	wd_cleanup(wd_sinkconf_freep) struct wd_sinkconf *list = NULL;
	struct wd_err err = {0};
	size_t n = 0;
	int rc = wd_sinkconf_new(cf, "kafka", &list, &err);
	const struct wd_sink_conf *v = rc == WD_OK ? wd_sinkconf_list(list, &n) : NULL;
	if (rc == WD_OK && n == 0) {
		(void)fprintf(stderr, "wiredesk: the configuration has no sink of type kafka\n");
		return WD_EXIT_USAGE;
	}
	for (size_t i = 0; i < n && rc == WD_OK; i++)
		rc = wd_kafka_init(&v[i], init, &err);
	if (rc != WD_OK)
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	return rc == WD_OK ? WD_EXIT_OK : WD_EXIT_INPUT;
}

int wd_cmd_kafka(int argc, char **argv)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"partitions", required_argument, NULL, 'p'},
		{"replication", required_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct wd_kafka_init init = {.partitions = -1, .replication = -1, .say = say};
	struct wd_err err = {0};
	const char *config = NULL;
	bool ok = true;
	int opt;
	while ((opt = getopt_long(argc, argv, "c:p:r:h", longs, NULL)) != -1) {
		if (opt == 'h') {
			(void)fputs(help, stdout);
			return WD_EXIT_OK;
		}
		if (opt == 'c')
			config = optarg;
		else if (opt == 'p')
			ok = ok && parse_count(optarg, &init.partitions);
		else if (opt == 'r')
			ok = ok && parse_count(optarg, &init.replication);
		else
			ok = false;
	}
	if (!ok || argc - optind != 1 || strcmp(argv[optind], "init") != 0) {
		(void)fputs(help, stderr);
		return WD_EXIT_USAGE;
	}
	if (wd_cmd_config(config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	return init_all(cf, &init);
}
