/**
 * The six states of a job. This file imports nothing, so that the command `presque` need not load
 * the schemas to know them.
 */
export const states = ['waiting', 'delayed', 'blocked', 'active', 'failed', 'completed'] as const

/** What a list may be of: a state, or those of the delayed jobs that wait for another try. */
export const listedStates = [...states, 'retrying'] as const
