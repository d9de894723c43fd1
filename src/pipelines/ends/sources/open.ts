import { isQueue } from '../../../queue/index.ts'
import { ENDED, OPEN, type OpenSource, type RunHooks } from '../../flow.ts'
import { withinClosing } from '../closing.ts'
import { isNodeReadable } from '../node-streams.ts'
import { AsyncSource, iteratorPull } from './async-source.ts'
import { checkOpened, isAsyncIterable, isIterable, isWebReadable, opensItself } from './check.ts'
import { LateSource } from './late-source.ts'
import type { BareSource } from './pull.ts'
import { QueueSource } from './queue-source.ts'
import { ReadableSource } from './readable-source.ts'
import { SyncSource } from './sync-source.ts'
import { webPull } from './web-pull.ts'

/**
 * Opens what `checkSource` has accepted, other than a task. An error of the opening is thrown by the first
 * read.
 */
export function openSource(given: unknown, hooks: RunHooks): OpenSource {
  return new ClosableSource(opened(given, hooks))
}

function opened(given: unknown, hooks: RunHooks): BareSource {
  try {
    return typeof given === 'function' && !isIterable(given)
      ? new LateSource(() => given(hooks.signal), hooks, openBare)
      : openBare(given, hooks)
  } catch (error) {
    return new BrokenSource(error)
  }
}

function openBare(given: unknown, hooks: RunHooks): BareSource {
  checkOpened(given)
  if (isQueue(given)) return new QueueSource(given, hooks)
  if (isNodeReadable(given)) return new ReadableSource(given, hooks)
  if (isWebReadable(given)) return new AsyncSource(webPull(given), hooks)
  if (opensItself(given)) return given[OPEN](hooks)
  if (isAsyncIterable(given)) return new AsyncSource(iteratorPull(given), hooks)
  return new SyncSource(given as Iterable<unknown>, hooks)
}

/** Is closed once, and within 5 s. */
class ClosableSource implements OpenSource {
  readonly #source: BareSource
  #closing: Promise<void> | undefined

  constructor(source: BareSource) {
    this.#source = source
  }

  get length(): number | undefined {
    return this.#source.length
  }

  get limit(): number | undefined {
    return this.#source.limit
  }

  read(): ReturnType<OpenSource['read']> {
    return this.#closing === undefined ? this.#source.read() : ENDED
  }

  close(reason: unknown): Promise<void> {
    this.#closing ??= withinClosing(
      () => this.#source.close(reason),
      'MILLRACE_SOURCE_OPEN',
      () => this.#source.left,
    )
    return this.#closing
  }
}

class BrokenSource implements BareSource {
  readonly length = undefined
  readonly limit = undefined
  readonly left = ''
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  read(): never {
    throw this.#error
  }

  async close(): Promise<void> {}
}
