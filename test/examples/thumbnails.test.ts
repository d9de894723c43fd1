import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PhotonImage } from '@silvia-odwyer/photon-node'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-thumbnails-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

/** A file with a picture in one colour. */
function picture(name: string, width: number, height: number): string {
  const image = new PhotonImage(new Uint8Array(width * height * 4).fill(200), width, height)
  writeFileSync(path(name), name.endsWith('.png') ? image.get_bytes() : image.get_bytes_jpeg(80))
  image.free()
  return path(name)
}

/** The names in a page in their order, and the sizes of their thumbnails. */
function thumbnailsIn(page: string): { caption: string; size: number[] }[] {
  const figures = readFileSync(page, 'utf8').matchAll(/base64,([^"]*)"><figcaption>([^<]*)</g)
  return [...figures].map(([, base64 = '', caption = '']) => {
    const image = PhotonImage.new_from_byteslice(Buffer.from(base64, 'base64'))
    return { caption, size: [image.get_width(), image.get_height()] }
  })
}

describe('thumbnails', () => {
  it('makes pictures, and a page with a thumbnail of each in order', async () => {
    const args = ['--pictures', '7', '--width', '32', '--output', path('made.html'), '--threads', '2']
    const { code, stdout, stderr } = await run('thumbnails.ts', args)
    expect(stderr).toBe('')
    expect(stdout).toBe(`thumbnails of 7 pictures; threads: 2\n${path('made.html')}: 7 thumbnails\n`)
    const thumbnails = thumbnailsIn(path('made.html'))
    const names = thumbnails.map(({ caption }) => caption.split(',')[0])
    expect(names).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `picture-00${n}.${n % 2 === 1 ? 'png' : 'jpg'}`))
    expect(new Set(thumbnails.map(({ size: [width] }) => width))).toEqual(new Set([32]))
    expect(code).toBe(0)
  })

  it('keeps the order and the proportions of given pictures, and names a file that is none', async () => {
    const files = [
      picture('large.png', 1600, 1200),
      path('none.png'),
      path('cut.jpg'),
      picture('small & "quoted".jpg', 40, 20),
    ]
    writeFileSync(path('none.png'), 'not a picture')
    writeFileSync(path('cut.jpg'), readFileSync(picture('whole.jpg', 40, 20)).subarray(0, 100))
    const { code, stdout, stderr } = await run('thumbnails.ts', [...files, '--output', path('given.html')])
    expect(thumbnailsIn(path('given.html'))).toEqual([
      { caption: 'large.png, 1600 x 1200', size: [160, 120] },
      { caption: 'small &#38; &#34;quoted&#34;.jpg, 40 x 20', size: [160, 80] },
    ])
    expect(stderr).toContain(`thumbnails: ${path('none.png')}: neither PNG nor JPEG\n`)
    expect(stderr).toContain(`thumbnails: ${path('cut.jpg')}: the picture is damaged\n`)
    expect(stdout).toMatch(/: 2 thumbnails\n$/)
    expect(code).toBe(1)
  })

  it.each([
    [['--width', '15'], "--width: an integer from 16 to 1000 expected, got '15'"],
    [['--pictures', '0'], "--pictures: an integer from 1 to 1000 expected, got '0'"],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await run('thumbnails.ts', args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
