{{%AUTOESCAPE context="HTML"}}
<section id="judging">
{{#MARKS}}<h3>{{T:x-text=h_judge_marks}}</h3>
<table class="fixed">
<thead><tr><th style="width:26%">{{T:x-text=c_marked}}</th><th style="width:14%">{{T:x-text=c_team}}</th><th style="width:14%">{{T:x-text=c_marks}}</th><th style="width:8%">{{T:x-text=c_spread}}</th><th style="width:8%">{{T:x-text=c_counts}}</th><th>{{T:x-text=c_arithmetic}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{>WHAT}}</td><td>{{>TEAM}}</td><td class="n">{{MARKS}}</td><td class="n">{{SPREAD}}</td><td class="n"><b>{{COUNTS}}</b></td><td>{{#CHAIR}}<div>{{T:x-text=mark_chair}}: {{NOTE}}</div>{{/CHAIR}}{{#BECAUSE}}<div class="small">{{TEXT}}</div>{{/BECAUSE}}</td></tr>
{{/ROW}}</tbody>
</table>
<p class="note">{{T:x-text=marks_note}}</p>
{{/MARKS}}{{#APPEALS}}<h3>{{T:x-text=h_appeals}}</h3>
<table class="fixed">
<thead><tr><th style="width:12%">{{T:x-text=c_appeal}}</th><th style="width:26%">{{T:x-text=c_marked}}</th><th>{{T:x-text=c_content}}</th><th style="width:30%">{{T:x-text=c_answer}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td><span class="code">{{ID}}</span><div class="small">{{>TEAM}}</div></td><td>{{>WHAT}}</td><td>{{TEXT}}</td><td><b>{{>ANSWER}}</b><div class="small">{{NOTE}}</div></td></tr>
{{/ROW}}</tbody>
</table>
{{/APPEALS}}{{#NOTES}}<h3>{{T:x-text=h_notes}}</h3>
<table class="fixed">
<thead><tr><th style="width:12%">{{T:x-text=c_at}}</th><th style="width:20%">{{T:x-text=c_noter}}</th><th style="width:24%">{{T:x-text=c_about}}</th><th>{{T:x-text=c_content}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td class="t">{{AT}}</td><td>{{WHO}}</td><td>{{>ABOUT}}</td><td>{{TEXT}}{{#FILE}}<div class="small">{{NAME}} <span class="code hash">{{HASH}}</span></div>{{/FILE}}</td></tr>
{{/ROW}}</tbody>
</table>
{{/NOTES}}{{#SURVEY}}<h3>{{T:x-text=h_survey}}</h3>
<p>{{>ANSWERED}}</p>
<table>
<tbody>
{{#ROW}}<tr><td style="width:45%">{{>TEXT}}</td><td>{{#SCALE}}<div><b>{{MEAN}}</b> / {{OF}} <span class="small">({{COUNTS}})</span></div>{{/SCALE}}{{#SAID}}<div class="small">– {{WORDS}}</div>{{/SAID}}</td></tr>
{{/ROW}}</tbody>
</table>
{{/SURVEY}}</section>
