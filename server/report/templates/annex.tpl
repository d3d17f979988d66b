{{%AUTOESCAPE context="HTML"}}
<section id="annex" class="annex">
<h2>{{T:x-text=sec_annex}}</h2>
<p class="note">{{T:x-text=annex_note}}</p>
<table>
<thead><tr><th>{{T:x-text=c_line}}</th><th>{{T:x-text=c_what}}</th><th>{{T:x-text=c_arithmetic}}</th><th>{{T:x-text=c_earned}}</th></tr></thead>
<tbody>
{{#LINE}}<tr><td class="c">{{NO}}</td><td><span class="code">{{INJECT}}</span> #{{EXPECTATION}}<div class="small inline">{{>KIND}}{{#HAS_TEAM}} · {{TEAM}}{{/HAS_TEAM}}</div></td><td class="small inline">{{#BECAUSE}}<div>{{WORDS}}</div>{{/BECAUSE}}{{#HOST}}<div><span class="code">{{NAME}}</span> {{>STATE}}{{#DONE}}: {{FROM}} → {{AT}} (+{{ELAPSED}}{{#ERROR}}, ± {{MARGIN}}{{/ERROR}}){{/DONE}}{{#SHARES}} · {{TIMELINESS}} × {{QUALITY}}{{/SHARES}}{{#HAS_OBSERVATION}} · {{OBSERVATION}}{{/HAS_OBSERVATION}}{{#HAS_RECORDS}} · {{T:x-plain=records}} {{RECORDS}}{{/HAS_RECORDS}}</div>{{/HOST}}{{#MORE_HOSTS}}<div>{{>WORDS}}</div>{{/MORE_HOSTS}}</td><td class="n">{{EARNED}}/{{WEIGHT}}</td></tr>
{{/LINE}}</tbody>
</table>
</section>
