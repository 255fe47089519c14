import t from 'tap'
import type { Value } from '../yaml/value.ts'
import { isSemanticallyEqual } from './semantic-equal.ts'

const rows: readonly (readonly [title: string, found: Value, wanted: Value, same: boolean])[] = [
  ['what is the same is the same', { a: [1, 'x'] }, { a: [1, 'x'] }, true],
  [
    'the version of a fieldRef is filled in',
    { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    true,
  ],
  [
    'another field is another',
    { valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } } },
    { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    false,
  ],
  ['an empty value is left out', { name: 'A' }, { name: 'A', value: '' }, true],
  ['a quantity has one meaning', { limits: { cpu: '1' } }, { limits: { cpu: '1000m' } }, true],
  ['whatever its unit', { sizeLimit: '1Mi' }, { sizeLimit: '1024Ki' }, true],
  ['and another has another', { sizeLimit: '1Mi' }, { sizeLimit: '1M' }, false],
  ['be it a number', { limits: { cpu: 2 } }, { limits: { cpu: '2' } }, true],
  ['what is no quantity is compared as it is', { sizeLimit: 'x' }, { sizeLimit: 'y' }, false],
  [
    'what is limited is requested',
    { limits: { cpu: '1' }, requests: { cpu: '1000m', memory: '1Mi' } },
    { limits: { cpu: '1' }, requests: { memory: '1Mi' } },
    true,
  ],
  [
    'what is requested is not limited',
    { requests: { cpu: '1' }, limits: { cpu: '1' } },
    { requests: { cpu: '1' } },
    false,
  ],
  ['a text that looks like a quantity is a text elsewhere', { name: '1' }, { name: '1000m' }, false],
]

for (const [title, found, wanted, same] of rows) {
  t.test(title, async (t) => t.equal(isSemanticallyEqual(found, wanted), same))
}
