import { isCompiled, judgeModule } from './compiled.ts'
import { Copy } from './copied.ts'
import { exploreMutant, findingOf } from './explored.ts'
import { type Layer, MUTANTS, type Mutant } from './mutants.ts'
import type { SceneName } from './scenes.ts'

/** What a process is asked for: one layer's verdict on a mutant, or on the unmutated source. */
export interface Question {
  readonly layer: Layer
  /** Undefined: the unmutated source. */
  readonly mutant?: string
  /** For the unmutated source. */
  readonly scene?: SceneName
  readonly tests?: readonly string[]
  readonly ms: number
  readonly seed: number
}

export interface Answer {
  readonly found?: string
  /** The mutant or the machinery is broken. */
  readonly error?: string
}

const UNMUTATED: Mutant = { name: 'none', faults: [], expected: 'explored' }
let copy: Copy | undefined

async function answer({ layer, mutant: name, scene, tests, ms, seed }: Question): Promise<Answer> {
  const mutant = name === undefined ? UNMUTATED : MUTANTS.find((each) => each.name === name)
  if (mutant === undefined) throw new Error(`no mutant ${name}`)
  let found: string | undefined
  if (layer === 'explored') {
    found = scene === undefined ? await exploreMutant(mutant) : await findingOf(scene, [])
  } else if (layer === 'compiled') {
    found = isCompiled(mutant) ? await judgeModule(mutant, seed) : undefined
  } else {
    copy ??= new Copy()
    found = name === undefined ? await copy.run(tests ?? [], ms) : await copy.judge(mutant, tests ?? [], ms)
  }
  return found === undefined ? {} : { found }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message } satisfies Answer),
  )
})
process.on('disconnect', () => {
  copy?.remove()
  process.exit(0)
})
