import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { closestWord, didYouMean, likelyMeant } from './suggest.ts'

const known = ['kind', 'type', 'size', 'storageKey', 'version', 'label']

const rows: readonly (readonly [title: string, word: string, meant: string | undefined])[] = [
  ['all in lower case', 'storagekey', 'storageKey'],
  ['all in upper case', 'STORAGEKEY', 'storageKey'],
  ['another first letter case', 'Kind', 'kind'],
  ['a letter too many at the start', 'aversion', 'version'],
  ['a letter too many inside', 'stoorageKey', 'storageKey'],
  ['a letter too many at the end', 'sizes', 'size'],
  ['a letter too few at the start', 'ersion', 'version'],
  ['a letter too few inside', 'labl', 'label'],
  ['a letter too few at the end', 'storageKe', 'storageKey'],
  ['a wrong letter at the start', 'cersion', 'version'],
  ['a wrong letter inside', 'tipe', 'type'],
  ['a wrong letter at the end', 'sizr', 'size'],
  ['letters swapped at the start', 'iknd', 'kind'],
  ['letters swapped inside', 'lable', 'label'],
  ['letters swapped at the end', 'kidn', 'kind'],
  ['a case and a letter', 'StorageKeys', 'storageKey'],
  ['a dash too many', 'storage-key', 'storageKey'],
  ['an underscore too many', 'storage_key', 'storageKey'],
  ['two letters too many', 'versionen', undefined],
  ['two letters too few', 'storage', undefined],
  ['two wrong letters', 'tope1', undefined],
  ['a wrong first letter and another', 'xizr', undefined],
  ['letters swapped and another wrong', 'iknx', undefined],
  ['letters swapped that are not neighbours', 'epyt', undefined],
  ['another word', 'foo', undefined],
  ['a word that every object has', 'constructor', undefined],
  ['nothing', '', undefined],
]

for (const [title, word, meant] of rows) {
  t.equal(
    closestWord(word, known),
    meant,
    `${meant === undefined ? 'no near miss' : 'a near miss'}: ${title}`,
  )
}

t.equal(closestWord('x', []), undefined, 'where nothing is known nothing is near')

t.equal(likelyMeant('prdo', ['prod']), 'prod')
t.equal(likelyMeant('eu1', ['eu2', 'eu']), undefined, 'names that differ in digits alone are two')

t.same(didYouMean(undefined), {}, 'nothing is near')
t.same(didYouMean('size'), { hint: 'did you mean "size"?' })
t.same(didYouMean('apps/v1', 'v1'), { hint: 'did you mean "apps/v1" or "v1"?' })
t.same(
  didYouMean('a'.repeat(300)),
  { hint: `did you mean "${'a'.repeat(300)}"?` },
  'what is copied is complete',
)
const root = join(import.meta.dirname, '..')
t.strictSame(
  globSync('{api,cli,functions,runtime}/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts') && /did you mean/i.test(readFileSync(join(root, file), 'utf8')),
  ),
  ['api/suggest.ts'],
  'one form: one function writes it',
)
