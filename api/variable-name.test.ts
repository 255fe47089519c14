import t from 'tap'
import { isShellsOwn, variableName } from './variable-name.ts'

const names: readonly (readonly [name: string, variable: string])[] = [
  ['db.password', 'DB_PASSWORD'],
  ['signingKey.v1_public', 'SIGNINGKEY_V1_PUBLIC'],
  ['a-b', 'A_B'],
  ['2fa', '_2FA'],
  ['X', 'X'],
]
for (const [name, variable] of names) t.equal(variableName(name), variable, `${name} becomes ${variable}`)

for (const own of ['PATH', 'IFS', 'RANDOM', 'BASH_ENV', 'BASHPID', 'LD_PRELOAD', 'LC_ALL', 'PS4'])
  t.equal(isShellsOwn(own), true, `${own} is the shell's`)
for (const free of ['DB_PASSWORD', 'PATHS', 'BASHFUL', 'LDAP', 'PSK', 'USER_ID'])
  t.equal(isShellsOwn(free), false, `${free} is free`)
