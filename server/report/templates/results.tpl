{{%AUTOESCAPE context="HTML"}}
<section id="results">
<h2>II. {{T:x-text=sec_results}}</h2>
<p class="note lead">{{>RULE}}</p>
{{#NO_SCORE}}<p class="note">{{T:x-text=no_score}}</p>{{/NO_SCORE}}
{{#OBJECTIVE}}
<h3>{{NO}}. {{>TITLE}}</h3>
{{#HAS_CAPABILITY}}<p class="note lead">{{>CAPABILITY}}</p>{{/HAS_CAPABILITY}}
<table>
<thead><tr><th>{{T:x-text=c_line}}</th><th style="width:32%">{{T:x-text=c_inject}}</th><th>{{T:x-text=c_expectation}}</th><th>{{T:x-text=c_team}}</th><th style="width:16%">{{T:x-text=c_state}}</th><th>{{T:x-text=c_earned}}</th></tr></thead>
<tbody>
<tr class="head"><td colspan="4">{{T:x-text=objective_sum}}<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="0" width="1000" height="10" fill="#d5d9dc"/><rect x="0" y="0" width="{{BAR}}" height="10" fill="#0072b2"/></svg></td><td class="c">{{SCORE}}</td><td class="n">{{EARNED}}/{{POSSIBLE}}</td></tr>
{{#LINE}}<tr><td class="c">{{NO}}</td><td>{{>INJECT}}</td><td class="w">{{>KIND}}</td><td>{{>TEAM}}</td><td class="{{#BAD}}bad{{/BAD}}{{#GOOD}}good{{/GOOD}}">{{>STATE}}{{#UNCERTAIN}} <span class="small">{{T:x-text=uncertain}}</span>{{/UNCERTAIN}}</td><td class="n">{{EARNED}}/{{WEIGHT}}</td></tr>
{{/LINE}}</tbody>
</table>
{{/OBJECTIVE}}
{{#LINES_LEFT_OUT}}<p class="note">{{>LEFT_OUT}}</p>{{/LINES_LEFT_OUT}}
<h3>{{T:x-text=h_sums}}</h3>
<table>
<thead><tr><th>{{T:x-text=c_group}}</th><th>{{T:x-text=c_name}}</th><th>{{T:x-text=c_earned}}</th><th>{{T:x-text=c_score}}</th></tr></thead>
<tbody>
{{#SUM}}<tr><td class="w">{{>GROUP}}</td><td>{{>NAME}}<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="0" width="1000" height="10" fill="#d5d9dc"/><rect x="0" y="0" width="{{BAR}}" height="10" fill="#0072b2"/></svg></td><td class="n">{{EARNED}}/{{POSSIBLE}}</td><td class="n">{{SCORE}}</td></tr>
{{/SUM}}<tr class="head"><td colspan="2">{{T:x-text=penalty}}</td><td class="n">{{PENALTY}}</td><td></td></tr>
<tr class="head"><td colspan="2">{{T:x-text=whole}}</td><td class="n">{{NET}}/{{POSSIBLE}}</td><td class="n">{{SCORE}}</td></tr>
</tbody>
</table>
</section>
