import { MAX_GENERATION, StageWords } from '../../protocol/index.ts'
import type { StageItem } from './stage-item.ts'

/** An item that threads have, and its slot in the shared words. */
export interface SlottedItem {
  readonly slot: number
  readonly generation: number
  readonly item: StageItem
  /** The begin whose outcome counts; 0: there is none so far. Calls of later begins may still run. */
  decided: number
}

/** The slots of the items that the threads of one stage have. */
export class Slots {
  readonly words: StageWords
  readonly count: number
  readonly #items: (SlottedItem | undefined)[]
  readonly #generations: number[]
  readonly #free: number[]

  constructor(count: number) {
    this.count = count
    this.words = StageWords.create(count)
    this.#items = new Array(count)
    this.#generations = new Array(count).fill(0)
    // The last is taken first, so the slots in use stay the same few.
    this.#free = Array.from({ length: count }, (_, index) => count - 1 - index)
  }

  get hasFree(): boolean {
    return this.#free.length > 0
  }

  open(item: StageItem): SlottedItem {
    const slot = this.#free.pop()
    if (slot === undefined) throw new Error('no slot is free')
    const generation = ((this.#generations[slot] as number) + 1) & MAX_GENERATION
    this.#generations[slot] = generation
    this.words.open(slot, generation)
    const slotted = { slot, generation, item, decided: 0 }
    this.#items[slot] = slotted
    item.slot = slot
    return slotted
  }

  /** The item of a slot, unless it is another one by now. */
  find(slot: number, generation: number): SlottedItem | undefined {
    const found = this.#items[slot]
    return found?.generation === generation ? found : undefined
  }

  /** Notes with the source which items have begun, before the others go back. */
  noteBegun(): void {
    for (const slotted of this.#items) {
      if (slotted !== undefined && this.words.begins(slotted.slot) > 0) slotted.item.origin.begin()
    }
  }

  close({ slot }: SlottedItem): void {
    this.#items[slot] = undefined
    this.#free.push(slot)
  }
}
