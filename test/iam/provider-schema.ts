/**
 * The answer of a Terraform provider about its schema, without most of the types of resources: the AWS provider has 1,500, and terraform
 * reads the schema of each whenever it starts. https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.proto
 */

/** Fields of `GetProviderSchema.Response` that are maps of a type's name to its schema: resources, data sources, ephemeral resources. */
const typeMaps: ReadonlySet<number> = new Set([2, 3, 8])

/** @param response the message, as protobuf encodes it. @param isKept asked for each type, such as `aws_iam_role`. */
export function keepTypes(response: Buffer, isKept: (type: string) => boolean): Buffer {
  const kept: Buffer[] = []
  for (let at = 0; at < response.length;) {
    const [tag, begin] = readVarint(response, at)
    // All fields of the message are messages, maps or lists of messages.
    if ((tag & 7) !== 2) throw new Error(`field ${tag >> 3} of the schema has wire type ${tag & 7}`)
    const [length, content] = readVarint(response, begin)
    const end = content + length
    if (end > response.length) throw new Error('the schema ends within a field')
    if (!typeMaps.has(tag >> 3) || isKept(keyOf(response.subarray(content, end))))
      kept.push(response.subarray(at, end))
    at = end
  }
  return Buffer.concat(kept)
}

/** Of an entry of a map, in which the key is first. */
function keyOf(entry: Buffer): string {
  const [tag, begin] = readVarint(entry, 0)
  const [length, content] = readVarint(entry, begin)
  if (tag !== 0x0a) throw new Error('an entry of the schema does not begin with its key')
  return entry.toString('utf8', content, content + length)
}

function readVarint(bytes: Buffer, from: number): [value: number, end: number] {
  let value = 0
  for (let at = from, scale = 1; at < bytes.length && at < from + 5; at++, scale *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return [value, at + 1]
  }
  throw new Error(`no number at byte ${from} of the schema`)
}
