/**
 * Signs a program of macOS as `codesign --sign -` does it ("ad hoc"): with hashes of its pages, without a certificate. macOS on arm64 starts no
 * program without them. It is not proof of who made the file: that is the signature of SHA256SUMS.
 * https://github.com/apple-oss-distributions/xnu/blob/main/osfmk/kern/cs_blobs.h
 */
import { createHash } from 'node:crypto'
import { addCommand, codeSignatureCommand, readMachO, setSegmentSize } from './mach-o.ts'

const superBlobMagic = 0xfade0cc0
const directoryMagic = 0xfade0c02
/** Of the directory: the version with the limits of the code segment. */
const version = 0x20400
const directoryHeader = 88
const adHoc = 0x2
const sha256 = { type: 2, size: 32 }
const pageBits = 12
const mainProgram = 1n
/** Where the signature must begin. */
const alignment = 16

/** @param identifier names the program in the signature. */
export function signMachO(unsigned: Buffer, identifier: string): Buffer {
  const before = readMachO(unsigned)
  if (before.commands.some(({ type }) => type === codeSignatureCommand))
    throw new Error('the program is signed')
  const linkEdit = before.segments.find(({ name }) => name === '__LINKEDIT')
  const text = before.segments.find(({ name }) => name === '__TEXT')
  if (
    text === undefined ||
    linkEdit === undefined ||
    linkEdit.fileOffset + linkEdit.fileSize !== unsigned.length
  ) {
    throw new Error('the segment __LINKEDIT must be the last one of the file')
  }
  const limit = Math.ceil(unsigned.length / alignment) * alignment
  const name = Buffer.from(`${identifier}\0`)
  const pages = Math.ceil(limit / 2 ** pageBits)
  const hashesAt = directoryHeader + name.length
  const directorySize = hashesAt + pages * sha256.size
  const blobHeader = 20
  const size = blobHeader + directorySize

  const file = Buffer.alloc(limit + size)
  unsigned.copy(file)
  const command = Buffer.alloc(16)
  command.writeUInt32LE(codeSignatureCommand, 0)
  command.writeUInt32LE(command.length, 4)
  command.writeUInt32LE(limit, 8)
  command.writeUInt32LE(size, 12)
  addCommand(file, before, command)
  setSegmentSize(file, before, linkEdit, limit + size - linkEdit.fileOffset)

  const blob = file.subarray(limit)
  for (const [index, number] of [superBlobMagic, size, 1, 0, blobHeader].entries())
    blob.writeUInt32BE(number, index * 4)
  const directory = blob.subarray(blobHeader)
  const header = [directoryMagic, directorySize, version, adHoc, hashesAt, directoryHeader, 0, pages, limit]
  for (const [index, number] of header.entries()) directory.writeUInt32BE(number, index * 4)
  directory.writeUInt8(sha256.size, 36)
  directory.writeUInt8(sha256.type, 37)
  directory.writeUInt8(pageBits, 39)
  directory.writeBigUInt64BE(BigInt(text.fileOffset), 64)
  directory.writeBigUInt64BE(BigInt(text.fileSize), 72)
  directory.writeBigUInt64BE(mainProgram, 80)
  name.copy(directory, directoryHeader)
  // Last: the first pages contain what was changed above.
  for (const [index, hash] of pageHashes(file.subarray(0, limit)).entries())
    hash.copy(directory, hashesAt + index * sha256.size)
  return file
}

function pageHashes(code: Buffer): readonly Buffer[] {
  const size = 2 ** pageBits
  return Array.from({ length: Math.ceil(code.length / size) }, (_, index) =>
    createHash('sha256')
      .update(code.subarray(index * size, (index + 1) * size))
      .digest(),
  )
}
