/** Texts of generated pages. */
import { randomNumbers } from '../shared/random.ts'
import type { Link } from './plan.ts'

const SYLLABLES = ['ka', 'lo', 'mi', 'ren', 'su', 'ta', 'vel', 'no', 'dis', 'per', 'qua', 'zi']

/** Words that are the same for the same seed. */
export function words(seed: number, count: number): string {
  const random = randomNumbers(seed)
  const word = () =>
    Array.from({ length: 1 + (random() % 3) }, () => SYLLABLES[random() % SYLLABLES.length]).join('')
  return Array.from({ length: count }, word).join(' ')
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export const anchors = (links: readonly Link[]): string =>
  links.map(({ href }, index) => `<li><a href="${escaped(href)}">link ${index + 1}</a>`).join('\n')

/** A page. `head` is more of its head. */
export function html(title: string, links: readonly Link[], text: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>${head}<title>${escaped(title)}</title></head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
<ul>
${anchors(links)}
</ul>
</body>
</html>
`
}
