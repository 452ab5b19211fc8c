#include "tests/unit/test.h"

#include <jansson.h>

#include "sinks/event.h"

/* The event of one article as JSON, and its attributes. */
static json_t *event_of(struct wd_arena *a, const struct wd_article *art, struct wd_version *v)
{
	struct wd_event_attrs at;
	struct wd_buf data, line;
	json_error_t err;
	wd_buf_init(&data, 1 << 24);
	wd_buf_init(&line, 1 << 24);
	wd_version_first(a, art, INT64_C(1755907200000000), v);
	wd_event_attrs_make(a, art, v, &at);
	wd_event_data(&data, a, art, v);
	wd_event_structured(&line, &at, wd_buf_str(&data));
	json_t *j = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &err);
	if (j == NULL)
		fail_msg("%s at %d: %.*s", err.text, err.position, (int)line.n, line.p);
	wd_buf_done(&data);
	wd_buf_done(&line);
	return j;
}

static const char *str_at(json_t *j, const char *a, const char *b, int index, const char *c)
{
	j = json_object_get(j, a);
	if (b != NULL)
		j = json_object_get(j, b);
	if (index >= 0)
		j = json_array_get(j, (size_t)index);
	if (c != NULL)
		j = json_object_get(j, c);
	return json_string_value(j);
}

#define LONG_TEXT                                                                                  \
	"The harbour was closed for two days after the storm, and ships waited outside the bay "   \
	"while divers looked at the sea wall stone by stone.\n\nThe mayor thanked the crews, who " \
	"had worked through two nights in heavy rain and strong wind without a break."

static void test_pointers_of_the_contract(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 24);
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.feed_url = WD_STR("https://user:secret@x.example/feed"),
		.feed = WD_STR("x"),
		.input = WD_STR("in.xml")};
	struct wd_article art = {.doc = &doc,
		.headline = WD_STR("Storm \"closes\" harbour"),
		.html = WD_STR("<p>T</p>"),
		.text = WD_STR("T"),
		.by = WD_STR("A. Writer"),
		.located = WD_STR("BUSAN"),
		.guid = WD_STR("g1"),
		.link = WD_STR("https://x.example/1"),
		.published = {INT64_C(1755900000000000), WD_DATE_TIME, true},
		.date_source = WD_STR("pubDate")};
	struct wd_version v;
	json_t *j = event_of(a, &art, &v);
	json_t *d = json_object_get(j, "data");
	assert_string_equal(str_at(j, "source", NULL, -1, NULL), "https://x.example/feed");
	assert_string_equal(str_at(j, "type", NULL, -1, NULL), "news.article.published");
	assert_string_equal(str_at(j, "time", NULL, -1, NULL), "2025-08-23T00:00:00.000000Z");
	assert_string_equal(
		str_at(j, "subject", NULL, -1, NULL), str_at(j, "partitionkey", NULL, -1, NULL));
	assert_string_equal(str_at(d, "headlines", NULL, 0, "value"), "Storm \"closes\" harbour");
	assert_string_equal(str_at(d, "bodies", NULL, 0, "role"), "main");
	assert_string_equal(str_at(d, "bodies", NULL, 1, "contentType"), "text/plain");
	assert_string_equal(str_at(d, "contentCreated", NULL, -1, NULL), "2025-08-22T22:00:00Z");
	assert_string_equal(str_at(d, "wiredesk", "date_source", -1, NULL), "pubDate");
	assert_string_equal(str_at(d, "renditions", NULL, 0, "name"), "canonical");
	assert_string_equal(str_at(d, "altIds", NULL, 0, "value"), "g1");
	/* absent means absent */
	assert_null(json_object_get(d, "descriptions"));
	assert_null(json_object_get(d, "people"));
	assert_null(json_object_get(json_object_get(d, "wiredesk"), "topics"));
	json_decref(j);
}

static void test_a_summary_the_body_holds_is_left_out_and_its_evidence_moves(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 24);
	struct wd_doc doc = {.magic = WD_DOC_MAGIC, .input = WD_STR("in.txt")};
	struct wd_span span = {WD_STR("summary"), 4, 11, WD_STR("harbour")};
	struct wd_topic topic = {.id = WD_STR("t"),
		.label = WD_STR("T"),
		.rule = WD_STR("r"),
		.confidence = 0.5,
		.evidence = {&span, 1, 1}};
	struct wd_article art = {.doc = &doc,
		.headline = WD_STR("H"),
		.summary = WD_STR(LONG_TEXT),
		.html = WD_STR("<p>…</p>"),
		.text = WD_STR("서울. " LONG_TEXT),
		.topics = {&topic, 1, 1}};
	struct wd_version v;
	json_t *j = event_of(a, &art, &v);
	json_t *d = json_object_get(j, "data");
	assert_null(json_object_get(d, "descriptions"));
	json_t *e = json_array_get(
		json_object_get(
			json_array_get(
				json_object_get(json_object_get(d, "wiredesk"), "topics"), 0),
			"evidence"),
		0);
	assert_string_equal(json_string_value(json_object_get(e, "field")), "text");
	assert_int_equal(json_integer_value(json_object_get(e, "start")), 8); /* code points */
	assert_int_equal(json_integer_value(json_object_get(e, "end")), 15);
	assert_string_equal(str_at(j, "source", NULL, -1, NULL), "file:in.txt");
	assert_string_equal(str_at(j, "topics", NULL, -1, NULL), "t");
	json_decref(j);
}

static void test_ids_depend_on_what_they_should(void **state)
{
	(void)state;
	struct wd_hash x = {1, 2}, y = {1, 3};
	struct wd_str id = WD_STR("0123456789abcdef0123456789abcdef");
	struct wd_hash one = wd_event_id(id, 1, WD_EVENT_PUBLISHED, x, WD_STR_NONE);
	assert_true(wd_hash_eq(one, wd_event_id(id, 1, WD_EVENT_PUBLISHED, x, WD_STR_NONE)));
	assert_false(wd_hash_eq(one, wd_event_id(id, 2, WD_EVENT_PUBLISHED, x, WD_STR_NONE)));
	assert_false(wd_hash_eq(one, wd_event_id(id, 1, WD_EVENT_UPDATED, x, WD_STR_NONE)));
	assert_false(wd_hash_eq(one, wd_event_id(id, 1, WD_EVENT_PUBLISHED, y, WD_STR_NONE)));
	assert_false(wd_hash_eq(one, wd_event_id(id, 1, WD_EVENT_PUBLISHED, x, WD_STR("rules-2"))));
	struct wd_article a = {.headline = WD_STR("H"), .text = WD_STR("T")}, b = a;
	b.updated = (struct wd_date){1, WD_DATE_TIME, true};
	assert_true(wd_hash_eq(wd_content_hash(&a), wd_content_hash(&b)));
	b.text = WD_STR("T.");
	assert_false(wd_hash_eq(wd_content_hash(&a), wd_content_hash(&b)));
}

static void test_evidence_is_thinned_before_64_kib(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 26);
	static struct wd_span spans[50];
	static struct wd_entity entities[100];
	for (size_t i = 0; i < WD_COUNTOF(spans); i++)
		spans[i] = (struct wd_span){WD_STR("text"), 0, 1, WD_STR("T")};
	for (size_t i = 0; i < WD_COUNTOF(entities); i++)
		entities[i] = (struct wd_entity){
			.name = WD_STR("N"), .kind = WD_STR("person"), .mentions = {spans, 50, 50}};
	struct wd_doc doc = {.magic = WD_DOC_MAGIC, .input = WD_STR("-")};
	struct wd_article art = {.doc = &doc,
		.headline = WD_STR("H"),
		.text = WD_STR("T"),
		.html = WD_STR("<p>T</p>"),
		.entities = {entities, 100, 100}};
	struct wd_version v;
	struct wd_buf out;
	wd_buf_init(&out, 1 << 24);
	wd_version_first(a, &art, 0, &v);
	wd_event_data(&out, a, &art, &v);
	assert_true(out.n < 64 * 1024);
	assert_true(wd_str_find(wd_buf_str(&out), WD_STR("\"mentions\":[{"), 0) != SIZE_MAX);
	wd_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pointers_of_the_contract),
		cmocka_unit_test(test_a_summary_the_body_holds_is_left_out_and_its_evidence_moves),
		cmocka_unit_test(test_ids_depend_on_what_they_should),
		cmocka_unit_test(test_evidence_is_thinned_before_64_kib),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
