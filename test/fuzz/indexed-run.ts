import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Runs numbered inputs in a process of its own, so that a crash or a hang costs only one input. The process
 * writes each number to a file before it begins that input, and this process watches the file.
 */
export interface Job {
  /** A file of this folder. */
  readonly script: string
  readonly seed: number
  readonly from: number
  /** The number after the last one. */
  readonly to: number
  /**
   * Time for one input. An input that takes longer is run once more alone, with four times as long, before it
   * counts as a hang.
   */
  readonly deadlineMs: number
  /** Options of Node for the process. */
  readonly nodeOptions?: readonly string[]
  readonly args?: readonly string[]
  readonly onProgress?: (done: number) => void
}

export interface Fault {
  readonly index: number
  readonly text: string
}

export interface Result {
  readonly faults: Fault[]
  /** The number of inputs by outcome. */
  readonly counts: Map<string, number>
}

/** Adds a result to the sum of all. */
export function addResult(all: Result, { faults, counts }: Result): void {
  all.faults.push(...faults)
  for (const [outcome, count] of counts) all.counts.set(outcome, (all.counts.get(outcome) ?? 0) + count)
}

/** The run ends after so many faults. */
const FAULTS_AT_MOST = 20

export async function runIndexed(job: Job): Promise<Result> {
  const result: Result = { faults: [], counts: new Map() }
  let from = job.from
  while (from < job.to && result.faults.length < FAULTS_AT_MOST) {
    const end = await runProcess({ ...job, from }, result)
    if (end === undefined) break
    let { text } = end
    // Repeats the inputs that were done and not reported, and the one at which the process hung.
    const again = { ...job, from: Math.max(from, end.told), to: end.stalled ? end.index + 1 : end.index }
    if (again.from < again.to) {
      const retry = await runProcess({ ...again, deadlineMs: 4 * job.deadlineMs }, result)
      if (end.stalled) text = retry === undefined ? '' : retry.text
    }
    if (text !== '') result.faults.push({ index: end.index, text })
    from = end.index + 1
  }
  return result
}

interface Broken {
  readonly index: number
  /** The outcomes of all inputs before this number are known. */
  readonly told: number
  readonly text: string
  readonly stalled: boolean
}

/** Undefined if the process ended normally. */
function runProcess(job: Job, result: Result): Promise<Broken | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'))
  const progress = join(folder, 'progress')
  writeFileSync(progress, Buffer.alloc(4))
  const input = JSON.stringify({ seed: job.seed, from: job.from, to: job.to, progress })
  const path = fileURLToPath(new URL(job.script, import.meta.url))
  const argv = [...(job.nodeOptions ?? []), '--import', 'tsx', path, input, ...(job.args ?? [])]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  let stalled = false
  let told = job.from
  let line = ''
  child.stderr.on('data', (text) => {
    errors = (errors + text).slice(-4000)
  })
  child.stdout.on('data', (text) => {
    const lines = (line + text).split('\n')
    line = lines.pop() as string
    for (const each of lines) told = collect(each, result) ?? told
  })
  let last = -1
  let since = performance.now()
  const watch = setInterval(() => {
    const index = readFileSync(progress).readInt32LE()
    if (index !== last) {
      last = index
      since = performance.now()
      job.onProgress?.(index)
      // A process without progress is still starting, on a busy machine.
    } else if (performance.now() - since > (index === 0 ? 60_000 : 0) + job.deadlineMs) {
      stalled = true
      child.kill('SIGKILL')
    }
  }, 250)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearInterval(watch)
      // Numbers in the file count from 1; 0 means none.
      const index = Math.max(job.from, readFileSync(progress).readInt32LE() - 1)
      rmSync(folder, { recursive: true })
      if (code === 0) return resolve(undefined)
      const how = stalled
        ? `did not come to an end within ${job.deadlineMs} ms`
        : `ended its process with ${signal ?? code}`
      resolve({ index, told, stalled, text: `${how}\n${errors}`.trim() })
    })
  })
}

/**
 * Adds the line to the result. Returns the number before which all outcomes are known, if the line has it.
 */
function collect(line: string, { faults, counts }: Result): number | undefined {
  if (!line.startsWith('{')) return undefined
  const report = JSON.parse(line) as { fault?: Fault; counts?: Record<string, number>; told?: number }
  if (report.fault !== undefined) faults.push(report.fault)
  for (const [what, count] of Object.entries(report.counts ?? {}))
    counts.set(what, (counts.get(what) ?? 0) + count)
  return report.told
}

/** The process runs each number by this. `run` answers the outcome, or throws a fault. */
export async function serveIndexed(
  run: (seed: number, index: number) => string | Promise<string>,
): Promise<void> {
  const { seed, from, to, progress } = JSON.parse(process.argv[2] as string) as {
    seed: number
    from: number
    to: number
    progress: string
  }
  const file = openSync(progress, 'r+')
  const note = Buffer.alloc(4)
  let counts: Record<string, number> = {}
  const print = (report: object) => writeSync(1, `${JSON.stringify(report)}\n`)
  for (let index = from; index < to; index++) {
    note.writeInt32LE(index + 1)
    writeSync(file, note, 0, 4, 0)
    try {
      const what = await run(seed, index)
      counts[what] = (counts[what] ?? 0) + 1
    } catch (error) {
      print({
        fault: { index, text: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      })
    }
    if (index % 100 === 99 || index === to - 1) {
      print({ counts, told: index + 1 })
      counts = {}
    }
  }
  closeSync(file)
}

/** The seed of one input. The seeds of neighbours must differ in many bits. */
export function seedOf(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x27d4eb2f)
  return mixed ^ (mixed >>> 13)
}
