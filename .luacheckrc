-- What Redis gives its scripts. KEYS and ARGV are not here: the loader makes locals of what a header names.
std = {
  read_globals = {
    'cjson', 'error', 'ipairs', 'math', 'next', 'pairs', 'pcall', 'redis', 'select', 'string', 'struct', 'table',
    'tonumber', 'tostring', 'type', 'unpack'
  }
}
max_line_length = false
