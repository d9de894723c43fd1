/** Redirects, and addresses that have no end. */
import { html } from './html.ts'
import { linkTo } from './links.ts'
import { leaf } from './pages.ts'
import { type Entry, page } from './plan.ts'

function redirect(origin: string, path: string, status: number, location: string): Entry {
  return {
    path,
    outcome: 'redirect',
    attempts: 1,
    links: [],
    redirect: new URL(location, origin + path).href,
    answer: ({ response }) => void response.writeHead(status, { location }).end('It moved.'),
  }
}

export function redirects(origin: string): Entry[] {
  const to = (path: string, status: number, location: string) => redirect(origin, path, status, location)
  const noLocation: Entry = {
    path: '/redirect/nowhere',
    outcome: 'bad-response',
    attempts: 1,
    links: [],
    answer: ({ response }) => void response.writeHead(302).end(),
  }
  const { redirect: _, ...script } = to('/redirect/script', 302, 'javascript:void(0)')
  return [
    to('/redirect/1', 301, '2'),
    to('/redirect/2', 302, '/redirect/3?utm_source=redirect#top'),
    { ...to('/redirect/3', 308, `${origin}/leaf/redirected`) },
    leaf('redirected'),
    to('/redirect/known', 303, '/'),
    to('/redirect/inside', 302, 'http://10.0.0.1/'),
    to('/redirect/offsite', 307, '//offsite.invalid/b'),
    to('/redirect/private', 302, '/private/1'),
    noLocation,
    { ...script, outcome: 'redirects' },
    ...['a', 'b', 'c'].map((name, index, names) => ({
      ...to(`/loop/${name}`, 302, names[(index + 1) % names.length] as string),
      loop: 'abc',
    })),
    { ...to('/loop/self', 302, 'self'), loop: 'self' },
  ]
}

/** Pages that each link to a further one, and redirects that each lead to a further one. */
export function endless(origin: string, path: string): Entry | undefined {
  const [, kind, digits = ''] = /^\/(trap|chain)\/([1-9]\d{0,14})$/.exec(path) ?? []
  const next = Number(digits) + 1
  if (kind === 'chain') return redirect(origin, path, 302, `${next}`)
  if (kind !== 'trap') return undefined
  const links = [linkTo(origin, `/trap/${next}`)]
  return page(path, `Trap ${digits}`, links, html(`Trap ${digits}`, links, 'There is always a next page.'))
}
