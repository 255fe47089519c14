/** For property tests: values, and YAML as people and programs write them. */
import * as fc from 'fast-check'
import { Document, isCollection, isNode, isScalar, type Node, type ToStringOptions, visit } from 'yaml'
import type { Value } from './value.ts'

const text = fc.oneof(
  fc.constantFrom('yes', '0644', '1e3', '12:30', 'null', '~', '- x', 'a: b', '# no', '2001-01-01', '', ' '),
  fc.constantFrom(
    'one\ntwo\n',
    'one\n\n\ntwo',
    '\n',
    'x\n\n',
    ' a\n  b\n',
    'a \n\tb\n \n',
    '|',
    '? a',
    '[x',
    '---\n',
  ),
  fc.constantFrom(
    'word '.repeat(9),
    'long '.repeat(30).trim(),
    '# x\n# y\n',
    '\u00a0\n',
    '\u2028',
    'é',
    '💥',
    '"',
    "'",
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'name',
    'spec',
    'x-y',
    '__proto__',
    'constructor',
    '0',
    'yes',
    'a b',
    '#',
    'k: v',
    "it's",
    '"',
  ),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 }).filter((one) => one !== '<<'),
)
const scalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
)

export const value = fc.letrec<{ value: Value; map: Value; list: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}))

type Style = ToStringOptions & {
  readonly crlf: boolean
  readonly mark: boolean
  readonly start: boolean
  readonly end: '' | '...\n' | '# the end\n' | '\n\n'
  readonly ended: boolean
  /** Changes to the nodes, in their order. */
  readonly touches: readonly Touch[]
}

const touches = [
  '',
  '',
  '',
  'flow',
  'above',
  'behind',
  'space',
  'anchor',
  'double',
  'single',
  'block',
] as const
type Touch = (typeof touches)[number]

export const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  flowCollectionPadding: fc.boolean(),
  simpleKeys: fc.constant(true),
  minContentWidth: fc.constant(0),
  crlf: fc.boolean(),
  mark: fc.boolean(),
  start: fc.boolean(),
  end: fc.constantFrom('', '', '...\n', '# the end\n', '\n\n'),
  ended: fc.boolean(),
  touches: fc.array(fc.constantFrom(...touches), { maxLength: 30 }),
})

/** A document with a map at its root. */
export function print(
  root: Value,
  { crlf, mark, start, end, ended, touches: all, ...options }: Style,
): string {
  const document = new Document(root, { aliasDuplicateObjects: false })
  let position = 0
  visit(document, {
    Node: (place, node) => {
      if (place !== 'key') touch(node, all[position++ % (all.length + 1)] ?? '', position)
    },
  })
  let printed = document.toString(options)
  if (start) printed = `---\n${printed}`
  printed += end
  if (!ended && end === '') printed = printed.replace(/\n$/, '')
  if (crlf) printed = printed.replaceAll('\n', '\r\n')
  return mark ? `\ufeff${printed}` : printed
}

function touch(node: Node, how: Touch, position: number): void {
  if (!isNode(node)) return
  if (how === 'flow' && isCollection(node)) node.flow = true
  else if (how === 'above') node.commentBefore = ' above'
  else if (how === 'behind') node.comment = ' behind'
  else if (how === 'space') node.spaceBefore = true
  else if (how === 'anchor' && !('source' in node)) Object.assign(node, { anchor: `n${position}` })
  if (!isScalar(node) || typeof node.value !== 'string') return
  if (how === 'double') node.type = 'QUOTE_DOUBLE'
  if (how === 'single') node.type = 'QUOTE_SINGLE'
  if (how === 'block') node.type = 'BLOCK_LITERAL'
}
