import { receiveMessageOnPort } from 'node:worker_threads'
import { payloads } from './payloads.mjs'
import { Sums, totals } from './totals.mjs'

/** Words of a bell, by which producers wake a consumer that asks its ports. */
const POSTED = 0
const IS_ASLEEP = 1

export function producer({ ports, bells, payload, batch, share, first }) {
  const { make } = payloads[payload]
  const words = bells?.map((bell) => new Int32Array(bell))
  return () => {
    const sums = new Sums()
    let count = 0
    for (let value = first; value < first + share; ) {
      const at = count++ % ports.length
      if (batch === 1) {
        sums.add(value)
        ports[at].postMessage(make(value++))
      } else {
        const items = []
        for (; items.length < batch; value++) {
          sums.add(value)
          items.push(make(value))
        }
        ports[at].postMessage(items)
      }
      if (words !== undefined) ring(words[at])
    }
    return totals(sums, new Sums())
  }
}

/** A notify costs a lock, so it is left out where nobody sleeps. */
function ring(bell) {
  Atomics.add(bell, POSTED, 1)
  if (Atomics.load(bell, IS_ASLEEP) === 1) Atomics.notify(bell, POSTED)
}

export function consumer(data) {
  return data.bells === undefined ? listener(data) : asker(data)
}

function asker({ ports, bells, index, payload, batch, share }) {
  const { read } = payloads[payload]
  const bell = new Int32Array(bells[index])
  return () => {
    const sums = new Sums()
    while (sums.count < share) {
      const message = next(ports, bell)
      if (batch === 1) sums.add(read(message))
      else for (const item of message) sums.add(read(item))
    }
    return totals(new Sums(), sums)
  }
}

let turn = 0

function next(ports, bell) {
  for (;;) {
    const posted = Atomics.load(bell, POSTED)
    for (let asked = 0; asked < ports.length; asked++) {
      const answer = receiveMessageOnPort(ports[turn++ % ports.length])
      if (answer !== undefined) return answer.message
    }
    Atomics.store(bell, IS_ASLEEP, 1)
    Atomics.wait(bell, POSTED, posted)
    Atomics.store(bell, IS_ASLEEP, 0)
  }
}

function listener({ ports, payload, batch, share }) {
  const { read } = payloads[payload]
  let sums = new Sums()
  let isOver = () => {}
  const onMessage = (message) => {
    if (batch === 1) sums.add(read(message))
    else for (const item of message) sums.add(read(item))
    if (sums.count === share) isOver()
  }
  for (const port of ports) port.on('message', onMessage)
  // Messages arrive from the event loop only, so the promise of a round is there before its first message.
  return () => {
    sums = new Sums()
    return new Promise((resolve) => {
      isOver = () => resolve(totals(new Sums(), sums))
    })
  }
}
