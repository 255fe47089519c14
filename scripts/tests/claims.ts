/** The claims of docs/security.md: each names the files and the titles of the tests that check it. */
import type { FileResult } from './unit-files.ts'

type Claim = { readonly file: string; readonly title: string }

/** @param text such as `` `api/declaration/group.test.ts`: "a title" ``, as often as there are claims. */
export function parseClaims(text: string): Claim[] {
  return [...text.matchAll(/`([\w./-]+\.test\.ts)`: "([^"]+)"/g)].map(([, file = '', title = '']) => ({
    file,
    title,
  }))
}

/** Whether a test could have the title: it is a text of the source, or a template can become it. */
export function hasTitle(source: string, title: string): boolean {
  if (source.includes(`'${title.replaceAll("'", "\\'")}'`) || source.includes(`"${title}"`)) return true
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/g)].some(([, template = '']) => {
    const pieces = template.split(/\$\{[^}]*\}/)
    // One of nothing but values can become any text.
    if (pieces.every((piece) => piece.trim() === '')) return false
    return new RegExp(`^${pieces.map(escape).join('.+')}$`).test(title)
  })
}

/** The claims whose test did not pass in a run, because it failed, or is not there any more. Skipped tests are judged elsewhere. */
export function unprovenClaims(claims: readonly Claim[], results: readonly FileResult[]): Claim[] {
  return claims.filter(({ file, title }) => {
    // Files that share a process are subtests.
    const texts = results.filter((one) => one.file === file || one.text.includes(`# Subtest: ${file}\n`))
    const escaped = title.replaceAll('\\', '\\\\').replaceAll('#', '\\#')
    const passed = new RegExp(`^ *ok \\d+ - ${escape(escaped)}(?: #.*| \\{)?$`, 'm')
    return !texts.some(({ text }) => passed.test(text))
  })
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
