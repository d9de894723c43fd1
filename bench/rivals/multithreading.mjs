/**
 * A channel of the package multithreading, as a rival of the bench: multithreading.mjs PRODUCERS CONSUMERS
 * ITEMS. Each line on standard input starts a round, with a channel of its own; the answer is the time in ns
 * to the last item received, or what went wrong.
 */
import { createInterface } from 'node:readline'
import { channel, initRuntime, move, shutdown, spawn } from 'multithreading'

const [producers, consumers, items] = process.argv.slice(2).map(Number)
const CAPACITY = 1024
const parties = producers + consumers
const means = {
  barrierFile: new URL('../threads/barrier.mjs', import.meta.url).href,
  totalsFile: new URL('../threads/totals.mjs', import.meta.url).href,
  barrier: new SharedArrayBuffer(16),
  parties,
}

// The package sends the text of these two functions to its threads: they see nothing of this file.

async function produce(sender, { barrierFile, totalsFile, barrier, parties, first, share }) {
  const { barrierOf } = await import(barrierFile)
  const { Sums, totals } = await import(totalsFile)
  barrierOf(barrier, parties)()
  const sums = new Sums()
  try {
    for (let value = first; value < first + share; value++) {
      sums.add(value)
      const { ok, error } = sender.blockingSend(value)
      if (!ok) throw error
    }
  } catch (error) {
    return { failure: `${error.message}, after ${sums.count} items of a producer` }
  }
  return totals(sums, new Sums())
}

async function consume(receiver, { barrierFile, totalsFile, barrier, parties, share }) {
  const { barrierOf } = await import(barrierFile)
  const { Sums, totals } = await import(totalsFile)
  barrierOf(barrier, parties)()
  const sums = new Sums()
  try {
    while (sums.count < share) {
      const { ok, value, error } = receiver.blockingRecv()
      if (!ok) throw error
      sums.add(value)
    }
  } catch (error) {
    return { failure: `${error.message}, after ${sums.count} items of a consumer` }
  }
  return totals(new Sums(), sums)
}

async function round() {
  const [sender, receiver] = channel(CAPACITY)
  const perProducer = items / producers
  const threads = [
    ...Array.from({ length: producers }, (_, index) =>
      spawn(move(sender.clone(), { ...means, first: index * perProducer, share: perProducer }), produce),
    ),
    ...Array.from({ length: consumers }, () =>
      spawn(move(receiver.clone(), { ...means, share: items / consumers }), consume),
    ),
  ]
  const answers = threads.map(async (thread) => {
    const { ok, value, error } = await thread.join()
    if (!ok) throw error
    if (value.failure !== undefined) throw new Error(value.failure)
    return value
  })
  const totals = await Promise.all(answers)
  sender.close()
  check(totals)
  const [, start] = new BigInt64Array(means.barrier)
  return Math.max(...totals.map(({ end }) => Number(end - start)))
}

function check(totals) {
  const sums = (side) =>
    ['count', 'sum', 'squares'].map((key) => totals.reduce((all, each) => all + each[side][key], 0))
  const [put, got] = [sums('put'), sums('got')]
  put[2] |= 0
  got[2] |= 0
  if (put[0] !== items || String(put) !== String(got))
    throw new Error(`items were lost or came twice: put ${put}, got ${got}`)
}

initRuntime({ maxWorkers: parties })
for await (const _ of createInterface(process.stdin)) {
  try {
    console.log(await round())
  } catch (error) {
    console.log(error.message)
    process.exit(1)
  }
}
shutdown()
