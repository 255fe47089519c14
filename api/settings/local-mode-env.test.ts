import t from 'tap'
import { validateLocalModeEnv } from './local-mode-env.ts'

const names = (env: Readonly<Record<string, string>>, isAllowed = true) =>
  validateLocalModeEnv(env, isAllowed).map(({ env: name }) => name)

t.strictSame(names({ AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_ROLE_ARN: '' }), [])
t.strictSame(names({}, false), ['ALLOW_LOCAL_MODE'])
const identities = {
  AWS_ROLE_ARN: 'x',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: 'x',
}
t.strictSame(names(identities), Object.keys(identities))
t.strictSame(names(identities, false), ['ALLOW_LOCAL_MODE', ...Object.keys(identities)], 'all at once')
