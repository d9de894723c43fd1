import type { Thumbnail } from './work.ts'

export const PAGE_HEAD = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Thumbnails</title>
<style>figure { display: inline-block; margin: 8px; font: 12px sans-serif }</style>
`
export const PAGE_END = '</html>\n'

export function pictureOf(name: string, { width, height, jpeg }: Thumbnail): string {
  const source = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`
  const caption = `${escaped(name)}, ${width} x ${height}`
  return `<figure><img alt="${escaped(name)}" src="${source}"><figcaption>${caption}</figcaption></figure>\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
