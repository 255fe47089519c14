/** The path of a file of its own, below the folder of SECRETS_FILE. */
import { byteLength } from '../bounds.ts'
import { invalid, type Parsed } from '../parsed.ts'

/** In bytes, of Linux. */
const longestName = 255
const longestPath = 1024
/** Each is a folder that init makes. */
const mostSegments = 32

/** A name that begins with two dots is one of those by which init swaps the files of a folder: runtime/init/files/write-files.ts. */
const taken = '..'

export function parseOutputPath(text: string): Parsed<string> {
  if (text === '') return invalid('is empty')
  if (text.startsWith('/')) {
    return invalid('must not start with a slash', 'the path is relative to the folder of the secrets')
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return invalid('has control characters')
  const segments = text.split('/')
  if (segments.length > mostSegments) return invalid(`has more than ${mostSegments} segments`)
  for (const [index, segment] of segments.entries()) {
    const which = segments.length === 1 ? 'is' : `segment ${index + 1} is`
    if (segment === '') return invalid(segments.length === 1 ? 'is empty' : `${which} empty`)
    if (segment === '.' || segment.startsWith(taken))
      return invalid(`${which} ".", or begins with "..", which init uses itself`)
    if (byteLength(segment, longestName) > longestName)
      return invalid(`${which} longer than ${longestName} bytes`)
  }
  return byteLength(text, longestPath) > longestPath
    ? invalid(`is longer than ${longestPath} bytes`)
    : { value: text }
}
