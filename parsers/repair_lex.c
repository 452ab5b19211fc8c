/*
 * Reading tags that may be broken.
 *
 * Two readers: wd_rlex_tag() begins at a bracket, wd_rlex_bare() at a word that may be a tag
 * without one. Both only say what the bytes could be; whether it counts is decided by the passes,
 * from what stands around it. All are linear over a document: a reader looks ahead to the next
 * bracket or the next quote of the same kind, and each of these ends the look-ahead of one tag
 * only. Where a tag opens with another bracket than `<`, nothing need end it: a look-ahead of
 * LOOK_AHEAD_BYTES does.
 */
#include "parsers/repair_lex.h"

#define NAME_MAX_BYTES 12
#define LOOK_AHEAD_BYTES 600 /* for the end of a tag that another bracket than `<` opens */

static unsigned char byte_at(struct wd_str s, size_t i)
{
	return i < s.n ? (unsigned char)s.p[i] : 0;
}

static bool bytes_at(struct wd_str s, size_t i, unsigned char a, unsigned char b, unsigned char c)
{
	return byte_at(s, i) == a && byte_at(s, i + 1) == b && byte_at(s, i + 2) == c;
}

/* Bytes of the invisible character (no width, no space) at i. */
static size_t zero_width(struct wd_str s, size_t i)
{
	unsigned char c = byte_at(s, i), d = byte_at(s, i + 1), e = byte_at(s, i + 2);
	if (c == 0xC2)
		return d == 0xAD ? 2 : 0; /* soft hyphen */
	if (c == 0xE2)
		return (d == 0x80 && e >= 0x8B && e <= 0x8F) || (d == 0x81 && e == 0xA0) ? 3 : 0;
	return c == 0xEF && d == 0xBB && e == 0xBF ? 3 : 0;
}

size_t wd_rlex_blank(struct wd_str s, size_t i)
{
	unsigned char c = byte_at(s, i);
	if (c < 0x80)
		return i < s.n && wd_is_space((char)c) ? 1 : 0;
	unsigned char d = byte_at(s, i + 1), e = byte_at(s, i + 2);
	if (c == 0xC2)
		return d == 0xA0 || d == 0xAD ? 2 : 0;
	if (c == 0xE2) {
		if (d == 0x80)
			return e <= 0x8F || e == 0xA8 || e == 0xA9 || e == 0xAF ? 3 : 0;
		return d == 0x81 && (e == 0x9F || e == 0xA0) ? 3 : 0;
	}
	if (c == 0xE3)
		return d == 0x80 && e == 0x80 ? 3 : 0;
	return c == 0xEF && d == 0xBB && e == 0xBF ? 3 : 0;
}

size_t wd_rlex_skip(struct wd_str s, size_t i)
{
	size_t k;
	while ((k = wd_rlex_blank(s, i)) > 0)
		i += k;
	return i;
}

bool wd_rlex_is_table(enum wd_tag tag)
{
	switch ((int)tag) {
	case WD_TAG_TABLE:
	case WD_TAG_CAPTION:
	case WD_TAG_COLGROUP:
	case WD_TAG_COL:
	case WD_TAG_THEAD:
	case WD_TAG_TBODY:
	case WD_TAG_TFOOT:
	case WD_TAG_TR:
	case WD_TAG_TD:
	case WD_TAG_TH:
		return true;
	default:
		return false;
	}
}

/* What stands for `<` (and `>`) where something replaced it. Square and curly brackets and pointed
 * quotes are those only for names of table elements, and so are escaped ones; B_TABLE is a plain
 * one before such a name, which an escaped one may close. */
enum bracket { B_NONE, B_PLAIN, B_DOUBLE, B_WIDE, B_OTHER, B_ESCAPED, B_TABLE };

static const struct {
	const char *open, *close;
	enum bracket kind;
} brackets[] = {{"＜", "＞", B_WIDE}, {"﹤", "﹥", B_WIDE}, {"‹", "›", B_OTHER},
	{"〈", "〉", B_OTHER}, {"⟨", "⟩", B_OTHER}, {"«", "»", B_OTHER}, {"《", "》", B_OTHER},
	{"[", "]", B_OTHER}, {"{", "}", B_OTHER}, {"≪", "≫", B_OTHER}, {"˂", "˃", B_OTHER}};

/* Asked at each letter beyond ASCII and each quote, of which nearly none is a bracket: the first
 * two bytes tell. */
bool wd_rlex_may_be_bracket(struct wd_str s, size_t i)
{
	unsigned char c = byte_at(s, i), d = byte_at(s, i + 1);
	switch (c) {
	case '[':
	case ']':
	case '{':
	case '}':
		return true;
	case 0xC2:
		return d == 0xAB || d == 0xBB;
	case 0xCB:
		return d == 0x82 || d == 0x83;
	case 0xE2:
		return d == 0x89 || d == 0x9F ||
		       (d == 0x80 && (byte_at(s, i + 2) & 0xFE) == 0xBA) ||
		       (d == 0x80 && byte_at(s, i + 2) == 0xB9);
	case 0xE3:
		return d == 0x80;
	case 0xEF:
		return d == 0xBC || d == 0xB9;
	default:
		return false;
	}
}

/* `&lt;` at i, however deep and however badly: "& lt ;", "&amp;lt;", "&#60;", "&lt". Its bytes. */
static size_t escaped_at(struct wd_str s, size_t i, bool open)
{
	enum { LEVELS = 4 };
	if (byte_at(s, i) != '&')
		return 0;
	size_t at = i + 1 + (byte_at(s, i + 1) == ' ');
	for (int k = 0; k < LEVELS && wd_str_ieq(wd_str_sub(s, at, at + 4), WD_STR("amp;")); k++)
		at += 4;
	if (byte_at(s, at) == '#') {
		bool x = (byte_at(s, at + 1) | 32) == 'x';
		at += x ? 2 : 1;
		for (int zeros = 0; zeros < 2 && byte_at(s, at) == '0'; zeros++)
			at++;
		const char *digits = x ? (open ? "3c" : "3e") : (open ? "60" : "62");
		if (!wd_str_ieq(wd_str_sub(s, at, at + 2), wd_str_c(digits)))
			return 0;
	} else if (!wd_str_ieq(wd_str_sub(s, at, at + 2), open ? WD_STR("lt") : WD_STR("gt"))) {
		return 0;
	}
	at += 2;
	size_t gap = byte_at(s, at) == ' ' ? 1u : 0u;
	return at + (byte_at(s, at + gap) == ';' ? gap + 1 : 0u) - i;
}

static enum bracket open_kind(struct wd_str s, size_t i, size_t *ret_n)
{
	unsigned char c = byte_at(s, i);
	*ret_n = 0;
	if (c == '<') {
		*ret_n = byte_at(s, i + 1) != '<' ? 1 : byte_at(s, i + 2) != '<' ? 2 : 3;
		return *ret_n > 1 ? B_DOUBLE : B_PLAIN;
	}
	if (c == '&' && (*ret_n = escaped_at(s, i, true)) > 0)
		return B_ESCAPED;
	if (!wd_rlex_may_be_bracket(s, i))
		return B_NONE;
	for (size_t k = 0; k < WD_COUNTOF(brackets); k++)
		if (wd_str_starts(wd_str_from(s, i), wd_str_c(brackets[k].open))) {
			*ret_n = strlen(brackets[k].open);
			return brackets[k].kind;
		}
	return B_NONE;
}

/* `<` or its full-width forms at i: its bytes. */
static size_t open_at(struct wd_str s, size_t i)
{
	size_t n;
	enum bracket b = open_kind(s, i, &n);
	return b == B_PLAIN || b == B_DOUBLE ? 1 : b == B_WIDE ? n : 0;
}

static size_t close_at(struct wd_str s, size_t i, enum bracket open)
{
	unsigned char c = byte_at(s, i);
	if (c == '>') {
		size_t n = 1;
		while (open == B_DOUBLE && n < 3 && byte_at(s, i + n) == '>')
			n++;
		return n;
	}
	if (c == '&' && (open == B_ESCAPED || open == B_TABLE))
		return escaped_at(s, i, false);
	if ((c < 0x80 && open != B_OTHER) || !wd_rlex_may_be_bracket(s, i))
		return 0;
	for (size_t k = 0; k < WD_COUNTOF(brackets); k++)
		if ((brackets[k].kind == B_WIDE || brackets[k].kind == open) &&
			wd_str_starts(wd_str_from(s, i), wd_str_c(brackets[k].close)))
			return strlen(brackets[k].close);
	return 0;
}

/* "/", full-width or mathematical, doubled, escaped, or with a backslash before or instead. */
static size_t slash_at(struct wd_str s, size_t i)
{
	if (byte_at(s, i) == '&')
		return wd_str_starts(wd_str_from(s, i), WD_STR("&#47;"))     ? 5
		       : wd_str_istarts(wd_str_from(s, i), WD_STR("&#x2f;")) ? 6
		       : wd_str_starts(wd_str_from(s, i), WD_STR("&sol;"))   ? 5
									     : 0;
	if (byte_at(s, i) == '\\')
		return byte_at(s, i + 1) == '/' ? 2 : 1;
	if (byte_at(s, i) == '/')
		return byte_at(s, i + 1) == '/' ? 2 : 1;
	return bytes_at(s, i, 0xEF, 0xBC, 0x8F) || bytes_at(s, i, 0xE2, 0x88, 0x95) ||
			       bytes_at(s, i, 0xE2, 0x81, 0x84)
		       ? 3
		       : 0;
}

/* ASCII letter or digit at i, full-width ones folded; 0: none. *ret_n its bytes. */
static char letter_at(struct wd_str s, size_t i, size_t *ret_n)
{
	unsigned char c = byte_at(s, i);
	*ret_n = 1;
	if (c < 0x80)
		return wd_is_alnum((char)c) ? wd_lower((char)c) : 0;
	*ret_n = 3;
	unsigned char d = byte_at(s, i + 1), e = byte_at(s, i + 2);
	if (c != 0xEF || (d != 0xBC && d != 0xBD))
		return 0;
	unsigned cp = (unsigned)(d == 0xBC ? 0xFF00 : 0xFF40) + (e & 0x3Fu);
	if (cp >= 0xFF10 && cp <= 0xFF19)
		return (char)('0' + (cp - 0xFF10));
	if (cp >= 0xFF21 && cp <= 0xFF3A)
		return (char)('a' + (cp - 0xFF21));
	return cp >= 0xFF41 && cp <= 0xFF5A ? (char)('a' + (cp - 0xFF41)) : 0;
}

/* Reads an element name; *ret_odd when it is not written in plain letters. Returns the offset
 * behind it, `i` itself when there is none. */
static size_t read_name(struct wd_str s, size_t i, enum wd_tag *ret_tag, bool *ret_odd)
{
	char name[NAME_MAX_BYTES];
	size_t n = 0, k, at = i;
	char c;
	*ret_tag = WD_TAG_OTHER;
	while (n < sizeof(name)) {
		size_t skip = at;
		while (n > 0 && (k = zero_width(s, skip)) > 0)
			skip += k;
		c = letter_at(s, skip, &k);
		if (c == 0)
			break;
		if (skip != at || k != 1)
			*ret_odd = true;
		name[n++] = c;
		at = skip + k;
	}
	if (n > 0 && n < sizeof(name) && !wd_is_digit(name[0]))
		*ret_tag = wd_tag_find((struct wd_str){name, n});
	return at;
}

/* "t d", "ta ble": a table element's name with blanks between the letters. */
static size_t read_torn_name(struct wd_str s, size_t i, enum wd_tag *ret_tag)
{
	char name[8];
	size_t n = 0, k, at = i;
	for (;;) {
		char c = letter_at(s, at, &k);
		if (c == 0 || n == sizeof(name))
			return i;
		name[n++] = c;
		at += k;
		enum wd_tag tag = n >= 2 ? wd_tag_find((struct wd_str){name, n}) : WD_TAG_OTHER;
		if (wd_rlex_is_table(tag) && letter_at(s, at, &k) == 0) {
			*ret_tag = tag;
			return at;
		}
		at = wd_rlex_skip(s, at);
	}
}

/* Attributes that never hold markup, so a `<` behind their `>` means that the quote is lost. */
static bool is_plain_attr(struct wd_str name)
{
	static const char *const plain[] = {"style", "class", "width", "height", "align", "valign",
		"border", "bgcolor", "color", "colspan", "rowspan", "id", "scope", "cellpadding",
		"cellspacing", "href", "src", "target", "rel", "lang", "dir", "nowrap", "face",
		"size"};
	for (size_t i = 0; i < WD_COUNTOF(plain); i++)
		if (wd_str_ieqc(name, plain[i]))
			return true;
	return false;
}

/* Attributes that may stand without a value. */
static bool is_lone_attr(struct wd_str name)
{
	return wd_str_ieqc(name, "nowrap") || wd_str_ieqc(name, "colspan") ||
	       wd_str_ieqc(name, "rowspan") || wd_str_ieqc(name, "scope") ||
	       wd_str_ieqc(name, "hidden") || wd_str_ieqc(name, "border") ||
	       wd_str_ieqc(name, "itemscope");
}

struct attr_read {
	size_t at;   /* behind the attribute */
	bool valued; /* name=value */
	bool lone;   /* a word that may stand alone */
	bool broken; /* its quote is lost: `at` is behind the tag's `>` */
	bool cut;    /* the input ends inside */
	char quote;
};

static void read_quoted(struct wd_str s, size_t at, struct wd_str name, struct attr_read *r)
{
	char q = s.p[at];
	size_t v = at + 1, end = wd_str_chr(s, q, v);
	const char *g = memchr(s.p + v, '>', (end == SIZE_MAX ? s.n : end) - v);
	size_t gt = g != NULL ? (size_t)(g - s.p) : SIZE_MAX;
	if (end == SIZE_MAX && gt == SIZE_MAX) {
		r->cut = true;
		r->at = s.n;
		return;
	}
	bool lost = end == SIZE_MAX;
	if (!lost && gt < end) {
		const char *lt = memchr(s.p + gt, '<', end - gt);
		size_t after = end + 1;
		bool fits = after >= s.n || wd_rlex_blank(s, after) > 0 ||
			    close_at(s, after, B_PLAIN) > 0 || slash_at(s, after) > 0;
		lost = lt != NULL && (!fits || is_plain_attr(name));
	}
	r->valued = true;
	r->broken = lost;
	r->quote = q;
	r->at = lost ? gt : end + 1;
}

/* A byte that ends neither an attribute's name nor its value: nearly all of them. */
static bool is_word_byte(char c)
{
	return wd_is_alnum(c) || c == '-' || c == '_' || c == ':' || c == '.';
}

/* One attribute at `at` (no blank there). */
static struct attr_read read_attr(struct wd_str s, size_t at, enum bracket open)
{
	struct attr_read r = {.at = at};
	size_t from = at;
	while (at < s.n && (is_word_byte(s.p[at]) ||
				   (!wd_rlex_blank(s, at) && !close_at(s, at, open) &&
					   s.p[at] != '=' && s.p[at] != '/' && !open_at(s, at))))
		at++;
	struct wd_str name = wd_str_sub(s, from, at);
	size_t eq = wd_rlex_skip(s, at);
	if (byte_at(s, eq) != '=') {
		r.at = at > from ? at : at + 1;
		r.lone = is_lone_attr(name);
		return r;
	}
	at = wd_rlex_skip(s, eq + 1);
	if (byte_at(s, at) == '"' || byte_at(s, at) == '\'') {
		read_quoted(s, at, name, &r);
		return r;
	}
	while (at < s.n &&
		(is_word_byte(s.p[at]) ||
			(!wd_rlex_blank(s, at) && !close_at(s, at, open) && !open_at(s, at))))
		at++;
	r.at = at;
	r.valued = name.n > 0;
	return r;
}

static struct wd_str trim_blank(struct wd_str s, size_t from, size_t to)
{
	from = wd_rlex_skip(s, from);
	struct wd_str a = from < to ? wd_str_trim(wd_str_sub(s, from, to)) : WD_STR_NONE;
	return wd_str_eqc(a, "/") ? WD_STR_NONE : a;
}

static bool has_high(struct wd_str s, size_t from, size_t to)
{
	while (from < to)
		if ((unsigned char)s.p[from++] >= 0x80)
			return true;
	return false;
}

/* Attributes as nearly all are, ` name="value"` without brackets in it: behind the last of them.
 * read_rest() would read them one by one to the same end. */
static size_t skip_plain_attrs(struct wd_str s, size_t at)
{
	for (;;) {
		size_t p = at;
		while (p < s.n && wd_is_space(s.p[p]))
			p++;
		size_t name = p;
		while (p < s.n && is_word_byte(s.p[p]))
			p++;
		if (p == at || p == name || p + 1 >= s.n || s.p[p] != '=' ||
			(s.p[p + 1] != '"' && s.p[p + 1] != '\''))
			return at;
		const char *v = s.p + p + 2, *q = memchr(v, s.p[p + 1], s.n - p - 2);
		if (q == NULL || memchr(v, '>', (size_t)(q - v)) != NULL)
			return at;
		at = (size_t)(q - s.p) + 1;
	}
}

/* A short comment at `at` with a tag's '>' right behind: behind that, 0: none. */
static size_t comment_at(struct wd_str s, size_t at)
{
	enum { LONGEST = 200 };
	if (byte_at(s, at) != '<' || !wd_str_starts(wd_str_from(s, at), WD_STR("<!--")))
		return 0;
	size_t end =
		wd_str_find(wd_str_sub(s, 0, WD_MIN(s.n, at + LONGEST)), WD_STR("-->"), at + 4);
	return end != SIZE_MAX && byte_at(s, end + 3) == '>' ? end + 4 : 0;
}

/* What may stand between a start tag's name and its end. */
enum rest {
	REST_ANY,   /* words of any kind: read as browsers do */
	REST_ATTRS, /* each with a value, or one that may stand alone: "x < td and td > y" is none
		     */
	REST_WHOLE, /* such, and then a closing bracket */
};

/* Attributes and the closing bracket of a start tag. */
static bool read_rest(
	struct wd_str s, size_t at, enum rest rest, enum bracket open, struct wd_rtag *t)
{
	size_t from = at, good, k;
	good = at = skip_plain_attrs(s, at);
	for (;;) {
		size_t b = at;
		at = wd_rlex_skip(s, at);
		if (at >= s.n)
			return false;
		if ((k = close_at(s, at, open)) > 0) {
			if (k > 1 || has_high(s, b, at))
				t->form = WD_RF_SPACED;
			t->attrs = trim_blank(s, from, b);
			t->next = at + k;
			return true;
		}
		size_t note = comment_at(s, at);
		if (note > 0) { /* <td<!-- x -->> */
			t->form = WD_RF_SPACED;
			t->attrs = trim_blank(s, from, at);
			t->next = note;
			return true;
		}
		if (open_at(s, at) > 0) {
			t->form = WD_RF_LOST_GT;
			t->attrs = trim_blank(s, from, good);
			t->next = good;
			return rest != REST_WHOLE;
		}
		if (slash_at(s, at) > 0) {
			at++;
			continue;
		}
		struct attr_read r = read_attr(s, at, open);
		if (r.cut || (rest != REST_ANY && !r.valued && !r.lone))
			return false;
		if (r.broken) {
			t->form = WD_RF_QUOTE;
			t->attrs = trim_blank(s, from, r.at);
			t->open_quote = true;
			t->quote = r.quote;
			t->next = r.at + 1;
			return true;
		}
		at = r.at;
		if (r.valued || r.lone)
			good = at;
	}
}

static bool read_end(struct wd_str s, size_t at, enum bracket open, struct wd_rtag *t)
{
	size_t p = wd_rlex_skip(s, at), k = close_at(s, p, open);
	if (k > 0) {
		if (k > 1 || has_high(s, at, p))
			t->form = WD_RF_SPACED;
		t->next = p + k;
		return true;
	}
	size_t stop = p;
	while (stop < s.n && s.p[stop] != '>' && s.p[stop] != '<')
		stop++;
	if (stop >= s.n)
		return false;
	if (s.p[stop] == '>' && t->form == WD_RF_PLAIN) {
		t->next = stop + 1; /* </div class=x>: read by any tokeniser */
		return true;
	}
	t->form = WD_RF_LOST_GT;
	t->next = at;
	return true;
}

/* `<b>` and `</b>` of a known element, most of all tags. */
static bool read_bare_tag(struct wd_str s, size_t i, struct wd_rtag *t)
{
	size_t p = i + 1 + (byte_at(s, i + 1) == '/' ? 1u : 0u), q = p;
	while (q < s.n && wd_is_alnum(s.p[q]))
		q++;
	if (q == p || q - p >= NAME_MAX_BYTES || byte_at(s, q) != '>')
		return false;
	t->tag = wd_tag_find(wd_str_sub(s, p, q));
	t->end = p > i + 1;
	t->next = q + 1;
	return t->tag != WD_TAG_OTHER;
}

size_t wd_rlex_litter(struct wd_str s, size_t i)
{
	enum { LONGEST = 3 };
	size_t n = 0;
	while (n <= LONGEST && byte_at(s, i + n) != 0 &&
		strchr(".,;:|\"'*_-!?~^`+#$", byte_at(s, i + n)) != NULL)
		n++;
	return n <= LONGEST && byte_at(s, i + n) == '>' ? n : 0;
}

bool wd_rlex_tag(struct wd_str s, size_t i, struct wd_rtag *ret)
{
	struct wd_rtag t = {.form = WD_RF_PLAIN, .at = i};
	size_t k;
	if (byte_at(s, i) == '<' && read_bare_tag(s, i, &t)) {
		*ret = t;
		return true;
	}
	t = (struct wd_rtag){.form = WD_RF_PLAIN, .at = i};
	enum bracket open = open_kind(s, i, &k);
	size_t p = i + k;
	if (open == B_NONE)
		return false;
	bool odd = open != B_PLAIN;
	size_t q = wd_rlex_skip(s, p);
	bool gap = q != p;
	odd |= gap;
	p = q;
	if ((k = slash_at(s, p)) > 0) {
		t.end = true;
		odd |= s.p[p] != '/' || k > 1;
		p += k;
		q = wd_rlex_skip(s, p);
		odd |= q != p;
		p = q;
	}
	q = read_name(s, p, &t.tag, &odd);
	if (q > p && byte_at(s, q) == ':') { /* <xhtml:td> */
		size_t own = read_name(s, q + 1, &t.tag, &odd);
		if (own == q + 1 || !wd_rlex_is_table(t.tag))
			return false;
		q = own;
		odd = true;
	}
	if (t.tag == WD_TAG_OTHER && q > p && q - p <= 5) {
		q = read_torn_name(s, p, &t.tag);
		odd = true;
	}
	bool table = wd_rlex_is_table(t.tag);
	if (q == p || t.tag == WD_TAG_OTHER || (!table && (open == B_OTHER || open == B_ESCAPED)))
		return false;
	if (table && open == B_PLAIN)
		open = B_TABLE;
	size_t litter = table && open == B_TABLE ? wd_rlex_litter(s, q) : 0;
	q += litter;
	odd |= litter > 0;
	t.escaped = open == B_ESCAPED;
	if (open != B_PLAIN && open != B_TABLE)
		s = wd_str_sub(s, 0, i + LOOK_AHEAD_BYTES);
	if (q < s.n && !wd_rlex_blank(s, q) && close_at(s, q, open) == 0 && !slash_at(s, q) &&
		!open_at(s, q))
		return false;
	if (odd)
		t.form = WD_RF_SPACED;
	enum rest rest = open == B_OTHER ? REST_WHOLE : gap ? REST_ATTRS : REST_ANY;
	if (!(t.end ? read_end(s, q, open, &t) : read_rest(s, q, rest, open, &t)))
		return false;
	if ((open == B_OTHER || t.escaped) && t.form != WD_RF_SPACED)
		return false;
	*ret = t;
	return true;
}

bool wd_rlex_bare(struct wd_str s, size_t i, struct wd_rtag *ret)
{
	struct wd_rtag t = {.form = WD_RF_LOST_LT, .at = i};
	size_t k = slash_at(s, i), p = i + k;
	bool odd = false;
	if (k > 0) {
		t.end = true;
		p = wd_rlex_skip(s, p);
	}
	size_t q = read_name(s, p, &t.tag, &odd);
	if (q == p || !wd_rlex_is_table(t.tag))
		return false;
	p = wd_rlex_skip(s, q);
	if ((k = close_at(s, p, B_PLAIN)) > 0) {
		t.next = p + k;
		*ret = t;
		return true;
	}
	if (!t.end && p > q && p < s.n && !open_at(s, p)) {
		struct wd_rtag with = t;
		if (read_rest(s, q, REST_WHOLE, B_PLAIN, &with) && with.attrs.n > 0) {
			with.form = WD_RF_LOST_LT;
			*ret = with;
			return true;
		}
	}
	if (p == q && p < s.n && !open_at(s, p))
		return false;
	t.form = WD_RF_BARE;
	t.next = q;
	*ret = t;
	return true;
}

static bool is_opaque(enum wd_tag tag, bool *ret_raw)
{
	*ret_raw = false;
	switch ((int)tag) {
	case WD_TAG_SCRIPT:
	case WD_TAG_STYLE:
	case WD_TAG_TEXTAREA:
	case WD_TAG_XMP:
	case WD_TAG_TITLE:
	case WD_TAG_IFRAME:
	case WD_TAG_NOEMBED:
	case WD_TAG_NOFRAMES:
		*ret_raw = true;
		return true;
	case WD_TAG_PRE:
	case WD_TAG_CODE:
	case WD_TAG_SAMP:
	case WD_TAG_KBD:
	case WD_TAG_LISTING:
	case WD_TAG_SVG:
	case WD_TAG_MATH:
		return true;
	default:
		return false;
	}
}

/* Offset behind `</name …>`, SIZE_MAX: it never ends. */
static size_t find_end(struct wd_str s, size_t at, struct wd_str name)
{
	while ((at = wd_str_chr(s, '<', at)) != SIZE_MAX) {
		if (byte_at(s, at + 1) == '/' &&
			wd_str_ieq(wd_str_sub(s, at + 2, at + 2 + name.n), name) &&
			!wd_is_alnum((char)byte_at(s, at + 2 + name.n))) {
			size_t gt = wd_str_chr(s, '>', at);
			return gt == SIZE_MAX ? s.n : gt + 1;
		}
		at++;
	}
	return SIZE_MAX;
}

size_t wd_rlex_protected(struct wd_str s, size_t i, struct wd_rlex_dead *dead)
{
	if (byte_at(s, i + 1) == '!') {
		if (byte_at(s, i + 2) != '-' || byte_at(s, i + 3) != '-' || dead->comment)
			return 0;
		size_t end = wd_str_find(s, WD_STR("-->"), i + 4);
		if (end == SIZE_MAX) {
			dead->comment = true;
			return 0;
		}
		return end + 3;
	}
	size_t from = i + 1, to = from;
	while (wd_is_alnum((char)byte_at(s, to)) && to - from < NAME_MAX_BYTES)
		to++;
	struct wd_str name = wd_str_sub(s, from, to);
	enum wd_tag tag = name.n > 2 ? wd_tag_find(name) : WD_TAG_OTHER;
	bool raw;
	if (tag == WD_TAG_OTHER || !is_opaque(tag, &raw) || dead->tag[tag])
		return 0;
	size_t end = find_end(s, to, name);
	if (end == SIZE_MAX) {
		dead->tag[tag] = true;
		return raw ? s.n : 0;
	}
	return end;
}

void wd_rlex_put(struct wd_buf *out, const struct wd_rtag *t)
{
	wd_buf_putc(out, '<');
	if (t->end)
		wd_buf_putc(out, '/');
	wd_buf_add(out, wd_tag_name(t->tag));
	if (t->attrs.n > 0 && !t->end) {
		wd_buf_putc(out, ' ');
		wd_buf_add(out, t->attrs);
		if (t->open_quote)
			wd_buf_putc(out, t->quote);
	}
	wd_buf_putc(out, '>');
}
