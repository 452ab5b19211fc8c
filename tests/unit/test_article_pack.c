#include "tests/unit/test.h"

#include "parsers/article_pack.h"
#include "parsers/version.h"

static const struct wd_str cells[] = {WD_STR("Year"), WD_STR("2025")};

/* An article, and what it points to. */
struct sample {
	struct wd_article x;
	struct wd_doc doc;
	struct wd_entry e;
	struct wd_feed f;
};

static void make(struct wd_arena *a, struct sample *s)
{
	struct wd_article *x = &s->x;
	struct wd_doc *doc = &s->doc;
	struct wd_entry *e = &s->e;
	struct wd_feed *f = &s->f;
	*doc = (struct wd_doc){.feed_url = WD_STR("https://a.example/feed"),
		.input = WD_STR("https://a.example/feed?x"),
		.record = WD_STR("urn:uuid:1"),
		.status = 200,
		.fetched_at_us = INT64_C(1756000000123456)};
	*f = (struct wd_feed){.title = WD_STR("Feed"), .published = {5, WD_DATE_DAY, true}};
	*e = (struct wd_entry){.rights_holder = WD_STR("Agency"), .source = f};
	*x = (struct wd_article){.doc = doc,
		.feed = f,
		.entry = e,
		.headline = WD_STR("한일 정상회담"),
		.authors_source = WD_STR("feed"),
		.text = WD_STR("One.\n\nTwo."),
		.html = WD_STR("<p>One.</p><p>Two.</p>"),
		.published = {INT64_C(-62135596800000000), WD_DATE_TIME, false},
		.pubstatus = WD_WITHHELD,
		.urgency = 3,
		.is_correction = true};
	struct wd_str *alt = wd_vec_push(a, &x->alt_headlines);
	struct wd_repair *r = wd_vec_push(a, &x->repairs);
	struct wd_table *t = wd_vec_push(a, &x->tables);
	if (alt == NULL || r == NULL || t == NULL)
		return;
	*alt = WD_STR("Another line");
	*r = (struct wd_repair){WD_STR("entity"), WD_STR("text"), WD_STR_NONE, 7};
	t->caption = WD_STR("Visits");
	t->confidence = 0.875;
	struct wd_table_row *row = wd_vec_push(a, &t->rows);
	if (row == NULL)
		return;
	row->n = WD_COUNTOF(cells);
	row->cells = wd_arena_array(a, row->n, sizeof(*row->cells));
	if (row->cells != NULL)
		memcpy(row->cells, cells, sizeof(cells));
}

static void test_there_and_back(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_article y;
	struct sample s;
	struct wd_buf once, twice;
	wd_buf_init(&once, 1 << 20);
	wd_buf_init(&twice, 1 << 20);
	make(a, &s);
	wd_article_pack(&once, &s.x);
	assert_int_equal(wd_article_unpack(a, wd_buf_str(&once), &y, NULL), WD_OK);
	wd_article_pack(&twice, &y);
	assert_int_equal(twice.n, once.n);
	assert_memory_equal(twice.p, once.p, once.n);
	assert_true(wd_hash_eq(wd_content_hash(&s.x), wd_content_hash(&y)));
	assert_str("headline", y.headline, "한일 정상회담");
	assert_str("authors_source", y.authors_source, "feed");
	assert_str("cell", y.tables.v[0].rows.v[0].cells[1], "2025");
	assert_str("source", y.entry->source->title, "Feed");
	assert_str("record", y.doc->record, "urn:uuid:1");
	assert_true(y.doc->fetched_at_us == s.doc.fetched_at_us);
	assert_true(y.published.us == s.x.published.us && !y.published.has_zone);
	assert_true(y.repairs.v[0].count == 7 && y.tables.v[0].confidence == 0.875);
	assert_true(y.pubstatus == WD_WITHHELD && y.is_correction && y.urgency == 3);
	wd_buf_done(&once);
	wd_buf_done(&twice);
}

static void tag(struct wd_arena *a, struct wd_article *x)
{
	struct wd_topic *t = wd_vec_push(a, &x->topics);
	if (t == NULL)
		return;
	t->id = wd_arena_str(a, WD_STR("topic"));
	struct wd_span *s = wd_vec_push(a, &t->evidence);
	if (s != NULL)
		*s = (struct wd_span){
			.start = 2, .end = 5, .text = wd_arena_str(a, WD_STR("e.\n"))};
}

/* A copy has all of it when the memory it was made from is gone. */
static void test_a_copy_stands_alone(void **state)
{
	(void)state;
	struct wd_arena *a = wd_arena_new(1 << 20);
	wd_cleanup(wd_arena_freep) struct wd_arena *b = wd_arena_new(1 << 20);
	struct wd_article y;
	struct sample s;
	struct wd_buf packed, of_copy;
	wd_buf_init(&packed, 1 << 20);
	wd_buf_init(&of_copy, 1 << 20);
	make(a, &s);
	s.x.page_url = wd_arena_str(a, WD_STR("https://a.example/page"));
	tag(a, &s.x);
	wd_article_pack(&packed, &s.x);
	assert_int_equal(wd_article_copy(b, &s.x, &y), WD_OK);
	memset(s.x.tables.v, 0x5A, sizeof(*s.x.tables.v));
	memset(s.x.topics.v, 0x5A, sizeof(*s.x.topics.v));
	wd_arena_free(a);
	memset(&s.e, 0x5A, sizeof(s.e));
	memset(&s.f, 0x5A, sizeof(s.f));
	wd_article_pack(&of_copy, &y);
	assert_int_equal(of_copy.n, packed.n);
	assert_memory_equal(of_copy.p, packed.p, packed.n);
	assert_str("page", y.page_url, "https://a.example/page");
	assert_str("topic", y.topics.v[0].id, "topic");
	assert_str("evidence", y.topics.v[0].evidence.v[0].text, "e.\n");
	assert_int_equal(y.topics.v[0].evidence.v[0].end, 5);
	assert_ptr_equal(y.doc, &s.doc);
	wd_buf_done(&packed);
	wd_buf_done(&of_copy);
}

/* As 0.1.0 wrote it: format 1, and nothing of whose the authors are. */
static void test_a_record_of_the_last_release_is_read(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_article y;
	struct sample s;
	struct wd_buf b;
	wd_buf_init(&b, 1 << 20);
	make(a, &s);
	s.x.authors_source = WD_STR_NONE;
	wd_article_pack(&b, &s.x);
	b.p[0] = 1;
	b.n--; /* the empty string's length */
	assert_int_equal(wd_article_unpack(a, wd_buf_str(&b), &y, NULL), WD_OK);
	assert_str("headline", y.headline, "한일 정상회담");
	assert_int_equal(y.authors_source.n, 0);
	wd_buf_done(&b);
}

static void test_damaged_bytes_are_refused(void **state)
{
	(void)state;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_article y;
	struct sample s;
	struct wd_buf b;
	wd_buf_init(&b, 1 << 20);
	make(a, &s);
	wd_article_pack(&b, &s.x);
	for (size_t n = 0; n < b.n; n++) {
		struct wd_arena_mark m = wd_arena_mark(a);
		struct wd_str cut = {b.p, n};
		assert_int_equal(wd_article_unpack(a, cut, &y, NULL), WD_E_MALFORMED);
		wd_arena_rewind(a, m);
	}
	for (size_t i = 0; i < b.n; i++) { /* any answer, but no crash */
		struct wd_arena_mark m = wd_arena_mark(a);
		b.p[i] = (char)(b.p[i] ^ 0x55);
		(void)!wd_article_unpack(a, wd_buf_str(&b), &y, NULL);
		b.p[i] = (char)(b.p[i] ^ 0x55);
		wd_arena_rewind(a, m);
	}
	wd_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_a_copy_stands_alone),
		cmocka_unit_test(test_a_record_of_the_last_release_is_read),
		cmocka_unit_test(test_damaged_bytes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
