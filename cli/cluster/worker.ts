// A process that cli/cluster/primary.ts starts. It tells the first process its URL, or why it does
// not serve. node:cluster ends it when the first process is gone.
import cluster from 'node:cluster'
import closeWithGrace from 'close-with-grace'
import { readConfig } from '../../operations/config.ts'
import { outliveOutputs } from '../io/log.ts'
import { drainMs, startServer, type Serving } from '../server.ts'
import { Sibling } from './messages.ts'

// A terminal or a service manager may send these to all processes. The first process sends SIGTERM
// as well.
const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

async function serve (): Promise<void> {
  outliveOutputs()
  // The first process has just gone: there is no process to tell anything.
  cluster.worker!.on('error', () => process.exit(1))
  try {
    const url = await startServer(readConfig(process.env), closeOnSignal, new Sibling())
    process.send!({ url })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // The first process ends this one when it gets the message. If this one ended by itself, the
    // first process might see that before the message.
    process.send!({ code, message })
  }
}

// A second signal does not cut this short: the first process decides that.
function closeOnSignal ({ log, close }: Serving): void {
  const options = { delay: drainMs, logger: log, skip: [...signals] }
  const grace = closeWithGrace(options, async ({ err }) => {
    if (err) log.fatal(err, 'stopping')
    await close()
  })
  let closing = false
  const begin = () => {
    if (!closing) grace.close()
    closing = true
  }
  for (const signal of signals) process.on(signal, begin)
}

await serve()
