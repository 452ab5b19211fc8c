/*
 * XML events: mended text (mend.c) → libxml2's SAX2 push parser → the format's handler.
 *
 * Problem: six XML formats need the same things of their parser: namespaces as an enum however the
 * feed spells them, xml:base and xml:lang in force, the text of an element, its inner markup as
 * HTML.
 *
 * Way: a stack of elements beside libxml2's. Long texts, which the mender has looked at already, go
 * around it (a place holder keeps the order): its per-character work is most of its time. Names are
 * looked up once per distinct (name, prefix, URI): libxml2 interns them, so the cache is keyed by
 * pointers. `capture` collects an element's content into one buffer, reused from element to
 * element.
 *
 * The mender's promise is that libxml2 finds nothing fatal; should it all the same, what came
 * before stands and the fault "parser-stopped" says so (the fuzz target asserts that it never
 * does).
 *
 * Limits: depth and attributes by the mender; captured content WD_MAX_BODY_BYTES; DTDs never reach
 * libxml2, NONET is set all the same, NOENT and HUGE never.
 */
#include "parsers/xml.h"

#include <libxml/parser.h>
#include <libxml/threads.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"
#include "parsers/mend.h"

/* RUNS: more than a mender's chunk can hold places for. */
enum { RUNS = 8192, NAME_SLOTS = 512, NAME_FILL = 384, FAULT_KINDS = 48 };

struct name {
	const xmlChar *local, *prefix, *uri; /* libxml2's pointers: the key */
	struct wd_str local_s, prefix_s, uri_s, lower;
	enum wd_xmlns ns;
	int tag;
};

struct fault_count {
	const char *code;
	size_t count, line;
	bool in_record;
};

struct wd_xml {
	struct wd_arena *a; /* names, bases, languages: of the open elements and of the document */
	struct wd_str text;
	const struct wd_xml_ops *ops;
	void *ctx;
	xmlParserCtxtPtr parser;
	int rc;

	struct wd_xml_elem stack[WD_MAX_XML_DEPTH + 2];
	struct wd_arena_mark marks[WD_MAX_XML_DEPTH + 2]; /* scratch of each element */
	size_t name_marks[WD_MAX_XML_DEPTH + 2];
	size_t depth;
	struct wd_str doc_base;

	struct name names[NAME_SLOTS], uncached;
	size_t name_count;
	struct wd_xml_attr attrs[WD_MAX_ATTRS];

	enum wd_xml_capture mode;
	size_t capture_depth; /* depth of the captured element, 0: none */
	struct wd_buf buf;
	struct wd_xml_content content;
	bool open_tag;  /* a start tag was just written: an end now makes it empty */
	bool as_markup; /* the buffer holds markup */

	struct {
		struct wd_str text;
		bool cdata;
	} runs[RUNS]; /* ring: long texts the mender sent around libxml2, in document order */
	size_t run_first, run_count;

	struct fault_count faults[FAULT_KINDS];
	size_t fault_count, lines, lines_at;
};

/* ---- names ---- */

static struct wd_str xstr(const xmlChar *s)
{
	return wd_str_c((const char *)s);
}

static struct wd_str lower_dup(struct wd_arena *a, struct wd_str s)
{
	char *p = wd_arena_bytes(a, s.n + 1);
	if (p == NULL)
		return s;
	for (size_t i = 0; i < s.n; i++)
		p[i] = wd_lower(s.p[i]);
	p[s.n] = '\0';
	return (struct wd_str){p, s.n};
}

static struct name name_make(
	struct wd_xml *x, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct name n = {.local = local,
		.prefix = prefix,
		.uri = uri,
		.local_s = xstr(local),
		.prefix_s = xstr(prefix),
		.uri_s = xstr(uri)};
	n.lower = lower_dup(x->a, n.local_s);
	if (uri != NULL)
		n.ns = wd_xml_ns_of_uri(n.uri_s);
	/* An unknown default namespace is somebody's idea of RSS's or Atom's; an unknown one under
	 * a prefix that everybody knows is a misspelt one. */
	if (n.ns == WD_NS_OTHER)
		n.ns = prefix == NULL ? WD_NS_NONE : wd_xml_ns_of_prefix(n.prefix_s);
	if (uri == NULL && prefix != NULL)
		n.ns = wd_xml_ns_of_prefix(n.prefix_s);
	if (x->ops->lookup != NULL)
		n.tag = x->ops->lookup(n.ns, n.lower);
	return n;
}

static const struct name *name_of(
	struct wd_xml *x, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	size_t h =
		((uintptr_t)local >> 3) * 31 + ((uintptr_t)prefix >> 3) * 7 + ((uintptr_t)uri >> 3);
	for (size_t i = 0; i < NAME_SLOTS; i++) {
		struct name *n = &x->names[(h + i) % NAME_SLOTS];
		if (n->local == local && n->prefix == prefix && n->uri == uri)
			return n;
		if (n->local != NULL)
			continue;
		if (x->name_count >= NAME_FILL) /* somebody makes up names: no more are kept */
			break;
		x->name_count++;
		*n = name_make(x, local, prefix, uri);
		return n;
	}
	x->uncached = name_make(x, local, prefix, uri);
	return &x->uncached;
}

/* ---- faults ---- */

static void add_fault(struct wd_xml *x, const char *code, size_t line)
{
	struct fault_count *f = NULL;
	for (size_t i = 0; i < x->fault_count && f == NULL; i++)
		f = strcmp(x->faults[i].code, code) == 0 ? &x->faults[i] : NULL;
	if (f == NULL) {
		if (x->fault_count == FAULT_KINDS)
			return;
		f = &x->faults[x->fault_count++];
		*f = (struct fault_count){code, 0, line, false};
	}
	f->count++;
	f->in_record = true;
}

static void on_fault(void *ctx, const char *code, size_t offset)
{
	struct wd_xml *x = ctx;
	while (x->lines_at < offset) {
		size_t nl = wd_str_chr(x->text, '\n', x->lines_at);
		if (nl >= offset)
			break;
		x->lines++;
		x->lines_at = nl + 1;
	}
	add_fault(x, code, x->lines + 1);
}

void wd_xml_fault(struct wd_xml *x, const char *code)
{
	add_fault(x, code, 0);
}

void wd_xml_take_faults(struct wd_xml *x, struct wd_arena *a, wd_strs *list)
{
	for (size_t i = 0; i < x->fault_count; i++) {
		struct wd_str *s = x->faults[i].in_record ? wd_vec_push(a, list) : NULL;
		if (s != NULL)
			*s = wd_str_c(x->faults[i].code);
		x->faults[i].in_record = false;
	}
}

/* ---- capturing ---- */

void wd_xml_capture(struct wd_xml *x, enum wd_xml_capture mode)
{
	if (x->capture_depth > 0 || mode == WD_XML_NO_CAPTURE)
		return;
	x->mode = mode;
	x->capture_depth = x->depth;
	wd_buf_reset(&x->buf);
	x->content = (struct wd_xml_content){0};
	x->open_tag = false;
	x->as_markup = mode == WD_XML_MARKUP;
}

const struct wd_xml_content *wd_xml_content(const struct wd_xml *x)
{
	return &x->content;
}

static void escape(struct wd_buf *b, struct wd_str s, bool attr)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *with = s.p[i] == '&'           ? "&amp;"
				   : s.p[i] == '<'         ? "&lt;"
				   : s.p[i] == '>'         ? "&gt;"
				   : s.p[i] == '"' && attr ? "&quot;"
							   : NULL;
		if (with == NULL)
			continue;
		wd_buf_add(b, wd_str_sub(s, from, i));
		wd_buf_addc(b, with);
		from = i + 1;
	}
	wd_buf_add(b, wd_str_from(s, from));
}

/* Text became mixed with elements: what stands there already was text. With CDATA among it, it was
 * HTML in disguise and stays. */
static void turn_to_markup(struct wd_xml *x)
{
	if (x->as_markup)
		return;
	x->as_markup = true;
	if (x->content.has_cdata || x->buf.n == 0)
		return;
	struct wd_buf old = x->buf;
	wd_buf_init(&x->buf, WD_MAX_BODY_BYTES);
	escape(&x->buf, wd_buf_str(&old), false);
	wd_buf_done(&old);
}

static bool is_url_attr(struct wd_str name)
{
	return wd_str_ieqc(name, "href") || wd_str_ieqc(name, "src") || wd_str_ieqc(name, "cite") ||
	       wd_str_ieqc(name, "longdesc") || wd_str_ieqc(name, "poster") ||
	       wd_str_ieqc(name, "action") || wd_str_ieqc(name, "data") ||
	       wd_str_ieqc(name, "background") || wd_str_ieqc(name, "usemap");
}

static bool is_void(struct wd_str lower)
{
	static const char *const voids[] = {"br", "hr", "img", "input", "area", "base", "col",
		"embed", "link", "meta", "param", "source", "track", "wbr"};
	for (size_t i = 0; i < WD_COUNTOF(voids); i++) {
		if (wd_str_eqc(lower, voids[i]))
			return true;
	}
	return false;
}

static void write_name(struct wd_xml *x, const struct wd_xml_elem *e)
{
	bool foreign = e->prefix.n > 0 && e->ns != WD_NS_XHTML && e->ns != WD_NS_SVG &&
		       e->ns != WD_NS_MATHML && e->ns != WD_NS_NONE && e->ns != WD_NS_ATOM;
	if (foreign) {
		wd_buf_add(&x->buf, e->prefix);
		wd_buf_putc(&x->buf, ':');
	}
	wd_buf_add(&x->buf, e->name);
}

static void captured_start(struct wd_xml *x, const struct wd_xml_elem *e)
{
	x->content.has_markup = true;
	if (x->mode == WD_XML_TEXT) {
		static const char *const breaks[] = {
			"br", "p", "div", "li", "tr", "td", "h1", "h2"};
		for (size_t i = 0; i < WD_COUNTOF(breaks); i++) {
			if (wd_str_eqc(e->lower, breaks[i]) && x->buf.n > 0)
				wd_buf_putc(&x->buf, ' ');
		}
		return;
	}
	turn_to_markup(x);
	wd_buf_putc(&x->buf, '<');
	write_name(x, e);
	/* A base set inside the content is not seen outside it: links are made absolute here. */
	bool rebase = e->base.p != x->stack[x->capture_depth - 1].base.p && e->base.n > 0;
	for (size_t i = 0; i < e->attr_count; i++) {
		const struct wd_xml_attr *at = &e->attrs[i];
		if (at->ns != WD_NS_NONE)
			continue;
		struct wd_arena_mark mark = wd_arena_mark(x->a);
		wd_buf_putc(&x->buf, ' ');
		wd_buf_add(&x->buf, at->name);
		wd_buf_addc(&x->buf, "=\"");
		escape(&x->buf,
			rebase && is_url_attr(at->name) ? wd_url_resolve(x->a, e->base, at->value)
							: at->value,
			true);
		wd_buf_putc(&x->buf, '"');
		wd_arena_rewind(x->a, mark);
	}
	wd_buf_putc(&x->buf, '>');
	x->open_tag = true;
}

static void captured_end(struct wd_xml *x, const struct wd_xml_elem *e)
{
	if (x->mode == WD_XML_TEXT)
		return;
	if (x->open_tag && is_void(e->lower)) {
		x->buf.n = x->buf.n > 0 ? x->buf.n - 1 : 0;
		wd_buf_addc(&x->buf, " />");
	} else {
		wd_buf_addc(&x->buf, "</");
		write_name(x, e);
		wd_buf_putc(&x->buf, '>');
	}
	x->open_tag = false;
}

static void captured_text(struct wd_xml *x, struct wd_str s, bool cdata)
{
	x->content.has_cdata = x->content.has_cdata || cdata;
	if (x->as_markup && (x->mode == WD_XML_MARKUP || !cdata))
		escape(&x->buf, s, false);
	else
		wd_buf_add(&x->buf, s);
	x->open_tag = x->open_tag && s.n == 0;
}

static void capture_done(struct wd_xml *x)
{
	x->capture_depth = 0;
	x->content.text = wd_buf_str(&x->buf);
	x->content.cut = wd_buf_failed(&x->buf);
}

/* ---- libxml2's events ---- */

static void stop(struct wd_xml *x, int rc)
{
	if (rc < 0 && x->rc == WD_OK) {
		x->rc = rc;
		xmlStopParser(x->parser);
	}
}

/* libxml2 leaves an ampersand in an attribute's value as "&#38;" for a tree builder to resolve. */
static struct wd_str attr_value(struct wd_xml *x, struct wd_str v)
{
	static const struct wd_str amp = WD_STR("&#38;");
	size_t at = wd_str_find(v, amp, 0), n = 0;
	char *p = at != SIZE_MAX ? wd_arena_bytes(x->a, v.n) : NULL;
	if (p == NULL)
		return v;
	for (size_t i = 0; i < v.n; i += wd_str_starts(wd_str_from(v, i), amp) ? amp.n : 1)
		p[n++] = v.p[i];
	return (struct wd_str){p, n};
}

static size_t take_attrs(struct wd_xml *x, int n, const xmlChar **attrs)
{
	size_t count = 0;
	for (int i = 0; i < n && count < WD_MAX_ATTRS; i++, attrs += 5) {
		struct wd_xml_attr *at = &x->attrs[count++];
		at->name = xstr(attrs[0]);
		at->value = attr_value(
			x, (struct wd_str){(const char *)attrs[3], (size_t)(attrs[4] - attrs[3])});
		at->ns = attrs[2] != NULL   ? wd_xml_ns_of_uri(xstr(attrs[2]))
			 : attrs[1] != NULL ? wd_xml_ns_of_prefix(xstr(attrs[1]))
					    : WD_NS_NONE;
	}
	return count;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int ns_count, const xmlChar **namespaces, int attr_count, int defaulted,
	const xmlChar **attrs)
{
	struct wd_xml *x = ctx;
	(void)ns_count, (void)namespaces, (void)defaulted;
	if (x->rc != WD_OK || x->depth >= WD_COUNTOF(x->stack))
		return;
	x->marks[x->depth] = wd_arena_mark(x->a);
	x->name_marks[x->depth] = x->name_count;
	const struct name *n = name_of(x, local, prefix, uri);
	struct wd_xml_elem *e = &x->stack[x->depth];
	const struct wd_xml_elem *up = x->depth > 0 ? e - 1 : NULL;
	*e = (struct wd_xml_elem){.name = n->local_s,
		.lower = n->lower,
		.prefix = n->prefix_s,
		.uri = n->uri_s,
		.ns = n->ns,
		.tag = n->tag,
		.attrs = x->attrs,
		.attr_count = take_attrs(x, attr_count, attrs),
		.base = up != NULL ? up->base : x->doc_base,
		.lang = up != NULL ? up->lang : WD_STR_NONE,
		.parent = x->depth > 1 ? up : NULL, /* the mender's root is not the document's */
		.depth = x->depth};
	for (size_t i = 0; i < e->attr_count; i++) {
		const struct wd_xml_attr *at = &x->attrs[i];
		if (at->ns != WD_NS_XML)
			continue;
		if (wd_str_ieqc(at->name, "lang"))
			e->lang = wd_arena_str(x->a, wd_str_trim(at->value));
		else if (wd_str_ieqc(at->name, "base") && wd_str_trim(at->value).n > 0)
			e->base = wd_url_resolve(x->a, e->base, at->value);
	}
	x->depth++;
	if (x->depth == 1)
		return;
	if (x->capture_depth > 0)
		captured_start(x, e);
	else
		stop(x, x->ops->start(x, e, x->ctx));
	e->attrs = NULL;
	e->attr_count = 0;
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct wd_xml *x = ctx;
	(void)local, (void)prefix, (void)uri;
	if (x->rc != WD_OK || x->depth == 0)
		return;
	const struct wd_xml_elem *e = &x->stack[x->depth - 1];
	if (x->depth > 1) {
		if (x->capture_depth > 0 && x->depth > x->capture_depth) {
			captured_end(x, e);
		} else {
			x->content.text = WD_STR_NONE;
			if (x->capture_depth > 0)
				capture_done(x);
			stop(x, x->ops->end(x, e, x->ctx));
		}
	}
	x->depth--;
	/* What the element's attributes needed goes with it, unless names came in between. */
	if (x->depth > 0 && x->name_marks[x->depth] == x->name_count)
		wd_arena_rewind(x->a, x->marks[x->depth]);
}

static void text_event(struct wd_xml *x, struct wd_str t, bool cdata)
{
	if (x->rc != WD_OK)
		return;
	if (x->capture_depth > 0)
		captured_text(x, t, cdata);
	else if (x->ops->text != NULL && x->depth > 1)
		stop(x, x->ops->text(x, t, x->ctx));
}

static void on_text(void *ctx, const xmlChar *s, int n)
{
	text_event(ctx, (struct wd_str){(const char *)s, (size_t)n}, false);
}

static void on_cdata(void *ctx, const xmlChar *s, int n)
{
	text_event(ctx, (struct wd_str){(const char *)s, (size_t)n}, true);
}

/* The mender lets through no instruction but its own. */
static void on_run_place(void *ctx, const xmlChar *target, const xmlChar *data)
{
	struct wd_xml *x = ctx;
	(void)target, (void)data;
	if (x->run_count == 0)
		return;
	text_event(x, x->runs[x->run_first].text, x->runs[x->run_first].cdata);
	x->run_first = (x->run_first + 1) % RUNS;
	x->run_count--;
}

static void on_run(void *ctx, struct wd_str run, bool cdata)
{
	struct wd_xml *x = ctx;
	size_t at = (x->run_first + x->run_count++) % RUNS;
	WD_ASSERT(x->run_count <= RUNS);
	x->runs[at].text = run;
	x->runs[at].cdata = cdata;
}

static void on_error(void *ctx, xmlErrorPtr e)
{
	struct wd_xml *x = ctx;
	if (e == NULL || x->rc != WD_OK)
		return;
	if (e->code == XML_NS_ERR_UNDEFINED_NAMESPACE)
		add_fault(x, "undeclared-prefix", (size_t)WD_MAX(e->line, 0));
	else if (e->domain == XML_FROM_NAMESPACE)
		add_fault(x, "namespace", (size_t)WD_MAX(e->line, 0));
	else if (e->code == XML_ERR_NO_MEMORY)
		x->rc = WD_E_NOMEM;
	else if (e->level == XML_ERR_FATAL)
		add_fault(x, "parser-stopped", (size_t)WD_MAX(e->line, 0));
}

static int on_mended(void *ctx, struct wd_str piece)
{
	struct wd_xml *x = ctx;
	if (x->rc == WD_OK)
		(void)xmlParseChunk(x->parser, piece.p, (int)piece.n, 0);
	return x->rc;
}

static void tell_faults(const struct wd_xml *x, struct wd_arena *a, wd_strs *list)
{
	for (size_t i = 0; i < x->fault_count && list->n < WD_MAX_FAULTS; i++) {
		const struct fault_count *f = &x->faults[i];
		struct wd_str *s = wd_vec_push(a, list);
		if (s == NULL)
			return;
		*s = f->line > 0 ? wd_arena_printf(a, "%s (line %zu)", f->code, f->line)
				 : wd_str_c(f->code);
		if (f->count > 1 && f->line > 0)
			*s = wd_arena_printf(
				a, "%s (line %zu and %zu more)", f->code, f->line, f->count - 1);
	}
}

int wd_xml_parse(struct wd_arena *a, struct wd_str text, struct wd_str base,
	const struct wd_xml_ops *ops, void *ctx, struct wd_xml_result *ret, struct wd_err *err)
{
	/* Handlers keep things in `a` while elements are open, so the layer's own come and go
	 * apart. */
	wd_cleanup(wd_arena_freep) struct wd_arena *own = wd_arena_new(WD_MAX_DOC_BYTES);
	struct wd_xml *x = own != NULL ? wd_arena_new_of(own, struct wd_xml) : NULL;
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_cdata,
		.processingInstruction = on_run_place,
		.serror = on_error};
	static const struct wd_mend_ops mend = {on_mended, on_fault, on_run};

	*ret = (struct wd_xml_result){0};
	/* libxml2 makes a thread's own state on first use, and goes on with NULL when it cannot. */
	if (x == NULL || xmlGetGlobalState() == NULL)
		return wd_err_set(err, WD_E_NOMEM, "xml: out of memory");
	x->a = own;
	x->text = text;
	x->ops = ops;
	x->ctx = ctx;
	x->doc_base = base;
	wd_buf_init(&x->buf, WD_MAX_BODY_BYTES);
	x->parser = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
	if (x->parser == NULL)
		return wd_err_set(err, WD_E_NOMEM, "xml: out of memory");
	(void)xmlCtxtUseOptions(x->parser, XML_PARSE_NONET);
	int rc = wd_mend(a, text, &mend, x);
	if (rc == WD_OK)
		(void)xmlParseChunk(x->parser, "", 0, 1);
	rc = x->rc != WD_OK ? x->rc : rc;
	xmlFreeParserCtxt(x->parser);
	wd_buf_done(&x->buf);
	tell_faults(x, a, &ret->faults);
	ret->wellformed = x->fault_count == 0;
	return rc == WD_OK ? WD_OK : wd_err_set(err, rc, "xml: %s", wd_rc_name(rc));
}

/* ---- for handlers ---- */

struct wd_str wd_xml_attr_ns(const struct wd_xml_elem *e, enum wd_xmlns ns, const char *name)
{
	for (size_t i = 0; i < e->attr_count; i++) {
		if (e->attrs[i].ns == ns && wd_str_ieqc(e->attrs[i].name, name))
			return e->attrs[i].value;
	}
	return WD_STR_NONE;
}

struct wd_str wd_xml_attr(const struct wd_xml_elem *e, const char *name)
{
	struct wd_str v = wd_xml_attr_ns(e, WD_NS_NONE, name);
	for (size_t i = 0; i < e->attr_count && v.p == NULL; i++) {
		if (wd_str_ieqc(e->attrs[i].name, name))
			v = e->attrs[i].value;
	}
	return v;
}

bool wd_xml_has_attr(const struct wd_xml_elem *e, const char *name)
{
	for (size_t i = 0; i < e->attr_count; i++) {
		if (wd_str_ieqc(e->attrs[i].name, name))
			return true;
	}
	return false;
}

const struct wd_xml_elem *wd_xml_within(const struct wd_xml_elem *e, int tag)
{
	while (e != NULL && e->tag != tag)
		e = e->parent;
	return e;
}

int wd_xml_tag_find(
	const struct wd_xml_tag *tags, size_t n, enum wd_xmlns ns, struct wd_str lower_name)
{
	for (size_t i = 0; i < n; i++) {
		if (tags[i].ns == ns && wd_str_eqc(lower_name, tags[i].name))
			return tags[i].tag;
	}
	return 0;
}

/* ---- sniffing ---- */

static enum wd_xmlns root_ns(struct wd_str tag, struct wd_str prefix)
{
	char decl[80];
	(void)snprintf(decl, sizeof(decl), prefix.n > 0 ? "xmlns:%.*s" : "xmlns%.*s",
		WD_STR_ARG(wd_str_sub(prefix, 0, 64)));
	for (size_t at = 0;;) {
		at = wd_str_find(tag, wd_str_c(decl), at);
		if (at == SIZE_MAX)
			break;
		at += strlen(decl);
		struct wd_str s = wd_str_trim(wd_str_from(tag, at));
		if (s.n == 0 || s.p[0] != '=')
			continue;
		s = wd_str_trim(wd_str_from(s, 1));
		size_t end = s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'') ? wd_str_chr(s, s.p[0], 1)
									  : SIZE_MAX;
		if (end != SIZE_MAX)
			return wd_xml_ns_of_uri(wd_str_sub(s, 1, end));
	}
	return prefix.n > 0 ? wd_xml_ns_of_prefix(prefix) : WD_NS_NONE;
}

bool wd_xml_root(struct wd_str text, struct wd_xml_root *ret)
{
	for (size_t at = 0; at < text.n; at++) {
		at = wd_str_chr(text, '<', at);
		if (at == SIZE_MAX || at + 1 >= text.n)
			return false;
		struct wd_str s = wd_str_from(text, at);
		size_t skip = SIZE_MAX;
		if (wd_str_starts(s, WD_STR("<!--")))
			skip = wd_str_find(s, WD_STR("-->"), 4);
		else if (s.p[1] == '?')
			skip = wd_str_find(s, WD_STR("?>"), 2);
		else if (wd_str_istarts(s, WD_STR("<!DOCTYPE"))) {
			size_t sub = wd_str_chr(s, '[', 0), end = wd_str_chr(s, '>', 0);
			skip = sub < end ? wd_str_find(s, WD_STR("]"), sub) : end;
		}
		if (skip != SIZE_MAX) {
			at += skip;
			continue;
		}
		if (!wd_is_alpha(s.p[1]) && s.p[1] != '_')
			continue;
		size_t n = 1, end = wd_str_chr(s, '>', 1);
		struct wd_str prefix = WD_STR_NONE;
		while (n < s.n && (wd_is_alnum(s.p[n]) || strchr("_-.:", s.p[n]) != NULL) &&
			s.p[n] != '\0')
			n++;
		struct wd_str name = wd_str_sub(s, 1, n);
		size_t colon = wd_str_chr(name, ':', 0);
		if (colon != SIZE_MAX) {
			prefix = wd_str_sub(name, 0, colon);
			name = wd_str_from(name, colon + 1);
		}
		if (name.n == 0 || name.n >= sizeof(ret->buf))
			continue;
		for (size_t i = 0; i < name.n; i++)
			ret->buf[i] = wd_lower(name.p[i]);
		ret->name = (struct wd_str){ret->buf, name.n};
		ret->tag = wd_str_sub(s, 0, end == SIZE_MAX ? s.n : end + 1);
		ret->ns = root_ns(ret->tag, prefix);
		ret->at = at;
		return true;
	}
	return false;
}
