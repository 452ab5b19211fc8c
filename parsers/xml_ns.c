/*
 * Namespaces by URI (as feeds write them, with and without "www", the final slash, in drafts), and
 * by the prefixes everybody uses when the declaration is missing.
 */
#include "parsers/xml.h"

static const struct {
	const char *uri;
	enum wd_xmlns ns;
} uris[] = {
	{"http://www.w3.org/XML/1998/namespace", WD_NS_XML},
	{"http://www.w3.org/1999/xhtml", WD_NS_XHTML},
	{"http://www.w3.org/1999/02/22-rdf-syntax-ns#", WD_NS_RDF},
	{"http://www.w3.org/2005/atom", WD_NS_ATOM},
	{"http://purl.org/atom/ns#", WD_NS_ATOM03},
	{"http://purl.org/atom-blog/ns#", WD_NS_ATOM},
	{"http://purl.org/net/rss1.1#", WD_NS_NONE},
	{"http://purl.org/net/rss1.1/payload#", WD_NS_CONTENT},
	{"http://www.w3.org/2007/app", WD_NS_APP},
	{"http://purl.org/atom/app#", WD_NS_APP},
	{"http://purl.org/dc/elements/1.1", WD_NS_DC},
	{"http://purl.org/dc/elements/1.0", WD_NS_DC},
	{"http://purl.org/dc/terms", WD_NS_DCTERMS},
	{"http://purl.org/rss/1.0/modules/dc", WD_NS_DC},
	{"http://purl.org/rss/1.0/modules/dcterms", WD_NS_DCTERMS},
	{"http://purl.org/rss/1.0/modules/content", WD_NS_CONTENT},
	{"http://search.yahoo.com/mrss", WD_NS_MEDIA},
	{"http://video.search.yahoo.com/mrss", WD_NS_MEDIA},
	{"http://www.itunes.com/dtds/podcast-1.0.dtd", WD_NS_ITUNES},
	{"http://example.com/dtds/podcast-1.0.dtd", WD_NS_ITUNES},
	{"http://www.google.com/schemas/play-podcasts/1.0", WD_NS_GOOGLEPLAY},
	{"http://purl.org/rss/1.0/modules/slash", WD_NS_SLASH},
	{"http://purl.org/rss/1.0/modules/syndication", WD_NS_SY},
	{"http://wellformedweb.org/commentapi", WD_NS_WFW},
	{"http://purl.org/syndication/thread/1.0", WD_NS_THR},
	{"http://www.georss.org/georss", WD_NS_GEORSS},
	{"http://www.w3.org/2003/01/geo/wgs84_pos#", WD_NS_GEO},
	{"http://www.opengis.net/gml", WD_NS_GML},
	{"http://backend.userland.com/creativecommonsrssmodule", WD_NS_CC},
	{"http://creativecommons.org/ns#", WD_NS_CC},
	{"http://web.resource.org/cc", WD_NS_CC},
	{"http://rssnamespace.org/feedburner/ext/1.0", WD_NS_FEEDBURNER},
	{"http://purl.org/syndication/history/1.0", WD_NS_HISTORY},
	{"http://webns.net/mvcb", WD_NS_ADMIN},
	{"http://xmlns.com/foaf/0.1", WD_NS_FOAF},
	{"http://prismstandard.org/namespaces/1.2/basic", WD_NS_PRISM},
	{"http://prismstandard.org/namespaces/basic/2.0", WD_NS_PRISM},
	{"http://www.sitemaps.org/schemas/sitemap/0.9", WD_NS_SITEMAP},
	{"http://www.google.com/schemas/sitemap/0.84", WD_NS_SITEMAP},
	{"http://www.google.com/schemas/sitemap/0.9", WD_NS_SITEMAP},
	{"http://www.google.com/schemas/sitemap-news/0.9", WD_NS_SITEMAP_NEWS},
	{"http://www.google.com/schemas/sitemap-image/1.1", WD_NS_SITEMAP_IMAGE},
	{"http://www.google.com/schemas/sitemap-video/1.1", WD_NS_SITEMAP_VIDEO},
	{"http://iptc.org/std/nitf/2006-10-18", WD_NS_NITF},
	{"http://iptc.org/std/newsml/2003-10-10", WD_NS_NEWSML},
	{"http://iptc.org/std/nar/2006-10-01", WD_NS_NAR},
	{"http://www.w3.org/2000/svg", WD_NS_SVG},
	{"http://www.w3.org/1998/math/mathml", WD_NS_MATHML},
	/* RSS's own: the same vocabulary under many names */
	{"http://purl.org/rss/1.0", WD_NS_NONE},
	{"http://my.netscape.com/rdf/simple/0.9", WD_NS_NONE},
	{"http://channel.netscape.com/rdf/simple/0.9", WD_NS_NONE},
	{"http://backend.userland.com/rss", WD_NS_NONE},
	{"http://backend.userland.com/rss2", WD_NS_NONE},
	{"http://backend.userland.com/rss091", WD_NS_NONE},
	{"http://backend.userland.com/rss092", WD_NS_NONE},
	{"http://blogs.law.harvard.edu/tech/rss", WD_NS_NONE},
	{"http://cyber.law.harvard.edu/rss/rss.html", WD_NS_NONE},
	{"http://my.netscape.com/publish/formats/rss-0.91.dtd", WD_NS_NONE},
};

static const struct {
	const char *prefix;
	enum wd_xmlns ns;
} prefixes[] = {
	{"xml", WD_NS_XML},
	{"xhtml", WD_NS_XHTML},
	{"rdf", WD_NS_RDF},
	{"atom", WD_NS_ATOM},
	{"atom10", WD_NS_ATOM},
	{"atom03", WD_NS_ATOM03},
	{"app", WD_NS_APP},
	{"dc", WD_NS_DC},
	{"dcterms", WD_NS_DCTERMS},
	{"content", WD_NS_CONTENT},
	{"media", WD_NS_MEDIA},
	{"itunes", WD_NS_ITUNES},
	{"googleplay", WD_NS_GOOGLEPLAY},
	{"slash", WD_NS_SLASH},
	{"sy", WD_NS_SY},
	{"wfw", WD_NS_WFW},
	{"thr", WD_NS_THR},
	{"georss", WD_NS_GEORSS},
	{"geo", WD_NS_GEO},
	{"gml", WD_NS_GML},
	{"cc", WD_NS_CC},
	{"creativecommons", WD_NS_CC},
	{"feedburner", WD_NS_FEEDBURNER},
	{"fh", WD_NS_HISTORY},
	{"admin", WD_NS_ADMIN},
	{"foaf", WD_NS_FOAF},
	{"prism", WD_NS_PRISM},
	{"news", WD_NS_SITEMAP_NEWS},
	{"rss", WD_NS_NONE},
	{"nitf", WD_NS_NITF},
};

enum wd_xmlns wd_xml_ns_of_uri(struct wd_str uri)
{
	uri = wd_str_trim(uri);
	while (uri.n > 1 && uri.p[uri.n - 1] == '/')
		uri.n--;
	if (wd_str_istarts(uri, WD_STR("https://")))
		uri = wd_str_from(uri, 5);
	else if (wd_str_istarts(uri, WD_STR("http://")))
		uri = wd_str_from(uri, 4);
	for (size_t i = 0; i < WD_COUNTOF(uris); i++) {
		if (wd_str_ieqc(uri, uris[i].uri + 4))
			return uris[i].ns;
	}
	if (wd_str_istarts(uri, WD_STR("://iptc.org/std/nar/")))
		return WD_NS_NAR;
	if (wd_str_istarts(uri, WD_STR("://iptc.org/std/nitf/")))
		return WD_NS_NITF;
	if (wd_str_istarts(uri, WD_STR("://prismstandard.org/namespaces/")))
		return WD_NS_PRISM;
	return WD_NS_OTHER;
}

enum wd_xmlns wd_xml_ns_of_prefix(struct wd_str prefix)
{
	for (size_t i = 0; i < WD_COUNTOF(prefixes); i++) {
		if (wd_str_ieqc(prefix, prefixes[i].prefix))
			return prefixes[i].ns;
	}
	return WD_NS_OTHER;
}
