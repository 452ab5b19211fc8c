/*
 * Who wrote it: names out of JSON-LD, meta elements, microdata, rel=author and what is visible
 * (metadata_byline.c); without "By", roles, dates, addresses and the site's own name.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/furniture.h"
#include "parsers/metadata_impl.h"

#define MAX_AUTHORS 20
#define MAX_NAME_BYTES 80

static bool contains_word(struct wd_str s, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = strlen(*words);
		for (size_t at = 0; (at = wd_str_ifind(s, wd_str_c(*words), at)) != SIZE_MAX;
			at++) {
			bool left = at == 0 || !wd_is_alpha(s.p[at - 1]);
			bool right = at + n == s.n || !wd_is_alpha(s.p[at + n]);
			if (left && right)
				return true;
		}
	}
	return false;
}

/* What is no person whatever stands around. */
static const char *const never[] = {"staff", "admin", "administrator", "editor", "editors",
	"editorial", "newsroom", "newsdesk", "desk", "webmaster", "redaktion", "redaction",
	"rédaction", "redacción", "redacao", "redação", "redazione", "redactie", "redakcja",
	"редакция", "author", "authors", "unknown", "anonymous", "guest", "contributor",
	"contributors", "reporter", "reporters", "correspondent", "correspondents", "columnist",
	"writer", "writers", "producer", "journalist", "photographer", "team", "user", "posted",
	"published", "updated", "subscribe", "follow", "view", "comments", "share", "email",
	"twitter", "facebook", "wordpress", "news", "about", "contact", "profile", "archive",
	"read", "more", "null", "none", "undefined", "n/a", "гость", "автор", "from wire reports",
	"wire reports", "special to", "from", "min", "ago", "am", "pm", "est", "edt", "gmt", "utc",
	NULL};

/* "By ", "Von ", "기자" … at an end. */
static struct wd_str strip_labels(struct wd_str s)
{
	static const char *const heads[] = {"posted by ", "analysis by ", "opinion by ",
		"written by ", "reported by ", "published by ", "story by ", "words by ",
		"text by ", "reporting by ", "by: ", "by ", "von ", "por ", "par ", "di ", "door ",
		"av ", "af ", "od ", "yazan: ", "author: ", "autor: ", "author ", "автор: ",
		"Автор: ", "autore: ", "text: ", "foto: ", "текст: ", "Текст: ", "Автор ",
		"redacted by ", "بقلم ", "كتب ", "作者：", "作者:", "作者 ", "文｜", "取材・文/",
		"文/", "文：", "記者", "记者", "작성자 ", "글 ", "글쓴이 "};
	static const char *const tails[] = {" 기자", "기자", " 특파원", "특파원", " 논설위원",
		" 앵커", " 記者", "記者", " 记者", "记者", "编辑", " 通讯员", " on", " am", " le",
		" vom", " el"};
	for (bool again = true; again;) {
		again = false;
		s = wd_utf8_trim(s);
		for (size_t i = 0; i < WD_COUNTOF(heads); i++)
			if (wd_str_istarts(s, wd_str_c(heads[i]))) {
				s = wd_str_from(s, strlen(heads[i]));
				again = true;
				break;
			}
		for (size_t i = 0; i < WD_COUNTOF(tails) && !again; i++)
			if (s.n > strlen(tails[i]) && wd_str_ends(s, wd_str_c(tails[i]))) {
				s = wd_str_sub(s, 0, s.n - strlen(tails[i]));
				again = true;
			}
		while (s.n > 0 && memchr(".:-*,;|/@", s.p[s.n - 1], 9) != NULL &&
			!(s.p[s.n - 1] == '.' && s.n > 2 &&
				(s.p[s.n - 3] == ' ' || s.p[s.n - 2] == 'r')))
			s.n--;
		while (s.n > 0 && memchr(".:-*,;|/", s.p[0], 8) != NULL)
			s = wd_str_from(s, 1);
	}
	return wd_utf8_trim(s);
}

static size_t word_count(struct wd_str s)
{
	struct wd_str w;
	size_t n = 0;
	while (wd_str_split(&s, ' ', &w))
		n += w.n > 0;
	return n;
}

/* Two to five words with a capital each (small particles apart), or a short word of a script
 * without capitals. */
static bool looks_like_name(struct wd_str s)
{
	size_t words = word_count(s), at = 0, small = 0;
	if (s.n < 2 || s.n > MAX_NAME_BYTES || words > 6)
		return false;
	size_t quotes = 0; /* Ida "Iggy" Berg */
	bool start = true, cjk = false;
	while (at < s.n) {
		uint32_t cp = wd_utf8_next(s, &at);
		quotes += cp == '"';
		if (wd_cp_is_digit(cp) || cp == '@' || cp == ':' || cp == '!' || cp == '?' ||
			cp == '=' || cp == '<' || cp == '{' || cp == '%' || cp == '_')
			return false;
		cjk |= wd_cp_is_cjk(cp);
		if (start && wd_cp_is_lower(cp))
			small++;
		start = cp == ' ';
	}
	if (quotes % 2 != 0 || quotes > 2 || s.p[0] == '"')
		return false;
	if (cjk)
		return wd_utf8_count(s) <= 12;
	return small == 0 || (small < words && words > 1 && small * 2 <= words);
}

static bool known(const wd_persons *list, struct wd_str name)
{
	for (size_t i = 0; i < list->n; i++)
		if (wd_str_ieq(list->v[i].name, name))
			return true;
	return false;
}

static bool is_url(struct wd_str s)
{
	return wd_str_istarts(s, WD_STR("http")) || wd_str_istarts(s, WD_STR("//")) ||
	       wd_str_istarts(s, WD_STR("www.")) || wd_str_find(s, WD_STR("/"), 0) == 0;
}

/* Without words that are mail addresses or handles; "a@b.example (Ida Berg)" is Ida Berg. */
static struct wd_str without_address(struct wd_facts *f, struct wd_str s)
{
	struct wd_str out = WD_STR_NONE, rest = s, word;
	size_t at = wd_str_chr(s, '@', 0), open = wd_str_chr(s, '(', 0);
	if (at >= s.n)
		return s;
	if (open < s.n && at < open) {
		s = wd_str_from(s, open + 1);
		return wd_str_sub(s, 0, wd_str_chr(s, ')', 0));
	}
	while (wd_str_split(&rest, ' ', &word)) {
		if (word.n == 0 || wd_str_chr(word, '@', 0) < word.n)
			continue;
		out = out.n == 0 ? word
				 : wd_arena_printf(
					   f->a, "%.*s %.*s", WD_STR_ARG(out), WD_STR_ARG(word));
	}
	return out;
}

static void add_name(struct wd_facts *f, struct wd_str s, struct wd_str url, struct wd_str site,
	bool statement, wd_persons *ret)
{
	s = without_address(f, s);
	if (!statement)
		s = wd_str_sub(s, 0, wd_date_day_name(s));
	/* "Ida Berg envoyée spéciale à Oslo" */
	s = wd_str_sub(s, 0, wd_str_ifind(s, WD_STR(" envoy"), 0));
	struct wd_str open = wd_str_sub(s, 0, wd_str_chr(s, '(', 0));
	s = strip_labels(open.n > 2 ? open : s);
	if (s.n == 0 || is_url(s) || ret->n >= MAX_AUTHORS || known(ret, s))
		return;
	if (site.n > 0 && wd_str_ieq(s, site))
		return;
	/* "Jane Doe, MS, RDN": what follows a name and is a degree or the site itself */
	bool degree = s.n <= 4 && word_count(s) == 1 && (unsigned char)s.p[0] < 0x80;
	bool domain = wd_str_find(s, WD_STR("."), 1) != SIZE_MAX && word_count(s) == 1;
	bool of_site = site.n > 0 && (wd_str_istarts(site, s) || wd_str_istarts(s, site));
	if (ret->n > 0 && (degree || domain || of_site))
		return;
	if (contains_word(s, never) || !looks_like_name(s))
		return;
	if (!statement && word_count(s) < 2 && (unsigned char)s.p[0] < 0x80)
		return;
	struct wd_person *p = wd_vec_push(f->a, ret);
	if (p != NULL)
		*p = (struct wd_person){
			.name = wd_arena_str(f->a, s), .url = is_url(url) ? url : WD_STR_NONE};
}

void wd_meta_add_names(struct wd_facts *f, struct wd_str s, struct wd_str url, struct wd_str site,
	bool statement, wd_persons *ret)
{
	static const char *const seps[] = {" and ", " & ", " und ", " et ", " och ", " og ",
		" with ", ", ", ",", ";", " | ", "|", " / ", "、", "，", "\n", " y ", " e ", " – ",
		" — ", " - ", " · ", "•"};
	s = wd_utf8_squeeze(f->a, wd_utf8_trim(s));
	if (s.n == 0 || s.n > 500 || is_url(s))
		return;
	size_t from = 0;
	for (size_t i = 0; i <= s.n; i++) {
		size_t n = i == s.n ? 1 : 0;
		for (size_t k = 0; n == 0 && k < WD_COUNTOF(seps); k++)
			if (wd_str_istarts(wd_str_from(s, i), wd_str_c(seps[k])))
				n = strlen(seps[k]);
		if (n == 0)
			continue;
		add_name(f, wd_str_sub(s, from, i), url, site, statement, ret);
		from = i + n;
		i += n - 1;
	}
}

/* "Berg, Ida" in the catalogues' way → "Ida Berg". */
static struct wd_str turn_name(struct wd_facts *f, struct wd_str s)
{
	size_t comma = wd_str_chr(s, ',', 0);
	struct wd_str last = wd_utf8_trim(wd_str_sub(s, 0, comma)),
		      first = comma < s.n ? wd_utf8_trim(wd_str_from(s, comma + 1)) : WD_STR_NONE;
	if (first.n == 0 || wd_str_chr(first, ',', 0) < first.n || word_count(last) != 1 ||
		word_count(first) > 2)
		return s;
	return wd_arena_printf(f->a, "%.*s %.*s", WD_STR_ARG(first), WD_STR_ARG(last));
}

/* What theirs is called in the cards of shared links: "Written by", in the site's language. */
static bool is_author_label(struct wd_str s)
{
	static const char *const labels[] = {"written by", "author", "by", "geschrieben von",
		"verfasst von", "autor", "écrit par", "rédigé par", "escrito por", "scritto da",
		"geschreven door", "skrevet af", "skrevet av", "skriven av", "napisane przez",
		"kirjoittanut", "автор", "написано автором", "yazan", "作者", "執筆者", "投稿者",
		"글쓴이", "작성자"};
	for (size_t i = 0; i < WD_COUNTOF(labels); i++)
		if (wd_str_ieqc(s, labels[i]))
			return true;
	return false;
}

static struct wd_str from_card(const struct wd_facts *f)
{
	static const char *const cards[][2] = {
		{"twitter:label1", "twitter:data1"}, {"twitter:label2", "twitter:data2"}};
	for (size_t i = 0; i < WD_COUNTOF(cards); i++) {
		const char *const label[] = {cards[i][0], NULL}, *const data[] = {
									 cards[i][1], NULL};
		if (is_author_label(wd_facts_meta(f, label)))
			return wd_facts_meta(f, data);
	}
	return WD_STR_NONE;
}

static bool is_catalogue(const char *key)
{
	return strncmp(key, "dc", 2) == 0 || strncmp(key, "citation", 8) == 0;
}

/* An agency as the only author: the page may still name who wrote it. */
static bool is_agency_alone(const wd_persons *list)
{
	return list->n == 1 && wd_furniture_is_agency(list->v[0].name);
}

/* "byline" ends the names of several vendors' own statements ("search.byline"). */
static bool is_key(struct wd_str name, const char *key)
{
	return wd_str_eqc(name, key) ||
	       (strcmp(key, "byline") == 0 && wd_str_ends(name, WD_STR(".byline")));
}

void wd_meta_authors(struct wd_facts *f, struct wd_str site, wd_persons *ret)
{
	static const char *const keys[] = {"author", "article:author", "parsely-author",
		"sailthru.author", "byl", "dc.creator", "dcterms.creator", "citation_author",
		"og:article:author", "byline", "twitter:creator:name", "article:author_name",
		"creator", "authors", "dable:author", "cxenseparse:author", NULL};
	const char *source = "json-ld";
	double confidence = 0.9;
	for (size_t i = 0; i < f->ld.authors.n; i++)
		wd_meta_add_names(
			f, f->ld.authors.v[i].name, f->ld.authors.v[i].url, site, true, ret);
	if (ret->n == 0) {
		source = "meta";
		confidence = 0.85;
		for (size_t k = 0; keys[k] != NULL && ret->n == 0; k++)
			for (size_t i = 0; i < f->meta.n; i++)
				if (is_key(f->meta.v[i].key, keys[k]))
					wd_meta_add_names(f,
						is_catalogue(keys[k])
							? turn_name(f, f->meta.v[i].value)
							: f->meta.v[i].value,
						WD_STR_NONE, site, true, ret);
	}
	if (ret->n == 0)
		wd_meta_add_names(f, from_card(f), WD_STR_NONE, site, true, ret);
	if (ret->n == 0) {
		source = "microdata";
		confidence = 0.8;
		for (size_t i = 0; ret->n == 0 && i < f->micro.n; i++)
			if (wd_str_eqc(f->micro.v[i].key, "author") ||
				wd_str_eqc(f->micro.v[i].key, "creator"))
				wd_meta_add_names(
					f, f->micro.v[i].value, WD_STR_NONE, site, false, ret);
	}
	if (ret->n == 0) {
		source = "rel-author";
		confidence = 0.75;
		for (size_t i = 0; i < f->rel_authors.n; i++)
			wd_meta_add_names(f, f->rel_authors.v[i], WD_STR_NONE, site, false, ret);
	}
	if ((ret->n == 0 || is_agency_alone(ret)) && f->page != NULL) {
		wd_persons seen = {0};
		wd_meta_byline(f, site, ret->n == 0, &seen);
		if (seen.n > 0) {
			source = "text";
			confidence = 0.6;
			*ret = seen;
		}
	}
	if (ret->n > 0)
		(void)wd_facts_note(f, "authors", source, confidence);
}
