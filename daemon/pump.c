/*
 * Pump: outbox → sink.
 *
 * `sent` is the last row handed over, the reader's position the last one delivered; between them
 * rows lie in memory that the sink may still look at (pump_rows.c). After an error
 * the sink is established again and its own position decides where to go on; rows between are
 * submitted again. Rows of kinds the sink does not want count as delivered in passing.
 *
 * It waits in one place, for rows: a sink that has something to tell wakes it there, so neither new
 * rows nor delivery reports wait for the other. Two submissions at most are on their way to a sink
 * that wakes us: what comes meanwhile goes together. More of them would only wait inside librdkafka
 * for a free request, and its thread (2.0.2) spins through that wait.
 *
 * Concurrency: everything runs on the pump's thread; state for status pages is under `lock`.
 */
#include "daemon/pump.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "daemon/pump_rows.h"

#define BATCH_BYTES (8 * WD_MIB)
#define BATCH_ARENA (64 * WD_MIB)
#define DEFAULT_BATCH 1000
#define DEFAULT_WAIT_US 20000
#define IDLE_US 100000
#define BACKOFF_FIRST_US 200000
#define BACKOFF_MAX_US (5 * WD_SEC)
#define SETTLE_US (10 * WD_SEC)

enum state { ST_STARTING, ST_RUNNING, ST_DOWN, ST_DEAD };
static const char *const state_names[] = {"starting", "running", "down", "stopped"};

struct wd_pump {
	struct wd_pump_opts opts;
	char name[256];
	const struct wd_sink_ops *ops;
	struct wd_sink *sink;
	struct wd_store_reader *reader;
	struct wd_pump_rows mem;
	pthread_t thread;
	bool started;
	atomic_bool stop, renew;
	atomic_int state;
	/* thread's own */
	int64_t sent, last_wanted, before_last; /* the last rows of the last two submissions */
	bool unkept; /* a refused event could not be kept before the end */
	size_t skip, batch;
	struct wd_row *rows; /* read, wanted and not taken yet; `last_read`: the read ended there */
	size_t left;
	int64_t last_read;
	int64_t backoff_us;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct wd_err last; /* under lock */
};

static bool stopping(void *ctx)
{
	return atomic_load(&((struct wd_pump *)ctx)->stop);
}

/* Waits, but not through a stop. */
static void nap(struct wd_pump *p, int64_t us)
{
	int64_t until = wd_clock_mono_us() + us;
	(void)pthread_mutex_lock(&p->lock);
	while (!stopping(p) && wd_cond_wait_until(&p->wake, &p->lock, until))
		;
	(void)pthread_mutex_unlock(&p->lock);
}

/* false: it cannot be kept now. */
static bool keep_letter(struct wd_pump *p, int64_t seq, const char *why)
{
	struct wd_row *row = NULL;
	size_t n = 0;
	struct wd_err err = {0};
	struct wd_buf attrs;
	wd_cleanup(wd_arena_freep) struct wd_arena *a = wd_arena_new(BATCH_ARENA);
	int r = a != NULL ? wd_store_read(p->reader, seq - 1, 1, BATCH_BYTES, 0, a, &row, &n, &err)
			  : WD_E_NOMEM;
	if (r != WD_OK || n == 0 || row->seq != seq)
		return r == WD_OK;
	struct wd_store_dead d = {.time_us = row->time_us,
		.is_event = true,
		.input = row->key,
		.feed = row->route, /* where it would have gone, for requeue */
		.stage = wd_str_c(p->name),
		.error = wd_str_c(why),
		.attrs = row->attrs,
		.bytes = row->data};
	wd_buf_init(&attrs, 64 * WD_KIB);
	wd_row_attr_put(&attrs, "wd_error", wd_str_c(why));
	wd_row_attr_put(&attrs, "wd_stage", wd_str_c(p->name));
	wd_buf_add(&attrs, row->attrs);
	struct wd_row letter = {
		.kind = WD_ROW_DEAD, .time_us = row->time_us, .attrs = wd_buf_str(&attrs)};
	bool goes_out = row->kind != WD_ROW_DEAD && p->ops->wants(p->sink, &letter);
	r = wd_store_letter(p->opts.store, &d, goes_out ? &letter : NULL, &err);
	wd_buf_done(&attrs);
	if (r == WD_OK)
		wd_log(WD_LOG_WARNING, wd_str_c(p->name), "event-refused", "key=%.*s error=%s",
			WD_STR_ARG(row->key), WD_LOGQ(wd_str_c(why)));
	return r == WD_OK;
}

/* The sink will never take this row: it goes to the local dead letters, and to the dead-letter
 * topic unless it was meant for that. */
static void refused(int64_t seq, const char *why, void *ctx)
{
	struct wd_pump *p = ctx;
	while (!keep_letter(p, seq, why)) {
		if (stopping(p)) { /* no position may pass it */
			p->unkept = true;
			return;
		}
		nap(p, BACKOFF_FIRST_US);
	}
}

static int settle(void *ctx, struct wd_err *err)
{
	struct wd_pump *p = ctx;
	int64_t until = wd_clock_mono_us() + SETTLE_US;
	while (wd_store_has_letters(p->opts.store) && !stopping(p) && wd_clock_mono_us() < until)
		nap(p, 5000);
	if (!p->unkept && !wd_store_has_letters(p->opts.store))
		return WD_OK;
	return wd_err_set(err, WD_E_TRANSIENT, "refused events are not saved yet");
}

static void line(struct wd_str text, void *ctx)
{
	struct wd_pump *p = ctx;
	if (p->opts.event != NULL)
		p->opts.event(text, p->opts.ctx);
}

static void wake(void *ctx)
{
	struct wd_pump *p = ctx;
	wd_store_poke(p->reader);
}

static void set_state(struct wd_pump *p, enum state state, const struct wd_err *err)
{
	(void)pthread_mutex_lock(&p->lock);
	bool news = atomic_load(&p->state) != (int)state;
	atomic_store(&p->state, (int)state);
	if (err != NULL)
		p->last = *err;
	(void)pthread_mutex_unlock(&p->lock);
	if (!news)
		return;
	if (err != NULL)
		wd_log(state == ST_DEAD ? WD_LOG_ERR : WD_LOG_WARNING, wd_str_c(p->name),
			"sink-down", "error=%s", WD_LOGQ(wd_str_c(err->text)));
	else
		wd_log(WD_LOG_INFO, wd_str_c(p->name), "sink-up", "position=%lld",
			(long long)p->sent);
}

/* Down: say it once, wait longer each time. */
static void down(struct wd_pump *p, const struct wd_err *err)
{
	if (err->code == WD_E_BUG || err->code == WD_E_MALFORMED) {
		set_state(p, ST_DEAD, err);
		if (p->opts.fatal != NULL)
			p->opts.fatal(err, p->opts.ctx);
		return;
	}
	/* A single failure that the next try mends is no state worth a line. */
	if (p->backoff_us > BACKOFF_FIRST_US || atomic_load(&p->state) == ST_STARTING)
		set_state(p, ST_DOWN, err);
	nap(p, p->backoff_us);
	p->backoff_us = WD_MIN(p->backoff_us * 2, BACKOFF_MAX_US);
}

static bool establish(struct wd_pump *p)
{
	struct wd_err err = {0};
	struct wd_sink_place place = {0};
	int r = p->ops->establish(p->sink, &place, &err);
	p->left = 0;
	wd_pump_rows_forget(&p->mem);
	if (r != WD_OK) {
		err.code = r;
		down(p, &err);
		return false;
	}
	p->sent = p->last_wanted = p->before_last = place.pos;
	p->skip = place.skip;
	/* Lines behind the old mark whose rows are still to be skipped: until they are, the old
	 * place stands, or a crash in between would write them again. */
	if (p->skip == 0) {
		wd_store_ack(p->reader, place.pos, place.mark);
		/* What the sink noted must be durable before anything follows it. */
		while (!wd_store_reader_is_saved(p->reader) && !stopping(p))
			nap(p, 5000);
	}
	return true;
}

/* Leaves in `rows` what the sink wants and has not; gives how many. */
static size_t sift(struct wd_pump *p, struct wd_row *rows, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (!p->ops->wants(p->sink, &rows[i]))
			continue;
		if (p->skip > 0)
			p->skip--;
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

/* Reads on; what is left of it for the sink stands in p->rows. */
static int read_batch(struct wd_pump *p, struct wd_err *err)
{
	int64_t pos = wd_store_reader_pos(p->reader);
	struct wd_arena *mem = wd_pump_rows_room(&p->mem, p->ops->keeps ? pos : INT64_MAX);
	size_t n = 0, have = 0;
	if (mem == NULL || pos < p->before_last) { /* enough is on its way */
		if (p->ops->wakes)
			(void)wd_store_wait(p->reader, INT64_MAX, IDLE_US / 2);
		return WD_OK;
	}
	/* A sink that does not wake us is asked while something is on its way. */
	bool ask = !p->ops->wakes && pos < p->last_wanted;
	have = wd_store_wait(p->reader, p->sent, ask ? 0 : IDLE_US);
	/* A transaction costs much the same for one row as for a thousand: wait for company. */
	if (have > 0 && have < p->batch && p->opts.conf->exactly_once)
		nap(p, p->opts.conf->batch_wait_us > 0 ? p->opts.conf->batch_wait_us
						       : DEFAULT_WAIT_US);
	int r = have > 0 ? wd_store_read(p->reader, p->sent, p->batch, BATCH_BYTES, 0, mem,
				   &p->rows, &n, err)
			 : WD_OK;
	if (r != WD_OK || n == 0)
		return r;
	p->last_read = p->rows[n - 1].seq;
	wd_pump_rows_filled(&p->mem, p->last_read);
	p->left = sift(p, p->rows, n);
	if (p->left == 0)
		p->sent = p->last_read;
	return WD_OK;
}

static int hand_over(struct wd_pump *p, struct wd_err *err)
{
	size_t taken = 0;
	int r = p->left == 0 ? read_batch(p, err) : WD_OK;
	if (r != WD_OK || p->left == 0)
		return r;
	r = p->ops->submit(p->sink, p->rows, p->left, &taken, err);
	if (taken > 0) {
		p->before_last = p->last_wanted;
		p->last_wanted = p->rows[taken - 1].seq;
		p->sent = taken == p->left ? p->last_read : p->last_wanted;
		p->rows += taken;
		p->left -= taken;
	}
	return r;
}

/* One round: rows over, position back. */
static int round_trip(struct wd_pump *p, struct wd_err *err)
{
	struct wd_sink_place place = {0};
	int64_t before = p->sent;
	int r = hand_over(p, err);
	if (r != WD_OK && r != WD_E_FULL)
		return r;
	bool wait = r == WD_E_FULL || (p->sent == before && !p->ops->wakes);
	r = p->ops->poll(p->sink, wait ? IDLE_US / 2 : 0, &place, err);
	/* What is behind the last wanted row needs nobody's word. */
	int64_t pos = place.pos >= p->last_wanted ? p->sent : place.pos;
	if (p->skip > 0 || pos <= wd_store_reader_pos(p->reader)) {
		/* Reached, and nothing waits: up. With something in hand only its delivery tells.
		 */
		if (r == WD_OK && pos >= p->last_wanted && p->left == 0)
			set_state(p, ST_RUNNING, NULL);
		return r;
	}
	int settled = settle(p, r == WD_OK ? err : NULL);
	if (settled == WD_OK) {
		wd_store_ack(p->reader, pos, place.mark);
		p->backoff_us = BACKOFF_FIRST_US;
		set_state(p, ST_RUNNING, NULL);
	}
	return r == WD_OK ? settled : r;
}

static void make_host(struct wd_pump *p, struct wd_sink_host *ret)
{
	*ret = (struct wd_sink_host){.store_uuid = wd_store_uuid(p->opts.store),
		.pos = wd_store_reader_pos(p->reader),
		.mark = wd_store_reader_mark(p->reader),
		.known = wd_store_reader_is_known(p->reader),
		.opened_seq = wd_store_opened_seq(p->opts.store),
		.refused = refused,
		.settle = settle,
		.line = line,
		.wake = wake,
		.stopping = stopping,
		.ctx = p};
}

/* Positions outside that had the store's old name count no more. */
static void open_anew(struct wd_pump *p)
{
	struct wd_err err = {0};
	struct wd_sink *fresh = NULL;
	struct wd_sink_host host;
	wd_store_reader_reload(p->reader);
	make_host(p, &host);
	host.opened_seq = wd_store_last_seq(p->opts.store);
	int r = p->ops->open(p->opts.conf, &host, &fresh, &err);
	(void)pthread_mutex_lock(&p->lock); /* who asks for the status has the sink in hand */
	struct wd_sink *old = p->sink;
	if (r == WD_OK)
		p->sink = fresh;
	(void)pthread_mutex_unlock(&p->lock);
	if (r != WD_OK) {
		down(p, &err);
		return;
	}
	p->ops->close(old);
	p->backoff_us = BACKOFF_FIRST_US;
	set_state(p, ST_STARTING, NULL);
}

static void *thread_main(void *arg)
{
	struct wd_pump *p = arg;
	bool up = false;
	(void)pthread_setname_np(pthread_self(), "sink");
	while (!stopping(p)) {
		struct wd_err err = {0};
		if (atomic_exchange(&p->renew, false)) {
			open_anew(p);
			up = false;
		}
		if (atomic_load(&p->state) == ST_DEAD) {
			nap(p, WD_SEC);
			continue;
		}
		if (!up) {
			up = establish(p);
			continue;
		}
		int r = round_trip(p, &err);
		if (r != WD_OK) {
			up = false;
			err.code = r;
			down(p, &err);
		}
	}
	return NULL;
}

static void make_name(struct wd_pump *p)
{
	const struct wd_sink_conf *c = p->opts.conf;
	/* The configuration gives every sink a default path: a Kafka sink is named by its topic. */
	const char *place = strcmp(c->type, "kafka") == 0 ? c->topic : c->path;
	if (c->name != NULL)
		(void)snprintf(p->name, sizeof(p->name), "%s", c->name);
	else
		(void)snprintf(
			p->name, sizeof(p->name), "%s:%s", c->type, place != NULL ? place : "");
}

static int open_sink(struct wd_pump *p, struct wd_err *err)
{
	p->ops = wd_sink_find(p->opts.conf->type);
	if (p->ops == NULL)
		return wd_err_set(err, WD_E_MALFORMED, "no sink type '%s'", p->opts.conf->type);
	int r = wd_store_reader_open(p->opts.store, p->name, &p->reader, err);
	if (r != WD_OK)
		return r;
	struct wd_sink_host host;
	make_host(p, &host);
	return p->ops->open(p->opts.conf, &host, &p->sink, err);
}

int wd_pump_new(const struct wd_pump_opts *opts, struct wd_pump **ret, struct wd_err *err)
{
	struct wd_pump *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return wd_err_set(err, WD_E_NOMEM, "pump: out of memory");
	p->opts = *opts;
	p->batch = opts->conf->batch_events > 0 ? opts->conf->batch_events : DEFAULT_BATCH;
	p->backoff_us = BACKOFF_FIRST_US;
	make_name(p);
	(void)pthread_mutex_init(&p->lock, NULL);
	wd_cond_init(&p->wake);
	int r = wd_pump_rows_init(&p->mem, BATCH_BYTES, err);
	if (r == WD_OK)
		r = open_sink(p, err);
	if (r == WD_OK && pthread_create(&p->thread, NULL, thread_main, p) != 0)
		r = wd_err_set(err, WD_E_SYS, "pump: cannot start a thread");
	p->started = r == WD_OK;
	if (r != WD_OK) {
		wd_pump_free(p);
		return r;
	}
	*ret = p;
	return WD_OK;
}

int64_t wd_pump_pos(struct wd_pump *p)
{
	return wd_store_reader_pos(p->reader);
}

bool wd_pump_is_dead(struct wd_pump *p)
{
	return atomic_load(&p->state) == ST_DEAD;
}

void wd_pump_json(struct wd_pump *p, struct wd_buf *out)
{
	struct wd_json j;
	int64_t pos = wd_pump_pos(p), last = wd_store_last_seq(p->opts.store);
	enum state state = (enum state)atomic_load(&p->state);
	(void)pthread_mutex_lock(&p->lock);
	struct wd_err err = p->last;
	wd_json_init(&j, out);
	wd_json_obj(&j);
	wd_json_kv(&j, "sink", wd_str_c(p->name));
	wd_json_kv(&j, "state", wd_str_c(state_names[state]));
	wd_json_kv_int(&j, "position", pos);
	wd_json_kv_int(&j, "backlog", WD_MAX(last - pos, 0));
	if (p->ops->status != NULL)
		p->ops->status(p->sink, &j);
	(void)pthread_mutex_unlock(&p->lock);
	if (state != ST_RUNNING)
		wd_json_kv(&j, "error", wd_str_c(err.text));
	wd_json_obj_end(&j);
}

void wd_pump_renew(struct wd_pump *p)
{
	atomic_store(&p->renew, true);
	(void)pthread_mutex_lock(&p->lock);
	(void)pthread_cond_broadcast(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
}

void wd_pump_free(struct wd_pump *p)
{
	if (p == NULL)
		return;
	atomic_store(&p->stop, true);
	if (p->started) {
		(void)pthread_mutex_lock(&p->lock);
		(void)pthread_cond_broadcast(&p->wake);
		(void)pthread_mutex_unlock(&p->lock);
		wd_store_poke(p->reader);
		(void)pthread_join(p->thread, NULL);
	}
	if (p->ops != NULL)
		p->ops->close(p->sink);
	wd_store_reader_close(p->reader);
	wd_pump_rows_done(&p->mem);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->wake);
	free(p);
}
