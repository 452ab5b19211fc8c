/*
 * Reads a pattern once, with a stack of its groups. Of a row of parts (a concatenation) each part
 * must be there, so the part with the best literals stands for the row; of alternatives one must
 * be, so all of them have to give literals, and their sets are put together.
 *
 * What is not understood gives nothing, which is always right: classes, properties, references,
 * conditions, look-around, parts that may be left out. Literals break where a match may differ in
 * its bytes: at letters beyond ASCII that have case, and at k and s, which Unicode folds from
 * U+212A and U+017F as well.
 *
 * Rejected: hints written beside each rule. They would be forgotten when a rule changes, and a rule
 * would be silently off.
 * Limits: groups MAX_DEPTH deep, MAX_SET literals in a set; beyond, nothing is known.
 */
#include "base/regex_needs.h"

#include "base/buf.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 32, MAX_SET = 1000, MIN_BYTES = 2, LONG_ENOUGH = 5 };

struct set {
	WD_VEC(struct wd_str) v;
	bool known;
};

struct frame {
	struct set best; /* of the row at work */
	struct set all;  /* of the alternatives before it */
	bool first;      /* no alternative is done yet */
	bool mute;       /* look-around: says nothing about what is matched */
};

struct reader {
	struct wd_arena *a;
	struct wd_str s;
	size_t at;
	struct frame stack[MAX_DEPTH];
	size_t depth; /* of the frame at work */
	struct wd_buf run;
	size_t last; /* where the run's last character begins */
	bool failed;
};

/* ---- sets ---- */

static size_t shortest(const struct set *s)
{
	size_t min = LONG_ENOUGH;
	WD_VEC_EACH (const struct wd_str, l, &s->v)
		min = WD_MIN(min, l->n);
	return min;
}

static void consider(struct frame *f, const struct set *s)
{
	if (!s->known || s->v.n == 0 || s->v.n > MAX_SET)
		return;
	size_t have = f->best.known ? shortest(&f->best) : 0, new = shortest(s);
	if (new > have || (new == have && s->v.n < f->best.v.n))
		f->best = *s;
}

static void end_run(struct reader *r)
{
	struct set one = {.known = true};
	struct wd_str *l = r->run.n >= MIN_BYTES ? wd_vec_push(r->a, &one.v) : NULL;
	if (l != NULL) {
		*l = wd_arena_str(r->a, wd_buf_str(&r->run));
		consider(&r->stack[r->depth], &one);
	}
	wd_buf_reset(&r->run);
	r->last = 0;
}

/* The row at work is one of several alternatives, or the last. */
static void end_row(struct reader *r)
{
	struct frame *f = &r->stack[r->depth];
	end_run(r);
	bool known = f->best.known && (f->first || f->all.known);
	if (f->first)
		f->all = (struct set){0};
	f->all.known = known;
	WD_VEC_EACH (const struct wd_str, l, &f->best.v) {
		struct wd_str *to =
			known && f->all.v.n <= MAX_SET ? wd_vec_push(r->a, &f->all.v) : NULL;
		if (to == NULL)
			f->all.known = false;
		else
			*to = *l;
	}
	f->best = (struct set){0};
	f->first = false;
}

/* ---- reading ---- */

static char peek(const struct reader *r, size_t ahead)
{
	return r->at + ahead < r->s.n ? r->s.p[r->at + ahead] : 0;
}

/* Takes a quantifier; true: what stands before it may be left out. */
static bool take_quantifier(struct reader *r, bool *ret_any)
{
	char c = peek(r, 0);
	bool optional = c == '*' || c == '?', counted = c == '{' && wd_is_digit(peek(r, 1));
	*ret_any = optional || c == '+' || counted;
	if (!*ret_any)
		return false;
	if (counted) {
		optional = peek(r, 1) == '0';
		size_t end = wd_str_chr(r->s, '}', r->at);
		r->at = end == SIZE_MAX ? r->s.n : end;
	}
	r->at++;
	if (peek(r, 0) == '?' || peek(r, 0) == '+') /* lazy, possessive */
		r->at++;
	return optional;
}

/* Anything that is no literal. */
static void take_other(struct reader *r)
{
	bool any;
	end_run(r);
	(void)take_quantifier(r, &any);
}

/* Is the character the same bytes in every text that it matches? */
static bool is_fixed(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= ' ' && (cp | 32) != 'k' && (cp | 32) != 's';
	return (cp >= 0xA1 && cp <= 0xBF && cp != 0xAA && cp != 0xB5 && cp != 0xBA) ||
	       (cp >= 0x2010 && cp <= 0x2027) || (cp >= 0x3000 && cp <= 0x9FFF) ||
	       (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xFF01 && cp <= 0xFF20) ||
	       (cp >= 0xFF3B && cp <= 0xFF40) || (cp >= 0xFF5B && cp <= 0xFF65);
}

/* The other case of a full-width or a circled letter, 0: it is none. */
static uint32_t other_case(uint32_t cp)
{
	if ((cp >= 0xFF21 && cp <= 0xFF3A) || (cp >= 0xFF41 && cp <= 0xFF5A))
		return cp <= 0xFF3A ? cp + 0x20 : cp - 0x20;
	if (cp >= 0x24B6 && cp <= 0x24E9)
		return cp <= 0x24CF ? cp + 26 : cp - 26;
	return 0;
}

static void take_two_cases(struct reader *r, uint32_t cp, bool quoted)
{
	struct set both = {.known = true};
	const uint32_t cases[] = {cp, other_case(cp)};
	bool any;
	end_run(r);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		char bytes[4];
		size_t n = wd_utf8_put(cases[i], bytes);
		struct wd_str *to = wd_vec_push(r->a, &both.v);
		if (to == NULL)
			return;
		*to = wd_arena_str(r->a, (struct wd_str){bytes, n});
	}
	/* behind \Q…\E a quantifier may follow that is not seen from here */
	if (quoted ? peek(r, 0) != '\\' : !take_quantifier(r, &any))
		consider(&r->stack[r->depth], &both);
}

static void take_char(struct reader *r, bool quoted)
{
	size_t from = r->at;
	uint32_t cp = wd_utf8_next(r->s, &r->at);
	if (other_case(cp) != 0) {
		take_two_cases(r, cp, quoted);
		return;
	}
	if (!is_fixed(cp)) {
		if (quoted)
			end_run(r);
		else
			take_other(r);
		return;
	}
	r->last = r->run.n;
	for (size_t i = from; i < r->at; i++)
		wd_buf_putc(&r->run, wd_lower(r->s.p[i]));
	bool any = false;
	if (!quoted && take_quantifier(r, &any))
		r->run.n = r->last;
	if (any)
		end_run(r);
}

static void take_quoted(struct reader *r)
{
	while (r->at < r->s.n && !(peek(r, 0) == '\\' && peek(r, 1) == 'E'))
		take_char(r, true);
	r->at = WD_MIN(r->at + 2, r->s.n);
	/* a quantifier would be the last character's alone */
	if (strchr("*+?{", peek(r, 0)) != NULL && peek(r, 0) != 0) {
		r->run.n = r->last;
		take_other(r);
	}
}

static void take_escape(struct reader *r)
{
	char c = peek(r, 1);
	if (c == 'Q') {
		r->at += 2;
		take_quoted(r);
	} else if (!wd_is_alnum(c) && c != 0) {
		r->at++;
		take_char(r, false);
	} else {
		r->at = WD_MIN(r->at + 2, r->s.n);
		if (peek(r, 0) == '{' && !wd_is_digit(peek(r, 1))) { /* \p{Lu}, \k{name} */
			size_t end = wd_str_chr(r->s, '}', r->at);
			r->at = end == SIZE_MAX ? r->s.n : end + 1;
		} else if (wd_is_digit(c) || strchr("xogkcu", c) != NULL) {
			r->failed = true; /* not read here */
		}
		take_other(r);
	}
}

static void take_class(struct reader *r)
{
	r->at++;
	if (peek(r, 0) == '^')
		r->at++;
	if (peek(r, 0) == ']')
		r->at++;
	while (r->at < r->s.n && peek(r, 0) != ']') {
		if (peek(r, 0) == '\\') {
			r->at++;
		} else if (peek(r, 0) == '[' && peek(r, 1) == ':') {
			size_t end = wd_str_find(r->s, WD_STR(":]"), r->at);
			r->at = end == SIZE_MAX ? r->s.n : end + 1;
		}
		r->at++;
	}
	r->at = WD_MIN(r->at + 1, r->s.n);
	take_other(r);
}

/* What stands between "(?" and the group's content: ":", "=", "<!", "<name>", "-i:". Returns its
 * bytes; 0: a kind that is not read here. */
static size_t group_head(const struct reader *r, bool *ret_look)
{
	char c = peek(r, 0), d = peek(r, 1);
	*ret_look = c == '=' || c == '!' || (c == '<' && (d == '=' || d == '!'));
	if (*ret_look)
		return c == '<' ? 2 : 1;
	if (c == ':' || c == '>')
		return 1;
	size_t n = 0;
	if (c == '<') {
		while (peek(r, n) != '>' && peek(r, n) != 0)
			n++;
		return n + 1;
	}
	while (peek(r, n) == 'i' || peek(r, n) == '-')
		n++;
	return n > 0 && peek(r, n) == ':' ? n + 1 : 0;
}

static void open_group(struct reader *r)
{
	bool look = false;
	end_run(r);
	r->at++;
	if (peek(r, 0) == '?') {
		r->at++;
		size_t head = group_head(r, &look);
		r->failed |= head == 0;
		r->at += head;
	} else if (peek(r, 0) == '*') { /* a verb */
		r->failed = true;
	}
	if (r->depth + 1 >= MAX_DEPTH) {
		r->failed = true;
		return;
	}
	r->stack[++r->depth] = (struct frame){.first = true, .mute = look};
}

static void close_group(struct reader *r)
{
	bool any;
	r->at++;
	if (r->depth == 0) {
		r->failed = true;
		return;
	}
	end_row(r);
	struct frame f = r->stack[r->depth--];
	if (!take_quantifier(r, &any) && !f.mute)
		consider(&r->stack[r->depth], &f.all);
}

static void step(struct reader *r)
{
	switch (peek(r, 0)) {
	case '(':
		open_group(r);
		break;
	case ')':
		close_group(r);
		break;
	case '|':
		r->at++;
		end_row(r);
		break;
	case '[':
		take_class(r);
		break;
	case '\\':
		take_escape(r);
		break;
	case '.':
	case '^':
	case '$':
		r->at++;
		take_other(r);
		break;
	default:
		take_char(r, false);
	}
}

struct wd_regex_needs wd_regex_needs(struct wd_arena *a, struct wd_str pattern)
{
	struct wd_regex_needs ret = {0};
	struct reader r = {.a = a, .s = pattern};
	r.stack[0].first = true;
	wd_buf_init(&r.run, pattern.n + 1);
	while (r.at < pattern.n && !r.failed)
		step(&r);
	if (!r.failed)
		end_row(&r);
	if (!r.failed && !wd_buf_failed(&r.run) && r.depth == 0 && r.stack[0].all.known) {
		ret.any.v = r.stack[0].all.v.v;
		ret.any.n = ret.any.cap = r.stack[0].all.v.n;
	}
	wd_buf_done(&r.run);
	return ret;
}
