/**
 * Encodes and decodes numbered items, and prints a digest of all results for every block of them. It is
 * started with and without `--disallow-code-generation-from-strings`, and must print the same digests:
 * compiled code does what the loops do.
 */
import { createHash, type Hash } from 'node:crypto'
import { cellCodec, codecs } from '../../src/codec/index.ts'
import { compiledCount } from '../../src/codec/tagged/index.ts'
import { snapshot } from '../codec/snapshot.ts'
import { Random } from '../support/random.mjs'
import { seedOf } from './indexed-run.ts'
import { RENAMED, shapedItem, shapesFrom } from './shaped-items.ts'

const [seed, count, block, shown] = process.argv.slice(2).map(Number) as [number, number, number, number]
const structured = cellCodec(codecs.structured)
const span = { bytes: Buffer.from(new SharedArrayBuffer(1 << 16)) } as Parameters<typeof structured.write>[1]
const AROUND = 0xa5
const shapes = shapesFrom(new Random(seed))

function outcome(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return `threw ${(error as Error).name}: ${(error as Error).message}`
  }
}

/** Properties that Object.prototype has for some of the blocks. */
const POLLUTIONS: readonly PropertyDescriptor[] = [
  { value: 'inherited', writable: false },
  { value: 'inherited', writable: true },
  { value: 'inherited', writable: true, enumerable: true },
  { get: () => 'from a getter', set: () => trace.push('setter') },
  { get: () => undefined, set: () => trace.push('setter') },
]
let trace: string[] = []

function run(index: number): string {
  const random = new Random(seedOf(seed, index))
  trace = []
  const polluted = Math.floor(index / 500) % 4 === 3
  if (polluted) {
    const pollution = POLLUTIONS[Math.floor(index / 2000) % POLLUTIONS.length]
    const key = random.pick([`${RENAMED}1`, 'id', 'a'])
    Object.defineProperty(Object.prototype, key, { ...pollution, configurable: true })
    const text = outcome(() => written(random))
    delete (Object.prototype as Record<string, unknown>)[key]
    return `${text} ${trace}`
  }
  return `${outcome(() => written(random))} ${trace}`
}

function written(random: Random): string {
  const item = shapedItem(random, shapes, trace)
  const at = random.below(20)
  span.bytes.fill(AROUND, 0, 4096)
  const end = random.chance(0.1) ? at + random.below(100) : 60_000
  let length = structured.write(item, span, at, end)
  for (let i = 0; i < 32; i++) {
    if (i < at && span.bytes[i] !== AROUND) throw new Error('wrote before its bytes')
    if (span.bytes[end + i] !== AROUND && end < 4000) throw new Error('wrote behind its bytes')
  }
  // Getters may have changed the item, which then has another length.
  if (length > end - at) length = structured.write(item, span, at, 60_000)
  const bytes = Buffer.from(span.bytes.subarray(at, at + length))
  // V8 leaves bytes between its values undefined, and writes the stacks of errors.
  if (bytes[0] === 0xff) return `V8 ${read(bytes)}`
  const texts = [String(length), bytes.toString('hex'), read(bytes)]
  // The renamed shape has a forged hash, and nobody in this process has written it.
  const renamed = Buffer.from(bytes.toString('latin1').replaceAll(RENAMED, 'far'), 'latin1')
  if (!renamed.equals(bytes)) texts.push(read(renamed))
  for (let i = random.below(3); i > 0 && length > 0; i--) {
    const spoilt = Buffer.from(random.chance(0.2) ? bytes.subarray(0, random.below(length)) : bytes)
    for (let j = random.below(4); j >= 0 && spoilt.length > 0; j--) {
      spoilt[random.below(spoilt.length)] = random.chance(0.5)
        ? random.below(256)
        : random.pick([0x91, 0x92, 0x40, 0x96, 0xd1])
    }
    texts.push(read(spoilt))
  }
  return texts.join(' ')
}

function read(bytes: Buffer): string {
  return outcome(() => {
    span.bytes.fill(AROUND, 0, 16)
    span.bytes.set(bytes, 9)
    span.bytes.fill(AROUND, 9 + bytes.length, 9 + bytes.length + 64)
    return snapshot(structured.read(span, 9, bytes.length))
  })
}

const before = Reflect.ownKeys(Object.prototype).join()
let digest: Hash = createHash('sha1')
for (let index = 0; index < count; index++) {
  const text = run(index)
  if (index === shown) console.log(JSON.stringify({ index, text }))
  digest.update(text)
  if ((index + 1) % block === 0 || index === count - 1) {
    console.log(JSON.stringify({ done: index + 1, digest: digest.digest('hex'), compiled: compiledCount() }))
    digest = createHash('sha1')
  }
}
if (Reflect.ownKeys(Object.prototype).join() !== before) throw new Error('Object.prototype was changed')
