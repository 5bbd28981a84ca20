-- KEYS[1] login; ARGV[1] holder, ARGV[2] duration in seconds.
-- Returns 0 if the login does not exist, 1 if another holder has the lease, 2 if it was acquired, 3 if it was acquired
-- after another holder abandoned it.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease = redis.call('HMGET', KEYS[1], 'lease_holder', 'lease_end')
local held = lease[1] and lease[1] ~= ARGV[1]
if held and tonumber(lease[2]) > now then
  return 1
end
local ends = string.format('%.0f', now + ARGV[2] * 1000)
redis.call('HSET', KEYS[1], 'lease_holder', ARGV[1], 'lease_end', ends)
return held and 3 or 2
