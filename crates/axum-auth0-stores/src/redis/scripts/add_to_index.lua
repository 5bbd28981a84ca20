-- KEYS[1] index: members with the time at which they were added; ARGV[1] member, ARGV[2] expiry of its login in seconds,
-- ARGV[3] margin in seconds.
local now = tonumber(redis.call('TIME')[1])
local margin = tonumber(ARGV[3])
-- Bounds the index of a user whose logins expire and are never listed.
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, 19)) do
  local ends = tonumber(string.match(member, '^%-?%d+:(%-?%d+):'))
  if ends and ends + margin <= now then
    redis.call('ZREM', KEYS[1], member)
  end
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
local ends = math.max(tonumber(ARGV[2]), now) + margin
if redis.call('TTL', KEYS[1]) < ends - now then
  redis.call('EXPIREAT', KEYS[1], string.format('%.0f', ends))
end
return 0
