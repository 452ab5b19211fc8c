/*
 * Tabs and line ends that are still written as the escapes of a string: `Year\tTotal\n2020\t7\n`.
 *
 * A text may speak of `\t`, name a path (`C:\temp\new`) or hold code, so what counts is the shape:
 * three or more neighbouring lines (parted by line ends of any kind) that hold as many `\t` each,
 * or, where `\n` parts them, as many bars. A line with another backslash, with `\t` behind a colon
 * or between blanks, or with a call of a function is a path or code, and no row.
 */
#include "parsers/repair_passes.h"

enum { LEAST_ROWS = 3 };

struct line {
	size_t tabs, bars;
	bool other; /* no row: a path, code */
};

/* Lines of one shape. */
struct rows {
	size_t from, to; /* the source's bytes */
	size_t n, escapes;
	struct line like;
};

struct pass {
	const struct wd_repair_log *log;
	struct wd_str s;
	struct wd_buf out;
	size_t done;
	struct wd_rlex_dead dead;
	struct rows rows;
	struct line line; /* at work … */
	size_t from;      /* … since here */
	int64_t count;
};

static bool starts(const struct pass *p, size_t i, const char *with)
{
	return wd_str_starts(wd_str_from(p->s, i), wd_str_c(with));
}

static void decode(struct pass *p, size_t from, size_t to)
{
	wd_buf_add(&p->out, wd_str_sub(p->s, p->done, from));
	for (size_t i = from; i < to;) {
		size_t end = starts(p, i, "\\r\\n") ? 4 : starts(p, i, "\\n") ? 2 : 0;
		bool tab = end == 0 && starts(p, i, "\\t");
		wd_buf_putc(&p->out, end > 0 ? '\n' : tab ? '\t' : p->s.p[i]);
		i += end > 0 ? end : tab ? 2 : 1;
	}
	p->done = to;
	p->count++;
}

static void end_rows(struct pass *p)
{
	if (p->rows.n >= LEAST_ROWS && p->rows.escapes > 0)
		decode(p, p->rows.from, p->rows.to);
	p->rows = (struct rows){0};
}

/* The line ends at `to`; `behind` is where the next one begins, `escaped` how it is parted. */
static void end_line(struct pass *p, size_t to, size_t behind, bool escaped)
{
	struct line l = p->line;
	struct rows *r = &p->rows;
	struct wd_str text = wd_str_trim(wd_str_sub(p->s, p->from, to));
	bool row =
		text.n > 0 && !l.other && (l.tabs > 0 || l.bars > 0) && text.p[text.n - 1] != ';';
	if (r->n > 0 && text.n > 0 &&
		(!row || l.tabs != r->like.tabs || (l.tabs == 0 && l.bars != r->like.bars)))
		end_rows(p);
	if (row) {
		if (r->n++ == 0) {
			r->from = p->from;
			r->like = l;
		}
		r->to = escaped ? behind : to;
		r->escapes += l.tabs + escaped;
	}
	p->line = (struct line){0};
	p->from = behind;
}

/* A backslash at i: bytes taken. */
static size_t backslash(struct pass *p, size_t i)
{
	size_t end = starts(p, i, "\\r\\n") ? 4 : starts(p, i, "\\n") ? 2 : 0;
	if (end > 0) {
		end_line(p, i, i + end, true);
		return end;
	}
	bool apart = i > p->from && p->s.p[i - 1] == ' ' && starts(p, i + 2, " ");
	if (starts(p, i, "\\t") && i > p->from && p->s.p[i - 1] != ':' && !apart) {
		p->line.tabs++;
		return 2;
	}
	p->line.other = true;
	return 1;
}

/* A tag at i: bytes taken, 0: none. */
static size_t tag(struct pass *p, size_t i)
{
	struct wd_rtag t;
	size_t to = wd_rlex_protected(p->s, i, &p->dead);
	if (to == 0 && (!wd_rlex_tag(p->s, i, &t) || t.form != WD_RF_PLAIN))
		return 0;
	size_t next = to > 0 ? to : t.next;
	bool part = to > 0 || t.tag != WD_TAG_BR;
	end_line(p, i, next, false);
	if (part)
		end_rows(p);
	return next - i;
}

struct wd_str wd_repair_escapes(const struct wd_repair_log *log, struct wd_str s)
{
	struct pass *p = wd_arena_new_of(log->a, struct pass);
	if (p == NULL)
		return s;
	p->log = log;
	p->s = s;
	wd_buf_init(&p->out, s.n + 4096);
	for (size_t i = 0; i < s.n;) {
		char c = s.p[i];
		size_t k = c == '<' ? tag(p, i) : c == '\\' ? backslash(p, i) : 0;
		if (c == '\n')
			end_line(p, i, i + 1, false);
		p->line.bars += c == '|';
		p->line.other |= c == '(' && (starts(p, i + 1, "\"") || starts(p, i + 1, "'"));
		i += k > 0 ? k : 1;
	}
	end_line(p, s.n, s.n, false);
	end_rows(p);
	wd_repair_note(log, "escaped_white_space", p->count);
	wd_buf_add(&p->out, wd_str_from(s, p->done));
	*log->tables |= p->count > 0;
	return wd_repair_done(log->a, &p->out, s, p->count > 0);
}
