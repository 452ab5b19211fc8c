/* The other side of --against: a child process, its events in a temporary file. */
#include "daemon/replay_other.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "daemon/cmd.h"

extern char **environ;

enum { OPTIONS = 20 };

static const char self[] = "/proc/self/exe";

/* Events begin with "{"; a program does not, whatever its mode says. */
static bool holds_events(const char *path)
{
	wd_cleanup(wd_close_filep) FILE *f = fopen(path, "rbe");
	return f != NULL && fgetc(f) == '{';
}

static int run(const char *program, const char **argv, int out, struct wd_err *err)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int status;
	(void)posix_spawn_file_actions_init(&fa);
	(void)posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO);
	int e = posix_spawn(&pid, program, &fa, NULL, wd_unconst(argv), environ);
	(void)posix_spawn_file_actions_destroy(&fa);
	if (e != 0)
		return wd_err_set(err, WD_E_SYS, "start '%s': %s", program, strerror(e));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return wd_err_set(err, WD_E_SYS, "wait: %s", strerror(errno));
	}
	/* 1 beside events: some documents could not be read; both sides know that. */
	struct stat st;
	bool is_empty = fstat(out, &st) != 0 || st.st_size == 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > WD_EXIT_INPUT ||
		(is_empty && WEXITSTATUS(status) != WD_EXIT_OK))
		return wd_err_set(err, WD_E_SYS, "'%s replay' failed (see above)", program);
	return WD_OK;
}

int wd_replay_other(
	const struct wd_replay_other *o, const char *against, FILE **ret, struct wd_err *err)
{
	struct stat st;
	if (stat(against, &st) != 0)
		return wd_err_set(err, WD_E_SYS, "--against '%s': %s", against, strerror(errno));
	bool is_rules = S_ISDIR(st.st_mode), is_config = false;
	if (!is_rules && holds_events(against)) {
		*ret = fopen(against, "rbe");
		return *ret != NULL ? WD_OK
				    : wd_err_set(err, WD_E_SYS, "open '%s': %s", against,
					      strerror(errno));
	}
	is_config = wd_str_ends(wd_str_c(against), WD_STR(".yaml")) ||
		    wd_str_ends(wd_str_c(against), WD_STR(".yml"));
	if (!is_rules && !is_config && access(against, X_OK) != 0)
		return wd_err_set(err, WD_E_MALFORMED,
			"--against '%s' is no folder of rules, no .yaml, no program and no file of events",
			against);
	const char **argv = calloc(o->count + OPTIONS, sizeof(*argv));
	wd_cleanup(wd_close_filep) FILE *f = tmpfile();
	if (argv == NULL || f == NULL) {
		free(argv);
		return wd_err_set(err, WD_E_SYS, "temporary file: %s", strerror(errno));
	}
	const struct {
		const char *option, *value;
	} options[] = {{"--sink", "stdout"}, {"--at", o->at}, {"--from", o->from}, {"--to", o->to},
		{"--feed", o->feed}, {"--config", is_config ? against : o->config},
		{"--rules", is_rules    ? against
			    : is_config ? NULL
					: o->rules}};
	size_t n = 0;
	argv[n++] = "wiredesk";
	argv[n++] = "replay";
	for (size_t i = 0; i < WD_COUNTOF(options); i++) {
		if (options[i].value == NULL)
			continue;
		argv[n++] = options[i].option;
		argv[n++] = options[i].value;
	}
	if (o->fulltext)
		argv[n++] = "--fulltext";
	argv[n++] = "--";
	for (size_t i = 0; i < o->count; i++)
		argv[n++] = o->paths[i];
	int rc = run(is_rules || is_config ? self : against, argv, fileno(f), err);
	free(argv);
	if (rc == WD_OK) {
		rewind(f);
		*ret = wd_take(f);
	}
	return rc;
}
