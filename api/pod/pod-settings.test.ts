import t from 'tap'
import { formatSettings, readSetting } from './pod-settings.ts'

type Values = { readonly tries: number; readonly word: string }
/** Two entries, as podSettings has them: all that follows is derived from the table. */
const table = {
  tries: {
    meaning: 'how often to try',
    subject: 'the number',
    parse: (text: string) =>
      /^[0-9]$/.test(text) ? { value: Number(text) } : { diagnostics: [{ message: 'must be a digit' }] },
    format: String,
  },
  word: {
    meaning: 'any word',
    subject: 'the word',
    parse: (text: string) => ({ value: text }),
    format: (value: string) => value,
  },
}

const read = (name: string, text: string) => {
  const values: Partial<Values> = {}
  const reported: unknown[] = []
  readSetting<Values>(table, name, text, values, (code, diagnostics) => reported.push([code, ...diagnostics]))
  return { values, reported }
}

t.strictSame(read('tries', '3'), { values: { tries: 3 }, reported: [] }, 'a setting is parsed by its entry')
t.strictSame(
  read('tries', 'x'),
  { values: {}, reported: [['BAD_SETTING', { message: 'the number must be a digit' }]] },
  'a wrong value is reported and has no value',
)
const known = 'is not known: known are tries, word'
t.strictSame(
  read('trys', '3').reported,
  [['UNKNOWN_SETTING', { message: `"trys" ${known}` }]],
  'the message about another name lists the table',
)
t.strictSame(
  read('Word', '').reported,
  [['UNKNOWN_SETTING', { message: `"Word" ${known}`, hint: 'did you mean "word"?' }]],
  'a name that is nearly one of the table is suggested',
)
t.strictSame(
  formatSettings<Values>(table, { word: 'a', tries: 1 }, 'example.com'),
  [
    ['init.example.com/tries', '1'],
    ['init.example.com/word', 'a'],
  ],
  'settings are formatted in the order of the table',
)
