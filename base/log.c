/*
 * Concurrency: one mutex around the rate table and the write, so lines never interleave. The rate
 * table has a fixed number of slots; a collision shares a slot, which at worst limits two subjects
 * together.
 */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"

#define RATE_SLOTS 1024
#define RATE_BURST 10
#define RATE_WINDOW_US WD_MINUTE

static struct {
	pthread_mutex_t lock;
	enum wd_log_level max;
	void (*fn)(enum wd_log_level, struct wd_str, void *);
	void *ctx;
	uint64_t suppressed;
	struct {
		uint64_t key;
		int64_t since;
		unsigned seen;
	} rate[RATE_SLOTS];
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .max = WD_LOG_INFO};

void wd_log_set_level(enum wd_log_level max)
{
	(void)pthread_mutex_lock(&state.lock);
	state.max = max;
	(void)pthread_mutex_unlock(&state.lock);
}

int wd_log_level_parse(struct wd_str name)
{
	static const struct {
		const char *name;
		int level;
	} names[] = {
		{"err", 3}, {"error", 3}, {"warning", 4}, {"notice", 5}, {"info", 6}, {"debug", 7}};
	for (size_t i = 0; i < WD_COUNTOF(names); i++) {
		if (wd_str_eqc(name, names[i].name))
			return names[i].level;
	}
	return -1;
}

void wd_log_set_output(void (*fn)(enum wd_log_level, struct wd_str, void *), void *ctx)
{
	(void)pthread_mutex_lock(&state.lock);
	state.fn = fn;
	state.ctx = ctx;
	memset(state.rate, 0, sizeof(state.rate));
	(void)pthread_mutex_unlock(&state.lock);
}

uint64_t wd_log_suppressed(void)
{
	(void)pthread_mutex_lock(&state.lock);
	uint64_t n = state.suppressed;
	(void)pthread_mutex_unlock(&state.lock);
	return n;
}

/* Lock held. Says how many lines of this kind were kept back before this one, -1: keep this back
 * too. */
static long admit(struct wd_str subject, const char *event)
{
	uint64_t key = wd_hash64(subject) * 31 + wd_hash64(wd_str_c(event));
	size_t slot = key % RATE_SLOTS;
	int64_t now = wd_clock_mono_us();
	long kept = 0;
	if (state.rate[slot].key != key || now - state.rate[slot].since > RATE_WINDOW_US) {
		if (state.rate[slot].key == key && state.rate[slot].seen > RATE_BURST)
			kept = (long)state.rate[slot].seen - RATE_BURST;
		state.rate[slot].key = key;
		state.rate[slot].since = now;
		state.rate[slot].seen = 0;
	}
	if (++state.rate[slot].seen > RATE_BURST) {
		state.suppressed++;
		return -1;
	}
	return kept;
}

void wd_log(enum wd_log_level level, struct wd_str subject, const char *event, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	(void)pthread_mutex_lock(&state.lock);
	long kept = level <= state.max ? admit(subject, event) : -1;
	if (kept < 0) {
		(void)pthread_mutex_unlock(&state.lock);
		return;
	}
	size_t n = 0;
	int w = snprintf(line, sizeof(line), "%.*s%s%s ", WD_STR_ARG(wd_utf8_cut(subject, 200)),
		subject.n > 0 ? ": " : "", event);
	n = (size_t)WD_MAX(w, 0);
	va_start(ap, fmt);
	w = vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	n = WD_MIN(n + (size_t)WD_MAX(w, 0), sizeof(line) - 1);
	if (kept > 0 && n + 40 < sizeof(line)) {
		w = snprintf(line + n, sizeof(line) - n, " suppressed=%ld", kept);
		n += (size_t)WD_MAX(w, 0);
	}
	for (size_t i = 0; i < n; i++) { /* one line stays one line */
		if (line[i] == '\n' || line[i] == '\r')
			line[i] = ' ';
	}
	if (state.fn != NULL)
		state.fn(level, (struct wd_str){line, n}, state.ctx);
	else
		(void)fprintf(stderr, "<%d>%.*s\n", (int)level, (int)n, line);
	(void)pthread_mutex_unlock(&state.lock);
}

const char *wd_log_quote(struct wd_str s, char out[WD_LOG_TEXT])
{
	size_t n = 0;
	struct wd_str cut = wd_utf8_cut(s, 200);
	out[n++] = '"';
	for (size_t i = 0; i < cut.n && n < WD_LOG_TEXT - 8; i++) {
		unsigned char c = (unsigned char)cut.p[i];
		if (c == '"' || c == '\\')
			out[n++] = '\\';
		out[n++] = c < 0x20 || c == 0x7F ? '?' : (char)c;
	}
	if (cut.n < s.n) {
		memcpy(out + n, "…", 3);
		n += 3;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}
