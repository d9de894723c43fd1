import { attach } from '../../dist/src/index.js'
import { Samples } from './samples.mjs'
import { Sums, totals } from './totals.mjs'

/**
 * Two kinds of rounds. In a ping-pong, a caller sends an item and waits for it to come back; its median is
 * the value of the round. In a wake, a waker sends an item to a sleeper that has slept for GAP_NS; the
 * sleeper's median is the value.
 */
const now = process.hrtime.bigint
const GAP_NS = 200_000n

/** Each means has one end in each of two threads. `send` and `receive` may be asynchronous. */
const MEANS = {
  queue({ out, into }) {
    const to = attach(out)
    const from = attach(into)
    return {
      send: (value) => to.putSync(value),
      receive() {
        const value = from.getSync()
        from.taskDone()
        return value
      },
    }
  },
  message({ port }) {
    let arrived = () => {}
    port.on('message', (value) => arrived(value))
    return {
      isAsync: true,
      send: (value) => port.postMessage(value),
      receive: () =>
        new Promise((resolve) => {
          arrived = resolve
        }),
    }
  },
  /** Nothing but a word each way, of value + 1: no thread can be faster with Atomics.wait. */
  word({ out, into }) {
    const to = new Int32Array(out)
    const from = new Int32Array(into)
    return {
      send(value) {
        Atomics.store(to, 0, value + 1)
        Atomics.notify(to, 0)
      },
      receive() {
        while (Atomics.load(from, 0) === 0) Atomics.wait(from, 0, 0)
        return Atomics.exchange(from, 0, 0) - 1
      },
    }
  },
}

export function caller({ means, items, ...data }) {
  const { send, receive, isAsync = false } = MEANS[means](data)
  const samples = new Samples(items)
  const round = isAsync ? callAwaited : callBlocked
  return async () => {
    const put = new Sums()
    const got = new Sums()
    await round(items, send, receive, put, got, samples)
    return { ...totals(put, got), value: samples.median() }
  }
}

function callBlocked(items, send, receive, put, got, samples) {
  for (let value = 0; value < items; value++) {
    const from = now()
    send(value)
    const answer = receive()
    samples.add(from)
    put.add(value)
    got.add(answer)
  }
}

async function callAwaited(items, send, receive, put, got, samples) {
  for (let value = 0; value < items; value++) {
    const from = now()
    const answer = receive()
    send(value)
    got.add(await answer)
    samples.add(from)
    put.add(value)
  }
}

export function answerer({ means, items, ...data }) {
  const { send, receive, isAsync = false } = MEANS[means](data)
  const answerBlocked = (put, got) => {
    for (let left = items; left > 0; left--) {
      const value = receive()
      got.add(value)
      put.add(value)
      send(value)
    }
  }
  const answerAwaited = async (put, got) => {
    for (let left = items; left > 0; left--) {
      const value = await receive()
      got.add(value)
      put.add(value)
      send(value)
    }
  }
  const answer = isAsync ? answerAwaited : answerBlocked
  return async () => {
    const put = new Sums()
    const got = new Sums()
    await answer(put, got)
    return totals(put, got)
  }
}

/** Sends an item to a thread that is about to sleep, after GAP_NS; `times` takes the moment before it. */
export function waker({ means, items, ready, times, ...data }) {
  const { send } = MEANS[means](data)
  const words = new Int32Array(ready)
  const moments = new BigInt64Array(times)
  return () => {
    const put = new Sums()
    for (let value = 0; value < items; value++) {
      while (Atomics.load(words, 0) === 0);
      Atomics.store(words, 0, 0)
      for (const until = now() + GAP_NS; now() < until; );
      put.add(value)
      moments[0] = now()
      send(value)
    }
    return totals(put, new Sums())
  }
}

export function sleeper({ means, items, ready, times, ...data }) {
  const { receive, isAsync = false } = MEANS[means](data)
  return sleeping({ items, ready, times, receive, isAsync })
}

/** The round of a sleeper. The main thread has one, too. */
export function sleeping({ items, ready, times, receive, isAsync }) {
  const words = new Int32Array(ready)
  const moments = new BigInt64Array(times)
  const samples = new Samples(items)
  return async () => {
    const got = new Sums()
    for (let left = items; left > 0; left--) {
      Atomics.store(words, 0, 1)
      const value = isAsync ? await receive() : receive()
      samples.add(moments[0])
      got.add(value)
    }
    return { ...totals(new Sums(), got), value: samples.median() }
  }
}
