/*
 * Language identification for text of title-and-summary length.
 *
 * Three steps, the first that decides wins. Script: Hangul, kana, Thai, Greek … name the language
 * by themselves (kana among Han is Japanese, Han without kana Chinese). Function words: languages
 * that share a script are told apart by their commonest words; rare ones weigh more (a word that n
 * languages share counts 1/n). Letter statistics (libexttextcat) decide when words do not.
 * Statistics alone were rejected: on forty-character titles they confuse neighbours (nb/da, cs/sk).
 *
 * Concurrency: one object per worker.
 */
#include "taggers/language.h"

#include <libexttextcat/textcat.h>

#include "base/utf8.h"
#include "taggers/language_words.h"

#define LOOK_BYTES 4000 /* more does not change the answer */
#define TABLE 4096      /* slots of the word table, a power of two */
#define MAX_LANGS WD_COUNTOF(wd_language_words)

/* A word and the languages it belongs to. */
struct word {
	struct wd_str text; /* empty: free slot */
	uint64_t langs;
};

enum script {
	S_LATIN,
	S_CYRILLIC,
	S_ARABIC,
	S_DEVANAGARI,
	S_HAN,
	S_KANA,
	S_HANGUL,
	S_GREEK,
	S_HEBREW,
	S_THAI,
	S_BENGALI,
	S_TAMIL,
	S_TELUGU,
	S_KANNADA,
	S_MALAYALAM,
	S_GUJARATI,
	S_GURMUKHI,
	S_SINHALA,
	S_LAO,
	S_MYANMAR,
	S_KHMER,
	S_GEORGIAN,
	S_ARMENIAN,
	S_ETHIOPIC,
	S_TIBETAN,
	S_COUNT,
	S_NONE = S_COUNT,
};

struct wd_language {
	struct wd_arena *a;
	struct word *words;
	enum script script[MAX_LANGS]; /* of each language's words */
	void *cat;                     /* NULL: the statistics' data is not installed … */
	bool cat_tried;                /* … or was not asked for: few texts get to it */
};

_Static_assert(WD_COUNTOF(wd_language_words) <= 64, "languages are bits of one word");

static const struct {
	uint32_t from, to;
	enum script script;
} ranges[] = {
	{0x41, 0x5a, S_LATIN},
	{0x61, 0x7a, S_LATIN},
	{0xc0, 0x24f, S_LATIN},
	{0x370, 0x3ff, S_GREEK},
	{0x400, 0x52f, S_CYRILLIC},
	{0x530, 0x58f, S_ARMENIAN},
	{0x590, 0x5ff, S_HEBREW},
	{0x600, 0x77f, S_ARABIC},
	{0x900, 0x97f, S_DEVANAGARI},
	{0x980, 0x9ff, S_BENGALI},
	{0xa00, 0xa7f, S_GURMUKHI},
	{0xa80, 0xaff, S_GUJARATI},
	{0xb80, 0xbff, S_TAMIL},
	{0xc00, 0xc7f, S_TELUGU},
	{0xc80, 0xcff, S_KANNADA},
	{0xd00, 0xd7f, S_MALAYALAM},
	{0xd80, 0xdff, S_SINHALA},
	{0xe00, 0xe7f, S_THAI},
	{0xe80, 0xeff, S_LAO},
	{0xf00, 0xfff, S_TIBETAN},
	{0x1000, 0x109f, S_MYANMAR},
	{0x10a0, 0x10ff, S_GEORGIAN},
	{0x1100, 0x11ff, S_HANGUL},
	{0x1200, 0x137f, S_ETHIOPIC},
	{0x1780, 0x17ff, S_KHMER},
	{0x1e00, 0x1eff, S_LATIN},
	{0x3041, 0x30ff, S_KANA},
	{0x3130, 0x318f, S_HANGUL},
	{0x3400, 0x9fff, S_HAN},
	{0xac00, 0xd7a3, S_HANGUL},
	{0xf900, 0xfaff, S_HAN},
	{0xfb50, 0xfdff, S_ARABIC},
	{0xff66, 0xff9f, S_KANA},
};

static const char *const script_language[S_COUNT] = {
	[S_GREEK] = "el",
	[S_HEBREW] = "he",
	[S_THAI] = "th",
	[S_BENGALI] = "bn",
	[S_TAMIL] = "ta",
	[S_TELUGU] = "te",
	[S_KANNADA] = "kn",
	[S_MALAYALAM] = "ml",
	[S_GUJARATI] = "gu",
	[S_GURMUKHI] = "pa",
	[S_SINHALA] = "si",
	[S_LAO] = "lo",
	[S_MYANMAR] = "my",
	[S_KHMER] = "km",
	[S_GEORGIAN] = "ka",
	[S_ARMENIAN] = "hy",
	[S_ETHIOPIC] = "am",
	[S_TIBETAN] = "bo",
};

static enum script script_of(uint32_t cp)
{
	for (size_t i = 0; i < WD_COUNTOF(ranges); i++) {
		if (cp <= ranges[i].to)
			return cp >= ranges[i].from ? ranges[i].script : S_NONE;
	}
	return S_NONE;
}

static uint32_t word_hash(struct wd_str s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static struct word *word_slot(struct word *table, struct wd_str s)
{
	uint32_t i = word_hash(s) & (TABLE - 1);
	while (table[i].text.n > 0 && !wd_str_eq(table[i].text, s))
		i = (i + 1) & (TABLE - 1);
	return &table[i];
}

struct wd_language *wd_language_new(void)
{
	struct wd_arena *a = wd_arena_new(WD_COUNTOF(wd_language_words) * 4096 + (1 << 20));
	struct wd_language *l = a != NULL ? wd_arena_new_of(a, struct wd_language) : NULL;
	if (l != NULL)
		l->words = wd_arena_array(a, TABLE, sizeof(*l->words));
	if (l == NULL || l->words == NULL) {
		wd_arena_free(a);
		return NULL;
	}
	l->a = a;
	for (size_t i = 0; i < MAX_LANGS; i++) {
		const char *words = wd_language_words[i].words;
		struct wd_str rest = {words, strlen(words)}, w;
		size_t at = 0;
		l->script[i] = script_of(wd_utf8_next(rest, &at));
		while (wd_str_split(&rest, ' ', &w)) {
			struct word *slot = word_slot(l->words, w);
			slot->text = w;
			slot->langs |= UINT64_C(1) << i;
		}
	}
	return l;
}

void wd_language_free(struct wd_language *l)
{
	if (l == NULL)
		return;
	if (l->cat != NULL)
		textcat_Done(l->cat);
	wd_arena_free(l->a);
}

/* Letters of each script, weighed: a syllable or a Han character says what three letters do. */
static void count_scripts(struct wd_str text, size_t n[S_COUNT])
{
	for (size_t at = 0; at < text.n;) {
		unsigned char c = (unsigned char)text.p[at];
		if (c < 0x80) { /* nearly always */
			n[S_LATIN] += wd_is_alpha((char)c);
			at++;
			continue;
		}
		enum script s = script_of(wd_utf8_next(text, &at));
		if (s != S_NONE)
			n[s] += s == S_HAN || s == S_HANGUL ? 3 : s == S_KANA ? 2 : 1;
	}
}

/* The script most of the text is in; S_NONE without letters. */
static enum script main_script(const size_t n[S_COUNT])
{
	enum script best = S_NONE;
	size_t most = 0;
	size_t east = n[S_HAN] + n[S_KANA] + n[S_HANGUL];
	for (enum script s = 0; s < S_COUNT; s++) {
		bool is_east = s == S_HAN || s == S_KANA || s == S_HANGUL;
		if (!is_east && n[s] > most) {
			most = n[s];
			best = s;
		}
	}
	if (east == 0 || east < most)
		return best;
	/* Korean papers write 李대통령, Japanese ones name Korean things in Han: the native script
	 * decides, not the larger share. */
	if (n[S_HANGUL] * 3 >= east && n[S_HANGUL] >= n[S_KANA])
		return S_HANGUL;
	return n[S_KANA] * 12 >= east ? S_KANA : S_HAN;
}

/* ---- words ---- */

static struct wd_str next_word(struct wd_arena *a, struct wd_str text, size_t *at)
{
	while (*at < text.n) {
		size_t start = *at, end = *at;
		while (end < text.n) {
			size_t next = end;
			uint32_t cp = wd_utf8_next(text, &next);
			if (!wd_cp_is_letter(cp))
				break;
			end = next;
		}
		if (end > start) {
			*at = end;
			return wd_utf8_fold(a, wd_str_sub(text, start, end));
		}
		(void)wd_utf8_next(text, at);
	}
	return WD_STR_NONE;
}

static struct wd_str by_words(struct wd_language *l, struct wd_str text, enum script script)
{
	unsigned score[MAX_LANGS] = {0};
	struct wd_arena_mark mark = wd_arena_mark(l->a);
	size_t at = 0;
	for (struct wd_str w; (w = next_word(l->a, text, &at)).n > 0;) {
		uint64_t langs = word_slot(l->words, w)->langs;
		unsigned share = langs != 0 ? 60 / (unsigned)__builtin_popcountll(langs) : 0;
		for (; langs != 0; langs &= langs - 1)
			score[__builtin_ctzll(langs)] += share + 1;
	}
	wd_arena_rewind(l->a, mark);
	size_t best = MAX_LANGS;
	unsigned top = 0, second = 0;
	for (size_t i = 0; i < MAX_LANGS; i++) {
		if (l->script[i] != script || score[i] == 0)
			continue;
		if (score[i] > top) {
			second = top;
			top = score[i];
			best = i;
		} else {
			second = WD_MAX(second, score[i]);
		}
	}
	bool is_clear = best < MAX_LANGS && top >= 60 && top * 10 >= second * 11;
	return is_clear ? wd_str_c(wd_language_words[best].code) : WD_STR_NONE;
}

/* ---- letters that one language alone has among those of its script ---- */

static struct wd_str by_letters(struct wd_str text, enum script script)
{
	static const struct {
		enum script script;
		const char *letters, *code;
	} rows[] = {
		{S_CYRILLIC, "їєґ", "uk"},
		{S_CYRILLIC, "ў", "be"},
		{S_CYRILLIC, "әғқңұһ", "kk"},
		{S_CYRILLIC, "ѓќѕ", "mk"},
		{S_CYRILLIC, "ђћ", "sr"},
		{S_CYRILLIC, "ыэ", "ru"},
		{S_CYRILLIC, "ъ", "bg"},
		{S_ARABIC, "ٹڈڑے", "ur"},
		{S_ARABIC, "پچگی", "fa"},
		{S_LATIN, "ơưđạảấầẩẫậắằẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "vi"},
		{S_LATIN, "ğşı", "tr"},
		{S_LATIN, "łżź", "pl"},
		{S_LATIN, "ř", "cs"},
		{S_LATIN, "ľĺŕ", "sk"},
		{S_LATIN, "őű", "hu"},
		{S_LATIN, "ț", "ro"},
		{S_LATIN, "þð", "is"},
		{S_LATIN, "ėųį", "lt"},
		{S_LATIN, "āēīņļķģ", "lv"},
		{S_LATIN, "ãõ", "pt"},
		{S_LATIN, "ñ¿", "es"},
		{S_LATIN, "ß", "de"},
	};
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_str letters = wd_str_c(rows[i].letters);
		for (size_t at = 0; rows[i].script == script && at < letters.n;) {
			size_t from = at;
			(void)wd_utf8_next(letters, &at);
			if (wd_str_find(text, wd_str_sub(letters, from, at), 0) != SIZE_MAX)
				return wd_str_c(rows[i].code);
		}
	}
	return WD_STR_NONE;
}

/* ---- statistics ---- */

static const char *const known[] = {"en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "nb",
	"fi", "pl", "cs", "sk", "hu", "ro", "hr", "sl", "tr", "vi", "id", "ms", "et", "lv", "lt",
	"ca", "sq", "af", "is", "sw", "tl", "eu", "ga", "cy", "ru", "uk", "bg", "sr", "mk", "be",
	"kk", "mn", "fa", "ar", "ur", "hi", "mr", "ne"};

static struct wd_str by_statistics(struct wd_language *l, struct wd_str text)
{
	if (!l->cat_tried)
		l->cat = special_textcat_Init(
			"/usr/share/libexttextcat/fpdb.conf", "/usr/share/libexttextcat/");
	l->cat_tried = true;
	if (l->cat == NULL)
		return WD_STR_NONE;
	/* "[en--utf8][de--utf8]": the first that is one of ours. */
	struct wd_str rest = wd_str_c(textcat_Classify(l->cat, text.p, text.n)), one;
	while (wd_str_split(&rest, '[', &one)) {
		struct wd_str code = wd_str_sub(one, 0, wd_str_chr(one, '-', 0));
		for (size_t i = 0; i < WD_COUNTOF(known); i++) {
			if (wd_str_eqc(code, known[i]))
				return wd_str_c(known[i]);
		}
	}
	return WD_STR_NONE;
}

struct wd_str wd_language_detect(struct wd_language *l, struct wd_str text)
{
	text = wd_utf8_cut(text, LOOK_BYTES);
	size_t n[S_COUNT] = {0};
	count_scripts(text, n);
	enum script s = main_script(n);
	if (s == S_NONE)
		return WD_STR_NONE;
	if (s == S_HANGUL)
		return WD_STR("ko");
	if (s == S_KANA)
		return WD_STR("ja");
	if (s == S_HAN)
		return WD_STR("zh");
	if (script_language[s] != NULL)
		return wd_str_c(script_language[s]);
	struct wd_str code = by_words(l, text, s);
	if (code.n == 0)
		code = by_letters(text, s);
	if (code.n == 0)
		code = by_statistics(l, text);
	return code;
}

bool wd_language_plausible(struct wd_str declared, struct wd_str text)
{
	static const struct {
		const char *code;
		enum script script;
	} rows[] = {
		{"ko", S_HANGUL},
		{"ja", S_KANA},
		{"zh", S_HAN},
		{"ru", S_CYRILLIC},
		{"uk", S_CYRILLIC},
		{"bg", S_CYRILLIC},
		{"ar", S_ARABIC},
		{"fa", S_ARABIC},
		{"el", S_GREEK},
		{"he", S_HEBREW},
		{"th", S_THAI},
		{"hi", S_DEVANAGARI},
		{"en", S_LATIN},
		{"de", S_LATIN},
		{"fr", S_LATIN},
		{"es", S_LATIN},
		{"pt", S_LATIN},
		{"it", S_LATIN},
		{"nl", S_LATIN},
		{"sv", S_LATIN},
		{"pl", S_LATIN},
		{"tr", S_LATIN},
		{"vi", S_LATIN},
		{"id", S_LATIN},
	};
	size_t n[S_COUNT] = {0};
	count_scripts(wd_utf8_cut(text, LOOK_BYTES), n);
	enum script s = main_script(n);
	if (s == S_NONE)
		return true;
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_str code = wd_str_c(rows[i].code);
		if (!wd_str_istarts(declared, code) ||
			(declared.n > 2 && wd_is_alnum(declared.p[2])))
			continue;
		/* Headlines in Han alone are Japanese or Korean as well. */
		return s == rows[i].script || (s == S_HAN && rows[i].script == S_KANA);
	}
	return true;
}
