/*
 * wiredesk: feeds in, clean, checked, tagged, structured events out.
 *
 * The map:
 *   cmd_*.c      one subcommand each; the table below names them
 *   options.c    command-line options and inputs that several subcommands share
 */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "daemon/cmd.h"
#include "parsers/clean.h"

static const struct wd_command commands[] = {
	{"archive", "ls|cat|extract|verify|stats …", "look into WARC archives", wd_cmd_archive},
	{"check", "[-c FILE]", "check the configuration, dictionaries and topic tests",
		wd_cmd_check},
	{"clean", "[--json-lines] [FILE…]", "clean HTML fragments", wd_cmd_clean},
	{"deadletter", "list|show|requeue …", "documents and events that failed",
		wd_cmd_deadletter},
	{"explain", "[--date DATE] [FILE | ID]", "why an article got its tags and flags",
		wd_cmd_explain},
	{"extract", "[--url URL] [FILE…]", "documents to events, one a line", wd_cmd_extract},
	{"kafka", "init", "make the topics of the configured sinks", wd_cmd_kafka},
	{"parse", "[OPTION…] [FILE…]", "read feeds, print their entries as flat JSON",
		wd_cmd_parse},
	{"replay", "[OPTION…] ARCHIVE…",
		"archives through the whole pipeline, with their own clock", wd_cmd_replay},
	{"retag", "[--archive PATH…]", "present rules over articles received before", wd_cmd_retag},
	{"run", "[-c FILE]", "the daemon: poll, receive, send events", wd_cmd_run},
	{"status", "[-c FILE]", "what the running daemon is doing", wd_cmd_status},
	{"stories", "[--json]", "clusters of near-duplicate articles", wd_cmd_stories},
	{"store", "backup TO|check|renew", "look after the store", wd_cmd_store},
	{"tag", "[--date DATE] [FILE…]", "articles to events with tags and flags", wd_cmd_tag},
	{"withdraw", "[--erase] ARTICLE…", "take published articles back", wd_cmd_withdraw},
	{NULL, NULL, NULL, NULL},
};

static void print_help(FILE *to)
{
	(void)fprintf(to,
		"wiredesk %s: a streaming news-ingest daemon\n\nusage: wiredesk COMMAND [OPTION…]\n\n",
		PACKAGE_VERSION);
	for (size_t i = 0; commands[i].name != NULL; i++)
		(void)fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].summary);
	(void)fprintf(to,
		"\n`wiredesk COMMAND --help` tells the options. Exit status: 0 done, 1 an input could not be "
		"read or is not what it should be, 2 usage or configuration error.\n");
}

static void print_version(void)
{
	(void)printf("wiredesk %s\n", PACKAGE_VERSION);
	(void)printf("libcurl %s, libxml2 %s\n", curl_version_info(CURLVERSION_NOW)->version,
		LIBXML_DOTTED_VERSION);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return WD_EXIT_USAGE;
	}
	struct wd_str word = wd_str_c(argv[1]);
	if (wd_str_eqc(word, "--version") || wd_str_eqc(word, "-V")) {
		print_version();
		return WD_EXIT_OK;
	}
	if (wd_str_eqc(word, "--help") || wd_str_eqc(word, "-h") || wd_str_eqc(word, "help")) {
		print_help(stdout);
		return WD_EXIT_OK;
	}
	xmlInitParser(); /* before any thread */
	struct wd_err err;
	if (wd_clean_init(wd_datadir(), &err) < 0) {
		(void)fprintf(stderr, "wiredesk: data files: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	for (size_t i = 0; commands[i].name != NULL; i++) {
		if (wd_str_eqc(word, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	}
	(void)fprintf(stderr, "wiredesk: no command '%s'; `wiredesk --help` lists them\n", argv[1]);
	return WD_EXIT_USAGE;
}
