import t from 'tap'
import { meantBy } from './meant-by.ts'

const known = ['filename', 'out', 'output', 'status']
const rows: readonly (readonly [word: string, meant: string | undefined])[] = [
  ['stauts', 'status'],
  ['file', 'filename'],
  ['filenames', 'filename'],
  ['statuses', 'status'],
  ['outpu', 'output'],
  ['ou', 'out'],
  ['fi', undefined],
  ['other', undefined],
]
for (const [word, meant] of rows) t.equal(meantBy(word, known), meant, word)
