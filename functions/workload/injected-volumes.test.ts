import t from 'tap'
import { isEmptyDir, showsAnnotations } from './injected-volumes.ts'
import { parseSource } from '../yaml/parse.ts'

function volume(text: string) {
  const [document] = parseSource(text).value ?? []
  if (!document) throw new Error('no document')
  return document.root
}

t.test('an emptyDir has no other source', async (t) => {
  for (const text of ['{name: a, emptyDir: {}}', '{name: a, emptyDir: {medium: Memory}}', '{name: a}'])
    t.ok(isEmptyDir(volume(text)), text)
  for (const text of ['{name: a, hostPath: {path: /x}}', '{name: a, emptyDir: {}, hostPath: {path: /x}}'])
    t.notOk(isEmptyDir(volume(text)), text)
})

t.test(
  'the annotations are shown by downward API, projected or not, under the name that init reads',
  async (t) => {
    const items = (path: string, field: string) =>
      `downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: ${path}, fieldRef: {fieldPath: ${field}}}]}`
    const shown = items('annotations', 'metadata.annotations')
    t.ok(showsAnnotations(volume(`{name: a, ${shown}}`)))
    t.ok(showsAnnotations(volume(`{name: a, projected: {sources: [{secret: {name: x}}, {${shown}}]}}`)))
    for (const other of [
      items('annotations', 'metadata.name'),
      items('x', 'metadata.annotations'),
      'emptyDir: {}',
    ])
      t.notOk(showsAnnotations(volume(`{name: a, ${other}}`)), other)
  },
)
