/** Links as people write them. */
import type { Link } from './plan.ts'

const FORMS: readonly ((path: string, origin: string) => string)[] = [
  (path) => path,
  (path, origin) => origin + path,
  (path) => `..${path}`,
  (path) => `${path}#part-2`,
  (path) => `${path}${path.includes('?') ? '&' : '?'}utm_source=site&utm_medium=link`,
  (path) => `/here/./there/../..${path}`,
  (path, origin) => origin.replace('http:', 'HTTP:') + path,
  (path, origin) => origin.slice('http:'.length) + path,
  (path) => ` ${path}\n`,
  (path, origin) => origin.replace('//', '//user:secret@') + path,
]

/** A link to a path of the site, written in one of several forms. The page is not deeper than `/a/b`. */
export function linkTo(origin: string, path: string, form = 0): Link {
  const write = FORMS[form % FORMS.length] as (path: string, origin: string) => string
  return { href: write(path, origin), to: new URL(path, origin).href }
}

export const FORM_COUNT = FORMS.length

/** Links that lead to no page of the site. The names exist nowhere, and the addresses are not public. */
export const LINKS_ELSEWHERE: readonly Link[] = [
  { href: 'HTTP://Offsite.Invalid:80/a/../b', to: 'http://offsite.invalid/b' },
  { href: 'https://offsite.invalid:443/c', to: 'https://offsite.invalid/c' },
  { href: 'http://10.0.0.1/', to: 'http://10.0.0.1/' },
  { href: 'https://192.168.1.1/admin', to: 'https://192.168.1.1/admin' },
  {
    href: 'http://169.254.169.254/latest/meta-data/',
    to: 'http://169.254.169.254/latest/meta-data/',
  },
  { href: 'http://[::1]/', to: 'http://[::1]/' },
  { href: 'http://2130706434/', to: 'http://127.0.0.2/' },
  { href: 'mailto:someone@offsite.invalid' },
  { href: 'javascript:void(0)' },
  { href: 'tel:+000' },
  { href: 'data:text/html,<a href=/never/data>' },
  { href: 'ftp://offsite.invalid/file' },
  { href: 'http://[' },
  { href: 'http://' },
]
