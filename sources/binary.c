#include "sources/conf.h"

#define LOOK 4096

bool wd_source_is_binary(struct wd_str body)
{
	struct wd_str s = wd_str_sub(body, 0, LOOK);
	size_t odd = 0;
	/* UTF-16 and UTF-32 have a NUL beside each ASCII letter: a mark or a '<' tells them. */
	if (s.n >= 2 &&
		(wd_str_starts(s, WD_STR("\xFF\xFE")) || wd_str_starts(s, WD_STR("\xFE\xFF")) ||
			(s.p[0] == '\0' && (s.p[1] == '<' || s.p[1] == '\0')) ||
			(s.p[0] == '<' && s.p[1] == '\0')))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		/* ESC belongs to ISO-2022-JP */
		odd += c < 0x20 && !wd_is_space(s.p[i]) && c != 0x1B;
	}
	return odd * 20 > s.n;
}
