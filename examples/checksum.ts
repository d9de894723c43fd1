/**
 * Digests every file of a directory on several threads.
 *
 *   npx tsx examples/checksum.ts node_modules --compare
 *
 *   walk (main thread) → paths → N threads: digest → results → collect (main thread)
 *
 * Both queues are bounded, so the walk is never far ahead of the threads. The supervisor starts the threads,
 * starts a thread again that has died, and handles Ctrl-C.
 */
import { opendir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { note, shown, summary, writeDocument } from './checksum/output.ts'
import type { Run } from './checksum/run.ts'
import { fail, watchOutput } from './shared/command.ts'

const CORES = availableParallelism()
/** More threads would only wait for a core, and take 40 MB of memory each. */
const MOST_THREADS = Math.max(8, 2 * CORES)

const HELP = `Usage: checksum [DIR] [options]

Digests every regular file under DIR (default: node_modules): SHA-256, and its size gzipped.
As with find -type f, links are not followed; DIR itself may be one.

  --threads N  how many threads digest, 1 to ${MOST_THREADS} (default: one a core, here ${CORES})
  --compare    one thread against N, with the speed-up
  --json       stdout is one document: { files: [{ path, bytes, sha256, gzipBytes }], unreadable: [{ path, error }],
               … }
               A path that is not UTF-8 is approximate there, and exact as pathBytes (base64).
  --help, -h   prints this

Files that cannot be read are counted and named.
Ctrl-C: the walk stops, and begun files are finished and reported. Ctrl-C again: the program ends at once.
Exit codes: 0, with unreadable files too; 1 failed; 2 wrong arguments; 130 interrupted.
`

class UsageError extends Error {}

interface Arguments {
  directory: string
  threads: number
  compare: boolean
  json: boolean
  help: boolean
}

function readArguments(): Arguments {
  const options = {
    threads: { type: 'string' },
    compare: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values, positionals, tokens } = parseArgs({
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(options, token.name)) throw new UsageError(`${token.rawName}: no such option`)
    if (token.name !== 'threads' && token.value !== undefined) {
      throw new UsageError(`${token.rawName}: takes no value, got '${token.value}'`)
    }
  }
  const { threads = String(CORES), compare, json, help } = values
  const count = /^\d+$/.test(String(threads)) ? Number(threads) : 0
  if (count < 1 || count > MOST_THREADS) {
    const got = typeof threads === 'string' ? `'${threads}'` : 'nothing'
    throw new UsageError(`--threads: an integer from 1 to ${MOST_THREADS} expected, got ${got}`)
  }
  if (positionals.length > 1) {
    throw new UsageError(`DIR: one directory expected, got ${positionals.length}: ${positionals.join(', ')}`)
  }
  const directory = positionals[0] ?? 'node_modules'
  return { directory, threads: count, compare: compare === true, json: json === true, help: help === true }
}

async function main(): Promise<void> {
  const { directory, threads, compare, json, help } = readArguments()
  if (help) return void process.stdout.write(HELP)
  const report = json ? note : (line: string) => void process.stdout.write(`${line}\n`)
  await (await opendir(directory)).close()
  const count = compare ? `1 thread, then ${threads}` : threads
  report(`digesting ${shown(Buffer.from(directory))}; threads: ${count}`)
  // Loading millrace from TypeScript takes half a second, so the first line is printed before.
  const { digestTree, readTree } = await import('./checksum/run.ts')

  const runs: Run[] = []
  if (compare) await readTree(directory)
  for (const each of compare ? [1, threads] : [threads]) {
    const run = await digestTree(directory, each)
    report(summary(run))
    runs.push(run)
    if (run.interrupted) break
  }
  const run = runs.at(-1) as Run
  const { interrupted } = run
  for (const { path, error } of run.unreadable) note(`unreadable: ${shown(path)}: ${error}`)
  const speedUp = compare && !interrupted ? speedUpOf(runs as [Run, Run], report) : undefined
  if (json) writeDocument(run, { directory, interrupted, speedUp })
}

function speedUpOf([one, many]: [Run, Run], report: (line: string) => void): number {
  const speedUp = one.seconds / many.seconds
  report(`speed-up: ${speedUp.toFixed(2)} with ${many.threads} threads on ${CORES} cores`)
  const digests = ({ files }: Run) => JSON.stringify(files.map(({ sha256 }) => sha256))
  if (digests(one) !== digests(many)) note('the digests of the two runs differ: files changed in between')
  return speedUp
}

watchOutput('checksum')
try {
  await main()
} catch (error) {
  fail('checksum', error, error instanceof UsageError ? 2 : 1)
}
