module github.com/iocp-go/iocp/examples/dispatch

go 1.26.0

replace github.com/iocp-go/iocp => ../..

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0
	github.com/iocp-go/iocp v0.0.0-00010101000000-000000000000
	golang.org/x/net v0.62.0
	golang.org/x/sys v0.50.0
)

require (
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
