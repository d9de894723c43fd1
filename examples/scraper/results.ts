/** Adds up the results of a run. */
import { FAILURE_CLASSES, type FailureClass } from './outcome.ts'
import type { FailedResult, Result } from './result.ts'
import { hostOf } from './urls.ts'

export interface HostRow {
  pages: number
  redirects: number
  failed: number
  bytes: number
  /** The sum over its pages, from the request to the end of the body. */
  ms: number
}

/** A page, without its links. */
export interface PageRow {
  readonly url: string
  readonly depth: number
  readonly status: number
  readonly title: string
  readonly bytes: number
  readonly textLength: number
  readonly charset: string
  readonly links: number
}

export interface Summary {
  readonly pages: readonly PageRow[]
  readonly redirects: readonly { readonly url: string; readonly to: string }[]
  /** Dead letters, with all attempts. */
  readonly failures: readonly FailedResult[]
  readonly byClass: Readonly<Partial<Record<FailureClass, number>>>
  readonly hosts: Readonly<Record<string, HostRow>>
  readonly bytes: number
}

export class Results {
  readonly #pages: PageRow[] = []
  readonly #redirects: { url: string; to: string }[] = []
  readonly #failures: FailedResult[] = []
  readonly #hosts = new Map<string, HostRow>()
  #bytes = 0

  add(result: Result): void {
    const row = this.#host(hostOf(result.url))
    if (result.kind === 'redirect') {
      row.redirects++
      this.#redirects.push({ url: result.url, to: result.to })
    } else if (result.kind === 'failed') {
      row.failed++
      this.#failures.push(result)
    } else {
      const { url, depth, status, title, bytes, textLength, charset, links, ms } = result
      row.pages++
      row.bytes += bytes
      row.ms += ms
      this.#bytes += bytes
      this.#pages.push({ url, depth, status, title, bytes, textLength, charset, links: links.length })
    }
  }

  counts(): { pages: number; redirects: number; failed: number } {
    return {
      pages: this.#pages.length,
      redirects: this.#redirects.length,
      failed: this.#failures.length,
    }
  }

  summary(): Summary {
    const counted = FAILURE_CLASSES.map(
      (name) => [name, this.#failures.filter((failure) => failure.class === name).length] as const,
    )
    return {
      pages: this.#pages,
      redirects: this.#redirects,
      failures: this.#failures,
      byClass: Object.fromEntries(counted.filter(([, count]) => count > 0)),
      hosts: Object.fromEntries(this.#hosts),
      bytes: this.#bytes,
    }
  }

  #host(host: string): HostRow {
    let row = this.#hosts.get(host)
    if (row === undefined) {
      row = { pages: 0, redirects: 0, failed: 0, bytes: 0, ms: 0 }
      this.#hosts.set(host, row)
    }
    return row
  }
}
