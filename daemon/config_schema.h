/**
 * The schema table's row types, for the files of the config module alone.
 */
#pragma once
#include "base/yaml.h"
#include "daemon/config.h"

enum wd_conf_type {
	WD_CONF_BOOL,     /* bool */
	WD_CONF_INT,      /* int64_t */
	WD_CONF_SIZE,     /* uint64_t, bytes; "64MiB" */
	WD_CONF_DURATION, /* int64_t, microseconds; "1h30m" */
	WD_CONF_STRING,   /* struct wd_str */
	WD_CONF_URL,      /* struct wd_str, http or https, no password inside */
	WD_CONF_LISTEN,   /* struct wd_str, address:port */
	WD_CONF_READ,     /* struct wd_str, path of something that is read: beside the file */
	WD_CONF_WRITE,    /* struct wd_str, path of something written: below $STATE_DIRECTORY */
	WD_CONF_SECRET,   /* struct wd_str, path of a file or name of a systemd credential */
	WD_CONF_ENUM,     /* int, index into names */
	WD_CONF_STRINGS,  /* wd_conf_strs */
	WD_CONF_CIDRS,    /* wd_cidrs */
	WD_CONF_PAIRS,    /* wd_conf_pairs: any key, scalar value */
	WD_CONF_OBJECT,   /* a struct inside, described by `sub` */
	WD_CONF_OBJECTS,  /* WD_VEC of structs, each described by `sub` */
};

struct wd_conf_section;

struct wd_conf_row {
	const char *key;
	enum wd_conf_type type;
	size_t offset;
	const char *def;          /* as text; NULL: empty */
	int64_t min, max;         /* of numbers, in the stored unit; max 0: no bound */
	const char *const *names; /* of enums, NULL-terminated */
	const struct wd_conf_section *sub;
	const char *help;
	/* Of texts that are not empty: whether it means anything. The error says what would. */
	int (*check)(struct wd_str s, struct wd_err *err);
	bool is_required;
	bool must_exist;    /* of READ: something readable is there */
	bool needs_restart; /* a reload cannot apply it, nor anything below */
};

struct wd_conf_load;

struct wd_conf_section {
	/* What the rows alone cannot know, once the object at `base` is loaded from the mapping. */
	void (*check)(struct wd_conf_load *ld, const struct wd_yaml *map, const char *base);
	const char *title;
	size_t size;        /* of the struct */
	size_t line_offset; /* an unsigned that gets the line; 0: none */
	const struct wd_conf_row *rows;
	size_t row_count;
};

extern const struct wd_conf_section wd_conf_top;
extern const struct wd_conf_section wd_conf_feed;
extern const struct wd_conf_section wd_conf_sink;
extern const struct wd_conf_section wd_conf_route;
extern const struct wd_conf_section wd_conf_topic;

/** Text → value at `at`, range-checked. The error says what would be right. */
WD_MUST_USE int wd_conf_value_set(const struct wd_conf_row *row, struct wd_str text, void *at,
	struct wd_arena *a, struct wd_err *err);
/** Value → the text that parses to it; for defaults, ranges and the dump. */
void wd_conf_value_print(const struct wd_conf_row *row, const void *at, struct wd_buf *out);
bool wd_conf_has_control(struct wd_str s);
void wd_conf_number_print(enum wd_conf_type type, int64_t v, struct wd_buf *out);
const char *wd_conf_type_name(enum wd_conf_type type);

/** The text of one row's value, lists and objects included; two are equal when their texts are. */
void wd_conf_row_text(const struct wd_conf_row *row, const char *at, struct wd_buf *out);

/** config_kafka.c: properties and secrets of section kafka; the topics that are read. */
void wd_conf_kafka_finish(struct wd_conf_load *ld);
void wd_conf_topics_finish(struct wd_conf_load *ld);
/** Section kafka names a broker. */
bool wd_conf_has_broker(const struct wd_config *c);
/** A librdkafka property that holds a secret: never inline, never printed. */
bool wd_conf_is_kafka_secret(struct wd_str name);

/** config_check.c: what texts mean, and what mappings must not say together. */
int wd_conf_check_zone(struct wd_str s, struct wd_err *err);
int wd_conf_check_language(struct wd_str s, struct wd_err *err);
int wd_conf_check_charset(struct wd_str s, struct wd_err *err);
int wd_conf_check_format(struct wd_str s, struct wd_err *err);
int wd_conf_check_proxy(struct wd_str s, struct wd_err *err);
void wd_conf_check_feed(struct wd_conf_load *ld, const struct wd_yaml *map, const char *base);

/** Where a text stood in the file; told by the memory of its copy. */
struct wd_conf_place {
	const char *p;
	unsigned line, col;
};

/** What a load works with. */
struct wd_conf_load {
	struct wd_config *c;
	struct wd_findings *f;
	struct wd_str file;
	struct wd_str dir; /* relative paths that are read start here; ends in '/' or is empty */
	WD_VEC(struct wd_conf_place) places;
};
/** The place of a loaded text; line and column 0 when the file does not have it (a default). */
struct wd_conf_place wd_conf_place_of(const struct wd_conf_load *ld, struct wd_str value);
/** Reads feeds_file (a list of URLs or OPML) and appends its feeds. */
void wd_conf_feeds_file(struct wd_conf_load *ld, unsigned line, unsigned col);
/** Ids, duplicates, secrets: what a row alone cannot check. */
void wd_conf_feeds_finish(struct wd_conf_load *ld);
/** Reads the secret behind a SECRET path; a finding at the path's place when it cannot be had. */
struct wd_str wd_conf_secret(struct wd_conf_load *ld, struct wd_str path, const char *key);
