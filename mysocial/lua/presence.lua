-- Who is online. `presence:<member>` has a member's sockets, by when each is given up unless it is
-- seen again; `presence` has the members, by when the last of theirs is. Whoever takes a member out
-- tells it in the same step, so it is told once, and in the order in which it happened.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local MANY = 1000

-- The placeholder is as long as a member's id, so the packed message stays valid.
local function tell(message, member)
  redis.call('PUBLISH', DISPATCHER_CHANNEL, (string.gsub(message, request.placeholder, member)))
end

for _, seen in ipairs(request.here) do
  local socket, member = seen[1], seen[2]
  local sockets = CONNECTIONS_PREFIX .. member
  redis.call('ZADD', sockets, now + request.lasts, socket)
  redis.call('PEXPIRE', sockets, request.lasts)
  if redis.call('ZADD', ONLINE_MEMBERS, now + request.lasts, member) == 1 then tell(request.came, member) end
end

for _, gone in ipairs(request.left) do
  local socket, member = gone[1], gone[2]
  redis.call('ZREM', CONNECTIONS_PREFIX .. member, socket)
  local last = redis.call('ZRANGE', CONNECTIONS_PREFIX .. member, -1, -1, 'WITHSCORES')
  -- Who is back within the grace was never seen to go.
  local ends = math.max(tonumber(last[2] or '0'), now + request.grace)
  redis.call('ZADD', ONLINE_MEMBERS, 'XX', ends, member)
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', ONLINE_MEMBERS, 0, now, 'LIMIT', 0, MANY)) do
  redis.call('ZREM', ONLINE_MEMBERS, member)
  redis.call('DEL', CONNECTIONS_PREFIX .. member)
  tell(request.gone, member)
end
