/*
 * Letters: events that a sink will never take, on their way into the dead letters.
 *
 * A pump finds them while the desk may have a transaction open, which may be rolled back: what is
 * written into it could be lost although the sink's position passes the event. So they wait in
 * memory for the next commit, like positions, and are dropped only when it succeeded. A crash
 * before it loses letter and position alike; one between it and the sink's own record of its
 * position (a Kafka transaction) brings the event, and the letter, again: the same letter is kept
 * once, and only a new one is sent to the dead-letter topic.
 */
#include <string.h>

#include "desk/store_sql.h"

struct wd_letter {
	struct wd_letter *next;
	struct wd_store_dead dead;
	struct wd_row row;
	bool goes_out;
	char bytes[];
};

static struct wd_str put_away(char **at, struct wd_str s)
{
	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	s.p = *at;
	*at += s.n;
	return s;
}

int wd_store_letter(struct wd_store *s, const struct wd_store_dead *d, const struct wd_row *row,
	struct wd_err *err)
{
	size_t n = d->input.n + d->feed.n + d->stage.n + d->error.n + d->attrs.n + d->bytes.n;
	if (row != NULL)
		n += row->attrs.n;
	struct wd_letter *l = calloc(1, sizeof(*l) + n);
	if (l == NULL)
		return wd_err_set(err, WD_E_NOMEM, "store: out of memory");
	char *at = l->bytes;
	l->dead = *d;
	l->dead.input = put_away(&at, d->input);
	l->dead.feed = put_away(&at, d->feed);
	l->dead.stage = put_away(&at, d->stage);
	l->dead.error = put_away(&at, d->error);
	l->dead.attrs = put_away(&at, d->attrs);
	l->dead.bytes = put_away(&at, d->bytes);
	l->goes_out = row != NULL;
	if (row != NULL) /* the same event under other attributes */
		l->row = (struct wd_row){.kind = row->kind,
			.time_us = row->time_us,
			.key = l->dead.input,
			.attrs = put_away(&at, row->attrs),
			.data = l->dead.bytes};
	wd_store_lock(s);
	if (s->letters == NULL)
		s->letters_end = &s->letters;
	*s->letters_end = l;
	s->letters_end = &l->next;
	return wd_store_unlock(s, WD_OK);
}

bool wd_store_has_letters(struct wd_store *s)
{
	wd_store_lock(s);
	bool any = s->letters != NULL;
	(void)wd_store_unlock(s, 0);
	return any;
}

int wd_store_put_letters(struct wd_store *s, struct wd_err *err)
{
	for (struct wd_letter *l = s->letters; l != NULL; l = l->next) {
		bool is_new = false;
		int r = wd_store_dead_put_locked(s, &l->dead, &is_new, err);
		if (r == WD_OK && is_new && l->goes_out)
			r = wd_store_out_locked(s, &l->row, err);
		if (r != WD_OK)
			return r;
	}
	return WD_OK;
}

void wd_store_drop_letters(struct wd_store *s)
{
	while (s->letters != NULL) {
		struct wd_letter *next = s->letters->next;
		free(s->letters);
		s->letters = next;
	}
}
