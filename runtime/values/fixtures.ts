/**
 * RSA keys for the tests of several files, some of which share a process. They are half as long as those of pods: to generate one of those
 * takes a tenth of a second.
 */
import { generateKeyPairSync } from 'node:crypto'

export const rsaPair = generateKeyPairSync('rsa', { modulusLength: 1024 })
export const otherRsaPair = generateKeyPairSync('rsa', { modulusLength: 1024 })
