{{%AUTOESCAPE context="HTML"}}
<section id="cleanup">
<h2>IX. {{T:x-text=sec_cleanup}}</h2>
<p class="note lead">{{>SUMMARY}}</p>
<table>
<thead class="dense"><tr><th style="width:27%">{{T:x-text=c_host}}</th><th>{{T:x-text=c_played}}</th><th>{{T:x-text=k_verified}}</th><th>{{T:x-text=k_superseded}}</th><th>{{T:x-text=k_declared}}</th><th>{{T:x-text=k_residue}}</th><th>{{T:x-text=k_accepted}}</th><th>{{T:x-text=k_waiting}}</th><th>{{T:x-text=c_clock}}</th></tr></thead>
<tbody>
{{#HOST}}<tr><td>{{>NAME}}<div class="small">{{>SYSTEM}}</div></td><td class="n">{{PLAYED}}</td><td class="n">{{VERIFIED}}</td><td class="n">{{SUPERSEDED}}</td><td class="n">{{DECLARED}}</td><td class="n{{#RESIDUE_BAD}} bad{{/RESIDUE_BAD}}">{{RESIDUE}}</td><td class="n">{{ACCEPTED}}</td><td class="n{{#WAITING_BAD}} bad{{/WAITING_BAD}}">{{WAITING}}</td><td class="t">{{CLOCK}}</td></tr>
{{/HOST}}</tbody>
</table>
{{#HOSTS_LEFT_OUT}}<p class="note">{{>WORDS}}</p>{{/HOSTS_LEFT_OUT}}
{{#HAS_LEFT}}<h3>{{T:x-text=h_left}}</h3>
<table class="fixed">
<thead><tr><th style="width:18%">{{T:x-text=c_host}}</th><th style="width:26%">{{T:x-text=c_inject}}</th><th style="width:15%">{{T:x-text=c_state}}</th><th>{{T:x-text=c_detail}}</th></tr></thead>
<tbody>
{{#LEFT}}<tr><td>{{>HOST}}</td><td>{{>TITLE}}</td><td>{{>STATE}}</td><td class="small">{{#DETAIL}}<div>{{LINE}}</div>{{/DETAIL}}{{#MORE}}<div>{{>WORDS}}</div>{{/MORE}}</td></tr>
{{/LEFT}}</tbody>
</table>
{{#LEFT_OUT}}<p class="note">{{>WORDS}}</p>{{/LEFT_OUT}}{{/HAS_LEFT}}
<p class="note">{{T:x-text=clock_note}}</p>
</section>
