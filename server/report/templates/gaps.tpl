{{%AUTOESCAPE context="HTML"}}
<section id="gaps">
<h2>VI. {{T:x-text=sec_gaps}}</h2>
<h3>1. {{T:x-text=h_undetected}}</h3>
{{#HAS_UNDETECTED}}<table>
<thead><tr><th>{{T:x-text=c_inject}}</th><th>{{T:x-text=c_technique}}</th><th>{{T:x-text=c_hosts}}</th><th>{{T:x-text=a_noticeable}}</th><th>{{T:x-text=c_until_end}}</th></tr></thead>
<tbody>
{{#UNDETECTED}}<tr><td>{{>TITLE}} <b class="bad">{{T:x-text=undetected}}</b></td><td class="w code">{{TECHNIQUES}}</td><td class="n">{{HOSTS}}</td><td class="c">{{NOTICEABLE}}</td><td>{{>WAITED}}</td></tr>
{{/UNDETECTED}}</tbody>
</table>{{/HAS_UNDETECTED}}
{{#NO_UNDETECTED}}<p class="note">{{T:x-text=none_undetected}}</p>{{/NO_UNDETECTED}}
<h3>2. {{T:x-text=h_not_played}}</h3>
<p class="note lead">{{T:x-text=not_played_note}}</p>
{{#HAS_NOT_PLAYED}}<table class="fixed">
<thead><tr><th style="width:28%">{{T:x-text=c_inject}}</th><th style="width:18%">{{T:x-text=c_host}}</th><th style="width:22%">{{T:x-text=c_why}}</th><th>{{T:x-text=c_detail}}</th></tr></thead>
<tbody>
{{#NOT_PLAYED}}<tr><td>{{>TITLE}}</td><td>{{>HOST}}</td><td><b>{{>WHY}}</b></td><td class="small">{{#DETAIL}}<div>{{LINE}}</div>{{/DETAIL}}{{#MORE}}<div>{{>WORDS}}</div>{{/MORE}}</td></tr>
{{/NOT_PLAYED}}</tbody>
</table>{{/HAS_NOT_PLAYED}}
{{#NO_NOT_PLAYED}}<p class="note">{{T:x-text=none_not_played}}</p>{{/NO_NOT_PLAYED}}
<h3>3. {{T:x-text=h_marks}}</h3>
{{#HAS_MARK}}<table class="fixed">
<thead><tr><th>{{T:x-text=c_inject}}</th><th>{{T:x-text=c_host}}</th><th>{{T:x-text=c_mark}}</th></tr></thead>
<tbody>
{{#MARK}}<tr><td>{{>TITLE}}</td><td>{{>HOST}}</td><td>{{>WORDS}}</td></tr>
{{/MARK}}</tbody>
</table>{{/HAS_MARK}}
{{#NO_MARK}}<p class="note">{{T:x-text=none_marks}}</p>{{/NO_MARK}}
{{#LEFT_OUT}}<p class="note">{{>WORDS}}</p>{{/LEFT_OUT}}
</section>
