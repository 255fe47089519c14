/** One table of options gives all that the functions, the flags and the documents know of them. */
import t from 'tap'
import { type Diagnostic, linesOf } from '../../../api/diagnostic.ts'
import { parseYaml } from '../function-config.ts'
import { functionHelp } from '../function-help.ts'
import {
  booleanOption,
  type ConfigOf,
  type GivenOptions,
  option,
  parsedOption,
  parseOptions,
} from './options.ts'
import { passWith } from '../krm-function.ts'
import type { Value } from '../../yaml/value.ts'

const table = {
  color: option({ meaning: 'the color', default: 'red', schema: { enum: ['red', 'green'] } }),
  tries: parsedOption(
    {
      meaning: 'how often to try',
      default: 2,
      schema: { type: 'array', items: { type: 'string' } },
      defaultText: 'twice',
    },
    (list) =>
      list.length > 3
        ? { diagnostics: [{ message: 'must not have more than 3 items' }] }
        : { value: list.length },
  ),
  loud: booleanOption('be loud'),
}
type Config = ConfigOf<typeof table>

const parse = (given: Readonly<Record<string, Value>>, more: Omit<GivenOptions, 'given'> = {}) =>
  parseOptions<Config>(table, {
    given: Object.entries(given).map(([name, value]) => ({ name, value })),
    ...more,
  })

const messagesOf = (diagnostics: readonly Diagnostic[]) => diagnostics.map((one) => linesOf(one).join(', '))

t.test('the type of the configuration is derived from the table', async (t) => {
  const config: Config = { color: 'green', tries: 1, loud: true }
  t.match(parse({ color: 'green', tries: ['a'], loud: true }), { config, diagnostics: [] })
})

t.test('an option that is not given has its default', async (t) => {
  const { config } = parse({ color: 'green' })
  t.match(config, { color: 'green', tries: 2, loud: false })
  t.strictSame([...config.explicit], ['color'])
})

t.test('all errors are reported at once, with the names of the options that the user set', async (t) => {
  const nameOption = (name: string, shown = name) => `flag --${shown}`
  const { diagnostics } = parse({ color: 'blue', tries: [1], loud: 'yes', colour: 'red' }, { nameOption })
  t.strictSame(messagesOf(diagnostics), [
    'flag --"colour" is not known: known are color, tries, loud, hint: did you mean "color"?',
    'flag --color "blue" must be one of "red", "green"',
    'flag --tries[0] must be a string, hint: put it in quotes',
    'flag --loud "yes" must be true or false',
  ])
})

t.test('rules that a schema cannot express are checked if the type is right', async (t) => {
  t.strictSame(messagesOf(parse({ tries: ['a', 'b', 'c', 'd'] }).diagnostics), [
    'option tries must not have more than 3 items',
  ])
})

t.test('a ConfigMap has strings: YAML for lists and maps, true and false for switches', async (t) => {
  const { config, diagnostics } = parse({ tries: '[a, b, c]', loud: 'true' }, { parseYaml })
  t.strictSame(diagnostics, [])
  t.match(config, { tries: 3, loud: true })
})

t.test('--help shows what each takes and its default', async (t) => {
  const help = functionHelp({
    name: 'f',
    purpose: 'Does it.',
    configKind: 'F',
    options: table,
    begin: () => passWith([]),
  })
  t.match(help, '  color  (red or green; default red)\n      the color\n')
  t.match(help, '  tries  (YAML; default twice)\n      how often to try\n')
  t.match(help, '  loud  (true or false; default false)\n      be loud\n')
})
