import { inspect } from 'node:util'
import {
  ENTRIES,
  ENTRY_BYTES,
  ENTRY_STATE,
  HELD,
  LENGTH,
  ledgerAt,
  ledgersUsed,
  OWNER,
  type SharedMemory,
} from '../../core/index.ts'
import type { HeldItems } from './held-items.ts'

const MOST_ITEMS = 3
const MOST_CHARACTERS = 60
/** A longer item is not decoded for a message. */
const MOST_BYTES = 4096

/**
 * Names the items that `thread` held when it died, before they are requeued, for a message: `7, { id: 8 },
 * and 2 more`; '' for none. `held` decodes them.
 */
export function describeHeld(shared: SharedMemory, held: HeldItems<unknown>, thread: number): string {
  const entries = entriesOf(shared, thread)
  const shown = entries.slice(0, MOST_ITEMS).map((entry) => shownItem(shared, held, entry))
  const more = entries.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

function entriesOf(shared: SharedMemory, thread: number): number[] {
  const { geometry } = shared
  const entries: number[] = []
  for (let index = ledgersUsed(shared) - 1; index >= 0; index--) {
    const ledger = ledgerAt(geometry, index)
    if (shared.load(ledger + OWNER) !== thread + 1) continue
    for (let number = 1; number <= geometry.maxInFlight; number++) {
      const entry = ledger + ENTRIES + number * ENTRY_BYTES
      if (shared.load(entry + ENTRY_STATE) === HELD) entries.push(entry)
    }
  }
  return entries
}

function shownItem(shared: SharedMemory, held: HeldItems<unknown>, entry: number): string {
  const { geometry } = shared
  try {
    const length = shared.load(geometry.cellsAt + shared.load(entry) * geometry.cellBytes + LENGTH)
    if (length > MOST_BYTES) return `an item of ${length} bytes`
    const text = inspect(held.peek(entry), {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 8,
      maxStringLength: MOST_CHARACTERS,
      customInspect: false,
    })
    const line = text.replace(/\s*\n\s*/g, ' ')
    return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line
  } catch {
    // The codec cannot decode it, or the shared memory is damaged.
    return 'an item that cannot be decoded'
  }
}
