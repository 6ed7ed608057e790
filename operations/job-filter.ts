/**
 * Which jobs of a state: those that match all that is given. Times in epoch seconds.
 * - `error`: the fingerprint of an error group, with failed or retrying
 * - `worker`: has the job on lease, or else had it; with * at its end, the beginning of ids
 * - `since`, `until`: when the job came into its state
 * - `text`: in the payload, byte for byte
 */
export interface JobFilter {
  error?: string | undefined
  worker?: string | undefined
  since?: number | undefined
  until?: number | undefined
  min_attempt?: number | undefined
  tag?: string | undefined
  text?: string | undefined
}

/** A filter as the scripts read it, with times in ms; '' for one that matches all jobs. */
export function filterText (filter: JobFilter = {}): string {
  const { error, worker, since, until, min_attempt: attempt, tag, text } = filter
  const wanted = {
    error,
    worker,
    since: since === undefined ? undefined : Math.ceil(since * 1000),
    until: until === undefined ? undefined : Math.ceil(until * 1000),
    min_attempt: attempt,
    tag,
    // Half of a pair is no character, and Lua reads no JSON with one.
    text: text?.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  }
  const json = JSON.stringify(wanted)
  return json === '{}' ? '' : json
}
