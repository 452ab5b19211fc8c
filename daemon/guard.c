/*
 * Guard: the mapped file `inflight` in the store's folder has one slot a worker.
 *
 * A slot holds the hash of the document in work and since when. Writing it is two stores to shared
 * memory, no system call; the page cache keeps it when the process dies. What is found at the next
 * start counts as an attempt only if the document is the suspect: its thread crashed (a signal
 * handler marked the slot), or it had been in work for so long that it hung (wd_guard_hangs marks
 * it, or whoever ended the process saw it). A kill -9 at a random moment makes nobody suspect;
 * otherwise restarts under load would bury innocent documents.
 *
 * Concurrency: each slot belongs to one worker; the handler touches its own thread's slot only.
 */
#include "daemon/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define MAX_ATTEMPTS 3
#define SLOTS 64

struct wd_guard_slot {
	struct wd_hash doc;
	int64_t since_us; /* wall clock: it is compared in another process */
	_Atomic uint32_t in_use, crashed;
};

/* `alive` is kept up by every enter, so that a hang can be told from a slot of a dead process. */
struct guard_file {
	_Atomic int64_t alive_us;
	struct wd_guard_slot slots[SLOTS];
};

struct wd_guard {
	struct guard_file *file;
	int64_t hang_us;
};

static _Thread_local struct wd_guard_slot *own_slot;
#ifndef WD_ASAN /* its own report of a crash is worth more */
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static void on_crash(int sig)
{
	if (own_slot != NULL)
		atomic_store(&own_slot->crashed, 1);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}
#endif

static int map_file(struct wd_guard *g, const char *dir, struct wd_err *err)
{
	char path[4096];
	(void)snprintf(path, sizeof(path), "%s/inflight", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)sizeof(*g->file)) != 0) {
		int r = wd_err_set(err, WD_E_SYS, "cannot open '%s': %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	void *p = mmap(NULL, sizeof(*g->file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return wd_err_set(err, WD_E_SYS, "cannot map '%s': %s", path, strerror(errno));
	g->file = p;
	return WD_OK;
}

/* What the process before left behind. */
static int count_attempts(struct wd_guard *g, struct wd_store *s, struct wd_err *err)
{
	int64_t alive = atomic_load(&g->file->alive_us);
	for (size_t i = 0; i < SLOTS; i++) {
		struct wd_guard_slot *slot = &g->file->slots[i];
		bool hung = alive - slot->since_us >= g->hang_us;
		unsigned count = 0;
		if (atomic_load(&slot->in_use) != 0 && (atomic_load(&slot->crashed) != 0 || hung)) {
			int r = wd_store_attempt_add(s, slot->doc, &count, err);
			if (r != WD_OK)
				return r;
			char hex[WD_HASH_TEXT];
			wd_log(WD_LOG_WARNING, WD_STR("guard"), "document-crashed",
				"document=%.*s attempt=%u of=%d",
				WD_STR_ARG(wd_hash_hex(slot->doc, hex)), count, MAX_ATTEMPTS);
		}
		*slot = (struct wd_guard_slot){0};
	}
	return WD_OK;
}

int wd_guard_new(struct wd_store *s, unsigned workers, int64_t hang_us, struct wd_guard **ret,
	struct wd_err *err)
{
	*ret = NULL;
	if (wd_store_dir(s) == NULL)
		return WD_OK;
	struct wd_guard *g = calloc(1, sizeof(*g));
	if (g == NULL)
		return wd_err_set(err, WD_E_NOMEM, "guard: out of memory");
	WD_ASSERT(workers <= SLOTS);
	g->hang_us = hang_us;
	int r = map_file(g, wd_store_dir(s), err);
	if (r == WD_OK)
		r = count_attempts(g, s, err);
	if (r != WD_OK) {
		wd_guard_free(g);
		return r;
	}
#ifndef WD_ASAN
	struct sigaction sa = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
	(void)sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < WD_COUNTOF(crash_signals); i++)
		(void)sigaction(crash_signals[i], &sa, NULL);
#endif
	*ret = g;
	return WD_OK;
}

void wd_guard_free(struct wd_guard *g)
{
	if (g == NULL)
		return;
	if (g->file != NULL)
		(void)munmap(g->file, sizeof(*g->file));
	free(g);
}

struct wd_guard_slot *wd_guard_slot(struct wd_guard *g, unsigned worker)
{
	return g != NULL ? &g->file->slots[worker] : NULL;
}

void wd_guard_watch_thread(struct wd_guard_slot *slot)
{
	own_slot = slot;
}

static struct wd_hash hash_of(const struct wd_doc *doc)
{
	struct wd_hash h = wd_hash_bytes(doc->body);
	h.hi ^= wd_hash64(doc->feed);
	return h;
}

bool wd_guard_enter(struct wd_guard *g, struct wd_guard_slot *slot, struct wd_store *s,
	const struct wd_doc *doc, struct wd_err *err)
{
	if (slot == NULL)
		return true;
	slot->doc = hash_of(doc);
	slot->since_us = wd_clock_now_us();
	atomic_store(&g->file->alive_us, slot->since_us);
	unsigned tried = wd_store_attempts(s, slot->doc);
	if (tried >= MAX_ATTEMPTS) {
		(void)wd_err_set(err, WD_E_MALFORMED,
			"the program did not survive this document %u times", tried);
		return false;
	}
	atomic_store(&slot->in_use, 1);
	return true;
}

void wd_guard_leave(struct wd_guard_slot *slot)
{
	if (slot != NULL)
		atomic_store(&slot->in_use, 0);
}

void wd_guard_resume(struct wd_guard_slot *slot)
{
	if (slot == NULL)
		return;
	slot->since_us = wd_clock_now_us();
	atomic_store(&slot->in_use, 1);
}

bool wd_guard_hangs(struct wd_guard *g, struct wd_err *err)
{
	int64_t now = wd_clock_now_us();
	for (size_t i = 0; g != NULL && i < SLOTS; i++) {
		struct wd_guard_slot *slot = &g->file->slots[i];
		char hex[WD_HASH_TEXT];
		if (atomic_load(&slot->in_use) == 0 || now - slot->since_us < g->hang_us)
			continue;
		atomic_store(&slot->crashed, 1);
		(void)wd_err_set(err, WD_E_BUG,
			"a document (%.*s) has been in work for %lld s: it hangs; after three times it "
			"becomes a dead letter",
			WD_STR_ARG(wd_hash_hex(slot->doc, hex)),
			(long long)((now - slot->since_us) / WD_SEC));
		return true;
	}
	return false;
}

int wd_guard_survived(
	struct wd_guard *g, struct wd_store *s, const struct wd_doc *doc, struct wd_err *err)
{
	struct wd_hash h = hash_of(doc);
	if (g == NULL || wd_store_attempts(s, h) == 0)
		return WD_OK;
	return wd_store_attempt_clear(s, h, err);
}

int wd_guard_forget(struct wd_store *s, const struct wd_doc *doc, struct wd_err *err)
{
	return wd_store_attempt_clear(s, hash_of(doc), err);
}
