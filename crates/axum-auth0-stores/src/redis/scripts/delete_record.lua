-- KEYS[1] session record; ARGV[1] channel of changes. Returns the number of deleted records.
local deleted = redis.call('DEL', KEYS[1])
if deleted == 1 then
  redis.pcall('PUBLISH', ARGV[1], KEYS[1])
end
return deleted
