{{%AUTOESCAPE context="HTML"}}
<section id="duty">
<h2>X. {{T:x-text=sec_duty}}</h2>
{{#HAS}}<table class="fixed">
<thead><tr><th style="width:18%">{{T:x-text=c_system}}</th><th style="width:9%">{{T:x-text=c_level}}</th><th style="width:27%">{{T:x-text=c_obligation}}</th><th style="width:14%">{{T:x-text=c_state}}</th><th>{{T:x-text=c_evidence}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{>NAME}}</td><td class="c">{{LEVEL}}{{#LEVEL_MISSING}}<div class="small">{{T:x-text=level_missing}}</div>{{/LEVEL_MISSING}}</td><td>{{>OBLIGATION}}<div class="small">{{DOCUMENT}}</div></td><td class="{{#BAD}}bad{{/BAD}}{{#GOOD}}good{{/GOOD}}"><b>{{>STATE}}</b>{{#DUE}}<div class="small">{{>WORDS}}</div>{{/DUE}}</td><td>{{#HELD}}<div>{{>HELD_WORDS}}</div>{{/HELD}}{{#DEPTH}}<div class="small">{{>WORDS}}</div>{{/DEPTH}}{{#MISSING}}<div class="small">– {{>WORDS}}</div>{{/MISSING}}{{#NOTE}}<div class="small">{{>WORDS}}</div>{{/NOTE}}</td></tr>
{{/ROW}}</tbody>
</table>
<p class="note">{{>AS_OF}}</p>
{{#SOURCE}}<p class="note"><b>{{DOCUMENT}}</b>{{#HAS_QUOTE}}: «{{QUOTE}}»{{/HAS_QUOTE}}. {{>REACH}}{{#UNVERIFIED}} <i>{{T:x-text=unverified}}</i>{{/UNVERIFIED}}</p>
{{/SOURCE}}{{/HAS}}
{{#NONE}}<p class="note">{{T:x-text=no_duty}}</p>{{/NONE}}
<h3>{{T:x-text=h_deadlines}}</h3>
<p class="note">{{>DEADLINES}}</p>
</section>
