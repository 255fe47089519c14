/** Errors with which the fake Parameter Store answers a call. */
import type { Fault } from '../../runtime/fake-ssm/faults.ts'

export const refused = (type: string, message = '', status = 400): Fault => ({
  kind: 'error',
  status,
  type,
  message,
})

/** @param role whose session calls. @param why the end of AWS's message. */
export const denied = (role: string, why: string): Fault =>
  refused(
    'AccessDeniedException',
    `User: arn:aws:sts::111122223333:assumed-role/${role}/i is not authorized to perform: ssm:GetParameters on resource: x ${why}`,
  )
