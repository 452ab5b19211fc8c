/*
 * A spool folder with files of any name and content (lines: name, content, name, content …). After
 * a scan each file is where it was, or in done/, or in failed/ with a reason beside it; what was
 * delivered was a whole file with a name that may be taken; nothing outside the folder changed.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "sources/spool.h"

#define MAX_FILES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t delivered;

static int deliver(struct wd_doc *doc, void *ctx)
{
	(void)ctx;
	size_t slash = 0;
	for (size_t i = 0; i < doc->input.n; i++)
		slash = doc->input.p[i] == '/' ? i + 1 : slash;
	struct wd_str name = wd_str_from(doc->input, slash);
	if (name.n == 0 || name.p[0] == '.' || wd_str_ends(name, WD_STR(".tmp")) ||
		wd_str_ends(name, WD_STR(".part")) || wd_str_trim(doc->body).n == 0 ||
		doc->feed.n == 0)
		abort();
	delivered++;
	if (doc->body.n % 2 != 0)
		wd_spool_reported(doc, "odd");
	doc->done(doc, doc->body.n % 2 != 0 ? WD_E_MALFORMED : WD_OK, doc->done_ctx);
	wd_doc_free(doc);
	return WD_OK;
}

static bool is_name(struct wd_str name)
{
	size_t slashes = 0;
	if (name.n == 0 || name.n > 100)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		slashes += name.p[i] == '/';
		if (name.p[i] == '\0')
			return false;
	}
	return slashes <= 2 && wd_str_find(name, WD_STR(".."), 0) == SIZE_MAX && name.p[0] != '/' &&
	       name.p[name.n - 1] != '/';
}

static void put(const char *dir, struct wd_str name, struct wd_str content)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%.*s", dir, WD_STR_ARG(name));
	for (int i = (int)strlen(dir) + 1; i < n; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		(void)mkdir(path, 0700);
		path[i] = '/';
	}
	FILE *f = fopen(path, "w");
	if (f == NULL)
		return;
	if (content.n > 0)
		(void)fwrite(content.p, 1, content.n, f);
	(void)fclose(f);
}

/* Takes the folder away; counts the files in failed/ and the reasons among them. */
static void clear(const char *dir, bool is_failed, size_t *files, size_t *reasons)
{
	DIR *d = opendir(dir);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char path[PATH_MAX];
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (unlink(path) == 0) {
			bool is_reason = wd_str_ends(wd_str_c(e->d_name), WD_STR(".reason"));
			*files += is_failed && !is_reason;
			*reasons += is_failed && is_reason;
		} else {
			clear(path, strcmp(e->d_name, "failed") == 0, files, reasons);
		}
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(dir);
}

static void run(const char *dir)
{
	uv_loop_t loop;
	struct wd_err err = {0};
	struct wd_spool_opts so = {
		.loop = &loop, .dir = dir, .max_bytes = WD_MIB, .deliver = deliver};
	if (uv_loop_init(&loop) != 0)
		abort();
	struct wd_spool *s = wd_spool_new(&so, &err);
	if (s == NULL)
		abort();
	for (int i = 0; i < 4; i++) { /* the first scan is due after a millisecond */
		(void)usleep(1000);
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	}
	wd_spool_stop(s);
	wd_spool_close(s);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	wd_spool_free(s);
	if (uv_loop_close(&loop) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char dir[] = "/tmp/wiredesk-fuzz-XXXXXX";
	struct wd_str rest = {(const char *)data, size}, name, content;
	size_t files = 0, reasons = 0, failed_before = 0;
	delivered = 0;
	wd_log_set_level((enum wd_log_level)0);
	if (mkdtemp(dir) == NULL)
		return 0;
	for (int i = 0; i < MAX_FILES && wd_str_line(&rest, &name); i++) {
		if (!wd_str_line(&rest, &content))
			content = WD_STR_NONE;
		if (!is_name(name))
			continue;
		failed_before += wd_str_find(name, WD_STR("failed"), 0) != SIZE_MAX ||
				 wd_str_ends(name, WD_STR(".reason"));
		put(dir, name, content);
	}
	run(dir);
	clear(dir, false, &files, &reasons);
	if (failed_before == 0 && files != reasons)
		abort();
	return 0;
}
