#!/usr/bin/env python3
"""Tables damaged in ways that the table scorer's own cases do not have.

  table_damage.py CASES OUT     takes 24 plain tables out of CASES/cases.jsonl and writes OUT/cases.jsonl and OUT/html/*,
                                which the scorer takes as --cases OUT

Class A: the markup of each table is damaged; class B: only a layout is left of it. Always the same for the same CASES.
"""
import html
import json
import os
import random
import re
import sys

CASES, OUT = sys.argv[1:3]
R=random.Random(7)
cs=[json.loads(l) for l in open(CASES + '/cases.jsonl')]
seen=set(); T=[]
for c in cs:
    if c['cls'] not in 'ABC' or len(c['tables'])!=1: continue
    t=c['tables'][0]
    if t['rows']!=t['anchor'] or t['notes'] or t['header_rows']!=1: continue
    k=json.dumps(t['rows'])
    if k in seen or any(not x for r in t['rows'] for x in r): continue
    if len(t['rows'])<4 or len(t['rows'][0])<2 or len({len(r) for r in t['rows']})>1: continue
    if any('|' in x or '\n' in x or len(x)>60 for r in t['rows'] for x in r): continue
    seen.add(k); T.append(t['rows'])
R.shuffle(T); T=T[:24]
P="The council said on Monday that it would rebuild the bridge over the river after two years of talks with the region and with the owners of the land beside it."
P2="Officials expect the work to take eighteen months, and the mayor promised that traffic would not be stopped on weekdays while the old bridge is taken down."
E=html.escape
def std(rows,nl='\n',th=True):
    o='<table>'+nl
    for i,r in enumerate(rows):
        tag='th' if th and i==0 else 'td'
        o+='<tr>'+''.join(f'<{tag}>{E(x)}</{tag}>' for x in r)+'</tr>'+nl
    return o+'</table>'
K={}
tagre=re.compile(r'<(/?)(table|tr|td|th)>')
def sub(f): return lambda rows: tagre.sub(f,std(rows))
K['torn']=('A',sub(lambda m:'<%s%s>'%(m[1],' '.join(m[2]) if R.random()<.6 else m[2])))
K['newline_in']=('A',sub(lambda m:'<%s%s\n>'%(m[1],m[2]) if R.random()<.5 else '<\n%s%s>'%(m[1],m[2])))
K['square']=('A',sub(lambda m:'[%s%s]'%(m[1],m[2])))
K['curly']=('A',sub(lambda m:'{%s%s}'%(m[1],m[2])))
K['guillemet']=('A',sub(lambda m:'‹%s%s›'%(m[1],m[2])))
K['round']=('A',sub(lambda m:'(%s%s)'%(m[1],m[2])))
K['backslash']=('A',sub(lambda m:'<%s%s>'%('\\' if m[1] else '',m[2])))
K['unislash']=('A',sub(lambda m:'<%s%s>'%('∕' if m[1] else '',m[2])))
K['wslash']=('A',sub(lambda m:'<%s%s>'%('／' if m[1] else '',m[2])))
K['double']=('A',sub(lambda m:'<<%s%s>>'%(m[1],m[2])))
K['triple']=('A',sub(lambda m:'<<<%s%s>>>'%(m[1],m[2])))
K['zw']=('A',sub(lambda m:'<%s%s>'%(m[1],'\u200b'.join(m[2]))))
K['shy']=('A',sub(lambda m:'<%s%s\u00ad>'%(m[1],m[2])))
K['nbsp']=('A',sub(lambda m:'<\u00a0%s%s\u00a0>'%(m[1],m[2])))
K['dup_slash']=('A',sub(lambda m:'<%s%s>'%(m[1]*2,m[2])))
K['slash_after']=('A',sub(lambda m:'<%s%s>'%(m[2],m[1])))
K['selfclose']=('A',sub(lambda m:'<%s%s%s>'%(m[1],m[2],'' if m[1] else '/')))
K['esc_part']=('A',sub(lambda m:m[0] if R.random()<.5 else E(m[0])))
K['esc_num']=('A',sub(lambda m:'&#60;%s%s&#62;'%(m[1],m[2])))
K['esc_hex']=('A',sub(lambda m:'&#x3C;%s%s&#x3E;'%(m[1],m[2])))
K['esc_zero']=('A',sub(lambda m:'&#0060;%s%s&#0062;'%(m[1],m[2])))
K['esc_nosemi']=('A',sub(lambda m:'&lt%s%s&gt'%(m[1],m[2])))
K['esc_space']=('A',sub(lambda m:'& lt ; %s%s & gt ;'%(m[1],m[2])))
K['esc_lt_only']=('A',sub(lambda m:'&lt;%s%s>'%(m[1],m[2])))
K['esc_gt_only']=('A',sub(lambda m:'<%s%s&gt;'%(m[1],m[2])))
K['url']=('A',sub(lambda m:'%%3C%s%s%%3E'%(m[1],m[2])))
K['json']=('A',sub(lambda m:'\\u003c%s%s\\u003e'%(m[1],m[2])))
K['jsonslash']=('A',lambda rows:tagre.sub(lambda m:'<%s%s>'%('\\/' if m[1] else '',m[2]),std(rows)).replace('\n','\\n'))
K['octal']=('A',sub(lambda m:'\\x3c%s%s\\x3e'%(m[1],m[2])))
K['th_td']=('A',sub(lambda m:'<%s%s>'%(m[1],'th' if m[1] and m[2]=='td' else m[2])))
K['attrs_lost_lt']=('A',sub(lambda m:m[0] if m[1] else ('%s class="c1" width="5%%">'%m[2] if m[2]=='td' and R.random()<.5 else '<%s class="c1">'%m[2])))
K['attr_open']=('A',sub(lambda m:m[0] if m[1] or m[2]!='td' else '<td style="color:red>' if R.random()<.4 else '<td align=left">'))
K['comment']=('A',sub(lambda m:m[0]+('<!-- ad -->' if R.random()<.3 else '')))
K['comment_broken']=('A',sub(lambda m:m[0]+('<!- x ->' if R.random()<.1 else '')))
K['no_table']=('A',lambda rows:std(rows).replace('<table>','').replace('</table>',''))
K['no_rows']=('A',lambda rows:re.sub(r'</?tr>','',std(rows)).replace('\n','\n'))
K['no_cells_end_rows']=('A',lambda rows:re.sub(r'</(tr|td|th)>','',std(rows,nl='')))
K['only_starts_td']=('A',lambda rows:re.sub(r'</?(tr|table)>|</t[dh]>','',std(rows)))
K['lost_random']=('A',lambda rows:re.sub(r'</t[drh]>',lambda m:'' if R.random()<.3 else m[0],std(rows)))
K['lost_gt_rand']=('A',sub(lambda m:m[0][:-1]+' ' if R.random()<.3 else m[0]))
K['lost_lt_rand']=('A',sub(lambda m:' '+m[0][1:] if R.random()<.3 else m[0]))
K['p_in']=('A',lambda rows:re.sub(r'(<t[dh]>)([^<]*)',lambda m:m[1]+'<p>'+m[2],std(rows)))
K['upper_mixed']=('A',sub(lambda m:'<%s%s>'%(m[1],''.join(R.choice((c,c.upper())) for c in m[2]))))
K['bbcode_up']=('A',sub(lambda m:'[%s%s]'%(m[1].upper(),m[2].upper())))
K['ns']=('A',sub(lambda m:'<%sxhtml:%s>'%(m[1],m[2])))
K['ns2']=('A',sub(lambda m:'<%sh:%s>'%(m[1],m[2])))
K['wrapped_p']=('A',lambda rows:'<p>'+std(rows).replace('\n','</p>\n<p>')+'</p>')
K['br_between']=('A',lambda rows:std(rows).replace('\n','<br>\n').replace('</td><td>','</td><br><td>'))
K['cell_tables']=('A',lambda rows:''.join('<table><tr>'+''.join('<td>%s</td>'%E(x) for x in r)+'</tr></table>' for r in rows))
K['row_in_div']=('A',lambda rows:'<table>'+''.join('<div><tr>'+''.join('<td>%s</td>'%E(x) for x in r)+'</tr></div>' for r in rows)+'</table>')
K['font_in']=('A',lambda rows:re.sub(r'(<t[dh]>)([^<]*)',lambda m:m[1]+'<font size=2><b>'+m[2]+'</b></font>',std(rows)))
K['dup_close']=('A',sub(lambda m:m[0]*2 if m[1] and R.random()<.4 else m[0]))
K['custom']=('A',lambda rows:'<x-table>'+''.join('<x-tr>'+''.join('<x-td>%s</x-td>'%E(x) for x in r)+'</x-tr>' for r in rows)+'</x-table>')
# layouts
def lay(n):
    def d(f): K[n]=('B',f); return f
    return d
W=lambda rows:[max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
def pad(rows): 
    w=W(rows); return [[x.ljust(w[i]) for i,x in enumerate(r)] for r in rows]
lay('md')(lambda rows:'<p>'+'<br>\n'.join(['| '+' | '.join(map(E,rows[0]))+' |','|'+'|'.join('---' for _ in rows[0])+'|']+['| '+' | '.join(map(E,r))+' |' for r in rows[1:]])+'</p>')
lay('md_noouter')(lambda rows:'<p>'+'\n'.join([' | '.join(map(E,rows[0])),' | '.join('---' for _ in rows[0])]+[' | '.join(map(E,r)) for r in rows[1:]])+'</p>')
lay('ascii')(lambda rows:(lambda w,p:'<pre>'+'\n'.join(['+'+'+'.join('-'*(x+2) for x in w)+'+']+['| '+' | '.join(map(E,p[0]))+' |','+'+'+'.join('='*(x+2) for x in w)+'+']+['| '+' | '.join(map(E,r))+' |' for r in p[1:]]+['+'+'+'.join('-'*(x+2) for x in w)+'+'])+'</pre>')(W(rows),pad(rows)))
lay('ascii_p')(lambda rows:(lambda w,p:'<p>'+'<br>'.join(['+'+'+'.join('-'*(x+2) for x in w)+'+']+['| '+' | '.join(map(E,p[0]))+' |','+'+'+'.join('='*(x+2) for x in w)+'+']+['| '+' | '.join(map(E,r))+' |' for r in p[1:]]+['+'+'+'.join('-'*(x+2) for x in w)+'+'])+'</p>')(W(rows),pad(rows)))
lay('box')(lambda rows:'<p>'+'<br>'.join(['│ '+' │ '.join(map(E,r))+' │' for r in rows])+'</p>')
lay('box_full')(lambda rows:'<pre>'+'\n'.join(['┌'+'┬'.join('───' for _ in rows[0])+'┐']+sum([['│ '+' │ '.join(map(E,r))+' │','├'+'┼'.join('───' for _ in r)+'┤'] for r in rows],[]))+'</pre>')
lay('pre_aligned')(lambda rows:'<pre>'+'\n'.join('  '.join(map(E,r)).rstrip() for r in pad(rows))+'</pre>')
lay('rst')(lambda rows:(lambda w,p:'<pre>'+'\n'.join(['  '.join('='*x for x in w)]+['  '.join(map(E,p[0])),'  '.join('='*x for x in w)]+['  '.join(map(E,r)) for r in p[1:]]+['  '.join('='*x for x in w)])+'</pre>')(W(rows),pad(rows)))
lay('tab_p')(lambda rows:''.join('<p>'+'\t'.join(map(E,r))+'</p>\n' for r in rows))
lay('tab_br')(lambda rows:'<div>'+'<br/>'.join('\t'.join(map(E,r)) for r in rows)+'</div>')
lay('semi')(lambda rows:'<p>'+'<br>'.join('; '.join(map(E,r)) for r in rows)+'</p>')
lay('csv')(lambda rows:'<p>'+'<br>'.join(','.join('"%s"'%x for x in r) for r in rows)+'</p>')
lay('dots')(lambda rows:'<p>'+'<br>'.join(' · '.join(map(E,r)) for r in rows)+'</p>')
lay('slash')(lambda rows:'<p>'+'<br>'.join(' / '.join(map(E,r)) for r in rows)+'</p>')
lay('dash')(lambda rows:'<p>'+'<br>'.join(' – '.join(map(E,r)) for r in rows)+'</p>')
lay('arrow')(lambda rows:'<p>'+'<br>'.join(' → '.join(map(E,r)) for r in rows)+'</p>')
lay('nbsp2')(lambda rows:'<p>'+'<br>'.join('&nbsp;&nbsp;&nbsp;'.join(map(E,r)) for r in rows)+'</p>')
lay('emsp')(lambda rows:'<p>'+'<br>'.join('\u2003'.join(map(E,r)) for r in rows)+'</p>')
lay('ideo')(lambda rows:'<p>'+'<br>'.join('\u3000'.join(map(E,r)) for r in rows)+'</p>')
lay('spans_line')(lambda rows:'<div>'+''.join('<div>'+''.join('<span>%s</span>'%E(x) for x in r)+'</div>' for r in rows)+'</div>')
lay('spans_oneline')(lambda rows:'<div>'+''.join('<span>%s</span>'%E(x) for r in rows for x in r)+'</div>')
lay('spans_class')(lambda rows:''.join('<div class="item">'+''.join('<span class="k%d">%s</span>'%(i,E(x)) for i,x in enumerate(r))+'</div>' for r in rows))
lay('divs_plain')(lambda rows:'<div>'+''.join('<div>'+''.join('<div>%s</div>'%E(x) for x in r)+'</div>' for r in rows)+'</div>')
lay('divs_hash')(lambda rows:'<div class="a1x">'+''.join('<div class="b2y">'+''.join('<div class="c3z">%s</div>'%E(x) for x in r)+'</div>' for r in rows)+'</div>')
lay('grid')(lambda rows:'<div style="display:grid;grid-template-columns:repeat(%d,1fr)">'%len(rows[0])+''.join('<div>%s</div>'%E(x) for r in rows for x in r)+'</div>')
lay('flex')(lambda rows:''.join('<div style="display:flex">'+''.join('<div style="flex:1">%s</div>'%E(x) for x in r)+'</div>' for r in rows))
lay('ul_rows')(lambda rows:''.join('<ul>'+''.join('<li>%s</li>'%E(x) for x in r)+'</ul>' for r in rows))
lay('ul_ul')(lambda rows:'<ul>'+''.join('<li><ul>'+''.join('<li>%s</li>'%E(x) for x in r)+'</ul></li>' for r in rows)+'</ul>')
lay('p_spans')(lambda rows:''.join('<p>'+''.join('<span style="width:90px;display:inline-block">%s</span>'%E(x) for x in r)+'</p>' for r in rows))
lay('lines_p')(lambda rows:''.join('<p>%s</p>'%E(x) for r in rows for x in r))
lay('lines_blank')(lambda rows:'<div>'+'\n\n'.join('\n'.join(map(E,r)) for r in rows)+'</div>')
lay('lines_br')(lambda rows:'<p>'+'<br>'.join(E(x) for r in rows for x in r)+'</p>')
lay('wiki')(lambda rows:'<pre>{| class="wikitable"\n! '+' !! '.join(map(E,rows[0]))+'\n'+'\n'.join('|-\n| '+' || '.join(map(E,r)) for r in rows[1:])+'\n|}</pre>')
lay('wiki_p')(lambda rows:'<p>{| class="wikitable"<br>! '+' !! '.join(map(E,rows[0]))+'<br>'+'<br>'.join('|-<br>| '+' || '.join(map(E,r)) for r in rows[1:])+'<br>|}</p>')
lay('latex')(lambda rows:'<p>'+'<br>'.join(' &amp; '.join(map(E,r))+' \\\\' for r in rows)+'</p>')
lay('tabs_literal')(lambda rows:'<p>'+'<br>'.join('\\t'.join(map(E,r)) for r in rows)+'</p>')
lay('dl')(lambda rows:'<dl>'+''.join('<dt>%s</dt>'%E(r[0])+''.join('<dd>%s</dd>'%E(x) for x in r[1:]) for r in rows)+'</dl>')
lay('txt_pad')(lambda rows:'TXT'+'\n'.join('  '.join(r).rstrip() for r in pad(rows)))
lay('txt_tab')(lambda rows:'TXT'+'\n'.join('\t'.join(r) for r in rows))
lay('txt_pipe')(lambda rows:'TXT'+'\n'.join(' | '.join(r) for r in rows))
lay('txt_md')(lambda rows:'TXT'+'\n'.join(['| '+' | '.join(rows[0])+' |','|'+'|'.join(':---:' for _ in rows[0])+'|']+['| '+' | '.join(r)+' |' for r in rows[1:]]))
lay('txt_html')(lambda rows:'TXT'+std(rows))
lay('txt_html_spaced')(lambda rows:'TXT'+tagre.sub(lambda m:'< %s %s >'%(m[1],m[2]),std(rows)))
lay('txt_esc')(lambda rows:'TXT'+E(std(rows)))
lay('txt_lines')(lambda rows:'TXT'+'\n'.join(x for r in rows for x in r))
lay('txt_blank')(lambda rows:'TXT'+'\n\n'.join('\n'.join(r) for r in rows))
lay('txt_csv')(lambda rows:'TXT'+'\n'.join(','.join('"%s"'%x for x in r) for r in rows))
def main():
    os.makedirs(OUT + '/html',exist_ok=True)
    out=open(OUT + '/cases.jsonl','w'); n=0
    for name,(cls,f) in K.items():
        for rows in T:
            b=f(rows)
            ti='Council rebuilds the bridge'
            if b.startswith('TXT'): fn=f'html/{n:04d}.txt'; doc=f'{ti}\n\n{P}\n\n{b[3:]}\n\n{P2}\n'
            else: fn=f'html/{n:04d}.html'; doc=f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{ti}</title></head><body><article><h1>{ti}</h1>\n<p>{P}</p>\n{b}\n<p>{P2}</p>\n</article></body></html>'
            open(OUT + '/' + fn,'w').write(doc)
            out.write(json.dumps({'id':n,'file':fn,'op':name,'sev':1,'cls':cls,'tables':[{'rows':rows,'anchor':rows,'header_rows':1,'caption':'','notes':[],'header_optional':cls=='B'}],'text':[ti,P,P2],'literal':[]},ensure_ascii=False)+'\n'); n+=1
    print(len(T),'tables',n,'cases')
main()
