{{%AUTOESCAPE context="HTML"}}
<section id="times">
<h2>IV. {{T:x-text=sec_times}}</h2>
<table>
<thead><tr><th>{{T:x-text=c_metric}}</th><th>n</th><th>{{T:x-text=c_censored}}</th><th>{{T:x-text=c_mean}}</th><th>{{T:x-text=c_median}}</th><th>p90</th></tr></thead>
<tbody>
{{#METRIC}}<tr><td>{{>NAME}}</td><td class="n">{{N}}</td><td class="n">{{#SOME}}<span class="bad">{{CENSORED}}</span>{{/SOME}}{{#ZERO}}0{{/ZERO}}</td>{{#VALUES}}<td class="c w">{{>MEAN}}</td><td class="c w">{{>MEDIAN}}</td><td class="c w">{{>P90}}</td>{{/VALUES}}{{#NO_VALUES}}<td class="c none">–</td><td class="c none">–</td><td class="c none">–</td>{{/NO_VALUES}}</tr>
{{/METRIC}}</tbody>
</table>
{{#NO_METRICS}}<p class="note">{{T:x-text=no_metrics}}</p>{{/NO_METRICS}}
<p class="note">{{T:x-text=times_note}}</p>
</section>
