import t from 'tap'
import { EventStreamSerde, eventStreamSerdeProvider } from './no-event-streams.ts'

t.throws(() => eventStreamSerdeProvider(), { message: 'this program has no event streams' })
t.throws(() => Reflect.construct(EventStreamSerde, []), { message: 'this program has no event streams' })
