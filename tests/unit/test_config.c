/* Loading, findings with their places, the dump that loads again, the generated documents. */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/config.h"
#include "daemon/sinkconf.h"

static char printed[65536];

/* Loads; NULL when there are errors. Findings as text in `printed`. */
static struct wd_config *load(struct wd_str text, const char *dir)
{
	struct wd_config *c = NULL;
	struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_findings f = {.mem = a};
	struct wd_buf b;
	int rc = wd_config_parse(text, WD_STR("c.yaml"), dir, &c, &f);
	wd_buf_init(&b, sizeof(printed) - 1);
	wd_findings_print(&f, &b);
	memcpy(printed, b.n > 0 ? b.p : "", b.n);
	printed[b.n] = '\0';
	wd_buf_done(&b);
	assert_int_equal(rc == WD_OK, f.errors == 0);
	assert_int_equal(rc == WD_OK, c != NULL);
	wd_arena_free(a);
	return c;
}

static struct wd_config *load_ok(const char *text)
{
	struct wd_config *c = load(wd_str_c(text), NULL);
	if (c == NULL)
		fail_msg("'%s' was refused: %s", text, printed);
	return c;
}

static void test_defaults(void **state)
{
	(void)state;
	struct wd_config *c = load_ok("");
	assert_str("store.path", c->store.path, "state/");
	assert_int_equal(c->feed_defaults.interval_us, 5 * WD_MINUTE);
	assert_int_equal(c->pipeline.queue_bytes, 64 * WD_MIB);
	assert_int_equal(c->sinks.n, 1);
	assert_int_equal(c->sinks.v[0].type, WD_SINK_STDOUT);
	assert_int_equal(c->log.level, WD_LOG_INFO);
	assert_int_equal(c->feeds.n, 0);
	wd_config_unref(c);
	c = load_ok("# nothing\nstore:\nfeeds: ~\n");
	assert_str("store.path", c->store.path, "state/");
	wd_config_unref(c);
}

static void test_topics(void **state)
{
	static const char text[] = "kafka: {bootstrap.servers: 'a:1', sasl.username: u}\n"
				   "receive:\n"
				   "  sources: [{name: wire}, {name: other, max_size: 1MiB}]\n"
				   "  kafka:\n"
				   "    - {topic: raw.docs, source: wire}\n"
				   "    - topic: raw.docs\n"
				   "      source: other\n"
				   "      start: latest\n"
				   "      group: watch\n"
				   "      brokers: 'b:2'\n"
				   "      content_type: application/cloudevents+json\n"
				   "      properties: {fetch.max.bytes: 1000000}\n"
				   "sinks: [{type: kafka, topic: news}]\n";
	static const struct {
		const char *kafka, *want;
	} bad[] = {
		{"{topic: raw}", "c.yaml:4:11: error: receive.kafka: 'source' is missing"},
		{"{source: wire}", "c.yaml:4:11: error: receive.kafka: 'topic' is missing"},
		{"{topic: raw, source: nobody}",
			"c.yaml:4:32: error: receive.kafka: 'nobody' is none of receive.sources"},
		{"{topic: 'a b', source: wire}",
			"c.yaml:4:19: error: receive.kafka: 'a b' is no Kafka topic"},
		{"{topic: news, source: wire}",
			"c.yaml:4:19: error: receive.kafka: 'news' is written to by sinks or routes"},
		{"{topic: dead, source: wire}", "'dead' is written to by sinks or routes"},
		{"{topic: raw, source: wire, start: middle}",
			"c.yaml:4:45: error: receive.kafka.start: 'middle' is none of: earliest, latest"},
		{"{topic: raw, source: wire}, {topic: raw, source: wire}",
			"c.yaml:4:47: error: receive.kafka: 'raw' is read already"},
		{"{topic: raw, source: wire, properties: {group.id: x}}",
			"c.yaml:4:1: error: receive.kafka.properties: 'group.id' stands beside them as "
			"'group'"},
		{"{topic: raw, source: wire, properties: {isolation.level: read_uncommitted}}",
			"'isolation.level' is set by wiredesk"},
		{"{topic: raw, source: wire, properties: {sasl.password: x}}",
			"receive.kafka.properties.sasl.password: a secret does not stand in"},
		{"{topic: raw, source: wire, properties: {no.such: x}}",
			"error: receive.kafka.properties.no.such: No such"},
		{"{topic: raw, source: wire, topik: x}",
			"unknown key 'topik' in receive.kafka: did "
			"you mean 'topic'?"},
	};
	(void)state;
	struct wd_config *c = load_ok(text);
	assert_int_equal(c->receive.kafka.n, 2);
	const struct wd_topic_conf *one = &c->receive.kafka.v[0], *two = &c->receive.kafka.v[1];
	assert_str("topic", one->topic, "raw.docs");
	assert_int_equal(one->start, WD_START_EARLIEST);
	assert_int_equal(two->start, WD_START_LATEST);
	assert_str("group", two->group, "watch");
	assert_str("type", two->content_type, "application/cloudevents+json");
	/* other brokers get none of section kafka's properties */
	struct wd_arena *a = wd_arena_new(1 << 16);
	const char *const *p = wd_sinkconf_topic_properties(a, c, one);
	assert_string_equal(p[0], "bootstrap.servers");
	assert_string_equal(p[1], "a:1");
	assert_string_equal(p[2], "sasl.username");
	assert_null(p[4]);
	p = wd_sinkconf_topic_properties(a, c, two);
	assert_string_equal(p[1], "b:2");
	assert_string_equal(p[2], "fetch.max.bytes");
	assert_null(p[4]);
	wd_arena_free(a);
	wd_config_unref(c);
	for (size_t i = 0; i < WD_COUNTOF(bad); i++) {
		char conf[600];
		(void)snprintf(conf, sizeof(conf),
			"kafka: {bootstrap.servers: 'a:1'}\nreceive:\n  sources: [{name: wire}]\n"
			"  kafka: [%s]\n"
			"sinks: [{type: kafka, topic: news, dead_letter_topic: dead}]\n",
			bad[i].kafka);
		c = load(wd_str_c(conf), NULL);
		if (c != NULL || strstr(printed, bad[i].want) == NULL)
			fail_msg("%s: '%s'", bad[i].kafka, printed);
	}
	assert_null(load(
		WD_STR("receive: {sources: [{name: w}], kafka: [{topic: t, source: w}]}\n"), NULL));
	assert_non_null(strstr(printed, "'t' needs brokers here, or kafka: {bootstrap.servers"));
}

static void test_contract(void **state)
{
	static const char text[] =
		"store: {path: /var/x/}\n"
		"http: {allow_private: [127.1.0.0/16, 'fd00::/8']}\n"
		"feeds:\n"
		"  - {url: \"http://127.1.0.1:8000/feed/1\", name: one, interval: 10s}\n"
		"  - {url: \"https://example.org/b\", fulltext: true, headers: {X-A: 1}}\n"
		"feed_defaults: {interval: 7m, fulltext: false, timezone: Asia/Seoul, fixed: true}\n"
		"receive:\n  listen: 127.0.0.1:8480\n  spool: spool/\n"
		"archive: {path: archive/, max_size: 10GiB, max_age: 90d}\n"
		"kafka: {bootstrap.servers: \"127.0.0.1:9092\", compression.type: zstd}\n"
		"sinks:\n"
		"  - {type: kafka, topic: news.articles, delivery: exactly-once, dead_letter_topic: "
		"news.dead, health_topic: news.health}\n"
		"  - {type: jsonl, path: events.jsonl}\n"
		"admin: {listen: 127.0.0.1:9480}\n";
	(void)state;
	struct wd_config *c = load(wd_str_c(text), "/etc/wd");
	if (c == NULL)
		fail_msg("%s", printed);
	assert_str("store", c->store.path, "/var/x/");
	assert_int_equal(c->http.allow_private.n, 2);
	assert_int_equal(c->feeds.n, 2);
	const struct wd_feed_conf *one = &c->feeds.v[0], *two = &c->feeds.v[1];
	assert_str("id", one->id, "one");
	assert_int_equal(one->interval_us, 10 * WD_SEC);
	assert_int_equal(one->interval_min_us, 10 * WD_SEC); /* the default 30s gives way */
	assert_true(one->fixed);
	assert_str("zone", one->timezone, "Asia/Seoul");
	assert_int_equal(one->line, 4);
	assert_str("id", two->id, "https://example.org/b");
	assert_int_equal(two->interval_us, 7 * WD_MINUTE);
	assert_true(two->fulltext);
	assert_str("header", two->headers.v[0].value, "1");
	assert_int_equal(one->headers.n, 0);
	assert_str("spool", c->receive.spool, "/etc/wd/spool/");
	assert_int_equal(c->archive.max_age_us, 90 * WD_DAY);
	assert_int_equal(c->archive.max_bytes, 10 * WD_GIB);
	assert_str("kafka", c->kafka.v[1].key, "compression.type");
	assert_int_equal(c->sinks.v[0].delivery, WD_EXACTLY_ONCE);
	assert_str("jsonl", c->sinks.v[1].path, "/etc/wd/events.jsonl");
	wd_config_unref(c);
}

static void test_findings(void **state)
{
	static const struct {
		const char *text, *want; /* all of the findings' text, line by line */
	} rows[] = {
		{"stoer: {}\n",
			"c.yaml:1:1: error: unknown key 'stoer' in the top level: did you mean "
			"'store'?\n"},
		{"feeds:\n  - {url: 'http://a/', interavl: 5m}\n",
			"c.yaml:2:24: error: unknown key 'interavl' in feeds: did you mean 'interval'?\n"},
		{"workers: 3\n",
			"c.yaml:1:1: error: unknown key 'workers' in the top level: it belongs "
			"into section 'pipeline'\n"},
		{"pipeline: {zzzzzz: 3}\n", "c.yaml:1:12: error: unknown key 'zzzzzz' in pipeline: "
					    "docs/CONFIG.md lists the known ones\n"},
		{"pipeline: {workers: many}\nstore: 5\nfoo: 1\n",
			"c.yaml:2:8: error: store must be a mapping: {key: value}\n"
			"c.yaml:1:21: error: pipeline.workers: 'many' not a whole number\n"
			"c.yaml:3:1: error: unknown key 'foo' in the top level: docs/CONFIG.md lists the "
			"known ones\n"},
		{"pipeline: {workers: 1000}\n",
			"c.yaml:1:21: error: pipeline.workers: '1000' out of range: 0 to 256 is allowed\n"},
		{"feed_defaults: {interval: 10}\n",
			"c.yaml:1:27: error: feed_defaults.interval: '10' not a duration: write a number "
			"with its unit, such as 500ms, 30s, 5m, 2h, 90d\n"},
		{"feed_defaults: {interval: 1ms}\n",
			"c.yaml:1:27: error: feed_defaults.interval: '1ms' out of range: 100ms to 30d is "
			"allowed\n"},
		{"feeds: [{name: x}]\n", "c.yaml:1:9: error: feeds: 'url' is missing\n"},
		{"feeds: [{url: ftp://a/b}]\n",
			"c.yaml:1:15: error: feeds.url: 'ftp://a/b' not a web address: it must begin with "
			"http:// or https:// and name a host\n"},
		{"feeds: [{url: 'http://u:p@a/'}]\n",
			"c.yaml:1:15: error: feeds.url: 'http://u:p@a/' a password does not belong into a "
			"URL: use auth: {user: …, password_file: …}\n"},
		{"feeds: [{url: 'http://a/'}, {url: 'http://a/'}]\n",
			"c.yaml:1:35: error: feed 'http://a/' is listed twice: give each its own name\n"},
		{"a: &x 1\n",
			"c.yaml:1:4: error: anchors are refused: write the value out where it is "
			"needed\n"},
		{"a: *x\n", "c.yaml:1:4: error: aliases are refused: write the value out\n"},
		{"a: !!int 3\n", "c.yaml:1:4: error: tags (!…) are refused\n"},
		{"store: {path: a}\nstore: {path: b}\n",
			"c.yaml:2:1: error: key 'store' stands here a second time (first in line 1)\n"},
		{"--- {}\n--- {}\n",
			"c.yaml:2:1: error: a second document begins here; one is allowed\n"},
		{"- 1\n", "c.yaml:1:1: error: the configuration must be a mapping: {key: value}\n"},
		{"log: {level: loud}\n",
			"c.yaml:1:14: error: log.level: 'loud' is none of: emerg, alert, "
			"crit, err, warning, notice, info, debug\n"},
		{"admin: {listen: 9480}\n",
			"c.yaml:1:17: error: admin.listen: '9480' not a listening address: write "
			"ADDRESS:PORT, such as 127.0.0.1:9480 or [::1]:9480\n"},
		{"sinks: [{type: kafka}]\n", "c.yaml:1:1: error: sinks: a kafka sink needs kafka: "
					     "{bootstrap.servers: \"HOST:PORT\"}\n"},
		{"kafka: {sasl.password: x}\n",
			"c.yaml:1:1: error: kafka.sasl.password: a secret does not stand in the "
			"configuration; name a file or credential that holds it: sasl.password_file\n"},
		{"feeds_file: /nonexistent/f.txt\n",
			"c.yaml:1:13: error: feeds_file: open "
			"'/nonexistent/f.txt': No such file or directory\n"},
		{"a: [1, 2\n",
			"c.yaml:2:1: error: not valid YAML: did not find expected ',' or ']', "
			"while parsing a flow sequence\n"},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_config *c = load(wd_str_c(rows[i].text), NULL);
		if (c != NULL)
			fail_msg("'%s' was taken", rows[i].text);
		if (strcmp(printed, rows[i].want) != 0)
			fail_msg("'%s' gave\n%swanted\n%s", rows[i].text, printed, rows[i].want);
	}
}

/* What a value means; each at its own line and column. */
static void test_meanings(void **state)
{
	static const struct {
		const char *text, *place, *what;
	} rows[] = {
		{"feed_defaults:\n  timezone: Asia/Seul\n", "c.yaml:2:13: error", "no time zone"},
		{"feeds:\n- url: http://a/\n  timezone: KST+25\n", "c.yaml:3:13: error",
			"no time zone"},
		{"feeds:\n- url: http://a/\n  format: rss3\n", "c.yaml:3:11: error", "is none of"},
		{"feeds:\n- url: http://a/\n  charset: utf-99\n", "c.yaml:3:12: error",
			"no character set"},
		{"feeds:\n- url: http://a/\n  language: ko_KR\n", "c.yaml:3:13: error",
			"no language tag"},
		{"feeds:\n- url: http://a/\n  proxy: host\n", "c.yaml:3:10: error", "no proxy"},
		{"feeds:\n- url: http://a/\n  interval_min: 2h\n  interval_max: 1h\n",
			"c.yaml:3:17: error", "longer than interval_max"},
		{"feed_defaults: {interval_max: 1s, interval_min: 2s}\n", "c.yaml:1:49: error",
			"longer than interval_max"},
		{"http:\n  ca_file: /nonexistent.pem\n", "c.yaml:2:12: error",
			"http.ca_file: open"},
		{"topics:\n  path: /nonexistent\n", "c.yaml:2:9: error", "topics.path: open"},
		{"kafka:\n  bootstrap.servers: a:1\n  acks: many\n", "c.yaml:3:9: error",
			"kafka.acks"},
		{"kafka:\n  no.such.name: 1\n", "c.yaml:2:17: error", "No such"},
		{"kafka:\n  linger.ms: -5\n", "c.yaml:2:14: error", "outside allowed range"},
		{"receive:\n  sources:\n  - name: a b\n", "c.yaml:3:11: error", "must be 1 to 64"},
		{"receive:\n  sources:\n  - name: a\n  - {name: a}\n", "c.yaml:4:12: error",
			"two are named"},
		{"receive:\n  sources:\n  - name: a\n    token_file: /nonexistent\n",
			"c.yaml:4:17: error", "token_file: open"},
		{"receive:\n  tls_key_file: /dev/null\n", "c.yaml:2:17: error", "belong together"},
		{"feeds:\n- url: http://a/\n  auth:\n    user: x\n    password_file: /nonexistent\n",
			"c.yaml:5:20: error", "password_file: open"},
		{"feeds:\n- url: http://a/1\n  name: x\n- url: http://a/2\n  name: x\n",
			"c.yaml:5:9: error", "listed twice"},
	};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_config *c = load(wd_str_c(rows[i].text), NULL);
		if (c != NULL)
			fail_msg("'%s' was taken", rows[i].text);
		if (strstr(printed, rows[i].place) == NULL || strstr(printed, rows[i].what) == NULL)
			fail_msg("'%s' gave\n%swanted %s and '%s'", rows[i].text, printed,
				rows[i].place, rows[i].what);
	}
	struct wd_config *c = load_ok(
		"feeds:\n- {url: 'http://a/', timezone: '+09:00', language: zh-Hant, charset: CP949, "
		"format: sitemap, proxy: 'socks5h://p:1080', interval: 5s, interval_max: 10s}\n"
		"kafka: {compression.type: zstd, ssl.ca.location: /nonexistent}\n");
	assert_non_null(strstr(printed, "warning: interval_min is longer"));
	wd_config_unref(c);
}

static void test_depth(void **state)
{
	char deep[200] = "a: ";
	(void)state;
	memset(deep + 3, '[', 100);
	deep[103] = '\0';
	assert_null(load(wd_str_c(deep), NULL));
	assert_non_null(strstr(printed, "more than 16 levels"));
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	struct wd_err err;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(wd_file_write(path, wd_str_c(text), &err), WD_OK);
}

static void test_files(void **state)
{
	char dir[] = "test_config.XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "list.txt",
		"# feeds\nhttp://a/1 one\n\n  http://a/2  two words \nhttp://a/1 one\n");
	write_file(dir, "list.opml",
		"<?xml version='1.0'?><opml version='2.0'><body><outline text='g'>"
		"<outline type='rss' xmlUrl='https://x/1?a=1&amp;b=2'/><outline xmlUrl='https://x/2'/>"
		"</outline></body></opml>");
	write_file(dir, "pw", "s3cret\n");
	struct wd_config *c =
		load(WD_STR("feeds_file: list.txt\nfeed_defaults: {interval: 9m}\n"), dir);
	if (c == NULL)
		fail_msg("%s", printed);
	assert_non_null(strstr(printed, "warning: feed 'one' is listed twice; taken once"));
	assert_int_equal(c->feeds.n, 2);
	assert_str("name", c->feeds.v[1].id, "two words");
	assert_int_equal(c->feeds.v[1].interval_us, 9 * WD_MINUTE);
	wd_config_unref(c);

	c = load(WD_STR("feeds_file: list.opml\nfeeds: [{url: 'http://b/', auth: {user: u, "
			"password_file: pw}}]\nkafka: {sasl.password_file: pw}\n"),
		dir);
	if (c == NULL)
		fail_msg("%s", printed);
	assert_int_equal(c->feeds.n, 3);
	assert_str("password", c->feeds.v[0].auth.password, "s3cret");
	assert_str("opml", c->feeds.v[1].url, "https://x/1?a=1&b=2");
	assert_str("kafka", c->kafka.v[0].key, "sasl.password");
	assert_str("kafka", c->kafka.v[0].value, "s3cret");
	struct wd_buf b;
	wd_buf_init(&b, 1 << 20);
	wd_config_dump(c, &b);
	assert_int_equal(wd_str_find(wd_buf_str(&b), WD_STR("s3cret"), 0), SIZE_MAX);
	wd_buf_done(&b);
	wd_config_unref(c);

	write_file(dir, "bad.txt", "http://a/1\nnot a url\n");
	assert_null(load(WD_STR("feeds_file: bad.txt\n"), dir));
	assert_non_null(strstr(printed, "bad.txt:2:1: error: feed 'not': not a web address"));
	static const char *const names[] = {"list.txt", "list.opml", "pw", "bad.txt"};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		char path[256];
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

/* What is dumped loads to the same dump. */
static void test_dump_loads(void **state)
{
	struct wd_buf first, second;
	(void)state;
	struct wd_config *c = load_ok("feeds: [{url: 'http://a/\"b', headers: {X: 'a \\ b'}}]\n"
				      "http: {allow_private: ['::1', 10.0.0.0/8]}\n"
				      "kafka: {bootstrap.servers: a, linger.ms: 5}\n");
	wd_buf_init(&first, 1 << 20);
	wd_buf_init(&second, 1 << 20);
	wd_config_dump(c, &first);
	wd_config_unref(c);
	c = load(wd_buf_str(&first), NULL);
	if (c == NULL)
		fail_msg("%s\n%.*s", printed, WD_STR_ARG(wd_buf_str(&first)));
	wd_config_dump(c, &second);
	wd_config_unref(c);
	/* all but the first line, which names the file */
	struct wd_str a = wd_buf_str(&first), b = wd_buf_str(&second), line;
	(void)wd_str_line(&a, &line);
	(void)wd_str_line(&b, &line);
	if (!wd_str_eq(a, b))
		fail_msg("%.*s\n---\n%.*s", WD_STR_ARG(a), WD_STR_ARG(b));
	wd_buf_done(&first);
	wd_buf_done(&second);
}

static void compare_file(const char *name, void (*make)(struct wd_buf *))
{
	char path[512];
	struct wd_str text;
	struct wd_err err;
	struct wd_buf b;
	(void)snprintf(path, sizeof(path), "%s/docs/%s", getenv("SRCDIR"), name);
	if (wd_file_read(path, 1 << 20, &text, &err) != WD_OK)
		fail_msg("%s", err.text);
	wd_buf_init(&b, 1 << 20);
	make(&b);
	if (!wd_str_eq(wd_buf_str(&b), text))
		fail_msg("docs/%s is not what the schema says: wiredesk check --docs makes it",
			name);
	wd_buf_done(&b);
	free(wd_unconst(text.p));
}

static void test_documents(void **state)
{
	(void)state;
	if (getenv("SRCDIR") == NULL)
		skip();
	compare_file("CONFIG.md", wd_config_doc_markdown);
	compare_file("wiredesk.yaml.5", wd_config_doc_man);
}

static void test_example(void **state)
{
	char path[512];
	(void)state;
	if (getenv("SRCDIR") == NULL)
		skip();
	(void)snprintf(path, sizeof(path), "%s/conf/wiredesk.yaml.example", getenv("SRCDIR"));
	struct wd_arena *a = wd_arena_new(1 << 20);
	struct wd_findings f = {.mem = a};
	struct wd_config *c = NULL;
	assert_int_equal(wd_config_load(path, &c, &f), WD_OK);
	assert_int_equal(f.list.n, 0);
	assert_int_equal(c->feeds.n, 2);
	wd_config_unref(c);
	assert_int_equal(wd_config_load("/nonexistent.yaml", &c, &f), WD_E_SYS);
	wd_arena_free(a);
}

static void test_listen(void **state)
{
	static const struct {
		const char *text, *host;
		int port;
	} rows[] = {{"127.0.0.1:80", "127.0.0.1", 80}, {"[::1]:0", "::1", 0}, {"::1:80", NULL, 0},
		{"localhost:80", NULL, 0}, {"127.0.0.1:65536", NULL, 0}, {"127.0.0.1", NULL, 0},
		{"[127.0.0.1]:80", NULL, 0}, {":80", NULL, 0}};
	(void)state;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_str host;
		uint16_t port;
		int rc = wd_listen_split(wd_str_c(rows[i].text), &host, &port);
		if ((rc == WD_OK) != (rows[i].host != NULL))
			fail_msg("%s", rows[i].text);
		if (rc == WD_OK) {
			assert_str(rows[i].text, host, rows[i].host);
			assert_int_equal(port, rows[i].port);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_contract), cmocka_unit_test(test_topics),
		cmocka_unit_test(test_findings), cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_depth), cmocka_unit_test(test_files),
		cmocka_unit_test(test_dump_loads), cmocka_unit_test(test_documents),
		cmocka_unit_test(test_example), cmocka_unit_test(test_listen)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
