{{%AUTOESCAPE context="HTML"}}
{{P:pre_escape}}{{#HAS_S}} <span class="en" lang="en">{{S:pre_escape}}</span>{{/HAS_S}}
