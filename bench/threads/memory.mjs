/** A process of its own: `memory.mjs MEASURE KIND COUNT` prints the bytes for each of COUNT waiting items. */
import { MessageChannel } from 'node:worker_threads'
import { codecs, Queue } from '../../dist/src/index.js'
import { createDescription } from '../../dist/src/queue/attachment/description.js'
import { payloads } from './payloads.mjs'

const [, , measure, kind, countText] = process.argv
const count = Number(countText)
const BYTES = 1024
const KINDS = {
  int32: { make: payloads.int32.make, options: { codec: codecs.int32 } },
  object: { make: payloads.object.make, options: {} },
  bytes: { make: () => new Uint8Array(BYTES).fill(1), options: { codec: codecs.bytes, itemBytes: BYTES } },
}
const { make, options } = KINDS[kind]
const settings = { ...options, maxsize: count }

function fillQueue() {
  const queue = new Queue(settings)
  for (let value = 0; value < count; value++) queue.putSync(make(value))
  return queue
}

function fillChannel() {
  const channel = new MessageChannel()
  for (let value = 0; value < count; value++) channel.port1.postMessage(make(value))
  return channel
}

function fillArray() {
  return Array.from({ length: count }, (_, value) => make(value))
}

/** Growth of the resident set, after garbage is collected, while the items wait. */
function resident(fill) {
  globalThis.gc()
  const before = process.memoryUsage.rss()
  const held = fill()
  globalThis.gc()
  const bytes = process.memoryUsage.rss() - before
  // Keeps the items until here.
  if (held === undefined) throw new Error('nothing was filled')
  return bytes
}

const MEASURES = {
  shared: () => createDescription(settings, 'fifo').shared.memory.buffer.byteLength,
  queue: () => resident(fillQueue),
  channel: () => resident(fillChannel),
  array: () => resident(fillArray),
}
console.log(MEASURES[measure]() / count)
process.exit()
