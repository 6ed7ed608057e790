-- The same body again and again. Arguments: method and body.
function init (args)
  wrk.method, wrk.body = args[1], args[2]
  wrk.headers['content-type'] = 'application/json'
end
