import { DONE, type KeyHash, type LimitMemory, NO_KEY } from '../core/index.ts'
import { TooManyKeysError } from '../errors.ts'
import { crypto } from '../node-crypto.ts'
import { untilDone } from '../wait/index.ts'
import type { CheckedQuota } from './quota.ts'

/** A key as this thread has found it. It may have been evicted since. */
export interface FoundKey {
  readonly key: number
  readonly hash: KeyHash
}

/** The one key of a limiter without keys. It is never evicted. */
export const ONLY_KEY: FoundKey = { key: 0, hash: [0, 0, 0, 0] }

/** Finds the keys of a limiter, adds them, and evicts idle ones when there is no room. */
export class KeyTable {
  readonly #memory: LimitMemory
  readonly #salt: string
  readonly #label: string
  readonly #now: () => number
  /** Keys that this thread has used, the latest last. */
  readonly #known = new Map<string, FoundKey>()
  /** The next key that is looked at for eviction. */
  #hand = 0

  constructor(memory: LimitMemory, salt: string, label: string, now: () => number) {
    this.#memory = memory
    this.#salt = salt
    this.#label = label
    this.#now = now
  }

  /** Undefined if the key is not in use. */
  find(name: string): FoundKey | undefined {
    const known = this.#known.get(name)
    if (known !== undefined && this.#memory.holds(known.key, known.hash)) return known
    const hash = known?.hash ?? this.#hashOf(name)
    return this.#note(name, hash, this.#search(hash).key)
  }

  /** @throws TooManyKeysError; what `quotaOf` throws, which is called if the key is not in use */
  findOrAdd(name: string, quotaOf: () => CheckedQuota): FoundKey {
    const found = this.find(name)
    if (found !== undefined) return found
    const quota = quotaOf()
    const hash = this.#hashOf(name)
    for (;;) {
      const { key, version } = this.#search(hash)
      const here = this.#note(name, hash, key)
      if (here !== undefined) return here
      if (this.add(hash, version, quota) === NO_KEY && !this.#evictOne()) {
        const { maxKeys } = this.#memory.geometry
        throw new TooManyKeysError(
          `${this.#label} has ${maxKeys} keys, which is its maxKeys, and none is idle: '${name}' finds no room`,
        )
      }
    }
  }

  /** Adds a key that was not found at `version`. Answers as the line. */
  add(hash: KeyHash, version: number, { step, burst, interval, limit, concurrency }: CheckedQuota): number {
    const { core, keysAt, geometry } = this.#memory
    const bucket = this.#memory.bucketAt(hash)
    return untilDone(() =>
      core.addKey(
        ...([keysAt, geometry.maxKeys, bucket, version, ...hash] as const),
        ...([step, burst, interval, limit, concurrency, this.#now()] as const),
      ),
    )
  }

  #note(name: string, hash: KeyHash, key: number): FoundKey | undefined {
    if (key < 0) return undefined
    const known = this.#known
    // Names that this thread has not used for long.
    if (known.size >= 2 * this.#memory.geometry.maxKeys) known.clear()
    const found = { key, hash }
    known.set(name, found)
    return found
  }

  /** `key`: its number; -1 if it was not in use at `version`. */
  #search(hash: KeyHash): { readonly key: number; readonly version: number } {
    const memory = this.#memory
    for (;;) {
      const { version } = memory
      const key = this.#inChain(hash)
      if (key >= 0 || memory.version === version) return { key, version }
    }
  }

  #inChain(hash: KeyHash): number {
    const memory = this.#memory
    let link = memory.bucketAt(hash)
    // A chain that changes meanwhile may lead in a circle.
    for (let left = memory.geometry.maxKeys; left > 0; left--) {
      const key = memory.follow(link)
      if (key < 0 || key >= memory.geometry.maxKeys) return -1
      if (memory.holds(key, hash)) return key
      link = memory.linkOf(key)
    }
    return -1
  }

  /** False if no key is idle. */
  #evictOne(): boolean {
    const { maxKeys } = this.#memory.geometry
    for (let looks = 0; looks < maxKeys; looks++) {
      const key = this.#hand
      this.#hand = (key + 1) % maxKeys
      if (this.#evict(key)) return true
    }
    return false
  }

  #evict(key: number): boolean {
    const memory = this.#memory
    for (;;) {
      const { version } = memory
      if (!memory.isLive(key) || !memory.mayBeIdle(key, this.#now())) return false
      const link = this.#linkTo(key)
      if (link < 0) {
        if (memory.version === version) return false
        continue
      }
      const answer = untilDone(() => memory.core.evictKey(memory.keyAt(key), key, link, version, this.#now()))
      if (answer === DONE) return true
      if (memory.version === version) return false
    }
  }

  /** The word that refers to the key; -1 if none was found. */
  #linkTo(key: number): number {
    const memory = this.#memory
    let link = memory.bucketAt(memory.hashOf(key))
    for (let left = memory.geometry.maxKeys; left > 0; left--) {
      const next = memory.follow(link)
      if (next === key) return link
      if (next < 0 || next >= memory.geometry.maxKeys) return -1
      link = memory.linkOf(next)
    }
    return -1
  }

  /** 128 bits of SHA-256, of UTF-16: in UTF-8 all lone surrogates are the same. */
  #hashOf(name: string): KeyHash {
    const digest = crypto().createHash('sha256').update(this.#salt).update(name, 'utf16le').digest()
    return [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), digest.readInt32LE(12)]
  }
}
