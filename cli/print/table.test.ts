import t from 'tap'
import { formatTable } from './table.ts'

await t.test('columns are as wide as their widest cell, and no line ends in blanks', async (t) => {
  const rows = [
    ['/a', 'created'],
    ['/longer', ''],
  ]
  t.equal(formatTable(['name', 'result'], rows), 'NAME     RESULT\n/a       created\n/longer\n')
})

await t.test('a name from the input cannot add a line', async (t) => {
  t.equal(formatTable(['name'], [['a\n\u001b[2Jb']]), 'NAME\na\ufffd\ufffd[2Jb\n')
})
