{{%AUTOESCAPE context="HTML"}}
<section id="overview">
<h2>I. {{T:x-text=sec_overview}}</h2>
<table class="facts"><tbody>
<tr><th>{{T:x-text=f_title}}</th><td>{{>TITLE}}</td></tr>
<tr><th>{{T:x-text=f_code}}</th><td><span class="code">{{EXERCISE}}</span> · {{>TYPE_AND_PHASE}}</td></tr>
<tr><th>{{T:x-text=f_start}}</th><td>{{START}}</td></tr>
<tr><th>{{T:x-text=f_end}}</th><td>{{END}}</td></tr>
<tr><th>{{T:x-text=f_length}}</th><td class="fact">{{>LENGTH}}</td></tr>
<tr><th>{{T:x-text=f_decision}}</th><td>{{>DECISION}}</td></tr>
{{#HAS_SUMMARY}}<tr><th>{{T:x-text=f_summary}}</th><td>{{>SUMMARY}}</td></tr>{{/HAS_SUMMARY}}
<tr><th>{{T:x-text=f_unaware}}</th><td>{{>UNAWARE}}</td></tr>
</tbody></table>
<h3>1. {{T:x-text=h_systems}}</h3>
<table>
<thead><tr><th>{{T:x-text=c_no}}</th><th>{{T:x-text=c_system}}</th><th>{{T:x-text=c_level}}</th><th>{{T:x-text=c_owner}}</th><th>{{T:x-text=c_operator}}</th><th>{{T:x-text=c_hosts}}</th></tr></thead>
<tbody>
{{#SYSTEM}}<tr><td class="c">{{NO}}</td><td>{{>NAME}}</td><td>{{>LEVEL}}</td><td>{{>OWNER}}</td><td>{{>OPERATOR}}</td><td class="n">{{HOSTS}}</td></tr>
{{/SYSTEM}}</tbody>
</table>
<h3>2. {{T:x-text=h_participants}}</h3>
<table>
<thead><tr><th style="width:34%">{{T:x-text=c_part}}</th><th>{{T:x-text=c_members}}</th></tr></thead>
<tbody>
{{#PARTICIPANT}}<tr><td>{{>PART}}</td><td>{{WHO}}</td></tr>
{{/PARTICIPANT}}</tbody>
</table>
<h3>3. {{T:x-text=h_roe}}</h3>
<table class="facts"><tbody>
{{#ROE}}<tr><th>{{>FIELD}}</th><td>{{>WORDS}}</td></tr>
{{/ROE}}</tbody></table>
<h3>4. {{T:x-text=h_scope}}</h3>
{{#HAS_SCOPE}}<table>
<thead><tr><th>{{T:x-text=c_system}}</th><th>{{T:x-text=c_scope}}</th><th>{{T:x-text=c_window}}</th><th>{{T:x-text=c_decision}}</th></tr></thead>
<tbody>
{{#SCOPE}}<tr><td>{{>NAME}}</td><td>{{>WHAT}}</td><td class="w">{{FROM}}<br/>{{TO}}</td><td>{{>DECISION}}</td></tr>
{{/SCOPE}}</tbody>
</table>{{/HAS_SCOPE}}
{{#NO_SCOPE}}<p class="note">{{T:x-text=no_scope}}</p>{{/NO_SCOPE}}
{{#HAS_NOTICE}}<table>
<thead><tr><th>{{T:x-text=c_notice}}</th><th>{{T:x-text=c_contact}}</th><th>{{T:x-text=c_notified}}</th><th>{{T:x-text=c_acknowledged}}</th></tr></thead>
<tbody>
{{#NOTICE}}<tr><td>{{>NAME}}</td><td>{{CONTACT}}</td><td>{{AT}}</td><td class="c">{{>ACK}}</td></tr>
{{/NOTICE}}</tbody>
</table>{{/HAS_NOTICE}}
</section>
