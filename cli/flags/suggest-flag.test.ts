import t from 'tap'
import { suggestFlag } from './suggest-flag.ts'

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
for (const [word, meant] of rows) t.equal(suggestFlag(word, known), meant, word)
