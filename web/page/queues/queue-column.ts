/** The columns of the table of queues. */
export const columns = [
  { key: 'queue', name: 'Queue' },
  { key: 'waiting', name: 'Waiting' },
  { key: 'active', name: 'Running' },
  { key: 'delayed', name: 'Delayed' },
  { key: 'retrying', name: 'Retrying' },
  { key: 'failed', name: 'Failed' },
  { key: 'completed', name: 'Completed' },
  { key: 'oldest', name: 'Oldest waiting' },
  { key: 'in', name: 'In /s' },
  { key: 'out', name: 'Out /s' },
  { key: 'failures', name: 'Failed attempts /min' }
] as const

export type Column = typeof columns[number]['key']
