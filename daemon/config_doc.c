/*
 * The schema table read the other way: effective configuration, docs/CONFIG.md, wiredesk.yaml(5).
 */
#include "daemon/config_schema.h"

struct any_vec {
	const void *v;
	size_t n, cap;
};

/* ---- dump ---- */

static void indent(struct wd_buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		wd_buf_addc(out, "  ");
}

static void dump_object(
	const struct wd_conf_section *s, const char *base, struct wd_buf *out, unsigned depth);

/* A secret that was read from its file is only named. */
static void dump_properties(const wd_conf_pairs *k, struct wd_buf *out, unsigned depth)
{
	wd_buf_addc(out, k->n > 0 ? "\n" : " {}\n");
	for (size_t i = 0; i < k->n; i++) {
		const wd_conf_pairs one = {.v = &k->v[i], .n = 1, .cap = 1};
		const struct wd_conf_row row = {.type = WD_CONF_PAIRS};
		indent(out, depth);
		if (wd_conf_is_kafka_secret(k->v[i].key)) {
			wd_buf_printf(out, "# %.*s: from a file\n", WD_STR_ARG(k->v[i].key));
			continue;
		}
		struct wd_buf pair;
		wd_buf_init(&pair, 64 * WD_KIB);
		wd_conf_value_print(&row, &one, &pair);
		wd_buf_printf(
			out, "%.*s\n", WD_STR_ARG(wd_str_sub(wd_buf_str(&pair), 1, pair.n - 1)));
		wd_buf_done(&pair);
	}
}

static void dump_objects(const struct wd_conf_row *row, const struct any_vec *list,
	struct wd_buf *out, unsigned depth)
{
	if (list->n == 0)
		wd_buf_addc(out, " []");
	wd_buf_putc(out, '\n');
	for (size_t i = 0; i < list->n; i++) {
		indent(out, depth);
		wd_buf_addc(out, "-\n");
		dump_object(row->sub, (const char *)list->v + i * row->sub->size, out, depth + 1);
	}
}

static void dump_object(
	const struct wd_conf_section *s, const char *base, struct wd_buf *out, unsigned depth)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct wd_conf_row *row = &s->rows[i];
		const char *at = base + row->offset;
		/* feeds holds feeds_file's already; kafka may hold secrets, it comes last */
		if (s == &wd_conf_top && (wd_str_eqc(wd_str_c(row->key), "feeds_file") ||
						 row->type == WD_CONF_PAIRS))
			continue;
		indent(out, depth);
		wd_buf_printf(out, "%s:", row->key);
		if (row->type == WD_CONF_OBJECT) {
			wd_buf_putc(out, '\n');
			dump_object(row->sub, at, out, depth + 1);
		} else if (row->type == WD_CONF_OBJECTS) {
			dump_objects(row, (const void *)at, out, depth + 1);
		} else if (s == &wd_conf_topic && row->type == WD_CONF_PAIRS) {
			dump_properties((const void *)at, out, depth + 1);
		} else {
			wd_buf_putc(out, ' ');
			wd_conf_value_print(row, at, out);
			wd_buf_putc(out, '\n');
		}
	}
}

void wd_config_dump(const struct wd_config *c, struct wd_buf *out)
{
	wd_buf_printf(out, "# effective configuration of %.*s\n",
		WD_STR_ARG(c->path.n > 0 ? c->path : WD_STR("the built-in defaults")));
	dump_object(&wd_conf_top, (const char *)c, out, 0);
	wd_buf_addc(out, "kafka:");
	dump_properties(&c->kafka, out, 1);
}

/* ---- what only a restart applies ---- */

void wd_conf_row_text(const struct wd_conf_row *row, const char *at, struct wd_buf *out)
{
	if (row->type == WD_CONF_OBJECT)
		dump_object(row->sub, at, out, 0);
	else if (row->type == WD_CONF_OBJECTS)
		dump_objects(row, (const void *)at, out, 0);
	else
		wd_conf_value_print(row, at, out);
}

static void restart_keys(const struct wd_conf_section *s, const char *prefix, const char *a,
	const char *b, struct wd_buf *out)
{
	for (size_t i = 0; i < s->row_count; i++) {
		const struct wd_conf_row *row = &s->rows[i];
		const char *x = a + row->offset, *y = b + row->offset;
		if (!row->needs_restart) {
			if (row->type == WD_CONF_OBJECT)
				restart_keys(row->sub, row->key, x, y, out);
			continue;
		}
		struct wd_buf was, is;
		wd_buf_init(&was, 16 * WD_MIB);
		wd_buf_init(&is, 16 * WD_MIB);
		wd_conf_row_text(row, x, &was);
		wd_conf_row_text(row, y, &is);
		if (!wd_str_eq(wd_buf_str(&was), wd_buf_str(&is)))
			wd_buf_printf(out, "%s%s%s%s", out->n > 0 ? ", " : "", prefix,
				prefix[0] != '\0' ? "." : "", row->key);
		wd_buf_done(&was);
		wd_buf_done(&is);
	}
}

void wd_config_restart_keys(
	const struct wd_config *a, const struct wd_config *b, struct wd_buf *out)
{
	restart_keys(&wd_conf_top, "", (const char *)a, (const char *)b, out);
}

/* ---- documentation ---- */

static void range_text(const struct wd_conf_row *row, struct wd_buf *out)
{
	if (row->type == WD_CONF_ENUM) {
		for (size_t i = 0; row->names[i] != NULL; i++)
			wd_buf_printf(out, "%s%s", i > 0 ? ", " : "", row->names[i]);
	} else if (row->type == WD_CONF_INT || row->type == WD_CONF_SIZE ||
		   row->type == WD_CONF_DURATION) {
		if (row->max == 0)
			wd_buf_addc(out, "from ");
		wd_conf_number_print(row->type, row->min, out);
		if (row->max != 0) {
			wd_buf_addc(out, " to ");
			wd_conf_number_print(row->type, row->max, out);
		}
	}
}

typedef void row_printer(const char *path, const struct wd_conf_row *row, struct wd_buf *out);

static void each_row(
	const struct wd_conf_section *s, const char *prefix, row_printer *print, struct wd_buf *out)
{
	for (size_t i = 0; i < s->row_count; i++) {
		char path[128];
		const struct wd_conf_row *row = &s->rows[i];
		(void)snprintf(path, sizeof(path), "%s%s", prefix, row->key);
		print(path, row, out);
		if (row->sub != NULL) {
			(void)snprintf(path, sizeof(path), "%s%s%s.", prefix, row->key,
				row->type == WD_CONF_OBJECTS ? "[]" : "");
			each_row(row->sub, path, print, out);
		}
	}
}

static void markdown_row(const char *path, const struct wd_conf_row *row, struct wd_buf *out)
{
	wd_buf_printf(out, "| `%s` | %s | ", path, wd_conf_type_name(row->type));
	if (row->is_required)
		wd_buf_addc(out, "required");
	else if (row->def != NULL)
		wd_buf_printf(out, "`%s`", row->def);
	wd_buf_addc(out, " | ");
	range_text(row, out);
	wd_buf_printf(out, " | %s%s |\n", row->help,
		row->needs_restart ? " Changes need a restart." : "");
}

static const char intro[] =
	"# Configuration\n\n"
	"Generated by `wiredesk check --docs markdown`; do not edit.\n\n"
	"The file is YAML: one document of mappings, lists and values. Everything has a default, so\n"
	"that no file at all is needed. `wiredesk check -c FILE` tells every mistake at once with line\n"
	"and column; `wiredesk check -c FILE --dump` prints what is in effect. SIGHUP\n"
	"(`systemctl reload wiredesk`) applies a changed file as a whole or, when it has an error, not\n"
	"at all.\n\n"
	"* Anchors, aliases, merge keys and tags are refused; 16 MiB and 16 levels are the limits.\n"
	"* A duration has a unit: `500ms`, `30s`, `5m`, `2h`, `90d`, also `1h30m`. A size too: `512KiB`,\n"
	"  `64MiB`, `10GiB` (and decimal `kB`, `MB`, `GB`).\n"
	"* A relative path starts at the folder of the configuration file. What is written starts at\n"
	"  `$STATE_DIRECTORY` instead when systemd gives one.\n"
	"* A secret never stands in the file. A key that ends in `_file` names a file, or a systemd\n"
	"  credential (looked up in `$CREDENTIALS_DIRECTORY` first).\n\n"
	"`feeds[].url` means: in each mapping of the list `feeds`, the key `url`.\n\n";

void wd_config_doc_markdown(struct wd_buf *out)
{
	wd_buf_addc(out, intro);
	wd_buf_addc(
		out, "| key | type | default | range | what it does |\n|---|---|---|---|---|\n");
	each_row(&wd_conf_top, "", markdown_row, out);
}

/* Text for roff: a backslash, a leading dot or quote and hyphens need care. */
static void roff(const char *s, struct wd_buf *out)
{
	for (size_t i = 0; s[i] != '\0'; i++) {
		if ((s[i] == '.' || s[i] == '\'') && (i == 0 || s[i - 1] == '\n'))
			wd_buf_addc(out, "\\&");
		if (s[i] == '-' || s[i] == '\\')
			wd_buf_putc(out, '\\');
		if (s[i] == '\\')
			wd_buf_putc(out, 'e');
		else
			wd_buf_putc(out, s[i]);
	}
}

static void man_row(const char *path, const struct wd_conf_row *row, struct wd_buf *out)
{
	struct wd_buf range;
	wd_buf_addc(out, ".TP\n.B ");
	roff(path, out);
	wd_buf_printf(out, "\n(%s", wd_conf_type_name(row->type));
	if (row->is_required) {
		wd_buf_addc(out, "; required");
	} else if (row->def != NULL) {
		wd_buf_addc(out, "; default ");
		roff(row->def, out);
	}
	wd_buf_init(&range, 1024);
	range_text(row, &range);
	wd_buf_putc(&range, '\0');
	if (range.n > 1) {
		wd_buf_addc(out, "; ");
		roff(range.p, out);
	}
	wd_buf_done(&range);
	wd_buf_addc(out, ")\n");
	roff(row->help, out);
	wd_buf_addc(out, row->needs_restart ? " Changes need a restart.\n" : "\n");
}

void wd_config_doc_man(struct wd_buf *out)
{
	wd_buf_addc(out,
		".\\\" Generated by wiredesk check --docs man; do not edit.\n"
		".TH WIREDESK.YAML 5 \"\" \"wiredesk\" \"File formats\"\n.SH NAME\n"
		"wiredesk.yaml \\- configuration of wiredesk\n.SH DESCRIPTION\n"
		"YAML: one document of mappings, lists and values. Everything has a default. Anchors, aliases,\n"
		"merge keys and tags are refused. Durations and sizes have units (5m, 64MiB). Relative paths\n"
		"start at the folder of the file; what is written starts at $STATE_DIRECTORY under systemd.\n"
		"Secrets stand in files or systemd credentials.\n.SH KEYS\n");
	each_row(&wd_conf_top, "", man_row, out);
	wd_buf_addc(out, ".SH SEE ALSO\n.BR wiredesk (1)\n");
}
