/** RSA keys for the tests of several files: to generate one takes a tenth of a second, and some of these files share a process. */
import { generateKeyPairSync } from 'node:crypto'

export const rsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const otherRsaPair = generateKeyPairSync('rsa', { modulusLength: 2048 })
