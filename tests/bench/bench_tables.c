/*
 * What repair and table recognition cost: over the files given (MB/s of CPU time, the parse of the
 * same bytes beside it), and per kind of damage repeated to 1 MB and to 10 MB, so that a kind which
 * is not linear shows.
 */
#include <stdio.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "parsers/repair.h"
#include "parsers/tables.h"

struct cost {
	double repair, parse, tables;
};

static double cpu_s(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(struct wd_str in, struct cost *c)
{
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(8 * WD_GIB);
	wd_repairs log = {0};
	wd_tables tables = {0};
	struct wd_html_opts opts = {.raw = true};
	struct wd_html tree;
	struct wd_err err;
	double t = cpu_s();
	in = wd_repair_mojibake(a, in, "text", &log);
	in = wd_repair_markup(a, in, "text", &log);
	c->repair += cpu_s() - t;
	t = cpu_s();
	if (wd_html_parse(a, in, &opts, &tree, &err) < 0)
		return; /* over a limit: that is the answer to such input */
	c->parse += cpu_s() - t;
	t = cpu_s();
	wd_tables_collect(a, tree.root, &tables, &log);
	c->tables += cpu_s() - t;
}

static void files(int n, char **paths)
{
	struct cost c = {0};
	double bytes = 0;
	for (int i = 0; i < n; i++) {
		struct wd_str data;
		struct wd_err err;
		if (wd_file_read(paths[i], WD_MAX_DOC_BYTES, &data, &err) != WD_OK)
			continue;
		run(data, &c);
		bytes += (double)data.n;
		free(wd_unconst(data.p));
	}
	if (bytes > 0)
		(void)printf("%d files, %.1f MB: repair %.0f, parse %.0f, tables %.0f MB/s\n", n,
			bytes / 1e6, bytes / 1e6 / c.repair, bytes / 1e6 / c.parse,
			bytes / 1e6 / c.tables);
}

static void damage(const char *unit, char *buf)
{
	struct cost c[2] = {{0}};
	for (int k = 0; k < 2; k++) {
		size_t want = k == 0 ? 1000000 : 10000000, n = 0, u = strlen(unit);
		for (; n + u <= want; n += u)
			memcpy(buf + n, unit, u);
		run((struct wd_str){buf, n}, &c[k]);
	}
	(void)printf("%-34.34s repair %6.3f %6.3f s   tables %6.3f %6.3f s\n", unit, c[0].repair,
		c[1].repair, c[0].tables, c[1].tables);
}

int main(int argc, char **argv)
{
	static const char *const units[] = {"< td >a< / td >", "<td 1</td ", "td > 1 /td >",
		" td 1 /td ", "<td x='1>", "&lt;td&gt;1&lt;/td&gt;", "&amp;nbsp;", "<td>1<td>",
		"<td><tr>1", "<tr><td>1</td><td>2</td></tr>", "</table><tr>", "<!--", "<code>",
		"＜td＞1", "[td]1[/td]", "<\\/td>", "%3Ctd%3E", "<t d>", "Ã©", "a | b<br>",
		"a  b<br>", "1 2 3<br>", "word<br>", "x<br>5<br>", "- | -<br>", "* note<br>",
		"<td rowspan=200>x", "<div><div>1</div><div>2</div></div>"};
	char *buf = malloc(10000000);
	if (buf == NULL)
		return 1;
	files(argc - 1, argv + 1);
	(void)printf("%-34s 1 MB and 10 MB\n", "repeated");
	for (size_t i = 0; i < WD_COUNTOF(units); i++)
		damage(units[i], buf);
	free(buf);
	return 0;
}
