import { readFileSync, writeFileSync } from 'node:fs'

/** Replaces what is between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` in a document. Throws where the marks are not there once. */
export function writeBetweenMarkers(document: string, name: string, text: string): void {
  const pieces = readFileSync(document, 'utf8').split(/^(?=<!-- \/?bench:)/m)
  const begins = pieces.flatMap((piece, index) =>
    piece.startsWith(`<!-- bench:${name} -->\n`) ? [index] : [],
  )
  const [begin, ...more] = begins
  const end = pieces[(begin ?? -1) + 1]
  if (begin === undefined || more.length > 0 || end?.startsWith(`<!-- /bench:${name} -->`) !== true)
    throw new Error(`${document} has no place for the table ${name}`)
  pieces[begin] = `<!-- bench:${name} -->\n\n${text.trimEnd()}\n\n`
  writeFileSync(document, pieces.join(''))
}
