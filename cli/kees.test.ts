import t from 'tap'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const rows: readonly (readonly [
  title: string,
  args: string[],
  exit: number,
  said: RegExp,
  printed: RegExp,
])[] = [
  ['--help lists the commands', ['--help'], 0, /^$/, /^ {2}export {2,}Writes the Terraform module/m],
  ['--version tells the version', ['--version'], 0, /^$/, /^kees \d+\.\d+\.\d+\n$/],
  [
    'without a command, the help is printed as an error',
    [],
    2,
    /^error: a command is missing\nkees: [^]*\n\nUsage: kees COMMAND/,
    /^$/,
  ],
  [
    'an unknown command is named, with what is meant',
    ['ijnect'],
    2,
    /"ijnect" is not known: known are inject, .*\n {2}hint: did you mean "inject"\?/,
    /^$/,
  ],
  [
    '--help of a command lists its flags',
    ['inject', '--help'],
    0,
    /^$/,
    /--image-pull-policy "" OR ALWAYS|--image-pull-policy/,
  ],
  [
    'all errors of a command line are reported',
    ['inject', '--imge', 'x', '--image', '--write', '--check', '--write=no'],
    2,
    /--imge[^]*did you mean "--image"\?[^]*--write takes no value/,
    /^$/,
  ],
  [
    'a flag without its value is an error',
    ['export', '-f'],
    2,
    /^error: flag -f needs a value: FILE\n$/,
    /^$/,
  ],
  ['help of a command, as kubectl has it', ['help', 'inject'], 0, /^$/, /^Usage: kees inject /],
  [
    'help of nothing that is known',
    ['help', 'inje'],
    2,
    /"inje" is not known.*\n {2}hint: did you mean "inject"\?/,
    /^$/,
  ],
  ['help alone lists the commands', ['help'], 0, /^$/, /^ {2}export /m],
  ['kubectl users ask for the version so', ['version'], 0, /^$/, /^kees \d/],
  [
    'version names the commit and the runtime',
    ['version'],
    0,
    /^$/,
    /\ncommit \w+\nnode \d+\.\d+\.\d+, \w+\/\w+\n$/,
  ],
  [
    'version for programs',
    ['version', '-o', 'json'],
    0,
    /^$/,
    /^\{\n {2}"version": "\d[^]*"runtime": \{[^]*"platform": "/,
  ],
  ['version takes no argument', ['version', 'x'], 2, /^error: argument "x" is not known\n$/, /^$/],
  ['--file is meant as --filename', ['inject', '--file', 'x'], 2, /did you mean "--filename"\?/, /^$/],
  [
    '-n is --namespace',
    ['verify', '-f', '-', '-n', 'A B'],
    2,
    /flag --namespace "A B" is not the name of a namespace/,
    /^$/,
  ],
  ['the command comes first', ['-f', 'x', 'inject'], 2, /^error: flag "-f" must follow the command/, /^$/],
  ['nothing comes in', ['inject', '-f', '-'], 1, /^error: .*no Kubernetes object in STDIN\n$/, /^$/],
  ['a missing -f is an error', ['inject'], 2, /^error: flag -f is missing/, /^$/],
  ['operands are no manifests', ['inject', 'app.yaml', '-f', '-'], 2, /hint: name manifests by -f/, /^$/],
]

for (const [title, args, exit, said, printed] of rows) {
  await t.test(title, async (t) => {
    const io = fakeIo('')
    t.equal(await kees(args, io), exit)
    t.match(io.said(), said)
    t.match(io.printed(), printed)
  })
}
