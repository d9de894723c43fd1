import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main, script, text, texts } from '../scripts/command-line.ts'
import { plotFiles } from './page/files.ts'
import { pageOf } from './page/page.ts'
import { readRuns } from './page/read.ts'

const FOLDER = fileURLToPath(new URL('./report/', import.meta.url))

const SCRIPT = script({
  command: 'npm run bench:report --',
  does: 'Writes a page and plots of what runs of the bench printed as JSON. It measures nothing itself.',
  options: {
    from: texts(
      'a file of JSON, printed by npm run bench or npm run bench:rivals with --json; all must be of one commit, machine and version of Node',
      'results.json in the folder of the report',
    ),
    to: text('the folder of the report: index.html, SVG files and results.json', FOLDER, 'bench/report'),
  },
  example: '--from bench.json --from rivals.json',
  exit: ['the report is written', 'the report could not be written'],
})

await main(SCRIPT, ({ from, to }) => {
  const runs = readRuns(from ?? [join(to, 'results.json')])
  const files = new Map([
    ...plotFiles(runs),
    ['index.html', pageOf(runs)],
    ['results.json', `${JSON.stringify(runs, null, 1)}\n`],
  ])
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(to)) {
    // A plot of an earlier report, of a group that these runs do not have.
    if (name.endsWith('.svg') && !files.has(name)) rmSync(join(to, name))
  }
  for (const [name, content] of files) writeFileSync(join(to, name), content)
  console.log([...files.keys()].map((name) => join(to, name)).join('\n'))
  return 0
})
