-- The counted security events of a day: a hash of JSON by identity; the field '' counts the bytes,
-- and UNSAVED_EVENTS the events since they were saved.
-- With `saved`, records how many events of an entry are saved as a record; otherwise counts one
-- event. An entry beyond the limit of bytes is counted in one entry for its kind.
local key, field = request.key, request.field

if request.saved then
  local text = redis.call('HGET', key, field)
  if text then
    local entry = cjson.decode(text)
    entry.saved = request.saved
    redis.call('HSET', key, field, cjson.encode(entry))
  end
  return 0
end

local text = redis.call('HGET', key, field)
if not text then
  local bytes = #field + request.entry_bytes
  if tonumber(redis.call('HGET', key, '') or '0') + bytes > request.max_bytes then
    field = request.overflow
    text = redis.call('HGET', key, field)
  else
    redis.call('HINCRBY', key, '', bytes)
  end
end
local entry = text and cjson.decode(text)
  or { id = request.id, first_ms = request.now_ms, count = 0, saved = 0, user_agent = '' }
if entry.count == 0 and field == request.field then entry.user_agent = request.user_agent end
entry.count = entry.count + 1
entry.last_ms = request.now_ms
redis.call('HSET', key, field, cjson.encode(entry))
redis.call('HINCRBY', key, UNSAVED_EVENTS, 1)
redis.call('EXPIRE', key, request.ttl_seconds, 'NX')
return entry.count
