// The calls of init with the client of the SDK, without the rest of init: the minimum that init would cost with the SDK.
import { initVariables } from '../api/settings/init-env.ts'
import { noSecrets, readBoth } from '../runtime/store/both-services.ts'
import { clock } from '../runtime/scheduling/clock.ts'
import { readConfig } from '../runtime/init/config.ts'
import { deliveredAsStored } from '../runtime/init/fetch/delivered.ts'
import { fetchDeclared } from '../runtime/init/fetch/fetch-declared.ts'
import { outputFiles } from '../runtime/init/files/output-files.ts'
import { readDeclared } from '../runtime/init/files/read-declared.ts'
import { writeFiles } from '../runtime/init/files/write-files.ts'
import { openStore } from '../runtime/store/open-store.ts'
import { podCredentials } from '../runtime/aws/credentials/pod-credentials.ts'

async function run(): Promise<void> {
  const { settings } = readConfig(process.env)
  if (settings === undefined) throw new Error('the environment is wrong')
  const { declared } = await readDeclared(settings)
  const requestTimeout = initVariables.requestTimeout.default
  const opened = await openStore({ kind: 'ssm' }, process.env, {
    requestTimeout,
    maxAttempts: 1,
    credentials: podCredentials,
  })
  if (opened.diagnostics) throw new Error('the environment is wrong')
  const { values } = await fetchDeclared(readBoth(opened.store, noSecrets), declared, settings, {
    clock,
    random: Math.random,
  })
  const output = outputFiles(values.map(deliveredAsStored), settings)
  if (output.diagnostics) throw new Error('a value cannot be written')
  await writeFiles(output.files, settings.fileMode, new Date(), output.folders)
}

void run().then(() => process.exit(0))
