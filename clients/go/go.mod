module presque

go 1.21
