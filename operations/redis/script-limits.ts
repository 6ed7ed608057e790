/**
 * The numbers of lua/, by name: the loader puts each where a script says `limits.NAME`. Those that
 * end in `_ms` are times in milliseconds.
 */
export const scriptLimits = {
  /** A record is 6 bytes and the payload: see lua/parts/record/pack_record.lua. */
  record_header: 6,
  /** An entry of `plain` is 6 bytes and the record: see lua/parts/plain/pack_entry.lua. */
  entry_header: 6,
  /** Where the payload is in an entry of `plain`. */
  payload_start: 12,

  /** Jobs of this priority are a list; `ranked` has the others, by priority * span + ms. */
  default_priority: 5,
  priority_span: 1e13,
  /** The end of the range of scores that are before the list. */
  urgent_scores: '(5e13',
  /** Up to there jobs of priority 5 that are before those of the list, from this score on. */
  front_scores: 4.5e13,

  /** Fields of each nack: see lua/WIRE.md. */
  nack_fields: 7,
  /** '#', with which the options of a job begin: see lua/WIRE.md. */
  options_byte: 35,
  /** Puts a job behind those that are due in the same ms. */
  behind_ms: 0.5,

  /** Of all jobs in one answer together. */
  answer_bytes: 8 * 1024 * 1024,
  /** Jobs that one command handles: unpack() ends at some 8 000 values. */
  batch: 1000,
  /** Jobs that a take reads at first; later batches follow from the sizes of those before. */
  first_batch: 16,

  /**
   * A slice of a scan looks at a `batch` of jobs at most. Its other bounds: bytes of payloads that
   * are searched and shown, jobs that it finds, entries of `plain` that one command reads, and
   * parts of the order. `slice_deleted`: jobs that wait and are deleted one by one.
   */
  slice_bytes: 1024 * 1024,
  slice_found: 250,
  slice_batch: 16,
  slice_reads: 8,
  slice_deleted: 50,
  /** Entries that a cut names on either side, and those among which they are searched. */
  cut_neighbours: 4,
  cut_searched: 200_000,

  /** How many due jobs one call handles. */
  promoted_by_take: 1000,
  promoted_by_push: 100,
  promoted_by_look: 100,
  expired_at_once: 100,
  discarded_at_once: 500,
  dependents_at_once: 250,

  /** Links of dependencies that a call of cancel removes, and that a call of retry adds. */
  links_at_once: 250,
  links_redriven: 2500,
  /** Jobs that a call of cancel reads from the ready list, and from `active`. */
  ready_drained: 500,
  active_read: 10_000,
  /** Jobs that one call of retry or cancel looks at where a filter leaves some. */
  filtered_read: 500,

  /** Stale entries that a take skips, and entries that a list or a status reads to remove those. */
  stale_skipped: 1000,
  stale_entries_read: 5000,
  /** Entries of the ready list, from either end, among which that of one job is searched. */
  entries_searched: 1000,
  /** Entries at the head of the ready list among which a status looks for the oldest job. */
  heads_read: 100,
  ahead_counted: 1000,
  expired_counted: 1000,

  /** Servers that one call tells of jobs, and of what concerns them all. */
  woken_at_once: 10,
  servers_told: 100,
  /** A server that waits is forgotten if it is not heard of for so long. */
  waiter_ms: 60_000,
  /** A result is kept for so long where a client waits for it. */
  awaited_result_ms: 60_000,

  workers_kept: 10_000,
  /** A worker is forgotten if it is not heard of for this time, in operations/worker/ as well. */
  worker_ms: 86_400_000,
  /** Jobs with a holder that `get_workers` reads. */
  holders_read: 5000,

  idempotency_ms: 86_400_000,
  /** Idempotency keys, and ticks of schedules, that a call forgets. */
  keys_forgotten: 10,
  ticket_ms: 120_000,
  tickets_forgotten: 100,

  /** Deliveries in the story of a job: see lua/parts/failure/record_attempt.lua. */
  attempts_kept: 25,

  /** Error groups of a queue, and what each keeps of its failures. */
  errors_kept: 1000,
  error_samples: 3,
  error_workers: 10,
  /** The fingerprint of an expired lease: see operations/failure/fingerprint.ts. */
  lost_error: '0c342450d324',
  lost_text: '{"type":"lost","message":"the lease ran out"}',

  /** Operations are forgotten a week after their last change; a queue keeps this number. */
  operation_ms: 604_800_000,
  operations_of_queue: 100,
  /** In all queues. */
  operations_known: 1000,
  /** A server that carries an operation on and dies keeps it for so long. */
  operation_lease_ms: 3000,
  /** An operation that is new, and does not begin, is looked at after this time. */
  operation_begins_ms: 10_000,
  /** Jobs that a step of an operation changes, and that it looks at. */
  operation_jobs: 200,
  operation_read: 500,
  /** What an operation deletes can be brought back for 15 minutes. */
  bin_ms: 900_000,
  /** Bytes that a step puts into the bin, or one job more. */
  bin_step_bytes: 1024 * 1024,
  /** Between two steps, where the rate allows some jobs in that time. */
  operation_pause_ms: 100,
  /** Between two steps that only search, or bring jobs back. */
  operation_search_ms: 20,
  /** Ends of jobs that an operation weighs, about; see lua/parts/operation/check_outcomes.lua. */
  outcomes_weighed: 1000,
  /** Jobs that a preview shows, and the bytes of each payload. */
  operation_preview: 5,
  preview_bytes: 200,

  events_kept: 10_000,
  recording_ms: 600_000,
  /** A day of minutes, kept for an hour longer. */
  samples_kept: 1440,
  samples_s: 90_000,
  /** 90 days of hours, kept for a day longer. */
  hours_kept: 2160,
  hours_s: 7_862_400,
  /** Latencies that a server writes within this time after a minute belong to that minute. */
  latency_late_ms: 30_000,

  /** A server that claims schedules and dies keeps them for so long. */
  claim_ms: 1000,
  /** Ticks of a schedule of which is known whether they put a job in. */
  ticks_kept: 20,
  /** A tick that lies further ahead was noted by a clock that has been set back since. */
  tick_ahead_ms: 60_000,
  /** The same for the end of a migration. */
  migration_ms: 60_000,
  /** Of the jobs together that a step of the migration to layout 3 moves. */
  moved_bytes: 1024 * 1024
} as const
