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
} from '../../core/index.ts'
import type { Attachment } from './attachment.ts'

/** Items that are shown; characters of each; and bytes, above which an item is not decoded for that. */
const MOST = 3
const LONGEST = 60
const MOST_BYTES = 4096

/**
 * For a message, the items that `thread` held when it died, before they are given back: `7, { id: 8 }, and 2
 * more`; '' for none.
 */
export function describeHeld(attachment: Attachment<unknown>, thread: number): string {
  const entries = entriesOf(attachment, thread)
  const shown = entries.slice(0, MOST).map((entry) => shownItem(attachment, entry))
  const more = entries.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

function entriesOf({ shared, geometry }: Attachment<unknown>, thread: number): number[] {
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

function shownItem(attachment: Attachment<unknown>, entry: number): string {
  const { shared, geometry } = attachment
  try {
    const length = shared.load(geometry.cellsAt + shared.load(entry) * geometry.cellBytes + LENGTH)
    if (length > MOST_BYTES) return `an item of ${length} bytes`
    const text = inspect(attachment.peek(entry), {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      maxArrayLength: 8,
      maxStringLength: LONGEST,
      customInspect: false,
    })
    const line = text.replace(/\s*\n\s*/g, ' ')
    return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
  } catch {
    // By its codec; or the shared memory is damaged.
    return 'an item that cannot be decoded'
  }
}
