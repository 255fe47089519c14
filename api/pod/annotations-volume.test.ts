import t from 'tap'
import { annotationFilesIn } from './annotations-volume.ts'

const item = (path: string, fieldPath: string) => ({ path, fieldRef: { fieldPath } })
const annotations = item('annotations', 'metadata.annotations')
const labels = item('labels', 'metadata.labels')

const cases: readonly (readonly [title: string, volume: unknown, files: readonly string[]])[] = [
  ['downward API', { name: 'a', downwardAPI: { items: [labels, annotations] } }, ['annotations']],
  [
    'downward API in a projected volume',
    { name: 'a', projected: { sources: [{ secret: {} }, { downwardAPI: { items: [annotations] } }] } },
    ['annotations'],
  ],
  ['another file name', { downwardAPI: { items: [item('x', 'metadata.annotations')] } }, ['x']],
  ['labels only', { downwardAPI: { items: [labels] } }, []],
  ['one annotation', { downwardAPI: { items: [item('a', "metadata.annotations['a']")] } }, []],
  ['another kind of volume', { name: 'a', emptyDir: {} }, []],
  [
    'malformed items',
    { downwardAPI: { items: [null, 'x', { path: 1, fieldRef: annotations.fieldRef }] } },
    [],
  ],
  ['no map', null, []],
]
for (const [title, volume, files] of cases) t.strictSame(annotationFilesIn(volume), files, title)
