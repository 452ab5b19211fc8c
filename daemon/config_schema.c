/*
 * The only description of the configuration. Order is the order of docs/CONFIG.md, and of loading:
 * feed_defaults stands before feeds because feeds start from it.
 */
#include "daemon/config_schema.h"
#include "base/clock.h"
#include "base/log.h"

#define ROWS(table) .rows = (table), .row_count = WD_COUNTOF(table)

static const char *const first_polls[] = {"all", "since", "none", NULL};
static const char *const sink_types[] = {"stdout", "jsonl", "kafka", NULL};
static const char *const timestamp_kinds[] = {"event", "sent", NULL};
static const char *const deliveries[] = {"at-least-once", "exactly-once", NULL};
/* Indexed by enum wd_log_level; the three below err are not used. */
static const char *const levels[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", NULL};

#define AT(field) .offset = offsetof(struct wd_config, store.field)
static const struct wd_conf_row store_rows[] = {
	{"path", WD_CONF_WRITE, AT(path), .def = "state/",
		.help = "Folder of the store: feed cursors, identities and the outbox. Created when "
			"missing; also the lock that keeps a second process out."},
	{"outbox_max", WD_CONF_SIZE, AT(outbox_max_bytes), .def = "4GiB", .min = 1 << 20,
		.help = "Events that wait for the sinks; when it is full the sources pause, nothing is "
			"dropped."},
	{"busy_timeout", WD_CONF_DURATION, AT(busy_timeout_us), .def = "5s", .min = 1000,
		.max = WD_HOUR,
		.help = "How long a statement waits for another reader of the store."},
};
static const struct wd_conf_section store_section = {.title = "store", ROWS(store_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, archive.field)
static const struct wd_conf_row archive_rows[] = {
	{"path", WD_CONF_WRITE, AT(path),
		.help = "Folder of the archive of everything received. Empty: no archive."},
	{"max_size", WD_CONF_SIZE, AT(max_bytes), .def = "10GiB", .min = 1 << 20,
		.help = "The oldest files go when the archive is larger."},
	{"max_age", WD_CONF_DURATION, AT(max_age_us), .def = "90d", .min = WD_SEC,
		.help = "Files older than this go."},
	{"file_size", WD_CONF_SIZE, AT(file_bytes), .def = "1GiB", .min = 1 << 16,
		.help = "A file above this is closed and a new one begun; at most half of max_size."},
	{"file_age", WD_CONF_DURATION, AT(file_age_us), .def = "1d", .min = WD_SEC,
		.help = "A file older than this is closed and a new one begun."},
	{"revisits", WD_CONF_BOOL, AT(revisits), .def = "true",
		.help = "A poll that brought nothing new leaves a short record of it."},
};
static const struct wd_conf_section archive_section = {.title = "archive", ROWS(archive_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, pipeline.field)
static const struct wd_conf_row pipeline_rows[] = {
	{"workers", WD_CONF_INT, AT(workers), .def = "0", .max = 256,
		.help = "Threads that parse, clean and tag. 0: one per processor."},
	{"queue_items", WD_CONF_INT, AT(queue_items), .def = "1000", .min = 1, .max = 1000000,
		.help = "Documents that may wait for a worker; when it is full the sources pause."},
	{"queue_size", WD_CONF_SIZE, AT(queue_bytes), .def = "64MiB", .min = 1 << 16,
		.help = "The same bound in bytes."},
	{"drain_timeout", WD_CONF_DURATION, AT(drain_timeout_us), .def = "20s", .min = 0,
		.max = WD_HOUR,
		.help = "How long SIGTERM waits for what is in work and for the sinks. What is left "
			"stays in the store and goes out at the next start."},
	{"stories_remember", WD_CONF_INT, AT(stories_remember), .def = "200000", .min = 16,
		.max = 10000000,
		.help = "Articles whose copies are recognised as the same story: 88 bytes of memory "
			"each."},
	{"stories_window", WD_CONF_DURATION, AT(stories_window_us), .def = "3d", .min = WD_MINUTE,
		.max = 90 * WD_DAY,
		.help = "A story takes copies for so long after its first article."},
	{"document_timeout", WD_CONF_DURATION, AT(hang_us), .def = "2m", .min = WD_SEC,
		.max = WD_HOUR,
		.help = "A document that is in work for longer hangs: the daemon ends with a message, "
			"and after the third time the document is a dead letter."},
	{"silent_after", WD_CONF_DURATION, AT(silent_us), .def = "7d", .min = WD_SEC,
		.max = 365 * WD_DAY,
		.help = "A feed that has brought nothing new for so long, and for twenty times its "
			"usual pause, is told as silent on the health topic."},
	{"keep_versions", WD_CONF_INT, AT(keep_versions), .def = "3", .min = 1, .max = 1000,
		.help = "Texts of an article's last versions that stay in the store, for diffs."},
};
static const struct wd_conf_section pipeline_section = {.title = "pipeline", ROWS(pipeline_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, topics.field)
static const struct wd_conf_row topics_rows[] = {
	{"path", WD_CONF_READ, AT(path), .must_exist = true,
		.help = "Folder of dictionaries and topic rules. Empty: the shipped ones."},
};
static const struct wd_conf_section topics_section = {.title = "topics", ROWS(topics_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, http.field)
static const struct wd_conf_row http_rows[] = {
	{"allow_private", WD_CONF_CIDRS, AT(allow_private),
		.help = "Address ranges that feeds may be fetched from although they are not on the "
			"public net (loopback, private, link-local …). Everything private is refused "
			"unless listed, also after a redirect."},
	{"user_agent", WD_CONF_STRING, AT(user_agent),
		.help = "User-Agent header. Empty: wiredesk/VERSION with the contact."},
	{"contact", WD_CONF_STRING, AT(contact),
		.help = "Where the owner of a polled server can reach you: a URL or a mail address; "
			"becomes part of the User-Agent and the From header."},
	{"connect_timeout", WD_CONF_DURATION, AT(connect_timeout_us), .def = "10s", .min = 10000,
		.max = WD_HOUR, .help = "Name lookup, connect and TLS."},
	{"timeout", WD_CONF_DURATION, AT(timeout_us), .def = "60s", .min = 10000, .max = WD_HOUR,
		.help = "The whole transfer, redirects included."},
	{"low_speed", WD_CONF_INT, AT(low_speed_bytes), .def = "100", .max = 1 << 30,
		.help = "Bytes per second; slower than this for low_speed_time ends a transfer."},
	{"low_speed_time", WD_CONF_DURATION, AT(low_speed_time_us), .def = "20s", .min = WD_SEC,
		.max = WD_HOUR, .help = "See low_speed; whole seconds."},
	{"max_transfers", WD_CONF_INT, AT(max_transfers), .def = "64", .min = 1, .max = 10000,
		.help = "Transfers at the same time."},
	{"max_per_host", WD_CONF_INT, AT(max_per_host), .def = "2", .min = 1, .max = 1000,
		.help = "Transfers at the same time to one host and port."},
	{"max_redirects", WD_CONF_INT, AT(max_redirects), .def = "10", .max = 50,
		.help = "Redirects followed in one fetch."},
	{"max_ratio", WD_CONF_INT, AT(max_ratio), .def = "1000", .min = 2, .max = 1000000,
		.help = "A response that unpacks to more than 1 MiB and more than this many times its "
			"size is cut off as a decompression bomb."},
	{"max_headers", WD_CONF_SIZE, AT(max_header_bytes), .def = "64KiB", .min = 1024,
		.max = 1 << 24, .help = "All headers of one response."},
	{"backoff_max", WD_CONF_DURATION, AT(backoff_max_us), .def = "6h", .min = WD_SEC,
		.max = 30 * WD_DAY,
		.help = "Longest pause after repeated failures of a feed; Retry-After is honoured up to "
			"a day."},
	{"ca_file", WD_CONF_READ, AT(ca_file), .must_exist = true,
		.help = "Certificates of the authorities that are trusted. Empty: the system's."},
};
static const struct wd_conf_section http_section = {.title = "http", ROWS(http_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_feed_conf, auth.field)
static const struct wd_conf_row auth_rows[] = {
	{"user", WD_CONF_STRING, AT(user), .help = "User name of HTTP basic authentication."},
	{"password_file", WD_CONF_SECRET, AT(password_file), .help = "Its password."},
	{"token_file", WD_CONF_SECRET, AT(token_file), .help = "Bearer token, instead of user."},
};
static const struct wd_conf_section auth_section = {.title = "auth", ROWS(auth_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_feed_conf, field)
/* url and name first: feed_defaults uses the rows behind them. */
static const struct wd_conf_row feed_rows[] = {
	{"url", WD_CONF_URL, AT(url), .is_required = true, .help = "Address of the feed."},
	{"name", WD_CONF_STRING, AT(name),
		.help = "Short name: in log lines, metrics and the store. Empty: the URL. Changing it "
			"makes a new feed of it."},
	{"interval", WD_CONF_DURATION, AT(interval_us), .def = "5m", .min = 100000,
		.max = 30 * WD_DAY,
		.help = "Time between two polls: a start value that learning moves between interval_min "
			"and interval_max, unless fixed."},
	{"interval_min", WD_CONF_DURATION, AT(interval_min_us), .def = "30s", .min = 100000,
		.max = 30 * WD_DAY,
		.help = "Learning goes no lower (and never below a smaller interval)."},
	{"interval_max", WD_CONF_DURATION, AT(interval_max_us), .def = "1h", .min = 100000,
		.max = 30 * WD_DAY,
		.help = "Learning goes no higher (and never above a larger interval)."},
	{"fixed", WD_CONF_BOOL, AT(fixed), .def = "false",
		.help = "Polls exactly every interval: no learning, no ttl or Cache-Control."},
	{"fulltext", WD_CONF_BOOL, AT(fulltext), .def = "false",
		.help = "Complete each entry from its article page, where the page is at hand: in the "
			"archive, the spool, or pushed. Nothing is fetched for it. A page that comes "
			"later makes an updated version."},
	{"websub", WD_CONF_BOOL, AT(websub), .def = "true",
		.help = "Subscribe to the feed's hub, when it names one and websub.callback is set."},
	{"first_poll", WD_CONF_ENUM, AT(first_poll), .def = "all", .names = first_polls,
		.help = "What the first read of a feed publishes, marked as backfill: all, since (what "
			"is not older than first_age) or none. What is left out is remembered, so that "
			"only its later changes are news."},
	{"first_age", WD_CONF_DURATION, AT(first_age_us), .def = "1d", .min = WD_SEC,
		.max = 3650 * WD_DAY,
		.help = "first_poll: since: published at most so long before; undated items count as "
			"older."},
	{"timezone", WD_CONF_STRING, AT(timezone), .check = wd_conf_check_zone,
		.help = "For dates without a zone: an IANA name or an offset such as +09:00."},
	{"language", WD_CONF_STRING, AT(language), .check = wd_conf_check_language,
		.help = "BCP 47 tag, where the feed states none."},
	{"charset", WD_CONF_STRING, AT(charset), .check = wd_conf_check_charset,
		.help = "Forces the character set, whatever the feed says."},
	{"format", WD_CONF_STRING, AT(format), .check = wd_conf_check_format,
		.help = "Forces the format (a name as `wiredesk parse --as` takes). Empty: detected."},
	{"topics", WD_CONF_STRINGS, AT(topics),
		.help = "Topic ids: only articles with one of them are published. Empty: all."},
	{"headers", WD_CONF_PAIRS, AT(headers), .help = "Further request headers."},
	{"user_agent", WD_CONF_STRING, AT(user_agent), .help = "Instead of http.user_agent."},
	{"proxy", WD_CONF_STRING, AT(proxy), .check = wd_conf_check_proxy,
		.help = "Proxy URL (http, https, socks5h). The address check cannot see behind it."},
	{"auth", WD_CONF_OBJECT, .sub = &auth_section, .help = "Credentials, by file."},
	{"max_size", WD_CONF_SIZE, AT(max_bytes), .def = "0B", .max = INT64_C(1) << 32,
		.help = "Largest document, unpacked. 0: limits.document."},
};
const struct wd_conf_section wd_conf_feed = {.title = "feeds",
	.check = wd_conf_check_feed,
	.size = sizeof(struct wd_feed_conf),
	.line_offset = offsetof(struct wd_feed_conf, line),
	ROWS(feed_rows)};
static const struct wd_conf_section defaults_section = {.check = wd_conf_check_feed,
	.title = "feed_defaults",
	.rows = feed_rows + 2,
	.row_count = WD_COUNTOF(feed_rows) - 2};
#undef AT

#define AT(field) .offset = offsetof(struct wd_push_conf, field)
static const struct wd_conf_row push_rows[] = {
	{"name", WD_CONF_STRING, AT(name), .is_required = true,
		.help = "Last part of /v1/ingest/NAME, and the spool's subfolder."},
	{"token_file", WD_CONF_SECRET, AT(token_file),
		.help = "Bearer tokens, one a line; several are valid at once, so that they can be "
			"rotated. Read again by a reload."},
	{"hmac_file", WD_CONF_SECRET, AT(hmac_file),
		.help = "Keys of HMAC-SHA256 signatures, one a line."},
	{"format", WD_CONF_STRING, AT(format), .check = wd_conf_check_format,
		.help = "As for feeds."},
	{"timezone", WD_CONF_STRING, AT(timezone), .check = wd_conf_check_zone,
		.help = "As for feeds."},
	{"language", WD_CONF_STRING, AT(language), .check = wd_conf_check_language,
		.help = "As for feeds."},
	{"charset", WD_CONF_STRING, AT(charset), .check = wd_conf_check_charset,
		.help = "As for feeds."},
	{"max_size", WD_CONF_SIZE, AT(max_bytes), .def = "16MiB", .min = 1, .max = INT64_C(1) << 32,
		.help = "Largest request body, unpacked."},
	{"rate", WD_CONF_INT, AT(rate), .def = "0", .max = 1000000,
		.help = "Requests per second; more are answered 429. 0: no limit."},
};
static const struct wd_conf_section push_section = {
	.title = "receive.sources", .size = sizeof(struct wd_push_conf), ROWS(push_rows)};
#undef AT

static const char *const starts[] = {"earliest", "latest", NULL};
#define AT(field) .offset = offsetof(struct wd_topic_conf, field)
static const struct wd_conf_row topic_rows[] = {
	{"topic", WD_CONF_STRING, AT(topic), .is_required = true, .help = "Its name."},
	{"source", WD_CONF_STRING, AT(source), .is_required = true,
		.help = "The one of receive.sources that its documents are of: format, zone, charset, "
			"max_size."},
	{"start", WD_CONF_ENUM, AT(start), .def = "earliest", .names = starts,
		.help = "Where reading begins when the store knows no place yet: at the topic's first "
			"record, or behind its last. Partitions that are added later are read from their "
			"first record."},
	{"group", WD_CONF_STRING, AT(group),
		.help = "Consumer group that is told how far it was read, for those who watch the lag; "
			"it decides nothing. Empty: wiredesk-SOURCE."},
	{"brokers", WD_CONF_STRING, AT(brokers),
		.help = "Brokers, when they are others than those of section kafka; then that section's "
			"properties are not used either."},
	{"properties", WD_CONF_PAIRS, AT(properties),
		.help = "Further properties of librdkafka for this topic's consumer, as in section "
			"kafka. They come after those of that section."},
	{"content_type", WD_CONF_STRING, AT(content_type),
		.help = "Media type of records without a content-type header, such as "
			"application/cloudevents+json."},
};
const struct wd_conf_section wd_conf_topic = {.title = "receive.kafka",
	.size = sizeof(struct wd_topic_conf),
	.line_offset = offsetof(struct wd_topic_conf, line),
	ROWS(topic_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, receive.field)
static const struct wd_conf_row receive_rows[] = {
	{"listen", WD_CONF_LISTEN, AT(listen), .needs_restart = true,
		.help = "Where pushed documents are received. Empty: nowhere, unless systemd hands a "
			"socket over."},
	{"sources", WD_CONF_OBJECTS, AT(sources), .sub = &push_section,
		.help = "Who may push. Without a token or HMAC file only from the same machine."},
	{"spool", WD_CONF_WRITE, AT(spool), .needs_restart = true,
		.help = "Folder watched for dropped files: SPOOL/SOURCE/FILE, moved there in one step "
			"(names that begin with a dot or end in .tmp or .part are left alone). Taken "
			"ones go to done/, refused ones to failed/ with the reason beside them. Empty: "
			"none."},
	{"stdin", WD_CONF_STRING, AT(stdin_source), .needs_restart = true,
		.help = "Name of the source whose documents come on standard input, a NUL between "
			"them. Empty: none."},
	{"kafka", WD_CONF_OBJECTS, AT(kafka), .sub = &wd_conf_topic, .needs_restart = true,
		.help = "Topics of raw documents that are read."},
	{"inbox", WD_CONF_WRITE, AT(inbox), .needs_restart = true,
		.help = "Folder of documents that were taken and are not worked up yet. Empty: inbox/ "
			"in store.path."},
	{"inbox_max", WD_CONF_SIZE, AT(inbox_max), .needs_restart = true, .def = "1GiB",
		.min = WD_MIB, .max = INT64_C(1) << 44,
		.help = "What may wait there; more is answered 503."},
	{"max_connections", WD_CONF_INT, AT(max_connections), .needs_restart = true, .def = "1000",
		.min = 1, .max = 100000,
		.help = "Connections at the same time. Of more, the one idle for longest is closed."},
	{"max_per_address", WD_CONF_INT, AT(max_per_address), .needs_restart = true, .def = "0",
		.max = 100000,
		.help = "Connections from one address at the same time; more are closed. 0: no limit "
			"but max_connections."},
	{"deadline", WD_CONF_DURATION, AT(deadline_us), .needs_restart = true, .def = "30s",
		.min = 100000, .max = WD_HOUR,
		.help = "A whole request must have arrived within this time."},
	{"tls_cert", WD_CONF_READ, AT(tls_cert), .needs_restart = true,
		.help = "Certificate chain (PEM) for HTTPS. Empty: plain HTTP."},
	{"tls_key_file", WD_CONF_SECRET, AT(tls_key_file), .needs_restart = true,
		.help = "Its key (PEM)."},
};
static const struct wd_conf_section receive_section = {.title = "receive", ROWS(receive_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, websub.field)
static const struct wd_conf_row websub_rows[] = {
	{"callback", WD_CONF_URL, AT(callback), .needs_restart = true,
		.help = "Base of the addresses under which hubs reach receive.listen, such as "
			"https://news.example; /v1/websub/… is added. Empty: no subscriptions."},
	{"lease", WD_CONF_DURATION, AT(lease_us), .needs_restart = true, .def = "10d",
		.min = WD_SEC, .max = 3650 * WD_DAY,
		.help = "How long a subscription is asked for; the hub decides. Renewed before its end."},
	{"poll", WD_CONF_DURATION, AT(poll_us), .needs_restart = true, .def = "1h", .min = 100000,
		.max = 30 * WD_DAY,
		.help = "Pause between polls of a feed whose hub brings the news. A poll that finds what "
			"the hub did not bring ends that."},
};
static const struct wd_conf_section websub_section = {.title = "websub", ROWS(websub_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config_sink, field)
static const struct wd_conf_row sink_rows[] = {
	{"type", WD_CONF_ENUM, AT(type), .def = "stdout", .names = sink_types, .is_required = true,
		.help = "Kind of sink."},
	{"path", WD_CONF_WRITE, AT(path), .def = "events.jsonl", .help = "jsonl: the file."},
	{"topic", WD_CONF_STRING, AT(topic), .def = "news.articles", .help = "kafka: the topic."},
	{"delivery", WD_CONF_ENUM, AT(delivery), .def = "at-least-once", .names = deliveries,
		.help = "kafka: the promise."},
	{"timestamps", WD_CONF_ENUM, AT(timestamps), .def = "event", .names = timestamp_kinds,
		.help = "kafka: a record's timestamp: event, when the version was first seen; sent, when "
			"it is handed over."},
	{"dead_letter_topic", WD_CONF_STRING, AT(dead_letter_topic),
		.help = "kafka: where what cannot be read goes, with its original bytes. Empty: only "
			"kept in the store."},
	{"health_topic", WD_CONF_STRING, AT(health_topic),
		.help = "kafka: where feed health goes. Empty: nowhere."},
};
const struct wd_conf_section wd_conf_sink = {.title = "sinks",
	.size = sizeof(struct wd_config_sink),
	.line_offset = offsetof(struct wd_config_sink, line),
	ROWS(sink_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_route, field)
static const struct wd_conf_row route_rows[] = {
	{"topics", WD_CONF_STRINGS, AT(topics), .help = "Topic ids: the article has one of them."},
	{"feeds", WD_CONF_STRINGS, AT(feeds),
		.help = "Names or URLs of feeds, names of sources: it came from one of them."},
	{"languages", WD_CONF_STRINGS, AT(languages),
		.help = "BCP 47 tags: it is in one of them; en is also en-GB."},
	{"types", WD_CONF_STRINGS, AT(types),
		.help = "published, updated, corrected, withdrawn: the event is one of them. A rule with "
			"types is about single events; without, the article's later versions follow its "
			"first."},
	{"to", WD_CONF_STRING, AT(to), .is_required = true,
		.help = "The Kafka topic. none: not into Kafka; default: the sink's own topic."},
};
const struct wd_conf_section wd_conf_route = {.title = "routes",
	.size = sizeof(struct wd_route),
	.line_offset = offsetof(struct wd_route, line),
	ROWS(route_rows)};
#undef AT

static const char *const releases[] = {"mark", "hold", NULL};
#define AT(field) .offset = offsetof(struct wd_config, release.field)
static const struct wd_conf_row release_rows[] = {
	{"embargoed", WD_CONF_ENUM, AT(embargoed), .def = "mark", .names = releases,
		.help = "An article before the end of its embargo: mark sends it at once with "
			"embargoedUntil; hold keeps it in the store until then."},
	{"withheld", WD_CONF_ENUM, AT(withheld), .def = "mark", .names = releases,
		.help = "An article its source withholds: mark sends it with pubStatus withheld; hold "
			"keeps it until its embargo ends, or until a newer version is usable."},
};
static const struct wd_conf_section release_section = {.title = "release", ROWS(release_rows)};
#undef AT

static const struct wd_conf_row admin_rows[] = {
	{"listen", WD_CONF_LISTEN, offsetof(struct wd_config, admin.listen),
		.help = "Where /metrics, /healthz and /status are served; keep it on the loopback. "
			"Empty: nowhere."},
};
static const struct wd_conf_section admin_section = {.title = "admin", ROWS(admin_rows)};

static const struct wd_conf_row log_rows[] = {
	{"level", WD_CONF_ENUM, offsetof(struct wd_config, log.level), .def = "info",
		.names = levels, .help = "Lines less important than this are left out."},
};
static const struct wd_conf_section log_section = {.title = "log", ROWS(log_rows)};

#define AT(field) .offset = offsetof(struct wd_config, limits.field)
static const struct wd_conf_row limits_rows[] = {
	{"document", WD_CONF_SIZE, AT(document_bytes), .def = "64MiB", .min = 1024,
		.max = INT64_C(1) << 32, .help = "One document, unpacked."},
	{"event", WD_CONF_SIZE, AT(event_bytes), .def = "16MiB", .min = 4096,
		.max = INT64_C(1) << 30,
		.help = "One encoded event; a larger one becomes a dead letter."},
	{"pages", WD_CONF_SIZE, AT(pages_bytes), .def = "256MiB", .min = 1 << 20,
		.max = INT64_C(1) << 40,
		.help = "Article pages kept at hand for feeds with fulltext, in a temporary file; the "
			"oldest go."},
};
static const struct wd_conf_section limits_section = {.title = "limits", ROWS(limits_rows)};
#undef AT

#define AT(field) .offset = offsetof(struct wd_config, field)
static const struct wd_conf_row top_rows[] = {
	{"store", WD_CONF_OBJECT, .sub = &store_section, .needs_restart = true,
		.help = "What is remembered."},
	{"http", WD_CONF_OBJECT, .sub = &http_section, .help = "What all polling shares."},
	{"feed_defaults", WD_CONF_OBJECT, AT(feed_defaults), .sub = &defaults_section,
		.help = "Where every feed starts from: all keys of feeds but url and name."},
	{"feeds_file", WD_CONF_READ, AT(feeds_file),
		.help = "More feeds, for thousands: one URL a line (a name may follow it, # begins a "
			"comment), or an OPML file."},
	{"feeds", WD_CONF_OBJECTS, AT(feeds), .sub = &wd_conf_feed, .help = "The feeds polled."},
	{"receive", WD_CONF_OBJECT, .sub = &receive_section, .help = "What comes in by itself."},
	{"websub", WD_CONF_OBJECT, .sub = &websub_section,
		.help = "Subscriptions at the hubs of polled feeds (W3C WebSub)."},
	{"archive", WD_CONF_OBJECT, .sub = &archive_section, .needs_restart = true,
		.help = "What was received, kept."},
	{"pipeline", WD_CONF_OBJECT, .sub = &pipeline_section, .needs_restart = true,
		.help = "Work between source and sink."},
	{"topics", WD_CONF_OBJECT, .sub = &topics_section, .help = "Tagging."},
	{"kafka", WD_CONF_PAIRS, AT(kafka), .needs_restart = true,
		.help = "Every property of librdkafka under its own name, such as bootstrap.servers or "
			"compression.type. A secret stands in a file: append _file to its name "
			"(sasl.password_file)."},
	{"sinks", WD_CONF_OBJECTS, AT(sinks), .sub = &wd_conf_sink, .needs_restart = true,
		.help = "Where events go. None: stdout."},
	{"routes", WD_CONF_OBJECTS, AT(routes), .sub = &wd_conf_route, .needs_restart = true,
		.help = "Rules that choose the Kafka topic of an event; the first that holds decides. "
			"Without one that holds: the sink's own topic."},
	{"release", WD_CONF_OBJECT, .sub = &release_section, .needs_restart = true,
		.help = "What happens to articles that are not to be published yet."},
	{"admin", WD_CONF_OBJECT, .sub = &admin_section, .needs_restart = true,
		.help = "Looking inside."},
	{"log", WD_CONF_OBJECT, .sub = &log_section, .help = "What is said."},
	{"limits", WD_CONF_OBJECT, .sub = &limits_section, .help = "What outsiders may use up."},
};
const struct wd_conf_section wd_conf_top = {
	.title = "", .size = sizeof(struct wd_config), ROWS(top_rows)};
#undef AT
