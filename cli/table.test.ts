import t from 'tap'
import { formatTable } from './table.ts'

await t.test('columns are as wide as their widest cell, and no line ends in blanks', async (t) => {
  const rows = [
    ['/a', 'created'],
    ['/longer', ''],
  ]
  t.equal(formatTable(['name', 'result'], rows), 'NAME     RESULT\n/a       created\n/longer\n')
})
