// What HTTP alone costs: the same answer to all.
import Fastify from 'fastify'
import { serve } from './server.ts'

const app = Fastify()
app.post('/q/mail', async (_request, reply) => reply.code(201).send())
app.get('/q/mail', async (_request, reply) => reply.type('application/json').send('{"to":"ann"}'))
await serve(app)
