/**
 * Subcommands. Each cmd_*.c has one function; daemon/main.c has the one table of them.
 */
#pragma once
#include "base/err.h"

enum { WD_EXIT_OK = 0, WD_EXIT_INPUT = 1, WD_EXIT_USAGE = 2 };

struct wd_command {
	const char *name, *args, *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the subcommand; returns an exit status */
};

int wd_cmd_archive(int argc, char **argv);
int wd_cmd_check(int argc, char **argv);
int wd_cmd_clean(int argc, char **argv);
int wd_cmd_explain(int argc, char **argv);
int wd_cmd_extract(int argc, char **argv);
int wd_cmd_parse(int argc, char **argv);
int wd_cmd_replay(int argc, char **argv);
int wd_cmd_retag(int argc, char **argv);
int wd_cmd_run(int argc, char **argv);
int wd_cmd_status(int argc, char **argv);
int wd_cmd_tag(int argc, char **argv);
int wd_cmd_deadletter(int argc, char **argv);
int wd_cmd_kafka(int argc, char **argv);
int wd_cmd_store(int argc, char **argv);
int wd_cmd_stories(int argc, char **argv);
int wd_cmd_withdraw(int argc, char **argv);
