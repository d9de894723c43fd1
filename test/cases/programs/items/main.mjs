import { codecs, LifoQueue, PriorityQueue, Queue, Supervisor } from 'millrace'

const codec = codecs[process.argv[2]]
const queue = new Queue({ codec, name: 'items' })
const other = new Queue({ name: 'other' })
const supervisor = new Supervisor({ name: 'all' })
await other.put(1)
class Mine extends Queue {
  extra = 1
}
const collections = {
  map: new Map([['a', other]]),
  key: new Map([[other, 1]]),
  set: new Set([other]),
}
const things = {
  alone: other,
  lifo: new LifoQueue(),
  nested: { a: [{ b: other }] },
  priority: [new PriorityQueue()],
  // JSON makes {} of every collection.
  ...(codec.name === 'json' ? {} : collections),
  mine: { mine: new Mine() },
  error: Object.assign(new Error('no'), { shelf: other }),
  instance: new (class Holder {
    queue = other
  })(),
  delivery: { taken: await other.take() },
  supervisor: { supervisor },
  handle: { handle: other.handle },
}
for (const [name, thing] of Object.entries(things)) {
  for (const put of [
    (item) => queue.tryPut(item),
    (item) => queue.put(item),
    (item) => queue.putMany([item]),
  ]) {
    const error = await (async () => put(thing))().catch((reason) => reason)
    if (error?.code !== 'ERR_CODEC') console.log(name, 'was put', error)
    else if (!/handle|Delivery.*item|Supervisor|SharedArrayBuffer|Memory/.test(error.message))
      console.log(name, error.message)
  }
}
console.log(queue.size, JSON.stringify({ other, at: 1 }))
await queue.put({ a: 1 })
console.log(await queue.get())
