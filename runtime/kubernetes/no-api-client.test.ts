import t from 'tap'
import { createConfiguration } from './no-api-client.ts'

t.throws(() => createConfiguration(), { message: 'this program has no generated API client' })
