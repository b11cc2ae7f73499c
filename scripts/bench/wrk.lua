-- Each request once, in order, from a file of requests of one length; what came back as one line of JSON.
local file = io.open(os.getenv("BENCH_FILE"), "rb")
local length = tonumber(os.getenv("BENCH_LENGTH"))
file:seek("set", tonumber(os.getenv("BENCH_FIRST")) * length)

function request()
  local bytes = file:read(length)
  if bytes == nil then
    -- From the start again: the server's own count of duplicates then says that the figure is void.
    file:seek("set", 0)
    bytes = file:read(length)
  end
  return bytes
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.read + errors.write + errors.connect + errors.timeout))
end
