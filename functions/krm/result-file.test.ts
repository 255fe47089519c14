import t from 'tap'
import { type Piece, readInPieces } from './resource-list.ts'
import { ResultFiles } from './result-file.ts'

const head = 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n'
const podIn = (path: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {config.kubernetes.io/path: '${path}'}}}`

await t.test('an item with many objects is read once for all their results', (t) => {
  const paths = Array.from({ length: 50 }, (_, index) => `${index}.yaml`)
  const text = `${head}- {apiVersion: v1, kind: List, items: [${paths.map(podIn).join()}]}\n- ${podIn('last.yaml')}\n`
  let reads = 0
  const files = new ResultFiles()
  const objects = (readInPieces(text)?.pieces ?? []).flatMap((piece) => {
    const read: Piece['read'] = () => {
      reads++
      return piece.read()
    }
    return (piece.read() ?? []).map(({ object }, index) => {
      files.add(object, read, index)
      return object
    })
  })
  t.equal(reads, 0, 'nothing is read where nothing has a result')
  t.same(
    objects.map((object) => files.of(object)?.path),
    [...paths, 'last.yaml'],
  )
  t.equal(reads, 2)
  t.end()
})
