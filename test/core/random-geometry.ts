import { type Geometry, geometryOf, type Kind } from '../../src/core/geometry.ts'
import { MAX_BATCH } from '../../src/core/words/offsets.ts'
import type { Random } from '../support/random.mjs'

/** A small queue of this kind, with options at random. */
export function randomGeometry(random: Random, kind: Kind): Geometry {
  return geometryOf({
    kind,
    maxsize: random.pick([1, 2, 3, 5, 8, 12]),
    ...(random.once(2) ? values(random) : chains(random)),
    memoryBytes: 8192,
    maxThreads: 1 + random.below(3),
    maxInFlight: random.pick([1, 2, 5, 9]),
    maxDeliveries: random.pick([0, 0, 1, 3]),
    hasDeadLetters: random.once(2),
    dropsOldest: kind !== 'priority' && random.once(2),
    ...(random.once(2) ? {} : { batch: random.below(MAX_BATCH + 1) }),
  })
}

/** Items that the slots carry; they have no blocks. */
function values(random: Random) {
  const valueBytes = random.pick([1, 4, 5, 8])
  return { valueBytes, itemBytes: 8, maxItemBytes: 8 }
}

function chains(random: Random) {
  return { itemBytes: random.pick([4, 8, 100]), maxItemBytes: random.pick([4, 2000]) }
}
