-- Who is online. CONNECTIONS_PREFIX and a member's id holds the member's connections, by the time at
-- which each is given up unless it is seen again. ONLINE_MEMBERS holds the members, by the latest of
-- these times. A change is published in the step that makes it: once, and in order.
local MAX_EXPIRED = 1000
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

-- The placeholder is as long as a member's id, so the packed message stays valid.
local function publish(message, member)
  redis.call('PUBLISH', DISPATCHER_CHANNEL, (string.gsub(message, request.placeholder, member)))
end

local function note_connected(connection, member)
  local ends_at_ms = now_ms + request.ttl_ms
  redis.call('ZADD', CONNECTIONS_PREFIX .. member, ends_at_ms, connection)
  redis.call('PEXPIRE', CONNECTIONS_PREFIX .. member, request.ttl_ms)
  local is_new = redis.call('ZADD', ONLINE_MEMBERS, ends_at_ms, member) == 1
  if is_new then publish(request.online_message, member) end
end

-- A member who reconnects within the grace period is not reported offline.
local function note_disconnected(connection, member)
  redis.call('ZREM', CONNECTIONS_PREFIX .. member, connection)
  local last = redis.call('ZRANGE', CONNECTIONS_PREFIX .. member, -1, -1, 'WITHSCORES')
  local ends_at_ms = math.max(tonumber(last[2] or '0'), now_ms + request.grace_ms)
  redis.call('ZADD', ONLINE_MEMBERS, 'XX', ends_at_ms, member)
end

local function expire_members()
  local expired = redis.call('ZRANGEBYSCORE', ONLINE_MEMBERS, 0, now_ms, 'LIMIT', 0, MAX_EXPIRED)
  for _, member in ipairs(expired) do
    redis.call('ZREM', ONLINE_MEMBERS, member)
    redis.call('DEL', CONNECTIONS_PREFIX .. member)
    publish(request.offline_message, member)
  end
end

for _, connected in ipairs(request.connected) do note_connected(connected[1], connected[2]) end
for _, left in ipairs(request.disconnected) do note_disconnected(left[1], left[2]) end
expire_members()
