/** An export that no other file imports hides dead code, and makes a file look larger from outside than it is. */
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..', '..')
const files = globSync('{api,functions,runtime,cli,scripts,test,bench}/**/*.{ts,mjs}', { cwd: root })
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

const imported = new Set<string>()
/** Their exports are not listed where they are imported. */
const importedWhole = new Set<string>()
for (const [file, text] of texts) {
  const resolve = (specifier: string) => posix.join(posix.dirname(file), specifier)
  for (const [, names = '', from = ''] of text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)) {
    for (const [, name = ''] of names.matchAll(/(?:^|,)\s*(?:type )?(\w+)/g))
      imported.add(`${resolve(from)}: ${name}`)
  }
  for (const [, from = ''] of text.matchAll(/\bimport(?:\.meta\.resolve)?\('(\.[^']*)'\)/g))
    importedWhole.add(resolve(from))
}

const declaration = /^export (?:async )?(?:abstract )?(?:class|const|function\*?|type) (\w+)/gm
const exported = [...texts]
  .filter(([file]) => !importedWhole.has(file))
  .flatMap(([file, text]) => [...text.matchAll(declaration)].map(([, name = '']) => `${file}: ${name}`))

t.ok(exported.length > 1000, 'exports are found')
t.strictSame(
  exported.filter((one) => !imported.has(one)),
  [],
  'every export is imported by another file',
)
