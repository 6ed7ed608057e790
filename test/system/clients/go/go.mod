module check

go 1.21

require presque v0.0.0

replace presque => ../../../../clients/go
