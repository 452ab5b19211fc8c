#include "base/err.h"

#include <stdarg.h>
#include <string.h>

/* No part of a character stays at the end of a text that was cut. */
static void end_whole(char *text)
{
	size_t n = strlen(text), at = n;
	while (at > 0 && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
		at--;
	if (at == 0)
		return;
	unsigned char lead = (unsigned char)text[--at];
	size_t needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (n - at < needs)
		text[at] = '\0';
}

int wd_err_set(struct wd_err *err, int code, const char *fmt, ...)
{
	if (err != NULL) {
		va_list ap;
		va_start(ap, fmt);
		err->code = code;
		int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		if (n >= (int)sizeof(err->text))
			end_whole(err->text);
	}
	return code;
}

int wd_err_prefix(struct wd_err *err, const char *fmt, ...)
{
	char prefix[256], old[sizeof(err->text)];
	va_list ap;

	if (err == NULL)
		return WD_E_BUG;
	va_start(ap, fmt);
	(void)vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	memcpy(old, err->text, sizeof(old));
	old[sizeof(old) - 1] = '\0';
	/* The tail is cut, never the subject. */
	size_t n = strlen(prefix);
	memcpy(err->text, prefix, n);
	size_t room = sizeof(err->text) - n;
	if (room > 2) {
		memcpy(err->text + n, ": ", 2);
		memccpy(err->text + n + 2, old, '\0', room - 2);
		err->text[sizeof(err->text) - 1] = '\0';
		end_whole(err->text);
	}
	return err->code;
}

const char *wd_rc_name(int code)
{
	static const char *const names[] = {"ok", "out of memory", "limit", "malformed",
		"unsupported", "transient", "full", "denied", "system", "not found", "bug"};
	if (code > 0 || (size_t)-code >= WD_COUNTOF(names))
		return "unknown";
	return names[-code];
}

_Noreturn void wd_assert_failed(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "<0>wiredesk: assertion failed: %s (%s:%d)\n", what, file, line);
	abort();
}
