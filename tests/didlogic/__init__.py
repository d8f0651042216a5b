"""didlogic over HTTP, without a socket."""
