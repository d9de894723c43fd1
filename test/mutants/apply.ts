import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Fault } from '../schedules/transform.ts'
import type { Mutant } from './mutants.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The files under src/ that a mutant changes, with their new text. @throws if a fault does not apply exactly
 * once
 */
export function mutated({ name, faults }: Mutant): Map<string, string> {
  const texts = new Map<string, string>()
  for (const fault of faults) {
    const text = texts.get(fault.file) ?? readFileSync(`${ROOT}src/${fault.file}`, 'utf8')
    texts.set(fault.file, apply(name, fault, text))
  }
  return texts
}

function apply(name: string, { file, find, replace }: Fault, text: string): string {
  const parts = text.split(find)
  if (parts.length !== 2) {
    throw new Error(
      `the mutant "${name}" does not apply: this occurs ${parts.length - 1} times in src/${file}:\n${find}`,
    )
  }
  return parts.join(replace)
}
