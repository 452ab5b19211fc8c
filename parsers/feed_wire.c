/*
 * What news agencies put beside an Atom or RSS entry in a namespace of their own: the byline, the
 * dateline, the slug and, above all, whether the story was killed. The namespaces are each agency's
 * and change with the years, so an element is told by its local name, and only where it stands
 * right in the entry or in one wrapper of the agency's (ContentMetadata, NewsManagement).
 */
#include "base/utf8.h"
#include "parsers/feed_impl.h"
#include "parsers/fields.h"

bool feed_wire_is(enum feed_tag tag)
{
	return tag >= T_WIRE_BYLINE && tag <= T_WIRE_ALERT;
}

static void keep(struct feed_state *s, struct wd_str *to, struct wd_str text)
{
	text = wd_utf8_trim(text);
	if (to->n == 0 && text.n > 0)
		*to = wd_arena_str(s->pc->entry_arena, wd_utf8_squeeze(s->pc->entry_arena, text));
}

void feed_wire_start(struct feed_state *s, const struct wd_xml_elem *e)
{
	if (!feed_wire_is((enum feed_tag)e->tag))
		return;
	if (e->tag == T_WIRE_PLACE)
		keep(s, &s->entry.dateline_city, wd_xml_attr(e, "city"));
	else if (e->tag == T_WIRE_PRIORITY && s->entry.priority == 0)
		s->entry.priority = wd_field_urgency(wd_xml_attr(e, "numeric"));
	wd_xml_capture(s->x, WD_XML_TEXT);
}

void feed_wire_end(struct feed_state *s, const struct wd_xml_elem *e, struct wd_str text)
{
	struct wd_entry *en = &s->entry;
	text = wd_utf8_trim(text);
	switch ((enum feed_tag)e->tag) {
	case T_WIRE_BYLINE:
		keep(s, &en->byline, text);
		break;
	case T_WIRE_DATELINE:
		keep(s, &en->dateline_text, text);
		break;
	case T_WIRE_PLACE:
		keep(s, &en->dateline_city, text);
		break;
	case T_WIRE_SLUG:
		keep(s, &en->slugline, text);
		break;
	case T_WIRE_EDNOTE:
		keep(s, &en->ednote, text);
		break;
	case T_WIRE_VERSION:
		keep(s, &en->version, text);
		break;
	case T_WIRE_STATUS: /* "Published" is these systems' word for usable */
		if (en->pubstatus.n == 0)
			en->pubstatus = wd_str_ieqc(text, "published") ? WD_STR("usable")
								       : wd_field_pubstatus(text);
		break;
	case T_WIRE_PRIORITY:
		if (en->priority == 0)
			en->priority = wd_field_urgency(text);
		break;
	case T_WIRE_URGENCY:
		if (en->urgency == 0)
			en->urgency = wd_field_urgency(text);
		break;
	case T_WIRE_ALERT: /* an instruction: "Kill", "Correct" */
		if (wd_str_eqc(wd_field_pubstatus(text), "canceled"))
			en->pubstatus = WD_STR("canceled");
		break;
	default:
		break;
	}
}
