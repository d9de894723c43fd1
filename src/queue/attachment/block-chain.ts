import { BUSY, blocksFor, MEMORY, NOTHING, type SharedMemory } from '../../core/index.ts'
import { untilDone } from '../../wait/index.ts'
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
    const { blockBytes, blocksAt } = geometry
    const count = blocksFor(geometry, bytes.length)
    const answer = untilDone(() => core.reserve(this.#ledger, count, waits ? 1 : 0))
    if (answer === NOTHING) return false
    // The chain grows at its front, so the last piece goes first.
    for (let piece = count - 1; piece >= 0; piece--) {
      let block = core.pushBlock(this.#ledger, entry)
      if (block === BUSY) block = untilDone(() => core.pushBlock(this.#ledger, entry))
      if (block < 0) throw this.#cells.refused('a request for a block', entry)
      const from = piece * blockBytes
      this.#cells.span.bytes.set(bytes.subarray(from, from + blockBytes), blocksAt + block * blockBytes)
    }
    return true
  }

  /** Copies the `length` bytes of the item of `entry` to the start of `copy`. */
  read(entry: number, length: number, copy: Buffer): void {
    const { blocks, blockBytes, blocksAt, linksAt } = this.#cells.geometry
    const { bytes, words } = this.#cells.span
    let block = this.#cells.chain(this.#cells.at(entry)) - 1
    for (let from = 0; from < length; from += blockBytes) {
      if (block < 0 || block >= blocks) {
        throw this.#cells.corrupt(`the number of a block of an item, below ${blocks},`, block)
      }
      const at = blocksAt + block * blockBytes
      bytes.copy(copy, from, at, at + Math.min(blockBytes, length - from))
      block = (words[(linksAt >> 2) + block] as number) - 1
    }
  }

  /** Frees the blocks of the item of `entry`, if it has any. */
  freeIfLong(entry: number): void {
    if (this.#cells.chain(this.#cells.at(entry)) !== 0) this.free(entry)
  }

  /** Frees the blocks of the cell of `entry`, and wakes those that wait for blocks. */
  free(entry: number): void {
    if (freeBlocks(this.#shared, entry)) this.#shared.core.wakeAll(MEMORY)
  }
}
