import { hostFunction } from '../krm/resource-list.ts'
import { exportIam } from './export-iam.ts'

void hostFunction(exportIam, process.argv.slice(2))
