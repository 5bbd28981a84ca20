-- KEYS[1] login; ARGV[1] channel of changes, ARGV[2] expected version, ARGV[3] next version, ARGV[4] tokens.
-- Returns -1 if the login does not exist, 0 if the version differs, 1 if the tokens were replaced.
local version = redis.call('HGET', KEYS[1], 'version')
if not version then
  return -1
end
if version == ARGV[2] then
  redis.call('HSET', KEYS[1], 'version', ARGV[3], 'tokens', ARGV[4])
  redis.pcall('PUBLISH', ARGV[1], KEYS[1])
  return 1
end
-- The same call again, after its first response was lost.
if version == ARGV[3] and redis.call('HGET', KEYS[1], 'tokens') == ARGV[4] then
  return 1
end
return 0
