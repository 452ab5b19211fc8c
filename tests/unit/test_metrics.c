#include "tests/unit/test.h"

#include "base/metrics.h"

static const double bounds[] = {0.1, 1, 10, 0};
static struct wd_metric ok = {
	.name = "wiredesk_test_total", .help = "Things.", .labels = "class=\"ok\""};
static struct wd_metric bad = {
	.name = "wiredesk_test_total", .help = "Things.", .labels = "class=\"bad\""};
static struct wd_metric fill = {
	.name = "wiredesk_fill_bytes", .help = "Fill.", .kind = WD_METRIC_GAUGE};
static struct wd_metric took = {.name = "wiredesk_took_seconds",
	.help = "Took.",
	.kind = WD_METRIC_HISTOGRAM,
	.bounds = bounds};

static void test_render(void **state)
{
	(void)state;
	wd_metric_register(&took);
	wd_metric_register(&ok);
	wd_metric_register(&fill);
	wd_metric_register(&bad);
	wd_metric_register(&ok); /* twice is harmless */
	wd_metric_add(&ok, 2);
	wd_metric_add(&bad, 1);
	wd_metric_set(&fill, -7);
	wd_metric_observe(&took, 0.05);
	wd_metric_observe(&took, 5);
	wd_metric_observe(&took, 500);
	struct wd_buf b;
	wd_buf_init(&b, 10000);
	wd_metrics_render(&b);
	assert_str("render", wd_buf_str(&b),
		"# HELP wiredesk_fill_bytes Fill.\n# TYPE wiredesk_fill_bytes gauge\nwiredesk_fill_bytes -7\n"
		"# HELP wiredesk_test_total Things.\n# TYPE wiredesk_test_total counter\n"
		"wiredesk_test_total{class=\"bad\"} 1\nwiredesk_test_total{class=\"ok\"} 2\n"
		"# HELP wiredesk_took_seconds Took.\n# TYPE wiredesk_took_seconds histogram\n"
		"wiredesk_took_seconds_bucket{le=\"0.1\"} 1\nwiredesk_took_seconds_bucket{le=\"1\"} 1\n"
		"wiredesk_took_seconds_bucket{le=\"10\"} 2\nwiredesk_took_seconds_bucket{le=\"+Inf\"} 3\n"
		"wiredesk_took_seconds_sum 505.05\nwiredesk_took_seconds_count 3\n");
	wd_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_render)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
