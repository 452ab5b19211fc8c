/**
 * The parsers there are; parser.c has the table of them.
 */
#pragma once
#include "parsers/parser.h"

extern const struct wd_parser_ops wd_feed_parser; /* RSS, RDF, Atom, CDF: feed.c */
