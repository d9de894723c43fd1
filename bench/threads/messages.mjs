import { payloads } from './payloads.mjs'
import { Sums, totals } from './totals.mjs'

export function producer({ ports, payload, batch, share, first }) {
  const { make } = payloads[payload]
  return () => {
    const sums = new Sums()
    let count = 0
    for (let value = first; value < first + share; ) {
      const port = ports[count++ % ports.length]
      if (batch === 1) {
        sums.add(value)
        port.postMessage(make(value++))
        continue
      }
      const items = []
      for (; items.length < batch; value++) {
        sums.add(value)
        items.push(make(value))
      }
      port.postMessage(items)
    }
    return totals(sums, new Sums())
  }
}

export function consumer({ ports, payload, batch, share }) {
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
