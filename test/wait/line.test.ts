import { expect, it } from 'vitest'
import { type InLine, Line } from '../../src/wait/line.ts'
import { randomNumbers } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

interface One extends InLine<One> {
  readonly name: number
}

const one = (name: number): One => ({ name, before: undefined, after: undefined, isInLine: false })

it('a line keeps the order in which they joined, whoever leaves', () => {
  const seed = seedOfRun()
  const random = randomNumbers(seed)
  const line = new Line<One>()
  let model: One[] = []
  const gone: One[] = []
  for (let step = 0; step < 5000; step++) {
    const kind = random(4)
    if (kind < 2 && model.length < 40) {
      // One that has left may join again.
      const next = kind === 1 ? (gone.pop() ?? one(step)) : one(step)
      line.join(next)
      model.push(next)
    } else {
      const leaving = model[random(model.length + 1)]
      if (leaving === undefined) continue
      expect(line.leave(leaving)).toBe(true)
      expect(line.leave(leaving)).toBe(false)
      model = model.filter((each) => each !== leaving)
      gone.push(leaving)
    }
    expect([line.size, line.first, line.all()], `seed ${seed}, step ${step}`).toEqual([
      model.length,
      model[0],
      model,
    ])
  }
})

it('who has left a line is not connected with it', () => {
  const line = new Line<One>()
  const [a, b, c] = [one(1), one(2), one(3)]
  for (const each of [a, b, c]) line.join(each)
  line.leave(b)
  expect(b).toEqual(one(2))
  expect([a.after, c.before]).toEqual([c, a])
})
