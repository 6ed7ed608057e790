// One of the processes that cli/cluster/primary.ts starts. It tells that one where it serves, or why it does not, and ends
// when that one is gone: node:cluster sees to that.
import cluster from 'node:cluster'
import closeWithGrace from 'close-with-grace'
import { readConfig } from '../../operations/config.ts'
import { outliveOutputs } from '../io/log.ts'
import { drain, startServer, type Serving } from '../server.ts'
import { Sibling } from './messages.ts'

// A terminal and a service manager may send these to all processes, and then the first process sends SIGTERM as well.
const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

async function serve (): Promise<void> {
  outliveOutputs()
  // What cannot be told to the first process: it has just gone.
  cluster.worker!.on('error', () => process.exit(1))
  try {
    const url = await startServer(readConfig(process.env), closeOnSignal, new Sibling())
    process.send!({ url })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // Whoever hears it ends this process. Were it to end by itself, that might be seen before this is heard.
    process.send!({ code, message })
  }
}

// A second signal does not cut this short: it is for the first process to lose patience.
function closeOnSignal ({ log, close }: Serving): void {
  const grace = closeWithGrace({ delay: drain, logger: log, skip: [...signals] }, async ({ err }) => {
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
