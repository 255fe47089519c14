import t from 'tap'
import { itemsUnder } from './manifest-item.ts'
import { nameOf } from './result.ts'
import { parseSource } from '../yaml/parse.ts'

function objectsIn(text: string): string[] {
  const documents = parseSource(text).value ?? []
  return documents
    .flatMap((one) => itemsUnder(one, one.root))
    .map(({ object }) => `${object.apiVersion} ${nameOf(object)}`)
}

const object = (kind: string, name: string, apiVersion = 'v1') =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}}}`
const list = (kind: string, items: string, apiVersion = 'v1') =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, items: ${items}}`

const rows: readonly (readonly [title: string, text: string, objects: string[]])[] = [
  ['an object', object('Pod', 'a'), ['v1 Pod/a']],
  [
    'generateName',
    '{apiVersion: batch/v1, kind: Job, metadata: {generateName: imp-}}',
    ['batch/v1 Job/imp-'],
  ],
  [
    'a name beside generateName',
    '{apiVersion: v1, kind: Pod, metadata: {generateName: app-, name: app-x2x7k}}',
    ['v1 Pod/app-x2x7k'],
  ],
  ['no object', '{metadata: {name: a}}\n---\n[]\n---\na', []],
  ['without apiVersion or kind', '{kind: Pod}\n---\n{apiVersion: v1}', [' Pod/', 'v1 /']],
  [
    'a List of several kinds, and of Lists',
    list('List', `[${object('Pod', 'a')}, ${list('List', `[${object('Job', 'b', 'batch/v1')}]`)}]`),
    ['v1 Pod/a', 'batch/v1 Job/b'],
  ],
  ['an item of a List that says nothing', list('List', '[{metadata: {name: a}}]'), []],
  [
    'a typed list, whose items need not say what they are',
    list('DeploymentList', `[{metadata: {name: a}}, ${object('Deployment', 'b', 'apps/v1')}]`, 'apps/v1'),
    ['apps/v1 Deployment/a', 'apps/v1 Deployment/b'],
  ],
  [
    'or say the one and not the other',
    list('DeploymentList', '[{kind: Deployment, metadata: {name: a, namespace: team}}]', 'apps/v1'),
    ['apps/v1 Deployment/team/a'],
  ],
  ['typed lists in a List', list('List', `[${list('PodList', '[{metadata: {name: a}}]')}]`), ['v1 Pod/a']],
  ['lists without items', `${list('PodList', '[]')}\n---\n${list('PodList', 'null')}`, []],
  [
    'an object whose kind ends in List, and that is none',
    `${object('AllowList', 'a')}\n---\n${list('BlockList', '{a: 1}')}`,
    ['v1 AllowList/a', 'v1 BlockList/'],
  ],
  ['items that are no objects', list('AllowList', '[a, 1, [b]]'), []],
  ['items behind an alias', list('List', `[&a ${object('Pod', 'a')}, *a]`), ['v1 Pod/a', 'v1 Pod/a']],
]

for (const [title, text, objects] of rows) {
  t.test(title, async (t) => t.strictSame(objectsIn(text), objects))
}
