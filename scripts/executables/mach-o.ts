/**
 * What is read of a program of macOS, and written into it: 64 bits, one architecture.
 * https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h
 */

export const codeSignatureCommand = 0x1d
const segmentCommand = 0x19
const magic = 0xfeedfacf
const headerSize = 32

type Command = { readonly at: number; readonly type: number; readonly size: number }

type Segment = {
  /** Of its load command. */
  readonly at: number
  readonly name: string
  readonly fileOffset: number
  readonly fileSize: number
}

type MachO = {
  readonly architecture: 'arm64' | 'x64'
  readonly commands: readonly Command[]
  readonly segments: readonly Segment[]
  readonly commandsEnd: number
}

/** Throws where the file is something else. */
export function readMachO(file: Buffer): MachO {
  const type = file.length < headerSize ? undefined : file.readUInt32LE(4)
  const architecture = type === 0x0100000c ? 'arm64' : type === 0x01000007 ? 'x64' : undefined
  if (architecture === undefined || file.readUInt32LE(0) !== magic) {
    throw new Error('not a program of macOS for arm64 or x64')
  }
  const commands: Command[] = []
  let at = headerSize
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const command = { at, type: file.readUInt32LE(at), size: file.readUInt32LE(at + 4) }
    commands.push(command)
    at += command.size
  }
  if (at !== headerSize + file.readUInt32LE(20))
    throw new Error('the load commands do not end where they should')
  const segments = commands.filter((one) => one.type === segmentCommand).map((one) => segmentAt(file, one.at))
  return { architecture, commands, segments, commandsEnd: at }
}

function segmentAt(file: Buffer, at: number): Segment {
  return {
    at,
    name: file.toString('latin1', at + 8, at + 24).replace(/\0+$/, ''),
    fileOffset: Number(file.readBigUInt64LE(at + 40)),
    fileSize: Number(file.readBigUInt64LE(at + 48)),
  }
}

/** Makes a segment larger in the file, and in memory by whole pages of the architecture. */
export function setSegmentSize(file: Buffer, { architecture }: MachO, { at }: Segment, size: number): void {
  const page = architecture === 'arm64' ? 0x4000 : 0x1000
  file.writeBigUInt64LE(BigInt(Math.ceil(size / page) * page), at + 32)
  file.writeBigUInt64LE(BigInt(size), at + 48)
}

/** Adds a load command behind the others. Throws where there is no room for it before the first section. */
export function addCommand(file: Buffer, { commands, commandsEnd }: MachO, command: Buffer): void {
  const room = file.subarray(commandsEnd, commandsEnd + command.length)
  if (room.some((byte) => byte !== 0)) throw new Error('there is no room for another load command')
  command.copy(file, commandsEnd)
  file.writeUInt32LE(commands.length + 1, 16)
  file.writeUInt32LE(commandsEnd - headerSize + command.length, 20)
}
