-- KEYS[1] login; ARGV[1] channel of changes, then fields. Returns their values, or nothing if the login does not exist.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local row = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[1], KEYS[1])
return row
