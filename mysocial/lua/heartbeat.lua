-- Records a heartbeat. A full server must accept it, or a process that works looks dead.
redis.call('SET', request.key, '1', 'PX', request.ttl_ms)
return 1
