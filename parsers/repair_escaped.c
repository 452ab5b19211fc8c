/*
 * Escaped markup → markup.
 *
 * Problem: a table that arrives as `&lt;td&gt;` (or `&amp;lt;td&amp;gt;`) was escaped once too
 * often on its way; a sentence that says "the tag &lt;td&gt; marks a cell" was not.
 *
 * Chosen way: between two real tags (line breaks aside) the escaped tags of a stretch are counted.
 * The stretch is markup when they amount to a table that begins on its own line, or when the
 * stretch begins with an escaped block that is also closed. Then as many levels as the outermost
 * tags have are undone, for the whole stretch. Code, comments and raw text are never looked into.
 */
#include "parsers/repair_passes.h"

#define MAX_LEVELS 4

struct stretch {
	size_t from, to;    /* the source's bytes */
	size_t first, last; /* first escaped tag, end of the last one */
	unsigned level;     /* of the outermost tags */
	size_t cells, cell_ends, rows, tables;
	size_t mentions;        /* tags in quotes, brackets or back-ticks */
	uint32_t opens, closes; /* of blocks */
	size_t breaks, links;
};

struct pass {
	const struct wd_repair_log *log;
	struct wd_str s;
	struct wd_buf out;
	size_t done;
	struct wd_rlex_dead dead;
	bool has_tags; /* real ones, anywhere */
	int64_t undone, entities, cdata;
};

/* An entity `name` (no '&', no ';') at i, which is behind '&' and "amp;"s. Returns its bytes. */
static size_t name_at(struct wd_str s, size_t i, const char *name)
{
	size_t n = strlen(name);
	if (!wd_str_ieq(wd_str_sub(s, i, i + n), wd_str_c(name)))
		return 0;
	if (i + n < s.n && s.p[i + n] == ';')
		return n + 1;
	/* without the semicolon a longer name may follow: &ltimes */
	return i + n >= s.n || !wd_is_alnum(s.p[i + n]) ? n : 0;
}

/* "&lttd": a reference that every browser knows without its semicolon; "&ltimes;" is another. */
static size_t glued_at(struct wd_str s, size_t i, const char *name)
{
	size_t n = strlen(name), end = i + n;
	if (!wd_str_eqc(wd_str_sub(s, i, i + n), name))
		return 0;
	while (end < s.n && wd_is_alnum(s.p[end]) && end < i + 40)
		end++;
	return end < s.n && s.p[end] == ';' ? 0 : n;
}

/* "amp;" repeated, at i: how often; *at moves behind. */
static unsigned amps(struct wd_str s, size_t *at)
{
	unsigned n = 0;
	while (n < MAX_LEVELS && wd_str_ieq(wd_str_sub(s, *at, *at + 4), WD_STR("amp;"))) {
		*at += 4;
		n++;
	}
	return n;
}

/* '<' or '>' escaped at i ('&'): level, 0: no. *at moves behind. */
static unsigned bracket_at(struct wd_str s, size_t i, bool open, size_t *at)
{
	static const char *const lt[] = {"lt", "#60", "#x3c", "#060", "#0060"}, *const gt[] = {"gt",
											"#62",
											"#x3e",
											"#062",
											"#0062"};
	size_t p = i + 1, k = 0;
	p += p < s.n && s.p[p] == ' '; /* "& lt;" */
	unsigned level = amps(s, &p) + 1;
	for (size_t j = 0; j < WD_COUNTOF(lt) && k == 0; j++)
		k = name_at(s, p, open ? lt[j] : gt[j]);
	if (k == 0)
		k = glued_at(s, p, open ? "lt" : "gt");
	if (k == 0)
		return 0;
	p += k;
	if (s.p[p - 1] != ';' && wd_str_starts(wd_str_from(s, p), WD_STR(" ;")))
		p += 2;
	*at = p;
	return level;
}

static bool is_quote_before(struct wd_str s, size_t i)
{
	if (i == 0)
		return false;
	unsigned char c = (unsigned char)s.p[i - 1];
	if (c == '"' || c == '\'' || c == '`' || c == '(' || c == '[')
		return true;
	/* “ ‘ „ « » in UTF-8 */
	return i >= 3 && (unsigned char)s.p[i - 3] == 0xE2 && (unsigned char)s.p[i - 2] == 0x80 &&
	       c >= 0x98 && c <= 0x9E;
}

/* ” ’ “ » 」 』 in UTF-8 */
static bool is_quote_after(struct wd_str s, size_t i)
{
	static const char *const marks[] = {"”", "’", "“", "»", "」", "』"};
	for (size_t k = 0; k < WD_COUNTOF(marks); k++) {
		if (wd_str_starts(wd_str_from(s, i), wd_str_c(marks[k])))
			return true;
	}
	return false;
}

static bool is_block(enum wd_tag tag)
{
	switch ((int)tag) {
	case WD_TAG_P:
	case WD_TAG_DIV:
	case WD_TAG_UL:
	case WD_TAG_OL:
	case WD_TAG_LI:
	case WD_TAG_H1:
	case WD_TAG_H2:
	case WD_TAG_H3:
	case WD_TAG_H4:
	case WD_TAG_BLOCKQUOTE:
	case WD_TAG_FIGURE:
	case WD_TAG_SECTION:
	case WD_TAG_ARTICLE:
		return true;
	default:
		return false;
	}
}

static void count_tag(struct stretch *t, enum wd_tag tag, bool end)
{
	t->breaks += tag == WD_TAG_BR;
	t->links += end && tag == WD_TAG_A;
	t->tables += !end && tag == WD_TAG_TABLE;
	t->rows += !end && tag == WD_TAG_TR;
	if (wd_rlex_is_cell(tag)) {
		t->cells += !end;
		t->cell_ends += end;
	}
	if (is_block(tag)) {
		t->opens += !end;
		t->closes += end;
	}
}

/* Reads the escaped tag at `i` ('&') into the stretch; returns the offset to go on at. */
static size_t take_escaped(struct wd_str s, size_t i, struct stretch *t)
{
	size_t at = i;
	unsigned level = bracket_at(s, i, true, &at);
	if (level == 0)
		return i + 1;
	size_t p = wd_rlex_skip(s, at);
	bool end = p < s.n && s.p[p] == '/';
	if (end)
		p = wd_rlex_skip(s, p + 1);
	char name[12];
	size_t n = 0;
	while (p < s.n && n < sizeof(name)) {
		size_t k = wd_rlex_blank(s, p);
		if (k > 1 && n > 0 && p + k < s.n && wd_is_alnum(s.p[p + k]))
			p += k; /* an invisible character inside the name */
		if (p >= s.n || !wd_is_alnum(s.p[p]))
			break;
		name[n++] = s.p[p++];
	}
	enum wd_tag tag = n < sizeof(name) ? wd_tag_find((struct wd_str){name, n}) : WD_TAG_OTHER;
	if (tag == WD_TAG_OTHER || (p < s.n && s.p[p] != '&' && s.p[p] != '/' && s.p[p] != '>' &&
					   wd_rlex_blank(s, p) == 0))
		return at;
	count_tag(t, tag, end);
	t->mentions += is_quote_before(s, i);
	if (t->first == SIZE_MAX)
		t->first = i;
	if (level < t->level)
		t->level = level;
	size_t close = p;
	while (close < s.n && close < p + 512 && s.p[close] != '<') {
		if (s.p[close] == '&' && bracket_at(s, close, false, &close) > 0)
			break;
		close++;
	}
	t->last = WD_MAX(p, WD_MIN(close, t->to));
	return p;
}

static bool blank_between(struct wd_str s, size_t from, size_t to)
{
	s.n = to;
	return wd_rlex_skip(s, from) >= to;
}

static bool line_start(struct wd_str s, size_t from, size_t at)
{
	while (at > from && (s.p[at - 1] == ' ' || s.p[at - 1] == '\t' || s.p[at - 1] == '\r'))
		at--;
	return at == from || s.p[at - 1] == '\n' || s.p[at - 1] == '>';
}

static bool is_markup(const struct pass *p, const struct stretch *t)
{
	if (t->first == SIZE_MAX)
		return false;
	bool begins = line_start(p->s, t->from, t->first);
	if (t->mentions * 4 <= t->cells && t->cells >= 2 &&
		(t->cell_ends >= 2 || (t->rows >= 2 && t->cells >= 4)) &&
		(begins || t->cells >= 6 || t->tables > 0) &&
		(blank_between(p->s, t->last, t->to) || t->cells >= 4))
		return true;
	if (t->mentions > 0 || !blank_between(p->s, t->from, t->first))
		return false;
	bool ends = blank_between(p->s, t->last, t->to);
	if (t->opens > 0 && t->closes > 0 && (ends || t->closes >= 2))
		return true;
	return !p->has_tags && ends && (t->links > 0 || t->breaks >= 2);
}

/* As name_at(), with one blank before it when a semicolon ends it. */
static size_t entity_at(struct wd_str s, size_t i, const char *name)
{
	size_t gap = i < s.n && s.p[i] == ' ' ? 1 : 0, k = name_at(s, i + gap, name);
	if (k == 0 && gap == 0 && strlen(name) == 2)
		return glued_at(s, i, name);
	if (k > 0 && s.p[i + gap + k - 1] != ';' &&
		wd_str_starts(wd_str_from(s, i + gap + k), WD_STR(" ;")))
		k += 2;
	return k == 0 || (gap > 0 && s.p[i + gap + k - 1] != ';') ? 0 : k + gap;
}

/* One level of escaping off. */
static struct wd_str undo(struct wd_arena *a, struct wd_str s)
{
	static const struct {
		const char *name;
		char c;
	} map[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''},
		{"#39", '\''}, {"#34", '"'}, {"#60", '<'}, {"#62", '>'}, {"#38", '&'},
		{"#0060", '<'}, {"#0062", '>'}, {"#x27", '\''}, {"#x3c", '<'}, {"#x3e", '>'},
		{"#x22", '"'}, {"#x26", '&'}, {"#039", '\''}, {"#060", '<'}, {"#062", '>'},
		{"#038", '&'}};
	char *o = wd_arena_bytes(a, s.n);
	size_t n = 0;
	if (o == NULL)
		return s;
	for (size_t i = 0; i < s.n;) {
		size_t k = 0;
		if (s.p[i] == '&')
			for (size_t j = 0; j < WD_COUNTOF(map) && k == 0; j++)
				if ((k = entity_at(s, i + 1, map[j].name)) > 0)
					o[n++] = map[j].c;
		if (k == 0)
			o[n++] = s.p[i];
		i += k + 1;
	}
	return (struct wd_str){o, n};
}

/* Double-escaped entities that nobody would write about: stuck to words, or between two of them. */
static bool is_used_entity(struct wd_str s, size_t from, size_t to, bool is_amp)
{
	bool before = from > 0 && !wd_is_space(s.p[from - 1]) && !is_quote_before(s, from) &&
		      s.p[from - 1] != '>';
	if (is_quote_before(s, from) && is_quote_after(s, to))
		return false;
	bool after = to < s.n && !wd_is_space(s.p[to]) && s.p[to] != '<' &&
		     (wd_is_alnum(s.p[to]) || (unsigned char)s.p[to] >= 0x80 || s.p[to] == '&' ||
			     s.p[to] == '(' || s.p[to] == '$');
	if (before && after)
		return true;
	if (is_amp) /* "Best &amp;amp; Fairest" */
		return from >= 2 && to + 1 < s.n && s.p[from - 1] == ' ' && s.p[to] == ' ' &&
		       (wd_is_alnum(s.p[from - 2]) || (unsigned char)s.p[from - 2] >= 0x80) &&
		       ((s.p[to + 1] >= 'A' && s.p[to + 1] <= 'Z') || wd_is_digit(s.p[to + 1]));
	return before || after;
}

/* Behind the entity whose name is at `at`, 0: there is none. */
static size_t entity_end(struct wd_arena *a, struct wd_str s, size_t at, bool *ret_amp)
{
	size_t p = at;
	*ret_amp = wd_str_starts(wd_str_from(s, at), WD_STR("amp;"));
	p += p < s.n && s.p[p] == '#';
	while (p < s.n && wd_is_alnum(s.p[p]) && p < at + 10)
		p++;
	if (p < at + 2 || p >= s.n || s.p[p] != ';')
		return 0;
	if (s.p[at] == '#')
		return p + 1;
	char name[16] = "&";
	memcpy(name + 1, s.p + at, p + 1 - at);
	struct wd_str raw = {name, p + 2 - at}, got = wd_html_unescape(a, raw, false);
	bool bracket = wd_str_eqc(got, "<") || wd_str_eqc(got, ">");
	return wd_str_eq(raw, got) || bracket ? 0 : p + 1;
}

static void copy_to(struct pass *p, size_t to)
{
	if (to > p->done) {
		wd_buf_add(&p->out, wd_str_sub(p->s, p->done, to));
		p->done = to;
	}
}

/* CDATA brackets left over in text: at *at, the bytes to drop, 0: none. */
static size_t cdata_at(struct wd_str s, size_t i)
{
	struct wd_str rest = wd_str_from(s, i);
	if (wd_str_starts(rest, WD_STR("<![CDATA[")))
		return 9;
	if (wd_str_starts(rest, WD_STR("&lt;![CDATA[")))
		return 12;
	size_t k = wd_str_starts(rest, WD_STR("]]>"))      ? 3
		   : wd_str_starts(rest, WD_STR("]]&gt;")) ? 6
							   : 0;
	size_t next = k > 0 ? wd_rlex_skip(s, i + k) : 0;
	return k > 0 && (next >= s.n || s.p[next] == '<') ? k : 0;
}

/* Copies nothing but what is in front of a change: mostly there is none. */
static void plain_stretch(struct pass *p, size_t from, size_t to)
{
	for (size_t i = from; i < to;) {
		char c = p->s.p[i];
		if (c != '<' && c != '&' && c != ']') {
			i++;
			continue;
		}
		size_t k = cdata_at(p->s, i);
		if (k > 0) {
			copy_to(p, i);
			i = p->done = i + k;
			p->cdata++;
			continue;
		}
		if (c == '&' && wd_str_starts(wd_str_from(p->s, i), WD_STR("&amp;"))) {
			bool is_amp;
			size_t end = entity_end(p->log->a, p->s, i + 5, &is_amp);
			if (end > 0 && is_used_entity(p->s, i, end, is_amp)) {
				copy_to(p, i);
				wd_buf_putc(&p->out, '&');
				p->done = i + 5;
				p->entities++;
				i = end;
				continue;
			}
		}
		i++;
	}
}

static void end_stretch(struct pass *p, struct stretch *t, size_t to)
{
	t->to = to;
	if (is_markup(p, t)) {
		struct wd_str raw = wd_str_sub(p->s, t->from, to);
		copy_to(p, t->from);
		for (unsigned l = 0; l < t->level; l++)
			raw = undo(p->log->a, raw);
		wd_buf_add(&p->out, raw);
		p->done = to;
		p->undone++;
		*p->log->tables |= t->cells > 0;
	} else {
		plain_stretch(p, t->from, to);
	}
}

static const struct stretch no_stretch = {.first = SIZE_MAX, .level = MAX_LEVELS + 1};

/* A real tag at '<' that parts two stretches: its end, 0: none. */
static size_t real_tag(struct pass *p, size_t i)
{
	struct wd_str s = p->s;
	size_t to = wd_rlex_protected(s, i, &p->dead);
	if (to > 0)
		return to;
	char c = i + 1 < s.n ? s.p[i + 1] : 0;
	if (!wd_is_alpha(c) && c != '/')
		return 0;
	struct wd_rtag t;
	if (!wd_rlex_tag(s, i, &t) || t.form != WD_RF_PLAIN)
		return 0;
	p->has_tags = true;
	return t.tag == WD_TAG_BR ? 0 : t.next;
}

static struct wd_str once(const struct wd_repair_log *log, struct pass *p, struct wd_str s)
{
	int64_t before = p->undone;
	p->log = log;
	p->s = s;
	p->done = 0;
	memset(&p->dead, 0, sizeof(p->dead));
	wd_buf_init(&p->out, s.n + 4096);
	struct stretch t = no_stretch;
	for (size_t i = 0; i < s.n;) {
		size_t to;
		if (s.p[i] == '<' && (to = real_tag(p, i)) > 0) {
			end_stretch(p, &t, i);
			t = no_stretch;
			t.from = t.to = i = to;
		} else if (s.p[i] == '&') {
			t.to = s.n;
			i = take_escaped(s, i, &t);
		} else {
			i++;
		}
	}
	end_stretch(p, &t, s.n);
	copy_to(p, s.n);
	bool changed = p->undone != before || p->entities + p->cdata > 0;
	return wd_repair_done(log->a, &p->out, s, changed);
}

struct wd_str wd_repair_escaped(const struct wd_repair_log *log, struct wd_str s)
{
	struct pass *p = wd_arena_new_of(log->a, struct pass);
	if (p == NULL)
		return s;
	/* A second round: what was undone may hold parts that were escaped deeper. */
	for (int round = 0; round < 2; round++) {
		int64_t before = p->undone;
		s = once(log, p, s);
		if (p->undone == before)
			break;
	}
	wd_repair_note(log, "escaped_markup", p->undone);
	wd_repair_note(log, "escaped_entity", p->entities);
	wd_repair_note(log, "cdata_debris", p->cdata);
	return s;
}
