import type { Run } from '../results.ts'
import { overview } from './overview.ts'
import { groupsOf } from './plots.ts'
import { groupId, headingOf, section } from './section.ts'
import { STYLE } from './style.ts'
import { escaped } from './text.ts'

/** One self-contained page about runs on one machine and commit. */
export function pageOf(runs: readonly Run[]): string {
  const [{ header }] = runs as [Run]
  const groups = groupsOf(runs.flatMap((run) => run.scenarios))
  const links = groups.map(
    (group) => `<li><a href="#${groupId(group)}">${escaped(headingOf(group))}</a></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>The bench of millrace, ${escaped(header.commit)}</title>
<style>${STYLE}
</style>
</head>
<body>
<header>
<h1>The bench of millrace</h1>
<p>Ways of moving items between threads, and of running tasks on them, side by side in one run. Commit
<code>${escaped(header.commit)}</code>, Node ${escaped(header.node)}, ${header.cores} cores, ${escaped(day(header.date))}.</p>
<p class="legend"><span><i class="key" style="background:var(--ours)"></i>millrace</span>
<span><i class="key" style="background:var(--others)"></i>others</span></p>
</header>
<main>
${overview(runs)}
${machine(runs)}
<nav aria-label="Groups of scenarios"><h2>The scenarios</h2>
<p>A bar or a point is the median of the rounds, and its whisker goes from the lowest to the highest. Grey is the A/A
control: the same code measured once more. In line charts, others are dashed.</p>
<ul>
${links.join('\n')}
</ul></nav>
<div class="groups">
${groups.map((group) => section(group, header.cores)).join('\n')}
</div>
${again()}
</main>
</body>
</html>
`
}

function machine(runs: readonly Run[]): string {
  const [{ header }] = runs as [Run]
  const all = (read: (run: Run) => string | number) => [...new Set(runs.map(read))].join(', ')
  const load = Math.max(...runs.map((run) => run.header.load))
  const busy =
    load > header.cores / 2
      ? `<p class="warning">The machine was busy when a run began: load ${load.toFixed(1)} on ${header.cores} cores. Read ratios, not rates.</p>`
      : ''
  const leftOut = [...new Set(runs.flatMap((run) => run.leftOut))]
  const absent =
    leftOut.length === 0
      ? '<p>No rival was left out.</p>'
      : `<p>Left out:</p>\n<ul>${leftOut.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>`
  const facts: [string, string | number][] = [
    ['Machine', header.machine],
    ['Cores', header.cores],
    ['Memory', `${header.memoryGiB} GiB`],
    ['System', header.system],
    ['Node', `${header.node}, V8 ${header.v8}`],
    ['Commit', header.commit],
    ['Date', all((run) => run.header.date)],
    ['Rounds', `${all((run) => run.header.rounds)}, after one to warm up`],
    ['Load before a run', all((run) => run.header.load.toFixed(2))],
  ]
  return `<h2 id="machine">Machine and run</h2>
${busy}
<dl class="facts">
${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(String(value))}</dd>`).join('\n')}
</dl>
${absent}`
}

function again(): string {
  return `<h2 id="again">This report, made again</h2>
<pre>npm run --silent bench -- --json &gt; bench.json
npm run --silent bench:rivals -- --json &gt; rivals.json
npm run bench:report -- --from bench.json --from rivals.json</pre>
<p>All figures of this page are in <a href="results.json">results.json</a>. The
<a href="../README.md">notes on the bench</a> say what each scenario measures.</p>`
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10)
}
