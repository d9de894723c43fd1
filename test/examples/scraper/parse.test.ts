import { describe, expect, it } from 'vitest'
import { MAX_LINKS, parsePage } from '../../../examples/scraper/parse.ts'

const parse = (html: string | Uint8Array, header?: string) =>
  parsePage(typeof html === 'string' ? Buffer.from(html) : html, header, 'http://example.com/a/b')
const linksOf = (html: string) => parse(html).links
const MB = 1_000_000

describe('the title', () => {
  it('is the first one, on one line, with its references read', () => {
    expect(parse('<title> Tom &amp; <b>Jerry\n\n</title><title>two</title>').title).toBe('Tom & <b>Jerry')
  })

  it('is empty if there is none, and bounded', () => {
    expect(parse('<h1>no title</h1>').title).toBe('')
    expect(parse(`<title>${'t'.repeat(MB)}</title>`).title).toHaveLength(1000)
  })
})

describe('the links', () => {
  it('are those of a and area, normalised, each once', () => {
    const html = `<a href="/x#y">1</a><A HREF=/x>2</A><area href='c?d&amp;e'><a name=z>
      <link href=/style.css><a href="mailto:a@b"><a href="javascript:1"><a data-href=/no>`
    expect(linksOf(html)).toEqual(['http://example.com/x', 'http://example.com/a/c?d&e'])
  })

  it('are the first of two of an element', () => {
    expect(linksOf('<a href=1 href=2><a href=3>')).toEqual([
      'http://example.com/a/1',
      'http://example.com/a/3',
    ])
  })

  it('are relative to the first base', () => {
    const html = '<base href="/base/"><base href="/other/"><a href=c>'
    expect(linksOf(html)).toEqual(['http://example.com/base/c'])
  })

  it('are relative to the page where the base is no URL', () => {
    expect(linksOf('<base href="http://["><a href=c>')).toEqual(['http://example.com/a/c'])
  })

  it('are none in comments, scripts, styles and text areas', () => {
    const html = `<!-- <a href=1> --><script>"<a href=2>"</script><style><a href=3></style>
      <textarea><a href=4></textarea><title><a href=5></title><a href=6>`
    expect(linksOf(html)).toEqual(['http://example.com/a/6'])
  })

  it('are found in broken HTML', () => {
    expect(linksOf('<div><p><a href="one">x</div></b><table><a href=two <a href="three')).toContain(
      'http://example.com/a/one',
    )
    expect(linksOf('</p></p></div><a href=x><b')).toEqual(['http://example.com/a/x'])
  })

  it('are bounded', () => {
    const html = Array.from({ length: 3 * MAX_LINKS }, (_, index) => `<a href=${index}>`).join('')
    expect(linksOf(html)).toHaveLength(MAX_LINKS)
  })
})

describe('the length of the text', () => {
  it.each([
    ['<p>one</p>\n<p> two </p>', 7],
    ['&lt;&amp;', 2],
    ['<script>var a</script>x<style>b</style><template><p>no</p></template>', 1],
    ['\n <b>\t</b>', 0],
    ['<p>\u{1f35e}</p>', 1],
    ['a\n\n\nb', 3],
  ])('of %j is %d', (html, length) => {
    expect(parse(html).textLength).toBe(length)
  })
})

describe('the charset', () => {
  const bytes = (...codes: number[]) => Uint8Array.from(codes)
  const page = (meta: string, ...codes: number[]) =>
    Buffer.concat([Buffer.from(`${meta}<title>`), bytes(...codes), Buffer.from('</title>')])

  it.each([
    ['the header', page('', 0x83, 0x65), 'shift_jis', 'shift_jis', 'テ'],
    ['the header before the meta tag', page('<meta charset=koi8-r>', 0xe9), 'latin1', 'windows-1252', 'é'],
    ['a meta tag', page('<meta charset=windows-1251>', 0xcf), undefined, 'windows-1251', 'П'],
    [
      'a meta tag of http-equiv',
      page('<meta http-equiv=content-type content="text/html; charset=koi8-r">', 0xd0),
      undefined,
      'koi8-r',
      'п',
    ],
    [
      'a byte order mark before all',
      Buffer.concat([bytes(0xef, 0xbb, 0xbf), page('', 0xc3, 0xa9)]),
      'koi8-r',
      'utf-8',
      'é',
    ],
    ['UTF-8 by itself', page('', 0xc3, 0xa9), undefined, 'utf-8', 'é'],
    ['windows-1252 by itself', page('', 0x80, 0x93), undefined, 'windows-1252', '€“'],
    ['an unknown header', page('', 0xc3, 0xa9), 'nonsense', 'utf-8', 'é'],
    [
      'UTF-16 by its mark',
      Buffer.concat([bytes(0xff, 0xfe), Buffer.from('<title>é</title>', 'utf16le')]),
      undefined,
      'utf-16le',
      'é',
    ],
  ])('is told by %s', (_, body, header, charset, title) => {
    expect(parse(body, header)).toMatchObject({ charset, title })
  })
})

describe('a hostile page', () => {
  const pages: [string, string][] = [
    ['nested div', '<div>'.repeat(2 * MB)],
    ['nested template', '<template>'.repeat(MB)],
    ['nested svg', '<svg><desc><title>'.repeat(MB / 2)],
    ['end tags of nothing', `${'<div>'.repeat(MB)}${'</b>'.repeat(MB)}`],
    ['one tag of attributes', `<a ${'x=1 '.repeat(2 * MB)}>`],
    ['one attribute', `<a href="${'x'.repeat(10 * MB)}">`],
    ['links that are none', '<a href=//[>'.repeat(MB)],
    ['open scripts', `<script>${'</scrip'.repeat(MB)}`],
    ['open comment', `<!--${'--'.repeat(5 * MB)}`],
    ['references', '&amp;'.repeat(2 * MB)],
    ['nothing but <', '<'.repeat(10 * MB)],
  ]
  // Time that grew with the square of the size would be hours.
  it.each(pages)(
    'is parsed in time: %s',
    (_, html) => {
      const page = parse(`<title>T</title><a href=first>${html}`)
      expect(page.title).toBe('T')
      expect(page.links).toContain('http://example.com/a/first')
    },
    60_000,
  )

  it('gives its text until too many templates are open', () => {
    expect(parse(`<p>one</p>${'<template>'.repeat(99)}${'</template>'.repeat(99)}two`).textLength).toBe(6)
  })
})
