import t from 'tap'
import { runFixtures } from '../krm/fixtures.ts'
import { injectInit } from './inject-init.ts'

runFixtures(t, injectInit, `${import.meta.dirname}/testdata`)
