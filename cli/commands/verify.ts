import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { parseExportConfig } from '../../functions/export-iam/options/config.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import { checkRoles } from '../audit/check-roles.ts'
import { allowEnvFlag, readAllowEnv } from '../flags/allow-env-flag.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { joinDocuments } from '../join-documents.ts'
import { checkModule } from '../files/module-files.ts'
import { visitInput } from '../read-input.ts'
import { beginVerify } from '../verify-objects.ts'
import { manifestFlags } from '../read-manifests.ts'
import { printModuleResults } from '../print-module.ts'
import { printResults } from '../print-results.ts'
import { readVerifyFlags, verifyFlags } from '../flags/verify-flags.ts'

export const verifyCommand: Command = {
  name: 'verify',
  usage: '-f FILE [--iam DIR] [--applied] [--pass] [OPTION ...]',
  purpose:
    'Checks that annotations are valid, that all annotated workloads are injected correctly, and that the policies match.',
  examples: [
    [
      'Apply only manifests that are injected and allowed',
      'kustomize build overlays/prod | kees verify --policy storage-policy.yaml --pass -f - | kubectl apply -f -',
    ],
    ['Check the committed module too', 'kees verify -f manifest.yaml --iam terraform/prod'],
    ['Fail before a deployment whose roles lack a right', 'kees verify -f manifest.yaml --applied'],
  ],
  flags: {
    ...manifestFlags,
    iam: {
      takes: 'DIR',
      meaning:
        'the committed Terraform module, which must match the manifests and the ExportIAM file of --config',
    },
    applied: {
      meaning:
        'check that the policies of the roles in AWS, and their boundaries, allow what is declared; read from IAM. A role that is not known is an error',
    },
    ...allowEnvFlag,
    pass: { meaning: 'print the manifests unchanged if all checks pass' },
    ...verifyFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { injecting, exporting, diagnostics } = await readVerifyFlags(parsed)
  const toInject = parseInjectConfig(injecting)
  const toExport = parseExportConfig(exporting)
  const { allowEnv, diagnostics: ofAllowEnv } = readAllowEnv(parsed)
  const usage = [...diagnostics, ...ofAllowEnv, ...toInject.diagnostics, ...toExport.diagnostics]
  const folder = valueOf(parsed, 'iam')
  const isApplied = isOn(parsed, 'applied')
  const exportConfig = folder === undefined && !isApplied ? undefined : toExport.config
  const begin = () => beginVerify(toInject.config, allowEnv, exportConfig)
  const { manifests, visitor, exit: wrong } = await visitInput(parsed, io, usage, begin)
  if (!manifests) return wrong

  const { results, exported } = visitor.end()
  const ofManifests = printResults(results, io, manifests)
  // With an error there is no module to compare with.
  const isComparable = folder !== undefined && exported !== undefined && exported.files.size > 0
  const ofModule = isComparable
    ? printModuleResults(await checkModule(folder, exported.files), toExport.config.strict, io)
    : exitCode.done
  const ofRoles =
    isApplied && exported && ofManifests === exitCode.done
      ? await checkRoles(exported.grants, toExport.config, io)
      : exitCode.done
  const exit = firstToMend([ofManifests, ofModule, ofRoles])
  if (exit === exitCode.done && isOn(parsed, 'pass')) io.out(joinDocuments(manifests.map(({ text }) => text)))
  return exit
}
