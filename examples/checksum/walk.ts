import { opendir } from 'node:fs/promises'
import { type Unreadable, unreadable } from './digest.ts'

const SLASH = Buffer.from('/')

/** The regular files under a directory, as `find -type f`, and the directories that could not be read. */
export async function* walk(directory: string): AsyncGenerator<{ path: Uint8Array } | Unreadable> {
  const directories = [Buffer.from(directory)]
  // Grows on the way.
  for (const parent of directories) {
    try {
      // @types/node knows the encoding 'buffer' for readdir only.
      for await (const entry of await opendir(parent, { encoding: 'buffer' as BufferEncoding })) {
        const name = entry.name as unknown as Buffer
        const path = Buffer.concat(parent.at(-1) === SLASH[0] ? [parent, name] : [parent, SLASH, name])
        if (entry.isDirectory()) directories.push(path)
        else if (entry.isFile()) yield { path }
      }
    } catch (error) {
      yield unreadable(parent, error)
    }
  }
}
