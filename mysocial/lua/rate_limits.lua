-- Sliding windows that count requests: the current window, and the previous one by the part of it
-- that is not yet older than a window. The first request starts a window. One short string holds
-- both counts: '<start of the current window in ms> <requests in it> <requests in the previous>'.
local SlidingWindow = {}
SlidingWindow.__index = SlidingWindow

local function read_window(limit, now_ms)
  local key, max_requests, ms = limit[1], limit[2], limit[3] * 1000
  local start, current, previous =
    string.match(redis.call('GET', key) or '', '^(%d+) (%d+) (%d+)$')
  start, current, previous = tonumber(start), tonumber(current), tonumber(previous)
  if not start or now_ms - start >= 2 * ms then
    start, current, previous = now_ms, 0, 0
  elseif now_ms - start >= ms then
    start, current, previous = start + ms, 0, current
  elseif now_ms < start then
    start = now_ms -- the clock was set back
  end
  return setmetatable({key = key, max_requests = max_requests, ms = ms, age = now_ms - start,
    start = start, current = current, previous = previous}, SlidingWindow)
end

-- All products are integers below 2^53, so nothing is rounded.
function SlidingWindow:free_weight()
  return (self.max_requests - self.current) * self.ms - self.previous * (self.ms - self.age)
end

function SlidingWindow:remaining()
  return math.max(0, math.ceil(self:free_weight() / self.ms))
end

-- The milliseconds until the next request is accepted, if no other comes before.
function SlidingWindow:wait_ms()
  if self:free_weight() > 0 then return 0 end
  if self.current < self.max_requests then
    local free = (self.max_requests - self.current) * self.ms
    return self.ms - math.ceil(free / self.previous) + 1 - self.age
  end
  local free = self.max_requests * self.ms
  return (self.ms - self.age) + self.ms - math.ceil(free / self.current) + 1
end

-- The requests that remain, and the seconds until the next one is accepted; while requests remain,
-- until the current window ends.
function SlidingWindow:status()
  local remaining = self:remaining()
  local ms = remaining > 0 and self.ms - self.age or self:wait_ms()
  return {remaining, math.max(1, math.ceil(ms / 1000))}
end

function SlidingWindow:count()
  self.current = self.current + 1
  redis.call('SET', self.key, string.format('%.0f %d %d', self.start, self.current, self.previous),
    'PX', 2 * self.ms - self.age)
end

local function read_windows(limits, now_ms)
  local windows = {}
  for i, limit in ipairs(limits) do windows[i] = read_window(limit, now_ms) end
  return windows
end

-- The seconds until all limits accept a request; 0 if they do now.
local function seconds_to_wait(windows)
  local ms = 0
  for _, window in ipairs(windows) do ms = math.max(ms, window:wait_ms()) end
  return math.ceil(ms / 1000)
end

local function count_in(windows)
  local statuses = {}
  for i, window in ipairs(windows) do
    window:count()
    statuses[i] = window:status()
  end
  return statuses
end
