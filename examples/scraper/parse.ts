/** Reads a page of HTML: its title, its links, and how much text. */
import { Parser } from 'htmlparser2'
import { decoded } from './charsets.ts'
import type { Page } from './outcome.ts'
import { normalised } from './urls.ts'

/** Different links of one page that are taken up; later ones are dropped. */
export const MAX_LINKS = 5000
/** Attributes that are looked at for them. */
const MAX_HREFS = 20_000
const MAX_TITLE_LENGTH = 1000

/** Elements whose end matters here: their text is no text of the page. All others may stand open. */
const WITHOUT_TEXT = new Set([
  'iframe',
  'noembed',
  'noframes',
  'script',
  'style',
  'template',
  'textarea',
  'title',
  'xmp',
])
/** Elements of WITHOUT_TEXT that may be open in each other, as templates can. */
const MAX_OPEN = 100

/**
 * A parser that keeps no stack of open elements but those of WITHOUT_TEXT. Time and memory then do not depend
 * on how deep elements are nested, and an end tag is never searched for in a long stack.
 * From MAX_OPEN on nothing is closed any more, so the rest of such a page gives links and no text.
 */
class FlatParser extends Parser {
  open = 0

  protected override isVoidElement(name: string): boolean {
    return !this.isTracked(name)
  }

  isTracked(name: string): boolean {
    return WITHOUT_TEXT.has(name) && this.open < MAX_OPEN
  }
}

/** Parses a page. Broken HTML is read as far as it can be; no input throws. */
export function parsePage(body: Uint8Array, header: string | undefined, url: string): Page {
  const { text, charset } = decoded(body, header)
  const page = new PageReader(url)
  page.read(text)
  return { title: page.title(), links: [...page.links], textLength: page.textLength, charset }
}

class PageReader {
  readonly links = new Set<string>()
  /** Characters of text; a run of white space counts as one, and none at the ends. */
  textLength = 0
  #title: string | undefined
  #isTitleOpen = false
  #base: string
  #hasBase = false
  #isAfterSpace = true
  #element = ''
  #hasHref = false
  #hrefs = 0

  constructor(url: string) {
    this.#base = url
  }

  read(text: string): void {
    const parser: FlatParser = new FlatParser({
      onopentagname: (name) => {
        this.#element = name
        this.#hasHref = false
        if (!parser.isTracked(name)) return
        parser.open++
        if (name === 'title' && this.#title === undefined) {
          this.#isTitleOpen = true
          this.#title = ''
        }
      },
      onattribute: (name, value) => {
        // Only the first attribute of a name counts.
        if (name !== 'href' || this.#hasHref) return
        this.#hasHref = true
        this.#href(value)
      },
      onclosetag: (name) => {
        if (!parser.isTracked(name) || parser.open === 0) return
        parser.open--
        if (name === 'title') this.#isTitleOpen = false
      },
      ontext: (piece) => {
        if (parser.open === 0) this.#count(piece)
        else if (this.#isTitleOpen && (this.#title as string).length < MAX_TITLE_LENGTH) this.#title += piece
      },
    })
    parser.end(text)
    if (this.#isAfterSpace && this.textLength > 0) this.textLength--
  }

  title(): string {
    return (this.#title ?? '').replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE_LENGTH)
  }

  #href(value: string): void {
    if (this.#element === 'base' && !this.#hasBase) {
      // Only the first base counts, and it may be relative to the page itself.
      this.#hasBase = true
      this.#base = URL.canParse(value, this.#base) ? new URL(value, this.#base).href : this.#base
    } else if (this.#element === 'a' || this.#element === 'area') {
      if (this.links.size >= MAX_LINKS || ++this.#hrefs > MAX_HREFS) return
      const link = normalised(value.trim(), this.#base)
      if (link !== undefined) this.links.add(link)
    }
  }

  #count(piece: string): void {
    for (const character of piece) {
      const isSpace = character.trim() === ''
      if (!isSpace || !this.#isAfterSpace) this.textLength++
      this.#isAfterSpace = isSpace
    }
  }
}
