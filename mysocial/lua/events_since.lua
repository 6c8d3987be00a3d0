-- What a client missed of each of its topics: the entries after its cursor, and whether the log was
-- cut past it. All at one moment, with the cursor of that moment.
local mark = redis.call('MGET', EPOCH, CLOCK)
local time = redis.call('TIME')
local logs = {}

local function was_cut(log)
  local info = redis.call('XINFO', 'STREAM', log)
  local known = {}
  for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
  if known['entries-added'] <= known['length'] then return 0 end
  local first = known['first-entry']
  if not first then return 1 end
  return tonumber(string.match(first[1], '^%d+')) > request.after and 1 or 0
end

for i, log in ipairs(request.logs) do
  if redis.call('EXISTS', log) == 1 then
    logs[i] = {was_cut(log),
      redis.call('XRANGE', log, '(' .. text(request.after) .. '-0', '+', 'COUNT', request.most)}
  else
    logs[i] = {0, {}}
  end
end
return {mark[1] or '', mark[2] or '0', text(time[1] * 1000000 + time[2]), logs}
