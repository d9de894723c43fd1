const { join } = require('node:path')

/** Prints the result of `look` of the file, called here and in a thread. */
exports.compare = async (name) => {
  const file = join(__dirname, name)
  const here = require(file).look()
  const { Supervisor } = await import('millrace')
  const supervisor = new Supervisor()
  let restarts = 0
  supervisor.on('restart', () => restarts++)
  const [there] = await supervisor
    .spawn({ filename: file, name: 'look' })
    .join({ timeout: 40_000 })
    .catch((error) => [error.message])
  console.log(`main ${here}, thread ${there}, ${restarts} restarts`)
}
