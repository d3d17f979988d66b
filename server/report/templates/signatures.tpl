{{%AUTOESCAPE context="HTML"}}
<div class="ending">
<p class="closing">{{>CLOSING}}</p>
{{#HAS_NOTE}}<p class="note">{{T:x-text=close_note}}: {{NOTE}}</p>{{/HAS_NOTE}}
<table class="sign" id="signatures"><tbody><tr>
{{#SIGNER}}<td><div class="post">{{>POST}}</div><div class="how">{{T:x-text=sign_how}}</div><div class="space"></div><div class="who">{{WHO}}</div></td>
{{/SIGNER}}</tr></tbody></table>
<div class="recipients"><b>{{T:x-text=recipients}}:</b>
{{#RECIPIENT}}<div>- {{>NAME}};</div>
{{/RECIPIENT}}<div>- {{T:x-text=filed}}</div></div>
</div>
