#include "tests/unit/test.h"

#include "base/url.h"

/* RFC 3986 §5.4 and what feeds really write. */
static const struct {
	const char *base, *ref, *want;
} resolves[] = {
	{"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
	{"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
	{"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
	{"http://a/b/c/d;p?q", "/g", "http://a/g"},
	{"http://a/b/c/d;p?q", "//g", "http://g"},
	{"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
	{"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
	{"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
	{"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
	{"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
	{"http://a/b/c/d;p?q", "..", "http://a/b/"},
	{"http://a/b/c/d;p?q", "../g", "http://a/b/g"},
	{"http://a/b/c/d;p?q", "../../..", "http://a/"},
	{"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
	{"http://a/b/c/d;p?q", "/./g", "http://a/g"},
	{"http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"},
	{"http://a/b/c/d;p?q", "mailto:x@y", "mailto:x@y"},
	{"http://a", "b", "http://a/b"},
	{"", "b", "b"},
	{"", "HTTP://EXAMPLE.com:80/A?B", "http://example.com/A?B"},
	{"https://x.example/", " /a b\n", "https://x.example/a%20b"},
	{"https://x.example/", "/뉴스", "https://x.example/%EB%89%B4%EC%8A%A4"},
	{"https://x.example/", "/100%", "https://x.example/100%25"},
	{"https://x.example/", "/%41", "https://x.example/%41"},
	{"https://u:p@x.example:444/", "a", "https://u:p@x.example:444/a"},
};

static void test_resolve(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	for (size_t i = 0; i < WD_COUNTOF(resolves); i++)
		assert_str(resolves[i].ref,
			wd_url_resolve(a, wd_str_c(resolves[i].base), wd_str_c(resolves[i].ref)),
			resolves[i].want);
}

static void test_split(void **state)
{
	(void)state;
	struct wd_url u = wd_url_split(WD_STR("https://u@h.example:8080/p?q#f"));
	assert_str("scheme", u.scheme, "https");
	assert_str("userinfo", u.userinfo, "u");
	assert_str("host", u.host, "h.example");
	assert_str("port", u.port, "8080");
	assert_str("path", u.path, "/p");
	assert_str("query", u.query, "q");
	assert_str("fragment", u.fragment, "f");
	assert_str("v6", wd_url_split(WD_STR("http://[::1]:80/")).host, "[::1]");
	assert_str("no scheme", wd_url_split(WD_STR("1:2")).scheme, "");
}

static const struct {
	const char *text;
	bool is_uri, is_http;
} kinds[] = {
	{"http://a.example/", true, true},
	{"https://a.example", true, true},
	{"http:///x", false, false},
	{"urn:x:1", true, false},
	{"tag:a,2025:b", true, false},
	{"file:a.txt", true, false},
	{"a.html", false, false},
	{"http://a/b c", false, true},
	{"http://a/%zz", false, true},
	{"http:", false, false},
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(kinds); i++) {
		if (wd_url_is_uri(wd_str_c(kinds[i].text)) != kinds[i].is_uri ||
			wd_url_is_http(wd_str_c(kinds[i].text)) != kinds[i].is_http)
			fail_msg("'%s'", kinds[i].text);
	}
}

static void test_redact(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	assert_str("redact", wd_url_redact(a, WD_STR("https://me:secret@h.example/x")),
		"https://h.example/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_redact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
