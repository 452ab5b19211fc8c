/**
 * The configuration's sinks in the form the pipeline takes.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/pipeline.h"
#include "sinks/sink.h"

struct wd_sinkconf;

/** All sinks of the snapshot, or only those of one type (NULL: all). None configured and no type
 * asked: stdout. The snapshot must outlive it. */
WD_MUST_USE int wd_sinkconf_new(const struct wd_config *cf, const char *only_type,
	struct wd_sinkconf **ret, struct wd_err *err);
/** For a replay: the Kafka sinks, or one of that topic. At-least-once whatever is configured (a
 * replay must not take over the daemon's transactions), without dead letters and health, marked by
 * a header. */
WD_MUST_USE int wd_sinkconf_replay(const struct wd_config *cf, const char *topic,
	struct wd_sinkconf **ret, struct wd_err *err);
/** What the configuration says of the pipeline itself, to `ret`; strings stay the snapshot's. */
void wd_sinkconf_pipeline(const struct wd_config *cf, struct wd_pipeline_opts *ret);
/** librdkafka's properties for a topic that is read: name and value in turn, NULL at the end, in
 * `a`. NULL: no memory. */
const char *const *wd_sinkconf_topic_properties(
	struct wd_arena *a, const struct wd_config *cf, const struct wd_topic_conf *t);
const struct wd_sink_conf *wd_sinkconf_list(const struct wd_sinkconf *s, size_t *ret_n);
void wd_sinkconf_free(struct wd_sinkconf *s);
WD_DEFINE_CLEANUP(struct wd_sinkconf *, wd_sinkconf_free)
