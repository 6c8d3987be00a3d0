-- Gives records a version above the one that MongoDB has, so that they are flushed again. A record
-- that was written since, or evicted, is left alone. Returns 1 for each raised record, else 0.
local function raise_version(key, version, stored_version)
  if redis.call('HGET', key, VERSION) ~= version then return 0 end
  local clock = math.max(tonumber(redis.call('GET', CLOCK) or '0'), tonumber(stored_version)) + 1
  redis.call('SET', CLOCK, format_integer(clock))
  redis.call('HSET', key, VERSION, format_integer(clock))
  return 1
end

local raised = {}
for i, item in ipairs(request.items) do raised[i] = raise_version(unpack(item)) end
return raised
