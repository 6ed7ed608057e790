import type { Command } from './command.ts'

interface Entry { usage: string, about: string, load: () => Promise<{ default: Command }> }

/** Every command. A command is loaded when it is asked for: pushing a job must not wait for the code of a server. */
export const commands: Record<string, Entry> = {
  serve: { usage: 'serve', about: 'Serve: the queue itself', load: () => import('./command/serve.ts') },
  push: { usage: 'push <queue> [job]', about: 'Put a job in, or many from a file', load: () => import('./command/push.ts') },
  pop: { usage: 'pop <queues..>', about: 'Take a job out', load: () => import('./command/pop.ts') },
  ack: { usage: 'ack <queue> <id> <receipt> [result]', about: 'Finish a job that was taken on lease', load: () => import('./command/ack.ts') },
  nack: { usage: 'nack <queue> <id> <receipt> [message]', about: 'Give a job up that was taken on lease: it failed', load: () => import('./command/nack.ts') },
  run: { usage: 'run <queues..>', about: 'Run a program for each job', load: () => import('./command/run.ts') },
  top: { usage: 'top', about: 'Watch all queues', load: () => import('./command/top.ts') },
  status: { usage: 'status [queue]', about: 'Show all queues, or all there is to know of one', load: () => import('./command/status.ts') },
  jobs: { usage: 'jobs <queue>', about: 'List the jobs of one state', load: () => import('./command/jobs.ts') },
  job: { usage: 'job <queue> <id>', about: 'Show a job', load: () => import('./command/job.ts') },
  why: { usage: 'why <queue> <id>', about: 'Tell why a job is not running', load: () => import('./command/why.ts') },
  retry: { usage: 'retry <queue> [id]', about: 'Let a failed or delayed job run now', load: () => import('./command/retry.ts') },
  cancel: { usage: 'cancel <queue> [id]', about: 'Remove a job, whatever its state', load: () => import('./command/cancel.ts') },
  stop: { usage: 'stop <queue>', about: 'Give out no more jobs of a queue', load: () => import('./command/stop.ts') },
  start: { usage: 'start <queue>', about: 'Give out jobs again', load: () => import('./command/start.ts') },
  policy: { usage: 'policy <queue>', about: 'Show or set what holds for a queue', load: () => import('./command/policy.ts') },
  purge: { usage: 'purge <queue>', about: 'Delete a queue with all its jobs', load: () => import('./command/purge.ts') },
  schedule: { usage: 'schedule <verb> [name]', about: 'Jobs that are put in by the clock', load: () => import('./command/schedule.ts') },
  token: { usage: 'token', about: 'Make a token, and add it to a file of tokens', load: () => import('./command/token.ts') },
  import: { usage: 'import', about: 'Move jobs in from resque, Sidekiq, BullMQ or the presque of 2010', load: () => import('./command/import.ts') }
}
