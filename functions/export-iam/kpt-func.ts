import { toKptFunc } from '../krm/kpt-func.ts'
import { exportIam } from './export-iam.ts'

export const exportIamKptFunc = toKptFunc(exportIam)
