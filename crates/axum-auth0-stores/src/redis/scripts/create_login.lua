-- KEYS[1] login; ARGV[1] last second at which it may be created, ARGV[2] expiry in seconds, then fields and values.
-- Returns 1 if created, 0 if it exists, -1 if it is too late.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
if tonumber(redis.call('TIME')[1]) > tonumber(ARGV[1]) then
  return -1
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('EXPIREAT', KEYS[1], ARGV[2])
return 1
