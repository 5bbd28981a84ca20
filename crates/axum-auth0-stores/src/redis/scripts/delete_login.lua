-- KEYS[1] login; ARGV fields. Returns their values, or nothing if the login does not exist.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local row = redis.call('HMGET', KEYS[1], unpack(ARGV))
redis.call('DEL', KEYS[1])
return row
