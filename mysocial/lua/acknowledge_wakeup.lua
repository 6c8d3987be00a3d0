-- Notes that a worker has received a wake-up message, so that another one can be sent. While the
-- retry of another message is pending, it stays noted. The value is the id of a retry, or '1'.
local key = WAKEUP_PREFIX .. request.name
local pending = redis.call('GET', key)
if pending == '1' or pending == request.message_id then redis.call('DEL', key) end
return 0
