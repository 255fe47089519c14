/** Where an editor finds a schema of docs/reference: the first line of a functionConfig names it. */
export function schemaAddress(name: string): string {
  return `https://raw.githubusercontent.com/bsycorp/kees/main/docs/reference/${name}`
}

/** https://github.com/redhat-developer/yaml-language-server#using-inlined-schema */
export function schemaLine(name: string): string {
  return `# yaml-language-server: $schema=${schemaAddress(name)}`
}
