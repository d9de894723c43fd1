import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const shelf = new Queue({ name: 'shelf' })
for (const name of ['returnsQueue', 'returnsNested', 'returnsMap', 'returnsHandle']) {
  const group = new Supervisor().spawn({ filename, name, args: { shelf } })
  const answer = await group.join().then(
    ([handle]) => handle.name,
    ({ cause }) => `${cause.code} ${cause.message.includes('handle')}`,
  )
  console.log(name, answer)
}
const made = new Queue()
new Supervisor()
  .produce(made, { filename, name: 'yieldsQueue', args: { shelf } })
  .join()
  .catch(({ cause }) => {
    console.log(cause.code, cause.message.includes('handle'))
  })
