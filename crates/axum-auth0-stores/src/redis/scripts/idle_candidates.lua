-- KEYS[1] index of logins by a time at which each was in use; ARGV[1] idle time in seconds, ARGV[2] maximum number.
-- Returns the logins that were not known to be in use since.
local before = redis.call('TIME')[1] - ARGV[1]
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', 0, ARGV[2])
