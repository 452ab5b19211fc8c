/*
 * "In body" and foreign content: what start and end tags do in the text of a page (§13.2.6.4.7,
 * §13.2.6.5).
 *
 * Kept otherwise than the standard has it, because a news desk wants the words and their borders:
 * stray table parts (<td> outside any <table>) stay as elements instead of vanishing, <select> and
 * <frameset> are ordinary elements, <noscript> in the body is parsed.
 */
#include "parsers/html_build.h"

static void block_start(struct wd_html_builder *b)
{
	wd_hb_close_p(b);
	wd_hb_insert(b);
}

/* li; dd, dt; stray td, th; stray tr: closes the open one of its kind. */
static void item_start(struct wd_html_builder *b, enum wd_tag x, enum wd_tag y)
{
	for (size_t i = b->depth; b->open[x] + b->open[y] > 0 && i-- > 1;) {
		unsigned tag = b->stack[i]->tag;
		if (tag == x || tag == y) {
			wd_hb_implied_end(b, tag, WD_TC_IMPLIED);
			wd_hb_pop_to(b, b->stack[i]);
			break;
		}
		if (wd_tag_has(tag, WD_TC_SPECIAL) && tag != WD_TAG_ADDRESS && tag != WD_TAG_DIV &&
			tag != WD_TAG_P)
			break;
	}
	block_start(b);
}

static void stray_table_part(struct wd_html_builder *b)
{
	if (b->k.tag == WD_TAG_TD || b->k.tag == WD_TAG_TH)
		item_start(b, WD_TAG_TD, WD_TAG_TH);
	else if (b->k.tag == WD_TAG_TR) {
		if (wd_hb_in_scope(b, WD_TAG_TR, WD_TAG_TABLE, WD_TAG_TEMPLATE) != NULL)
			wd_hb_pop_tag(b, WD_TAG_TR);
		else if (b->open[WD_TAG_TABLE] == 0)
			wd_hb_pop_tag(b, WD_TAG_TR);
		block_start(b);
	} else if (b->k.tag == WD_TAG_COL)
		wd_hb_insert_void(b);
	else
		block_start(b);
}

static void formatting_start(struct wd_html_builder *b)
{
	wd_hb_reconstruct(b);
	wd_hb_formatting_push(b, wd_hb_insert(b));
}

static void a_start(struct wd_html_builder *b)
{
	struct wd_node *a = wd_hb_formatting_find(b, WD_TAG_A);
	if (a != NULL) {
		wd_hb_adopt(b, WD_TAG_A);
		wd_hb_formatting_remove(b, a);
		for (size_t i = b->depth; b->open[WD_TAG_A] > 0 && i-- > 1;)
			if (b->stack[i] == a) {
				memmove(&b->stack[i], &b->stack[i + 1],
					(b->depth - i - 1) * sizeof(*b->stack));
				b->depth--;
				b->open[WD_TAG_A]--;
				break;
			}
	}
	formatting_start(b);
}

static void form_start(struct wd_html_builder *b)
{
	if (b->form != NULL && b->open[WD_TAG_TEMPLATE] == 0)
		return;
	wd_hb_close_p(b);
	struct wd_node *form = wd_hb_insert(b);
	if (b->open[WD_TAG_TEMPLATE] == 0)
		b->form = form;
}

static void table_start(struct wd_html_builder *b)
{
	wd_hb_close_p(b);
	if (wd_hb_insert(b) != NULL)
		b->mode = WD_MODE_TABLE;
}

static void foreign_insert(struct wd_html_builder *b, bool root)
{
	if (!root)
		b->k.tag = WD_TAG_OTHER;
	struct wd_node *n = b->k.self_closing ? wd_hb_insert_void(b) : wd_hb_insert(b);
	if (n != NULL)
		n->flags |= WD_NF_FOREIGN;
}

static void raw_start(struct wd_html_builder *b)
{
	if (b->k.tag == WD_TAG_XMP)
		wd_hb_close_p(b);
	wd_hb_raw(b);
}

static void ruby_start(struct wd_html_builder *b)
{
	if (wd_hb_in_scope(b, WD_TAG_RUBY, WD_TAG_OTHER, WD_TAG_OTHER) != NULL) {
		bool annotation = b->k.tag == WD_TAG_RT || b->k.tag == WD_TAG_RP;
		wd_hb_implied_end(b, annotation ? WD_TAG_RTC : WD_TAG_OTHER, WD_TC_IMPLIED);
	}
	wd_hb_insert(b);
}

/* Start tags with a rule of their own; false: by class. */
static bool start_special(struct wd_html_builder *b)
{
	switch (b->k.tag) {
	case WD_TAG_HTML:
	case WD_TAG_BODY:
		b->out->stray_ends++;
		if (b->k.tag == WD_TAG_HTML && b->out->html != NULL)
			wd_hb_merge_attrs(b, b->out->html);
		else if (b->out->body != NULL && b->k.tag == WD_TAG_BODY)
			wd_hb_merge_attrs(b, b->out->body);
		return true;
	case WD_TAG_HEAD:
		return true;
	case WD_TAG_A:
		a_start(b);
		return true;
	case WD_TAG_NOBR:
		wd_hb_reconstruct(b);
		if (wd_hb_in_scope(b, WD_TAG_NOBR, WD_TAG_OTHER, WD_TAG_OTHER) != NULL)
			wd_hb_adopt(b, WD_TAG_NOBR);
		formatting_start(b);
		return true;
	case WD_TAG_PRE:
	case WD_TAG_LISTING:
		block_start(b);
		b->skip_newline = true;
		return true;
	case WD_TAG_FORM:
		form_start(b);
		return true;
	case WD_TAG_LI:
		item_start(b, WD_TAG_LI, WD_TAG_LI);
		return true;
	case WD_TAG_DD:
	case WD_TAG_DT:
		item_start(b, WD_TAG_DD, WD_TAG_DT);
		return true;
	case WD_TAG_BUTTON:
		if (wd_hb_in_scope(b, WD_TAG_BUTTON, WD_TAG_OTHER, WD_TAG_OTHER) != NULL)
			wd_hb_pop_tag(b, WD_TAG_BUTTON);
		wd_hb_reconstruct(b);
		wd_hb_insert(b);
		return true;
	case WD_TAG_TABLE:
		table_start(b);
		return true;
	case WD_TAG_OPTION:
	case WD_TAG_OPTGROUP:
		if (wd_hb_current(b)->tag == WD_TAG_OPTION)
			wd_hb_pop(b);
		wd_hb_reconstruct(b);
		wd_hb_insert(b);
		return true;
	case WD_TAG_RB:
	case WD_TAG_RTC:
	case WD_TAG_RT:
	case WD_TAG_RP:
		ruby_start(b);
		return true;
	case WD_TAG_SVG:
	case WD_TAG_MATH:
		wd_hb_reconstruct(b);
		foreign_insert(b, true);
		return true;
	case WD_TAG_PLAINTEXT:
		block_start(b);
		wd_hb_text(b, wd_tokenizer_rest(&b->t));
		return true;
	default:
		return false;
	}
}

static void start_tag(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	uint32_t is = wd_tag_classes[tag];
	if (start_special(b))
		return;
	if (tag == WD_TAG_OTHER && wd_str_eqc(b->k.name, "image")) {
		b->k.tag = WD_TAG_IMG;
		tag = WD_TAG_IMG;
		b->k.name = wd_tag_name(WD_TAG_IMG);
		is = wd_tag_classes[tag];
	}
	if (is & WD_TC_HEAD)
		wd_hm_head_element(b);
	else if (is & (WD_TC_RAW | WD_TC_RCDATA))
		raw_start(b);
	else if (is & WD_TC_TABLE_PART)
		stray_table_part(b);
	else if (is & WD_TC_VOID) {
		if (is & WD_TC_CLOSES_P || tag == WD_TAG_HR)
			wd_hb_close_p(b);
		else
			wd_hb_reconstruct(b);
		wd_hb_insert_void(b);
	} else if (is & WD_TC_CLOSES_P) {
		wd_hb_close_p(b);
		if ((is & WD_TC_HEADING) && wd_tag_has(wd_hb_current(b)->tag, WD_TC_HEADING))
			wd_hb_pop(b);
		wd_hb_insert(b);
	} else if (is & WD_TC_FORMAT)
		formatting_start(b);
	else {
		wd_hb_reconstruct(b);
		struct wd_node *n = wd_hb_insert(b);
		if (n != NULL && (is & WD_TC_MARKER))
			wd_hb_formatting_marker(b);
	}
}

static void heading_end(struct wd_html_builder *b)
{
	for (size_t i = b->depth; i-- > 1;) {
		unsigned tag = b->stack[i]->tag;
		if (wd_tag_has(tag, WD_TC_HEADING)) {
			wd_hb_implied_end(b, WD_TAG_OTHER, WD_TC_IMPLIED);
			wd_hb_pop_to(b, b->stack[i]);
			return;
		}
		if (wd_tag_has(tag, WD_TC_SCOPE | WD_TC_BLOCK_END))
			break;
	}
	b->out->stray_ends++;
}

/* Closes the open element of the token's tag when it is in scope. */
static void scoped_end(struct wd_html_builder *b, enum wd_tag stop_1, enum wd_tag stop_2)
{
	unsigned tag = b->k.tag;
	struct wd_node *el = wd_hb_in_scope(b, tag, stop_1, stop_2);
	if (el == NULL) {
		b->out->stray_ends++;
		return;
	}
	wd_hb_implied_end(b, tag, WD_TC_IMPLIED);
	wd_hb_pop_to(b, el);
}

static void form_end(struct wd_html_builder *b)
{
	if (b->open[WD_TAG_TEMPLATE] == 0) {
		struct wd_node *form = b->form;
		b->form = NULL;
		/* Out of the stack, but what is open inside stays open. */
		for (size_t i = b->depth; form != NULL && b->open[WD_TAG_FORM] > 0 && i-- > 1;)
			if (b->stack[i] == form) {
				wd_hb_implied_end(b, WD_TAG_OTHER, WD_TC_IMPLIED);
				if (i >= b->depth)
					return;
				memmove(&b->stack[i], &b->stack[i + 1],
					(b->depth - i - 1) * sizeof(*b->stack));
				b->depth--;
				b->open[WD_TAG_FORM]--;
				return;
			}
		b->out->stray_ends++;
		return;
	}
	scoped_end(b, WD_TAG_OTHER, WD_TAG_OTHER);
}

static void p_end(struct wd_html_builder *b)
{
	if (wd_hb_in_scope(b, WD_TAG_P, WD_TAG_BUTTON, WD_TAG_OTHER) == NULL) {
		b->out->stray_ends++;
		b->k.attr_count = 0;
		wd_hb_insert(b);
		if (wd_hb_current(b)->tag != WD_TAG_P)
			return;
	}
	wd_hb_close_p(b);
}

static void end_tag(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	uint32_t is = wd_tag_classes[tag];
	switch (tag) {
	case WD_TAG_BODY:
	case WD_TAG_HTML:
		if (!b->opts->fragment && b->open[WD_TAG_TEMPLATE] == 0)
			b->mode = WD_MODE_AFTER_BODY;
		return;
	case WD_TAG_TEMPLATE:
		wd_hm_head_element(b);
		return;
	case WD_TAG_P:
		p_end(b);
		return;
	case WD_TAG_BR:
		b->k.attr_count = 0;
		wd_hb_reconstruct(b);
		wd_hb_insert_void(b);
		return;
	case WD_TAG_FORM:
		form_end(b);
		return;
	case WD_TAG_LI:
		if (b->open[WD_TAG_LI] > 0) {
			struct wd_node *li = NULL;
			for (size_t i = b->depth; i-- > 1 && li == NULL;) {
				unsigned on = b->stack[i]->tag;
				if (on == WD_TAG_OL || on == WD_TAG_UL ||
					wd_tag_has(on, WD_TC_SCOPE))
					break;
				li = on == WD_TAG_LI ? b->stack[i] : NULL;
			}
			if (li != NULL) {
				wd_hb_implied_end(b, WD_TAG_LI, WD_TC_IMPLIED);
				wd_hb_pop_to(b, li);
				return;
			}
		}
		b->out->stray_ends++;
		return;
	case WD_TAG_DD:
	case WD_TAG_DT:
		scoped_end(b, WD_TAG_OTHER, WD_TAG_OTHER);
		return;
	default:
		break;
	}
	if (is & WD_TC_HEADING)
		heading_end(b);
	else if (is & WD_TC_FORMAT)
		wd_hb_adopt(b, tag);
	else if (is & WD_TC_MARKER) {
		scoped_end(b, WD_TAG_OTHER, WD_TAG_OTHER);
		wd_hb_formatting_clear(b);
	} else if (is & WD_TC_BLOCK_END)
		scoped_end(b, WD_TAG_OTHER, WD_TAG_OTHER);
	else
		wd_hb_any_end(b);
}

void wd_hm_body(struct wd_html_builder *b)
{
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		if (!b->k.space)
			wd_hb_reconstruct(b);
		wd_hb_text(b, b->k.text);
		break;
	case WD_TOK_START:
		start_tag(b);
		break;
	case WD_TOK_END:
		if (b->flat[b->k.tag] > 0) { /* the end of a flattened element */
			b->flat[b->k.tag]--;
			b->flat_total--;
		} else {
			end_tag(b);
		}
		break;
	case WD_TOK_COMMENT:
		wd_hb_comment(b);
		break;
	default:
		break;
	}
}

/* ---- svg, math ---- */

/* Inside foreign content, but HTML again: foreignObject, desc, title, annotation-xml, mi … */
static bool integration_point(const struct wd_node *n)
{
	static const char *const names[] = {"foreignobject", "desc", "title", "annotation-xml",
		"mi", "mo", "mn", "ms", "mtext"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++)
		if (wd_str_eqc(n->name, names[i]))
			return true;
	return false;
}

static bool breaks_out(const struct wd_token *k)
{
	if (k->tag == WD_TAG_FONT) {
		for (size_t i = 0; i < k->attr_count; i++)
			if (wd_str_eqc(k->attrs[i].name, "color") ||
				wd_str_eqc(k->attrs[i].name, "face") ||
				wd_str_eqc(k->attrs[i].name, "size"))
				return true;
		return false;
	}
	return wd_tag_has(k->tag, WD_TC_BREAKOUT);
}

static void foreign_end(struct wd_html_builder *b)
{
	for (size_t i = b->depth; i-- > 1;) {
		struct wd_node *n = b->stack[i];
		if (!(n->flags & WD_NF_FOREIGN))
			break;
		if (wd_str_eq(n->name, b->k.name)) {
			while (b->depth > i)
				wd_hb_pop(b);
			return;
		}
	}
	if (b->flat_total > 0 && b->flat[WD_TAG_OTHER] > 0 &&
		!wd_tag_has(b->k.tag, WD_TC_BREAKOUT)) {
		b->flat[WD_TAG_OTHER]--;
		b->flat_total--;
		return;
	}
	/* Not foreign content's: an HTML element around it is closed, and all that is open inside.
	 */
	if (wd_tag_has(b->k.tag, WD_TC_SPECIAL | WD_TC_FORMAT) && b->open[b->k.tag] > 0) {
		while (wd_hb_current(b)->flags & WD_NF_FOREIGN)
			wd_hb_pop(b);
		b->t.foreign = false;
		wd_hm_token(b);
		return;
	}
	b->out->stray_ends++;
}

bool wd_hm_foreign(struct wd_html_builder *b)
{
	const struct wd_node *cur = wd_hb_current(b);
	if (b->k.kind != WD_TOK_END && integration_point(cur) &&
		!(b->k.kind == WD_TOK_START && b->k.tag == WD_TAG_SVG))
		return false;
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		wd_hb_text(b, b->k.text);
		return true;
	case WD_TOK_COMMENT:
		wd_hb_comment(b);
		return true;
	case WD_TOK_START:
		if (breaks_out(&b->k)) {
			while ((cur = wd_hb_current(b))->flags & WD_NF_FOREIGN) {
				if (integration_point(cur))
					break;
				wd_hb_pop(b);
			}
			return false;
		}
		foreign_insert(b, b->k.tag == WD_TAG_SVG || b->k.tag == WD_TAG_MATH);
		return true;
	case WD_TOK_END:
		foreign_end(b);
		return true;
	default:
		return true;
	}
}
