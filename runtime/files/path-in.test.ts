import { join } from 'node:path'
import t from 'tap'
import { pathIn } from './path-in.ts'

for (const folder of ['/', '/secret', '/run/app/secrets', 'relative'])
  for (const name of ['secret', '..data', '..2026_01_31_12_00_00.4f2a90c1'])
    t.equal(pathIn(folder, name), join(folder, name))
