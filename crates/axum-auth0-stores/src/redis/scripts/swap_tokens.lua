-- KEYS[1] login; ARGV[1] expected version, ARGV[2] next version, ARGV[3] tokens.
-- Returns -1 if the login does not exist, 0 if the version differs, 1 if the tokens were replaced.
local version = redis.call('HGET', KEYS[1], 'version')
if not version then
  return -1
end
if version == ARGV[1] then
  redis.call('HSET', KEYS[1], 'version', ARGV[2], 'tokens', ARGV[3])
  return 1
end
-- The same call again, after its first response was lost.
if version == ARGV[2] and redis.call('HGET', KEYS[1], 'tokens') == ARGV[3] then
  return 1
end
return 0
