import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PhotonImage, resize, SamplingFilter } from '@silvia-odwyer/photon-node'

export function picturesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
}

/** A line of text: a thumbnail of 160 pixels, as a JPEG in base64. */
export function thumbnailOf(file) {
  const picture = PhotonImage.new_from_byteslice(readFileSync(file))
  const height = Math.round((picture.get_height() * 160) / picture.get_width())
  const small = resize(picture, 160, height, SamplingFilter.Lanczos3)
  const jpeg = Buffer.from(small.get_bytes_jpeg(85)).toString('base64')
  picture.free()
  small.free()
  return `${basename(file)} ${jpeg}\n`
}
