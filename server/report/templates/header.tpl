{{%AUTOESCAPE context="HTML"}}
<table class="letterhead" role="presentation"><tbody><tr>
<td class="org">
{{#PARENT}}<div class="upper">{{>PARENT_NAME}}</div>{{/PARENT}}
<div class="upper"><b>{{>ORG_NAME}}</b></div>
<hr class="rule"/>
<div class="number">{{T:x-text=number_line}}</div>
</td>
<td>
<div class="nation">{{T:x-text=nation}}</div>
<div><span class="motto">{{T:x-text=motto}}</span></div>
<div class="place">{{T:x-text=place_date}}</div>
</td>
</tr></tbody></table>
{{#PROVISIONAL}}<div class="banner"><b>{{T:x-text=mark_provisional}}</b><br/>{{>WHY_PROVISIONAL}}</div>{{/PROVISIONAL}}
<h1><span class="word">{{T:x-text=doc_word}}</span>{{>DOC_SUBJECT}}<span class="name">{{>QUOTED}}</span></h1>
<hr class="rule"/>
<table class="keys"><tbody>
<tr>
<td><span class="label">{{T:x-text=key_score}}</span><span class="value">{{SCORE}}{{#HAS_SCORE}}<small>/100</small>{{/HAS_SCORE}}</span><span class="more">{{>SCORE_MORE}}</span></td>
<td><span class="label">{{T:x-text=key_played}}</span><span class="value">{{PLAYED}}<small>/{{PLAYABLE}}</small></span><span class="more">{{>PLAYED_MORE}}</span></td>
<td><span class="label">{{T:x-text=key_detected}}</span><span class="value">{{DETECTED}}<small>/{{DETECTABLE}}</small></span><span class="more">{{>DETECTED_MORE}}</span></td>
</tr>
<tr>
<td><span class="label">{{T:x-text=key_median}}</span><span class="value words">{{>MEDIAN}}</span><span class="more">{{>MEDIAN_MORE}}</span></td>
<td><span class="label">{{T:x-text=key_wrong}}</span><span class="value">{{WRONG}}</span><span class="more">{{>WRONG_MORE}}</span></td>
<td><span class="label">{{T:x-text=key_cleanup}}</span><span class="value words">{{>CLEANUP}}</span><span class="more">{{>CLEANUP_MORE}}</span></td>
</tr>
<tr><td colspan="3" class="duty">{{>DUTY}}</td></tr>
</tbody></table>
