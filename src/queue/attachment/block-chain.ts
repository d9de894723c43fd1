import { copyBytes } from '../../codec/index.ts'
import { BUSY, blocksFor, FIRST_IN_LINE, MEMORY, NOTHING, type SharedMemory } from '../../core/index.ts'
import { untilDone, wakeForBlocks } from '../../wait/index.ts'
import { freeBlocks } from '../recovery/index.ts'
import type { Cells } from './cells.ts'

/** The blocks in which long items lie, chained behind their cell. */
export class BlockChain {
  readonly #shared: SharedMemory
  readonly #ledger: number
  readonly #cells: Cells

  constructor(shared: SharedMemory, ledger: number, cells: Cells) {
    this.#shared = shared
    this.#ledger = ledger
    this.#cells = cells
  }

  /**
   * Copies `bytes` into blocks behind the cell of `entry`. Returns false if there are too few just now; this
   * thread may then stand first in line for them, if it `waits`.
   */
  write(entry: number, bytes: Buffer, waits: boolean): boolean {
    const { core, geometry } = this.#shared
    const count = blocksFor(geometry, bytes.length)
    const wasFirst = this.#shared.load(FIRST_IN_LINE) === this.#ledger
    const answer = untilDone(() => core.reserve(this.#ledger, count, waits ? 1 : 0))
    if (answer === NOTHING) return false
    // The others found nothing while this thread was first, and may sleep since the last block was freed.
    if (wasFirst) core.wakeAll(MEMORY)
    const { blockBytes } = geometry
    const to = this.#cells.span.bytes
    // The chain grows at its front, so the last piece goes first. `from` and `until`: what is still to be
    // copied to the blocks that lie side by side from `at` on.
    let until = bytes.length
    let from = until
    let at = 0
    for (let piece = count - 1; piece >= 0; piece--) {
      let block = core.pushBlock(this.#ledger, entry)
      if (block === BUSY) block = untilDone(() => core.pushBlock(this.#ledger, entry))
      if (block < 0) throw this.#cells.refused('a request for a block', entry)
      const next = this.#at(block)
      if (next + blockBytes !== at) {
        copyBytes(to, at, bytes, from, until - from)
        until = from
      }
      at = next
      from = piece * blockBytes
    }
    copyBytes(to, at, bytes, from, until - from)
    return true
  }

  /** Copies the `length` bytes of the item of `entry` to the start of `copy`. */
  read(entry: number, length: number, copy: Uint8Array): void {
    const { blocks, blockBytes, linksAt } = this.#cells.geometry
    const { bytes, words } = this.#cells.span
    let block = this.#cells.chain(this.#cells.at(entry)) - 1
    // `from`: what lies before it is copied. `at`: where the bytes from there on lie, so far side by side.
    let from = 0
    let at = 0
    for (let until = 0; until < length; until += blockBytes) {
      if (block < 0 || block >= blocks) {
        throw this.#cells.corrupt(`the number of a block of an item, below ${blocks},`, block)
      }
      const next = this.#at(block)
      if (next !== at + until - from) {
        copyBytes(copy, from, bytes, at, until - from)
        from = until
        at = next
      }
      block = (words[(linksAt >> 2) + block] as number) - 1
    }
    copyBytes(copy, from, bytes, at, length - from)
  }

  /**
   * Where a block begins. The blocks lie in falling order. A chain gets them last piece first, in rising
   * order while they are fresh, and again in that order after it was freed. So its pieces mostly lie side by
   * side.
   */
  #at(block: number): number {
    const { blocks, blockBytes, blocksAt } = this.#cells.geometry
    return blocksAt + (blocks - 1 - block) * blockBytes
  }

  /** Frees the blocks of the item of `entry`, if it has any. */
  freeIfLong(entry: number): void {
    if (this.#cells.chain(this.#cells.at(entry)) !== 0) this.free(entry)
  }

  /** Frees the blocks of the cell of `entry`, and wakes those that wait for blocks. */
  free(entry: number): void {
    if (freeBlocks(this.#shared, entry)) wakeForBlocks(this.#shared)
  }
}
