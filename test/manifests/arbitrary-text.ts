/** YAML that nobody writes on purpose: pieces of its grammar, and characters that readers disagree about, in any order. */
import * as fc from 'fast-check'

/** Of the grammar, on a line each; `\n` and the like are read as in a string. */
const grammar = String.raw`
a b:a a#b key:\x20value k:\n k:\x20 a\x20:\x20b é 💥 null true yes 0777 1_000 0x1F 1e3 .5 .inf 12:30 2001-01-01 ~ =
-\x20 -\x20x\n \n-\x20 \n\x20\x20-\x20 -\x20-\x20 ?\x20 ? {a:\x20b} {?a:\x20b} {?\x20a} {a:b} [a,\x20b] [a:\x20b] {"a":\x20b} {a:\x20b,} { } [ ] ,\x20 , :\x20 :
" ' "q" 's' "a\n\x20\x20b" | > |- >+ |2 k:\x20|\n\x20\x20t\n k:\x20>-\n\x20\x20t\n\x20\x20u\n |+\n >2-\n
\n \n \n\x20\x20 \n\x20\x20\x20\x20 \n\n \r\n \r \t \x20 \x20\x20 \x20\x20\x20\x20 #\x20c #\x20 - -- % @ ${'`'}
--- \n---\n ---\x20 ... \n...\n %YAML\x201.1\n %TAG\x20!\x20!x\n &a\x20 *a *a\x20:\x20 k:\x20&a\x20{x:\x20z} k:\x20*a <<:\x20 <<:\x20*a <<:\x20{x:\x20y,\x20k:\x20z}\n {k:\x20x,\x20<<:\x20*a}
!!str\x20 !!int\x20 !!bool\x20 !!binary\x20 !x\x20 !\x20 !<tag:yaml.org,2002:int>\x20
\u0085 \u2028 \u2029 \ufeff \u00a0 \u200b \u202e \u2066 \u007f \u0080 \u009f`

/** Escapes of YAML itself. */
const escapes = ['\\', '\\n', '\\x41', '\\u0041', '\\ud83d', '\\ude00', '"\\ud83d\\ude00"', '\\\n', '\\/']

const pieces = [...grammar.trim().split(/\s+/).map(unescaped), ...escapes]

function unescaped(piece: string): string {
  const text: string = JSON.parse(`"${piece.replaceAll('"', '\\"').replaceAll('\\x', '\\u00')}"`)
  return text
}

export const arbitraryText = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 14 })
  .map((chosen) => chosen.join(''))

/** A text with such pieces anywhere in it. */
export function arbitraryDamage(texts: readonly string[]): fc.Arbitrary<string> {
  const damage = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...pieces))
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(damage, { minLength: 1, maxLength: 2 }))
    .map(([text, places]) =>
      places.reduce((before, [place, piece]) => {
        const at = Math.floor(place * before.length)
        return before.slice(0, at) + piece + before.slice(at)
      }, text),
    )
}
