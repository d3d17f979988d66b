{{%AUTOESCAPE context="HTML"}}
<style>
@page {
  size: A4;
  margin: 20mm 15mm 20mm 25mm;
  @top-center { content: counter(page); font: 12pt "Times New Roman", "Liberation Serif", serif; }
  @bottom-left { content: "{{EXERCISE}}{{#HAS_HEAD}} · {{HEAD_SHORT}}{{/HAS_HEAD}}"; font: 8.5pt "Times New Roman", "Liberation Serif", serif; color: #444; }
  @bottom-right { content: "{{#PROVISIONAL}}{{T:x-plain=mark_provisional}} · {{/PROVISIONAL}}{{T:x-plain=page_word}} " counter(page) "/" counter(pages); font: 8.5pt "Times New Roman", "Liberation Serif", serif; color: #444; }
}
@page :first { @top-center { content: ""; } }
* { box-sizing: border-box; }
html { background: #e9e9e6; }
body { margin: 0; color: #111; font: 13pt/1.4 "Times New Roman", "Liberation Serif", serif; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.paper { max-width: 210mm; margin: 8mm auto; padding: 20mm 15mm 20mm 25mm; background: #fff; box-shadow: 0 1px 6px rgba(0,0,0,.25); }
.en { color: #444; font-style: italic; font-size: .86em; font-weight: normal; text-transform: none; letter-spacing: 0; }
table { width: 100%; border-collapse: collapse; margin: 2mm 0 4mm; font-size: 10.5pt; line-height: 1.3; }
th, td { border: .5pt solid #777; padding: 1.1mm 1.6mm; vertical-align: top; text-align: left; overflow-wrap: break-word; }
thead { display: table-header-group; }
thead th { background: #e8ecef; text-align: center; vertical-align: middle; }
th .en, td .en { display: block; }
.fixed { table-layout: fixed; }
.fixed td { overflow-wrap: anywhere; }
tr.head { break-after: avoid; }
.dense th { font-size: 9pt; padding: 1mm .6mm; }
tr { break-inside: avoid; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.c { text-align: center; }
.w { white-space: nowrap; }
td.t { text-align: center; white-space: nowrap; font-size: 9pt; padding-left: .8mm; padding-right: .8mm; }
.small { font-size: 9pt; color: #333; }
.facts.narrow th { width: 24%; }
#integrity { break-after: avoid; }
.none { color: #777; }
.bad { font-weight: bold; color: #8f2d00; }
.good { color: #00513a; }
.code { font-family: "Liberation Mono", "Courier New", monospace; font-size: .84em; overflow-wrap: anywhere; }
.code.hash { font-size: 7.8pt; white-space: nowrap; }
.inline .en { display: inline; }
.note { break-inside: avoid; font-size: 11.5pt; margin: 1.5mm 0 3mm; text-align: justify; }
.note .en, .fact .en { display: block; }
.lead { break-after: avoid; }
h1 { font-size: 14pt; text-align: center; margin: 9mm 0 0; line-height: 1.35; }
h1 .word { display: block; font-size: 15pt; text-transform: uppercase; letter-spacing: .04em; }
h1 .en { display: block; font-weight: normal; }
h1 .name { display: block; text-wrap: balance; }
h1, .letterhead .upper { text-wrap: balance; }
h1 + .rule { width: 34mm; }
h2 { font-size: 13pt; text-transform: uppercase; margin: 8mm 0 2mm; break-after: avoid; break-inside: avoid; }
h3 { font-size: 12.5pt; margin: 4.5mm 0 1mm; break-after: avoid; break-inside: avoid; }
h2 .en, h3 .en { margin-left: .4em; }
.rule { border: 0; border-top: .8pt solid #111; width: 42%; margin: .8mm auto 2mm; }
.letterhead { table-layout: fixed; margin: 0; font-size: 12pt; line-height: 1.3; }
.letterhead td { border: 0; padding: 0; text-align: center; }
.letterhead .org { width: 41%; padding-right: 3mm; }
.letterhead .upper { text-transform: uppercase; }
.letterhead .nation { text-transform: uppercase; font-weight: bold; font-size: 11.4pt; white-space: nowrap; }
.letterhead .motto { font-weight: bold; font-size: 12.5pt; display: inline-block; border-bottom: .8pt solid #111; padding-bottom: .6mm; }
.letterhead .place { font-style: italic; margin-top: 3mm; }
.letterhead .number { margin-top: 3mm; }
.letterhead .en { display: block; }
.banner { border: 1.2pt solid #8f2d00; padding: 2mm 3mm; margin: 5mm 0 0; text-align: center; font-size: 11.5pt; }
.banner b { color: #8f2d00; text-transform: uppercase; letter-spacing: .04em; }
.banner .en { display: block; }
.keys { table-layout: fixed; margin-top: 6mm; border: 1pt solid #333; }
.keys td { text-align: center; padding: 2mm 1.5mm; vertical-align: middle; }
.keys .label { display: block; font-size: 9.5pt; color: #333; line-height: 1.2; }
.keys .value { display: block; font-size: 16pt; font-weight: bold; line-height: 1.25; }
.keys .value.words { font-size: 12.5pt; padding: .6mm 0; }
.keys .value small { font-size: 10.5pt; font-weight: normal; }
.keys .more { display: block; font-size: 9pt; color: #333; line-height: 1.2; }
.keys .duty { padding: 1.2mm; }
.facts th { width: 31%; background: #f5f6f7; font-weight: normal; }
tr.head td { background: #f2f4f5; font-weight: bold; }
svg.bar { width: 100%; height: 2.6mm; display: block; margin-top: .8mm; }
.figure { margin: 2mm 0 4mm; break-inside: avoid; }
.figure svg { width: 100%; height: auto; display: block; border: .5pt solid #777; }
.together { display: flow-root; break-inside: avoid; break-after: avoid; }
.legend { break-after: avoid; }
.legend svg { width: 100%; height: auto; display: block; }
svg text { font-family: "Times New Roman", "Liberation Serif", serif; }
.defs { position: absolute; width: 0; height: 0; }
.ending { break-inside: avoid; }
.sign { table-layout: fixed; margin-top: 8mm; }
.sign td { border: 0; text-align: center; padding: 0 1mm; }
.sign .post { font-weight: bold; text-transform: uppercase; font-size: 11.5pt; }
.sign .how { font-style: italic; font-size: 10.5pt; }
.sign .space { height: 23mm; }
.sign .who { font-weight: bold; font-size: 12pt; }
.sign .en { display: block; }
.recipients { font-size: 10.5pt; line-height: 1.3; margin-top: 4mm; }
.recipients b { font-style: italic; }
.annex { break-before: page; }
.closing { margin-top: 6mm; text-indent: 10mm; }
.closing .en { display: block; text-indent: 0; }
@media print {
  html { background: #fff; }
  .paper { max-width: none; margin: 0; padding: 0; box-shadow: none; }
}
</style>
