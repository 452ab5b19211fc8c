/*
 * Header words without separators: "Initiative Name Description Launch Year" over three columns.
 *
 * Words stick together by what is written (brackets, connectors, lower case behind a capital). When
 * there are as many pieces as columns, they are the names. When there are more, the best way to cut
 * them is looked for by dynamic programming: short names are likelier than long ones, a name ends
 * in a noun that heads columns (Name, Year, Volume: the table below, by what such columns hold),
 * and a Year stands over years. A cut without a clear lead is no evidence: NULL.
 */
#include "base/utf8.h"
#include "parsers/tables_impl.h"

#define MAX_UNITS 40

enum column { C_ANY, C_TEXT, C_FIGURE, C_YEAR, C_DATE };

/* Nouns that head columns, by what stands below them. */
static const char *const year_heads[] = {"year", "season", "jahr", "saison", "año", "année", "anno",
	"연도", "年", "연", "年度", "edition"};
static const char *const date_heads[] = {"date", "dates", "datum", "fecha", "data", "birth", "day",
	"released", "recorded", "날짜", "日付", "founded", "established", "launched"};
static const char *const figure_heads[] = {"points", "pts", "goals", "total", "won", "lost",
	"drawn", "matches", "played", "games", "score", "rank", "rang", "pos", "pos.", "no", "no.",
	"nr.", "#", "age", "price", "preis", "cost", "volume", "amount", "population", "area",
	"votes", "%", "share", "rate", "change", "seats", "attendance", "capacity", "length",
	"time", "elevation", "height", "weight", "growth", "revenue", "sales", "value", "index",
	"laps", "grid", "average", "high", "low", "number", "quantity", "percentage", "percent",
	"deaths", "births", "cases", "exports", "imports", "gdp", "density", "difference", "place",
	"record", "tries", "appearances", "interest", "duration", "speed", "size", "distance",
	"budget", "salary", "profit", "loss", "temperature", "note", "punkte", "gebühr", "anzahl",
	"wert", "tier", "count", "quarter", "downloads", "users", "majority"};
static const char *const text_heads[] = {"name", "title", "team", "club", "country", "city",
	"state", "party", "player", "driver", "rider", "artist", "song", "album", "venue",
	"location", "opponent", "opponents", "competition", "tournament", "result", "results",
	"notes", "description", "category", "type", "status", "company", "bank", "sector", "region",
	"language", "position", "director", "author", "character", "role", "constructor",
	"manufacturer", "winner", "event", "stadium", "institution", "nationality", "product",
	"program", "programme", "project", "organization", "organisation", "host", "candidate",
	"member", "seat", "award", "group", "partner", "place", "source", "method", "details",
	"remarks", "comment", "comments", "purpose", "function", "model", "brand", "station",
	"network", "genre", "label", "coach", "captain", "round", "surface", "province", "ministry",
	"department", "leader", "school", "college", "hometown", "profession", "office",
	"agreement", "topic", "issue", "area", "measure", "action", "item", "field", "theme",
	"agency", "version", "platform", "division", "match", "composer", "translation", "security",
	"ticker"};

static bool is_in(struct wd_str w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wd_str_ieqc(w, list[i]))
			return true;
	return false;
}

static bool is_connector(struct wd_str w)
{
	static const char *const list[] = {"of", "and", "&", "de", "der", "des", "die", "du", "the",
		"for", "per", "or", "von", "für", "und", "y", "et", "la", "le", "/", "-", "–",
		"vs.", "vs", "+"};
	return is_in(w, list, WD_COUNTOF(list));
}

struct unit { /* a word with the brackets that belong to it */
	struct wd_str text, word;
	bool glued; /* belongs to the unit before: lower case, connector */
	bool bracket;
};

static bool is_lower_word(struct wd_str w)
{
	size_t at = 0;
	return w.n > 0 && wd_cp_is_lower(wd_utf8_next(w, &at));
}

/* Words, with "(Billion USD)" attached to the word before. */
static size_t read_units(struct wd_str s, struct unit *u)
{
	size_t n = 0, i = 0;
	s = wd_utf8_trim(s);
	while (i < s.n) {
		while (i < s.n && wd_is_space(s.p[i]))
			i++;
		size_t from = i;
		int depth = 0;
		while (i < s.n && (depth > 0 || !wd_is_space(s.p[i]))) {
			depth += s.p[i] == '(' || s.p[i] == '[';
			depth -= (s.p[i] == ')' || s.p[i] == ']') && depth > 0;
			i++;
		}
		if (i == from)
			break;
		struct wd_str w = wd_str_sub(s, from, i);
		if (n > 0 && (w.p[0] == '(' || w.p[0] == '[')) {
			u[n - 1].text.n = (size_t)(w.p + w.n - u[n - 1].text.p);
			u[n - 1].bracket = true;
			continue;
		}
		if (n == MAX_UNITS)
			return 0;
		size_t cut = wd_str_chr(w, '(', 0);
		u[n++] = (struct unit){w, cut != SIZE_MAX && cut > 0 ? wd_str_sub(w, 0, cut) : w,
			false, cut != SIZE_MAX};
	}
	return n;
}

/* Marks what belongs to the word before; in a line without any capitals every word stands alone. */
static size_t glue(struct unit *u, size_t n)
{
	size_t lower = 0, free_units = 0;
	for (size_t i = 0; i < n; i++)
		lower += is_lower_word(u[i].word);
	for (size_t i = 0; i < n; i++) {
		bool after = i > 0 && is_connector(u[i - 1].word);
		u[i].glued = i > 0 && (is_connector(u[i].word) || after ||
					      (lower * 2 < n && is_lower_word(u[i].word)));
		free_units += !u[i].glued;
	}
	return free_units;
}

bool wd_is_header_line(struct wd_str s)
{
	struct unit u[MAX_UNITS];
	if (s.n == 0 || s.n > 240 || strchr(":,.?!", s.p[s.n - 1]) != NULL || wd_is_prose(s))
		return false;
	size_t n = read_units(s, u), figures = 0, letters = 0;
	if (n < 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		enum wd_ctype t = wd_ctype_of(u[i].text);
		if ((t == WD_CT_NUMBER || t == WD_CT_RANGE) && wd_is_digit(u[i].text.p[0]))
			return false;
		figures +=
			t == WD_CT_NUMBER || t == WD_CT_RANGE || t == WD_CT_YEAR || t == WD_CT_DASH;
		letters += t == WD_CT_WORD || t == WD_CT_TEXT || t == WD_CT_CODE;
	}
	return figures * 4 < n * 3 && letters > 0;
}

/* ---- columns ---- */

static enum column column_of(const struct wd_tgrid *g, size_t row0, size_t col)
{
	size_t years = 0, dates = 0, figures = 0, seen = 0;
	for (size_t r = row0; r < g->rows; r++) {
		enum wd_ctype t = wd_ctype_of(wd_tgrid_at(g, r, col)->text);
		seen += t != WD_CT_EMPTY && t != WD_CT_DASH;
		years += t == WD_CT_YEAR;
		dates += t == WD_CT_DATE;
		figures += t == WD_CT_NUMBER || t == WD_CT_RANGE || t == WD_CT_YEAR;
	}
	if (seen == 0)
		return C_ANY;
	if (years * 4 >= seen * 3)
		return C_YEAR;
	if (dates * 4 >= seen * 3)
		return C_DATE;
	return figures * 4 >= seen * 3 ? C_FIGURE : C_TEXT;
}

static double head_score(struct wd_str word, enum column c)
{
	bool year = is_in(word, year_heads, WD_COUNTOF(year_heads));
	bool date = is_in(word, date_heads, WD_COUNTOF(date_heads));
	bool figure = is_in(word, figure_heads, WD_COUNTOF(figure_heads));
	bool text = is_in(word, text_heads, WD_COUNTOF(text_heads));
	if (!year && !date && !figure && !text)
		return 0;
	bool fits = c == C_ANY || (year && (c == C_YEAR || c == C_DATE)) ||
		    (date && (c == C_DATE || c == C_YEAR)) || (figure && c == C_FIGURE) ||
		    (text && c == C_TEXT);
	return fits ? 3.5 : 0.5;
}

static double name_score(const struct unit *u, size_t from, size_t to, enum column c)
{
	static const double by_words[] = {0, 1, 0.6, 0.1, -0.6};
	size_t n = to - from;
	double score = n < WD_COUNTOF(by_words) ? by_words[n] : -0.6 * (double)(n - 3);
	if (from > 0 && u[from].glued)
		score -= 4;
	if (is_connector(u[to - 1].word))
		score -= 4;
	score += head_score(u[to - 1].word, c);
	for (size_t i = from; i + 1 < to; i++) {
		score -= head_score(u[i].word, C_ANY) > 0 ? 1.0 : 0;
		score -= u[i].bracket ? 1.5 : 0;
	}
	return score + (u[to - 1].bracket ? 0.5 : 0);
}

struct dp {
	double best[MAX_UNITS + 1], second[MAX_UNITS + 1];
	size_t cut[MAX_UNITS + 1];
};

static void dp_column(struct dp *to, const struct dp *from, const struct unit *u, size_t n,
	size_t col, size_t cols, enum column type)
{
	for (size_t end = 0; end <= n; end++) {
		to->best[end] = to->second[end] = -1e9;
		to->cut[end] = 0;
		if (end < col + 1 || n - end < cols - col - 1)
			continue;
		for (size_t k = col; k < end; k++) {
			double name = name_score(u, k, end, type);
			double one = from->best[k] + name, two = from->second[k] + name;
			if (one > to->best[end]) {
				to->second[end] = WD_MAX(to->best[end], two);
				to->best[end] = one;
				to->cut[end] = k;
			} else {
				to->second[end] = WD_MAX(to->second[end], one);
			}
		}
	}
}

static struct wd_str join_units(const struct unit *u, size_t from, size_t to)
{
	const char *p = u[from].text.p, *end = u[to - 1].text.p + u[to - 1].text.n;
	return (struct wd_str){p, (size_t)(end - p)};
}

static bool best_cuts(struct wd_arena *a, const struct unit *u, size_t n, const struct wd_tgrid *g,
	size_t row0, struct wd_str *ret, double *ret_confidence)
{
	size_t cols = g->cols;
	struct dp *d = wd_arena_array(a, cols + 1, sizeof(*d));
	if (d == NULL)
		return false;
	for (size_t i = 0; i <= n; i++)
		d[0].best[i] = d[0].second[i] = -1e9;
	d[0].best[0] = 0;
	for (size_t c = 0; c < cols; c++)
		dp_column(&d[c + 1], &d[c], u, n, c, cols, column_of(g, row0, c));
	double best = d[cols].best[n], lead = best - d[cols].second[n];
	if (best < 0.5 * (double)cols || lead < 0.4)
		return false;
	for (size_t c = cols, end = n; c-- > 0;) {
		size_t from = d[c + 1].cut[end];
		ret[c] = join_units(u, from, end);
		end = from;
	}
	*ret_confidence = lead >= 1.5 ? 0.85 : 0.65;
	return true;
}

struct wd_str *wd_split_header(struct wd_arena *a, struct wd_str words, const struct wd_tgrid *g,
	size_t row0, double *ret_confidence)
{
	struct unit u[MAX_UNITS];
	size_t n = read_units(words, u), cols = g->cols;
	struct wd_str *ret = cols <= MAX_UNITS ? wd_arena_array(a, cols, sizeof(*ret)) : NULL;
	if (ret == NULL || n < cols || cols < 2)
		return NULL;
	size_t names = glue(u, n);
	if (n == cols || names == cols) {
		bool plain = n == cols;
		for (size_t i = 0, c = 0; c < cols; c++) {
			size_t from = i++;
			while (!plain && i < n && u[i].glued)
				i++;
			ret[c] = join_units(u, from, i);
		}
		*ret_confidence = 0.9;
		return ret;
	}
	return best_cuts(a, u, n, g, row0, ret, ret_confidence) ? ret : NULL;
}

double wd_header_evidence(const struct wd_str *names, size_t n)
{
	size_t known = 0;
	for (size_t i = 0; i < n; i++) {
		struct unit u[MAX_UNITS];
		size_t k = read_units(names[i], u);
		known += k > 0 && head_score(u[k - 1].word, C_ANY) > 0;
	}
	return n > 0 ? (double)known / (double)n : 0;
}

void wd_tgrid_unsplit_header(struct wd_arena *a, struct wd_tgrid *g, struct wd_str words)
{
	struct wd_str *cells = wd_arena_array(a, g->cols, sizeof(*cells));
	if (cells == NULL)
		return;
	cells[0] = words;
	if (!wd_tgrid_add_header(a, g, cells))
		return;
	g->cells[0].colspan = (uint32_t)g->cols;
	for (size_t c = 1; c < g->cols; c++)
		g->cells[c].colspan = g->cells[c].rowspan = 0;
	g->confidence = 0.3;
}
