/*
 * Mender: feeds as they come → XML as it should be.
 *
 * Problem: feeds hold bare & and <, HTML entities, control characters, tags nobody closed, CDATA
 * nobody closed, a second document behind the first, or they just break off. A parser that recovers
 * inside (libxml2's recover mode) lets one broken item spoil those behind it.
 *
 * Way: one forward pass over the text that knows XML's rules and a little of the feed vocabularies,
 * in front of the real parser. What is right passes through untouched, in slices; what is not is
 * written anew. The pass keeps the stack of open elements, so every end tag it lets through has its
 * start, and it resynchronises where a record begins: an <item> inside an open <item> closes all up
 * to it, a <pubDate> inside an unclosed <title> closes that.
 *
 * Rejected: mending only after the parser failed (the events before the fault are out by then, and
 * two ways through the code are two to test); events straight from this pass without libxml2 (the
 * parser of record stays the one everybody else has tested; measured, this pass costs a tenth of
 * its time).
 *
 * Invariants: the output is well-formed whatever the input (the fuzz target asserts that libxml2
 * agrees); linear time: each forward search remembers what it found (`next`), every look-ahead is
 * either bounded or consumed.
 *
 * Faults are told record by record: all output of earlier records is pushed before the first fault
 * of a record is reported, and a faulty record is pushed to its end before the next begins, so the
 * reader of the events knows whose fault it is.
 */
#include "parsers/mend_impl.h"

#include "base/utf8.h"

static void flush_to(struct mend *m, size_t n)
{
	if (n == 0)
		return;
	if (m->rc == WD_OK)
		m->rc = m->ops->out(m->ctx, (struct wd_str){m->buf, n});
	memmove(m->buf, m->buf + n, m->n - n);
	m->n -= n;
	m->record_start = m->record_start > n ? m->record_start - n : 0;
}

void mend_put(struct mend *m, struct wd_str s)
{
	while (s.n > 0) {
		size_t take = WD_MIN(s.n, sizeof(m->buf) - m->n);
		memcpy(m->buf + m->n, s.p, take);
		m->n += take;
		s = wd_str_from(s, take);
		if (m->n == sizeof(m->buf))
			flush_to(m, m->n);
	}
}

void mend_fault(struct mend *m, const char *code)
{
	if (!m->record_faulty)
		flush_to(m, m->record_start);
	m->record_faulty = true;
	m->ops->fault(m->ctx, code, m->at);
}

/* A record begins or ends: what was found wrong belongs to what is written so far. */
static void record_edge(struct mend *m)
{
	if (m->record_faulty)
		flush_to(m, m->n);
	m->record_faulty = false;
	m->record_start = m->n;
}

size_t mend_search(struct mend *m, int what, size_t from)
{
	/* Looked for by a character that is rare in feeds: several times faster than memmem. */
	static const struct {
		const char *text;
		char rare;
		size_t at; /* of `rare` in the text */
	} needles[] = {{"\"", '"', 0}, {"'", '\'', 0}, {"]]>", ']', 0}, {"-->", '-', 0},
		{"?>", '?', 0}, {"<![CDATA[", '!', 1}};
	size_t found = m->next[what];
	if (found == SIZE_MAX || found >= from)
		return found;
	struct wd_str needle = wd_str_c(needles[what].text);
	for (size_t at = from + needles[what].at;; at++) {
		at = wd_str_chr(m->in, needles[what].rare, at);
		found = at == SIZE_MAX ? SIZE_MAX : at - needles[what].at;
		if (found == SIZE_MAX || wd_str_starts(wd_str_from(m->in, found), needle))
			break;
	}
	m->next[what] = found;
	return found;
}

/* Bytes that end a run of plain text: in text markup, references and "]]>"; in CDATA too what XML
 * forbids. */
enum { IN_TEXT = 1, IN_CDATA = 2 };
static const uint8_t stops[256] = {[0 ... 8] = 3,
	[11] = 3,
	[12] = 3,
	[14 ... 31] = 3,
	['<'] = IN_TEXT,
	['&'] = IN_TEXT,
	[']'] = IN_TEXT,
	[0xEF] = 3};

/* Sixteen bytes at a time as far as none of them can be one of those (GCC's vectors, any machine).
 */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bool is_plain16(const char *p, uint8_t where)
{
	bytes16 v;
	uint64_t half[2];
	memcpy(&v, p, sizeof(v));
	bytes16 hit = (bytes16)(v < 0x20) | (bytes16)(v == 0xEF);
	if (where == IN_TEXT)
		hit |= (bytes16)(v == '<') | (bytes16)(v == '&') | (bytes16)(v == ']');
	memcpy(half, &hit, sizeof(half));
	return (half[0] | half[1]) == 0;
}

static size_t plain_run(struct wd_str s, uint8_t where)
{
	size_t i = 0;
	for (;;) {
		while (s.n - i >= 16 && is_plain16(s.p + i, where))
			i += 16;
		size_t end = WD_MIN(s.n, i + 16); /* a line end or a stop is near */
		while (i < end && (stops[(unsigned char)s.p[i]] & where) == 0)
			i++;
		if (i < end || i == s.n)
			return i;
	}
}

/* Text that is right as it stands: around the parser when it is long, else into the output. */
static void put_run(struct mend *m, struct wd_str s, bool cdata)
{
	if (m->ops->text != NULL && s.n >= MEND_RUN) {
		m->ops->text(m->ctx, s, cdata);
		mend_put(m, WD_STR("<?" WD_MEND_RUN "?>"));
		return;
	}
	if (cdata)
		mend_put(m, WD_STR("<![CDATA["));
	mend_put(m, s);
	if (cdata)
		mend_put(m, WD_STR("]]>"));
}

static bool is_noncharacter(struct wd_str s)
{
	return s.n >= 3 && (unsigned char)s.p[0] == 0xEF && (unsigned char)s.p[1] == 0xBF &&
	       (unsigned char)s.p[2] >= 0xBE;
}

/* Takes out `len` bytes at s. With "]" before it and "]>" behind, that would make the end of a
 * CDATA section: there something has to stay. */
static size_t leave_out(struct mend *m, struct wd_str s, size_t len, const char *fault)
{
	mend_fault(m, fault);
	if (s.n > len && (s.p[len] == ']' || s.p[len] == '>'))
		mend_put(m, WD_STR("\xEF\xBF\xBD"));
	return len;
}

/* The special byte at s: writes what stands for it, returns how many bytes it was. */
static size_t special(struct mend *m, struct wd_str s, bool refs, bool cdata)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c == '&' && !cdata) {
		size_t len = 0;
		if (!refs || !mend_ref_ok(s, &len))
			return mend_ref(m, s);
		mend_put(m, wd_str_sub(s, 0, len));
		return len;
	}
	if (c == ']' && !cdata && wd_str_starts(s, WD_STR("]]>"))) {
		mend_fault(m, "cdata-end-in-text");
		mend_put(m, WD_STR("]]&gt;"));
		return 3;
	}
	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		return leave_out(m, s, 1, "control-character");
	if (is_noncharacter(s))
		return leave_out(m, s, 3, "noncharacter");
	/* A character as a whole: what follows may go around the parser. */
	size_t len = c == 0xEF ? WD_MIN(s.n, (size_t)3) : 1;
	mend_put(m, wd_str_sub(s, 0, len));
	return len;
}

void mend_text(struct mend *m, struct wd_str s, bool refs, bool quote)
{
	while (s.n > 0) {
		size_t run = plain_run(s, IN_TEXT);
		for (size_t i = 0; quote && i < run; i++) {
			if (s.p[i] == '"')
				run = i;
		}
		mend_put(m, wd_str_sub(s, 0, run));
		s = wd_str_from(s, run);
		if (s.n == 0)
			return;
		size_t used = 1;
		if (s.p[0] == '<')
			mend_put(m, WD_STR("&lt;"));
		else if (s.p[0] == '"' && quote)
			mend_put(m, WD_STR("&quot;"));
		else
			used = special(m, s, refs, false);
		s = wd_str_from(s, used);
	}
}

/* ---- nesting ---- */

static const struct {
	const char *name;
	enum mend_kind kind;
	bool ends_leaf, ends_body; /* its start tag ends an open leaf / body element */
} names[] = {
	{"item", MEND_RECORD, true, true},
	{"entry", MEND_RECORD, true, true},
	{"url", MEND_RECORD, false, false},
	{"title", MEND_LEAF, true, false},
	{"link", MEND_LEAF, true, false},
	{"guid", MEND_LEAF, true, true},
	{"pubdate", MEND_LEAF, true, true},
	{"lastbuilddate", MEND_LEAF, true, true},
	{"category", MEND_LEAF, true, false},
	{"comments", MEND_LEAF, true, false},
	{"updated", MEND_LEAF, true, false},
	{"published", MEND_LEAF, true, false},
	{"language", MEND_LEAF, false, false},
	{"ttl", MEND_LEAF, true, true},
	{"generator", MEND_LEAF, true, true},
	{"managingeditor", MEND_LEAF, true, true},
	{"webmaster", MEND_LEAF, true, true},
	{"copyright", MEND_LEAF, true, false},
	{"enclosure", MEND_PLAIN, true, true},
	{"description", MEND_BODY, true, false},
	{"summary", MEND_BODY, true, false},
	{"content:encoded", MEND_BODY, true, true},
	{"dc:creator", MEND_LEAF, true, true},
	{"dc:date", MEND_LEAF, true, true},
	{"dc:subject", MEND_LEAF, true, true},
	{"channel", MEND_PLAIN, true, true},
};

static int name_class(struct wd_str name)
{
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		if (wd_lower(name.p[0]) == names[i].name[0] && wd_str_ieqc(name, names[i].name))
			return (int)i;
	}
	return -1;
}

static void pop(struct mend *m)
{
	struct wd_str name = m->stack[--m->depth].name;
	if (m->leaf > m->depth)
		m->leaf = 0;
	mend_put(m, WD_STR("</"));
	mend_put(m, name);
	mend_put(m, WD_STR(">"));
}

static void close_to(struct mend *m, size_t depth)
{
	while (m->depth > depth) {
		bool record = m->stack[m->depth - 1].kind == MEND_RECORD;
		pop(m);
		if (record)
			record_edge(m);
	}
}

static void push(struct mend *m, struct wd_str name, enum mend_kind kind)
{
	m->stack[m->depth].name = name;
	m->stack[m->depth].kind = kind;
	m->depth++;
	if (m->leaf == 0 && (kind == MEND_LEAF || kind == MEND_BODY))
		m->leaf = m->depth;
}

/* What must be closed before this start tag may stand here. */
static void resync(struct mend *m, struct wd_str name, int class)
{
	if (class < 0)
		return;
	if (names[class].kind == MEND_RECORD) {
		for (size_t i = m->depth; i > 0; i--) {
			if (m->stack[i - 1].kind == MEND_RECORD &&
				wd_str_ieq(m->stack[i - 1].name, name)) {
				mend_fault(m, "unclosed-record");
				close_to(m, i - 1);
				return;
			}
		}
	}
	if (m->leaf == 0)
		return;
	bool ends = m->stack[m->leaf - 1].kind == MEND_LEAF ? names[class].ends_leaf
							    : names[class].ends_body;
	if (ends) {
		mend_fault(m, "unclosed-element");
		close_to(m, m->leaf - 1);
	}
}

/* Inside text-bearing elements, unescaped HTML has elements that never close. */
static bool is_html_void(const struct mend *m, struct wd_str name)
{
	static const char *const voids[] = {
		"br", "hr", "img", "input", "area", "col", "embed", "wbr", "param"};
	if (m->leaf == 0)
		return false;
	for (size_t i = 0; i < WD_COUNTOF(voids); i++) {
		if (wd_str_ieqc(name, voids[i])) {
			struct wd_str rest =
				wd_str_trim(wd_str_sub(m->in, m->tag.end, m->tag.end + 16));
			return !(wd_str_starts(rest, WD_STR("</")) &&
				 wd_str_istarts(wd_str_from(rest, 2), name));
		}
	}
	return false;
}

static void start_tag(struct mend *m)
{
	struct mend_tag *t = &m->tag;
	int class = name_class(t->name);
	enum mend_kind kind = class < 0 ? MEND_PLAIN : names[class].kind;

	resync(m, t->name, class);
	if (m->depth == 0 && m->had_root)
		mend_fault(m, "content-after-root");
	else if (m->depth == 0 && kind == MEND_RECORD)
		mend_fault(m, "no-root");
	m->had_root = true;
	if (kind == MEND_RECORD)
		record_edge(m);
	if (t->broken)
		mend_fault(m, "broken-tag");
	if (!t->closed && is_html_void(m, t->name)) {
		mend_fault(m, "unclosed-element");
		t->closed = t->dirty = true;
	}
	if (m->depth == MEND_DEPTH) {
		mend_fault(m, "too-deep");
		m->over += !t->closed;
	} else {
		mend_write_tag(m);
		if (!t->closed)
			push(m, t->name, kind);
	}
	m->at = t->end;
}

/* "</name>" of the innermost element, as it nearly always is. */
static bool is_plain_end(const struct mend *m)
{
	if (m->depth == 0 || m->over > 0)
		return false;
	struct wd_str name = m->stack[m->depth - 1].name, s = wd_str_from(m->in, m->at + 2);
	return s.n > name.n && s.p[name.n] == '>' && memcmp(s.p, name.p, name.n) == 0;
}

static void plain_end(struct mend *m)
{
	size_t next = m->at + 3 + m->stack[m->depth - 1].name.n;
	mend_put(m, wd_str_sub(m->in, m->at, next));
	m->depth--;
	if (m->leaf > m->depth)
		m->leaf = 0;
	m->at = next;
	if (m->stack[m->depth].kind == MEND_RECORD)
		record_edge(m);
}

static void end_tag(struct mend *m)
{
	size_t start = m->at + 2, n = mend_name_length(NULL, wd_str_from(m->in, start));
	struct wd_str name = wd_str_sub(m->in, start, start + n);
	size_t end = start + n, depth = m->depth;

	while (end < m->in.n && m->in.p[end] != '>' && m->in.p[end] != '<')
		end++;
	bool broken = end >= m->in.n || m->in.p[end] == '<';
	size_t next = broken ? end : end + 1;
	if (n > 0 && m->over > 0) {
		m->over--;
		m->at = next;
		return;
	}
	while (depth > 0 && n > 0 && !wd_str_eq(m->stack[depth - 1].name, name) &&
		!wd_str_ieq(m->stack[depth - 1].name, name))
		depth--;
	if (n == 0 || depth == 0) {
		if (m->at + 2 < m->in.n || n > 0)
			mend_fault(m, "stray-end-tag");
		m->at = next;
		return;
	}
	if (depth < m->depth) {
		mend_fault(m, "unclosed-element");
		close_to(m, depth);
	}
	bool record = m->stack[depth - 1].kind == MEND_RECORD;
	if (broken || !wd_str_eq(m->stack[depth - 1].name, name))
		mend_fault(m, "broken-tag");
	pop(m);
	if (record)
		record_edge(m);
	m->at = next;
}

/* ---- other markup ---- */

/* Offset of "</name" of the innermost open element in [from, to). */
static size_t own_end_tag(struct mend *m, size_t from, size_t to)
{
	if (m->depth == 0)
		return SIZE_MAX;
	struct wd_str name = m->stack[m->depth - 1].name, s = wd_str_sub(m->in, 0, to);
	for (size_t at = from;; at++) {
		at = wd_str_find(s, WD_STR("</"), at);
		if (at == SIZE_MAX)
			return SIZE_MAX;
		struct wd_str rest = wd_str_from(s, at + 2);
		if (wd_str_istarts(rest, name) && rest.n > name.n &&
			(rest.p[name.n] == '>' || wd_is_space(rest.p[name.n])))
			return at;
	}
}

static void cdata(struct mend *m)
{
	size_t start = m->at + 9, end = mend_search(m, MEND_CDATA_END, start);
	size_t nested = end != SIZE_MAX ? mend_search(m, MEND_CDATA, start) : SIZE_MAX;
	size_t next = end + 3;
	/* Without an end of its own, the section runs into the next one's: it then ended before its
	 * element's end tag. */
	if (end == SIZE_MAX || nested < end) {
		size_t tag = own_end_tag(m, start, end == SIZE_MAX ? m->in.n : nested);
		if (tag != SIZE_MAX || end == SIZE_MAX) {
			mend_fault(m, "unclosed-cdata");
			end = next = tag != SIZE_MAX ? tag : m->in.n;
			while (end > start && next == tag && m->in.p[end - 1] == ']')
				end--;
		}
	}
	if (m->depth == 0) {
		mend_fault(m, "text-outside-root");
		m->at = next;
		return;
	}
	struct wd_str s = wd_str_sub(m->in, start, end);
	m->at = next;
	if (plain_run(s, IN_CDATA) == s.n) {
		put_run(m, s, true);
		return;
	}
	mend_put(m, WD_STR("<![CDATA["));
	while (s.n > 0) {
		size_t run = plain_run(s, IN_CDATA);
		mend_put(m, wd_str_sub(s, 0, run));
		s = wd_str_from(s, run);
		if (s.n > 0)
			s = wd_str_from(s, special(m, s, false, true));
	}
	mend_put(m, WD_STR("]]>"));
}

static void comment(struct mend *m)
{
	size_t start = m->at + 4, end = mend_search(m, MEND_COMMENT_END, start);
	if (end != SIZE_MAX) {
		if (wd_str_find(wd_str_sub(m->in, start, end), WD_STR("--"), 0) != SIZE_MAX)
			mend_fault(m, "broken-comment");
		m->at = end + 3;
		return;
	}
	mend_fault(m, "broken-comment");
	end = wd_str_chr(m->in, '>', start);
	m->at = end == SIZE_MAX ? m->in.n : end + 1;
}

static void doctype(struct mend *m)
{
	size_t at = m->at + 9;
	char quote = '\0';
	bool subset = false;
	size_t from = 0;
	for (; at < m->in.n && !m->broken_doctype; at++) {
		char c = m->in.p[at];
		if (c == '<' && quote == '\0' &&
			wd_str_starts(wd_str_from(m->in, at), WD_STR("<!--"))) {
			size_t end = mend_search(m, MEND_COMMENT_END, at);
			at = end == SIZE_MAX ? at : end + 2;
			continue;
		}
		if (quote != '\0') {
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '[' && !subset) {
			subset = true;
			from = at + 1;
		} else if (c == ']' && subset) {
			mend_declare(m, wd_str_sub(m->in, from, at));
			subset = false;
		} else if (c == '>' && !subset) {
			break;
		}
	}
	if (at >= m->in.n || m->broken_doctype) { /* never ends: only its first tag goes */
		m->broken_doctype = true;
		mend_fault(m, "broken-doctype");
		at = wd_str_chr(m->in, '>', m->at);
	}
	m->at = at == SIZE_MAX ? m->in.n : at + 1;
}

static void instruction(struct mend *m)
{
	size_t end = mend_search(m, MEND_PI_END, m->at + 2);
	if (m->at > 0 && wd_str_istarts(wd_str_from(m->in, m->at), WD_STR("<?xml ")))
		mend_fault(m, "misplaced-declaration");
	if (end == SIZE_MAX) {
		mend_fault(m, "broken-instruction");
		end = wd_str_chr(m->in, '>', m->at);
		m->at = end == SIZE_MAX ? m->in.n : end + 1;
		return;
	}
	m->at = end + 2;
}

static void markup(struct mend *m)
{
	struct wd_str s = wd_str_from(m->in, m->at);
	char c = s.n > 1 ? s.p[1] : '\0';
	if (c == '!' && wd_str_istarts(s, WD_STR("<![CDATA["))) {
		cdata(m);
	} else if (c == '!' && wd_str_starts(s, WD_STR("<!--"))) {
		comment(m);
	} else if (c == '!' && wd_str_istarts(s, WD_STR("<!DOCTYPE")) && m->depth == 0) {
		doctype(m);
	} else if (c == '?' && s.n > 2 && (wd_is_alpha(s.p[2]) || s.p[2] == '_')) {
		instruction(m);
	} else if (c == '/' && s.n > 2 &&
		   (wd_is_alpha(s.p[2]) || s.p[2] == '_' || (unsigned char)s.p[2] >= 0x80 ||
			   s.p[2] == '>')) {
		if (is_plain_end(m))
			plain_end(m);
		else
			end_tag(m);
	} else if (c == '!' && s.n > 2 && (wd_is_alpha(s.p[2]) || s.p[2] == '[')) {
		mend_fault(m, "broken-markup"); /* <!DOCTYPE in content, <![endif]> */
		size_t end = wd_str_chr(m->in, '>', m->at);
		m->at = end == SIZE_MAX ? m->in.n : end + 1;
	} else if (mend_read_tag(m)) {
		start_tag(m);
	} else if (wd_str_chr(s, '<', 1) == SIZE_MAX && wd_str_chr(s, '>', 1) == SIZE_MAX &&
		   mend_name_length(NULL, wd_str_from(s, 1)) > 0) {
		m->at = m->in.n; /* broke off inside a tag; the end says so */
	} else {
		mend_fault(m, m->depth > 0 ? "bare-less-than" : "text-outside-root");
		if (m->depth > 0)
			mend_put(m, WD_STR("&lt;"));
		m->at++;
	}
}

static void run(struct mend *m)
{
	bool junk = false;
	mend_put(m, WD_STR("<" WD_MEND_ROOT ">"));
	record_edge(m);
	while (m->at < m->in.n && m->rc == WD_OK) {
		struct wd_str s = wd_str_from(m->in, m->at);
		if (s.p[0] == '<') {
			markup(m);
			continue;
		}
		if (m->depth == 0) { /* between the roots only white space may stand */
			size_t lt = wd_str_chr(s, '<', 0);
			lt = lt == SIZE_MAX ? s.n : lt;
			if (wd_str_trim(wd_str_sub(s, 0, lt)).n > 0) {
				if (!junk)
					mend_fault(m, "text-outside-root");
				junk = true;
			}
			m->at += lt;
			continue;
		}
		size_t len = plain_run(s, IN_TEXT);
		put_run(m, wd_str_sub(s, 0, len), false);
		m->at += len;
		if (m->at < m->in.n && m->in.p[m->at] != '<')
			m->at += special(m, wd_str_from(m->in, m->at), true, false);
	}
	if (m->depth > 0) {
		mend_fault(m, "truncated");
		close_to(m, 0);
	}
	mend_put(m, WD_STR("</" WD_MEND_ROOT ">"));
	flush_to(m, m->n);
}

int wd_mend(struct wd_arena *a, struct wd_str text, const struct wd_mend_ops *ops, void *ctx)
{
	struct mend *m = wd_arena_new_of(a, struct mend);
	if (m == NULL)
		return WD_E_NOMEM;
	m->a = a;
	m->in = text;
	m->ops = ops;
	m->ctx = ctx;
	run(m);
	return m->rc;
}
