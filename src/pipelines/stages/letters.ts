import { CodecError, ItemTooLargeError } from '../../errors.ts'
import { type DeadLetter, internalsOf, letterError, type Queue, type WaitOptions } from '../../queue/index.ts'
import type { StageItem } from './stage-item.ts'

/**
 * Puts the dead letter of an item that has failed for good; one that the queue's codec cannot carry without
 * the item. @throws what `put` throws
 */
export async function putLetter(
  letters: Queue<DeadLetter<unknown>>,
  item: StageItem,
  stage: string,
  error: unknown,
  options: WaitOptions,
): Promise<void> {
  const { entry, failures } = item
  const isPlain = internalsOf(letters).codecName === 'msgpack'
  const last = failures.at(-1)
  const letter = {
    error: letterError(last === undefined ? error : last.error, isPlain),
    attempts: Math.max(1, failures.length),
    history: failures.map(({ at, thread, error: each }) => ({
      at,
      thread,
      error: letterError(each, isPlain),
    })),
    queue: stage,
  }
  try {
    await letters.put({ item: entry.value, ...letter }, options)
  } catch (refused) {
    if (!(refused instanceof CodecError || refused instanceof ItemTooLargeError)) throw refused
    await letters.put(letter, options)
  }
}
