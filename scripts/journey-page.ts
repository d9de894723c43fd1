/**
 * Runs the programs of docs/journey.md, and writes what they print into the page. A command is a block `sh`,
 * and the block `text` after it is its output.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main, script, text } from './command-line.ts'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PAGE = `${ROOT}docs/journey.md`
const COMMAND_WITH_OUTPUT = /(```sh\nnpx (tsx [^\n]+)\n```\n\n```text\n)[\s\S]*?(?=```)/g

const SCRIPT = script({
  command: 'npx tsx scripts/journey-page.ts',
  does: 'Runs the programs of docs/journey.md, and writes what they print into the page.',
  options: { only: text('only the programs whose command has this text in it', '', 'all') },
  example: '--only 03-flow',
  exit: ['the page is written', 'a program failed, and the page is as before'],
})

main(SCRIPT, ({ only }) => {
  const page = readFileSync(PAGE, 'utf8')
  const written = page.replace(COMMAND_WITH_OUTPUT, (block, opening: string, command: string) => {
    if (!command.includes(only)) return block
    console.log(command)
    const [, ...args] = command.split(' ')
    const output = execFileSync(process.execPath, ['--import', 'tsx', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return `${opening}${output}`
  })
  writeFileSync(PAGE, written)
  return 0
})
