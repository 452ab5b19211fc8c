/**
 * Settings of the sources, as plain values. daemon/config.c fills them from YAML by its schema
 * table; the sources know nothing of files. All strings belong to the configuration snapshot, which
 * outlives every source that was given it.
 */
#pragma once
#include "base/vec.h"
#include "sources/netguard.h"

struct wd_conf_pair {
	struct wd_str key, value;
	unsigned line;
};
typedef WD_VEC(struct wd_conf_pair) wd_conf_pairs;
typedef WD_VEC(struct wd_cidr) wd_cidrs;
typedef WD_VEC(struct wd_str) wd_conf_strs;

/** One polled feed. */
struct wd_feed_conf {
	struct wd_str
		id; /* name, else the URL: the subject of log lines and the key in the store */
	struct wd_str url, name;
	int64_t interval_us;                      /* start value */
	int64_t interval_min_us, interval_max_us; /* learning stays within */
	bool fixed;                               /* no learning, no hints */
	bool fulltext;
	bool websub;    /* subscribe to its hub, where the configuration has a callback */
	int first_poll; /* enum wd_first_poll */
	int64_t first_age_us;
	struct wd_str timezone, language, charset, format; /* see struct wd_doc_hints */
	wd_conf_strs topics; /* only articles with one of these are published; empty: all */
	wd_conf_pairs headers;
	struct wd_str user_agent, proxy;
	struct {
		struct wd_str user, password_file, token_file;
		struct wd_str password, token; /* read from the files */
	} auth;
	uint64_t max_bytes; /* one document of this feed, decompressed */
	unsigned line;      /* where the configuration names it; 0: from feeds_file */
};

/** What all polling shares. */
struct wd_http_conf {
	wd_cidrs allow_private;
	struct wd_str user_agent, contact;
	int64_t connect_timeout_us, timeout_us, low_speed_time_us;
	int64_t low_speed_bytes; /* per second */
	int64_t max_transfers, max_per_host, max_redirects, max_ratio;
	int64_t backoff_max_us;
	uint64_t max_header_bytes;
	struct wd_str ca_file;
};

/** One source that may push documents. */
struct wd_push_conf {
	struct wd_str name, token_file, hmac_file, format, timezone, language, charset;
	wd_conf_strs tokens, hmac_keys; /* read from the files, one a line: rotation keeps two */
	uint64_t max_bytes;
	int64_t rate; /* requests per second, 0: no limit */
};
