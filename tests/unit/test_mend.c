#include "tests/unit/test.h"

#include <libxml/parser.h>

#include "base/buf.h"
#include "base/limits.h"
#include "parsers/mend.h"

struct out {
	struct wd_buf buf;
	const char *first_fault;
	size_t faults;
};

static int on_out(void *ctx, struct wd_str piece)
{
	wd_buf_add(&((struct out *)ctx)->buf, piece);
	return WD_OK;
}

static void on_fault(void *ctx, const char *code, size_t offset)
{
	struct out *o = ctx;
	(void)offset;
	if (o->faults++ == 0)
		o->first_fault = code;
}

static void silent(void *ctx, xmlErrorPtr e)
{
	(void)ctx, (void)e;
}

static bool is_wellformed(struct wd_str s)
{
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .serror = silent};
	xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, NULL, s.p, (int)s.n, NULL);
	(void)xmlParseChunk(p, "", 0, 1);
	bool ok = p->wellFormed != 0;
	xmlFreeParserCtxt(p);
	return ok;
}

/* clang-format off */
static const struct {
	const char *name, *in, *out, *fault; /* fault NULL: nothing was wrong */
} cases[] = {
	{"right stays", "<a b='1'>x &amp; y<c/></a>", "<a b='1'>x &amp; y<c/></a>", NULL},
	{"declaration and comments go", "<?xml version='1.0'?><!-- c --><a/>", "<a/>", NULL},
	{"right CDATA stays", "<a><![CDATA[<b> & ]]></a>", "<a><![CDATA[<b> & ]]></a>", NULL},
	{"declared entity", "<!DOCTYPE a [<!ENTITY n \"v\">]><a>&n;</a>", "<a>v</a>", NULL},
	{"entity bomb", "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY n \"&x;&x;\">]><a>&n;</a>",
		"<a>&amp;x;&amp;x;</a>", NULL},
	{"external entity", "<!DOCTYPE a [<!ENTITY n SYSTEM \"file:///etc/passwd\">]><a>&n;b</a>",
		"<a>b</a>", "external-entity"},
	{"bare ampersands", "<a b='x&y=1'>R & D, AT&T</a>",
		"<a b=\"x&amp;y=1\">R &amp; D, AT&amp;T</a>", "bare-ampersand"},
	{"html entity", "<a>caf&eacute;&nbsp;x</a>", "<a>caf\u00e9\u00a0x</a>", "undeclared-entity"},
	{"unknown entity", "<a>&foo;</a>", "<a>&amp;foo;</a>", "unknown-entity"},
	{"no semicolon", "<a>&nbsp x &amp y</a>", "<a>\u00a0 x &amp; y</a>",
		"entity-without-semicolon"},
	{"windows-1252 reference", "<a>&#146;</a>", "<a>\u2019</a>", NULL},
	{"surrogate pair", "<a>&#55357;&#56832;</a>", "<a>\U0001F600</a>", "bad-character-reference"},
	{"lone surrogate", "<a>&#xD800;x</a>", "<a>\uFFFDx</a>", "bad-character-reference"},
	{"zero reference", "<a>&#0;x</a>", "<a>x</a>", "bad-character-reference"},
	{"controls", "<a>x\001\002y</a>", "<a>xy</a>", "control-character"},
	{"noncharacter", "<a>x\xEF\xBF\xBFy</a>", "<a>xy</a>", "noncharacter"},
	{"bare less-than", "<a>1 < 2 <3 <</a>", "<a>1 &lt; 2 &lt;3 &lt;</a>", "bare-less-than"},
	{"mail in brackets", "<a>Kim <kim@n.example></a>", "<a>Kim &lt;kim@n.example></a>",
		"bare-less-than"},
	{"caption in brackets", "<a><\uc575\ucee4> x</a>", "<a>&lt;\uc575\ucee4> x</a>",
		"bare-less-than"},
	{"element with a Korean name", "<a><\uc575\ucee4>x</\uc575\ucee4></a>",
		"<a><\uc575\ucee4>x</\uc575\ucee4></a>", NULL},
	{"tag that meets a tag", "<a>x <won today</a>", "<a>x &lt;won today</a>", "bare-less-than"},
	{"attributes without quotes", "<a b=1 c/>", "<a b=\"1\" c=\"c\"/>", "broken-tag"},
	{"duplicate attribute", "<a b='1' b='2'/>", "<a b=\"1\"/>", "broken-tag"},
	{"less-than in an attribute", "<a b='x<y'/>", "<a b=\"x&lt;y\"/>", NULL},
	{"stray end tag", "<a>x</b></a>", "<a>x</a>", "stray-end-tag"},
	{"unclosed element", "<a><b>x</a>", "<a><b>x</b></a>", "unclosed-element"},
	{"case of the end tag", "<a>x</A>", "<a>x</a>", "broken-tag"},
	{"mis-nested", "<a><b><i>x</b></i></a>", "<a><b><i>x</i></b></a>", "unclosed-element"},
	{"open title", "<c><item><title>x<link>y</link></item></c>",
		"<c><item><title>x</title><link>y</link></item></c>", "unclosed-element"},
	{"misspelt end tag", "<c><item><title>x</titel><link>y</link></item></c>",
		"<c><item><title>x</title><link>y</link></item></c>", "stray-end-tag"},
	{"open item", "<c><item><t>1<item>2</item></c>",
		"<c><item><t>1</t></item><item>2</item></c>", "unclosed-record"},
	{"html in a description", "<description>a<br>b<img src='x'></description>",
		"<description>a<br/>b<img src=\"x\"/></description>", "unclosed-element"},
	{"closed html stays", "<description>a<br></br>b</description>",
		"<description>a<br></br>b</description>", NULL},
	{"open CDATA", "<c><d><![CDATA[x</d><d><![CDATA[y]]></d></c>",
		"<c><d><![CDATA[x]]></d><d><![CDATA[y]]></d></c>", "unclosed-cdata"},
	{"CDATA ends badly", "<c><d><![CDATA[x]</d></c>", "<c><d><![CDATA[x]]></d></c>",
		"unclosed-cdata"},
	{"CDATA end in text", "<a>x]]>y</a>", "<a>x]]&gt;y</a>", "cdata-end-in-text"},
	{"truncated in text", "<a><b>x", "<a><b>x</b></a>", "truncated"},
	{"truncated in a tag", "<a><b>x</b><it", "<a><b>x</b></a>", "truncated"},
	{"truncated in CDATA", "<a><![CDATA[x", "<a><![CDATA[x]]></a>", "unclosed-cdata"},
	{"junk in front", "junk<a/>", "<a/>", "text-outside-root"},
	{"space in front of the declaration", " <?xml version='1.0'?><a/>", "<a/>",
		"misplaced-declaration"},
	{"two roots", "<a/><b/>", "<a/><b/>", "content-after-root"},
	{"no root", "<item>1</item>\n<item>2</item>", "<item>1</item><item>2</item>", "no-root"},
	{"unclosed comment", "<a>x<!-- y</a>", "<a>x</a>", "broken-comment"},
	{"empty", "", "", NULL},
};
/* clang-format on */

static void test_cases(void **state)
{
	static const struct wd_mend_ops ops = {on_out, on_fault, NULL};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
		struct out o = {0};
		wd_buf_init(&o.buf, 1 << 20);
		assert_int_equal(wd_mend(a, wd_str_c(cases[i].in), &ops, &o), WD_OK);
		struct wd_str got = wd_buf_str(&o.buf);
		assert_true(is_wellformed(got));
		size_t root = strlen("<" WD_MEND_ROOT ">");
		assert_str(cases[i].name, wd_str_sub(got, root, got.n - root - 1), cases[i].out);
		if ((o.first_fault == NULL) != (cases[i].fault == NULL) ||
			(o.first_fault != NULL && strcmp(o.first_fault, cases[i].fault) != 0))
			fail_msg("%s: fault %s", cases[i].name,
				o.first_fault != NULL ? o.first_fault : "none");
		wd_buf_done(&o.buf);
	}
}

/* Shapes that cost a careless parser its stack or quadratic time. */
static void test_shapes(void **state)
{
	static const struct wd_mend_ops ops = {on_out, on_fault, NULL};
	static const char *const units[] = {"<a>", "<a b=\"", "<![CDATA[", "<!--", "<!DOCTYPE x [",
		"<", "&", "</a>", "<?x", "<a b='<", "<item>", "]]>", "<\uc575>"};
	enum { BYTES = 400000 };
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(units); i++) {
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(4 << 20);
		struct wd_buf in;
		struct out o = {0};
		wd_buf_init(&in, 2 * BYTES);
		wd_buf_init(&o.buf, 32 << 20);
		while (in.n < BYTES)
			wd_buf_addc(&in, units[i]);
		assert_int_equal(wd_mend(a, wd_buf_str(&in), &ops, &o), WD_OK);
		assert_false(wd_buf_failed(&o.buf));
		if (!is_wellformed(wd_buf_str(&o.buf)))
			fail_msg("many '%s' are not well-formed", units[i]);
		wd_buf_done(&o.buf);
		wd_buf_done(&in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
