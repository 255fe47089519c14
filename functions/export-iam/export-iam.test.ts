import t from 'tap'
import { runFixtures } from '../krm/fixtures.ts'
import { exportIam } from './export-iam.ts'

// Where every other item is dropped, a second run has nothing to read.
runFixtures(t, exportIam, `${import.meta.dirname}/testdata`, [
  'output-only-drops-everything-else',
  'renamed-service-accounts-are-found-under-kustomize',
])
