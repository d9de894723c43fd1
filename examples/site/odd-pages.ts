/** Pages that are good, but not easy to read. */
import { encode, encodeUtf16 } from './charsets.ts'
import { anchors, html, words } from './html.ts'
import { linkTo } from './links.ts'
import { leaf } from './pages.ts'
import { type Entry, type Link, page, sendHtml } from './plan.ts'

/** Levels of the deep page. */
const DEEP = 20_000

/** Odd pages. Each has a link to a leaf that only those find who read the page rightly. */
export function oddPages(origin: string): Entry[] {
  return [...charsets(origin), ...shapes(origin), ...paths(origin)]
}

function charsets(origin: string): Entry[] {
  const inCharset = (
    name: string,
    title: string,
    type: string,
    encoded: (text: string) => Uint8Array,
    head = '',
  ): Entry[] => {
    const links = [linkTo(origin, `/leaf/${name}`)]
    const body = encoded(html(title, links, title, head))
    const entry = page(`/charset/${name}`, title, links, body)
    return [{ ...entry, answer: ({ response }) => sendHtml(response, body, type) }, leaf(name)]
  }
  const cyrillic = (text: string) => encode(text, 'windows-1251')
  const japanese = (text: string) => encode(text, 'shift_jis')
  const meta = '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">'
  return [
    ...inCharset('windows-1251', 'Привет, мир', 'text/html; charset=windows-1251', cyrillic),
    ...inCharset('shift-jis', 'こんにちは、世界', 'text/html;charset="Shift_JIS"', japanese),
    ...inCharset('shift-jis-meta', '表示と能力', 'text/html', japanese, meta),
    ...inCharset('utf-16', 'Ünïcödé 🙂', 'text/html', encodeUtf16),
    ...inCharset('utf-8', 'naïve café 🙂', 'text/html; charset=UTF-8', (text) => Buffer.from(text)),
    ...inCharset('xhtml', 'XHTML', 'application/xhtml+xml', (text) => Buffer.from(text)),
  ]
}

function shapes(origin: string): Entry[] {
  const based = ['one', 'two/three']
  const baseLinks: Link[] = based.map((name) => ({ href: name, to: `${origin}/leaf/based/${name}` }))
  const deepLinks = [linkTo(origin, '/leaf/deep')]
  const deep = `<title>Deep</title>${'<div>'.repeat(DEEP)}${anchors(deepLinks)}${'</div>'.repeat(DEEP)}`
  return [
    ...broken(origin),
    page('/base', 'Base', baseLinks, html('Base', baseLinks, 'Base', `<base href="/leaf/based/">`)),
    ...based.map((name) => leaf(`based/${name}`)),
    page('/deep', 'Deep', deepLinks, deep),
    leaf('deep'),
    page('/empty', '', [], ''),
  ]
}

/** HTML that no validator lets pass, and links that are none. */
function broken(origin: string): Entry[] {
  const names = ['unquoted', 'open-tags', 'twice', 'upper-case', 'after-the-end']
  const body = `<TITLE>Broken &amp; &lt;torn&gt;</title
><!-- <a href="/never/comment"> -->
<script>document.write('<a href="/never/script">')</script>
<style>a::after { content: '<a href="/never/style">' }</style>
<textarea><a href="/never/textarea"></textarea>
</p></div><table><p><b><i>${words(1, 20)}</b></i>
<a href=/leaf/${names[0]}>unquoted<a name=anchor>
<div><p><span><a href='/leaf/${names[1]}'>
<a href="/leaf/${names[2]}" href="/never/second-href">twice</a>
<A HREF = "/leaf/${names[3]}" class=a"b>upper case</A>
<a href>none</a><a href="">this page</a><a href="#top">top</a>
<a href="/query?a=1&amp;b=2&copy=3">entities</a>
</body></html>
<a href="/leaf/${names[4]}">after the end</a><a href="/never/unfinished`
  const links: Link[] = [
    ...names.map((name) => linkTo(origin, `/leaf/${name}`)),
    linkTo(origin, '/broken'),
    linkTo(origin, '/query?a=1&b=2&copy=3'),
  ]
  const query = html('A query', [], 'A query')
  return [
    page('/broken', 'Broken & <torn>', links, body),
    page('/query?a=1&b=2&copy=3', 'A query', [], query),
    ...names.map(leaf),
  ]
}

/** Paths that have to be written otherwise than they are, or that are not what they resemble. */
function paths(origin: string): Entry[] {
  const at = (href: string, path: string): Link => ({ href, to: origin + path })
  const links = [
    at('/leaf/été', '/leaf/%C3%A9t%C3%A9'),
    at('/leaf/%C3%A9t%C3%A9', '/leaf/%C3%A9t%C3%A9'),
    at('/leaf/two words', '/leaf/two%20words'),
    at('list?page=1', '/list?page=1'),
    at('?page=2', '/paths?page=2'),
    at('/list?page=2&utm_campaign=x#top', '/list?page=2'),
    at('/Leaf/Case', '/Leaf/Case'),
    at('/leaf/case', '/leaf/case'),
  ]
  const named = (path: string) => page(path, `At ${path}`, [], html(`At ${path}`, [], path))
  const others = [...new Set(links.map(({ to }) => (to as string).slice(origin.length)))].map(named)
  return [page('/paths', 'Paths', links, html('Paths', links, 'Paths')), ...others]
}
