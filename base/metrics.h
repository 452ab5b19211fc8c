/**
 * Metrics: counters, gauges and histograms in one static registry, rendered as Prometheus text.
 * Names are a contract (docs/OPERATIONS.md lists them, a test compares). No label ever holds text
 * an outsider controls. Updates are atomic; registering is guarded.
 */
#pragma once
#include <stdatomic.h>

#include "base/buf.h"

enum wd_metric_kind { WD_METRIC_COUNTER, WD_METRIC_GAUGE, WD_METRIC_HISTOGRAM };

#define WD_METRIC_BUCKETS 16

struct wd_metric {
	const char *name; /* wiredesk_…, counters end in _total, base units */
	const char *help;
	enum wd_metric_kind kind;
	const char *labels;   /* e.g. "class=\"2xx\"", NULL: none */
	const double *bounds; /* histogram: ascending upper bounds, ends with 0 */
	_Atomic int64_t value;
	_Atomic uint64_t buckets[WD_METRIC_BUCKETS];
	_Atomic uint64_t count;
	_Atomic uint64_t sum_micro; /* sum × 1e6 */
	struct wd_metric *next;
};

/** Adds a static metric to the registry; twice is harmless. Metrics of one name and different
 * labels stand together. */
void wd_metric_register(struct wd_metric *m);
/** Takes it out again: of one that is not static, before it is freed. */
void wd_metric_remove(struct wd_metric *m);
static inline void wd_metric_add(struct wd_metric *m, int64_t n)
{
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}
static inline void wd_metric_set(struct wd_metric *m, int64_t v)
{
	atomic_store_explicit(&m->value, v, memory_order_relaxed);
}
static inline int64_t wd_metric_get(const struct wd_metric *m)
{
	return atomic_load_explicit(&m->value, memory_order_relaxed);
}
void wd_metric_observe(struct wd_metric *m, double v);
/** All of them, Prometheus text format 0.0.4. */
void wd_metrics_render(struct wd_buf *out);
