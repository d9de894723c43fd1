import { describe, expect, it } from 'vitest'
import {
  hostOf,
  isOfOrigins,
  MAX_URL_LENGTH,
  normalised,
  originOf,
  seedUrl,
} from '../../../examples/scraper/urls.ts'

const BASE = 'http://base.example/a/b?c=d'

describe('normalised', () => {
  it.each([
    ['HTTP://EXAMPLE.com:80/a/../b/./c', 'http://example.com/b/c'],
    ['https://example.com:443', 'https://example.com/'],
    ['http://example.com:8080/#top', 'http://example.com:8080/'],
    ['http://example.com/?utm_source=x&b=2&a=1&utm_medium=y', 'http://example.com/?b=2&a=1'],
    ['http://example.com/?utm_source=x', 'http://example.com/'],
    ['http://example.com/a/', 'http://example.com/a/'],
    ['http://www.example.com/', 'http://www.example.com/'],
    ['http://user:secret@example.com/', 'http://example.com/'],
    ['http://example.com/%7Ea', 'http://example.com/~a'],
    ['http://example.com/%2541', 'http://example.com/%2541'],
    ['http://example.com/a%2Fb', 'http://example.com/a%2Fb'],
    ['http://example.com/ü', 'http://example.com/%C3%BC'],
    ['http://[::1]:8080/', 'http://[::1]:8080/'],
    ['c', 'http://base.example/a/c'],
    ['../c#d', 'http://base.example/c'],
    ['?e=f', 'http://base.example/a/b?e=f'],
    ['//other.example/x', 'http://other.example/x'],
  ])('makes %s to %s, and keeps that', (link, expected) => {
    expect(normalised(link, BASE)).toBe(expected)
    expect(normalised(expected)).toBe(expected)
  })

  it.each([
    'javascript:alert(1)',
    'mailto:a@example.com',
    'ftp://example.com/',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://',
    'http://[',
    'http://exa mple.com/',
  ])('refuses %s', (link) => {
    expect(normalised(link, BASE)).toBeUndefined()
  })

  it('refuses what is too long, and nothing shorter', () => {
    const long = `http://example.com/${'a'.repeat(MAX_URL_LENGTH - 'http://example.com/'.length)}`
    expect(normalised(long)).toBe(long)
    expect(normalised(`${long}a`)).toBeUndefined()
    expect(normalised('x'.repeat(10_000_000), BASE)).toBeUndefined()
  })
})

describe('seedUrl', () => {
  it('takes a URL without its scheme as http', () => {
    expect(seedUrl('example.com/a')).toBe('http://example.com/a')
    expect(seedUrl('127.0.0.1:8080')).toBe('http://127.0.0.1:8080/')
    expect(seedUrl('https://example.com')).toBe('https://example.com/')
    expect(seedUrl('ftp://example.com')).toBeUndefined()
    expect(seedUrl('http://me:secret@example.com/')).toBeUndefined()
    expect(seedUrl('mailto:me@example.com')).toBeUndefined()
  })
})

describe('origins', () => {
  it('tell ports apart, and hosts keep a port that is no default', () => {
    expect(originOf('http://example.com:8080/a')).toBe('http://example.com:8080')
    expect(hostOf('https://example.com/a')).toBe('example.com')
    expect(hostOf('http://example.com:8080/a')).toBe('example.com:8080')
  })

  it('are the same for the same host over https, not for another port or a part of the name', () => {
    const origins = new Set(['http://example.com', 'http://example.com:8080'])
    expect(isOfOrigins('http://example.com/a', origins)).toBe(true)
    expect(isOfOrigins('https://example.com/a', origins)).toBe(true)
    expect(isOfOrigins('https://example.com:8080/a', origins)).toBe(false)
    expect(isOfOrigins('http://www.example.com/a', origins)).toBe(false)
    expect(isOfOrigins('http://example.com:81/a', origins)).toBe(false)
    expect(isOfOrigins('http://example.com/a', new Set(['https://example.com']))).toBe(false)
  })
})
