// Lists conversations with the Go client, AT_ONCE calls at a time:
//
//	peers BASE_URL WEBSITE_ID AT_ONCE WARM_UP CALLS
//
// Prints the CPU time of CALLS calls, after WARM_UP others, in microseconds.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"

	crisp "github.com/crisp-im/go-crisp-api/crisp/v3"
)

func main() {
	client := crisp.NewWithConfig(crisp.ClientConfig{RestEndpointURL: os.Args[1] + "/"})
	client.AuthenticateTier("plugin", "identifier", "key")
	websiteID, atOnce := os.Args[2], number(os.Args[3])
	list(client, websiteID, atOnce, number(os.Args[4]))
	before := cpuTime()
	list(client, websiteID, atOnce, number(os.Args[5]))
	fmt.Println(cpuTime() - before)
}

func list(client *crisp.Client, websiteID string, atOnce int64, calls int64) {
	var left atomic.Int64
	left.Store(calls)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for left.Add(-1) >= 0 {
				conversations, _, err := client.Website.ListConversations(websiteID, 1)
				if err != nil {
					log.Fatal(err)
				}
				if len(*conversations) != 50 {
					log.Fatal(len(*conversations), " conversations")
				}
			}
		}()
	}
	workers.Wait()
}

func number(text string) int64 {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return number
}

// Returns the CPU time of this process in microseconds.
func cpuTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return (usage.Utime.Nano() + usage.Stime.Nano()) / 1000
}
