#include "tests/unit/test.h"

#include "base/row.h"
#include "daemon/config.h"

static const char conf[] = "kafka: {bootstrap.servers: 'b:1'}\n"
			   "sinks: [{type: kafka, topic: news}]\n"
			   "feeds: [{url: 'https://a.example/f', name: alpha}]\n"
			   "routes:\n"
			   "  - {types: [corrected, news.article.withdrawn], to: desk}\n"
			   "  - {topics: [summit], languages: [ko, ja], to: summit.asia}\n"
			   "  - {topics: [summit, trade], to: summit.all}\n"
			   "  - {feeds: [alpha, 'https://b.example/f'], to: none}\n"
			   "  - {languages: [en-GB], to: default}\n"
			   "  - {languages: [en], to: english}\n";

static struct wd_config *load(const char *text, struct wd_findings *f)
{
	struct wd_config *c = NULL;
	(void)!wd_config_parse(wd_str_c(text), WD_STR("t.yaml"), NULL, &c, f);
	return c;
}

static void test_rules(void **state)
{
	static const struct {
		const char *name, *topic, *feed, *url, *language;
		enum wd_event_type type;
		const char *want;
		bool stays;
	} cases[] = {
		{"no rule", "", "x", "", "fr", WD_EVENT_PUBLISHED, "", true},
		{"type", "summit", "alpha", "", "ko", WD_EVENT_CORRECTED, "desk", false},
		{"type, long name", "", "", "", "", WD_EVENT_WITHDRAWN, "desk", false},
		{"two conditions", "summit", "x", "", "ko-KR", WD_EVENT_UPDATED, "summit.asia",
			true},
		{"one of two fails", "summit", "x", "", "en", WD_EVENT_UPDATED, "summit.all", true},
		{"second value", "trade", "x", "", "", WD_EVENT_PUBLISHED, "summit.all", true},
		{"feed by name", "", "alpha", "", "en", WD_EVENT_PUBLISHED, WD_ROUTE_NONE, true},
		{"feed by URL", "", "b", "https://b.example/f", "", WD_EVENT_PUBLISHED,
			WD_ROUTE_NONE, true},
		{"back to the default", "", "x", "", "en-GB-oed", WD_EVENT_PUBLISHED, "", true},
		{"prefix of a tag", "", "x", "", "EN-us", WD_EVENT_PUBLISHED, "english", true},
		{"not of a word", "", "x", "", "enm", WD_EVENT_PUBLISHED, "", true},
	};
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_findings f = {.mem = a};
	wd_cleanup(wd_config_unrefp) struct wd_config *c = load(conf, &f);
	assert_non_null(c);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_doc doc = {
			.feed = wd_str_c(cases[i].feed), .feed_url = wd_str_c(cases[i].url)};
		struct wd_topic topic = {.id = wd_str_c(cases[i].topic)};
		struct wd_article art = {.doc = &doc, .language = wd_str_c(cases[i].language)};
		struct wd_version v = {.type = cases[i].type};
		bool stays = !cases[i].stays;
		art.topics.v = &topic;
		art.topics.n = topic.id.n > 0;
		assert_str(cases[i].name,
			wd_route_choose(c->routes.v, c->routes.n, &art, &v, &stays), cases[i].want);
		assert_int_equal(stays, cases[i].stays);
	}
}

static void test_findings(void **state)
{
	static const struct {
		const char *rule, *want;
		bool is_error;
	} cases[] = {
		{"{topics: [a]}", "'to' is missing", true},
		{"{types: [deleted], to: x}", "'deleted' is no type", true},
		{"{to: 'a topic'}", "'a topic' is no Kafka topic", true},
		{"{to: '..'}", "is no Kafka topic", true},
		{"{topic: [a], to: x}", "did you mean 'topics'", true},
		{"{feeds: [beta], to: x}", "no feed or source is named 'beta'", false},
		{"{to: x}\n  - {feeds: [a], to: y}", "those behind it never do", false},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		char text[1000];
		struct wd_buf out;
		wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
		struct wd_findings f = {.mem = a};
		(void)snprintf(text, sizeof(text),
			"kafka: {bootstrap.servers: 'b:1'}\nsinks: [{type: kafka}]\n"
			"feeds: [{url: 'https://a.example/f', name: a}]\nroutes:\n  - %s\n",
			cases[i].rule);
		wd_cleanup(wd_config_unrefp) struct wd_config *c = load(text, &f);
		wd_buf_init(&out, 1 << 16);
		wd_findings_print(&f, &out);
		if (wd_str_find(wd_buf_str(&out), wd_str_c(cases[i].want), 0) == SIZE_MAX)
			fail_msg("%s: got %.*s", cases[i].rule, WD_STR_ARG(wd_buf_str(&out)));
		assert_int_equal(c == NULL, cases[i].is_error);
		wd_buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
