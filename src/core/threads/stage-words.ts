import { allocateWords } from './shared-words.ts'

/**
 * The shared words of a stage that runs on threads: of the items that it has under way, each in a slot, and
 * of the turn of its outputs. Slots are opened, and their items decided, by the thread that reads the
 * results: the owner.
 *
 *   word 0  TURN     the slot whose outputs come next, from 1; 0: any
 *   word 1  PAUSED   1: threads keep back further outputs of items that are not in turn
 *   word 2  EPOCH    moved when TURN or PAUSED have changed, or the stage has ended
 *   word 3  ENDED    1: no output is wanted any more
 *   word 4  LOOKS    1: the owner is going to look for outputs by itself, soon
 *
 *   slot  0  STATE   GENERATION << 8 | DECIDED << 7 | begins, modulo 128
 *         1  THROWS  calls that failed and were made again, or took too long
 *         2  DEATHS  threads that died in a call
 *         3  CALLER  threadId of the last call; negative: that call is not under way
 *
 * An item can be delivered again after its call has given a result: its thread died between the put of the
 * result and the finish of the item. `begin` and `decide` are one exchange of STATE each, so either the owner
 * has decided before the call begins, and it does not begin, or the owner learns that another call has begun.
 *
 * A thread writes the words of a slot only between its begin and the last frame of that call. So the owner
 * opens a slot again when no call of it is under way: once `decide` has said so, or the last frame of the
 * last begin has come.
 */
const TURN = 0
const PAUSED = 1
const EPOCH = 2
const ENDED = 3
const LOOKS = 4
const HEADER_WORDS = 5

const STATE = 0
const THROWS = 1
const DEATHS = 2
const CALLER = 3
const SLOT_WORDS = 4

const GENERATION_SHIFT = 8
const DECIDED = 0x80
const BEGINS = 0x7f
/** Generations are numbers of 23 bits, so STATE stays above 0. */
export const MAX_GENERATION = 0x7fffff

export class StageWords {
  readonly words: Int32Array

  constructor(words: Int32Array) {
    this.words = words
  }

  static create(slots: number): StageWords {
    return new StageWords(allocateWords(HEADER_WORDS + slots * SLOT_WORDS))
  }

  /**
   * The owner puts an item into `slot`, of which no call is under way. No delivery of an earlier generation
   * begins any more.
   */
  open(slot: number, generation: number): void {
    const at = placeOf(slot)
    this.words[at + THROWS] = 0
    this.words[at + DEATHS] = 0
    this.words[at + CALLER] = 0
    // Last: a thread that reads this generation also reads the words above.
    Atomics.store(this.words, at + STATE, generation << GENERATION_SHIFT)
  }

  /** A delivery begins its call. Returns the number of the begin, 1 to 127; 0 if no call is to be made. */
  begin(slot: number, generation: number): number {
    const at = placeOf(slot) + STATE
    for (;;) {
      const state = Atomics.load(this.words, at)
      if (state >>> GENERATION_SHIFT !== generation || (state & DECIDED) !== 0) return 0
      const begins = (state & BEGINS) === BEGINS ? 1 : (state & BEGINS) + 1
      const next = (generation << GENERATION_SHIFT) | begins
      if (Atomics.compareExchange(this.words, at, state, next) === state) return begins
    }
  }

  /**
   * The owner has an outcome, of the call with the number `begin`: no further call begins. Returns true if no
   * later one has begun.
   */
  decide(slot: number, begin: number): boolean {
    return (Atomics.or(this.words, placeOf(slot) + STATE, DECIDED) & BEGINS) === begin
  }

  /** The number of the last begin. */
  begins(slot: number): number {
    return Atomics.load(this.words, placeOf(slot) + STATE) & BEGINS
  }

  /**
   * A call of this thread is under way, after its begin. Returns the thread of the call before if that one
   * has not left it: if it has died, it died in that call. 0: there was none, or it has left it.
   */
  enter(slot: number, threadId: number): number {
    const at = placeOf(slot) + CALLER
    const before = this.words[at] as number
    Atomics.store(this.words, at, threadId)
    return Math.max(0, before)
  }

  /** The call of this thread waits, or is going to be made again: a death is not charged to it meanwhile. */
  leave(slot: number): void {
    const at = placeOf(slot) + CALLER
    Atomics.store(this.words, at, -Math.abs(this.words[at] as number))
  }

  /** threadId of the last call; 0 if there was none. */
  thread(slot: number): number {
    return Math.abs(Atomics.load(this.words, placeOf(slot) + CALLER))
  }

  /**
   * A call has failed, and is over. Returns how many have. Called by its thread, or, for a call that took too
   * long, by the owner.
   */
  countThrow(slot: number): number {
    const throws = Atomics.add(this.words, placeOf(slot) + THROWS, 1) + 1
    this.leave(slot)
    return throws
  }

  throws(slot: number): number {
    return Atomics.load(this.words, placeOf(slot) + THROWS)
  }

  /** A thread has died in a call. Returns how many have. Only the holder of the item calls this. */
  countDeath(slot: number): number {
    return Atomics.add(this.words, placeOf(slot) + DEATHS, 1) + 1
  }

  /** The outputs of `slot` come next; -1: those of any. */
  setTurn(slot: number): void {
    if (Atomics.exchange(this.words, TURN, slot + 1) !== slot + 1) this.move()
  }

  /** Threads keep back further outputs of items that are not in turn, or give them again. */
  setPaused(isPaused: boolean): void {
    const value = isPaused ? 1 : 0
    if (Atomics.exchange(this.words, PAUSED, value) !== value) this.move()
  }

  /** No output is wanted any more: threads that keep one back go on, and throw it away. */
  end(): void {
    Atomics.store(this.words, ENDED, 1)
    this.move()
  }

  /**
   * The owner is going to look for outputs soon; false before that look. A thread that reads true after it
   * has put an output need not wake the owner: the look comes after this reading, and so after the put.
   */
  setOwnerLooks(looks: boolean): void {
    Atomics.store(this.words, LOOKS, looks ? 1 : 0)
  }

  get ownerLooks(): boolean {
    return Atomics.load(this.words, LOOKS) === 1
  }

  get hasEnded(): boolean {
    return Atomics.load(this.words, ENDED) === 1
  }

  /** Read it before `mustKeepBack`: if that says yes, wait until it is another. */
  get epoch(): number {
    return Atomics.load(this.words, EPOCH)
  }

  /** A thread has a further output of the item of `slot`, and must wait with it. */
  mustKeepBack(slot: number): boolean {
    const { words } = this
    if (Atomics.load(words, PAUSED) === 0 || Atomics.load(words, ENDED) === 1) return false
    const turn = Atomics.load(words, TURN)
    return turn !== 0 && turn !== slot + 1
  }

  /** Blocks the thread until the epoch is another than `epoch`, for at most `ms`. */
  wait(epoch: number, ms: number): void {
    Atomics.wait(this.words, EPOCH, epoch, ms)
  }

  /** The word of the epoch, for an asynchronous wait. */
  get epochIndex(): number {
    return EPOCH
  }

  /** Lets every thread that keeps an output back look again. */
  move(): void {
    Atomics.add(this.words, EPOCH, 1)
    Atomics.notify(this.words, EPOCH)
  }
}

function placeOf(slot: number): number {
  return HEADER_WORDS + slot * SLOT_WORDS
}
