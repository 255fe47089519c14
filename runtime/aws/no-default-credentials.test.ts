import t from 'tap'
import { defaultProvider } from './no-default-credentials.ts'

await t.rejects(
  defaultProvider()(),
  { message: 'this program has no default credentials' },
  'it gives nobody credentials',
)
