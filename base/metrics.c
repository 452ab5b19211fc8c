/* Concurrency: the list is guarded by a mutex, values are atomics read without it. */
#include "base/metrics.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wd_metric *first;

void wd_metric_register(struct wd_metric *m)
{
	(void)pthread_mutex_lock(&lock);
	struct wd_metric **at = &first;
	/* Sorted by name, then by label, so one family stands together and the order is stable. */
	while (*at != NULL && *at != m) {
		int c = strcmp((*at)->name, m->name);
		if (c == 0)
			c = strcmp((*at)->labels ? (*at)->labels : "", m->labels ? m->labels : "");
		if (c > 0)
			break;
		at = &(*at)->next;
	}
	if (*at != m) {
		m->next = *at;
		*at = m;
	}
	(void)pthread_mutex_unlock(&lock);
}

void wd_metric_remove(struct wd_metric *m)
{
	(void)pthread_mutex_lock(&lock);
	struct wd_metric **at = &first;
	while (*at != NULL && *at != m)
		at = &(*at)->next;
	if (*at == m)
		*at = m->next;
	(void)pthread_mutex_unlock(&lock);
}

void wd_metric_observe(struct wd_metric *m, double v)
{
	size_t i = 0;
	while (i < WD_METRIC_BUCKETS - 1 && m->bounds[i] > 0 && v > m->bounds[i])
		i++;
	atomic_fetch_add_explicit(&m->buckets[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->count, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(
		&m->sum_micro, (uint64_t)(v > 0 ? v * 1e6 : 0), memory_order_relaxed);
}

static void render_histogram(struct wd_buf *out, const struct wd_metric *m)
{
	uint64_t sum = 0;
	const char *labels = m->labels ? m->labels : "", *sep = m->labels ? "," : "";
	for (size_t i = 0; i < WD_METRIC_BUCKETS && m->bounds[i] > 0; i++) {
		sum += atomic_load_explicit(&m->buckets[i], memory_order_relaxed);
		wd_buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", m->name, labels, sep,
			m->bounds[i], (unsigned long long)sum);
	}
	unsigned long long n =
		(unsigned long long)atomic_load_explicit(&m->count, memory_order_relaxed);
	double total = (double)atomic_load_explicit(&m->sum_micro, memory_order_relaxed) / 1e6;
	const char *open = m->labels ? "{" : "", *close = m->labels ? "}" : "";
	wd_buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", m->name, labels, sep, n);
	wd_buf_printf(out, "%s_sum%s%s%s %g\n", m->name, open, labels, close, total);
	wd_buf_printf(out, "%s_count%s%s%s %llu\n", m->name, open, labels, close, n);
}

void wd_metrics_render(struct wd_buf *out)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	const char *family = "";
	(void)pthread_mutex_lock(&lock);
	for (const struct wd_metric *m = first; m != NULL; m = m->next) {
		if (strcmp(family, m->name) != 0)
			wd_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help,
				m->name, kinds[m->kind]);
		family = m->name;
		if (m->kind == WD_METRIC_HISTOGRAM)
			render_histogram(out, m);
		else
			wd_buf_printf(out, "%s%s%s%s %lld\n", m->name, m->labels ? "{" : "",
				m->labels ? m->labels : "", m->labels ? "}" : "",
				(long long)wd_metric_get(m));
	}
	(void)pthread_mutex_unlock(&lock);
}
