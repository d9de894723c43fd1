/** The functions that the threads of `../thumbnails.ts` run. */
import { readFileSync, writeFileSync } from 'node:fs'
import { PhotonImage, resize, SamplingFilter } from '@silvia-odwyer/photon-node'
import { type ThreadContext, threaded } from '../../src/index.ts'
import { randomNumbers } from '../shared/random.ts'

export interface Thumbnail {
  /** The size of the picture itself, in pixels. */
  readonly width: number
  readonly height: number
  readonly jpeg: Uint8Array
}

/** The first bytes of a PNG file and of a JPEG file. */
const SIGNATURES = [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('\xff\xd8\xff', 'latin1')]
const QUALITY = 85

/** A thumbnail of `args.width` pixels, in the proportions of the picture. */
export const thumbnail = threaded(
  import.meta,
  (file: string, { args }: ThreadContext<{ width: number }>): Thumbnail => {
    const picture = decoded(readFileSync(file))
    const [width, height] = [picture.get_width(), picture.get_height()]
    const scaledHeight = Math.max(1, Math.round((height * args.width) / width))
    const small = resize(picture, args.width, scaledHeight, SamplingFilter.Lanczos3)
    const jpeg = small.get_bytes_jpeg(QUALITY)
    // These are in the memory of the WebAssembly module, which no garbage collector frees.
    picture.free()
    small.free()
    return { width, height, jpeg }
  },
)

function decoded(bytes: Buffer): PhotonImage {
  const isPicture = SIGNATURES.some((signature) => bytes.subarray(0, signature.length).equals(signature))
  if (!isPicture) throw new Error('neither PNG nor JPEG')
  try {
    return PhotonImage.new_from_byteslice(bytes)
  } catch (error) {
    throw new Error('the picture is damaged', { cause: error })
  }
}

/** Draws a picture into a file, a PNG or a JPEG by its name. Returns the name. */
export const drawPicture = threaded(import.meta, (file: string): string => {
  const number = Number(/\d+/.exec(file.slice(file.lastIndexOf('picture-')))?.[0])
  const random = randomNumbers(number)
  const [width, height] = [600 + (random() % 300), 400 + (random() % 300)]
  const waves = Array.from({ length: 3 }, () => [(random() % 40) + 8, (random() % 40) + 8] as const)
  const pixels = new Uint8Array(width * height * 4)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [across, down] of waves) pixels[at++] = 128 + 127 * Math.sin(x / across + y / down)
      pixels[at++] = 255
    }
  }
  const picture = new PhotonImage(pixels, width, height)
  writeFileSync(file, file.endsWith('.png') ? picture.get_bytes() : picture.get_bytes_jpeg(QUALITY))
  picture.free()
  return file
})
