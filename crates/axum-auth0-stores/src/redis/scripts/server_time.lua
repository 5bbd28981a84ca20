-- KEYS[1] any key of the node whose clock is read. Returns seconds.
return tonumber(redis.call('TIME')[1])
