import {
  add,
  BLOCK_FRESH,
  BLOCK_STACK,
  BLOCK_TAG,
  BUSY,
  blocks,
  CHAIN,
  CORRUPT,
  cas,
  cas64,
  cellAt,
  FIRST_IN_LINE,
  FREE_BLOCKS,
  isCell,
  linkAt,
  load,
  MEMORY,
  NOTHING,
  peek,
  poke,
  RESERVED_BLOCKS,
  store,
  WAITERS,
} from '../words/index.ts'

/**
 * Memory for long items: blocks, in a chain that begins in the cell of the item. All blocks of an item are
 * reserved at once, in the ledger, and then popped one by one: no thread holds some blocks while it waits for
 * more. Free blocks are those from BLOCK_FRESH on, which were never used, and those on a tagged stack. A
 * chain is pushed on the stack as it is, whole.
 */

/**
 * Reserves `count` blocks. Answers 1; NOTHING if too few are free; BUSY. A thread that will wait (`waits` 1)
 * and finds too few becomes first in line: until it has reserved, all others get NOTHING. A stream of small
 * items therefore cannot starve a large one.
 */
export function reserve(ledger: i32, count: i32, waits: i32): i32 {
  const first = load(FIRST_IN_LINE)
  if (first !== 0 && first !== ledger) return NOTHING
  const free = load(FREE_BLOCKS)
  if (free < count) {
    if (waits !== 0) cas(FIRST_IN_LINE, 0, ledger)
    return NOTHING
  }
  if (cas(FREE_BLOCKS, free, free - count) !== free) return BUSY
  store(ledger + RESERVED_BLOCKS, count)
  if (first === ledger) store(FIRST_IN_LINE, 0)
  return 1
}

/**
 * Leaves the line, and frees the blocks that are reserved and not popped. Answers 1 if a thread waits for
 * blocks, else 0.
 */
export function unreserve(ledger: i32): i32 {
  cas(FIRST_IN_LINE, ledger, 0)
  const count = load(ledger + RESERVED_BLOCKS)
  if (count !== 0) {
    store(ledger + RESERVED_BLOCKS, 0)
    add(FREE_BLOCKS, count)
  }
  return load(MEMORY + WAITERS) !== 0 ? 1 : 0
}

/**
 * Takes one reserved block and puts it at the front of the chain of the cell of `entry`. Answers the number
 * of the block; BUSY, CORRUPT.
 */
export function pushBlock(ledger: i32, entry: i32): i32 {
  const cell = peek(entry)
  const reserved = load(ledger + RESERVED_BLOCKS)
  if (isCell(cell) === 0 || reserved <= 0) return CORRUPT
  const top = load(BLOCK_STACK)
  const tag = load(BLOCK_TAG)
  let block = top - 1
  if (top === 0) {
    block = load(BLOCK_FRESH)
    // No block is fresh and none is on the stack. Reservations count free blocks only, so one is about to be
    // pushed on the stack.
    if (block >= blocks) return BUSY
    if (block < 0) return CORRUPT
    if (cas(BLOCK_FRESH, block, block + 1) !== block) return BUSY
  } else {
    if (block < 0 || block >= blocks) return CORRUPT
    if (cas64(BLOCK_STACK, top, tag, load(linkAt(block)), tag + 1) === 0) return BUSY
  }
  const chain = cellAt(cell) + CHAIN
  store(linkAt(block), peek(chain))
  poke(chain, block + 1)
  store(ledger + RESERVED_BLOCKS, reserved - 1)
  return block
}

/**
 * Frees the first `count` blocks of the chain of the cell of `entry`, up to block `last`; the caller has
 * followed the chain, which is its own. Answers 1 if a thread waits for blocks, else 0; NOTHING if the chain
 * is empty, BUSY, CORRUPT.
 */
export function popBlocks(entry: i32, last: i32, count: i32): i32 {
  const cell = peek(entry)
  if (isCell(cell) === 0) return CORRUPT
  const chain = cellAt(cell) + CHAIN
  const block = peek(chain) - 1
  if (block < 0) return NOTHING
  if (block >= blocks || last < 0 || last >= blocks) return CORRUPT
  const next = load(linkAt(last))
  const top = load(BLOCK_STACK)
  const tag = load(BLOCK_TAG)
  store(linkAt(last), top)
  if (cas64(BLOCK_STACK, top, tag, block + 1, tag + 1) === 0) {
    store(linkAt(last), next)
    return BUSY
  }
  poke(chain, next)
  // After the push: a thread that reserves by this count finds the blocks.
  add(FREE_BLOCKS, count)
  return load(MEMORY + WAITERS) !== 0 ? 1 : 0
}
