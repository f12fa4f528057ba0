package main

import (
	"context"
	"fmt"
	"log"
	"sync"

	"github.com/iocp-go/iocp"
)

func main() {
	port, err := iocp.New[string](1024) // room for 1,024 packets
	if err != nil {
		log.Fatal(err)
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for name := range port.All(context.Background()) { // until Close, and then what is left
				fmt.Println("hello,", name)
			}
		})
	}
	for _, name := range []string{"Ada", "Grace", "Edsger"} {
		if err := port.PostTimeout(name, iocp.Infinite); err != nil { // waits for room
			log.Fatal(err)
		}
	}
	port.Close()
	workers.Wait()
}
