/**
 * Addresses of article pages: their own, and which one is the next page of the same article.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

#define WD_MAX_ARTICLE_PAGES 30

/** The address without its page number ("?page=2", "/2", "/page/2", "story-2.html") and the number;
 * an address without one is page 1 of itself. Memory from `a`. */
struct wd_str wd_page_first_of(struct wd_arena *a, struct wd_str url, unsigned *ret_number);
/** The address a page gives itself (rel=canonical, og:url), absolute; empty: none. Bytes as
 * received; only the head is read. */
struct wd_str wd_page_own_address(struct wd_arena *a, struct wd_str html, struct wd_str base);
/** Whether the bytes have the frame of an HTML page. */
bool wd_page_has_frame(struct wd_str html);
/** Whether `next` is the page behind `url` of the same article. */
bool wd_page_is_next(struct wd_arena *a, struct wd_str url, struct wd_str next);
