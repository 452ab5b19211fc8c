/*
 * `wiredesk explain`: why an article got its tags, flags and repairs. The article with the spans
 * marked, then what each rule added or took away, what stayed out and by how much, what was
 * repaired and removed. For people: coloured on a terminal only.
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "daemon/cmd.h"
#include "daemon/cmdconf.h"
#include "daemon/recall.h"
#include "parsers/build.h"
#include "parsers/dates.h"
#include "parsers/page.h"
#include "taggers/tagger.h"

static const char help[] =
	"usage: wiredesk explain [-c FILE] [--date DATE] [--url URL] [FILE]\n"
	"       wiredesk explain [-c FILE] ID\n\n"
	"Why an article got its tags, flags, repairs: the article with the words marked, then each\n"
	"rule with what it added or took away. Of a page also: how its text was found, what was left\n"
	"out of it and why, and where each fact about it comes from.\n\n"
	"ID is an event's, an article's (its subject; the newest version) or a record's (provenance.record;\n"
	"every article in it): the document comes out of the daemon's archive, else the newest version out\n"
	"of its store, also while the daemon runs. A file of that name is taken first.\n\n"
	"  -c, --config FILE  the daemon's configuration: its store, archive, feeds and topics\n"
	"  -d, --date DATE    when the article was published\n"
	"  -u, --url URL      where the document came from\n"
	"  -h, --help         this text\n\n"
	"Exit status 1: the document could not be read, or nothing of that id is there.\n";

struct explain {
	struct wd_rules *rules;
	struct wd_tag_scratch *scratch;
	struct wd_arena *article, *feed;
	struct wd_date date;
	bool color;
	struct wd_page_trace page;
	struct wd_buf notes; /* what the rules said, printed after the article */
};

static const char *paint(const struct explain *x, const char *code)
{
	return x->color ? code : "";
}

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define BLUE "\033[34m"
#define PLAIN "\033[0m"

static void note(
	void *ctx, const char *rule, double weight, const struct wd_span *span, const char *text)
{
	struct explain *x = ctx;
	if (strcmp(rule, "rule") != 0) {
		wd_buf_printf(&x->notes, "  %-9s  %s\n", rule, text);
		return;
	}
	wd_buf_printf(&x->notes, "  %s%+9.2f%s  %s", paint(x, weight < 0 ? RED : GREEN), weight,
		paint(x, PLAIN), text);
	if (span != NULL)
		wd_buf_printf(&x->notes, "  [%.*s %zu–%zu \"%.*s\"]", WD_STR_ARG(span->field),
			span->start, span->end, WD_STR_ARG(wd_utf8_cut(span->text, 80)));
	wd_buf_addc(&x->notes, "\n");
}

/* ---- the article with its spans marked ---- */

struct mark {
	size_t at; /* code points */
	bool opens;
	const char *color;
	struct wd_str label;
};
typedef WD_VEC(struct mark) marks;

static void add_marks(struct wd_arena *a, marks *list, struct wd_str field, const wd_spans *spans,
	const char *color, struct wd_str label)
{
	WD_VEC_EACH (const struct wd_span, s, spans) {
		if (!wd_str_eq(s->field, field))
			continue;
		struct mark *open = wd_vec_push(a, list);
		struct mark *close = open != NULL ? wd_vec_push(a, list) : NULL;
		if (close == NULL)
			return;
		list->v[list->n - 2] = (struct mark){s->start, true, color, label};
		*close = (struct mark){s->end, false, color, label};
	}
}

static int mark_cmp(const void *x, const void *y)
{
	const struct mark *a = x, *b = y;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (int)a->opens - (int)b->opens; /* close before open */
}

static void print_field(
	struct explain *x, const struct wd_article *art, const char *name, struct wd_str text)
{
	if (text.n == 0)
		return;
	marks list = {0};
	struct wd_str field = wd_str_c(name);
	struct wd_arena *a = x->article;
	WD_VEC_EACH (const struct wd_entity, e, &art->entities)
		add_marks(a, &list, field, &e->mentions, BLUE, e->name);
	WD_VEC_EACH (const struct wd_topic, t, &art->topics)
		add_marks(a, &list, field, &t->evidence, GREEN, t->id);
	WD_VEC_EACH (const struct wd_theme, t, &art->themes)
		add_marks(a, &list, field, &t->evidence, GREEN, t->id);
	WD_VEC_EACH (const struct wd_flag, f, &art->flags)
		add_marks(a, &list, field, &f->evidence, RED, f->code);
	if (list.n > 0)
		qsort(list.v, list.n, sizeof(*list.v), mark_cmp);
	(void)printf("%s%s%s\n", paint(x, BOLD), name, paint(x, PLAIN));
	size_t next = 0, cp = 0;
	for (size_t at = 0; at <= text.n;) {
		for (; next < list.n && list.v[next].at <= cp; next++) {
			const struct mark *m = &list.v[next];
			if (m->opens)
				(void)printf("%s⟦", paint(x, m->color));
			else
				(void)printf("|%.*s⟧%s", WD_STR_ARG(m->label), paint(x, PLAIN));
		}
		if (at == text.n)
			break;
		size_t from = at;
		(void)wd_utf8_next(text, &at);
		(void)fwrite(text.p + from, 1, at - from, stdout);
		cp++;
	}
	(void)printf("\n\n");
}

/* ---- the lists under it ---- */

static void print_flags(struct explain *x, const struct wd_article *art)
{
	WD_VEC_EACH (const struct wd_flag, f, &art->flags) {
		(void)printf("  %s%.*s%s (%.*s): %.*s\n", paint(x, RED), WD_STR_ARG(f->code),
			paint(x, PLAIN), WD_STR_ARG(f->severity), WD_STR_ARG(f->message));
		WD_VEC_EACH (const struct wd_span, s, &f->evidence)
			(void)printf("      says  %.*s %zu–%zu \"%.*s\"\n", WD_STR_ARG(s->field),
				s->start, s->end, WD_STR_ARG(s->text));
		WD_VEC_EACH (const struct wd_str, t, &f->facts)
			(void)printf("      fact  %.*s\n", WD_STR_ARG(*t));
	}
}

static void heading(const struct explain *x, const char *title)
{
	(void)printf("%s%s%s\n", paint(x, BOLD), title, paint(x, PLAIN));
}

/* ---- pages ---- */

static void print_left(const struct explain *x, const struct wd_page_trace *t)
{
	size_t bytes = 0;
	WD_VEC_EACH (const struct wd_page_left, l, &t->left)
		bytes += l->bytes;
	heading(x, t->left.n > 0 ? "left out of the page" : "nothing left out of the page");
	if (t->left.n > 0)
		(void)printf("  %zu pieces, %zu bytes of text\n", t->left.n, bytes);
	WD_VEC_EACH (const struct wd_page_left, l, &t->left)
		(void)printf("  %s%-22.*s%s %6zu  %.*s  \"%.*s\"\n", paint(x, RED),
			WD_STR_ARG(l->what), paint(x, PLAIN), l->bytes, WD_STR_ARG(l->where),
			WD_STR_ARG(l->text));
}

static struct wd_str join(struct wd_arena *a, const wd_persons *people, const wd_strs *words)
{
	struct wd_str s = WD_STR_NONE;
	for (size_t i = 0; people != NULL && i < people->n; i++)
		s = i == 0 ? people->v[i].name
			   : wd_arena_printf(
				     a, "%.*s, %.*s", WD_STR_ARG(s), WD_STR_ARG(people->v[i].name));
	for (size_t i = 0; words != NULL && i < words->n && s.n < 200; i++)
		s = i == 0 ? words->v[i]
			   : wd_arena_printf(
				     a, "%.*s, %.*s", WD_STR_ARG(s), WD_STR_ARG(words->v[i]));
	return s;
}

static struct wd_str value_of(struct explain *x, const struct wd_article *art, struct wd_str field)
{
	const struct {
		const char *field;
		struct wd_str value;
	} all[] = {{"headline", art->headline}, {"summary", art->summary}, {"site", art->site_name},
		{"language", art->language}, {"canonical", art->canonical},
		{"section", art->section}, {"copyright", art->copyright},
		{"item_type", art->item_type},
		{"published", wd_date_format(x->article, art->published)},
		{"updated", wd_date_format(x->article, art->updated)},
		{"authors", join(x->article, &art->authors, NULL)},
		{"keywords", join(x->article, NULL, &art->keywords)},
		{"paywalled", art->paywalled ? WD_STR("yes") : WD_STR("no")}};
	for (size_t i = 0; i < WD_COUNTOF(all); i++)
		if (wd_str_eqc(field, all[i].field))
			return wd_utf8_cut(all[i].value, 120);
	return WD_STR_NONE;
}

static void print_page(struct explain *x, const struct wd_article *art)
{
	const struct wd_page_trace *t = &x->page;
	if (t->strategy == NULL)
		return;
	heading(x, "page");
	(void)printf("  text by %s%s%s (%s) from %.*s\n", paint(x, BOLD), t->strategy,
		paint(x, PLAIN), wd_page_strategy_says(t->strategy), WD_STR_ARG(t->chosen));
	WD_VEC_EACH (const struct wd_page_try, y, &t->tries)
		(void)printf("  %-12s %6zu  %.*s%s%s\n", y->strategy, y->bytes,
			WD_STR_ARG(y->where), y->where.n > 0 ? ": " : "", y->verdict);
	print_left(x, t);
	heading(x, "facts");
	WD_VEC_EACH (const struct wd_fact, f, &art->facts) {
		struct wd_str value = value_of(x, art, f->field);
		(void)printf("  %-10.*s %.2f  %-10.*s \"%.*s\"", WD_STR_ARG(f->field),
			f->confidence, WD_STR_ARG(f->source), WD_STR_ARG(value));
		if (f->other.n > 0)
			(void)printf("; %.*s says \"%.*s\"", WD_STR_ARG(f->other_source),
				WD_STR_ARG(wd_utf8_cut(f->other, 120)));
		(void)printf("\n");
	}
	(void)printf("\n");
}

static int emit(struct wd_article *art, void *ctx)
{
	struct explain *x = ctx;
	struct wd_err err = {0};
	if (x->date.precision != WD_DATE_NONE)
		art->published = x->date;
	wd_buf_reset(&x->notes);
	static const char *const lines[] = {"/headlines/1/value", "/headlines/2/value"};
	struct wd_tag_trace trace = {note, x};
	int rc = wd_tag_article(x->rules, x->scratch, x->article, art, &trace, &err);
	if (rc != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return rc;
	}
	print_field(x, art, "headline", art->headline);
	for (size_t i = 0; i < art->alt_headlines.n && i < WD_COUNTOF(lines); i++)
		print_field(x, art, lines[i], art->alt_headlines.v[i]);
	print_field(x, art, "summary", art->summary);
	print_field(x, art, "text", art->text);
	(void)printf("language %.*s (%.*s), published %.*s\n\n", WD_STR_ARG(art->language),
		WD_STR_ARG(art->language_source),
		WD_STR_ARG(wd_date_format(x->article, art->published)));
	print_page(x, art);
	heading(x, "rules");
	(void)printf("%.*s\n", WD_STR_ARG(wd_buf_str(&x->notes)));
	WD_VEC_EACH (const struct wd_summit, s, &art->summits)
		(void)printf("summit %.*s: %.*s, %.*s\n\n", WD_STR_ARG(s->id), WD_STR_ARG(s->date),
			WD_STR_ARG(s->place));
	heading(x, art->flags.n > 0 ? "flags" : "no flags");
	print_flags(x, art);
	heading(x, art->repairs.n > 0 ? "\nrepairs" : "\nno repairs");
	WD_VEC_EACH (const struct wd_repair, r, &art->repairs)
		(void)printf("  %.*s in %.*s, %lld×%s%.*s\n", WD_STR_ARG(r->kind),
			WD_STR_ARG(r->field), (long long)r->count, r->note.n > 0 ? ": " : "",
			WD_STR_ARG(r->note));
	heading(x, art->removed.n > 0 ? "removed" : "nothing removed");
	WD_VEC_EACH (const struct wd_removed, r, &art->removed)
		(void)printf("  %.*s: %.*s\n", WD_STR_ARG(r->kind),
			WD_STR_ARG(wd_utf8_cut(r->text, 200)));
	return WD_OK;
}

static int emit_recalled(struct wd_article *art, enum wd_recall_from from, void *ctx)
{
	static const char *const says[] = {[WD_RECALL_ARCHIVE] = "from the archive",
		[WD_RECALL_OTHER] = "from the archive, read otherwise today than it was then",
		[WD_RECALL_KEPT] = "the newest version as the store keeps it"};
	struct explain *x = ctx;
	const struct wd_doc *doc = art->doc;
	char t[WD_TIME_TEXT];
	heading(x, says[from]);
	if (doc != NULL) {
		struct wd_str where = doc->feed_url.n > 0 ? doc->feed_url : doc->url;
		(void)printf("  %.*s, received %.*s", WD_STR_ARG(where),
			WD_STR_ARG(wd_time_format(doc->fetched_at_us, false, t)));
		if (doc->record.n > 0)
			(void)printf(", record %.*s", WD_STR_ARG(doc->record));
		(void)printf("\n");
	}
	(void)printf("\n");
	return emit(art, x);
}

static int explain_id(
	struct explain *x, const struct wd_config *cf, struct wd_str id, struct wd_err *err)
{
	struct wd_recall r = {.cf = cf,
		.id = id,
		.mem = x->article,
		.feed_mem = x->feed,
		.trace = &x->page,
		.emit = emit_recalled,
		.ctx = x};
	return wd_recall(&r, err);
}

static int explain_file(struct explain *x, const char *path, const char *url, struct wd_err *err)
{
	struct wd_str bytes;
	int rc = wd_file_read(path, WD_MAX_DOC_BYTES, &bytes, err);
	if (rc != WD_OK)
		return rc;
	wd_cleanup(wd_doc_freep) struct wd_doc *doc = wd_doc_new(WD_MAX_DOC_BYTES * 2);
	if (doc == NULL || wd_arena_dup(doc->mem, bytes, &doc->body) != WD_OK)
		rc = wd_err_set(err, WD_E_NOMEM, "'%s': out of memory", path);
	free(wd_unconst(bytes.p));
	if (rc != WD_OK)
		return rc;
	doc->origin = WD_DOC_FILE;
	doc->input = wd_str_c(path);
	doc->url = wd_str_c(url);
	doc->fetched_at_us = wd_clock_now_us();
	struct wd_feed feed = {0};
	struct wd_build_ctx ctx = {.doc = doc,
		.arena = x->article,
		.feed_arena = x->feed,
		.feed = &feed,
		.now_us = doc->fetched_at_us,
		.page_allowed = true,
		.trace = &x->page,
		.emit = emit,
		.emit_ctx = x};
	return wd_build_document(&ctx, err);
}

struct request {
	const char *config, *url, *file;
	struct wd_str id; /* empty: the file */
};

static int usage(void)
{
	(void)fputs(help, stderr);
	return WD_EXIT_USAGE;
}

static int options(int argc, char **argv, struct explain *x, struct request *ret)
{
	static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
		{"date", required_argument, NULL, 'd'}, {"url", required_argument, NULL, 'u'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct wd_date_opts opts = {.now_us = wd_clock_now_us(), .no_relative = true};
	struct wd_err err = {0};
	for (int opt; (opt = getopt_long(argc, argv, "c:d:u:h", longs, NULL)) != -1;) {
		if (opt == 'h') {
			(void)fputs(help, stdout);
			return -1;
		}
		if (opt == 'c') {
			ret->config = optarg;
		} else if (opt == 'u') {
			ret->url = optarg;
		} else if (opt != 'd') {
			return usage();
		} else if (wd_date_parse(wd_str_c(optarg), &opts, &x->date, &err) != WD_OK) {
			(void)fprintf(stderr, "wiredesk: --date '%s': %s\n", optarg, err.text);
			return WD_EXIT_USAGE;
		}
	}
	if (argc - optind > 1)
		return usage();
	ret->file = optind < argc ? argv[optind] : "-";
	struct wd_str name = wd_str_c(ret->file);
	if (wd_recall_is_id(name) && access(ret->file, F_OK) != 0)
		ret->id = wd_recall_bare_id(name);
	if (ret->id.n > 0 && ret->url != NULL) {
		(void)fprintf(stderr, "wiredesk: --url is for files; the archive knows its own\n");
		return WD_EXIT_USAGE;
	}
	return WD_EXIT_OK;
}

static int explain(struct explain *x, const struct wd_config *cf, const struct request *q)
{
	struct wd_err err = {0};
	bool own = cf != NULL && cf->topics.path.n > 0;
	wd_buf_init(&x->notes, WD_MAX_ARTICLE_ARENA);
	x->article = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	x->feed = wd_arena_new(WD_MAX_ARTICLE_ARENA * 4);
	int rc = wd_rules_load(own ? cf->topics.path.p : wd_datadir(), &x->rules, &err);
	if (rc == WD_OK) {
		x->scratch = wd_tag_scratch_new(x->rules);
		if (x->scratch == NULL || x->article == NULL || x->feed == NULL)
			rc = wd_err_set(&err, WD_E_NOMEM, "out of memory");
	}
	if (rc == WD_OK)
		rc = q->id.n > 0 ? explain_id(x, cf, q->id, &err)
				 : explain_file(x, q->file, q->url, &err);
	if (rc != WD_OK)
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
	wd_tag_scratch_free(x->scratch);
	wd_rules_unref(x->rules);
	wd_arena_free(x->article);
	wd_arena_free(x->feed);
	wd_buf_done(&x->notes);
	return rc == WD_OK ? WD_EXIT_OK : WD_EXIT_INPUT;
}

int wd_cmd_explain(int argc, char **argv)
{
	wd_cleanup(wd_config_unrefp) struct wd_config *cf = NULL;
	struct explain x = {.color = isatty(STDOUT_FILENO) == 1};
	struct wd_err err = {0};
	struct request q = {0};
	int status = options(argc, argv, &x, &q);
	if (status != WD_EXIT_OK)
		return status < 0 ? WD_EXIT_OK : status;
	if ((q.id.n > 0 || q.config != NULL) && wd_cmd_config(q.config, &cf, &err) != WD_OK) {
		(void)fprintf(stderr, "wiredesk: %s\n", err.text);
		return WD_EXIT_USAGE;
	}
	return explain(&x, cf, &q);
}
