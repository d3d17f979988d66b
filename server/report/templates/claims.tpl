{{%AUTOESCAPE context="HTML"}}
<section id="claims">
<h2>VII. {{T:x-text=sec_claims}}</h2>
<table>
<thead><tr>{{#COUNT}}<th>{{>STATE}}</th>{{/COUNT}}</tr></thead>
<tbody><tr>{{#COUNT}}<td class="c">{{N}}</td>{{/COUNT}}</tr></tbody>
</table>
{{#LIST}}<h3>{{NO}}. {{>TITLE}}</h3>
<table class="fixed">
<thead><tr><th style="width:12%">{{T:x-text=c_claim}}</th><th style="width:12%">{{T:x-text=c_received}}</th><th style="width:24%">{{T:x-text=c_who}}</th><th>{{T:x-text=c_content}}</th><th style="width:10%">{{T:x-text=c_penalty}}</th></tr></thead>
<tbody>
{{#CLAIM}}<tr><td><span class="code">{{ID}}</span><div class="small">{{>KIND}}</div><div class="small">#{{RECORD}}</div></td><td class="t">{{AT}}</td><td>{{>TEAM}}<div class="small">{{PERSON}}</div></td><td>{{TEXT}}{{#HAS_HOSTS}}<div class="small code">{{HOSTS}}</div>{{/HAS_HOSTS}}{{#HAS_EFFECT}}<div class="small">{{>EFFECT}}</div>{{/HAS_EFFECT}}</td><td class="n">{{PENALTY}}</td></tr>
{{/CLAIM}}</tbody>
</table>
{{#LEFT_OUT}}<p class="note">{{>WORDS}}</p>{{/LEFT_OUT}}
{{/LIST}}
{{#NO_WRONG}}<p class="note">{{T:x-text=none_wrong}}</p>{{/NO_WRONG}}
</section>
