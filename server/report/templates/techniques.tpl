{{%AUTOESCAPE context="HTML"}}
<section id="techniques">
<h2>V. {{T:x-text=sec_techniques}}</h2>
{{#HAS}}<p class="note lead">{{>SUMMARY}}</p>
<table>
<thead><tr><th>{{T:x-text=c_technique}}</th><th style="width:42%">{{T:x-text=c_injects}}</th><th>{{T:x-text=c_played}}</th><th>{{T:x-text=a_detected}}</th><th>{{T:x-text=c_state}}</th><th>{{T:x-text=c_score}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td class="w code">{{ID}}</td><td>{{>INJECTS}}</td><td class="n">{{PLAYED}}</td><td class="n">{{DETECTED}}</td><td class="c {{#BAD}}bad{{/BAD}}{{#GOOD}}good{{/GOOD}}">{{>STATE}}</td><td class="n">{{SCORE}}</td></tr>
{{/ROW}}</tbody>
</table>{{/HAS}}
{{#NONE}}<p class="note">{{T:x-text=no_techniques}}</p>{{/NONE}}
</section>
