-- KEYS[1] index; ARGV[1] minimum age in seconds, then members without a login. A younger member may belong to a login
-- that is being created.
local before = redis.call('TIME')[1] - ARGV[1]
for index = 2, #ARGV do
  local added = redis.call('ZSCORE', KEYS[1], ARGV[index])
  if added and tonumber(added) < before then
    redis.call('ZREM', KEYS[1], ARGV[index])
  end
end
return 0
