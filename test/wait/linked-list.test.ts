import { expect, it } from 'vitest'
import { type Linked, LinkedList } from '../../src/wait/linked-list.ts'
import { randomNumbers } from '../support/random.mjs'
import { seedOfRun } from '../support/seed.ts'

interface One extends Linked<One> {
  readonly name: number
}

const one = (name: number): One => ({ name, previous: undefined, next: undefined, isLinked: false })

it('a linked list keeps the order in which its members were added, whichever are removed', () => {
  const seed = seedOfRun()
  const random = randomNumbers(seed)
  const list = new LinkedList<One>()
  let model: One[] = []
  const gone: One[] = []
  for (let step = 0; step < 5000; step++) {
    const kind = random(4)
    if (kind < 2 && model.length < 40) {
      // A removed member may be added again.
      const next = kind === 1 ? (gone.pop() ?? one(step)) : one(step)
      list.append(next)
      model.push(next)
    } else {
      const leaving = model[random(model.length + 1)]
      if (leaving === undefined) continue
      expect(list.remove(leaving)).toBe(true)
      expect(list.remove(leaving)).toBe(false)
      model = model.filter((each) => each !== leaving)
      gone.push(leaving)
    }
    expect([list.size, list.first, list.toArray()], `seed ${seed}, step ${step}`).toEqual([
      model.length,
      model[0],
      model,
    ])
  }
})

it('a removed member has no link to the others', () => {
  const list = new LinkedList<One>()
  const [a, b, c] = [one(1), one(2), one(3)]
  for (const each of [a, b, c]) list.append(each)
  list.remove(b)
  expect(b).toEqual(one(2))
  expect([a.next, c.previous]).toEqual([c, a])
})
