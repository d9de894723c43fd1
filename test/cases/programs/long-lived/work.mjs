export default ({ bytes }) => bytes[bytes.length - 1]

export const result = () => new Uint8Array(8 << 20)

export const put = async ({ out }) => {
  await out.put('done')
}

export const fail = ({ bytes }) => {
  throw new Error(`failed with ${bytes.length}`)
}

/** Ends when it is asked to stop. */
export const stay = async ({ until }) => {
  await until.get()
  until.taskDone()
}
