{{%AUTOESCAPE context="HTML"}}
<section id="integrity">
<h2>XI. {{T:x-text=sec_integrity}}</h2>
<table class="facts narrow"><tbody>
<tr><th>{{T:x-text=i_stream}}</th><td><span class="code">{{EXERCISE}}</span>, {{>UP_TO}}</td></tr>
<tr><th>{{T:x-text=i_head}}</th><td class="code hash">{{#HAS_HEAD}}{{HEAD}}{{/HAS_HEAD}}{{#NO_HEAD}}–{{/NO_HEAD}}</td></tr>
<tr><th>{{T:x-text=i_score}}</th><td class="code hash">{{#HAS_SCORE}}{{SCORE_HASH}}{{/HAS_SCORE}}{{#NO_SCORE}}–{{/NO_SCORE}}</td></tr>
<tr><th>{{T:x-text=i_version}}</th><td>{{VERSION}}</td></tr>
<tr><th>{{T:x-text=i_signed}}</th><td class="code hash">{{#SIGNED}}{{KEY}}{{/SIGNED}}{{#NOT_SIGNED}}–{{/NOT_SIGNED}}</td></tr>
</tbody></table>
<p class="note">{{T:x-text=integrity_note}}</p>
</section>
