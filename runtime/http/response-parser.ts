/**
 * The parser of one HTTP/1.1 response: https://www.rfc-editor.org/rfc/rfc9112. It refuses what is ambiguous, with the codes of Node's own
 * parser (llhttp). Whatever a server sends, it keeps at most one line that is not complete yet.
 */
import { coded } from './coded.ts'
import { parseField } from './header-field.ts'

type ResponseHead = {
  readonly status: number
  /** Names in lower case; values of the same name are joined. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** Of all lines of a response together: heads, trailers and extensions of chunks, in bytes. As many as Node allows for a head. */
const maxLineBytes = 16 * 1024
const maxHeaders = 256

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
/** Longer ones are more than any response may have. */
const chunkLine = /^([\dA-Fa-f]{1,8})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]+)?$/
const beginning = 'HTTP/1.'

/** What comes next. */
type Next = 'status' | 'headers' | 'body' | 'chunk' | 'chunk data' | 'end of chunk' | 'trailers' | 'nothing'

export class ResponseParser {
  readonly #take: (bytes: Buffer) => void
  #next: Next = 'status'
  #rest: Buffer = Buffer.alloc(0)
  #lineBytes = 0
  #version = ''
  #status = 0
  readonly #headers = new Map<string, string>()
  #head: ResponseHead | undefined
  /** Of the body or the chunk. */
  #bytesLeft = 0
  #isUntilClose = false

  /** @param take gets the parts of the body. */
  constructor(take: (bytes: Buffer) => void) {
    this.#take = take
  }

  /** Once it is complete; interim responses are skipped. */
  get head(): ResponseHead | undefined {
    return this.#head
  }

  get isComplete(): boolean {
    return this.#next === 'nothing'
  }

  /** Whether the connection may be used again after a complete response. */
  get isPersistent(): boolean {
    const tokens = (this.#headers.get('connection') ?? '').toLowerCase().split(/[\t ]*,[\t ]*/)
    return !this.#isUntilClose && this.#version === '1' && !tokens.includes('close')
  }

  /** Throws an error with a code if this is no response. */
  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    while (this.#rest.length > 0 && this.#step());
  }

  /** The server has closed the connection. Throws if something is missing. */
  end(): void {
    if (this.isComplete) return
    if (this.#next !== 'body' || !this.#isUntilClose) throw this.cutOff()
    this.#next = 'nothing'
  }

  /** The error of a connection that is lost before the response has ended. */
  cutOff(): Error {
    return coded(this.#head === undefined ? 'socket hang up' : 'aborted', 'ECONNRESET')
  }

  /** @returns whether it got further. */
  #step(): boolean {
    switch (this.#next) {
      case 'status':
      case 'headers':
      case 'trailers':
        return this.#readLine()
      case 'chunk':
        return this.#readChunkLine()
      case 'end of chunk': {
        const line = this.#line()
        if (line === undefined && this.#rest.length < 2) return false
        if (line !== '') throw parseError('HPE_STRICT', 'Expected LF after chunk data')
        this.#next = 'chunk'
        return true
      }
      case 'body':
      case 'chunk data':
        this.#readBody()
        return true
      case 'nothing':
        throw parseError('HPE_INVALID_CONSTANT', 'Data after the response')
    }
    // The linter does not see that these are all.
    return this.#next satisfies never
  }

  #readLine(): boolean {
    // What is no response need not have lines.
    if (this.#next === 'status' && !beginning.startsWith(this.#rest.toString('latin1', 0, beginning.length)))
      throw parseError('HPE_INVALID_CONSTANT', 'Expected HTTP/')
    const line = this.#line()
    if (line === undefined) return false
    this.#count(line.length + 2)
    if (this.#next === 'status') {
      const [, version, status] = statusLine.exec(line) ?? []
      if (version === undefined) throw parseError('HPE_INVALID_STATUS', 'Invalid status line')
      this.#version = version
      this.#status = Number(status)
      this.#next = 'headers'
    } else if (line !== '') {
      const field = parseField(line)
      if (field === undefined) throw parseError('HPE_INVALID_HEADER_TOKEN', 'Invalid header line')
      if (this.#next === 'headers') this.#addHeader(field.name, field.value)
    } else if (this.#next === 'trailers') this.#next = 'nothing'
    else this.#endHead()
    return true
  }

  #addHeader(name: string, value: string): void {
    const before = this.#headers.get(name)
    if (before !== undefined && name === 'content-length')
      throw parseError('HPE_UNEXPECTED_CONTENT_LENGTH', 'Content-Length already present')
    this.#headers.set(name, before === undefined ? value : `${before}, ${value}`)
    if (this.#headers.size > maxHeaders) throw overflow()
  }

  /** Decides how the body ends: https://www.rfc-editor.org/rfc/rfc9112#section-6.3. */
  #endHead(): void {
    const status = this.#status
    if (status === 101) throw parseError('HPE_INVALID_STATUS', 'Unexpected upgrade')
    if (status < 200) {
      this.#headers.clear()
      this.#next = 'status'
      return
    }
    const length = this.#headers.get('content-length')
    const coding = this.#headers.get('transfer-encoding')
    if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || this.#version === '0'))
      throw parseError('HPE_INVALID_TRANSFER_ENCODING', 'Unsupported Transfer-Encoding')
    if (coding !== undefined && length !== undefined)
      throw parseError(
        'HPE_UNEXPECTED_CONTENT_LENGTH',
        "Content-Length can't be present with Transfer-Encoding",
      )
    if (length !== undefined && !/^\d{1,15}$/.test(length))
      throw parseError('HPE_INVALID_CONTENT_LENGTH', 'Invalid character in Content-Length')
    this.#head = { status, headers: Object.fromEntries(this.#headers) }
    this.#bytesLeft = Number(length ?? 0)
    if (status === 204 || status === 304) this.#next = 'nothing'
    else if (coding !== undefined) this.#next = 'chunk'
    else {
      this.#isUntilClose = length === undefined
      this.#next = length !== undefined && this.#bytesLeft === 0 ? 'nothing' : 'body'
    }
  }

  #readBody(): void {
    const part = this.#isUntilClose ? this.#rest : this.#rest.subarray(0, this.#bytesLeft)
    this.#rest = this.#rest.subarray(part.length)
    this.#bytesLeft -= part.length
    this.#take(part)
    if (this.#isUntilClose || this.#bytesLeft > 0) return
    this.#next = this.#next === 'chunk data' ? 'end of chunk' : 'nothing'
  }

  #readChunkLine(): boolean {
    const line = this.#line()
    if (line === undefined) return false
    const [, size] = chunkLine.exec(line) ?? []
    if (size === undefined) throw parseError('HPE_INVALID_CHUNK_SIZE', 'Invalid character in chunk size')
    this.#count(line.length - size.length)
    this.#bytesLeft = Number.parseInt(size, 16)
    this.#next = this.#bytesLeft === 0 ? 'trailers' : 'chunk data'
    return true
  }

  /** @returns undefined where its end has not arrived. */
  #line(): string | undefined {
    const end = this.#rest.indexOf(10)
    if ((end === -1 ? this.#rest.length : end) > maxLineBytes) throw overflow()
    if (end === -1) return undefined
    if (this.#rest[end - 1] !== 13) throw parseError('HPE_CR_EXPECTED', 'Missing expected CR')
    const line = this.#rest.toString('latin1', 0, end - 1)
    this.#rest = this.#rest.subarray(end + 1)
    return line
  }

  #count(bytes: number): void {
    this.#lineBytes += bytes
    if (this.#lineBytes > maxLineBytes) throw overflow()
  }
}

function overflow(): Error {
  return parseError('HPE_HEADER_OVERFLOW', 'Header overflow')
}

function parseError(code: string, reason: string): Error {
  return coded(`Parse Error: ${reason}`, code)
}
