/**
 * Admin HTTP, meant for the loopback: GET /metrics (Prometheus text), /healthz, /status (JSON).
 */
#pragma once
#include "base/err.h"
#include "base/str.h"

struct wd_admin;
struct wd_app;

/** Listens on "address:port" with a thread of its own. NULL with the reason in err. */
struct wd_admin *wd_admin_new(struct wd_app *app, struct wd_str listen, struct wd_err *err);
void wd_admin_free(struct wd_admin *a); /* NULL is fine */
