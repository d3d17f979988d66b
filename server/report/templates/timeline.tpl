{{%AUTOESCAPE context="HTML"}}
<section id="timeline">
<svg class="defs" aria-hidden="true" focusable="false"><defs>
<g id="m-planned"><line x1="0" y1="-9" x2="0" y2="9" stroke="#444" stroke-width="1.2"/></g>
<g id="m-released"><path d="M-11,-4.5 L0,0 L-11,4.5 Z" fill="#444"/></g>
<g id="m-noticeable"><circle r="4.3" fill="#fff" stroke="#d55e00" stroke-width="2"/></g>
<g id="m-detected"><circle r="5" fill="#0072b2" stroke="#fff" stroke-width=".8"/></g>
<g id="m-reported"><rect x="-4.4" y="-4.4" width="8.8" height="8.8" fill="#e69f00" stroke="#5c4000" stroke-width=".9"/></g>
<g id="m-contained"><path d="M0,-6 L6,0 L0,6 L-6,0 Z" fill="#009e73" stroke="#00412f" stroke-width=".9"/></g>
<g id="m-recovered"><path d="M0,-6 L5.8,4.6 L-5.8,4.6 Z" fill="#56b4e9" stroke="#12415f" stroke-width=".9"/></g>
<g id="m-missed"><path d="M-4.5,-4.5 L4.5,4.5 M-4.5,4.5 L4.5,-4.5" stroke="#8f2d00" stroke-width="2.2" fill="none"/></g>
</defs></svg>
<div class="together">
<h2>III. {{T:x-text=sec_timeline}}</h2>
{{#NOT_STARTED}}<p class="note">{{T:x-text=not_started}}</p>{{/NOT_STARTED}}
{{#STARTED}}<p class="note lead">{{>AXIS_NOTE}}</p>
<div class="legend"><svg viewBox="0 0 720 44" role="img" aria-label="{{T:x-plain=legend}}">
<g font-size="11.5" fill="#111">
<use href="#m-planned" x="10" y="11"/><text x="20" y="15">{{T:x-plain=a_planned}}</text>
<use href="#m-released" x="155" y="11"/><text x="162" y="15">{{T:x-plain=a_released}}</text>
<use href="#m-noticeable" x="290" y="11"/><text x="302" y="15">{{T:x-plain=a_noticeable}}</text>
<use href="#m-detected" x="470" y="11"/><text x="482" y="15">{{T:x-plain=a_detected}}</text>
<use href="#m-reported" x="10" y="33"/><text x="20" y="37">{{T:x-plain=a_reported}}</text>
<use href="#m-contained" x="150" y="33"/><text x="162" y="37">{{T:x-plain=a_contained}}</text>
<use href="#m-recovered" x="290" y="33"/><text x="302" y="37">{{T:x-plain=a_recovered}}</text>
<use href="#m-missed" x="470" y="33"/><text x="482" y="37">{{T:x-plain=undetected}}</text>
<rect x="640" y="26" width="14" height="14" fill="#dcdcdc" stroke="#999" stroke-width=".5"/><text x="658" y="37">{{T:x-plain=pause}}</text>
</g></svg></div>{{/STARTED}}
</div>
{{#STARTED}}{{#FIGURE}}<div class="figure"><svg viewBox="0 0 720 {{HEIGHT}}" role="img" aria-label="{{T:x-plain=sec_timeline}}">
{{#PAUSE}}<rect x="{{X}}" y="{{TOP}}" width="{{W}}" height="{{H}}" fill="#dcdcdc"/>
{{/PAUSE}}{{#TICK}}<line x1="{{X}}" y1="{{TOP}}" x2="{{X}}" y2="{{BOTTOM}}" stroke="#c4c8cb" stroke-width=".7"/><text x="{{X}}" y="13" text-anchor="middle" font-size="10.5" font-weight="bold" fill="#222">{{EX}}</text><text x="{{X}}" y="26" text-anchor="middle" font-size="9.5" fill="#444">{{WALL}}</text>
{{/TICK}}{{#JUMP}}<line x1="{{X}}" y1="{{TOP}}" x2="{{X}}" y2="{{BOTTOM}}" stroke="#111" stroke-width="1.2" stroke-dasharray="2 2"/><text x="{{X}}" y="{{TEXT_Y}}" font-size="9.5" text-anchor="{{#LEFT}}end{{/LEFT}}{{#RIGHT}}start{{/RIGHT}}">{{T:x-plain=clock_jump}}</text>
{{/JUMP}}{{#LANE}}<line x1="0" y1="{{TOP}}" x2="720" y2="{{TOP}}" stroke="#9aa0a4" stroke-width=".6"/>
<text x="6" y="{{TEXT_Y}}" font-size="11.5" fill="#111" stroke="#fff" stroke-width="2.5" paint-order="stroke"><tspan font-weight="bold">{{NO}}.</tspan> {{LABEL}}{{#BADGE}}<tspan font-style="italic" fill="#8f2d00"> · {{WORDS}}</tspan>{{/BADGE}}</text>
{{#WAIT}}<line x1="{{X1}}" y1="{{Y}}" x2="{{X2}}" y2="{{Y}}" stroke="#d55e00" stroke-width="2.4"/>{{/WAIT}}
{{#REACT}}<line x1="{{X1}}" y1="{{Y}}" x2="{{X2}}" y2="{{Y}}" stroke="#0072b2" stroke-width="1.4"/>{{/REACT}}
{{#OPEN}}<line x1="{{X1}}" y1="{{Y}}" x2="{{X2}}" y2="{{Y}}" stroke="#8f2d00" stroke-width="1.6" stroke-dasharray="5 4"/><use href="#m-missed" x="{{X2}}" y="{{Y}}"/>{{/OPEN}}
{{#PLANNED}}<use href="#m-planned" x="{{X}}" y="{{Y}}"/>{{/PLANNED}}{{#RELEASED}}<use href="#m-released" x="{{X}}" y="{{Y}}"/>{{/RELEASED}}{{#RECOVERED}}<use href="#m-recovered" x="{{X}}" y="{{Y}}"/>{{/RECOVERED}}{{#CONTAINED}}<use href="#m-contained" x="{{X}}" y="{{Y}}"/>{{/CONTAINED}}{{#REPORTED}}<use href="#m-reported" x="{{X}}" y="{{Y}}"/>{{/REPORTED}}{{#NOTICEABLE}}<use href="#m-noticeable" x="{{X}}" y="{{Y}}"/>{{/NOTICEABLE}}{{#DETECTED}}<use href="#m-detected" x="{{X}}" y="{{Y}}"/>{{/DETECTED}}
{{/LANE}}{{#END}}<line x1="{{X}}" y1="{{TOP}}" x2="{{X}}" y2="{{BOTTOM}}" stroke="#111" stroke-width="1.2"/>{{/END}}
</svg></div>
{{/FIGURE}}
{{#LANES_LEFT_OUT}}<p class="note">{{>LEFT_OUT}}</p>{{/LANES_LEFT_OUT}}{{/STARTED}}
<h3>{{T:x-text=h_injects}}</h3>
<p class="note lead">{{T:x-text=injects_note}}</p>
<table>
<thead class="dense"><tr><th>{{T:x-text=c_no}}</th><th style="width:33%">{{T:x-text=c_inject}}</th><th>{{T:x-text=a_planned}}</th><th>{{T:x-text=a_released}}</th><th>{{T:x-text=a_noticeable}}</th><th>{{T:x-text=a_detected}}</th><th>{{T:x-text=a_reported}}</th><th>{{T:x-text=a_contained}}</th><th>{{T:x-text=a_recovered}}</th></tr></thead>
<tbody>
{{#INJECT}}<tr><td class="c">{{NO}}</td><td>{{>TITLE}}<div class="small"><span class="code">{{ID}}</span> · {{>HOW}}{{#FLAG}}<div><b>{{>WORDS}}</b></div>{{/FLAG}}</div></td>
{{#CELL}}<td class="t">{{#AT}}{{TIME}}{{#SINCE}}<br/>+{{ELAPSED}}{{/SINCE}}{{/AT}}{{#MISSING}}<span class="bad">{{T:x-text=undetected_cell}}</span>{{/MISSING}}{{#EMPTY}}<span class="none">–</span>{{/EMPTY}}</td>
{{/CELL}}</tr>
{{/INJECT}}</tbody>
</table>
</section>
