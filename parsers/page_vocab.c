/*
 * Class and id words → what part of a page they name. One open-addressing table from the hash of a
 * word, or of up to four words in a row, to the kinds it belongs to; a name is scanned once, every
 * run of words that ends at the present one is looked up. Longer phrases win over their parts: a
 * part that a known phrase covers does not count ("article-footer-links" is no "article").
 */
#include "parsers/page_vocab.h"

#include <limits.h>
#include <pthread.h>

#include "base/file.h"
#include "base/limits.h"

#define SLOTS 4096 /* a power of two, at least twice the words of the file */
#define MAX_PHRASE 4
#define MAX_WORDS 32 /* of one attribute value; what is behind them does not count */
#define MAX_FILE (256 * WD_KIB)
#define MAX_SORTS 64
#define SORT_BYTES 24

struct wd_page_vocab {
	struct {
		uint64_t hash;
		uint32_t kinds;
		uint8_t sort; /* index + 1 into sorts, 0: none */
	} slots[SLOTS];
	uint64_t known[1024];  /* a bit per upper 16 bits of the hashes: mostly the answer is no */
	uint64_t begins[1024]; /* the same for the first words */
	char sorts[MAX_SORTS][SORT_BYTES];
	size_t used, sort_count;
	uint8_t longest;
};

static const struct {
	const char *name;
	enum wd_vocab kind;
} kinds[] = {{"drop", WD_VOC_DROP}, {"weak", WD_VOC_WEAK}, {"body", WD_VOC_BODY},
	{"text", WD_VOC_TEXT}, {"byline", WD_VOC_BYLINE}, {"date", WD_VOC_DATE},
	{"caption", WD_VOC_CAPTION}, {"tags", WD_VOC_TAGS}, {"lead", WD_VOC_LEAD},
	{"title", WD_VOC_TITLE}, {"hide", WD_VOC_HIDE}, {"not", WD_VOC_NOT},
	{"comments", WD_VOC_COMMENTS}};

static struct wd_page_vocab vocab;
static pthread_once_t vocab_once = PTHREAD_ONCE_INIT;

#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

struct word {
	uint64_t hash;
};

static inline uint64_t hash_add(uint64_t h, char c)
{
	return (h ^ (unsigned char)c) * HASH_PRIME;
}

enum { LC_NONE, LC_LOWER, LC_UPPER, LC_DIGIT };

static const uint8_t letter_class[256] = {
	['a' ... 'z'] = LC_LOWER, ['A' ... 'Z'] = LC_UPPER, ['0' ... '9'] = LC_DIGIT};

/* Splits names into hashed words. */
static size_t words_of(struct wd_str s, struct word *words)
{
	size_t n = 0;
	uint64_t h = HASH_START;
	bool in = false, small = false; /* in a word; behind a small letter */
	for (size_t i = 0; i < s.n && n < MAX_WORDS; i++) {
		while (in && small && i < s.n &&
			letter_class[(unsigned char)s.p[i]] == LC_LOWER) /* nearly always */
			h = hash_add(h, s.p[i++]);
		if (i == s.n)
			break;
		char c = s.p[i];
		uint8_t class = letter_class[(unsigned char)c];
		if (in && (class == LC_NONE || (class == LC_UPPER && small))) {
			words[n++].hash = h;
			h = HASH_START;
			in = false;
		}
		small = class == LC_LOWER;
		if (class != LC_NONE) {
			h = hash_add(h, class == LC_UPPER ? (char)(c | 32) : c);
			in = true;
		} else if (wd_is_space(c) && n < MAX_WORDS && n > 0 && words[n - 1].hash != 0) {
			words[n++].hash = 0; /* no phrase across two names */
		}
	}
	if (in && n < MAX_WORDS)
		words[n++].hash = h;
	return n;
}

static uint64_t phrase_hash(const struct word *words, size_t n)
{
	uint64_t h = words[0].hash;
	for (size_t i = 1; i < n; i++)
		h = (h * 31 + words[i].hash) * HASH_PRIME;
	return h != 0 ? h : 1;
}

/* The slot of a phrase; SLOTS when it is not known. */
static size_t find(const struct wd_page_vocab *v, uint64_t hash)
{
	for (size_t at = hash & (SLOTS - 1); v->slots[at].kinds != 0; at = (at + 1) & (SLOTS - 1))
		if (v->slots[at].hash == hash)
			return at;
	return SLOTS;
}

static uint32_t lookup(const struct wd_page_vocab *v, uint64_t hash)
{
	if ((v->known[hash >> 54] >> (hash >> 48 & 63) & 1) == 0)
		return 0;
	size_t at = find(v, hash);
	return at < SLOTS ? v->slots[at].kinds : 0;
}

static void add(struct wd_page_vocab *v, struct wd_str phrase, uint32_t kind, uint8_t sort)
{
	struct word words[MAX_WORDS];
	size_t n = words_of(phrase, words);
	if (n == 0 || n > MAX_PHRASE || v->used >= SLOTS / 2)
		return;
	uint64_t hash = phrase_hash(words, n);
	size_t at = hash & (SLOTS - 1);
	while (v->slots[at].kinds != 0 && v->slots[at].hash != hash)
		at = (at + 1) & (SLOTS - 1);
	v->known[hash >> 54] |= UINT64_C(1) << (hash >> 48 & 63);
	v->begins[words[0].hash >> 54] |= UINT64_C(1) << (words[0].hash >> 48 & 63);
	v->used += v->slots[at].kinds == 0 ? 1 : 0;
	v->slots[at].hash = hash;
	v->slots[at].kinds |= kind;
	if (v->slots[at].sort == 0)
		v->slots[at].sort = sort;
	if (n > v->longest)
		v->longest = (uint8_t)n;
}

/* "drop:consent": its index + 1; 0 without a label, or with more of them than there is room. */
static uint8_t sort_of(struct wd_page_vocab *v, struct wd_str label)
{
	for (size_t i = 0; i < v->sort_count; i++)
		if (wd_str_eqc(label, v->sorts[i]))
			return (uint8_t)(i + 1);
	if (label.n == 0 || label.n >= SORT_BYTES || v->sort_count == MAX_SORTS)
		return 0;
	memcpy(v->sorts[v->sort_count++], label.p, label.n);
	return (uint8_t)v->sort_count;
}

static void load_line(struct wd_page_vocab *v, struct wd_str line)
{
	struct wd_str word;
	uint32_t kind = 0;
	line = wd_str_trim(line);
	if (line.n == 0 || line.p[0] == '#' || !wd_str_split(&line, ' ', &word))
		return;
	size_t colon = wd_str_chr(word, ':', 0);
	uint8_t sort = sort_of(v, colon < word.n ? wd_str_from(word, colon + 1) : WD_STR_NONE);
	word = wd_str_sub(word, 0, colon);
	for (size_t i = 0; i < WD_COUNTOF(kinds); i++)
		if (wd_str_eqc(word, kinds[i].name))
			kind = kinds[i].kind;
	while (kind != 0 && wd_str_split(&line, ' ', &word))
		if (word.n > 0)
			add(v, word, kind, sort);
}

static void load(void)
{
	char path[PATH_MAX];
	struct wd_str text = WD_STR_NONE;
	int n = snprintf(path, sizeof(path), "%s/boilerplate/page-vocabulary.txt", wd_datadir());
	if (n < 0 || (size_t)n >= sizeof(path) ||
		wd_file_read(path, MAX_FILE, &text, NULL) != WD_OK)
		return;
	struct wd_str rest = text, line;
	while (wd_str_line(&rest, &line))
		load_line(&vocab, line);
	free(wd_unconst(text.p));
}

const struct wd_page_vocab *wd_page_vocab(void)
{
	(void)pthread_once(&vocab_once, load);
	return &vocab;
}

uint32_t wd_page_vocab_of(const struct wd_page_vocab *v, struct wd_str names)
{
	struct word words[MAX_WORDS];
	uint32_t all = 0;
	size_t n = words_of(names, words);
	for (size_t i = 0; i < n;) {
		uint32_t found = 0;
		if ((v->begins[words[i].hash >> 54] >> (words[i].hash >> 48 & 63) & 1) == 0) {
			i++;
			continue;
		}
		size_t len = WD_MIN(n - i, (size_t)v->longest);
		for (; len > 0; len--) {
			bool whole = true;
			for (size_t k = i; k < i + len && whole; k++)
				whole = words[k].hash != 0;
			if (whole && (found = lookup(v, phrase_hash(&words[i], len))) != 0)
				break;
		}
		i += len > 0 ? len : 1;
		if (found & WD_VOC_NOT) {
			if (i < n && words[i].hash != 0)
				i++;
			continue;
		}
		all |= found;
	}
	return all;
}

const char *wd_page_vocab_sort(const struct wd_page_vocab *v, struct wd_str names)
{
	struct word words[MAX_WORDS];
	size_t n = words_of(names, words);
	for (size_t len = v->longest; len > 0; len--) { /* longer phrases say more */
		for (size_t i = 0; i + len <= n; i++) {
			bool whole = true;
			for (size_t k = i; k < i + len && whole; k++)
				whole = words[k].hash != 0;
			size_t at = whole ? find(v, phrase_hash(&words[i], len)) : SLOTS;
			if (at < SLOTS && v->slots[at].sort > 0)
				return v->sorts[v->slots[at].sort - 1];
		}
	}
	return NULL;
}
