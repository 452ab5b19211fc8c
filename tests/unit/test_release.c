/* Embargoed and withheld articles, routes that stay, pages that are gone, a feed's first read. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "daemon/route.h"
#include "desk/desk.h"

#define NOW INT64_C(1750000000000000)
#define TEXT "The harbour was closed for two days after the storm."

struct bench {
	struct wd_store *store;
	struct wd_desk *desk;
	struct wd_arena *a;
	char log[4096], last_id[64];
	const char *to; /* what the route of the next version would be */
	bool stays;
	int64_t clock;
};

static int note(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	struct bench *b = ctx;
	(void)a;
	size_t at = strlen(b->log);
	(void)snprintf(b->log + at, sizeof(b->log) - at, "%s#%u%s%s%.*s%s\n",
		wd_event_type_name(v->type) + strlen("news.article."), v->number,
		v->hold != NULL ? " held" : "", v->route.n > 0 ? " " : "", WD_STR_ARG(v->route),
		v->is_backfill && art->headline.n == 0 ? "?" : "");
	(void)snprintf(b->last_id, sizeof(b->last_id), "%.*s", WD_STR_ARG(v->article_id));
	struct wd_row row = {.time_us = v->seen_us,
		.key = v->article_id,
		.route = v->route,
		.attrs = v->event_id,
		.data = art->headline};
	return v->hold != NULL ? wd_store_hold(b->store, v->hold, &row, err)
			       : wd_store_out(b->store, &row, err);
}

static struct wd_str route(
	const struct wd_article *art, const struct wd_version *v, bool *ret_stays, void *ctx)
{
	struct bench *b = ctx;
	(void)art, (void)v;
	*ret_stays = b->stays;
	return wd_str_c(b->to);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct wd_store_opts so = {0};
	assert_int_equal(wd_store_open(&so, &b->store, NULL), WD_OK);
	struct wd_desk_opts opts = {.store = b->store,
		.hold_embargoed = true,
		.hold_withheld = true,
		.route = route,
		.emit = note,
		.ctx = b};
	b->desk = wd_desk_new(&opts);
	b->a = wd_arena_new(64 << 20);
	b->clock = NOW;
	b->to = "";
	b->stays = true;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	wd_desk_free(b->desk);
	wd_store_close(b->store);
	wd_arena_free(b->a);
	free(b);
	return 0;
}

struct item {
	const char *guid, *title;
	int64_t embargo_h; /* from NOW; 0: none */
	bool withheld, kill, no_zone;
	int64_t published_h; /* before NOW; 0: undated */
};

static void read_hinted(
	struct bench *b, const struct wd_doc_hints *hints, const struct item *e, size_t n)
{
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.feed = WD_STR("f"),
		.feed_url = WD_STR("https://a.example/feed"),
		.fetched_at_us = b->clock += WD_MINUTE};
	if (hints != NULL)
		doc.hints = *hints;
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_doc_begin(b->desk, &doc, NULL, NULL), WD_OK);
	for (size_t i = 0; i < n; i++) {
		bool version;
		char link[64];
		(void)snprintf(link, sizeof(link), "https://a.example/%s", e[i].guid);
		struct wd_article art = {.doc = &doc,
			.guid = wd_str_c(e[i].guid),
			.link = wd_str_c(link),
			.headline = wd_str_c(e[i].title),
			.text = WD_STR(TEXT),
			.html = WD_STR(TEXT),
			.pubstatus = e[i].withheld ? WD_WITHHELD : WD_USABLE,
			.is_retraction = e[i].kill};
		if (e[i].embargo_h != 0)
			art.embargoed = (struct wd_date){
				NOW + e[i].embargo_h * WD_HOUR, WD_DATE_TIME, !e[i].no_zone};
		if (e[i].published_h != 0)
			art.published = (struct wd_date){
				NOW - e[i].published_h * WD_HOUR, WD_DATE_TIME, true};
		assert_int_equal(wd_desk_article(b->desk, &art, b->a, &version, NULL), WD_OK);
	}
	assert_int_equal(wd_desk_doc_end(b->desk, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
}

static void read_one(struct bench *b, struct item e)
{
	read_hinted(b, NULL, &e, 1);
}

static void expect(struct bench *b, const char *name, const char *want)
{
	assert_str(name, wd_str_c(b->log), want);
	b->log[0] = '\0';
}

/* The outbox's texts, in order. */
static void outbox(struct bench *b, const char *name, const char *want)
{
	struct wd_store_reader *r = NULL;
	struct wd_row *rows = NULL;
	size_t n = 0;
	char got[1000] = "";
	assert_int_equal(wd_store_reader_open(b->store, "t", &r, NULL), WD_OK);
	assert_int_equal(wd_store_read(r, 0, 100, 1 << 20, 0, b->a, &rows, &n, NULL), WD_OK);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s\n",
			WD_STR_ARG(rows[i].data));
	wd_store_reader_close(r);
	assert_str(name, wd_str_c(got), want);
}

static size_t release(struct bench *b, int64_t hours)
{
	size_t n = 0;
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_store_release(b->store, NOW + hours * WD_HOUR, &n, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	return n;
}

static uint64_t held(struct bench *b)
{
	uint64_t n;
	int64_t due;
	wd_store_held_fill(b->store, &n, &due);
	return n;
}

static void test_released_once_in_order_of_time(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"late", "Late", .embargo_h = 9});
	read_one(b, (struct item){"soon", "Soon", .embargo_h = 5});
	read_one(b, (struct item){"now", "Now", .embargo_h = -2});
	expect(b, "held", "published#1 held\npublished#1 held\npublished#1\n");
	outbox(b, "only what is free", "Now\n");
	assert_int_equal(release(b, 4), 0);
	assert_int_equal(release(b, 10), 2);
	assert_int_equal(release(b, 10), 0);
	outbox(b, "earliest first", "Now\nSoon\nLate\n");
	assert_int_equal(held(b), 0);
	read_one(b, (struct item){"late", "Late, edited", .embargo_h = 9});
	expect(b, "afterwards it is like any other", "updated#2 held\n");
}

static void test_a_newer_version_takes_the_place_of_a_held_one(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"g", "First", .embargo_h = 5});
	read_one(b, (struct item){"g", "Second", .embargo_h = 6});
	expect(b, "nobody saw the first", "published#1 held\npublished#1 held\n");
	assert_int_equal(held(b), 1);
	assert_int_equal(release(b, 5), 0);
	read_one(b, (struct item){"g", "Third", .withheld = false});
	expect(b, "the embargo was lifted", "published#1\n");
	assert_int_equal(held(b), 0);
	assert_int_equal(release(b, 100), 0);
	read_one(b, (struct item){"g", "Fourth", .embargo_h = 8});
	expect(b, "an update under embargo", "updated#2 held\n");
	read_one(b, (struct item){"g", "Third", .withheld = false});
	expect(b, "taken back: nothing new was said", "");
	assert_int_equal(held(b), 0);
	read_one(b, (struct item){"g", "Fifth", .withheld = false});
	expect(b, "numbers go on", "updated#2\n");
	outbox(b, "two events", "Third\nFifth\n");
}

static void test_kills(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"g", "Secret", .embargo_h = 5});
	read_one(b, (struct item){"g", "Secret", .kill = true});
	expect(b, "killed before anybody saw it", "published#1 held\n");
	assert_int_equal(held(b), 0);
	assert_int_equal(release(b, 100), 0);
	read_one(b, (struct item){"g", "Not so secret", .withheld = false});
	expect(b, "brought back by its source", "published#1\n");
	read_one(b, (struct item){"g", "An update", .embargo_h = 5});
	read_one(b, (struct item){"g", "An update", .kill = true});
	expect(b, "the update goes, the article is withdrawn", "updated#2 held\nwithdrawn#2\n");
	assert_int_equal(held(b), 0);
}

static void test_withheld_until_usable(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"g", "Wait", .withheld = true});
	read_one(b, (struct item){"h", "Dated", .withheld = true, .embargo_h = 3});
	expect(b, "held", "published#1 held\npublished#1 held\n");
	assert_int_equal(release(b, 100000), 1);
	read_one(b, (struct item){"g", "Wait", .withheld = false});
	expect(b, "usable now", "published#1\n");
	outbox(b, "both", "Dated\nWait\n");
}

static void test_a_date_without_zone_is_over_everywhere(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"g", "X", .embargo_h = 5, .no_zone = true});
	expect(b, "held", "published#1 held\n");
	assert_int_equal(release(b, 16), 0);
	assert_int_equal(release(b, 17), 1);
}

static void test_operators_withdraw_what_is_held(void **state)
{
	struct bench *b = *state;
	struct wd_str to;
	struct wd_desk_withdrawal w = {.reason = "court order", .erase = true, .now_us = b->clock};
	read_one(b, (struct item){"g", "X", .embargo_h = 5});
	assert_int_equal(wd_hash_from_hex(wd_str_c(b->last_id), &w.article), WD_OK);
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_withdraw(b->desk, &w, b->a, &to, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	expect(b, "nobody saw it", "published#1 held\n");
	assert_int_equal(held(b), 0);
	read_one(b, (struct item){"g", "X again", .withheld = false});
	expect(b, "no feed brings it back", "");
}

static void test_an_article_stays_in_its_topic(void **state)
{
	struct bench *b = *state;
	struct wd_str to;
	struct wd_desk_withdrawal w = {.reason = "x", .now_us = b->clock};
	b->to = "summits";
	read_one(b, (struct item){"g", "One", .withheld = false});
	b->to = "";
	read_one(b, (struct item){"g", "Two", .withheld = false});
	expect(b, "sticks", "published#1 summits\nupdated#2 summits\n");
	b->to = "corrections";
	b->stays = false;
	read_one(b, (struct item){"g", "Three", .withheld = false});
	b->stays = true;
	read_one(b, (struct item){"g", "Four", .withheld = false});
	expect(b, "a rule about single events", "updated#3 corrections\nupdated#4 summits\n");
	assert_int_equal(wd_hash_from_hex(wd_str_c(b->last_id), &w.article), WD_OK);
	b->to = "";
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_withdraw(b->desk, &w, b->a, &to, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	expect(b, "a withdrawal goes where the article went", "withdrawn#5 summits\n");
	assert_str("and so does a tombstone", to, "summits");
	b->to = WD_ROUTE_NONE;
	read_one(b, (struct item){"h", "One", .withheld = false});
	b->to = "summits";
	read_one(b, (struct item){"h", "Two", .withheld = false});
	expect(b, "what is nowhere yet is free to go", "published#1 !none\nupdated#2 summits\n");
}

static void gone(struct bench *b, const char *url, int want)
{
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.feed = WD_STR("f"),
		.url = wd_str_c(url),
		.status = 410,
		.fetched_at_us = b->clock += WD_MINUTE};
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_gone(b->desk, &doc, b->a, NULL), want);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
}

static void test_a_page_that_is_gone(void **state)
{
	struct bench *b = *state;
	read_one(b, (struct item){"g", "One", .withheld = false});
	gone(b, "https://www.a.example/g/amp/", WD_OK);
	gone(b, "https://a.example/g", WD_OK);
	gone(b, "https://a.example/unknown", WD_E_NOTFOUND);
	expect(b, "once", "published#1\nwithdrawn#2\n");
	read_one(b, (struct item){"g", "One", .withheld = false});
	expect(b, "a feed that still lists it says nothing new", "");
	read_one(b, (struct item){"g", "One, rewritten", .withheld = false});
	expect(b, "but this is", "updated#3\n");
}

static void test_first_read(void **state)
{
	static const struct {
		const char *name, *want;
		struct wd_doc_hints hints;
	} cases[] = {
		{"all", "published#1\npublished#1\npublished#1\n", {.first_poll = WD_FIRST_ALL}},
		{"since", "published#1\n",
			{.first_poll = WD_FIRST_SINCE, .first_age_us = 10 * WD_HOUR}},
		{"none", "", {.first_poll = WD_FIRST_NONE}},
	};
	const struct item items[] = {{"a", "New", .published_h = 2},
		{"b", "Old", .published_h = 30}, {"c", "Undated", .published_h = 0}};
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct bench *b = *state;
		read_hinted(b, &cases[i].hints, items, WD_COUNTOF(items));
		expect(b, cases[i].name, cases[i].want);
		read_hinted(b, &cases[i].hints, items, WD_COUNTOF(items));
		expect(b, "known now", "");
		read_one(b, (struct item){"d", "Later", .withheld = false});
		expect(b, "the second read is as always", "published#1\n");
		(void)teardown(state);
		(void)setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_released_once_in_order_of_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_newer_version_takes_the_place_of_a_held_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kills, setup, teardown),
		cmocka_unit_test_setup_teardown(test_withheld_until_usable, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_date_without_zone_is_over_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_operators_withdraw_what_is_held, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_an_article_stays_in_its_topic, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_page_that_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_read, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
