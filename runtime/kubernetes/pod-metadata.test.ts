import t from 'tap'
import { parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { readPodMetadata } from './pod-metadata.ts'

const metadata = {
  uid: 'u',
  namespace: 'n',
  name: 'pod',
  resourceVersion: '7',
  creationTimestamp: '2026-01-02T03:04:05Z',
  annotations: {
    'a.example.com/x': '1',
    'secret.bsycorp.com/db': 'kind=REFERENCE,type=PASSWORD',
    'init.bsycorp.com/storage-prefix': '/n',
    'bsycorp.com/not-ours': '',
    'xbsycorp.com/not-ours': '',
    'no-slash.bsycorp.com': '',
  },
  ownerReferences: [{ uid: 'other' }, { uid: 'owner', controller: true }],
  managedFields: [{ manager: 'someone' }],
}

t.strictSame(
  readPodMetadata({ metadata }, 'bsycorp.com'),
  {
    uid: 'u',
    namespace: 'n',
    name: 'pod',
    version: '7',
    createdAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
    terminating: false,
    owner: 'owner',
    annotations: [
      ['secret.bsycorp.com/db', 'kind=REFERENCE,type=PASSWORD'],
      ['init.bsycorp.com/storage-prefix', '/n'],
    ],
  },
  'what is needed is kept, and nothing else',
)

const large = Object.fromEntries(
  Array.from({ length: 10_000 }, (_, index) => [`secret.bsycorp.com/p${index}`, 'x'.repeat(100)]),
)
const cut =
  readPodMetadata({ metadata: { ...metadata, annotations: large } }, 'bsycorp.com')?.annotations ?? []
t.ok(cut.length < 1000, 'of too many annotations no more is kept than shows it')
t.match(parsePodAnnotations(cut, 'bsycorp.com').diagnostics, [{ code: 'TOO_LARGE' }])

const owned = (uid: string) => {
  const ownerReferences = [{ kind: 'ReplicaSet', uid, controller: true }]
  return readPodMetadata({ metadata: { ...metadata, ownerReferences } }, 'bsycorp.com')?.owner ?? ''
}
t.equal(owned('x'.repeat(1_000_000)).length, 64, 'of an owner with a uid of any length, a hash is kept')
t.not(owned('x'.repeat(1_000_000)), owned('x'.repeat(1_000_001)))

const { annotations: _, ownerReferences: __, ...bare } = metadata
t.match(
  readPodMetadata({ metadata: { ...bare, deletionTimestamp: '2026-01-02T03:04:06Z' } }, 'bsycorp.com'),
  { terminating: true, annotations: [] },
  'a pod that goes, without annotations',
)
for (const other of [undefined, {}, { metadata: { ...metadata, uid: 1 } }, { metadata: null }]) {
  t.equal(readPodMetadata(other, 'bsycorp.com'), undefined, JSON.stringify(other))
}
