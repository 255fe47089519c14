/** The standalone executable: kees and both functions in one file, which runs the one by whose name it is called, as busybox does. */
import { basename } from 'node:path'

// Node has the first argument there, as it has been called: a name that was found on the PATH leads nowhere. ./commands/install.ts copies it.
process.argv[1] = process.execPath

// As `require`: of the three, only one is evaluated.
const name = basename(process.argv0)
if (name === 'inject-init') void import('../functions/inject-init/main.ts')
else if (name === 'export-iam') void import('../functions/export-iam/main.ts')
else void import('./main.ts')
