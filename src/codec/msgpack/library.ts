import Module from 'node:module'
import { join } from 'node:path'

type Library = typeof import('@msgpack/msgpack')

let loaded: Library | undefined

/** @msgpack/msgpack, loaded at its first use: few programs use it, and loading it takes milliseconds. */
export function library(): Library {
  loaded ??= Module.createRequire(place())('@msgpack/msgpack') as Library
  return loaded
}

/** The file from which the package is searched. A bundle in CommonJS does not know its own. */
function place(): string {
  const url: unknown = import.meta.url
  return typeof url === 'string' ? url : join(process.cwd(), 'main.js')
}
