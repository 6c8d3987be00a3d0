-- Counts an e-mail against the daily maximum of its recipient. Returns '' if it may be sent, or else
-- the id of the digest that will list it, and the end of the day. A retry is not counted again.
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local day = EMAIL_DAY_PREFIX .. request.recipient
local reserved = redis.call('HMGET', day, EMAIL_DAY_END, EMAIL_DIGEST, request.email_id)
local end_ms, digest_id = tonumber(reserved[1] or 0), reserved[2]

if end_ms <= now_ms then
  end_ms, digest_id, reserved[3] = now_ms + request.day_ms, false, false
  redis.call('DEL', day)
  redis.call('HSET', day, EMAIL_DAY_END, format_integer(end_ms))
  redis.call('ZADD', EXPIRING, end_ms, day)
end
if reserved[3] then return {'', 0} end

local places = redis.call('HLEN', day) - (digest_id and 2 or 1)
if places < request.max_emails then
  redis.call('HSET', day, request.email_id, '')
  return {'', 0}
end
if not digest_id then
  digest_id = request.new_digest_id
  redis.call('HSET', day, EMAIL_DIGEST, digest_id)
end
return {digest_id, end_ms}
