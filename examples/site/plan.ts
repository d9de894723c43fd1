/** The plan of a site: each of its addresses with its answer and the result for a scraper. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FailureClass } from '../scraper/outcome.ts'

export interface Link {
  /** As it is written in the page. */
  readonly href: string
  /** The URL that it leads to, normalised; absent if it leads to no http: or https: URL. */
  readonly to?: string
}

/** The result for an address that a scraper has tried often enough. */
export type Outcome = 'page' | 'redirect' | FailureClass

export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Requests for this address so far, this one too. */
  readonly attempt: number
}

export interface Entry {
  /** With its query. */
  readonly path: string
  readonly outcome: Outcome
  /** The number of the first request that has this outcome. */
  readonly attempts: number
  readonly title?: string
  readonly links: readonly Link[]
  /** The absolute URL that a redirect leads to. */
  readonly redirect?: string
  /** The name of the circle of redirects that it is a part of. */
  readonly loop?: string
  readonly answer: (asked: Asked) => void
}

export interface SiteOptions {
  /** Pages of the tree of pages, 0 to 100,000. */
  readonly pages?: number
  /** Repeats the same site. */
  readonly seed?: number
  /** 0 takes one that is free. */
  readonly port?: number
  /** False leaves out all pages but those of the tree. */
  readonly faults?: boolean
  /** In seconds, for robots.txt; without it, robots.txt has none. */
  readonly crawlDelay?: number
  /** The delay of slow pages. */
  readonly slowMs?: number
  /** The size of the huge pages. */
  readonly hugeBytes?: number
}

export interface Plan {
  readonly origin: string
  /** The addresses that can be listed. Traps have more of them, without end. */
  readonly entries: ReadonlyMap<string, Entry>
  /** Undefined if there is nothing at the path. */
  entryAt(path: string): Entry | undefined
}

/** An address that is answered by a page from its first request. */
export function page(path: string, title: string, links: readonly Link[], body: string | Uint8Array): Entry {
  return {
    path,
    title,
    links,
    outcome: 'page',
    attempts: 1,
    answer: ({ response }) => sendHtml(response, body),
  }
}

export function sendHtml(
  response: ServerResponse,
  body: string | Uint8Array,
  type = 'text/html; charset=utf-8',
): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}
