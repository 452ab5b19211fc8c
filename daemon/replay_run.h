/**
 * One replay: archives through a pipeline of its own, with the archive's clock and a store in
 * memory. The live store and its cursors are never opened.
 */
#pragma once
#include "daemon/config.h"
#include "sinks/sink.h"
#include "sources/replay.h"
#include "taggers/tagger.h"

struct wd_replay_run {
	const char *const *paths;
	size_t count;
	struct wd_replay_opts in;
	const struct wd_config *conf; /* its feeds' hints (zone, language, …) are used by name */
	struct wd_rules *rules;
	/* Every feed's entries are completed from their pages in the archives; else those of feeds
	 * that the configuration gives `fulltext` */
	bool fulltext;
	uint64_t pages_bytes; /* of pages kept for that; 0: base/limits.h */
	unsigned workers;
	double speed; /* times the archive's own pace; 0: as fast as can be */
	const struct wd_sink_conf *sinks;
	size_t sink_count;
	void (*event)(struct wd_str line, void *ctx); /* sinks of type "memory"; sink thread */
	void *ctx;
};

struct wd_replay_result {
	uint64_t documents, refused; /* refused: nobody could read them */
	uint64_t articles, events;
	bool is_damaged; /* a part of an archive could not be read */
};

/** Progress goes to stderr when that is a terminal; what was wrong with documents and archives
 * always does. */
WD_MUST_USE int wd_replay_run(
	const struct wd_replay_run *r, struct wd_replay_result *ret, struct wd_err *err);
/** Gives the document what the configuration says of its feed or source, as it did when the
 * document came in. The configuration outlives the document. */
void wd_replay_hints(const struct wd_config *conf, struct wd_doc *doc);
