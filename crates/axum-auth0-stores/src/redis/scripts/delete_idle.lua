-- KEYS[1] login; ARGV[1] idle time in seconds, ARGV[2] channel of changes. Returns its last use if that is later, 1 if it was deleted, or nothing if it
-- does not exist.
local seen = redis.call('HGET', KEYS[1], 'seen')
if not seen then
  return false
end
if tonumber(seen) > redis.call('TIME')[1] - ARGV[1] then
  return seen
end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], KEYS[1])
return 1
