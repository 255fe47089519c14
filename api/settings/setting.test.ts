import t from 'tap'
import { decodeSettings, describeSettings, encodeSettings, type Setting, type SettingsOf } from './setting.ts'

/** Two entries, as api/settings/init-env.ts has them: all that follows is derived from the table. */
const table = {
  tries: {
    env: 'TRIES',
    default: 3,
    meaning: 'how often to try',
    parse: (text) =>
      /^[0-9]$/.test(text) ? { value: Number(text) } : { diagnostics: [{ message: 'must be a digit' }] },
    format: String,
    setBy: 'user',
  } satisfies Setting<number>,
  token: {
    env: 'TOKEN',
    default: '',
    meaning: 'what to send',
    parse: (text) => (text === 'bad' ? { diagnostics: [{ message: 'must not be bad' }] } : { value: text }),
    format: (value) => value,
    setBy: 'inject-init',
    mayHoldSecret: true,
  } satisfies Setting<string>,
}
type Settings = SettingsOf<typeof table>

const decode = (env: Readonly<Record<string, string>>) => decodeSettings<Settings>(table, env)

t.test('the type of the settings is derived from the table', async (t) => {
  const settings: Settings = { tries: 1, token: 'x' }
  t.strictSame(decode({ TRIES: '1', TOKEN: 'x' }).settings, settings)
})

t.test('an absent or empty variable has its default', async (t) => {
  const settings = { tries: 3, token: '' }
  t.strictSame(decode({}), { valid: settings, settings, diagnostics: [] })
  t.strictSame(decode({ TRIES: '', TOKEN: '' }), { valid: settings, settings, diagnostics: [] })
})

t.test('every wrong variable is reported, and those that are right are still known', async (t) => {
  t.strictSame(decode({ TRIES: 'often', TOKEN: 'x' }), {
    valid: { token: 'x' },
    diagnostics: [{ env: 'TRIES', message: 'TRIES "often" must be a digit' }],
  })
  t.equal(decode({ TRIES: 'often', TOKEN: 'bad' }).diagnostics.length, 2)
})

t.test('a value that may contain a password is not quoted', async (t) => {
  t.strictSame(decode({ TOKEN: 'bad' }).diagnostics, [{ env: 'TOKEN', message: 'TOKEN must not be bad' }])
})

t.test('values that equal the default are left out of the environment', async (t) => {
  t.strictSame(encodeSettings<Settings>(table, { token: 'x', tries: 3 }), [['TOKEN', 'x']])
  t.strictSame(encodeSettings<Settings>(table, { token: 'x', tries: 4 }), [
    ['TRIES', '4'],
    ['TOKEN', 'x'],
  ])
})

t.test('--help and the documents show every entry', async (t) => {
  t.strictSame(describeSettings<Settings>(table), [
    { env: 'TRIES', default: '3', meaning: 'how often to try' },
    { env: 'TOKEN', default: '', meaning: 'what to send' },
  ])
})
