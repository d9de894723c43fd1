import { BACKGROUND, DARK_RULES, GRID, INK, MARK, OTHERS, OURS } from './colours.ts'

/** Colours by custom properties: the first of each pair in light, the second in dark. */
const PROPERTIES = {
  background: BACKGROUND,
  ink: INK,
  grid: GRID,
  mark: MARK,
  ours: OURS[0]!,
  others: OTHERS[0]!,
  panel: ['#f5f7f9', '#161c24'],
  good: ['#0f6b3c', '#4fce9d'],
  bad: ['#b3261e', '#ff9a8f'],
} as const

function properties(scheme: 0 | 1): string {
  return Object.entries(PROPERTIES)
    .map(([name, pair]) => `--${name}:${pair[scheme]}`)
    .join(';')
}

export const STYLE = `
:root{color-scheme:light dark;${properties(0)}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:16px;background:var(--background);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.9rem;line-height:1.2;margin:16px 0 4px}
h2{font-size:1.35rem;line-height:1.3;margin:48px 0 8px;padding-top:12px;border-top:1px solid var(--grid)}
h3{font-size:1.1rem;margin:28px 0 4px}
p{margin:8px 0;max-width:75ch}
a{color:var(--ours)}
code,pre{font:.9em/1.45 ui-monospace,monospace}
pre{background:var(--panel);padding:12px;border-radius:8px;white-space:pre-wrap}
.note{color:var(--mark)}
.warning{border-left:4px solid var(--bad);padding:8px 12px;background:var(--panel)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,225px),1fr));gap:12px;margin:16px 0;padding:0;
list-style:none}
.cards li{background:var(--panel);border-radius:8px;padding:12px 14px;border-left:5px solid var(--good)}
.cards li.missed{border-left-color:var(--bad)}
.cards li>span{display:block}
.cards .ratio{font-size:1.9rem;font-weight:700;line-height:1.2}
.reached{color:var(--good);font-weight:600}
.missed .verdict,.verdict.missed{color:var(--bad);font-weight:700}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:12px 0}
.facts dt{color:var(--mark)}
.facts dd{margin:0}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;padding:0;list-style:none}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:16px 12px;margin:12px 0}
.plots figure,.sweep{margin:0}
svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:8px 0}
th,td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--grid);vertical-align:top;
font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left;padding-left:0}
th{font-weight:600}
tbody th{padding-top:14px}
summary{cursor:pointer;padding:8px 0;color:var(--ours)}
.factors td,.factors th{vertical-align:middle}
.factors td:nth-child(2){width:42%;min-width:90px}
.factors small{color:var(--mark);font-size:.95em}
.factors td:last-child,.factors th{white-space:nowrap}
.groups{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:0 32px}
.groups section{min-width:0}
.groups .whole{grid-column:1/-1}
.track{position:relative;height:20px}
.track i{position:absolute;display:block}
.one{top:-5px;bottom:-5px;width:0;border-left:2px solid var(--mark)}
.bar{top:5px;height:10px;background:var(--ours)}
.bar.worse{background:var(--others)}
.spread{top:9px;height:2px;background:var(--ink)}
.key{display:inline-block;width:.8em;height:.8em;margin-right:.35em}
.legend span{margin-right:1.2em;white-space:nowrap}
@media (max-width:640px){
body{padding:12px}
.wide{display:none}
.narrow{display:block}
th,td{padding:4px 4px}
.factors thead{display:none}
.factors tr{display:grid;grid-template-columns:1fr max-content;border-bottom:1px solid var(--grid);padding:4px 0}
.factors td{border:0;padding:2px 0;width:auto}
.factors td:nth-child(2){grid-row:2;grid-column:1/3;width:auto}
.cards li{display:grid;grid-template-columns:5.6rem 1fr}
.cards li>span{grid-column:2}
.cards .ratio{grid-column:1;grid-row:1/5;font-size:1.5rem}
.facts{grid-template-columns:1fr;gap:0}
.facts dd{margin-bottom:8px}
}
@media (prefers-color-scheme:dark){
:root{${properties(1)}}
${DARK_RULES}
}`
