#include "tests/unit/test.h"

#include "desk/desk.h"
#include "desk/identity.h"
#include "desk/lifecycle.h"
#include "desk/texts.h"

/* One desk over a store in memory; what it emits is noted as "type#number significance" lines. */
struct bench {
	struct wd_store *store;
	struct wd_desk *desk;
	struct wd_arena *a;
	char log[4096], last_id[64], ids[16][40], story[32];
	double similarity;
	int64_t story_first_us;
	size_t n;
	int64_t clock;
};

static int note(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	struct bench *b = ctx;
	(void)art, (void)a, (void)err;
	size_t at = strlen(b->log);
	(void)snprintf(b->log + at, sizeof(b->log) - at, "%s#%u%s%.*s\n",
		wd_event_type_name(v->type) + strlen("news.article."), v->number,
		v->significance.n > 0 ? " " : "", WD_STR_ARG(v->significance));
	(void)snprintf(b->ids[b->n % 16], 40, "%.*s", WD_STR_ARG(v->event_id));
	(void)snprintf(b->story, sizeof(b->story), "%.*s", WD_STR_ARG(v->story_id));
	b->similarity = v->story_similarity;
	b->story_first_us = v->story_first_seen_us;
	(void)snprintf(b->last_id, sizeof(b->last_id), "%.*s", WD_STR_ARG(v->article_id));
	b->n++;
	return WD_OK;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct wd_store_opts so = {0};
	assert_int_equal(wd_store_open(&so, &b->store, NULL), WD_OK);
	struct wd_desk_opts opts = {.store = b->store, .emit = note, .ctx = b};
	b->desk = wd_desk_new(&opts);
	b->a = wd_arena_new(64 << 20);
	b->clock = INT64_C(1750000000000000);
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

struct entry {
	const char *guid, *link, *title, *text;
	int64_t published; /* days, 0: none */
	bool correction, kill;
};

static void read_feed(struct bench *b, const char *feed, const struct entry *e, size_t n)
{
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.feed = wd_str_c(feed),
		.feed_url = wd_str_c(feed),
		.fetched_at_us = b->clock += 60000000};
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_doc_begin(b->desk, &doc, NULL, NULL), WD_OK);
	for (size_t i = 0; i < n; i++) {
		bool version;
		struct wd_article art = {.doc = &doc,
			.guid = wd_str_c(e[i].guid),
			.link = wd_str_c(e[i].link),
			.headline = wd_str_c(e[i].title),
			.text = wd_str_c(e[i].text),
			.html = wd_str_c(e[i].text),
			.is_correction = e[i].correction,
			.is_retraction = e[i].kill};
		if (e[i].published > 0)
			art.published = (struct wd_date){
				e[i].published * INT64_C(86400000000), WD_DATE_TIME, true};
		assert_int_equal(wd_desk_article(b->desk, &art, b->a, &version, NULL), WD_OK);
	}
	assert_int_equal(wd_desk_doc_end(b->desk, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
}

static void expect(struct bench *b, const char *name, const char *want)
{
	assert_str(name, wd_str_c(b->log), want);
	b->log[0] = '\0';
}

#define READ(b, feed, ...)                                                                         \
	do {                                                                                       \
		const struct entry e_[] = {__VA_ARGS__};                                           \
		read_feed((b), (feed), e_, WD_COUNTOF(e_));                                        \
	} while (0)

#define BODY                                                                                       \
	"The harbour was closed for two days after the storm. Ships waited outside the bay while " \
	"divers looked at the sea wall.\nThe mayor thanked the crews."

static void test_versions(void **state)
{
	struct bench *b = *state;
	struct entry x = {"g1", "https://a.example/1", "Storm closes harbour", BODY, 0, 0, 0};
	struct entry y = x;
	y.text = "The harbour was closed for three days after the storm. Ships waited outside the "
		 "bay while divers looked at the sea wall.\nThe mayor thanked the crews.";
	read_feed(b, "f", &x, 1);
	read_feed(b, "f", &x, 1);
	expect(b, "twice the same", "published#1\n");
	read_feed(b, "f", &y, 1);
	expect(b, "edited", "updated#2 minor\n");
	read_feed(b, "f", &x, 1);
	expect(b, "A B A is three", "updated#3 minor\n");
	assert_string_not_equal(b->ids[0], b->ids[2]);
	x.correction = true;
	x.text = "Correction: it was the northern harbour. " BODY;
	read_feed(b, "f", &x, 1);
	expect(b, "corrected", "corrected#4 minor\n");
	x.kill = true;
	read_feed(b, "f", &x, 1);
	assert_non_null(strstr(b->log, "withdrawn#5"));
	b->log[0] = '\0';
	struct entry other = {"g2", "https://a.example/2", "Something else", "Words", 0, 0, 0};
	read_feed(b, "f", &other, 1);
	expect(b, "vanishing from the feed is no withdrawal", "published#1\n");
}

/* The record of a version in the store, as it stands there or made whole; empty: none. */
static struct wd_str record_of(struct bench *b, uint32_t number, bool whole)
{
	struct wd_hash id;
	struct wd_store_article art;
	struct wd_str rec;
	assert_int_equal(wd_hash_from_hex(wd_str_c(b->last_id), &id), WD_OK);
	assert_int_equal(wd_store_find_id(b->store, id, &art, NULL), WD_OK);
	int r = whole ? wd_texts_get(b->store, art.row, number, b->a, &rec, NULL)
		      : wd_store_version_get(b->store, art.row, number, b->a, &rec, NULL);
	return r == WD_OK ? rec : WD_STR_NONE;
}

static bool has_text(struct wd_str rec, const char *text)
{
	return wd_str_find(rec, wd_str_c(text), 0) < rec.n;
}

static void test_the_newest_text_stands_once(void **state)
{
	struct bench *b = *state;
	struct entry x = {"g1", "https://a.example/1", "Storm closes harbour", BODY, 0, 0, 0};
	read_feed(b, "f", &x, 1);
	expect(b, "new", "published#1\n");
	struct wd_str bare = record_of(b, 1, false);
	assert_true(wd_lifecycle_lacks_text(bare));
	assert_false(has_text(bare, "The harbour was closed"));
	assert_str("headline", wd_lifecycle_headline(bare), "Storm closes harbour");
	struct wd_article art = {.headline = wd_str_c(x.title), .text = wd_str_c(x.text)};
	struct wd_str want = wd_lifecycle_record(b->a, &art), whole = record_of(b, 1, true);
	assert_int_equal(whole.n, want.n);
	assert_memory_equal(whole.p, want.p, want.n);
	/* edited: what was before keeps its text, for a version that may be taken back */
	x.text = "A bridge fell.";
	read_feed(b, "f", &x, 1);
	expect(b, "edited", "updated#2 rewrite\n");
	assert_false(wd_lifecycle_lacks_text(record_of(b, 1, false)));
	assert_true(has_text(record_of(b, 1, false), "The harbour was closed"));
	assert_true(wd_lifecycle_lacks_text(record_of(b, 2, false)));
	assert_true(has_text(record_of(b, 2, true), "A bridge fell."));
}

/* Stores of programs that gave every record its text. */
static void test_records_with_their_text(void **state)
{
	struct bench *b = *state;
	struct wd_hash id;
	struct wd_store_article rec;
	struct entry x = {"g1", "https://a.example/1", "Storm closes harbour", BODY, 0, 0, 0};
	read_feed(b, "f", &x, 1);
	expect(b, "new", "published#1\n");
	assert_int_equal(wd_hash_from_hex(wd_str_c(b->last_id), &id), WD_OK);
	assert_int_equal(wd_store_find_id(b->store, id, &rec, NULL), WD_OK);
	struct wd_article art = {.headline = wd_str_c(x.title), .text = wd_str_c(x.text)};
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_store_version_put(
				 b->store, rec.row, 1, wd_lifecycle_record(b->a, &art), 3, NULL),
		WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	x.text = "The harbour was closed for three days after the storm. Ships waited outside the "
		 "bay while divers looked at the sea wall.\nThe mayor thanked the crews.";
	read_feed(b, "f", &x, 1);
	expect(b, "edited", "updated#2 minor\n");
	assert_true(has_text(record_of(b, 1, false), "closed for two days"));
}

/* As above for what is not kept: the past of a feed that nobody wanted sent. */
static void test_silent_articles_have_their_text(void **state)
{
	struct bench *b = *state;
	bool version;
	struct wd_doc doc = {.magic = WD_DOC_MAGIC,
		.feed = WD_STR("f"),
		.feed_url = WD_STR("f"),
		.hints.first_poll = WD_FIRST_NONE,
		.fetched_at_us = b->clock};
	struct wd_article art = {.doc = &doc,
		.guid = WD_STR("g1"),
		.headline = WD_STR("Storm closes harbour"),
		.text = WD_STR(BODY),
		.html = WD_STR(BODY)};
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_doc_begin(b->desk, &doc, NULL, NULL), WD_OK);
	assert_int_equal(wd_desk_article(b->desk, &art, b->a, &version, NULL), WD_OK);
	assert_int_equal(wd_desk_doc_end(b->desk, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	expect(b, "silent", "");
	READ(b, "f",
		{"g1", NULL, "Storm closes harbour",
			"The harbour was closed for three days after the storm. Ships waited outside "
			"the bay while divers looked at the sea wall.\nThe mayor thanked the crews.",
			0, 0, 0});
	expect(b, "edited", "updated#2 minor\n");
	assert_true(has_text(record_of(b, 1, false), "closed for two days"));
}

static void test_identity_ladder(void **state)
{
	struct bench *b = *state;
	READ(b, "f", {"g1", "https://a.example/1?x=1", "One", BODY, 0, 0, 0});
	READ(b, "f", {"g1", "https://a.example/one-new-slug", "One", BODY, 0, 0, 0});
	expect(b, "link moved, guid stays", "published#1\n");
	READ(b, "f", {"changed", "https://www.a.example/one-new-slug/amp/", "One", BODY, 0, 0, 0});
	expect(b, "guid churned, AMP twin of the link", "");
	READ(b, "g", {"zz", "https://m.a.example/one-new-slug", "One", BODY, 0, 0, 0});
	expect(b, "the same article in a second feed", "");
	READ(b, "f", {NULL, NULL, "Bare", "Text", 20000, 0, 0});
	READ(b, "f", {NULL, NULL, "Bare", "Text, edited", 20000, 0, 0});
	assert_non_null(strstr(b->log, "published#1\nupdated#2"));
}

static void test_positions_as_guids(void **state)
{
	struct bench *b = *state;
	READ(b, "p", {"1", NULL, "Rain", "It rained all of the day in town", 20001, 0, 0},
		{"2", NULL, "Sun", "The sun shone upon every beach", 20000, 0, 0});
	expect(b, "first", "published#1\npublished#1\n");
	READ(b, "p",
		{"1", NULL, "Snow", "Deep white powder fell across northern hills", 20002, 0, 0},
		{"2", NULL, "Rain", "It rained all of the day in town", 20001, 0, 0},
		{"3", NULL, "Sun", "The sun shone upon every beach", 20000, 0, 0});
	expect(b, "moved down by one", "published#1\n");
}

static void test_shared_links(void **state)
{
	struct bench *b = *state;
	READ(b, "h", {"a-long-guid-1", "https://h.example/", "Alpha", "Alpha words here", 0, 0, 0},
		{"a-long-guid-2", "https://h.example/", "Beta", "Quite other things", 0, 0, 0},
		{"a-long-guid-3", "https://h.example/", "Gamma", "Third matter told", 0, 0, 0});
	expect(b, "all link to the home page", "published#1\npublished#1\npublished#1\n");
	READ(b, "h",
		{"a-long-guid-4", "https://h.example/", "Delta", "Fourth subject now", 0, 0, 0},
		{"a-long-guid-1", "https://h.example/", "Alpha", "Alpha words here", 0, 0, 0});
	expect(b, "a new one", "published#1\n");
}

static void test_two_feeds_do_not_fight(void **state)
{
	struct bench *b = *state;
	struct entry full = {"g", "https://a.example/1", "T", BODY, 0, 0, 0}, teaser = full;
	teaser.text = "The harbour was closed.";
	for (int i = 0; i < 3; i++) {
		read_feed(b, "full", &full, 1);
		read_feed(b, "teaser", &teaser, 1);
	}
	expect(b, "teaser elsewhere", "published#1\n");
}

static void test_significance(void **state)
{
	(void)state;
	static const struct {
		const char *name, *was, *is, *want;
	} cases[] = {
		{"letters swapped", "The minister said the talks would go on until Friday evening.",
			"The minister said the tlaks would go on until Friday evening.", "typo"},
		{"only a comma", "The talks, he said, went on.", "The talks he said went on.",
			"typo"},
		{"a number", "At least 12 people were hurt in the fire.",
			"At least 15 people were hurt in the fire.", "fact"},
		{"a name", "The visit of president Moon was short and friendly.",
			"The visit of president Yoon was short and friendly.", "fact"},
		{"words", "The council voted for the bridge after a long debate.",
			"The council voted against the bridge after a long debate.", "minor"},
		{"all new", "One two three four five six seven eight nine ten eleven twelve.",
			"Alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu.",
			"rewrite"},
		{"Korean number", "회담은 3시간 동안 이어졌다.", "회담은 5시간 동안 이어졌다.",
			"fact"},
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(64 << 20);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_article was = {.text = wd_str_c(cases[i].was)},
				  is = {.text = wd_str_c(cases[i].is)};
		struct wd_version v = {0};
		wd_lifecycle_compare(a, wd_lifecycle_record(a, &was), &is, &v);
		assert_str(cases[i].name, v.significance, cases[i].want);
		assert_int_equal(v.diff.n, 1);
		assert_str(cases[i].name, v.diff.v[0].field, "text");
	}
}

static void test_links(void **state)
{
	(void)state;
	static const struct {
		const char *link, *want;
	} cases[] = {
		{"https://www.example.com/a/b/", "example.com/a/b"},
		{"http://m.example.com/a/b?amp=1&id=3", "example.com/a/b?id=3"},
		{"https://example.com/amp/a/b", "example.com/a/b"},
		{"https://example.com/a/b.amp", "example.com/a/b"},
		{"https://m.com/x", "m.com/x"},
		{"https://example.com/log#v2", "example.com/log#v2"},
		{"https://example.com/log#xtor=RSS-1", "example.com/log"},
	};
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(1 << 20);
	for (size_t i = 0; i < WD_COUNTOF(cases); i++)
		assert_str(
			cases[i].link, wd_identity_link(a, wd_str_c(cases[i].link)), cases[i].want);
}

static void test_guid_with_version(void **state)
{
	static const struct {
		const char *guid, *version, *other_guid, *other_version;
		bool same;
	} cases[] = {
		{"urn:newsml:a.example:20250823:X:1", "1", "urn:newsml:a.example:20250823:X:2", "2",
			true},
		{"urn:newsml:a.example:20250823:X:1N", "1", "urn:newsml:a.example:20250823:X:12U",
			"12", true},
		{"urn:newsml:a.example:20250823:X:1", "1", "urn:newsml:a.example:20250823:Y:1", "1",
			false},
		{"tag:a.example,2025:1", "3", "tag:a.example,2025:2", "4", false},
		{"tag:a.example,2025:x", "1", "tag:a.example,2025:x", "2", true},
		{":1", "1", ":2", "2", false},
	};
	struct bench *b = *state;
	for (size_t i = 0; i < WD_COUNTOF(cases); i++) {
		struct wd_entry x = {.version = wd_str_c(cases[i].version)},
				y = {.version = wd_str_c(cases[i].other_version)};
		struct wd_article one = {.guid = wd_str_c(cases[i].guid), .entry = &x},
				  two = {.guid = wd_str_c(cases[i].other_guid), .entry = &y};
		struct wd_identity a, c;
		wd_identity_make(b->a, &one, WD_STR("f"), &a);
		wd_identity_make(b->a, &two, WD_STR("f"), &c);
		assert_int_equal(wd_hash_eq(a.guid, c.guid), cases[i].same);
	}
}

static void test_withdraw(void **state)
{
	struct bench *b = *state;
	struct wd_hash id;
	READ(b, "f", {"g1", "https://a.example/1", "One", BODY, 0, 0, 0});
	assert_int_equal(wd_hash_from_hex(wd_str_c(b->last_id), &id), WD_OK);
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	struct wd_str route;
	struct wd_desk_withdrawal w = {
		.article = id, .reason = "court order", .erase = true, .now_us = b->clock};
	assert_int_equal(wd_desk_withdraw(b->desk, &w, b->a, &route, NULL), WD_OK);
	assert_int_equal(wd_store_commit(b->store, NULL), WD_OK);
	expect(b, "withdrawn", "published#1\nwithdrawn#2\n");
	READ(b, "f", {"g1", "https://a.example/1", "One, edited", BODY, 0, 0, 0});
	expect(b, "the feed does not bring it back", "");
}

#define LEDE                                                                                       \
	"The two harbour authorities signed an agreement on Monday that lets ships of both ports " \
	"use each other's repair docks for the next ten years, officials said after the ceremony."
#define MORE                                                                                        \
	"The docks were built in the nineteen seventies and have stood half empty since the yards " \
	"moved north. Unions asked for a promise that no job will be lost before the end of next "  \
	"year, and got it in writing from both mayors, who shook hands in front of the old crane."
#define TAIL                                                                                       \
	"A first ship, the ferry Albatross, is expected in spring. The national shipping board "   \
	"called the plan sound but warned that the channel has to be dredged twice as often."

static const char other_words[] =
	"Officials of two ports have agreed to share their docks for repairs over a decade. According to "
	"a paper signed at the start of the week, vessels may in future be mended in either place. Both "
	"mayors also gave workers a guarantee of their posts until the end of the coming year. The yards "
	"have had little to do since shipbuilders left for the north of the country. Experts think that "
	"it can work, if more sand is taken out of the fairway. The ferry Albatross will be the first.";

static void story_of(
	struct bench *b, const char *feed, const char *title, const char *text, char out[32])
{
	struct entry e = {title, NULL, title, text, 0, 0, 0};
	char link[200];
	(void)snprintf(link, sizeof(link), "https://%s.example/%zu", feed, b->n);
	e.link = e.guid = link;
	read_feed(b, feed, &e, 1);
	b->log[0] = '\0';
	memcpy(out, b->story, 32);
}

static void test_stories(void **state)
{
	struct bench *b = *state;
	char first[32], reprint[32], cut[32], spun[32], other[32], edited[32];
	story_of(b, "agency", "Ports share docks", LEDE "\n" MORE "\n" TAIL, first);
	int64_t began = b->story_first_us;
	assert_true(b->similarity == 1.0);
	story_of(b, "daily", "Two ports, one dock",
		"(Agency) - " LEDE "\n" MORE "\n" TAIL "\n(END)", reprint);
	assert_string_equal(first, reprint);
	assert_int_equal(b->story_first_us, began);
	assert_true(b->similarity > 0.8 && b->similarity <= 1);
	story_of(b, "weekly", "Docks to be shared, unions content", LEDE "\n" MORE, cut);
	assert_string_equal(first, cut);
	story_of(b, "spinner", "Ports to share docks", other_words, spun);
	assert_string_not_equal(first, spun);
	story_of(b, "local", "Harbour opening hours",
		"The office opens at nine and closes at five from Monday to Friday, and on Saturdays "
		"until noon; on holidays it stays closed and the guard has the keys to the gates.",
		other);
	assert_string_not_equal(first, other);
	/* An edit stays in its story, also when its words are new. */
	struct entry e = {
		"gx", "https://x.example/e", "Ports share docks", LEDE "\n" MORE, 0, 0, 0};
	read_feed(b, "editor", &e, 1);
	assert_string_equal(first, b->story);
	e.text = other_words;
	read_feed(b, "editor", &e, 1);
	memcpy(edited, b->story, 32);
	assert_string_equal(first, edited);
	b->log[0] = '\0';
}

static int fail_emit(const struct wd_article *art, const struct wd_version *v, struct wd_arena *a,
	void *ctx, struct wd_err *err)
{
	(void)art, (void)v, (void)a, (void)ctx;
	return wd_err_set(err, WD_E_TRANSIENT, "no");
}

/* What was learned in a transaction that was taken back leads nowhere; what was committed is known
 * to the next desk. */
static void test_stories_follow_the_store(void **state)
{
	struct bench *b = *state;
	char lost[32], first[32], later[32];
	struct wd_desk_opts opts = {.store = b->store, .emit = fail_emit};
	struct wd_doc doc = {
		.magic = WD_DOC_MAGIC, .feed_url = WD_STR("f"), .fetched_at_us = b->clock};
	struct wd_article art = {.doc = &doc,
		.guid = WD_STR("gone"),
		.headline = WD_STR("x"),
		.text = WD_STR(LEDE MORE)};
	bool version;
	wd_desk_free(b->desk);
	b->desk = wd_desk_new(&opts);
	assert_int_equal(wd_store_begin(b->store, NULL), WD_OK);
	assert_int_equal(wd_desk_doc_begin(b->desk, &doc, NULL, NULL), WD_OK);
	assert_int_equal(wd_desk_article(b->desk, &art, b->a, &version, NULL), WD_E_TRANSIENT);
	wd_store_rollback(b->store);
	wd_desk_rolled_back(b->desk);
	(void)snprintf(lost, sizeof(lost), "%s", b->story);
	opts.emit = note;
	opts.ctx = b;
	wd_desk_free(b->desk);
	b->desk = wd_desk_new(&opts);
	story_of(b, "one", "Ports share docks", LEDE "\n" MORE, first);
	assert_string_not_equal(first, lost);
	assert_true(b->similarity == 1.0);
	wd_desk_free(b->desk); /* a restart */
	b->desk = wd_desk_new(&opts);
	story_of(b, "two", "The ports' docks", LEDE "\n" MORE "\n" TAIL, later);
	assert_string_equal(first, later);
	b->clock += INT64_C(5) * 86400 * 1000000; /* the window is over */
	story_of(b, "three", "Docks again", LEDE "\n" MORE, later);
	assert_string_not_equal(first, later);
}

static int count_member(const struct wd_store_member *m, void *ctx)
{
	char *log = ctx;
	struct wd_str title = wd_lifecycle_headline(m->record);
	size_t n = strlen(log);
	(void)snprintf(log + n, 400 - n, "%.*s@%.*s|", WD_STR_ARG(title), WD_STR_ARG(m->source));
	return WD_OK;
}

static void test_clusters(void **state)
{
	struct bench *b = *state;
	char id[32], log[400] = "";
	story_of(b, "a", "Alone", other_words, id);
	story_of(b, "b", "First", LEDE "\n" MORE, id);
	story_of(b, "c", "Second", LEDE "\n" MORE "\n" TAIL, id);
	assert_int_equal(
		wd_store_clusters(b->store, INT64_MIN, 2, b->a, count_member, log, NULL), WD_OK);
	assert_string_equal(log, "First@b|Second@c|");
	log[0] = '\0';
	assert_int_equal(
		wd_store_clusters(b->store, b->clock + 1, 1, b->a, count_member, log, NULL), WD_OK);
	assert_string_equal(log, "");
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_versions),
		T(test_the_newest_text_stands_once),
		T(test_records_with_their_text),
		T(test_silent_articles_have_their_text),
		T(test_identity_ladder),
		T(test_positions_as_guids),
		T(test_shared_links),
		T(test_two_feeds_do_not_fight),
		T(test_withdraw),
		T(test_stories),
		T(test_stories_follow_the_store),
		T(test_clusters),
		cmocka_unit_test(test_significance),
		cmocka_unit_test(test_links),
		T(test_guid_with_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
