/** Reads as much of WebAssembly's binary format as is needed to list the parts of a module. */

export interface MemoryLimits {
  readonly initial: number
  readonly maximum: number | undefined
  readonly shared: boolean
}

export interface ModuleParts {
  /** `module.name kind` of each import. */
  readonly imports: readonly string[]
  readonly memory: MemoryLimits | undefined
  readonly exports: readonly string[]
  /** How often each opcode occurs in the code section: `0x03` for loop, `0xfe 0x01` with a prefix. */
  readonly opcodes: ReadonlyMap<string, number>
}

export const FORBIDDEN: Readonly<Record<string, string>> = {
  '0x03': 'loop',
  '0x10': 'call',
  '0x11': 'call_indirect',
  '0x12': 'return_call',
  '0x13': 'return_call_indirect',
  '0x14': 'call_ref',
  '0x15': 'return_call_ref',
  '0x40': 'memory.grow',
  '0xfc 0x08': 'memory.init',
  '0xfc 0x0a': 'memory.copy',
  '0xfc 0x0b': 'memory.fill',
  '0xfe 0x01': 'memory.atomic.wait32',
  '0xfe 0x02': 'memory.atomic.wait64',
}

/** The forbidden opcodes in a module, by name, with their counts. */
export function forbiddenIn(parts: ModuleParts): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [opcode, count] of parts.opcodes) {
    const name = FORBIDDEN[opcode]
    if (name !== undefined) found[name] = count
  }
  return found
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag']

class Reader {
  at = 0
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  byte(): number {
    const value = this.bytes[this.at++]
    if (value === undefined) throw new Error('the module ends early')
    return value
  }

  /** An integer in LEB128. For signed ones only the length is right, not the value. */
  leb(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  name(): string {
    const length = this.leb()
    const from = this.at
    this.at += length
    return Buffer.from(this.bytes.subarray(from, this.at)).toString()
  }

  limits(): MemoryLimits {
    const flags = this.byte()
    const initial = this.leb()
    return { initial, maximum: (flags & 1) !== 0 ? this.leb() : undefined, shared: (flags & 2) !== 0 }
  }
}

export function readModule(bytes: Uint8Array): ModuleParts {
  const reader = new Reader(bytes)
  if (Buffer.from(bytes.subarray(0, 8)).toString('hex') !== '0061736d01000000')
    throw new Error('not a module')
  reader.at = 8
  const imports: string[] = []
  const exports: string[] = []
  const opcodes = new Map<string, number>()
  let memory: MemoryLimits | undefined
  while (reader.at < bytes.length) {
    const section = reader.byte()
    const end = reader.leb() + reader.at
    if (section === 2) {
      for (let left = reader.leb(); left > 0; left--) {
        const name = `${reader.name()}.${reader.name()}`
        const kind = reader.byte()
        imports.push(`${name} ${KINDS[kind]}`)
        if (kind !== 2) throw new Error(`an import that is no memory: ${name}`)
        memory = reader.limits()
      }
    } else if (section === 7) {
      for (let left = reader.leb(); left > 0; left--) {
        exports.push(`${reader.name()} ${KINDS[reader.byte()]}`)
        reader.leb()
      }
    } else if (section === 10) {
      for (let left = reader.leb(); left > 0; left--) walkBody(reader, opcodes)
    }
    reader.at = end
  }
  return { imports, memory, exports, opcodes }
}

function walkBody(reader: Reader, opcodes: Map<string, number>): void {
  const end = reader.leb() + reader.at
  for (let groups = reader.leb(); groups > 0; groups--) {
    reader.leb()
    reader.byte()
  }
  while (reader.at < end) {
    const opcode = walkInstruction(reader)
    opcodes.set(opcode, (opcodes.get(opcode) ?? 0) + 1)
  }
  if (reader.at !== end) throw new Error('an instruction reaches beyond its function')
}

/** Reads one instruction with its immediates. An opcode that is not listed here is an error. */
function walkInstruction(reader: Reader): string {
  const opcode = reader.byte()
  const text = hex(opcode)
  if (opcode === 0xfc || opcode === 0xfe) return `${text} ${hex(walkPrefixed(reader, opcode))}`
  if (opcode >= 0x02 && opcode <= 0x04) reader.leb()
  else if (opcode === 0x0c || opcode === 0x0d) reader.leb()
  else if (opcode === 0x0e) for (let left = reader.leb() + 1; left > 0; left--) reader.leb()
  else if (opcode === 0x10 || opcode === 0x12 || opcode === 0x14 || opcode === 0x15) reader.leb()
  else if (opcode === 0x11 || opcode === 0x13) skip(reader, 2)
  else if (opcode >= 0x20 && opcode <= 0x24) reader.leb()
  else if (opcode >= 0x28 && opcode <= 0x3e) skip(reader, 2)
  else if (opcode >= 0x3f && opcode <= 0x42) reader.leb()
  else if (opcode === 0x43) reader.at += 4
  else if (opcode === 0x44) reader.at += 8
  else if (!isPlain(opcode)) throw new Error(`an opcode this reader does not know: ${text}`)
  return text
}

/** Opcodes without immediates. */
function isPlain(opcode: number): boolean {
  return (
    opcode <= 0x01 ||
    opcode === 0x05 ||
    opcode === 0x0b ||
    opcode === 0x0f ||
    opcode === 0x1a ||
    opcode === 0x1b ||
    (opcode >= 0x45 && opcode <= 0xc4)
  )
}

function walkPrefixed(reader: Reader, prefix: number): number {
  const opcode = reader.leb()
  if (prefix === 0xfe) {
    // atomic.fence has one byte, all others an alignment and an offset.
    if (opcode === 0x03) reader.at += 1
    else if (opcode <= 0x4e) skip(reader, 2)
    else throw new Error(`an atomic opcode this reader does not know: ${hex(opcode)}`)
  } else if (opcode === 0x0b || opcode === 0x09 || (opcode >= 0x0d && opcode <= 0x11)) skip(reader, 1)
  else if (opcode === 0x08 || opcode === 0x0a || opcode === 0x0c) skip(reader, 2)
  else if (opcode > 0x07) throw new Error(`an opcode this reader does not know: 0xfc ${hex(opcode)}`)
  return opcode
}

function skip(reader: Reader, integers: number): void {
  for (let left = integers; left > 0; left--) reader.leb()
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
