-- The globals that Redis gives its scripts. KEYS and ARGV are not here: the loader makes locals of
-- the names in a header, and puts the numbers of operations/redis/script-limits.ts where a script
-- says limits.NAME.
std = {
  read_globals = {
    'cjson', 'cmsgpack', 'error', 'ipairs', 'math', 'next', 'pairs', 'pcall', 'redis', 'select',
    'string', 'struct', 'table', 'tonumber', 'tostring', 'type', 'unpack',
    limits = { other_fields = true }
  }
}
max_line_length = 100
