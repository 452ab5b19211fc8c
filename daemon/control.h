/**
 * Control: commands for a running daemon, through a socket in the store's folder. Who may open the
 * folder may command; there is no other door.
 *
 * One request and one answer a connection, each a line of JSON.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

struct wd_control;
struct wd_operate;
struct wd_operate_request;

/** Listens at DIR/control on a thread of its own. `o` is borrowed for its life. */
WD_MUST_USE int wd_control_new(
	const char *dir, const struct wd_operate *o, struct wd_control **ret, struct wd_err *err);
/** Before the pipeline is freed; a command in work is finished first. NULL is fine. */
void wd_control_free(struct wd_control *c);

/** Asks the daemon that has the store in DIR. Its words go to `out`, one a line; WD_E_NOTFOUND: no
 * daemon listens there. */
WD_MUST_USE int wd_control_ask(const char *dir, const struct wd_operate_request *q,
	struct wd_buf *out, struct wd_err *err);
