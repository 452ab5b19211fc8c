#include "daemon/notify.h"

#include <stdarg.h>

#ifdef HAVE_LIBSYSTEMD
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/clock.h"

void wd_notify(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)sd_notify(0, text);
}

void wd_notify_reloading(void)
{
	wd_notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)wd_clock_mono_us());
}

uint64_t wd_notify_watchdog_us(void)
{
	uint64_t us = 0;
	return sd_watchdog_enabled(0, &us) > 0 ? us : 0;
}

int wd_notify_socket(const char *name)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(0, &names), found = -1;
	for (int i = 0; i < n; i++) {
		if (found < 0 && names != NULL && strcmp(names[i], name) == 0 &&
			sd_is_socket(SD_LISTEN_FDS_START + i, 0, SOCK_STREAM, 1) > 0)
			found = SD_LISTEN_FDS_START + i;
	}
	for (int i = 0; names != NULL && names[i] != NULL; i++)
		free(names[i]);
	free(names);
	return found;
}
#else
void wd_notify(const char *fmt, ...)
{
	(void)fmt;
}

void wd_notify_reloading(void) {}

uint64_t wd_notify_watchdog_us(void)
{
	return 0;
}

int wd_notify_socket(const char *name)
{
	(void)name;
	return -1;
}
#endif
