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
 * Memory for long items: blocks, chained behind the cell they belong to. All of an item's blocks are reserved
 * at once, in the ledger, and popped one by one after: nobody holds some while waiting for more. Free ones
 * are those from BLOCK_FRESH on, never touched yet, and those on a tagged stack.
 */

/**
 * Reserves `count` blocks. Answers 1, or NOTHING. A thread that is going to wait (`waits` 1) and finds too
 * few stays first in line, so that a stream of small items cannot starve a large one; others then find none
 * either.
 */
export function reserve(ledger: i32, count: i32, waits: i32): i32 {
  const turn = load(FIRST_IN_LINE)
  if (turn !== 0 && turn !== ledger) return NOTHING
  const free = load(FREE_BLOCKS)
  if (free < count) {
    if (waits !== 0) cas(FIRST_IN_LINE, 0, ledger)
    return NOTHING
  }
  if (cas(FREE_BLOCKS, free, free - count) !== free) return BUSY
  store(ledger + RESERVED_BLOCKS, count)
  if (turn === ledger) store(FIRST_IN_LINE, 0)
  return 1
}

/**
 * No longer in line; and what was reserved and not popped is free again. Answers 1 if someone waits for
 * blocks.
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
 * Pops one reserved block to the front of the chain of the cell of `entry`. Answers its number; BUSY,
 * CORRUPT.
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
    // None fresh and none on the stack: one is under way to the stack, since the reservation counts only free
    // ones.
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
 * Frees the first block of the chain of the cell of `entry`. Answers NOTHING when there is none left; else 1
 * if someone waits for blocks, or 0; BUSY, CORRUPT.
 */
export function popBlock(entry: i32): i32 {
  const cell = peek(entry)
  if (isCell(cell) === 0) return CORRUPT
  const chain = cellAt(cell) + CHAIN
  const block = peek(chain) - 1
  if (block < 0) return NOTHING
  if (block >= blocks) return CORRUPT
  const next = load(linkAt(block))
  const top = load(BLOCK_STACK)
  const tag = load(BLOCK_TAG)
  store(linkAt(block), top)
  if (cas64(BLOCK_STACK, top, tag, block + 1, tag + 1) === 0) {
    store(linkAt(block), next)
    return BUSY
  }
  poke(chain, next)
  // After the push: whoever reserves by this count finds the block.
  add(FREE_BLOCKS, 1)
  return load(MEMORY + WAITERS) !== 0 ? 1 : 0
}
