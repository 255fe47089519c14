import { createHash } from 'node:crypto'
import { codeSignatureCommand, readMachO } from '../../scripts/executables/mach-o.ts'

type Signature = {
  readonly identifier: string
  readonly isAdHoc: boolean
  readonly pages: number
  /** The numbers of the pages whose hashes are others. */
  readonly wrongPages: readonly number[]
}

/**
 * The signature of a program of macOS, read by the offsets in it, and its hashes compared with the file: what the kernel does with each page.
 * Undefined where there is none.
 */
export function machOSignature(file: Buffer): Signature | undefined {
  const command = readMachO(file).commands.find(({ type }) => type === codeSignatureCommand)
  if (command === undefined) return undefined
  const start = file.readUInt32LE(command.at + 8)
  const blob = file.subarray(start, start + file.readUInt32LE(command.at + 12))
  if (blob.readUInt32BE(0) !== 0xfade0cc0) throw new Error('the signature is no list of blobs')
  const indexes = Array.from({ length: blob.readUInt32BE(8) }, (_, index) => 12 + index * 8)
  // Signatures of Apple's own tools may have a directory with another hash beside it.
  const directories = indexes
    .map((at) => blob.subarray(blob.readUInt32BE(at + 4)))
    .filter((one) => one.readUInt32BE(0) === 0xfade0c02 && one.readUInt8(37) === 2)
  const [directory] = directories
  if (directory === undefined) throw new Error('the signature has no directory with SHA-256')
  const [hashesAt, identifierAt, pages, limit] = [16, 20, 28, 32].map((at) => directory.readUInt32BE(at))
  if (hashesAt === undefined || identifierAt === undefined || pages === undefined || limit === undefined)
    throw new Error('unreachable')
  const size = 2 ** directory.readUInt8(39)
  const wrongPages = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const code = file.subarray(page * size, Math.min((page + 1) * size, limit))
    const hash = createHash('sha256').update(code).digest()
    return !hash.equals(directory.subarray(hashesAt + page * 32, hashesAt + page * 32 + 32))
  })
  const identifier = directory.toString('latin1', identifierAt, directory.indexOf(0, identifierAt))
  return { identifier, isAdHoc: (directory.readUInt32BE(12) & 2) !== 0, pages, wrongPages }
}
