/**
 * Every size an outsider controls has its limit here, by name. What is configurable starts from
 * these as defaults (section `limits` of the configuration).
 */
#pragma once

#define WD_KIB (UINT64_C(1) << 10)
#define WD_MIB (UINT64_C(1) << 20)
#define WD_GIB (UINT64_C(1) << 30)

/* Documents */
#define WD_MAX_DOC_BYTES (64 * WD_MIB) /* one document, decompressed */
#define WD_MAX_DECOMPRESS_RATIO 1000   /* above 1 MiB: a decompression bomb */
#define WD_MAX_REDIRECTS 10
#define WD_MAX_HEADER_BYTES (64 * WD_KIB) /* all headers of one response */
#define WD_MAX_URL_BYTES 4096

/* Feeds */
#define WD_MAX_ENTRIES 100000 /* items of one feed document */
#define WD_MAX_XML_DEPTH 256
#define WD_MAX_NAME_BYTES 256 /* an element's or attribute's name */
#define WD_MAX_ATTRS 256      /* attributes of one element */
#define WD_MAX_LIST 1000      /* categories, links, enclosures … of one entry */
#define WD_MAX_FAULTS 100     /* faults listed for one feed */

/* Articles */
#define WD_MAX_ARTICLE_ARENA (64 * WD_MIB) /* all memory of one article in work */
#define WD_MAX_HTML_DEPTH 512              /* deeper nesting is flattened, the text kept */
#define WD_MAX_HTML_NODES 300000           /* behind it only text is kept */
#define WD_MAX_TITLE_BYTES (8 * WD_KIB)
#define WD_MAX_SUMMARY_BYTES (256 * WD_KIB)
#define WD_MAX_BODY_BYTES (16 * WD_MIB)
#define WD_MAX_TABLES 200
#define WD_MAX_TABLE_CELLS 100000
#define WD_MAX_TABLE_COLS 1000
#define WD_MAX_REPAIRS 200
#define WD_MAX_REMOVED 1000

/* Tagging */
#define WD_MAX_EVIDENCE 50 /* spans kept for one tag or entity */

/* Receiving */
#define WD_INBOX_SEGMENT_BYTES (16 * WD_MIB)
#define WD_INBOX_MAX_RECORDS 262144 /* documents taken and not worked up yet */
#define WD_MAX_PARTS 100            /* documents of one request */
#define WD_MAX_TYPE_BYTES 1024      /* of a media type: the rest is cut off */

/* Pipeline */
#define WD_DOC_QUEUE_BYTES (64 * WD_MIB)
#define WD_DOC_QUEUE_ITEMS 1000
#define WD_PAGES_BYTES (1 * WD_GIB) /* of article pages kept at hand for fulltext, on disk */
#define WD_EVENT_MAX_BYTES (16 * WD_MIB)
#define WD_OUTBOX_MAX_BYTES (4 * WD_GIB)
