import t from 'tap'
import { parseSource } from './parse.ts'
import { toValue } from './value.ts'

/** What sigs.k8s.io/yaml reads; test/manifests/yaml-readers.test.ts compares generated texts with it. */
const rows: readonly (readonly [text: string, value: unknown])[] = [
  ['yes', true],
  ['On', true],
  ['y', true],
  ['n', false],
  ['NO', false],
  ['off', false],
  ['yES', 'yES'],
  ['~', null],
  ['Null', null],
  ['0777', 511],
  ['-0o17', -15],
  ['0b101', 5],
  ['0x1F', 31],
  ['089', 89],
  ['1_000', 1000],
  ['_1', '_1'],
  ['1e3', 1000],
  ['+1.5', 1.5],
  ['.5', 0.5],
  ['._5', '._5'],
  ['-.Inf', -Infinity],
  ['.nan', NaN],
  ['12:30:45', '12:30:45'],
  ['2001-01-01', '2001-01-01'],
  ['"yes"', 'yes'],
  ["'1'", '1'],
  ['!!str yes', 'yes'],
  ['! 1', '1'],
  ['!x 1', '1'],
  ['!!int "5"', 5],
  ['!!bool "no"', false],
  ['!<tag:yaml.org,2002:int> "5"', 5],
  ['!!binary aGk=', 'hi'],
  ['!!timestamp 2001-01-01', '2001-01-01'],
]
for (const [text, value] of rows) {
  t.test(text, async (t) => {
    const [document] = parseSource(`a: ${text}\n`).value ?? []
    t.strictSame(document && toValue(document.root), { a: value })
  })
}
