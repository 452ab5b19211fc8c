/*
 * Visible bylines: elements that are named so, lines around the headline that say "By", "Von",
 * "Par" …, links to an author's page, and the reporters that Korean articles end with.
 *
 * A line is taken apart at its dates and line breaks first, so "Posted on 2 May by Ida Berg" and
 * "By Ida Berg<br>Staff writer" need no rule of their own. A name alone is no byline: too many
 * sections, places and pictures are named by two words with capitals.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parsers/html_tags.h"
#include "parsers/metadata_impl.h"

enum { LINE_BYTES = 160, PROSE_BYTES = 120 };

/* The text of a byline without the dates in it. */
static struct wd_str byline_text(struct wd_facts *f, const struct wd_page_el *e)
{
	struct wd_str text = wd_node_inner_text(f->a, e->n);
	struct wd_date_opts o = {.now_us = f->doc->fetched_at_us, .no_relative = true};
	struct wd_date_hit hit;
	size_t at = 0;
	if (!wd_date_scan(text, &at, &o, &hit))
		return text;
	struct wd_str before = wd_utf8_trim(wd_str_sub(text, 0, hit.start));
	return before.n > 0 ? before : wd_str_from(text, hit.end);
}

/* The first small element named as a byline that holds a name. */
static void from_names(struct wd_facts *f, struct wd_str site, wd_persons *ret)
{
	const struct wd_page *p = f->page;
	for (size_t i = 0; i < p->n && ret->n == 0;) {
		const struct wd_page_el *e = &p->els[i];
		bool comments = (e->kinds & WD_VOC_COMMENTS) || e->n->tag == WD_TAG_ASIDE ||
				e->n->tag == WD_TAG_NAV ||
				(e->n->tag == WD_TAG_FOOTER && !wd_page_is_article_footer(p, e));
		if (e->why != WD_PAGE_KEPT && comments) {
			i = e->end;
			continue;
		}
		i++;
		if (!(e->kinds & WD_VOC_BYLINE) || e->sub == 0 || e->sub > 150)
			continue;
		wd_meta_add_names(f, byline_text(f, e), WD_STR_NONE, site, false, ret);
	}
}

/* All text below, a line for each block. */
static struct wd_str lines_of(struct wd_arena *a, const struct wd_node *root)
{
	struct wd_buf out;
	wd_buf_init(&out, 16 * WD_KIB);
	const struct wd_node *n = root;
	while (n != NULL) {
		bool block = n->type == WD_NODE_ELEMENT && wd_tag_has(n->tag, WD_TC_BLOCK);
		if (n->type == WD_NODE_TEXT)
			wd_buf_add(&out, wd_utf8_squeeze(a, n->text));
		wd_buf_putc(&out, block ? '\n' : ' ');
		if (n->first != NULL) {
			n = n->first;
			continue;
		}
		while (n != root && n->next == NULL)
			n = n->parent;
		n = n == root ? NULL : n->next;
	}
	struct wd_str s = wd_buf_failed(&out) ? WD_STR_NONE : wd_arena_str(a, wd_buf_str(&out));
	wd_buf_done(&out);
	return s;
}

/* What stands behind "By", "Geschrieben von", "文：" at the start; empty without. */
static struct wd_str behind_label(struct wd_str s)
{
	/* Words that are others too: as they are written before a name. */
	static const char *const exact[] = {"By ", "BY ", "by ", "By: ", "by: ", "Von ", "VON ",
		"von ", "Par ", "PAR ", "par ", "Por ", "POR ", "por ", "Di ", "DI ", "di ",
		"Door ", "DOOR ", "door ", "Av ", "AV ", "av ", "Af ", "AF ", "af "};
	static const char *const any[] = {"posted by ", "written by ", "published by ",
		"reported by ", "submitted by ", "story by ", "words by ", "text by ",
		"reporting by ", "analysis by ", "opinion by ",
		"author: ", "autor: ", "autora: ", "autore: ", "auteur: ", "auteur : ", "text: ",
		"texte: ", "texte : ", "texto: ", "testo: ", "tekst: ", "author ",
		"geschrieben von ", "verfasst von ", "ein beitrag von ", "publié par ",
		"écrit par ", "rédigé par ", "escrito por ", "publicado por ", "scritto da ",
		"pubblicato da ", "a cura di ", "geschreven door ", "skrevet af ", "skrevet av ",
		"skriven av ", "napsal ", "napisał ", "автор: ", "автор ", "текст: ", "автори: ",
		"yazan: ", "yazar: ", "muhabir: ", "συντάκτης: ", "بقلم: ", "بقلم ",
		"كتب: ", "מאת: ", "מאת ", "作者：", "作者:", "文：", "文／", "文・", "文＝",
		"撰文：", "記者：", "记者：", "記者", "记者", "取材・文＝", "글 = ", "글="};
	static const char *const posted[] = {
		"posted ", "published ", "submitted ", "filed ", "this entry was posted "};
	for (size_t i = 0; i < WD_COUNTOF(exact); i++)
		if (wd_str_startsc(s, exact[i]))
			return wd_str_from(s, strlen(exact[i]));
	for (size_t i = 0; i < WD_COUNTOF(any); i++)
		if (wd_str_istartsc(s, any[i]))
			return wd_str_from(s, strlen(any[i]));
	for (size_t i = 0; i < WD_COUNTOF(posted); i++) {
		size_t by = wd_str_istartsc(s, posted[i]) ? wd_str_find(s, WD_STR(" by "), 0)
							  : SIZE_MAX;
		if (by != SIZE_MAX)
			return wd_str_from(s, by + strlen(" by "));
	}
	return WD_STR_NONE;
}

/* "onze redacteur Ida Berg": words in small letters before a name, but for those that are part of
 * one. */
static struct wd_str from_capital(struct wd_str s)
{
	static const char *const particles[] = {"van", "von", "de", "der", "den", "da", "di", "du",
		"dos", "del", "della", "la", "le", "el", "al", "bin", "ter", "ten", "zu", "af"};
	for (unsigned words = 0; words < 4; words++) {
		struct wd_str rest = s, word;
		size_t at = 0;
		if (!wd_str_split(&rest, ' ', &word) || word.n == 0 ||
			!wd_cp_is_lower(wd_utf8_next(word, &at)))
			return s;
		for (size_t i = 0; i < WD_COUNTOF(particles); i++)
			if (wd_str_eqc(word, particles[i]))
				return s;
		if (rest.n == 0)
			return s;
		s = rest;
	}
	return s;
}

static struct wd_str without_signs(struct wd_str s)
{
	static const char *const signs[] = {"|", "-", "–", "—", "·", "•", ",", ";", "/", "("};
	s = wd_utf8_trim(s);
	for (size_t i = 0; i < WD_COUNTOF(signs); i++)
		if (wd_str_startsc(s, signs[i]))
			return wd_utf8_trim(wd_str_from(s, strlen(signs[i])));
	return s;
}

/* A line between its dates, and behind each "|". */
static void from_line(struct wd_facts *f, struct wd_str line, struct wd_str site, wd_persons *ret)
{
	const struct wd_date_opts o = {.now_us = f->doc->fetched_at_us, .no_relative = true};
	struct wd_date_hit hit;
	for (size_t at = 0, from = 0; from < line.n; from = at) {
		bool dated = wd_date_scan(line, &at, &o, &hit);
		struct wd_str piece = wd_str_sub(line, from, dated ? hit.start : line.n), part;
		while (wd_str_split(&piece, '|', &part)) {
			struct wd_str name = behind_label(without_signs(part));
			name = wd_str_sub(name, 0, wd_str_find(name, WD_STR("／"), 0));
			if (name.n > 0)
				wd_meta_add_names(f, from_capital(wd_utf8_trim(name)), WD_STR_NONE,
					site, false, ret);
		}
		if (!dated)
			break;
	}
}

static bool is_foreign(const struct wd_page *p, const struct wd_page_el *e)
{
	if (wd_page_is_article_footer(p, e))
		return false;
	return e->why == WD_PAGE_TAG || e->why == WD_PAGE_HIDDEN || e->why == WD_PAGE_ROLE ||
	       (e->kinds & WD_VOC_COMMENTS) ||
	       (e->why == WD_PAGE_NAME && (e->kinds & WD_VOC_DROP) &&
		       !(e->kinds & (WD_VOC_BYLINE | WD_VOC_DATE)));
}

/* The path has a part that is named for those who write: "/author/ida-berg". */
static bool is_author_page(struct wd_str href)
{
	static const char *const parts[] = {"author", "authors", "autor", "autores", "autoren",
		"auteur", "auteurs", "autore", "autori", "journalist", "journalists", "journaliste",
		"journalistes", "reporter", "reporters", "contributor", "contributors", "columnist",
		"columnists", "writer", "writers", "staff", "byline", "by", "redakteur",
		"redakteure", "profile", "profiles", "people", "blogger", "bloggers", "skribent",
		"forfatter", "firma", "yazar", "yazarlar", "author.asp", "bio", "bios"};
	struct wd_str path = wd_url_split(href).path, part;
	path = path.n > 0 ? path : href;
	while (wd_str_split(&path, '/', &part))
		for (size_t i = 0; i < WD_COUNTOF(parts); i++)
			if ((path.n > 0 && wd_str_ieqc(part, parts[i])) ||
				wd_str_startsc(part, "@"))
				return true;
	return false;
}

/* Between the headline and the first paragraph. */
static void from_head(struct wd_facts *f, struct wd_str site, wd_persons *ret)
{
	enum { NEAR = 25 };
	const struct wd_page *p = f->page;
	size_t from = f->headline_at + 1, end = from > 1 ? WD_MIN(p->n, from + NEAR) : 0;
	wd_persons linked = {0};
	for (size_t i = from; i < end && ret->n == 0;) {
		const struct wd_page_el *e = &p->els[i];
		bool foreign = is_foreign(p, e);
		i = foreign ? e->end : i + 1;
		if (foreign || e->sub < 4)
			continue;
		if (e->reads && e->own > PROSE_BYTES)
			break;
		if (e->sub > LINE_BYTES)
			continue;
		struct wd_str rest = lines_of(f->a, e->n), line;
		while (wd_str_line(&rest, &line))
			from_line(f, wd_utf8_trim(wd_utf8_squeeze(f->a, line)), site, ret);
		if (e->n->tag == WD_TAG_A && is_author_page(wd_node_attr(e->n, "href")))
			wd_meta_add_names(f, wd_node_inner_text(f->a, e->n), WD_STR_NONE, site,
				false, &linked);
	}
	if (ret->n == 0)
		*ret = linked;
}

/* Behind the article a line that begins with the label. */
static void from_foot(struct wd_facts *f, struct wd_str site, wd_persons *ret)
{
	const struct wd_page *p = f->page;
	size_t last = 0;
	for (size_t i = 1; i < p->n; i++)
		if (p->els[i].near > p->els[last].near)
			last = i;
	enum { NEAR = 12 };
	size_t from = last + 1; /* behind its last sentence */
	for (size_t i = from; i < p->els[last].end; i++)
		if (p->els[i].reads && p->els[i].why == WD_PAGE_KEPT &&
			p->els[i].own > LINE_BYTES / 2)
			from = p->els[i].end;
	size_t end = WD_MIN(p->n, WD_MAX(from, p->els[last].end) + NEAR);
	for (size_t i = from; last > 0 && i < end && ret->n == 0;) {
		const struct wd_page_el *e = &p->els[i];
		bool foreign = is_foreign(p, e);
		i = foreign ? e->end : i + 1;
		if (!foreign && e->sub >= 6 && e->sub <= LINE_BYTES / 2)
			from_line(f, wd_utf8_trim(wd_node_inner_text(f->a, e->n)), site, ret);
	}
}

/* "홍길동 기자", "홍길동·김철수 기자": the word before, two to four syllables a name. */
static void add_reporters(struct wd_facts *f, struct wd_str s, struct wd_str site, wd_persons *ret)
{
	static const char *const kinds[] = {"취재", "담당", "사진", "인턴", "전문", "선임", "수석",
		"객원", "시민", "본지", "명예", "영상", "편집", "온라인", "현장", "특파", "한",
		"본보", "스포츠", "연예", "정치", "경제", "사회", "문화", "전직", "동료", "여러"};
	size_t at = wd_str_find(s, WD_STR("기자"), 0);
	if (at == SIZE_MAX)
		return;
	struct wd_str before = wd_utf8_trim(wd_str_sub(s, 0, at)), word;
	size_t begin = before.n;
	while (begin > 0 && before.p[begin - 1] != ' ' && before.p[begin - 1] != ']' &&
		before.p[begin - 1] != ')' && before.p[begin - 1] != '=')
		begin--;
	struct wd_str list = wd_str_from(before, begin);
	while (list.n > 0) {
		size_t dot = wd_str_find(list, WD_STR("·"), 0);
		word = wd_str_sub(list, 0, dot);
		list = dot != SIZE_MAX ? wd_str_from(list, dot + strlen("·")) : WD_STR_NONE;
		size_t syllables = 0, k = 0;
		bool hangul = word.n > 0;
		while (k < word.n && hangul) {
			hangul = wd_cp_is_hangul(wd_utf8_next(word, &k));
			syllables++;
		}
		for (size_t i = 0; i < WD_COUNTOF(kinds); i++)
			hangul = hangul && !wd_str_eqc(word, kinds[i]);
		if (hangul && syllables >= 2 && syllables <= 4)
			wd_meta_add_names(f, word, WD_STR_NONE, site, true, ret);
	}
}

static void from_reporters(struct wd_facts *f, struct wd_str site, wd_persons *ret)
{
	enum { MAX_BYTES = 120 };
	const struct wd_page *p = f->page;
	for (size_t i = f->headline_at + 1; i < p->n && ret->n == 0;) {
		const struct wd_page_el *e = &p->els[i];
		bool foreign = is_foreign(p, e) || e->n->tag == WD_TAG_A;
		i = foreign ? e->end : i + 1;
		if (!foreign && e->own > 0 && e->own == e->sub && e->own <= MAX_BYTES &&
			e->own_link * 2 <= e->own)
			add_reporters(f, wd_node_inner_text(f->a, e->n), site, ret);
	}
}

void wd_meta_byline(struct wd_facts *f, struct wd_str site, bool named, wd_persons *ret)
{
	if (named)
		from_names(f, site, ret);
	if (ret->n == 0)
		from_head(f, site, ret);
	if (ret->n == 0 && named)
		from_foot(f, site, ret);
	if (ret->n == 0 && named && wd_str_istarts(f->lang, WD_STR("ko")))
		from_reporters(f, site, ret);
}
