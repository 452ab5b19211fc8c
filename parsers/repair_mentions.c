/*
 * Tags that are spoken of → text.
 *
 * Problem: "Many publishers write <td> where they mean <th>" holds two words that look like markup.
 * In a plain text, or in a feed that escapes once too little, a parser would swallow them; the row
 * repair would even make a table of such a sentence. No false repair outranks every other goal.
 *
 * Evidence that a tag is spoken of: it stands in a sentence (a word and a blank before it, a blank
 * and a small letter or a sentence's mark behind it), it has no partner that holds text between
 * them, no other tag touches it, or it is in quotes or back-ticks. Evidence that it is used: it
 * touches the text it marks (`<td>Name`), it touches another tag, it begins its line, it has
 * attributes with values. A tag without evidence of its own goes with the others of its line.
 *
 * In HTML only rows and cells outside tables are judged, with the stricter half of the evidence:
 * any other tag is what its author wrote and saw. In HTML a `<` before a name that goes on as no
 * name can (`if (x<td)`) is a sign as well.
 *
 * The bracket is written as a reference with leading zeros, which no later pass takes for damage.
 */
#include "base/utf8.h"
#include "parsers/repair_passes.h"

enum { MAX_ATTR_BYTES = 2000, NAME_BYTES = 24, EMBEDDED_CELLS = 4 };

enum verdict { OPEN, USED, SPOKEN };

struct mention {
	size_t at, next;
	struct wd_str name;
	enum wd_tag tag;
	bool end, valued, quoted, no_tag;
	bool text; /* no tokeniser takes it for a tag */
	uint8_t verdict;
	uint32_t pair; /* 1 + index of the partner, 0: none */
	uint32_t line;
};
typedef WD_VEC(struct mention) mentions;

struct pass {
	struct wd_arena *a;
	struct wd_str s;
	bool plain;
	mentions tags;
	size_t breaks; /* <br>s */
	size_t judged; /* in HTML: tags that may be spoken of */
};

/* What stands beside a tag on its line. */
struct side {
	uint32_t cp; /* 0: nothing more on this line */
	bool glued;
	bool tag; /* another tag, blanks aside */
};

static bool is_cjk(uint32_t cp)
{
	return cp >= 0x2E80 && cp < 0xFF00;
}

static bool is_word(uint32_t cp)
{
	return wd_cp_is_letter(cp) || wd_cp_is_digit(cp);
}

static bool is_quote(uint32_t cp)
{
	return wd_cp_is_any_of(cp, "\"'`“”‘’„«»「」『』");
}

/* ---- reading ---- */

/* Behind the attributes and their '>', 0: these are no attributes. */
static size_t attrs_end(struct wd_str s, size_t at, struct mention *t)
{
	size_t stop = WD_MIN(s.n, at + MAX_ATTR_BYTES);
	while (at < stop) {
		at = wd_rlex_skip(s, at);
		if (at >= stop || s.p[at] == '<')
			return 0;
		if (s.p[at] == '>')
			return at + 1;
		if (wd_str_starts(wd_str_from(s, at), WD_STR("＞")))
			return at + 3;
		if (s.p[at] == '/') {
			at++;
			continue;
		}
		size_t from = at;
		while (at < stop && !wd_is_space(s.p[at]) && strchr("=></", s.p[at]) == NULL)
			at++;
		struct wd_str name = wd_str_sub(s, from, at);
		size_t eq = wd_rlex_skip(s, at);
		if (eq >= stop || s.p[eq] != '=') {
			if (!wd_str_ieqc(name, "nowrap") && !wd_str_ieqc(name, "hidden") &&
				wd_str_chr(name, '-', 0) == SIZE_MAX)
				return 0;
			continue;
		}
		t->valued = true;
		at = wd_rlex_skip(s, eq + 1);
		char q = at < stop ? s.p[at] : 0;
		if (q == '"' || q == '\'') {
			size_t end = wd_str_chr(wd_str_sub(s, 0, stop), q, at + 1);
			if (end == SIZE_MAX)
				return 0;
			at = end + 1;
		}
		while (at < stop && !wd_is_space(s.p[at]) && s.p[at] != '>' && s.p[at] != '<')
			at++;
	}
	return 0;
}

/* The tag at the bracket at i (`open` bytes of it). */
static bool read_tag(const struct pass *p, size_t i, size_t open, struct mention *t)
{
	struct wd_str s = p->s;
	size_t at = wd_rlex_skip(s, i + open);
	bool blank = at != i + open;
	memset(t, 0, sizeof(*t));
	t->at = i;
	if (at < s.n && s.p[at] == '/') {
		t->end = true;
		at = wd_rlex_skip(s, at + 1);
	}
	size_t from = at;
	while (at < s.n && at - from < NAME_BYTES &&
		(wd_is_alnum(s.p[at]) || (at > from && strchr(":-_", s.p[at]) != NULL)))
		at++;
	t->name = wd_str_sub(s, from, at);
	if (t->name.n == 0 || !wd_is_alpha(s.p[from]) || at - from >= NAME_BYTES || at >= s.n)
		return false;
	t->tag = wd_tag_find(t->name);
	if (t->tag == WD_TAG_OTHER && (blank || !p->plain))
		return false;
	char c = s.p[at];
	if (c != '>' && c != '/' && !wd_rlex_blank(s, at) &&
		!wd_str_starts(wd_str_from(s, at), WD_STR("＞"))) {
		/* `x<td)`: no tokeniser's idea of a name, and nobody's idea of a tag */
		t->no_tag = !p->plain && !blank && !t->end && strchr(").,;+*", c) != NULL &&
			    wd_rlex_litter(s, at) == 0;
		t->next = i + open;
		return t->no_tag;
	}
	t->text = blank && !p->plain;
	t->next = attrs_end(s, at, t);
	if (t->next == 0 && blank && p->plain && t->name.n == 1 && !t->end) { /* a < b and … > */
		t->no_tag = true;
		t->next = i + open;
	}
	return t->next > 0;
}

/* Partners: an end tag takes the nearest start of its name that has none. Elements other than
 * blocks and parts of tables only on their own line. */
static void find_pairs(struct pass *p)
{
	uint32_t last[WD_TAG_COUNT] = {0}; /* 1 + index of the nearest open start … */
	uint32_t *below = wd_arena_array(p->a, p->tags.n + 1, sizeof(*below)); /* … the next */
	if (below == NULL)
		return;
	for (uint32_t i = 0; i < p->tags.n; i++) {
		struct mention *t = &p->tags.v[i];
		if (t->tag == WD_TAG_OTHER || t->no_tag)
			continue;
		if (!t->end) {
			below[i] = last[t->tag];
			last[t->tag] = i + 1;
			continue;
		}
		uint32_t k = last[t->tag];
		if (k == 0)
			continue;
		last[t->tag] = below[k - 1];
		struct mention *start = &p->tags.v[k - 1];
		if (start->line == t->line || wd_tag_is_block(t->tag) || wd_rlex_is_table(t->tag)) {
			start->pair = i + 1;
			t->pair = k;
		}
	}
}

static bool ends_block(const struct mention *t)
{
	return wd_tag_is_block(t->tag) && !wd_rlex_is_table(t->tag);
}

/* Blocks of code between lines of three back-ticks, all of them closed. */
static bool has_fences(struct wd_str s)
{
	size_t n = 0;
	for (size_t at = 0; (at = wd_str_find(s, WD_STR("```"), at)) != SIZE_MAX; at += 3)
		n++;
	return n > 0 && n % 2 == 0;
}

/* All tags; in HTML those that are judged, with the paragraphs as lines, tables left out. */
static void collect(struct pass *p)
{
	struct wd_rlex_dead *dead = wd_arena_new_of(p->a, struct wd_rlex_dead);
	struct mention t;
	uint32_t line = 0;
	int tables = 0;
	bool fence = false, tick = false, fences = p->plain && has_fences(p->s);
	for (size_t i = 0; dead != NULL && i < p->s.n;) {
		if (!p->plain && (i = WD_MIN(wd_str_chr(p->s, '<', i), p->s.n)) == p->s.n)
			return;
		char c = p->s.p[i];
		bool wide = p->plain && wd_str_starts(wd_str_from(p->s, i), WD_STR("＜"));
		if (c == '\n' && p->plain) {
			line++;
			tick = false;
		} else if (c == '`' && wd_str_starts(wd_str_from(p->s, i), WD_STR("```"))) {
			fence = fences && !fence;
			i += 3;
			continue;
		} else if (c == '`') {
			tick = !tick;
		}
		if (c != '<' && !wide) {
			i++;
			continue;
		}
		size_t to = p->plain ? 0 : wd_rlex_protected(p->s, i, dead);
		if (to > 0 || !read_tag(p, i, wide ? 3 : 1, &t)) {
			i = to > 0 ? to : i + 1;
			continue;
		}
		i = t.next;
		line += !p->plain && ends_block(&t);
		t.line = line;
		t.quoted = p->plain && (fence || tick);
		p->breaks += t.tag == WD_TAG_BR;
		if (!p->plain && t.tag == WD_TAG_TABLE && !t.no_tag)
			tables += t.end ? -(tables > 0) : 1;
		struct mention *to_tag = wd_vec_push(p->a, &p->tags);
		if (to_tag == NULL)
			return;
		*to_tag = t;
		if (tables > 0)
			to_tag->verdict = USED;
		p->judged += t.no_tag || (tables == 0 && wd_rlex_is_table(t.tag));
	}
}

/* ---- evidence ---- */

static struct side left_of(const struct pass *p, size_t k)
{
	const struct mention *t = &p->tags.v[k];
	size_t low = k > 0 ? t[-1].next : 0, at = t->at;
	struct side r = {.cp = 0, .glued = true};
	while (at > low) {
		size_t before = at;
		uint32_t cp = wd_utf8_prev(p->s, &before);
		if (cp == '\n' && p->plain)
			return r;
		if (wd_rlex_blank(p->s, before) == 0) {
			r.cp = cp;
			return r;
		}
		at = before;
		r.glued = false;
	}
	r.tag = k > 0 && t[-1].line == t->line && !t[-1].no_tag;
	return r;
}

static struct side right_of(const struct pass *p, size_t k)
{
	const struct mention *t = &p->tags.v[k];
	size_t high = k + 1 < p->tags.n ? t[1].at : p->s.n, at = t->next;
	struct side r = {.cp = 0, .glued = true};
	while (at < high) {
		size_t blank = wd_rlex_blank(p->s, at);
		if (p->s.p[at] == '\n' && p->plain)
			return r;
		if (blank == 0) {
			r.cp = wd_utf8_next(p->s, &at);
			return r;
		}
		at += blank;
		r.glued = false;
	}
	r.tag = k + 1 < p->tags.n && t[1].line == t->line && !t[1].no_tag;
	return r;
}

/* Between quotes of its own: "<td>", (<td>). */
static bool is_quoted(const struct side *l, const struct side *r)
{
	return l->glued && r->glued &&
	       ((is_quote(l->cp) && is_quote(r->cp)) || (l->cp == '(' && r->cp == ')'));
}

static bool is_stop(const struct side *r)
{
	return r->glued && wd_cp_is_any_of(r->cp, ",.;:?!)]\"'’”」、。，");
}

static bool goes_on(const struct side *r)
{
	return !r->glued && r->cp != 0 &&
	       (wd_cp_is_lower(r->cp) || wd_cp_is_digit(r->cp) ||
		       wd_cp_is_any_of(r->cp, "-–—=(,.;\"'“‘"));
}

/* The tag stands in a sentence as a word would. */
static bool in_sentence(
	const struct pass *p, const struct mention *t, const struct side *l, const struct side *r)
{
	bool is_table = wd_rlex_is_table(t->tag), is_block = wd_tag_is_block(t->tag) && !is_table;
	if (l->tag || r->tag)
		return false;
	if (is_cjk(l->cp) || (is_cjk(r->cp) && l->cp != 0)) /* no blanks between words */
		return (is_table || !is_block) && t->tag != WD_TAG_BR && l->cp != 0 && r->cp != 0 &&
		       !wd_cp_is_any_of(l->cp, "。！？") && (is_table || p->plain);
	if (l->cp == 0) /* begins the line */
		return p->plain && goes_on(r) && wd_cp_is_lower(r->cp);
	if (t->end ? l->glued && is_word(l->cp) : r->glued && is_word(r->cp))
		return false;
	if (l->glued && is_word(l->cp) && (is_block || wd_tag_is_void(t->tag) || !p->plain))
		return false;
	if (wd_cp_is_any_of(l->cp, ".!?:|>"))
		return goes_on(r) && (p->plain || wd_cp_is_lower(r->cp));
	if (is_stop(r) || goes_on(r))
		return true;
	return p->plain && !t->end && (r->cp == 0 ? !l->glued : !r->glued && is_word(r->cp));
}

/* `<b> and </b>`: a pair that holds a joining word is two words of a sentence. */
static bool holds_joint(const struct pass *p, const struct mention *t)
{
	static const char *const joints[] = {"and", "or", "to", "und", "oder", "et", "ou", "y", "o",
		"e", "vs", "with", "&", "/", ",", "…", "...", NULL};
	const struct mention *other = &p->tags.v[t->pair - 1];
	const struct mention *start = t->end ? other : t, *end = t->end ? t : other;
	struct wd_str in = wd_str_trim(wd_str_sub(p->s, start->next, end->at));
	for (size_t i = 0; joints[i] != NULL; i++) {
		if (wd_str_eqc(in, joints[i]))
			return true;
	}
	return false;
}

static bool is_raw(enum wd_tag tag)
{
	return tag == WD_TAG_SCRIPT || tag == WD_TAG_STYLE || tag == WD_TAG_TEXTAREA ||
	       tag == WD_TAG_TITLE || tag == WD_TAG_XMP || tag == WD_TAG_IFRAME;
}

static enum verdict judge_other(
	const struct pass *p, struct mention *t, const struct side *l, const struct side *r)
{
	bool spoken = in_sentence(p, t, l, r);
	if (t->tag == WD_TAG_OTHER)
		return SPOKEN;
	if (t->tag == WD_TAG_BR) /* one that a sentence goes on behind, and no other */
		return spoken && p->breaks == 1 && !l->glued && goes_on(r) ? SPOKEN : OPEN;
	if (t->valued && !is_raw(t->tag))
		return OPEN;
	if (t->pair == 0)
		return spoken ? SPOKEN : OPEN;
	const struct mention *other = &p->tags.v[t->pair - 1];
	if (other->verdict == SPOKEN && (is_raw(t->tag) || holds_joint(p, t) || spoken))
		return SPOKEN;
	if (t->end)
		return USED;
	if (is_raw(t->tag)) /* touches its content; what stands before it counts */
		return l->cp != 0 && !l->tag && !wd_cp_is_any_of(l->cp, ".!?>") ? SPOKEN : USED;
	return spoken && (holds_joint(p, t) || other->line != t->line) ? SPOKEN : USED;
}

/* ---- a line ---- */

struct line {
	size_t from, to; /* tags */
	size_t touching, cells, tables;
	size_t first, last; /* parts of tables */
	bool begins;        /* with a cell that touches its text */
};

static struct line survey(const struct pass *p, size_t from)
{
	struct line n = {.from = from, .to = from, .first = SIZE_MAX};
	const struct mention *v = p->tags.v;
	for (; n.to < p->tags.n && v[n.to].line == v[from].line; n.to++) {
		const struct mention *t = &v[n.to];
		if (t->no_tag || t->verdict == USED || !wd_rlex_is_table(t->tag))
			continue;
		struct side l = left_of(p, n.to), r = right_of(p, n.to);
		if (n.first == SIZE_MAX)
			n.first = n.to;
		n.last = n.to;
		n.touching += l.tag;
		n.cells += wd_rlex_is_cell(t->tag) && !t->end;
		n.tables += t->tag == WD_TAG_TABLE && !t->end;
		n.begins |= l.cp == 0 && !l.tag && !t->end && r.glued && is_word(r.cp);
		n.begins |= r.cp == 0 && !r.tag && t->end && l.glued && is_word(l.cp);
	}
	return n;
}

/* "A row is <tr><td>one</td></tr>, no more.": an example inside a sentence. */
static bool is_example(const struct pass *p, const struct line *n)
{
	struct side l = left_of(p, n->first), r = right_of(p, n->last);
	return n->cells < EMBEDDED_CELLS && n->tables == 0 && !l.tag && !r.tag && is_word(l.cp) &&
	       !l.glued && (is_stop(&r) || (goes_on(&r) && wd_cp_is_lower(r.cp)));
}

static enum verdict judge_table(
	const struct pass *p, const struct mention *t, const struct line *n, size_t k)
{
	struct side l = left_of(p, k), r = right_of(p, k);
	if (n->touching > 0 || n->begins)
		return is_example(p, n) ? SPOKEN : USED;
	if (t->valued || n->cells >= 2 * EMBEDDED_CELLS || !in_sentence(p, t, &l, &r))
		return OPEN;
	if (l.glued && is_word(l.cp) && !is_cjk(l.cp) && n->cells > 1) /* Name<td> Age<td> */
		return OPEN;
	if (!p->plain && (n->cells >= EMBEDDED_CELLS || (l.glued && !is_cjk(l.cp))))
		return OPEN;
	return t->end && !(p->plain && is_stop(&r)) ? OPEN : SPOKEN;
}

static size_t judge_line(struct pass *p, size_t from)
{
	struct line n = survey(p, from);
	size_t spoken = 0, used = 0;
	for (size_t k = n.from; k < n.to; k++) {
		struct mention *t = &p->tags.v[k];
		struct side l = left_of(p, k), r = right_of(p, k);
		if (t->verdict == USED)
			continue;
		if (t->no_tag || (p->plain && (t->quoted || is_quoted(&l, &r))))
			t->verdict = SPOKEN;
		else if (wd_rlex_is_table(t->tag))
			t->verdict = (uint8_t)judge_table(p, t, &n, k);
		else
			t->verdict = p->plain ? (uint8_t)judge_other(p, t, &l, &r) : USED;
		spoken += t->verdict == SPOKEN && !t->no_tag && t->tag != WD_TAG_OTHER;
		used += t->verdict == USED && p->plain;
	}
	/* those without evidence go with the line's others */
	for (size_t k = n.from; k < n.to; k++) {
		struct mention *t = &p->tags.v[k];
		if (t->verdict == OPEN)
			t->verdict = spoken > 0 && used == 0 ? SPOKEN : USED;
	}
	return n.to;
}

/* ---- writing ---- */

static void put_spoken(struct wd_buf *out, struct wd_str raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		struct wd_str rest = wd_str_from(raw, i);
		bool wide_open = wd_str_starts(rest, WD_STR("＜"));
		if (raw.p[i] == '<')
			wd_buf_addc(out, "&#00060;");
		else if (raw.p[i] == '>')
			wd_buf_addc(out, "&#00062;");
		else if (wide_open || wd_str_starts(rest, WD_STR("＞")))
			wd_buf_addc(out, wide_open ? "&#65308;" : "&#65310;");
		else
			wd_buf_putc(out, raw.p[i]);
		i += wide_open || wd_str_starts(rest, WD_STR("＞")) ? 2 : 0;
	}
}

static struct wd_str mentions_to_text(struct wd_arena *a, struct wd_str s, bool plain)
{
	struct pass p = {.a = a, .s = s, .plain = plain};
	struct wd_buf out;
	size_t done = 0;
	if (wd_str_chr(s, '<', 0) == SIZE_MAX &&
		(!plain || wd_str_find(s, WD_STR("＜"), 0) == SIZE_MAX))
		return s;
	collect(&p);
	if (!plain && p.judged == 0)
		return s;
	if (plain)
		find_pairs(&p);
	for (size_t i = 0; i < p.tags.n;)
		i = judge_line(&p, i);
	wd_buf_init(&out, s.n * 8 + 64);
	for (size_t i = 0; i < p.tags.n; i++) {
		const struct mention *t = &p.tags.v[i];
		if (t->verdict != SPOKEN || t->text)
			continue;
		wd_buf_add(&out, wd_str_sub(s, done, t->at));
		put_spoken(&out, wd_str_sub(s, t->at, t->next));
		done = t->next;
	}
	wd_buf_add(&out, wd_str_from(s, done));
	return wd_repair_done(a, &out, s, done > 0);
}

struct wd_str wd_repair_mentions(struct wd_arena *a, struct wd_str s)
{
	return mentions_to_text(a, s, true);
}

struct wd_str wd_repair_html_mentions(const struct wd_repair_log *log, struct wd_str s)
{
	return mentions_to_text(log->a, s, false);
}
