import { MAP_OPTIONS, type Option } from './map-options.ts'

const COLUMNS = 100

export const HELP = `Usage: millrace map FILE[#export] [options]

Calls a function of a module with each line of a text, on all cores.

Commands:
  map            a parallel map from standard input to standard output

Options:
  --help, -h     print this text; millrace map --help lists the options of map
  --version, -V  print the version

Examples:
  seq 1 1000 | millrace map square.mjs > squares.txt
  millrace map parse.ts#row --ndjson --input access.ndjson --output rows.ndjson --stats
`

/** The text of `millrace map --help`. */
export function mapHelp(): string {
  const rows = Object.entries<Option>(MAP_OPTIONS).map(([name, { placeholder, help, allowed }]) => {
    const isNumber = /^an integer/.test(allowed)
    const left = placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`
    return [left, isNumber ? `${help}; ${allowed}` : help] as const
  })
  rows.push(['--help, -h', 'print this text'])
  const width = Math.max(...rows.map(([left]) => left.length)) + 4
  const indent = `\n${' '.repeat(width)}`
  const options = rows
    .map(([left, right]) => `  ${left}`.padEnd(width) + wrapped(right, COLUMNS - width).join(indent))
    .join('\n')
  return `Usage: millrace map FILE[#export] [options]

Calls a function with each line of standard input, on threads, and writes its results as lines to
standard output, in the order of the input. FILE is a module (.js, .mjs, .cjs, .ts). The function is
its default export, or the one named behind #, and is called as (line, thread).

Options:
${options}

Examples:
  seq 1 1000 | millrace map square.mjs > squares.txt
  millrace map parse.ts#row --ndjson --input access.ndjson --output rows.ndjson --stats
  cat words.txt | millrace map checks.mjs#isWord --filter | head -3
  find . -name '*.json' | millrace map lint.mjs --on-error skip --timeout 5000 --retries 1

A result that is no string is written as JSON, undefined as an empty line.

Exit code:
  0    all lines are done, or were skipped as --on-error skip asks; or the reader of the output left
  1    a line failed, or a file could not be read or written
  2    the command was called wrongly
  130  stopped by Ctrl-C (143: by SIGTERM), after the lines under way; a second one ends it at once
`
}

function wrapped(sentence: string, columns: number): string[] {
  const lines = ['']
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1) as string
    if (last !== '' && last.length + word.length >= columns) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
