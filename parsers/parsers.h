/**
 * The parsers there are; parser.c has the table of them.
 */
#pragma once
#include "parsers/parser.h"

extern const struct wd_parser_ops wd_feed_parser;     /* RSS, RDF, Atom, CDF: feed.c */
extern const struct wd_parser_ops wd_jsonfeed_parser; /* JSON Feed 1.0, 1.1: jsonfeed.c */
extern const struct wd_parser_ops wd_ninjs_parser;    /* IPTC ninjs 1.x, 2.x, 3.x: ninjs.c */
extern const struct wd_parser_ops wd_sitemap_parser;  /* sitemaps with news, indexes: sitemap.c */
extern const struct wd_parser_ops wd_nitf_parser;     /* NITF 3.x: agency.c */
extern const struct wd_parser_ops wd_newsml1_parser;  /* NewsML 1.x: agency.c */
extern const struct wd_parser_ops wd_newsmlg2_parser; /* NewsML-G2: agency.c */
extern const struct wd_parser_ops wd_story_parser;    /* an agency's own XML: story.c */
