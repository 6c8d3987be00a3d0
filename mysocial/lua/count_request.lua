-- Counts a request against all of its limits, unless one of them is exceeded. From a known network,
-- the limits in `request.unless_known` do not apply.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

local function is_known_network()
  if not request.known_network then return false end
  local key, network = unpack(request.known_network)
  local known_until = redis.call('ZSCORE', key, network)
  return known_until and tonumber(known_until) > now_ms
end

local function limits_that_apply()
  if is_known_network() then return request.limits end
  local limits = {unpack(request.limits)}
  for _, limit in ipairs(request.unless_known) do limits[#limits + 1] = limit end
  return limits
end

local limits = limits_that_apply()
local windows = read_windows(limits, now_ms)
local seconds = seconds_to_wait(windows)
local statuses = {}
if request.count and seconds == 0 then
  statuses = count_in(windows)
else
  for i, window in ipairs(windows) do statuses[i] = window:status() end
end
-- Which limit each status belongs to: the caller does not know which limits apply.
for i, limit in ipairs(limits) do statuses[i] = {limit[2], unpack(statuses[i])} end
return {seconds, statuses}
