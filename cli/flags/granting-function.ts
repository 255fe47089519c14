/** The options of export-iam that decide who may read what, for commands that write no module. */
import { exportIam } from '../../functions/export-iam/export-iam.ts'

// These are of the module that is written, and of what has to have run before it is.
const {
  name: _name,
  output: _output,
  format: _format,
  region: _region,
  partition: _partition,
  allowUninjected: _allow,
  ...options
} = exportIam.options
export const grantingFunction = { ...exportIam, options }
