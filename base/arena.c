/*
 * A list of chunks, newest first. Bytes are handed out from the newest; a request larger than a
 * chunk gets a chunk of its own. Reset keeps the oldest chunk and puts SPARE_BYTES of the others
 * aside, so a worker that handles articles of usual size allocates nothing after the first, and its
 * pages stay mapped. Chunk size doubles up to 1 MiB: few mallocs for large articles, little waste
 * for small ones. Under AddressSanitizer unused bytes are poisoned.
 */
#include "base/arena.h"

#include <stdarg.h>

#include "base/err.h"

#ifdef WD_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define FIRST_CHUNK (16u << 10)
#define MAX_CHUNK (1u << 20)
#define SPARE_BYTES (2u << 20)

struct chunk {
	struct chunk *next;
	size_t cap, used;
	_Alignas(16) char mem[];
};

struct wd_arena {
	struct chunk *head, *spare;
	size_t limit, total, next_cap, spare_bytes;
};

struct wd_arena *wd_arena_new(size_t limit_bytes)
{
	struct wd_arena *a = calloc(1, sizeof(*a));
	if (a != NULL) {
		a->limit = limit_bytes;
		a->next_cap = FIRST_CHUNK;
	}
	return a;
}

static void chunk_free(struct chunk *c)
{
	UNPOISON(c->mem, c->cap);
	free(c);
}

static void chunks_free(struct chunk *c)
{
	for (struct chunk *next; c != NULL; c = next) {
		next = c->next;
		chunk_free(c);
	}
}

void wd_arena_free(struct wd_arena *a)
{
	if (a == NULL)
		return;
	chunks_free(a->head);
	chunks_free(a->spare);
	free(a);
}

/* Put aside for the next article, or freed where there is enough. */
static void chunk_drop(struct wd_arena *a, struct chunk *c)
{
	if (c->cap > SPARE_BYTES - a->spare_bytes) {
		chunk_free(c);
		return;
	}
	a->spare_bytes += c->cap;
	c->used = 0;
	POISON(c->mem, c->cap);
	c->next = a->spare;
	a->spare = c;
}

static struct chunk *spare_take(struct wd_arena *a, size_t size)
{
	for (struct chunk **at = &a->spare; *at != NULL; at = &(*at)->next) {
		struct chunk *c = *at;
		if (c->cap < size)
			continue;
		*at = c->next;
		a->spare_bytes -= c->cap;
		return c;
	}
	return NULL;
}

void wd_arena_reset(struct wd_arena *a)
{
	struct chunk *c = a->head;
	while (c != NULL && c->next != NULL) {
		struct chunk *next = c->next;
		chunk_drop(a, c);
		c = next;
	}
	/* A first chunk that one huge request made is not worth keeping. */
	if (c != NULL && c->cap > MAX_CHUNK) {
		chunk_free(c);
		c = NULL;
	}
	if (c != NULL) {
		c->used = 0;
		POISON(c->mem, c->cap);
	}
	a->head = c;
	a->total = 0;
	a->next_cap = c != NULL ? WD_MIN(c->cap * 2, (size_t)MAX_CHUNK) : FIRST_CHUNK;
}

size_t wd_arena_used(const struct wd_arena *a)
{
	return a->total;
}

static struct chunk *chunk_push(struct wd_arena *a, size_t size)
{
	struct chunk *c = spare_take(a, size);
	if (c == NULL) {
		size_t cap = WD_MAX(size, a->next_cap);
		c = malloc(sizeof(*c) + cap);
		if (c == NULL)
			return NULL;
		c->cap = cap;
		c->used = 0;
	}
	c->next = a->head;
	a->head = c;
	a->next_cap = WD_MIN(a->next_cap * 2, (size_t)MAX_CHUNK);
	POISON(c->mem, c->cap);
	return c;
}

static char *take(struct wd_arena *a, size_t size, size_t align)
{
	if (size > a->limit || a->total > a->limit - size) /* no wrap: subtract, don't add */
		return NULL;
	struct chunk *c = a->head;
	size_t at = c != NULL ? (c->used + align - 1) & ~(align - 1) : 0;
	if (c == NULL || at > c->cap || c->cap - at < size) {
		c = chunk_push(a, size);
		at = 0;
	}
	if (c == NULL)
		return NULL;
	c->used = at + size;
	a->total += size;
	UNPOISON(c->mem + at, size);
	return c->mem + at;
}

void *wd_arena_alloc(struct wd_arena *a, size_t size)
{
	char *p = take(a, size > 0 ? size : 1, 16);
	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void *wd_arena_raw(struct wd_arena *a, size_t size)
{
	return take(a, size > 0 ? size : 1, 16);
}

char *wd_arena_bytes(struct wd_arena *a, size_t size)
{
	return take(a, size > 0 ? size : 1, 1);
}

void *wd_arena_array(struct wd_arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return wd_arena_alloc(a, bytes);
}

int wd_arena_dup(struct wd_arena *a, struct wd_str s, struct wd_str *ret)
{
	char *p = s.n < SIZE_MAX ? wd_arena_bytes(a, s.n + 1) : NULL;
	if (p == NULL)
		return WD_E_LIMIT;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	*ret = (struct wd_str){p, s.n};
	return WD_OK;
}

struct wd_str wd_arena_str(struct wd_arena *a, struct wd_str s)
{
	struct wd_str copy;
	return wd_arena_dup(a, s, &copy) == WD_OK ? copy : WD_STR_NONE;
}

char *wd_arena_cstr(struct wd_arena *a, struct wd_str s)
{
	struct wd_str copy;
	return wd_arena_dup(a, s, &copy) == WD_OK ? wd_unconst(copy.p) : NULL;
}

struct wd_str wd_arena_printf(struct wd_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n >= 0 ? wd_arena_bytes(a, (size_t)n + 1) : NULL;
	if (p != NULL)
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p != NULL ? (struct wd_str){p, (size_t)n} : WD_STR_NONE;
}

struct wd_str wd_arena_cat(struct wd_arena *a, struct wd_str x, struct wd_str y)
{
	size_t n;
	char *p = __builtin_add_overflow(x.n, y.n, &n) || n == SIZE_MAX ? NULL
									: wd_arena_bytes(a, n + 1);
	if (p == NULL)
		return WD_STR_NONE;
	if (x.n > 0)
		memcpy(p, x.p, x.n);
	if (y.n > 0)
		memcpy(p + x.n, y.p, y.n);
	p[n] = '\0';
	return (struct wd_str){p, n};
}

struct wd_arena_mark wd_arena_mark(const struct wd_arena *a)
{
	return (struct wd_arena_mark){a->head, a->head != NULL ? a->head->used : 0, a->total};
}

void wd_arena_rewind(struct wd_arena *a, struct wd_arena_mark m)
{
	/* The oldest chunk is kept even when the mark was taken before it. */
	while (a->head != NULL && a->head != m.chunk && a->head->next != NULL) {
		struct chunk *next = a->head->next;
		chunk_drop(a, a->head);
		a->head = next;
	}
	if (a->head != NULL) {
		a->head->used = a->head == m.chunk ? m.used : 0;
		POISON(a->head->mem + a->head->used, a->head->cap - a->head->used);
	}
	a->total = m.total;
}
