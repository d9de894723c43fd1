import { opendir } from 'node:fs/promises'
import { type Unreadable, unreadable } from './digest.ts'

const SLASH = Buffer.from('/')

/**
 * Yields the regular files under a directory, as `find -type f` does, and directories that cannot be read.
 */
export async function* walk(directory: string): AsyncGenerator<{ path: Uint8Array } | Unreadable> {
  const directories = [Buffer.from(directory)]
  // The loop also visits the directories that it adds.
  for (const parent of directories) {
    try {
      // The types of Node have the encoding 'buffer' for readdir only.
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
