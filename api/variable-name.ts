/**
 * The variable that the formats dotenv and shell make of a declaration's name: `db.password` becomes `DB_PASSWORD`. A name
 * that begins with a digit, as no variable may, gets an underscore before it.
 */
export function variableName(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^(?=[0-9])/, '_')
}

/** Whether a shell or the dynamic linker would give the variable a meaning of its own, or not keep what it is given. */
export function isShellsOwn(variable: string): boolean {
  return ownVariables.has(variable) || /^(BASH(OPTS|PID|_.*)?|LC_.*|LD_.*|PS[0-9])$/.test(variable)
}

/** Of POSIX shells and of bash: test/init/formats.test.ts asks those of the machine. */
const ownVariables: ReadonlySet<string> = new Set([
  'CDPATH',
  'DIRSTACK',
  'ENV',
  'EPOCHREALTIME',
  'EPOCHSECONDS',
  'EUID',
  'EXECIGNORE',
  'FUNCNAME',
  'FUNCNEST',
  'GLOBIGNORE',
  'GROUPS',
  'HISTCMD',
  'IFS',
  'LANG',
  'LINENO',
  'OPTARG',
  'OPTERR',
  'OPTIND',
  'PATH',
  'PIPESTATUS',
  'POSIXLY_CORRECT',
  'PPID',
  'PROMPT_COMMAND',
  'PWD',
  'RANDOM',
  'SECONDS',
  'SHELLOPTS',
  'SRANDOM',
  'TMOUT',
  'UID',
])
