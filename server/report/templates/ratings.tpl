{{%AUTOESCAPE context="HTML"}}
<section id="ratings">
<h2>VIII. {{T:x-text=sec_ratings}}</h2>
<table>
<thead><tr><th>{{T:x-text=c_rated}}</th><th>{{T:x-text=e_process}}</th><th>{{T:x-text=e_technology}}</th><th>{{T:x-text=e_people}}</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{>NAME}}</td>{{#CELL}}<td>{{#GIVEN}}<div><b>{{LETTER}}</b> <span class="small">{{WHO}}</span>{{#HAS_NOTE}}<div class="small">{{NOTE}}</div>{{/HAS_NOTE}}</div>{{/GIVEN}}{{#EMPTY}}<span class="none">{{T:x-text=not_rated}}</span>{{/EMPTY}}</td>{{/CELL}}</tr>
{{/ROW}}</tbody>
</table>
<p class="note">{{T:x-text=ratings_legend}}</p>
</section>
