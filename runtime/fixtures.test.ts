import t from 'tap'
import { memoryStore } from './fixtures.ts'
import { runParameterStoreContract } from './store/parameter-store.contract.ts'

await runParameterStoreContract(t, 'memory store', () => ({ store: memoryStore().store, prefix: '' }))
