/*
 * Insertion modes other than "in body": head, tables, after body (§13.2.6.4).
 *
 * Each mode's function returns false when the token is to be looked at again in the mode it set.
 * Every such step leaves a mode behind for good (it pops, or moves on towards "in body"), so a
 * token is looked at a bounded number of times.
 */
#include "parsers/html_build.h"

static void ensure_html(struct wd_html_builder *b)
{
	if (b->out->html != NULL)
		return;
	b->out->html = wd_hb_insert_tag(b, WD_TAG_HTML);
}

static void ensure_head(struct wd_html_builder *b)
{
	ensure_html(b);
	if (b->out->head == NULL)
		b->out->head = wd_hb_insert_tag(b, WD_TAG_HEAD);
}

static void ensure_body(struct wd_html_builder *b)
{
	ensure_html(b);
	if (b->out->body == NULL)
		b->out->body = wd_hb_insert_tag(b, WD_TAG_BODY);
	b->mode = WD_MODE_BODY;
}

static void template_end(struct wd_html_builder *b)
{
	if (b->open[WD_TAG_TEMPLATE] == 0) {
		b->out->stray_ends++;
		return;
	}
	wd_hb_implied_end(b, WD_TAG_OTHER, WD_TC_IMPLIED | WD_TC_THOROUGH);
	wd_hb_pop_tag(b, WD_TAG_TEMPLATE);
	wd_hb_formatting_clear(b);
	if (b->templates_n > 0)
		b->mode = b->templates[--b->templates_n];
	else
		wd_hb_reset_mode(b);
}

void wd_hm_head_element(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	if (tag == WD_TAG_TEMPLATE) {
		if (b->k.kind == WD_TOK_END) {
			template_end(b);
			return;
		}
		if (b->templates_n == WD_MAX_TEMPLATES || wd_hb_insert(b) == NULL)
			return;
		wd_hb_formatting_marker(b);
		b->templates[b->templates_n++] = b->mode;
		b->mode = WD_MODE_BODY;
	} else if (wd_tag_has(tag, WD_TC_VOID)) {
		wd_hb_insert_void(b);
	} else if (wd_tag_has(tag, WD_TC_RAW | WD_TC_RCDATA)) {
		wd_hb_raw(b);
	}
}

static bool before_head(struct wd_html_builder *b)
{
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		if (b->k.space)
			return true;
		break;
	case WD_TOK_COMMENT:
		wd_hb_comment(b);
		return true;
	case WD_TOK_START:
		if (b->k.tag == WD_TAG_HTML) {
			ensure_html(b);
			wd_hb_merge_attrs(b, b->out->html);
			return true;
		}
		if (b->k.tag == WD_TAG_HEAD) {
			ensure_head(b);
			wd_hb_merge_attrs(b, b->out->head);
			b->mode = WD_MODE_HEAD;
			return true;
		}
		break;
	case WD_TOK_END:
		if (b->k.tag != WD_TAG_HEAD && b->k.tag != WD_TAG_BODY && b->k.tag != WD_TAG_HTML &&
			b->k.tag != WD_TAG_BR) {
			b->out->stray_ends++;
			return true;
		}
		break;
	default:
		break;
	}
	ensure_head(b);
	b->mode = WD_MODE_HEAD;
	return false;
}

static bool in_head(struct wd_html_builder *b)
{
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		if (b->k.space)
			return true;
		break;
	case WD_TOK_COMMENT:
		wd_hb_comment(b);
		return true;
	case WD_TOK_START:
		if (b->k.tag == WD_TAG_HTML) {
			wd_hb_merge_attrs(b, b->out->html);
			return true;
		}
		if (b->k.tag == WD_TAG_HEAD)
			return true;
		if (b->k.tag == WD_TAG_NOSCRIPT) { /* as where scripts run: not shown */
			(void)wd_tokenizer_raw(&b->t, WD_TAG_NOSCRIPT, false);
			return true;
		}
		if (wd_tag_has(b->k.tag, WD_TC_HEAD)) {
			wd_hm_head_element(b);
			return true;
		}
		break;
	case WD_TOK_END:
		if (b->k.tag == WD_TAG_HEAD) {
			wd_hb_pop(b);
			b->mode = WD_MODE_AFTER_HEAD;
			return true;
		}
		if (b->k.tag == WD_TAG_TEMPLATE) {
			template_end(b);
			return true;
		}
		if (b->k.tag != WD_TAG_BODY && b->k.tag != WD_TAG_HTML && b->k.tag != WD_TAG_BR) {
			b->out->stray_ends++;
			return true;
		}
		break;
	default:
		break;
	}
	wd_hb_pop(b);
	b->mode = WD_MODE_AFTER_HEAD;
	return false;
}

static bool after_head(struct wd_html_builder *b)
{
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		if (b->k.space)
			return true;
		break;
	case WD_TOK_COMMENT:
		wd_hb_comment(b);
		return true;
	case WD_TOK_START:
		if (b->k.tag == WD_TAG_HTML) {
			wd_hb_merge_attrs(b, b->out->html);
			return true;
		}
		if (b->k.tag == WD_TAG_BODY) {
			ensure_body(b);
			if (b->out->body != NULL)
				wd_hb_merge_attrs(b, b->out->body);
			return true;
		}
		if (b->k.tag == WD_TAG_HEAD)
			return true;
		if (wd_tag_has(b->k.tag, WD_TC_HEAD) && b->k.tag != WD_TAG_TEMPLATE &&
			b->depth < WD_MAX_HTML_DEPTH && b->out->head != NULL) {
			/* a late meta or script still belongs into the head */
			b->stack[b->depth++] = b->out->head;
			b->open[WD_TAG_HEAD]++;
			wd_hm_head_element(b);
			wd_hb_pop(b);
			return true;
		}
		break;
	case WD_TOK_END:
		if (b->k.tag != WD_TAG_BODY && b->k.tag != WD_TAG_HTML && b->k.tag != WD_TAG_BR) {
			b->out->stray_ends++;
			return true;
		}
		break;
	default:
		break;
	}
	ensure_body(b);
	return false;
}

static bool after_body(struct wd_html_builder *b)
{
	if (b->k.kind == WD_TOK_COMMENT || (b->k.kind == WD_TOK_TEXT && b->k.space) ||
		(b->k.kind == WD_TOK_END && (b->k.tag == WD_TAG_BODY || b->k.tag == WD_TAG_HTML))) {
		return true;
	}
	b->mode = WD_MODE_BODY;
	return false;
}

/* ---- tables ---- */

static void pop_to_context(struct wd_html_builder *b, enum wd_tag x, enum wd_tag y, enum wd_tag z)
{
	while (b->depth > 1) {
		unsigned tag = wd_hb_current(b)->tag;
		if (tag == x || tag == y || tag == z || tag == WD_TAG_TEMPLATE ||
			tag == WD_TAG_HTML)
			return;
		wd_hb_pop(b);
	}
}

static void to_table(struct wd_html_builder *b)
{
	pop_to_context(b, WD_TAG_TABLE, WD_TAG_TABLE, WD_TAG_TABLE);
}

static void to_tbody(struct wd_html_builder *b)
{
	pop_to_context(b, WD_TAG_TBODY, WD_TAG_THEAD, WD_TAG_TFOOT);
}

static void to_row(struct wd_html_builder *b)
{
	pop_to_context(b, WD_TAG_TR, WD_TAG_TR, WD_TAG_TR);
}

/* What is no table part, inside a table but outside its cells: goes before the table. */
static void fostered(struct wd_html_builder *b)
{
	b->foster = true;
	wd_hm_body(b);
	b->foster = false;
}

/* An element the builder makes itself, then the token again (false). Flattened: drops the token's
 * tag, which keeps the text. */
static bool insert_implied(struct wd_html_builder *b, enum wd_tag tag, enum wd_html_mode mode)
{
	if (wd_hb_insert_tag(b, tag) == NULL) {
		wd_hb_insert_void(b);
		return true;
	}
	b->mode = mode;
	return false;
}

static void insert_part(struct wd_html_builder *b, enum wd_html_mode mode)
{
	if (wd_hb_insert(b) != NULL)
		b->mode = mode;
}

static bool table_start_tag(struct wd_html_builder *b)
{
	switch (b->k.tag) {
	case WD_TAG_CAPTION:
		to_table(b);
		wd_hb_formatting_marker(b);
		insert_part(b, WD_MODE_CAPTION);
		return true;
	case WD_TAG_COLGROUP:
		to_table(b);
		insert_part(b, WD_MODE_COLGROUP);
		return true;
	case WD_TAG_COL:
		to_table(b);
		return insert_implied(b, WD_TAG_COLGROUP, WD_MODE_COLGROUP);
	case WD_TAG_TBODY:
	case WD_TAG_THEAD:
	case WD_TAG_TFOOT:
		to_table(b);
		insert_part(b, WD_MODE_TBODY);
		return true;
	case WD_TAG_TR:
	case WD_TAG_TD:
	case WD_TAG_TH:
		to_table(b);
		return insert_implied(b, WD_TAG_TBODY, WD_MODE_TBODY);
	case WD_TAG_TABLE:
		if (!wd_hb_in_table_scope(b, WD_TAG_TABLE))
			return true;
		wd_hb_pop_tag(b, WD_TAG_TABLE);
		wd_hb_reset_mode(b);
		return false;
	case WD_TAG_STYLE:
	case WD_TAG_SCRIPT:
	case WD_TAG_TEMPLATE:
		wd_hm_head_element(b);
		return true;
	case WD_TAG_INPUT:
		if (wd_str_ieqc(
			    b->k.attr_count > 0 ? b->k.attrs[0].value : WD_STR_NONE, "hidden")) {
			wd_hb_insert_void(b);
			return true;
		}
		break;
	case WD_TAG_FORM:
		if (b->form == NULL)
			b->form = wd_hb_insert_void(b);
		return true;
	default:
		break;
	}
	fostered(b);
	return true;
}

static bool in_table(struct wd_html_builder *b)
{
	switch (b->k.kind) {
	case WD_TOK_TEXT:
		if (b->k.space)
			wd_hb_text(b, b->k.text);
		else
			fostered(b);
		return true;
	case WD_TOK_START:
		return table_start_tag(b);
	case WD_TOK_END:
		if (b->k.tag == WD_TAG_TABLE) {
			if (b->flat[WD_TAG_TABLE] > 0) {
				b->flat[WD_TAG_TABLE]--;
				b->flat_total--;
			} else if (wd_hb_in_table_scope(b, WD_TAG_TABLE)) {
				wd_hb_pop_tag(b, WD_TAG_TABLE);
				wd_hb_reset_mode(b);
			}
			return true;
		}
		if (wd_tag_has(b->k.tag, WD_TC_TABLE_PART) || b->k.tag == WD_TAG_BODY ||
			b->k.tag == WD_TAG_HTML) {
			b->out->stray_ends++;
			return true;
		}
		if (b->k.tag == WD_TAG_TEMPLATE) {
			template_end(b);
			return true;
		}
		fostered(b);
		return true;
	default:
		wd_hm_body(b);
		return true;
	}
}

static bool in_caption(struct wd_html_builder *b)
{
	bool part = b->k.kind == WD_TOK_START && wd_tag_has(b->k.tag, WD_TC_TABLE_PART);
	bool own_end = b->k.kind == WD_TOK_END && b->k.tag == WD_TAG_CAPTION;
	bool table_end = b->k.kind == WD_TOK_END && b->k.tag == WD_TAG_TABLE;
	if (!part && !own_end && !table_end) {
		wd_hm_body(b);
		return true;
	}
	if (!wd_hb_in_table_scope(b, WD_TAG_CAPTION)) {
		wd_hb_reset_mode(b);
		return b->mode == WD_MODE_CAPTION;
	}
	wd_hb_pop_tag(b, WD_TAG_CAPTION);
	wd_hb_formatting_clear(b);
	b->mode = WD_MODE_TABLE;
	return own_end;
}

static bool in_colgroup(struct wd_html_builder *b)
{
	if (b->k.kind == WD_TOK_TEXT && b->k.space) {
		wd_hb_text(b, b->k.text);
		return true;
	}
	if (b->k.kind == WD_TOK_COMMENT)
		return true;
	if (b->k.kind == WD_TOK_START && b->k.tag == WD_TAG_COL) {
		wd_hb_insert_void(b);
		return true;
	}
	if (b->k.kind == WD_TOK_START && b->k.tag == WD_TAG_TEMPLATE) {
		wd_hm_head_element(b);
		return true;
	}
	if (wd_hb_current(b)->tag == WD_TAG_COLGROUP)
		wd_hb_pop(b);
	b->mode = WD_MODE_TABLE;
	return b->k.kind == WD_TOK_END && b->k.tag == WD_TAG_COLGROUP;
}

static bool tbody_leave(struct wd_html_builder *b)
{
	to_tbody(b);
	if (wd_tag_has(wd_hb_current(b)->tag, WD_TC_TABLE_CTX))
		wd_hb_pop(b);
	b->mode = WD_MODE_TABLE;
	return false;
}

static bool in_tbody(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	if (b->k.kind == WD_TOK_START) {
		switch (tag) {
		case WD_TAG_TR:
			to_tbody(b);
			insert_part(b, WD_MODE_ROW);
			return true;
		case WD_TAG_TD:
		case WD_TAG_TH:
			to_tbody(b);
			return insert_implied(b, WD_TAG_TR, WD_MODE_ROW);
		case WD_TAG_CAPTION:
		case WD_TAG_COL:
		case WD_TAG_COLGROUP:
		case WD_TAG_TBODY:
		case WD_TAG_THEAD:
		case WD_TAG_TFOOT:
			return tbody_leave(b);
		default:
			return in_table(b);
		}
	}
	if (b->k.kind == WD_TOK_END) {
		if (tag == WD_TAG_TABLE)
			return tbody_leave(b);
		if (tag == WD_TAG_TBODY || tag == WD_TAG_THEAD || tag == WD_TAG_TFOOT) {
			if (wd_hb_in_table_scope(b, tag))
				(void)tbody_leave(b);
			return true;
		}
	}
	return in_table(b);
}

static bool row_leave(struct wd_html_builder *b)
{
	to_row(b);
	if (wd_hb_current(b)->tag == WD_TAG_TR)
		wd_hb_pop(b);
	b->mode = WD_MODE_TBODY;
	return false;
}

static bool in_row(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	if (b->k.kind == WD_TOK_START) {
		if (tag == WD_TAG_TD || tag == WD_TAG_TH) {
			to_row(b);
			insert_part(b, WD_MODE_CELL);
			if (b->mode == WD_MODE_CELL)
				wd_hb_formatting_marker(b);
			return true;
		}
		if (wd_tag_has(tag, WD_TC_TABLE_PART))
			return row_leave(b);
	} else if (b->k.kind == WD_TOK_END) {
		if (tag == WD_TAG_TR) {
			(void)row_leave(b);
			return true;
		}
		if (tag == WD_TAG_TABLE)
			return row_leave(b);
		if (tag == WD_TAG_TBODY || tag == WD_TAG_THEAD || tag == WD_TAG_TFOOT)
			return wd_hb_in_table_scope(b, tag) ? row_leave(b) : true;
	}
	return in_table(b);
}

static void close_cell(struct wd_html_builder *b)
{
	wd_hb_implied_end(b, WD_TAG_OTHER, WD_TC_IMPLIED);
	while (b->depth > 1) {
		unsigned tag = wd_hb_current(b)->tag;
		wd_hb_pop(b);
		if (tag == WD_TAG_TD || tag == WD_TAG_TH)
			break;
		b->out->missing_ends++;
	}
	wd_hb_formatting_clear(b);
	b->mode = WD_MODE_ROW;
}

static bool in_cell(struct wd_html_builder *b)
{
	unsigned tag = b->k.tag;
	bool in_cell_now = wd_hb_in_table_scope(b, WD_TAG_TD) || wd_hb_in_table_scope(b, WD_TAG_TH);
	bool leaves = false, ends = false;
	if (b->k.kind == WD_TOK_START)
		leaves = wd_tag_has(tag, WD_TC_TABLE_PART);
	else if (b->k.kind == WD_TOK_END) {
		ends = tag == WD_TAG_TD || tag == WD_TAG_TH;
		leaves = tag == WD_TAG_TABLE || tag == WD_TAG_TBODY || tag == WD_TAG_THEAD ||
			 tag == WD_TAG_TFOOT || tag == WD_TAG_TR;
		if (leaves && b->flat[tag] > 0) {
			wd_hm_body(b);
			return true;
		}
		if (leaves && !wd_hb_in_table_scope(b, tag)) {
			b->out->stray_ends++;
			return true;
		}
	}
	if (!leaves && !ends) {
		wd_hm_body(b);
		return true;
	}
	if (!in_cell_now) {
		b->mode = WD_MODE_ROW;
		return ends;
	}
	if (ends && !wd_hb_in_table_scope(b, tag)) {
		b->out->stray_ends++; /* </th> for a td */
	}
	close_cell(b);
	return ends;
}

void wd_hm_token(struct wd_html_builder *b)
{
	static bool (*const modes[])(struct wd_html_builder *) = {
		[WD_MODE_BEFORE_HEAD] = before_head,
		[WD_MODE_HEAD] = in_head,
		[WD_MODE_AFTER_HEAD] = after_head,
		[WD_MODE_TABLE] = in_table,
		[WD_MODE_CAPTION] = in_caption,
		[WD_MODE_COLGROUP] = in_colgroup,
		[WD_MODE_TBODY] = in_tbody,
		[WD_MODE_ROW] = in_row,
		[WD_MODE_CELL] = in_cell,
		[WD_MODE_AFTER_BODY] = after_body,
	};
	/* A token is handed from mode to mode at most from a cell to the body of a nested table. */
	for (unsigned i = 0; i < 32; i++) {
		if (b->mode == WD_MODE_BODY) {
			wd_hm_body(b);
			return;
		}
		if (modes[b->mode](b))
			return;
	}
	wd_hb_text(b, b->k.text);
}
