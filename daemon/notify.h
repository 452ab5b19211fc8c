/**
 * What systemd is told (sd_notify). Without systemd, or without libsystemd, all of it does nothing.
 */
#pragma once
#include "base/str.h"

/** Sends the text, "READY=1\nSTATUS=…"; see sd_notify(3). */
void wd_notify(const char *fmt, ...) WD_PRINTF(1, 2);
/** "RELOADING=1" with the time systemd wants beside it. */
void wd_notify_reloading(void);
/** How often the watchdog wants to hear of us, µs; 0: not at all. */
uint64_t wd_notify_watchdog_us(void);
/** A listening socket systemd handed over under this name (FileDescriptorName), -1: none. */
int wd_notify_socket(const char *name);
