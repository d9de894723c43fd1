import { Random } from '../support/random.mjs'
import { seedOf, serveIndexed } from './indexed-run.ts'
import { judge } from './judge.ts'
import { hostileBytes } from './mutations.ts'
import { SUBJECTS } from './subjects.ts'

/** Every eighth input that decodes is encoded and decoded again. */
const RETRY = 8

await serveIndexed((seed, index) => {
  const random = new Random(seedOf(seed, index))
  // The structured codec has two forms, and most of the code.
  const subject = random.chance(0.35) ? SUBJECTS[0]! : random.pick(SUBJECTS)
  const bytes = hostileBytes(random, subject)
  const { outcome, fault } = judge(subject, bytes, index % RETRY === 0)
  if (fault !== undefined) {
    throw new Error(
      `${subject.name}: ${fault}: --codec ${subject.name} --replay ${Buffer.from(bytes).toString('hex')}`,
    )
  }
  return `${subject.name} ${outcome}`
})
