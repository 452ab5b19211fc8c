/*
 * What pages say about themselves, in the ways real sites say it: one head or first screen a case.
 * Wanted "" means that nothing may be said; NULL that the case does not look.
 */
#include "base/file.h"
#include "base/limits.h"
#include "parsers/dates.h"
#include "parsers/furniture.h"
#include "parsers/page.h"
#include "tests/unit/test.h"

#define BODY                                                                                        \
	"<p>The first paragraph has a sentence, and another one, so that it reads like a text.</p>" \
	"<p>The second goes on for a while, with commas, until it has said what it had to say.</p>"
#define LD(json) "<script type=\"application/ld+json\">" json "</script>"
#define ART "\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\""
#define H1(text) "<article><h1>" text "</h1>" BODY "</article>"

struct meta_case {
	const char *name, *html;
	const char *headline, *authors, *published, *updated, *site;
	const char *url;
};

/* ---- headlines ---- */

static const struct meta_case headlines[] = {
	{"site behind a bar", "<title>Ferry to sail at night | Harbour Gazette</title>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"site behind a dash, named by og",
		"<meta property=og:site_name content='Harbour Gazette'>"
		"<title>Ferry to sail at night - Harbour Gazette</title>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, "Harbour Gazette", NULL},
	{"site in front",
		"<meta property=og:site_name content='Harbour Gazette'>"
		"<title>Harbour Gazette: Ferry to sail at night</title>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"section and site",
		"<meta property=og:site_name content='Gazette'>"
		"<title>Ferry to sail at night | Transport | Gazette</title>"
		"<article><h1>Ferry to sail at night</h1>" BODY "</article>",
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"site by its host", "<title>Ferry to sail at night – gazette.example</title>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL,
		"https://www.gazette.example/n/1"},
	{"a dash of its own",
		"<meta property=og:title content='Ferry to sail at night - at last'>"
		"<title>Ferry to sail at night - at last - Gazette</title>" H1(
			"Ferry to sail at night - at last"),
		"Ferry to sail at night - at last", NULL, NULL, NULL, NULL, NULL},
	{"a colon of its own", "<title>Ferries: what changes in May | Gazette</title>" BODY,
		"Ferries: what changes in May", NULL, NULL, NULL, NULL, NULL},
	{"guillemets",
		"<meta property=og:site_name content='Le Quai'>"
		"<title>Le ferry de nuit » Le Quai</title>" BODY,
		"Le ferry de nuit", NULL, NULL, NULL, NULL, NULL},
	{"full-width bar",
		"<meta property=og:site_name content='港新聞'>"
		"<title>夜のフェリーが運航へ｜港新聞</title>" BODY,
		"夜のフェリーが運航へ", NULL, NULL, NULL, NULL, NULL},
	{"Korean",
		"<meta property=og:site_name content='항구일보'>"
		"<title>밤에도 배가 다닌다 - 항구일보</title>" BODY,
		"밤에도 배가 다닌다", NULL, NULL, NULL, NULL, NULL},
	{"Japanese brackets",
		"<meta property=og:site_name content='港新聞デジタル'>"
		"<title>夜のフェリーが運航へ：港新聞デジタル</title>" BODY,
		"夜のフェリーが運航へ", NULL, NULL, NULL, NULL, NULL},
	{"Chinese underscore",
		"<meta property=og:site_name content='港口网'>"
		"<title>夜间渡轮将开航_港口网</title>" BODY,
		"夜间渡轮将开航", NULL, NULL, NULL, NULL, NULL},
	{"og cut off, h1 whole",
		"<meta property=og:title content='Ferry to sail at night after years of…'>" H1(
			"Ferry to sail at night after years of waiting"),
		"Ferry to sail at night after years of waiting", NULL, NULL, NULL, NULL, NULL},
	{"the h1 is the site",
		"<meta property=og:title content='Ferry to sail at night'><h1>Harbour Gazette</h1>"
		"<article><h2>Ferry to sail at night</h2>" BODY "</article>",
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"references in it",
		"<meta property=og:title content='Fish &amp;amp; chips &#8211; again'>" BODY,
		"Fish & chips – again", NULL, NULL, NULL, NULL, NULL},
	{"JSON-LD alone",
		LD("{" ART
		   ",\"headline\":\"Ferry to sail at night\"}") "<title>Gazette</title>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"microdata",
		"<div itemscope itemtype=https://schema.org/NewsArticle>"
		"<h2 itemprop=headline>Ferry to sail at night</h2><div itemprop=articleBody>" BODY
		"</div></div>",
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"twitter in property",
		"<meta property=twitter:title content='Ferry to sail at night'>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"RDFa", "<h2 property='schema:headline'>Ferry to sail at night</h2>" BODY,
		"Ferry to sail at night", NULL, NULL, NULL, NULL, NULL},
	{"h1 alone", "<h1>Ferry to sail at night</h1>" BODY, "Ferry to sail at night", NULL, NULL,
		NULL, NULL, NULL},
};

/* ---- authors ---- */

static const struct meta_case authors[] = {
	{"one object",
		LD("{" ART ",\"author\":{\"@type\":\"Person\",\"name\":\"Ida Berg\"}}")
			H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a list",
		LD("{" ART ",\"author\":[{\"name\":\"Ida Berg\"},{\"name\":\"Tom Hale\"}]}")
			H1("A title of it"),
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"a string of two",
		LD("{" ART ",\"author\":\"Ida Berg and Tom Hale\"}") H1("A title of it"), NULL,
		"Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"a nickname in quotation marks",
		LD("{" ART ",\"author\":{\"name\":\"Ida \\\"Iggy\\\" Berg\"}}"), NULL,
		"Ida \"Iggy\" Berg", NULL, NULL, NULL, NULL},
	{"a vendor's byline", "<meta name=Search.Byline content='Ida Berg'>" H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"behind a date in a line",
		"<html lang=de><article><h1>Der Titel steht hier</h1><p>Erstellt am 12. März 2019 von Ida Berg</p>" BODY
		"</article>",
		NULL, "Ida Berg", "2019-03-12", NULL, NULL, NULL},
	{"a line of two lines",
		"<article><h1>A title of it</h1><p>By Ida Berg<br>Staff Writer</p>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"what the author is, in small letters",
		"<html lang=nl><article><h1>De titel staat hier</h1><p>Door onze redacteur Ida Berg</p>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a link to the author's page",
		"<article><h1>A title of it</h1><div><a href=/author/ida-berg/>Ida Berg</a></div>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a name alone is no byline",
		"<article><h1>A title of it</h1><div>North Haven</div>" BODY "</article>", NULL, "",
		NULL, NULL, NULL, NULL},
	{"in a card",
		"<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Ida Berg'>" H1(
			"A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"another label of a card",
		"<meta name=twitter:label1 content='Location'><meta name=twitter:data1 content='North Haven'>" H1(
			"A title of it"),
		NULL, "", NULL, NULL, NULL, NULL},
	{"Korean, behind the text",
		"<html lang=ko><article><h1>제목이 여기에 있다</h1>" BODY
		"</article><p>한서윤·김도현 기자 a@b.example</p>",
		NULL, "한서윤|김도현", NULL, NULL, NULL, NULL},
	{"Korean, in another story's headline",
		"<html lang=ko><article><h1>제목이 여기에 있다</h1>" BODY
		"</article><p><a href=/1>한서윤 기자, 올해의 상 받는다</a></p>",
		NULL, "", NULL, NULL, NULL, NULL},
	{"Korean, a kind of reporter",
		"<html lang=ko><article><h1>제목이 여기에 있다</h1>" BODY
		"</article><p>담당 기자에게 알려 주세요</p>",
		NULL, "", NULL, NULL, NULL, NULL},
	{"the footer of the article",
		"<article><h1>A title of it</h1>" BODY
		"<footer>Posted in <a href=/c>Harbour</a> on <time datetime=2012-04-05>5 April</time> by <a href=/jw>Ida Berg</a>.</footer></article>",
		NULL, "Ida Berg", "2012-04-05", NULL, NULL, NULL},
	{"the footer of the page",
		"<article><h1>A title of it</h1>" BODY
		"</article><footer>Written by Ida Berg, 5 April 2012</footer>",
		NULL, "", "", NULL, NULL, NULL},
	{"a handle's page",
		"<article><h1>A title of it</h1><a href=/@ida>Ida Berg</a><div>Apr 5, 2012·3 min read</div>" BODY
		"</article>",
		NULL, "Ida Berg", "2012-04-05", NULL, NULL, NULL},
	{"Chinese, with the place",
		"<html lang=zh-TW><article><h1>標題在這裡</h1><div>記者王小明／台北報導</div>" BODY
		"</article>",
		NULL, "王小明", NULL, NULL, NULL, NULL},
	{"where a correspondent was sent",
		"<article><h1>A title of it</h1><p class=byline>Ida Berg, Per Holm envoyés spéciaux à Oslo</p>" BODY
		"</article>",
		NULL, "Ida Berg|Per Holm", NULL, NULL, NULL, NULL},
	{"an agency stated, a person shown",
		"<meta name=author content=AP><article><h1>A title of it</h1><p>By IDA BERG</p>" BODY
		"</article>",
		NULL, "IDA BERG", NULL, NULL, NULL, NULL},
	{"an agency and nobody else", "<meta name=author content=AP>" H1("A title of it"), NULL,
		"AP", NULL, NULL, NULL, NULL},
	{"by reference in a graph",
		LD("{\"@graph\":[{\"@type\":\"Person\",\"@id\":\"#p\",\"name\":\"Ida Berg\"},"
		   "{\"@type\":\"NewsArticle\",\"headline\":\"A title of it\",\"author\":{\"@id\":\"#p\"}}]}")
			H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"an organisation",
		LD("{" ART ",\"author\":{\"@type\":\"Organization\",\"name\":\"Harbour Gazette\"},"
		   "\"publisher\":{\"name\":\"Harbour Gazette\"}}") H1("A title of it"),
		NULL, "", NULL, NULL, NULL, NULL},
	{"staff", "<meta name=author content='Staff'>" H1("A title of it"), NULL, "", NULL, NULL,
		NULL, NULL},
	{"staff of a site", "<meta name=author content='Gazette Staff'>" H1("A title of it"), NULL,
		"", NULL, NULL, NULL, NULL},
	{"By", "<meta name=author content='By Ida Berg'>" H1("A title of it"), NULL, "Ida Berg",
		NULL, NULL, NULL, NULL},
	{"a role behind",
		"<meta name=author content='Ida Berg, Senior Correspondent'>" H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a role in brackets", "<meta name=author content='Ida Berg (Editor)'>" H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a mail address",
		"<meta name=author content='ida.berg@gazette.example (Ida Berg)'>" H1(
			"A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"a profile's address",
		"<meta property=article:author content='https://www.facebook.com/gazette'>" H1(
			"A title of it"),
		NULL, "", NULL, NULL, NULL, NULL},
	{"two meta elements",
		"<meta name=author content='Ida Berg'><meta name=author content='Tom Hale'>" H1(
			"A title of it"),
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"parsely", "<meta name=parsely-author content='Ida Berg'>" H1("A title of it"), NULL,
		"Ida Berg", NULL, NULL, NULL, NULL},
	{"dc.creator", "<meta name=DC.creator content='Berg, Ida'>" H1("A title of it"), NULL,
		"Ida Berg", NULL, NULL, NULL, NULL},
	{"microdata",
		"<article><h1>A title of it</h1><span itemprop=author itemscope><span itemprop=name>Ida Berg</span></span>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"rel author",
		"<article><h1>A title of it</h1><a rel=author href=/ida>Ida Berg</a>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"two rel authors",
		"<article><h1>A title of it</h1><a rel=author href=/ida>Ida Berg</a> and <a rel=author href=/tom>Tom Hale</a>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"byline",
		"<article><h1>A title of it</h1><p class=byline>By Ida Berg and Tom Hale</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"byline with a date",
		"<article><h1>A title of it</h1><div class=byline>By <b>Ida Berg</b> <span class=date>1 May 2024</span></div>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"byline with updated",
		"<article><h1>A title of it</h1><div class=byline>By Ida Berg | Updated 1 May 2024</div>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"byline in capitals",
		"<article><h1>A title of it</h1><div class=byline>BY IDA BERG</div>" BODY
		"</article>",
		NULL, "IDA BERG", NULL, NULL, NULL, NULL},
	{"byline with a weekday",
		"<article><h1>A title of it</h1><p class=byline>By Ida Berg , Tom Hale on Monday</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"byline of links with a weekday",
		"<article><h1>A title of it</h1><p>By <a href=/ida>Ida Berg</a> , <a href=/tom>Tom Hale</a> on Sunday evening</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"byline with a role and a weekday",
		"<article><h1>A title of it</h1><p class=byline>By Ida Berg, Political Correspondent, on Friday</p>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"byline with yesterday",
		"<article><h1>A title of it</h1><p class=byline>By Ida Berg and Tom Hale yesterday</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"names that are days",
		"<article><h1>A title of it</h1><p class=byline>By Nancy Friday and Ruby Sunday</p>" BODY
		"</article>",
		NULL, "Nancy Friday|Ruby Sunday", NULL, NULL, NULL, NULL},
	{"particles that are no prepositions",
		"<article><h1>A title of it</h1><p class=byline>By Ana del Mar and Omar El Sab</p>" BODY
		"</article>",
		NULL, "Ana del Mar|Omar El Sab", NULL, NULL, NULL, NULL},
	{"German weekday",
		"<article><h1>Titel</h1><span class=autor>Von Ida Berg, Tom Hale am Montag</span>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"Spanish weekday",
		"<article><h1>El titular</h1><p class=autor>Por Ida Berg y Tomás Núñez el lunes</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tomás Núñez", NULL, NULL, NULL, NULL},
	{"German",
		"<article><h1>Titel</h1><span class=autor>Von Ida Berg und Tom Hale</span>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"French",
		"<article><h1>Le titre</h1><span class=auteur>Par Ida Berg</span>" BODY
		"</article>",
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
	{"Spanish",
		"<article><h1>El titular</h1><p class=autor>Por Ida Berg y Tomás Núñez</p>" BODY
		"</article>",
		NULL, "Ida Berg|Tomás Núñez", NULL, NULL, NULL, NULL},
	{"Korean reporter",
		"<article><h1>밤에도 배가 다닌다</h1><span class=reporter>김하나 기자</span>" BODY
		"</article>",
		NULL, "김하나", NULL, NULL, NULL, NULL},
	{"Korean with mail",
		"<meta property=dable:author content='김하나 기자 hana@harbour.example'>" H1(
			"밤에도 배가 다닌다"),
		NULL, "김하나", NULL, NULL, NULL, NULL},
	{"Japanese", "<meta name=author content='山田花子 記者'>" H1("夜のフェリー"), NULL,
		"山田花子", NULL, NULL, NULL, NULL},
	{"Russian",
		"<article><h1>Паром</h1><span class=author>Автор: Анна Иванова</span>" BODY
		"</article>",
		NULL, "Анна Иванова", NULL, NULL, NULL, NULL},
	{"particles", "<meta name=author content='Anna van der Berg'>" H1("A title of it"), NULL,
		"Anna van der Berg", NULL, NULL, NULL, NULL},
	{"apostrophes and hyphens",
		"<meta name=author content=\"Siobhán O'Neill-Smith\">" H1("A title of it"), NULL,
		"Siobhán O'Neill-Smith", NULL, NULL, NULL, NULL},
	{"the commenters are none",
		"<article><h1>A title of it</h1>" BODY
		"</article><div class=comments><span class=author>Troll Fred</span></div>",
		NULL, "", NULL, NULL, NULL, NULL},
	{"the sidebar's are none",
		"<article><h1>A title of it</h1>" BODY
		"</article><aside><span class=byline>By Tom Hale</span></aside>",
		NULL, "", NULL, NULL, NULL, NULL},
	{"a line behind the headline",
		"<article><h1>A title of it</h1><p class=x__meta>By\n<a href=/ida>Ida Berg</a>\n,\n<a href=/tom>Tom Hale</a></p>" BODY
		"</article>",
		NULL, "Ida Berg|Tom Hale", NULL, NULL, NULL, NULL},
	{"a sentence that begins so",
		"<article><h1>A title of it</h1><p>By Tuesday the Harbour Board had made up its mind, and so had everybody else in the town, by all accounts, and for once it was the same.</p>" BODY
		"</article>",
		NULL, "", NULL, NULL, NULL, NULL},
	{"twice the same",
		LD("{" ART ",\"author\":[{\"name\":\"Ida Berg\"},{\"name\":\"IDA BERG\"}]}")
			H1("A title of it"),
		NULL, "Ida Berg", NULL, NULL, NULL, NULL},
};

/* ---- dates ---- */

static const struct meta_case dates[] = {
	{"JSON-LD",
		LD("{" ART
		   ",\"datePublished\":\"2024-05-01T08:00:00+02:00\",\"dateModified\":\"2024-05-02T09:00:00+02:00\"}")
			H1("A title of it"),
		NULL, NULL, "2024-05-01T06:00:00Z", "2024-05-02T07:00:00Z", NULL, NULL},
	{"JSON-LD in a list",
		LD("[{\"@type\":\"BreadcrumbList\"},{" ART ",\"datePublished\":\"2024-05-01\"}]")
			H1("A title of it"),
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"JSON-LD in a graph",
		LD("{\"@graph\":[{\"@type\":\"WebSite\",\"name\":\"Gazette\"},{\"@type\":[\"Article\",\"NewsArticle\"],\"datePublished\":\"2024-05-01T08:00:00Z\"}]}")
			H1("A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", "Gazette", NULL},
	{"JSON-LD nested",
		LD("{\"@type\":\"WebPage\",\"mainEntity\":{" ART
		   ",\"datePublished\":\"2024-05-01T08:00:00Z\"}}") H1("A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"JSON-LD of others",
		LD("{\"@type\":\"VideoObject\",\"uploadDate\":\"2020-01-01\",\"datePublished\":\"2020-01-01\"}")
			H1("A title of it"),
		NULL, NULL, "", "", NULL, NULL},
	{"related articles in JSON-LD",
		LD("{" ART
		   ",\"headline\":\"A title of it\",\"datePublished\":\"2024-05-01T08:00:00Z\","
		   "\"hasPart\":[{\"@type\":\"NewsArticle\",\"headline\":\"Other\",\"datePublished\":\"2023-01-01T00:00:00Z\"}]}")
			H1("A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"a list page's articles",
		LD("{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\",\"datePublished\":\"2023-01-01\"}]}")
			H1("A title of it"),
		NULL, NULL, "", "", NULL, NULL},
	{"meta",
		"<meta property=article:published_time content='2024-05-01T08:00:00Z'><meta property=article:modified_time content='2024-05-03T08:00:00Z'>" H1(
			"A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "2024-05-03T08:00:00Z", NULL, NULL},
	{"meta by name", "<meta name=pubdate content='20240501'>" H1("A title of it"), NULL, NULL,
		"2024-05-01", "", NULL, NULL},
	{"meta sailthru",
		"<meta name=sailthru.date content='Wed, 01 May 2024 08:00:00 GMT'>" H1(
			"A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"meta DC", "<meta name=DC.date.issued content='2024-05-01'>" H1("A title of it"), NULL,
		NULL, "2024-05-01", "", NULL, NULL},
	{"meta with time zone behind",
		"<meta name=parsely-pub-date content='2024-05-01T08:00:00.000-0400'>" H1(
			"A title of it"),
		NULL, NULL, "2024-05-01T12:00:00Z", "", NULL, NULL},
	{"microdata",
		"<article><h1>A title of it</h1><meta itemprop=datePublished content='2024-05-01T08:00:00Z'><meta itemprop=dateModified content='2024-05-02T08:00:00Z'>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "2024-05-02T08:00:00Z", NULL, NULL},
	{"microdata time",
		"<article><h1>A title of it</h1><time itemprop=datePublished datetime='2024-05-01T08:00:00Z'>1 May</time>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"RDFa",
		"<article><h1>A title of it</h1><span property='schema:datePublished' content='2024-05-01T08:00:00Z'>1 May</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"time element",
		"<article><h1>A title of it</h1><time datetime='2024-05-01T08:00:00Z'>yesterday</time>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"time pubdate",
		"<article><h1>A title of it</h1><time pubdate datetime='2024-05-01'>1 May</time>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"two times",
		"<article><h1>A title of it</h1>Published <time datetime='2024-05-01T08:00:00Z'>1 May</time> Updated <time datetime='2024-05-02T08:00:00Z'>2 May</time>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "2024-05-02T08:00:00Z", NULL, NULL},
	{"updated first",
		"<article><h1>A title of it</h1><p class=date>Updated: 2 May 2024</p><p class=date>Published: 1 May 2024</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "2024-05-02", NULL, NULL},
	{"the URL's", H1("A title of it"), NULL, NULL, "2024-05-01", "", NULL,
		"https://x.example/2024/05/01/ferry"},
	{"the URL's, run together", H1("A title of it"), NULL, NULL, "2024-05-01", "", NULL,
		"https://x.example/news/20240501/ferry.html"},
	{"an exact date in an abbreviation",
		"<article><h1>A title of it</h1><p><abbr title='2024-05-01T09:40:00Z'>an hour ago</abbr></p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T09:40:00Z", "", NULL, NULL},
	{"the URL's behind a section", H1("A title of it"), NULL, NULL, "2024-05-01", "", NULL,
		"https://example.org/2024/POLITICS/05/01/the.ferry/index.html"},
	{"the URL's year and a number behind a section", H1("A title of it"), NULL, NULL, "", "",
		NULL, "https://example.org/2024/politics/45/01/ferry"},
	{"the URL's by month name", H1("A title of it"), NULL, NULL, "2024-05-01", "", NULL,
		"https://x.example/2024/may/01/ferry"},
	{"a month in the URL is no day", H1("A title of it"), NULL, NULL, "", "", NULL,
		"https://x.example/2024/05/ferry"},
	{"an id is no date", H1("A title of it"), NULL, NULL, "", "", NULL,
		"https://x.example/a/120240501993/ferry"},
	{"English",
		"<article><h1>A title of it</h1><p class=meta>May 1, 2024</p>" BODY "</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"English with time",
		"<article><h1>A title of it</h1><p class=posted>Posted on Wednesday, May 1, 2024 at 8:00 a.m. UTC</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"German",
		"<html lang=de><article><h1>Der Titel steht hier</h1><span class=datum>1. Mai 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"a line that is a date, with a full stop",
		"<html lang=hr><article><h1>Naslov stoji ovdje</h1><p>Objavljeno 12. lipnja 2019.</p>" BODY
		"</article>",
		NULL, NULL, "2019-06-12", "", NULL, NULL},
	{"Vietnamese",
		"<html lang=vi><article><h1>A title of it</h1><p>Thứ Tư, 15/07/2020, 08:30 (GMT+7)</p>" BODY
		"</article>",
		NULL, NULL, "2020-07-15T01:30:00Z", "", NULL, NULL},
	{"Hebrew",
		"<html lang=he><article><h1>A title of it</h1><p>5 במאי 2016</p>" BODY "</article>",
		NULL, NULL, "2016-05-05", "", NULL, NULL},
	{"Hindi", "<html lang=hi><article><h1>A title of it</h1><p>5 मई 2016</p>" BODY "</article>",
		NULL, NULL, "2016-05-05", "", NULL, NULL},
	{"seconds since 1970",
		"<article><h1>A title of it</h1><span data-timestamp=1583912345>a while ago</span>" BODY
		"</article>",
		NULL, NULL, "2020-03-11T07:39:05Z", "", NULL, NULL},
	{"a script's own data",
		"<article><h1>A title of it</h1>" BODY
		"</article><script>var s={\"publishDate\":\"2020-05-06\"}</script>",
		NULL, NULL, "2020-05-06", "", NULL, NULL},
	{"data in a string of a script",
		"<article><h1>A title of it</h1>" BODY
		"</article><script>var s='{\\\"publishedAt\\\":\\\"2020-05-06\\\"}'</script>",
		NULL, NULL, "2020-05-06", "", NULL, NULL},
	{"scripts that say several",
		"<article><h1>A title of it</h1>" BODY
		"</article><script>[{\"pubDate\":\"2020-05-06\"},{\"pubDate\":\"2020-05-07\"}]</script>",
		NULL, NULL, "", "", NULL, NULL},
	{"a year of two figures",
		"<html lang=de><article><h1>Der Titel steht hier</h1><div>05.04.12, 10:30 Uhr</div>" BODY
		"</article>",
		NULL, NULL, "2012-04-05T10:30:00", "", NULL, NULL},
	{"in three elements",
		"<article><div class=date><b>Apr</b><b>5</b><b>2012</b></div><h1>A title of it</h1>" BODY
		"</article>",
		NULL, NULL, "2012-04-05", "", NULL, NULL},
	{"German in figures",
		"<html lang=de><article><h1>Der Titel steht hier</h1><span>01.05.2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"French",
		"<html lang=fr><article><h1>Le titre est ici</h1><p>Publié le 1er mai 2024</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"French updated",
		"<html lang=fr><article><h1>Le titre est ici</h1><p>Publié le 1er mai 2024, mis à jour le 2 mai 2024</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "2024-05-02", NULL, NULL},
	{"Spanish",
		"<html lang=es><article><h1>El titular está aquí</h1><span class=fecha>1 de mayo de 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Portuguese",
		"<html lang=pt><article><h1>O título está aqui</h1><span class=data>1 de maio de 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Italian",
		"<html lang=it><article><h1>Il titolo sta qui</h1><span class=data>1 maggio 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Dutch",
		"<html lang=nl><article><h1>De titel staat hier</h1><span>1 mei 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Polish",
		"<html lang=pl><article><h1>Tytuł stoi tutaj</h1><span>1 maja 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Swedish",
		"<html lang=sv><article><h1>Titeln står här</h1><span>1 maj 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Turkish",
		"<html lang=tr><article><h1>Başlık burada duruyor</h1><span>1 Mayıs 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Russian",
		"<html lang=ru><article><h1>Заголовок стоит здесь</h1><span>1 мая 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"Korean",
		"<html lang=ko><article><h1>제목이 여기에 있다</h1><span>입력 2024.05.01 08:00</span> <span>수정 2024.05.02 09:00</span>" BODY
		"</article>",
		NULL, NULL, "2024-04-30T23:00:00Z", "2024-05-02T00:00:00Z", NULL, NULL},
	{"Japanese",
		"<html lang=ja><article><h1>見出しはここにあります</h1><p>2024年5月1日 8時00分</p>" BODY
		"</article>",
		NULL, NULL, "2024-04-30T23:00:00Z", "", NULL, NULL},
	{"Japanese updated",
		"<html lang=ja><article><h1>見出しはここにあります</h1><p>公開日：2024年5月1日</p><p>更新日：2024年5月2日</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "2024-05-02", NULL, NULL},
	{"Chinese",
		"<html lang=zh><article><h1>标题就在这里写着呢</h1><p>2024年05月01日 08:00</p>" BODY
		"</article>",
		NULL, NULL, "2024-05-01T00:00:00Z", "", NULL, NULL},
	{"Arabic",
		"<html lang=ar dir=rtl><article><h1>العنوان مكتوب هنا في الأعلى</h1><span class=date>1 مايو 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"the sidebar's",
		"<article><h1>A title of it</h1>" BODY
		"</article><aside><time datetime='2023-01-01'>1 January 2023</time></aside>",
		NULL, NULL, "", "", NULL, NULL},
	{"a sidebar by name",
		"<article><h1>A title of it</h1>" BODY
		"</article><div class=sidebar><span class=date>1 January 2023</span></div>",
		NULL, NULL, "", "", NULL, NULL},
	{"related stories'",
		"<article><h1>A title of it</h1>" BODY
		"<ul class=related><li><a href=1>Other</a> <time datetime='2023-01-01'>1 Jan</time></ul></article>",
		NULL, NULL, "", "", NULL, NULL},
	{"the comments'",
		"<article><h1>A title of it</h1>" BODY
		"</article><ol class=comments><li><time datetime='2023-01-01'>1 Jan</time><p>I say, sir.</ol>",
		NULL, NULL, "", "", NULL, NULL},
	{"a teaser list without names",
		"<article><h1>A title of it</h1>" BODY
		"</article><section><h3>More</h3><div><a href=1>Other story of the day</a><time datetime='2023-01-01'>1 Jan</time></div><div><a href=2>And one more story</a><time datetime='2023-01-02'>2 Jan</time></div></section>",
		NULL, NULL, "", "", NULL, NULL},
	{"other articles' on the page",
		"<article><h1>A title of it</h1>" BODY
		"</article><article><h2><a href=2>Other story</a></h2><time datetime='2023-01-02'>2 Jan</time><p>Its teaser.</article>",
		NULL, NULL, "", "", NULL, NULL},
	{"the copyright's",
		"<article><h1>A title of it</h1>" BODY
		"</article><footer>© 1 January 2023 Gazette</footer>",
		NULL, NULL, "", "", NULL, NULL},
	{"today's date on top",
		"<div class=today>Saturday, August 23, 2025</div><nav><a href=1>News</a></nav><article><h1>A title of it</h1><span class=date>1 May 2024</span>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"only today's date on top",
		"<header><span class=current-date>Saturday, August 23, 2025</span></header><article><h1>A title of it</h1>" BODY
		"</article>",
		NULL, NULL, "", "", NULL, NULL},
	{"behind a headline that is none by its tag",
		"<title>The ferry will sail at night from May</title><div><p class=x>The ferry will sail at night from May</p><small><b>1 May 2024</b> - by us</small><br>The first line of it has a sentence, and it goes on, until it is long enough to be read. So does the second.</div>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"of the second of two articles",
		"<title>The second story of the day</title><article><h1>The first story of the day</h1><time datetime='2023-01-01'>1 Jan</time>" BODY
		"</article><article><h1>The second story of the day</h1><time datetime='2024-05-01'>1 May</time>" BODY
			BODY "</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
	{"in the text",
		"<article><h1>A title of it</h1><p>On 3 March 1999 the mayor said, as people remember, that the ferry would come, and it did, much later.</p>" BODY
		"</article>",
		NULL, NULL, "", "", NULL, NULL},
	{"in the future",
		"<meta property=article:published_time content='2031-05-01T08:00:00Z'>" H1(
			"A title of it"),
		NULL, NULL, "", "", NULL, NULL},
	{"only an update",
		"<article><h1>A title of it</h1><p class=updated>Last updated 2 May 2024</p>" BODY
		"</article>",
		NULL, NULL, "", "2024-05-02", NULL, NULL},
	{"an event's",
		LD("{\"@type\":\"Event\",\"startDate\":\"2024-09-01\",\"datePublished\":\"2020-09-01\"}") "<meta property=article:published_time content='2024-05-01T08:00:00Z'>" H1(
			"A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"day here, time there",
		LD("{" ART ",\"datePublished\":\"2024-05-01\"}") "<meta property=article:published_time content='2024-05-01T08:00:00Z'>" H1(
			"A title of it"),
		NULL, NULL, "2024-05-01T08:00:00Z", "", NULL, NULL},
	{"epoch zero",
		"<meta property=article:published_time content='1970-01-01T00:00:00Z'><article><h1>A title of it</h1><time datetime='2024-05-01'>1 May</time>" BODY
		"</article>",
		NULL, NULL, "2024-05-01", "", NULL, NULL},
};

static struct wd_str joined(struct wd_arena *a, const wd_persons *list)
{
	struct wd_str s = WD_STR_NONE;
	for (size_t i = 0; i < list->n; i++)
		s = i == 0 ? list->v[i].name
			   : wd_arena_printf(
				     a, "%.*s|%.*s", WD_STR_ARG(s), WD_STR_ARG(list->v[i].name));
	return s;
}

static int differs(const char *name, const char *what, struct wd_str got, const char *want)
{
	if (want == NULL || wd_str_eqc(got, want))
		return 0;
	print_error("%s: %s is '%.*s', wanted '%s'\n", name, what, WD_STR_ARG(got), want);
	return 1;
}

static void check(const struct meta_case *cases, size_t n)
{
	int wrong = 0;
	for (size_t i = 0; i < n; i++) {
		const struct meta_case *c = &cases[i];
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(WD_MAX_ARTICLE_ARENA);
		struct wd_doc doc = {.fetched_at_us = INT64_C(1755993600000000)};
		struct wd_article art;
		if (c->url != NULL)
			doc.url = wd_str_c(c->url);
		assert_int_equal(
			wd_page_build(a, &doc, wd_str_c(c->html), NULL, &art, NULL), WD_OK);
		wrong += differs(c->name, "headline", art.headline, c->headline);
		wrong += differs(c->name, "authors", joined(a, &art.authors), c->authors);
		wrong += differs(
			c->name, "published", wd_date_format(a, art.published), c->published);
		wrong += differs(c->name, "updated", wd_date_format(a, art.updated), c->updated);
		wrong += differs(c->name, "site", art.site_name, c->site);
	}
	assert_int_equal(wrong, 0);
}

static void test_headlines(void **state)
{
	(void)state;
	check(headlines, WD_COUNTOF(headlines));
}

static void test_authors(void **state)
{
	(void)state;
	check(authors, WD_COUNTOF(authors));
}

static void test_dates(void **state)
{
	(void)state;
	check(dates, WD_COUNTOF(dates));
}

static int load(void **state)
{
	struct wd_err err = {0};
	(void)state;
	return wd_furniture_load(wd_datadir(), &err); /* the agencies' names */
}

static int unload(void **state)
{
	(void)state;
	wd_furniture_unload();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headlines),
		cmocka_unit_test(test_authors),
		cmocka_unit_test(test_dates),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
