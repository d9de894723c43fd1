/** The tree of pages. */
import { randomNumbers } from '../shared/random.ts'
import { html, words } from './html.ts'
import { FORM_COUNT, linkTo } from './links.ts'
import { type Entry, type Link, page } from './plan.ts'

/** Pages that a page of the tree leads to, further down. */
const CHILDREN = 4
/** Links of a page to any pages. */
const CROSS_LINKS = 3

export const pagePath = (number: number): string => `/page/${number}`

/** Pages 1 to `count`, each below an earlier one; the first `CHILDREN` of them are below the home page. */
export function tree(origin: string, count: number, seed: number): Entry[] {
  const random = randomNumbers(seed)
  const link = (number: number) => linkTo(origin, pagePath(number), random() % FORM_COUNT)
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1
    const cross = Array.from({ length: CROSS_LINKS }, () => link(1 + (random() % count)))
    const links = [
      linkTo(origin, '/', random() % FORM_COUNT),
      ...childrenOf(number, count).map(link),
      ...cross,
    ]
    const title = `Page ${number}: ${words(seed + number, 3)}`
    const text = words(seed ^ number, 50 + (random() % 200))
    return page(pagePath(number), title, links, html(title, links, text))
  })
}

/** Numbers of the pages right below one; those below the home page, whose number is 0. */
export function childrenOf(number: number, count: number): number[] {
  const first = number * CHILDREN + 1
  return Array.from({ length: CHILDREN }, (_, index) => first + index).filter((child) => child <= count)
}

/** The home page, with links to the tree and further ones. */
export function home(origin: string, count: number, more: readonly Link[]): Entry {
  const links = [
    ...childrenOf(0, count).map((number) => linkTo(origin, pagePath(number))),
    ...more,
    linkTo(origin, '/', 3),
  ]
  return page('/', 'The site', links, html('The site', links, 'Pages to be scraped, good and bad.'))
}

/** A page without links. */
export function leaf(name: string): Entry {
  const title = `Leaf ${name}`
  return page(`/leaf/${name}`, title, [], html(title, [], words(name.length, 20)))
}
