/*
 * Furniture on the canonical tree: asks the rules about each block, cuts what they find, keeps it
 * in `removed` and takes its meaning out (byline, place, agencies, date).
 *
 * Zones are counted over the blocks that stay: when three share lines are gone, the fourth block
 * is the first. So the work is repeated until nothing changes, and cleaning the result again finds
 * nothing either. Tables are not looked into.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/clean_impl.h"
#include "parsers/dates.h"
#include "parsers/furniture.h"

enum { HEAD_BLOCKS = 8, TAIL_BLOCKS = 6, ROUNDS = 8, MAX_LINKS = 60, MIDDLE_MAX_BYTES = 240 };
enum { PROSE_BYTES = 150, PROSE_LONG_BYTES = 300 };

struct block {
	struct wd_node *node;
	struct wd_str text;
	bool gone;
};

struct work {
	struct wd_arena *a;
	struct wd_matcher *m;
	struct wd_clean *ret;
	WD_VEC(struct block) blocks;
	bool changed, news;
	bool cut; /* part of a block is gone, so the rest begins or ends as no builder made it */
	size_t prose, longest; /* paragraphs of prose above the block that is asked about */
};

static void add_source(struct wd_str name, void *ctx)
{
	struct work *w = ctx;
	for (size_t i = 0; i < w->ret->info_sources.n; i++) {
		if (wd_str_ieq(w->ret->info_sources.v[i].name, name))
			return;
	}
	struct wd_info_source *s = wd_vec_push(w->a, &w->ret->info_sources);
	if (s != NULL)
		s->name = wd_arena_str(w->a, name);
}

static void keep_first(struct wd_arena *a, struct wd_str *to, struct wd_str s)
{
	if (to->n == 0 && s.n > 0)
		*to = wd_arena_str(a, s);
}

static void take_meaning(struct work *w, const struct wd_furniture_hit *hit, struct wd_str cut)
{
	struct wd_clean *ret = w->ret;
	keep_first(w->a, &ret->byline, hit->by);
	keep_first(w->a, &ret->located, hit->located);
	if (strcmp(hit->kind, "dateline") == 0)
		keep_first(w->a, &ret->dateline, cut);
	if (strcmp(hit->kind, "copyright") == 0)
		keep_first(w->a, &ret->copyright, cut);
	if (hit->agency.n > 0)
		wd_furniture_each_agency(hit->agency, add_source, w);
	if (hit->date.n > 0 && ret->date.precision == WD_DATE_NONE) {
		struct wd_date_opts opts = {.no_relative = true};
		struct wd_date date;
		struct wd_err ignored;
		if (wd_date_parse(hit->date, &opts, &date, &ignored) == WD_OK)
			ret->date = date;
	}
}

/* A byline whose words are places or offices is a headline. */
static bool names_nobody(struct wd_str by)
{
	struct wd_str word;
	while (wd_str_split(&by, ' ', &word)) {
		while (word.n > 0 && (word.p[word.n - 1] == ',' || word.p[word.n - 1] == '.'))
			word.n--;
		/* "and" between two names is no part of one */
		if (word.n > 0 && wd_lower(word.p[0]) != word.p[0] && wd_furniture_is_no_name(word))
			return true;
	}
	return false;
}

static bool full(const struct work *w)
{
	return w->ret->removed.n >= WD_MAX_REMOVED;
}

static void remove_block(struct work *w, struct block *b, const char *kind)
{
	wd_removed_add(w->a, &w->ret->removed, kind, b->text);
	wd_clean_cut_start(b->node, b->text.n);
	b->gone = w->changed = true;
	w->cut |= b->node->first != NULL; /* pictures stay */
}

/* Nothing but links: what a list of other articles looks like. */
static bool is_links(const struct work *w, const struct block *b)
{
	size_t linked = 0;
	const struct wd_node *n = b->node;
	for (struct wd_node *c = n->first; c != NULL;) {
		bool link = c->type == WD_NODE_ELEMENT && c->tag == WD_TAG_A;
		if (link)
			linked += wd_node_inner_text(w->a, c).n;
		c = wd_node_next(n, c, link || !wd_clean_is_block(n));
	}
	if (linked * 10 >= b->text.n * 9)
		return true;
	size_t at = b->text.n;
	uint32_t last = at > 0 ? wd_utf8_prev(b->text, &at) : '.';
	return b->node->tag == WD_TAG_LI && last != '.' && last != '!' && last != 0x3002;
}

static void remove_links_after(struct work *w, size_t at, const char *kind)
{
	for (size_t i = at + 1; i < w->blocks.n && i <= at + MAX_LINKS && !full(w); i++) {
		struct block *b = &w->blocks.v[i];
		if (b->gone)
			continue;
		if (!is_links(w, b))
			return;
		remove_block(w, b, kind);
	}
}

/* Whether the dateline `cut` is taken off its paragraph. */
static bool opens_report(
	const struct work *w, const struct wd_furniture_hit *hit, struct wd_str cut)
{
	bool dated = hit->agency.n > 0 || hit->by.n > 0, small = false;
	for (size_t i = 0; i < cut.n; i++)
		dated |=
			wd_is_digit(cut.p[i]) || cut.p[i] == '/' || (unsigned char)cut.p[i] >= 0xE3;
	if (w->prose > (dated ? 1u : 0u) || w->longest >= PROSE_LONG_BYTES)
		return false;
	struct wd_str place = wd_str_sub(hit->located, 0, wd_str_chr(hit->located, ',', 0));
	for (size_t i = 0; i < place.n; i++)
		small |= place.p[i] >= 'a' && place.p[i] <= 'z';
	return dated || !small || w->news || w->ret->byline.n > 0 ||
	       w->ret->date.precision != WD_DATE_NONE;
}

/* Applies the hit; false when it marks only or does not count. */
static bool apply(struct work *w, size_t at, const struct wd_furniture_hit *hit)
{
	struct block *b = &w->blocks.v[at];
	struct wd_str cut = wd_str_sub(b->text, hit->start, hit->end);
	if (strcmp(hit->kind, "correction") == 0 || strcmp(hit->kind, "retraction") == 0) {
		w->ret->is_correction |= hit->kind[0] == 'c';
		w->ret->is_retraction |= hit->kind[0] == 'r';
		return false;
	}
	if (full(w) || wd_utf8_trim(cut).n == 0 ||
		(strcmp(hit->kind, "byline") == 0 && names_nobody(hit->by)))
		return false;
	if (strcmp(hit->kind, "dateline") == 0 && !opens_report(w, hit, cut)) {
		if (w->prose == 0)
			keep_first(w->a, &w->ret->located, hit->located);
		return false;
	}
	take_meaning(w, hit, wd_utf8_trim(cut));
	if (hit->start == 0 && hit->end == b->text.n) {
		remove_block(w, b, hit->kind);
		if (hit->form == WD_FORM_SECTION)
			remove_links_after(w, at, hit->kind);
		return true;
	}
	wd_removed_add(w->a, &w->ret->removed, hit->kind, wd_utf8_trim(cut));
	if (hit->form == WD_FORM_START)
		wd_clean_cut_start(b->node, hit->end);
	else
		wd_clean_cut_end(b->node, b->text.n - hit->start);
	b->text = wd_clean_block_text(w->a, b->node);
	b->gone = b->text.n == 0;
	w->changed = w->cut = true;
	return true;
}

static void ask(struct work *w, size_t at, unsigned zones)
{
	enum { TIMES = 20 };
	struct block *b = &w->blocks.v[at];
	enum wd_tag tag = (enum wd_tag)b->node->tag;
	/* A long paragraph in the middle is an article's; nearly all blocks are such. */
	if (zones == WD_ZONE_BODY && b->text.n > MIDDLE_MAX_BYTES)
		return;
	unsigned forms = WD_FORM_LINE | WD_FORM_BLOCK | WD_FORM_SECTION;
	if (tag == WD_TAG_P || tag == WD_TAG_FIGCAPTION)
		forms |= WD_FORM_START | WD_FORM_END;
	if (tag == WD_TAG_FIGCAPTION)
		zones = WD_ZONE_CAPTION | WD_ZONE_BODY;
	else if (tag == WD_TAG_LI || tag == WD_TAG_DD || tag == WD_TAG_DT)
		zones = WD_ZONE_BODY;
	struct wd_furniture_hit hit;
	for (int i = 0; i < TIMES && !b->gone; i++) {
		if (!wd_furniture_find(w->m, b->text, zones, forms, &hit) || !apply(w, at, &hit))
			return;
	}
}

/* Counts the paragraphs of prose that have gone by. */
static void pass_by(struct work *w, const struct block *b)
{
	if (b->gone || b->node->tag != WD_TAG_P || b->text.n < PROSE_BYTES)
		return;
	w->prose++;
	w->longest = WD_MAX(w->longest, b->text.n);
}

static bool counts(const struct block *b)
{
	return !b->gone && b->text.n > 0 && b->node->tag != WD_TAG_FIGCAPTION;
}

static void one_round(struct work *w)
{
	size_t kept = 0, tail = w->blocks.n, last = SIZE_MAX;
	w->prose = w->longest = 0;
	for (size_t i = w->blocks.n, n = 0; i > 0 && n < TAIL_BLOCKS; i--) {
		tail = i - 1;
		if (n == 0 && counts(&w->blocks.v[i - 1]))
			last = i - 1;
		n += counts(&w->blocks.v[i - 1]);
	}
	for (size_t i = 0; i < w->blocks.n; i++) {
		struct block *b = &w->blocks.v[i];
		if (b->gone || b->text.n == 0 || b->node->tag == WD_TAG_PRE)
			continue;
		unsigned zones = WD_ZONE_BODY;
		zones |= kept < HEAD_BLOCKS ? WD_ZONE_HEAD : 0u;
		zones |= i >= tail ? WD_ZONE_TAIL : 0u;
		zones |= i == last && kept > 0 ? WD_ZONE_LAST : 0u;
		ask(w, i, zones);
		pass_by(w, b);
		kept += counts(b);
	}
}

bool wd_clean_furniture(struct wd_arena *a, struct wd_node *root, bool news, struct wd_clean *ret)
{
	wd_cleanup(wd_matcher_freep) struct wd_matcher *m = wd_matcher_new();
	struct work w = {.a = a, .m = m, .ret = ret, .news = news};
	for (struct wd_node *n = NULL; (n = wd_clean_next_block(root, n)) != NULL;) {
		struct block *b = wd_vec_push(a, &w.blocks);
		if (b == NULL)
			return false;
		b->node = n;
		b->text = wd_clean_block_text(a, n);
	}
	for (int i = 0; i < ROUNDS; i++) {
		w.changed = false;
		one_round(&w);
		if (!w.changed)
			return !full(&w) && !w.cut;
	}
	return false;
}
