import { hostFunction } from '../krm/run-function.ts'
import { exportIam } from './export-iam.ts'

void hostFunction(exportIam, process.argv.slice(2))
