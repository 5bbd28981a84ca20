-- KEYS[1] login; ARGV[1] holder.
if redis.call('HGET', KEYS[1], 'lease_holder') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'lease_holder', 'lease_end')
end
return 0
