-- KEYS[1] login; ARGV[1] time of the use.
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'seen', ARGV[1])
end
return 0
