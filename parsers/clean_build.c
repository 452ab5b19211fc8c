/*
 * Any tree → the canonical tree of an article: only what the policy allows, blocks holding blocks
 * or one line of text each, never both; lists hold items, tables sections, rows and cells; inline
 * elements only inside blocks. Paragraphs are made from bare text and from double <br>.
 *
 * Chosen way: the source tree is walked once as a stream of "enter", "text" and "leave", and a
 * second tree is built beside it. Blocks are opened when text comes and closed at each block
 * boundary; the inline elements open in the source are a short stack that is opened again in the
 * next block when it gets text. Mis-nesting, blocks inside links and text outside paragraphs need
 * no cases of their own then, and cleaning the result again builds the same tree.
 * Rejected: mending the source tree in place, which needs a rule for every pair of elements.
 *
 * Text is gathered into runs (clean_text.c): all text with the same inline elements around it.
 *
 * Limits: the inline stack is STACK_MAX deep; what lies deeper loses its element, never its text.
 * Linear time and memory in the source: a block opens at most STACK_MAX elements.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"
#include "parsers/clean_impl.h"

enum { STACK_MAX = 12, RUN_MAX = 16 << 20 };

struct open_inline {
	struct wd_node *proto; /* tag and attributes; copied where it is opened */
	struct wd_node *node;  /* where it is open in the leaf; NULL: not yet */
	unsigned serial;       /* tells two openings apart */
	bool dead;             /* not to be opened again (ruby does not span blocks) */
};

struct builder {
	struct wd_arena *a;
	const struct wd_clean_opts *opts;
	struct wd_clean *ret;
	struct wd_node *root;
	struct wd_node *cur;  /* container that blocks go to */
	struct wd_node *leaf; /* open block of text in cur, or NULL */
	struct wd_node *deep; /* where text goes: the leaf or its innermost open inline element */
	enum wd_tag want;     /* what the next leaf will be */
	const struct wd_node *want_src; /* the element that asked for it, for lang and dir */
	const struct wd_node *dir_src;  /* nearest box around with a direction */
	struct open_inline stack[STACK_MAX];
	size_t depth, opened; /* on the stack; of these, open in the leaf */
	unsigned serial;
	/* the run */
	struct wd_buf buf;
	struct wd_str single; /* the run is this one slice */
	bool has_run;
	size_t run_depth;
	unsigned run_serial;
	/* in the leaf */
	bool has_content, pending_space;
	unsigned pending_br;
	struct wd_str last_image;
};

static bool is_heading(enum wd_tag t)
{
	return t >= WD_TAG_H1 && t <= WD_TAG_H6;
}

static bool is_section(enum wd_tag t)
{
	return t == WD_TAG_THEAD || t == WD_TAG_TBODY || t == WD_TAG_TFOOT;
}

static bool is_table_part(enum wd_tag t)
{
	return t == WD_TAG_TABLE || t == WD_TAG_TR || is_section(t);
}

static struct wd_node *add(struct builder *b, struct wd_node *parent, enum wd_tag tag)
{
	struct wd_node *n = wd_node_new(b->a, tag);
	if (n != NULL && parent != NULL)
		wd_node_append(parent, n);
	return n;
}

static void add_text(struct builder *b, struct wd_node *parent, struct wd_str text)
{
	struct wd_node *n = wd_node_text(b->a, text);
	if (n != NULL && parent != NULL)
		wd_node_append(parent, n);
}

/* ---- containers that others need ---- */

/* Blocks may not stand in lists and table parts directly: what is missing is made. */
static void ensure_flow(struct builder *b)
{
	for (;;) {
		struct wd_node *c = b->cur, *made;
		switch (c->tag) {
		case WD_TAG_UL:
		case WD_TAG_OL:
		case WD_TAG_DL:
			if (c->flags & WD_NF_SYNTHETIC) { /* made for a stray item: ends here */
				b->cur = c->parent;
				continue;
			}
			made = add(b, c, c->tag == WD_TAG_DL ? WD_TAG_DD : WD_TAG_LI);
			break;
		case WD_TAG_TABLE:
			made = add(b, c, WD_TAG_TBODY);
			break;
		case WD_TAG_THEAD:
		case WD_TAG_TBODY:
		case WD_TAG_TFOOT:
			made = add(b, c, WD_TAG_TR);
			break;
		case WD_TAG_TR:
			made = add(b, c, WD_TAG_TD);
			break;
		default:
			return;
		}
		if (made == NULL)
			return;
		b->cur = made;
	}
}

/* Nearest of the two up from cur, passing only through items. */
static struct wd_node *find_list(struct wd_node *c, enum wd_tag x, enum wd_tag y)
{
	for (; c != NULL; c = c->parent) {
		if (c->tag == x || c->tag == y)
			return c;
		if (c->tag != WD_TAG_LI && c->tag != WD_TAG_DT && c->tag != WD_TAG_DD)
			return NULL;
	}
	return NULL;
}

static struct wd_node *find_table(struct wd_node *c)
{
	for (; c != NULL && c->tag != WD_TAG_TABLE; c = c->parent) {
		if (!is_table_part(c->tag) && c->tag != WD_TAG_TD && c->tag != WD_TAG_TH &&
			c->tag != WD_TAG_CAPTION)
			return NULL;
	}
	return c;
}

static struct wd_node *find_up(struct wd_node *c, const struct wd_node *stop, bool row)
{
	for (; c != NULL && c != stop; c = c->parent) {
		if (row ? c->tag == WD_TAG_TR : is_section(c->tag))
			return c;
	}
	return NULL;
}

static struct wd_node *table_place(struct builder *b, enum wd_tag tag)
{
	struct wd_node *table = find_table(b->cur);
	if (table == NULL || is_section(tag))
		return table;
	if (tag == WD_TAG_CAPTION)
		return table->first == NULL ? table : NULL;
	struct wd_node *section = find_up(b->cur, table, false);
	if (section == NULL)
		section = add(b, table, WD_TAG_TBODY);
	if (tag == WD_TAG_TR)
		return section;
	struct wd_node *row = find_up(b->cur, table, true);
	return row != NULL ? row : add(b, section, WD_TAG_TR);
}

static struct wd_node *list_place(struct builder *b, enum wd_tag tag)
{
	bool item = tag == WD_TAG_LI;
	struct wd_node *list = item ? find_list(b->cur, WD_TAG_UL, WD_TAG_OL)
				    : find_list(b->cur, WD_TAG_DL, WD_TAG_DL);
	if (list != NULL)
		return list;
	ensure_flow(b);
	list = add(b, b->cur, item ? WD_TAG_UL : WD_TAG_DL);
	if (list != NULL)
		list->flags |= WD_NF_SYNTHETIC;
	return list;
}

/* Where a container of this kind may go; NULL: nowhere, its content stays without it. */
static struct wd_node *place_for(struct builder *b, enum wd_tag tag)
{
	switch (tag) {
	case WD_TAG_LI:
	case WD_TAG_DT:
	case WD_TAG_DD:
		return list_place(b, tag);
	case WD_TAG_CAPTION:
	case WD_TAG_THEAD:
	case WD_TAG_TBODY:
	case WD_TAG_TFOOT:
	case WD_TAG_TR:
	case WD_TAG_TD:
	case WD_TAG_TH:
		return table_place(b, tag);
	case WD_TAG_FIGCAPTION:
		for (struct wd_node *c = b->cur->tag == WD_TAG_FIGURE ? b->cur->first : NULL;
			c != NULL; c = c->next) {
			if (c->tag == WD_TAG_FIGCAPTION)
				return NULL;
		}
		return b->cur->tag == WD_TAG_FIGURE ? b->cur : NULL;
	default:
		ensure_flow(b);
		return b->cur;
	}
}

/* ---- leaves, runs ---- */

static void ensure_leaf(struct builder *b)
{
	if (b->leaf != NULL)
		return;
	ensure_flow(b);
	b->leaf = add(b, b->cur, b->want);
	b->deep = b->leaf;
	b->opened = 0;
	if (b->leaf == NULL)
		return;
	if (b->want_src != NULL)
		wd_clean_attrs(b->a, b->want_src, b->leaf, WD_STR_NONE);
	if (b->dir_src != NULL && !wd_node_has_attr(b->leaf, "dir"))
		wd_node_set_attr(b->a, b->leaf, "dir", WD_STR("rtl"));
}

/* Makes the place where something in the line can go, with `depth` inline elements open. */
static void ensure_line(struct builder *b, size_t depth)
{
	ensure_leaf(b);
	if (b->deep == NULL)
		return;
	if (b->pending_br > 0)
		(void)add(b, b->deep, WD_TAG_BR);
	else if (b->pending_space && b->has_content)
		add_text(b, b->deep, WD_STR(" "));
	b->pending_br = 0;
	b->pending_space = false;
	for (; b->opened < depth; b->opened++) {
		struct open_inline *o = &b->stack[b->opened];
		const struct wd_node *proto = o->proto;
		struct wd_node *n = o->dead ? NULL : add(b, b->deep, (enum wd_tag)proto->tag);
		if (n == NULL)
			continue;
		o->node = n;
		n->attrs = proto->attrs;
		n->attr_count = proto->attr_count;
		b->deep = n;
	}
	b->has_content = true;
}

static void flush(struct builder *b)
{
	if (!b->has_run)
		return;
	struct wd_str s = b->buf.n > 0 ? wd_arena_str(b->a, wd_buf_str(&b->buf)) : b->single;
	bool pre = b->want == WD_TAG_PRE && (b->leaf == NULL || b->leaf->tag == WD_TAG_PRE);
	struct wd_clean_edges edges;
	b->has_run = false;
	b->buf.n = 0;
	s = wd_clean_run(b->a, s, pre, &edges);
	while (pre && !b->has_content && s.n > 0 && s.p[0] == '\n')
		s = wd_str_from(s, 1);
	if (s.n == 0 || (pre && !b->has_content && wd_str_trim(s).n == 0)) {
		b->pending_space |= edges.space_before || edges.space_after;
		return;
	}
	b->pending_space |= edges.space_before;
	ensure_line(b, b->run_depth);
	add_text(b, b->deep, s);
	b->pending_space = edges.space_after;
}

static unsigned top_serial(const struct builder *b)
{
	return b->depth > 0 ? b->stack[b->depth - 1].serial : 0;
}

static void text(struct builder *b, struct wd_str s)
{
	if (wd_clean_invisible(s))
		return;
	if (b->has_run && (b->run_depth != b->depth || b->run_serial != top_serial(b)))
		flush(b);
	if (!b->has_run) {
		b->has_run = true;
		b->run_depth = b->depth;
		b->run_serial = top_serial(b);
		b->single = s;
		return;
	}
	if (b->buf.n == 0)
		wd_buf_add(&b->buf, b->single);
	wd_buf_add(&b->buf, s);
}

static void close_leaf(struct builder *b)
{
	flush(b);
	for (size_t i = 0; i < b->depth; i++) {
		struct open_inline *o = &b->stack[i];
		o->node = NULL;
		o->dead |= o->proto->tag == WD_TAG_RUBY || o->proto->tag == WD_TAG_RT ||
			   o->proto->tag == WD_TAG_RP;
	}
	b->leaf = b->deep = NULL;
	b->opened = 0;
	b->has_content = b->pending_space = false;
	b->pending_br = 0;
}

/* ---- inline elements ---- */

static bool on_stack(const struct builder *b, enum wd_tag tag)
{
	for (size_t i = 0; i < b->depth; i++) {
		if (b->stack[i].proto->tag == tag)
			return true;
	}
	return false;
}

static void line_break(struct builder *b)
{
	if (b->want == WD_TAG_PRE) {
		text(b, WD_STR("\n"));
		return;
	}
	if (on_stack(b, WD_TAG_RUBY)) { /* a reading is one line with its base */
		text(b, WD_STR(" "));
		return;
	}
	flush(b);
	b->pending_space = false;
	if (b->leaf != NULL && b->has_content && ++b->pending_br >= 2)
		close_leaf(b);
}

static bool may_nest_in_itself(enum wd_tag tag)
{
	return tag == WD_TAG_SUB || tag == WD_TAG_SUP || tag == WD_TAG_SPAN || tag == WD_TAG_Q ||
	       tag == WD_TAG_BDI || tag == WD_TAG_BDO;
}

/* Elements that say nothing without an attribute that passed. */
static bool is_bare(const struct wd_node *n)
{
	switch (n->tag) {
	case WD_TAG_A:
		return !wd_node_has_attr(n, "href");
	case WD_TAG_BDO:
		return !wd_node_has_attr(n, "dir");
	case WD_TAG_SPAN:
	case WD_TAG_TIME:
	case WD_TAG_ABBR:
		return n->attr_count == 0;
	default:
		return false;
	}
}

static bool push(struct builder *b, struct wd_node *proto)
{
	if (proto == NULL || b->depth >= STACK_MAX)
		return false;
	b->stack[b->depth++] = (struct open_inline){.proto = proto, .serial = ++b->serial};
	return true;
}

static void pop(struct builder *b)
{
	if (b->has_run && b->run_depth == b->depth && b->run_serial == top_serial(b))
		flush(b);
	const struct open_inline *o = &b->stack[--b->depth];
	b->opened = WD_MIN(b->opened, b->depth);
	if (o->node != NULL)
		b->deep = o->node->parent;
}

static bool in_ruby(const struct builder *b)
{
	const struct open_inline *o = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;
	return o != NULL && o->proto->tag == WD_TAG_RUBY && !o->dead;
}

static void enter_inline(struct builder *b, struct wd_node *n, enum wd_tag tag)
{
	if ((tag == WD_TAG_RT || tag == WD_TAG_RP) && !in_ruby(b))
		return;
	if (on_stack(b, tag) && !may_nest_in_itself(tag))
		return;
	struct wd_node *proto = wd_node_new(b->a, tag);
	if (proto == NULL)
		return;
	wd_clean_attrs(b->a, n, proto, b->opts->base);
	if (is_bare(proto))
		return;
	if (push(b, proto))
		n->data = proto;
}

static void leave_inline(struct builder *b, struct wd_node *n)
{
	if (n->data == NULL)
		return;
	n->data = NULL;
	pop(b);
}

/* ---- pictures, embeds, what is left out ---- */

/* Text a reader would have seen below n. */
static struct wd_str visible_text(struct builder *b, struct wd_node *n)
{
	struct wd_buf buf;
	wd_buf_init(&buf, WD_MAX_BODY_BYTES);
	for (struct wd_node *c = n->first; c != NULL;) {
		bool code =
			c->type == WD_NODE_ELEMENT && wd_clean_policy(c).action == WD_CLEAN_DROP;
		if (c->type == WD_NODE_TEXT && !code) {
			wd_buf_add(&buf, c->text);
			wd_buf_putc(&buf, ' ');
		}
		c = wd_node_next(n, c, code);
	}
	struct wd_str s = wd_arena_str(b->a, wd_buf_str(&buf));
	wd_buf_done(&buf);
	return wd_clean_line(b->a, s);
}

static void leave_out(struct builder *b, struct wd_node *n, const char *kind)
{
	struct wd_str s = visible_text(b, n);
	if (s.n > 0)
		wd_removed_add(b->a, &b->ret->removed, kind, s);
}

static bool is_tiny(const struct wd_node *n)
{
	struct wd_str w = wd_str_trim(wd_node_attr(n, "width")),
		      h = wd_str_trim(wd_node_attr(n, "height"));
	if (wd_str_ends(w, WD_STR("px")))
		w.n -= 2;
	if (wd_str_ends(h, WD_STR("px")))
		h.n -= 2;
	uint64_t v;
	bool small_w = w.n > 0 && wd_str_to_u64(w, 0, 2, &v) == WD_OK;
	bool small_h = h.n > 0 && wd_str_to_u64(h, 0, 2, &v) == WD_OK;
	return (small_w && (small_h || h.n == 0)) || (small_h && w.n == 0);
}

/* The picture's address: lazy loaders keep the real one beside a placeholder. */
static struct wd_str image_url(struct builder *b, const struct wd_node *n)
{
	static const char *const names[] = {"data-src", "data-original", "data-lazy-src",
		"data-lazy", "data-url", "data-image", "src"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		struct wd_str ref = wd_str_trim(wd_node_attr(n, names[i]));
		if (ref.n == 0 || wd_str_istarts(ref, WD_STR("data:")))
			continue;
		struct wd_str url = wd_clean_url(b->a, b->opts->base, ref, true);
		if (url.n > 0)
			return url;
	}
	struct wd_str set = wd_str_trim(wd_node_attr(n, "srcset"));
	size_t end = 0;
	while (end < set.n && !wd_is_space(set.p[end]))
		end++;
	set.n = end;
	if (wd_str_ends(set, WD_STR(",")))
		set.n--;
	return wd_clean_url(b->a, b->opts->base, set, true);
}

static struct wd_str pixels(const struct wd_node *n, const char *name)
{
	struct wd_str s = wd_str_trim(wd_node_attr(n, name));
	if (wd_str_ends(s, WD_STR("px")))
		s.n -= 2;
	uint64_t v;
	return wd_str_to_u64(s, 1, 20000, &v) == WD_OK && s.p[0] != '0' ? s : WD_STR_NONE;
}

static void image(struct builder *b, struct wd_node *n)
{
	struct wd_str url = image_url(b, n);
	if (url.n == 0)
		return;
	if (is_tiny(n)) {
		wd_removed_add(b->a, &b->ret->removed, "tracking_pixel", url);
		return;
	}
	if (wd_str_eq(url, b->last_image)) /* the copy for readers without scripts */
		return;
	b->last_image = url;
	struct wd_str alt = wd_clean_line(b->a, wd_node_attr(n, "alt"));
	struct wd_node *img = wd_node_new(b->a, WD_TAG_IMG);
	if (img == NULL)
		return;
	wd_node_set_attr(b->a, img, "src", url);
	if (alt.n > 0)
		wd_node_set_attr(b->a, img, "alt", alt);
	struct wd_str w = pixels(n, "width"), h = pixels(n, "height");
	if (w.n > 0)
		wd_node_set_attr(b->a, img, "width", w);
	if (h.n > 0)
		wd_node_set_attr(b->a, img, "height", h);
	flush(b);
	ensure_line(b, b->depth);
	if (b->deep == NULL)
		return;
	wd_node_append(b->deep, img);
	struct wd_image *known = b->ret->images.n < WD_MAX_LIST && wd_url_is_http(url)
					 ? wd_vec_push(b->a, &b->ret->images)
					 : NULL;
	if (known != NULL)
		*known = (struct wd_image){.href = url, .title = alt};
}

static void embed(struct builder *b, struct wd_node *n)
{
	static const char *const names[] = {"src", "data", "data-src", "href"};
	struct wd_str url = WD_STR_NONE;
	for (size_t i = 0; i < WD_COUNTOF(names) && url.n == 0; i++)
		url = wd_clean_url(
			b->a, b->opts->base, wd_str_trim(wd_node_attr(n, names[i])), true);
	for (struct wd_node *c = n->first; c != NULL && url.n == 0; c = wd_node_next(n, c, false)) {
		if (c->tag == WD_TAG_SOURCE || c->tag == WD_TAG_EMBED)
			url = wd_clean_url(b->a, b->opts->base, wd_node_attr(c, "src"), true);
	}
	leave_out(b, n, "embed");
	if (url.n == 0 || b->opts->sanitise_only)
		return;
	if (is_tiny(n)) {
		wd_removed_add(b->a, &b->ret->removed, "tracking_pixel", url);
		return;
	}
	struct wd_str title = wd_clean_line(b->a, wd_node_attr(n, "title"));
	struct wd_node *link = wd_node_new(b->a, WD_TAG_A);
	close_leaf(b);
	if (link == NULL || on_stack(b, WD_TAG_A))
		return;
	wd_node_set_attr(b->a, link, "href", url);
	ensure_leaf(b);
	if (b->leaf == NULL)
		return;
	wd_node_append(b->leaf, link);
	add_text(b, link, title.n > 0 ? title : url);
	close_leaf(b);
}

static bool holds_image(struct wd_node *n)
{
	for (struct wd_node *c = n->first; c != NULL; c = wd_node_next(n, c, false)) {
		if (c->tag == WD_TAG_IMG)
			return true;
	}
	return false;
}

/* ---- blocks ---- */

/* `data` of a source leaf keeps what was wanted before it: the tag, and who asked. */
struct wanted {
	enum wd_tag tag;
	const struct wd_node *src, *dir;
};

static struct wanted *save_wanted(struct builder *b)
{
	struct wanted *w = wd_arena_new_of(b->a, struct wanted);
	if (w != NULL)
		*w = (struct wanted){b->want, b->want_src, b->dir_src};
	return w;
}

static void restore_wanted(struct builder *b, struct wanted *w)
{
	if (w == NULL)
		return;
	b->want = w->tag;
	b->want_src = w->src;
	b->dir_src = w->dir;
}

static void enter_leaf(struct builder *b, struct wd_node *n, enum wd_tag tag)
{
	close_leaf(b);
	n->data = save_wanted(b);
	if (tag == WD_TAG_P && (is_heading(b->want) || b->want == WD_TAG_PRE))
		return;
	b->want = tag;
	b->want_src = n->attr_count > 0 ? n : NULL;
}

static void enter_container(struct builder *b, struct wd_node *n, enum wd_tag tag)
{
	close_leaf(b);
	n->data = NULL;
	struct wd_node *place = place_for(b, tag);
	struct wd_node *out = place != NULL ? add(b, place, tag) : NULL;
	if (out == NULL)
		return;
	wd_clean_attrs(b->a, n, out, b->opts->base);
	out->data = save_wanted(b);
	n->data = out;
	b->cur = out;
	b->want = WD_TAG_P;
	b->want_src = NULL;
	if (wd_node_has_attr(out, "dir"))
		b->dir_src = NULL; /* what is inside inherits it from here */
}

static void leave_container(struct builder *b, struct wd_node *n)
{
	struct wd_node *out = n->data;
	close_leaf(b);
	if (out == NULL)
		return;
	restore_wanted(b, out->data);
	out->data = NULL;
	n->data = NULL;
	b->cur = out->parent;
}

static void enter_boundary(struct builder *b, struct wd_node *n)
{
	close_leaf(b);
	n->data = NULL;
	struct wd_str dir = wd_node_attr(n, "dir");
	if (dir.n == 0)
		return;
	n->data = save_wanted(b);
	b->dir_src = wd_str_ieqc(wd_str_trim(dir), "rtl") ? n : NULL;
}

static void rule(struct builder *b)
{
	close_leaf(b);
	if (is_table_part(b->cur->tag))
		return;
	ensure_flow(b);
	(void)add(b, b->cur, WD_TAG_HR);
}

/* ---- the walk ---- */

/* Returns whether the children are to be visited (and leave() called after them). */
static bool enter(struct builder *b, struct wd_node *n)
{
	struct wd_clean_policy p = wd_clean_policy(n);
	n->data = NULL;
	switch ((enum wd_clean_action)p.action) {
	case WD_CLEAN_LEAF:
	case WD_CLEAN_RAWTEXT:
		enter_leaf(b, n, (enum wd_tag)p.out);
		return true;
	case WD_CLEAN_CONTAINER:
		enter_container(b, n, (enum wd_tag)p.out);
		return true;
	case WD_CLEAN_INLINE:
		enter_inline(b, n, (enum wd_tag)p.out);
		return true;
	case WD_CLEAN_BOUNDARY:
		enter_boundary(b, n);
		return true;
	case WD_CLEAN_UNWRAP: /* names with a hyphen are custom elements, mostly boxes */
		if (wd_str_chr(n->name, '-', 0) != SIZE_MAX)
			close_leaf(b);
		return true;
	case WD_CLEAN_BREAK:
		line_break(b);
		return false;
	case WD_CLEAN_RULE:
		rule(b);
		return false;
	case WD_CLEAN_IMAGE:
		image(b, n);
		return false;
	case WD_CLEAN_EMBED:
		embed(b, n);
		return false;
	case WD_CLEAN_NOSCRIPT:
		if (holds_image(n))
			return true;
		leave_out(b, n, "noscript");
		return false;
	case WD_CLEAN_DROP_TEXT:
		leave_out(b, n, "control");
		if (n->tag != WD_TAG_SVG && n->tag != WD_TAG_CANVAS)
			text(b, WD_STR(" "));
		return false;
	case WD_CLEAN_DROP:
		return false;
	}
	return false;
}

static void leave(struct builder *b, struct wd_node *n)
{
	switch ((enum wd_clean_action)wd_clean_policy(n).action) {
	case WD_CLEAN_LEAF:
	case WD_CLEAN_RAWTEXT:
	case WD_CLEAN_BOUNDARY:
		close_leaf(b);
		restore_wanted(b, n->data);
		n->data = NULL;
		break;
	case WD_CLEAN_CONTAINER:
		leave_container(b, n);
		break;
	case WD_CLEAN_INLINE:
		leave_inline(b, n);
		break;
	default:
		if (wd_str_chr(n->name, '-', 0) != SIZE_MAX)
			close_leaf(b);
		break;
	}
}

static void walk(struct builder *b, struct wd_node *root)
{
	for (struct wd_node *n = root->first; n != NULL;) {
		bool down = false;
		if (n->type == WD_NODE_TEXT)
			text(b, n->text);
		else if (n->type == WD_NODE_ELEMENT)
			down = enter(b, n);
		if (down && n->first != NULL) {
			n = n->first;
			continue;
		}
		if (down)
			leave(b, n);
		while (n != root && n->next == NULL) {
			n = n->parent;
			if (n != root)
				leave(b, n);
		}
		n = n == root ? NULL : n->next;
	}
}

/* Readers without ruby support show a reading in brackets; so does the plain text. */
static void bracket(struct wd_arena *a, struct wd_node *rt, bool before)
{
	struct wd_node *beside = before ? rt->prev : rt->next;
	while (beside != NULL && beside->type == WD_NODE_TEXT && wd_str_trim(beside->text).n == 0)
		beside = before ? beside->prev : beside->next;
	if (beside != NULL && beside->tag == WD_TAG_RP)
		return;
	struct wd_node *rp = wd_node_new(a, WD_TAG_RP);
	struct wd_node *text = wd_node_text(a, before ? WD_STR("（") : WD_STR("）"));
	if (rp == NULL || text == NULL)
		return;
	wd_node_append(rp, text);
	if (before)
		wd_node_insert_before(rt, rp);
	else if (rt->next != NULL)
		wd_node_insert_before(rt->next, rp);
	else
		wd_node_append(rt->parent, rp);
}

static void bracket_readings(struct wd_arena *a, struct wd_node *root)
{
	for (struct wd_node *n = root->first; n != NULL; n = wd_node_next(root, n, false)) {
		if (n->type != WD_NODE_ELEMENT || n->tag != WD_TAG_RT)
			continue;
		bracket(a, n, true);
		bracket(a, n, false);
	}
}

struct wd_node *wd_clean_build(struct wd_arena *a, struct wd_node *root,
	const struct wd_clean_opts *opts, struct wd_clean *ret)
{
	struct builder b = {.a = a, .opts = opts, .ret = ret, .want = WD_TAG_P};
	b.root = b.cur = wd_node_new(a, WD_TAG_OTHER);
	if (b.root == NULL)
		return NULL;
	b.root->type = WD_NODE_ROOT;
	for (struct wd_node *up = root; up != NULL; up = up->parent) {
		struct wd_str dir = wd_str_trim(wd_node_attr(up, "dir"));
		if (dir.n == 0)
			continue;
		if (wd_str_ieqc(dir, "rtl"))
			b.dir_src = up;
		break;
	}
	wd_buf_init(&b.buf, RUN_MAX);
	walk(&b, root);
	close_leaf(&b);
	bracket_readings(a, b.root);
	bool failed = wd_buf_failed(&b.buf);
	wd_buf_done(&b.buf);
	return failed ? NULL : b.root;
}
