async function main() {
  const { Supervisor } = await import('millrace')
  const group = new Supervisor().spawn({ filename: __filename, name: 'work' })
  console.log(await group.join())
}
exports.work = () => new Promise((resolve) => setTimeout(resolve, 2000))
main().catch((error) => console.log(error.message))
