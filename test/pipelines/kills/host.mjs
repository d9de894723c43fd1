import { Random } from '../../support/random.mjs'
import { millrace } from './library.mjs'
import { outputsOf } from './work.mjs'

/**
 * Runs whose threads are killed. Prints a line for each round; it ends by itself, with 1 after a round whose
 * outputs are not those of the items.
 */

const COUNT = 300
const ROUND_LIMIT_MS = 60_000
const { cell, seed, from, rounds } = JSON.parse(process.argv[2])

const alive = new Set()
let deaths = 0
process.on('worker', (worker) => {
  alive.add(worker)
  worker.on('error', () => {})
  worker.once('exit', () => {
    alive.delete(worker)
  })
})

for (let round = from; round < from + rounds; round++) {
  const began = performance.now()
  deaths = 0
  const limit = setTimeout(() => {
    console.log(JSON.stringify({ round, failure: `it did not end within ${ROUND_LIMIT_MS} ms` }))
    process.exit(1)
  }, ROUND_LIMIT_MS)
  try {
    await play(new Random(seed * 1000 + round))
    console.log(JSON.stringify({ round, deaths, ms: Math.round(performance.now() - began) }))
  } catch (error) {
    console.log(JSON.stringify({ round, deaths, failure: `${error.stack}` }))
    process.exit(1)
  } finally {
    clearTimeout(limit)
  }
}

async function play(random) {
  const { order, way, shape } = cell
  const calls = new Int32Array(new SharedArrayBuffer(4 * COUNT))
  const victims = way === 'terminate' ? [] : Array.from({ length: 4 }, () => random.below(COUNT))
  const threads = 1 + random.below(3)
  const concurrency = shape === 'workLater' ? 3 : 1
  const options = {
    threads,
    concurrency,
    ordered: order === 'key' ? (item) => item % 7 : order === 'ordered',
    window: random.pick([threads * concurrency, 16, 64 * threads]),
    reuse: random.once(2),
    maxDeliveries: 50,
    restart: { max: 10_000, within: 60_000 },
    args: { calls, victims, way },
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  }
  const task = { filename: new URL('./work.mjs', import.meta.url), name: shape }
  const items = Array.from({ length: COUNT }, (_, item) => item)
  const run =
    shape === 'spread'
      ? millrace.pipeline(items).flatMap(task, options)
      : millrace.parallelMap(items, task, options)
  const outputs = []
  let untilKill = 1 + random.below(COUNT / 4)
  for await (const output of run) {
    outputs.push(output)
    if (way !== 'terminate' || --untilKill > 0) continue
    untilKill = 1 + random.below(COUNT / 4)
    const victim = random.pick([...alive])
    if (victim === undefined) continue
    deaths++
    // Some threads are killed at once, others a moment later.
    if (random.once(2)) victim.terminate()
    else setTimeout(() => victim.terminate(), random.below(3))
  }
  if (way !== 'terminate') deaths = new Set(victims.filter((item) => calls[item] > 1)).size
  check(outputs, order, shape)
}

function check(outputs, order, shape) {
  const numbers = (item) =>
    shape === 'spread' ? Array.from({ length: outputsOf(item) }, (_, number) => number) : [undefined]
  const expected = Array.from({ length: COUNT }, (_, item) =>
    numbers(item).map((number) => name(item, number)),
  ).flat()
  const got = outputs.map(([item, number]) => name(item, shape === 'spread' ? number : undefined))
  const seen = new Set(got)
  const lost = expected.filter((each) => !seen.has(each))
  if (lost.length > 0) throw new Error(`lost: ${lost.join(' ')}`)
  if (got.length !== expected.length) throw new Error(`${got.length - expected.length} copies`)
  const keys = order === 'ordered' ? [() => true] : order === 'key' ? keysOf() : []
  for (const isOf of keys) {
    const wanted = expected.filter(isOf)
    const were = got.filter(isOf)
    const wrong = wanted.findIndex((each, index) => were[index] !== each)
    if (wrong >= 0) throw new Error(`${were[wrong]} comes in place of ${wanted[wrong]}`)
  }
}

function keysOf() {
  return Array.from({ length: 7 }, (_, key) => (each) => Number.parseInt(each, 10) % 7 === key)
}

function name(item, number) {
  return number === undefined ? `${item}` : `${item}.${number}`
}
