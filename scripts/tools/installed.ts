import { accessSync, constants, globSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'

/** The path of a command on the PATH; undefined if it is not installed. */
export function findCommand(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file))
}

/** The folders that may contain unpacked terraform providers; KEES_TERRAFORM_PLUGINS first. */
export function terraformPluginFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const named = env['KEES_TERRAFORM_PLUGINS'] ?? ''
  return [
    ...(named === '' ? [] : [named]),
    '/opt/tf-plugins',
    join(homedir(), '.terraform.d', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ]
}

/** The folder for `terraform init -plugin-dir` that holds the provider hashicorp/aws, if the machine has one. */
export function findTerraformAwsPlugins(
  folders: readonly string[] = terraformPluginFolders(),
): string | undefined {
  const system = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const unpacked = `registry.terraform.io/hashicorp/aws/*/${system}/terraform-provider-aws*`
  return folders.find((folder) => globSync(unpacked, { cwd: folder }).length > 0)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // Absent or out of reach: a shell passes over it too.
    return false
  }
}
