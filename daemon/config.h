/**
 * Configuration: an immutable, reference-counted snapshot made from YAML by one schema table
 * (config_schema.c). The same table loads, checks, dumps and documents, so they cannot disagree.
 *
 * To add a setting: a field here (or in the conf struct of its module), a row in config_schema.c,
 * then `wiredesk check --docs markdown > docs/CONFIG.md` (a test compares).
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "daemon/route.h"
#include "sources/conf.h"

enum wd_sink_type { WD_SINK_STDOUT, WD_SINK_JSONL, WD_SINK_KAFKA };
enum wd_start { WD_START_EARLIEST, WD_START_LATEST };
enum wd_release { WD_RELEASE_MARK, WD_RELEASE_HOLD };
enum wd_delivery { WD_AT_LEAST_ONCE, WD_EXACTLY_ONCE };

struct wd_config_sink {
	int type; /* enum wd_sink_type */
	struct wd_str path;
	struct wd_str topic, dead_letter_topic, health_topic;
	int delivery;   /* enum wd_delivery */
	int timestamps; /* 0: the event's time, 1: when it is sent */
	unsigned line;
};

/** A topic that documents are read from. */
struct wd_topic_conf {
	struct wd_str topic, source, brokers, group, content_type;
	int start; /* enum wd_start */
	wd_conf_pairs properties;
	unsigned line;
};

struct wd_config {
	unsigned refs;
	struct wd_arena *mem;
	struct wd_str path; /* of the file; empty: built-in defaults */

	struct {
		struct wd_str path;
		uint64_t outbox_max_bytes;
		int64_t busy_timeout_us;
	} store;
	struct {
		struct wd_str path;
		uint64_t max_bytes, file_bytes;
		int64_t max_age_us, file_age_us;
		bool revisits;
	} archive;
	struct {
		int64_t workers; /* 0: one per processor */
		int64_t queue_items;
		uint64_t queue_bytes;
		int64_t drain_timeout_us; /* how long SIGTERM waits for what is in work */
		int64_t stories_remember, stories_window_us;
		int64_t hang_us;   /* a document in work for longer hangs */
		int64_t silent_us; /* a feed with nothing new for longer is silent */
		int64_t keep_versions;
	} pipeline;
	struct {
		struct wd_str path; /* folder of dictionaries and topics; empty: the shipped ones */
	} topics;
	struct wd_http_conf http;
	struct wd_feed_conf feed_defaults;
	struct wd_str feeds_file;
	WD_VEC(struct wd_feed_conf) feeds; /* feeds_file's are appended */
	struct {
		struct wd_str listen, spool, stdin_source, inbox;
		uint64_t inbox_max;
		WD_VEC(struct wd_push_conf) sources;
		WD_VEC(struct wd_topic_conf) kafka;
		int64_t max_connections, max_per_address, deadline_us;
		struct wd_str tls_cert, tls_key_file;
		struct wd_str tls_cert_text, tls_key_text; /* read from the files */
	} receive;
	struct {
		struct wd_str callback;
		int64_t lease_us, poll_us;
	} websub;
	wd_conf_pairs kafka; /* librdkafka's own names; secrets from files are filled in */
	WD_VEC(struct wd_config_sink) sinks;
	WD_VEC(struct wd_route) routes;
	struct {
		int embargoed, withheld; /* enum wd_release */
	} release;
	struct {
		struct wd_str listen;
	} admin;
	struct {
		int level; /* enum wd_log_level */
	} log;
	struct {
		uint64_t document_bytes, event_bytes, pages_bytes;
	} limits;
};

/** One thing found wrong (or doubtful) in the configuration. */
struct wd_finding {
	struct wd_str file, text;
	unsigned line, col; /* 0: the file as a whole */
	bool is_warning;
};

struct wd_findings {
	struct wd_arena *mem; /* set by the caller; owns the texts */
	WD_VEC(struct wd_finding) list;
	size_t errors;
};
void wd_finding_add(struct wd_findings *f, bool is_warning, struct wd_str file, unsigned line,
	unsigned col, const char *fmt, ...) WD_PRINTF(6, 7);
/** "file:line:col: error: text" a line, to `out`. */
void wd_findings_print(const struct wd_findings *f, struct wd_buf *out);

/**
 * Loads the file with everything it names (feeds_file, secrets). All findings at once; with
 * f->errors > 0 the answer is WD_E_MALFORMED and *ret is not set. `path` NULL: the built-in
 * defaults. The snapshot has one reference.
 */
WD_MUST_USE int wd_config_load(const char *path, struct wd_config **ret, struct wd_findings *f);
/** The same from memory; `name` is what findings call it, `dir` where relative paths start. */
WD_MUST_USE int wd_config_parse(struct wd_str text, struct wd_str name, const char *dir,
	struct wd_config **ret, struct wd_findings *f);
/** Reference counting is atomic; the snapshot never changes. */
struct wd_config *wd_config_ref(struct wd_config *c);
void wd_config_unref(struct wd_config *c); /* NULL is fine */
WD_DEFINE_CLEANUP(struct wd_config *, wd_config_unref)
/** The configuration file meant when none is named: /etc/wiredesk/wiredesk.yaml where it exists,
 * else NULL (defaults). */
const char *wd_config_default_path(void);

/** The effective configuration as YAML that loads to the same; never a secret. */
void wd_config_dump(const struct wd_config *c, struct wd_buf *out);
/** docs/CONFIG.md and wiredesk.yaml(5). */
void wd_config_doc_markdown(struct wd_buf *out);
void wd_config_doc_man(struct wd_buf *out);

/** Names the keys that differ and that only a restart applies; appends nothing when a reload can.
 */
void wd_config_restart_keys(
	const struct wd_config *a, const struct wd_config *b, struct wd_buf *out);

/** "host:port" split; host without brackets. WD_E_MALFORMED otherwise. */
WD_MUST_USE int wd_listen_split(struct wd_str s, struct wd_str *ret_host, uint16_t *ret_port);
/** The same as a socket address. */
WD_MUST_USE int wd_listen_address(struct wd_str s, struct sockaddr_storage *ret);
