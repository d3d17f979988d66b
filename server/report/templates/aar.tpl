{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="generator" content="Cyberdrill"/>
<title>{{T:x-plain=doc_title}}: {{TITLE}}</title>
{{>STYLE}}
</head>
<body>
<main class="paper">
{{>HEADER}}
{{>OVERVIEW}}
{{>RESULTS}}
{{>TIMELINE}}
{{>TIMES}}
{{>TECHNIQUES}}
{{>GAPS}}
{{>CLAIMS}}
{{>RATINGS}}
{{>JUDGING}}
{{>CLEANUP}}
{{>DUTY}}
{{>INTEGRITY}}
{{>SIGNATURES}}
{{>ANNEX}}
</main>
</body>
</html>
