import t from 'tap'
import type { Group } from '../../../api/declaration/group.ts'
import { decideGroup, type KnownState } from './decide-group.ts'

const pair: Group = {
  type: 'RSA',
  size: 2048,
  parts: [
    { role: 'private', parameter: '/k_private' },
    { role: 'public', parameter: '/k_public' },
  ],
}

type Row = readonly [
  title: string,
  privatePart: KnownState,
  publicPart: KnownState,
  seen: boolean,
  decided: RegExp,
]

const rows: readonly Row[] = [
  ['nothing is known', 'unknown', 'unknown', false, /^ask .*may or may not exist/],
  ['one is not known', 'absent', 'unknown', false, /^ask/],
  ['what is not known is never absent', 'unknown', 'exists', true, /^ask/],
  ['both exist', 'exists', 'exists', false, /^nothing exists/],
  ['neither exists', 'absent', 'absent', false, /^create does not exist/],
  ['the later part is missing', 'exists', 'absent', false, /^create has \/k_private but lacks/],
  ['the first is missing, seen once', 'absent', 'exists', false, /^wait .*to be confirmed/],
  ['the first is missing, seen twice', 'absent', 'exists', true, /^report has \/k_public but lacks/],
  ['one was deleted a moment ago', 'just deleted', 'exists', true, /^wait was just deleted: \/k_private/],
  ['both were deleted a moment ago', 'just deleted', 'just deleted', false, /^wait/],
]

for (const [title, privatePart, publicPart, seen, decided] of rows) {
  const known = (name: string) => (name === '/k_private' ? privatePart : publicPart)
  const { action, reason } = decideGroup(pair, known, seen)
  t.match(`${action} ${reason}`, decided, title)
}
