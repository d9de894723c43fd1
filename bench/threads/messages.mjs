import { freights } from './freight.mjs'
import { Sums, tally } from './tally.mjs'

export function producer({ ports, payload, batch, share, first }) {
  const { make } = freights[payload]
  return () => {
    const sums = new Sums()
    let turn = 0
    for (let value = first; value < first + share; ) {
      const port = ports[turn++ % ports.length]
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
    return tally(sums, new Sums())
  }
}

export function consumer({ ports, payload, batch, share }) {
  const { read } = freights[payload]
  let sums = new Sums()
  let isOver = () => {}
  const onMessage = (message) => {
    if (batch === 1) sums.add(read(message))
    else for (const item of message) sums.add(read(item))
    if (sums.count === share) isOver()
  }
  for (const port of ports) port.on('message', onMessage)
  // Messages wait for the event loop, so none of a round comes before its promise is there.
  return () => {
    sums = new Sums()
    return new Promise((resolve) => {
      isOver = () => resolve(tally(new Sums(), sums))
    })
  }
}
