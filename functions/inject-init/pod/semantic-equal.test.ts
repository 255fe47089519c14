import t from 'tap'
import type { Value } from '../../yaml/value.ts'
import { isSemanticallyEqual } from './semantic-equal.ts'

const rows: readonly (readonly [title: string, found: Value, wanted: Value, same: boolean])[] = [
  ['equal values', { a: [1, 'x'] }, { a: [1, 'x'] }, true],
  [
    'the apiVersion of a fieldRef has a default',
    { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    true,
  ],
  [
    'another fieldPath differs',
    { valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.uid' } } },
    { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    false,
  ],
  [
    'a fileKeyRef is not optional by default',
    { valueFrom: { fileKeyRef: { key: 'a', optional: false } } },
    { valueFrom: { fileKeyRef: { key: 'a' } } },
    true,
  ],
  [
    'an optional fileKeyRef differs',
    { valueFrom: { fileKeyRef: { key: 'a', optional: true } } },
    { valueFrom: { fileKeyRef: { key: 'a' } } },
    false,
  ],
  [
    'the divisor of a resourceFieldRef has a default',
    { valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } } },
    { valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    true,
  ],
  ['an empty value equals none', { name: 'A' }, { name: 'A', value: '' }, true],
  ['quantities in two notations', { limits: { cpu: '1' } }, { limits: { cpu: '1000m' } }, true],
  ['quantities in two units', { sizeLimit: '1Mi' }, { sizeLimit: '1024Ki' }, true],
  ['different quantities', { sizeLimit: '1Mi' }, { sizeLimit: '1M' }, false],
  ['a quantity that is a number', { limits: { cpu: 2 } }, { limits: { cpu: '2' } }, true],
  ['invalid quantities are compared as strings', { sizeLimit: 'x' }, { sizeLimit: 'y' }, false],
  [
    'a limit is the default of the request',
    { limits: { cpu: '1' }, requests: { cpu: '1000m', memory: '1Mi' } },
    { limits: { cpu: '1' }, requests: { memory: '1Mi' } },
    true,
  ],
  [
    'a request is not the default of the limit',
    { requests: { cpu: '1' }, limits: { cpu: '1' } },
    { requests: { cpu: '1' } },
    false,
  ],
  ['a string that looks like a quantity is a string elsewhere', { name: '1' }, { name: '1000m' }, false],
]

for (const [title, found, wanted, same] of rows) {
  t.test(title, async (t) => t.equal(isSemanticallyEqual(found, wanted), same))
}
