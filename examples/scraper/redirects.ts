import type { Failure } from './outcome.ts'
import { normalised } from './urls.ts'

/** Redirects that are followed one after the other. */
export const MAX_HOPS = 10

/** The redirects that were met, and which of them lead nowhere. */
export class Redirects {
  /** No circle is in it: a redirect that would close one is refused. */
  readonly #targets = new Map<string, string>()

  of(url: string): string | undefined {
    return this.#targets.get(url)
  }

  /**
   * Notes a redirect, and returns its target; or the reason why it is not followed. A circle has one refused
   * redirect, wherever it was entered, and whichever part of it was asked for last.
   */
  add(url: string, to: string, hops: number): string | Failure {
    const target = normalised(to)
    if (target === undefined) return refusal('to what is no URL of a page')
    for (let at: string | undefined = target; at !== undefined; at = this.#targets.get(at)) {
      if (at === url) return refusal(`in a circle, to ${target}`)
    }
    if (hops >= MAX_HOPS) return refusal(`more than ${MAX_HOPS} times`)
    this.#targets.set(url, target)
    return target
  }
}

function refusal(where: string): Failure {
  return { class: 'redirects', message: `redirects ${where}`, mayPass: false }
}
